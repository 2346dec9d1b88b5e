//! What the page says, section by section. Each text that comes from a file or a command is escaped here.

use crate::plot::svg::escape;
use crate::plot::{Guide, SizePoint, grouped, percent};
use crate::risk::YEAR;

use super::cost::VOTE_MICROSECONDS;
use super::page::{chance, figure, heading, judged, paragraph, table, table_of, target};
use super::{Question, Report, Words};

/// The committees, in large letters.
pub(super) fn answer(question: &Question<'_>, report: &Report) -> String {
    let Question {
        subject,
        stakes,
        bits,
        horizon,
        ..
    } = question;
    let profile = &report.tuned.profile;
    let lead = format!(
        "{} accounts, {} seats. If {} of the stake is honest, these are the smallest committees that keep a chain from forking \
         but for a chance of {} in {}, and with which a step makes no progress with a chance of at most {}.",
        grouped(stakes.accounts().len() as f64),
        escape(&words_of(subject.scheme)),
        escape(&percent(subject.assumptions.honest)),
        target(bits.safety),
        duration(horizon.time),
        target(bits.live)
    );
    let boxes = [("Soft", profile.soft), ("Cert", profile.cert), ("Next", profile.next)].map(|(step, size)| {
        format!(
            "<div><span class=\"kind\">{step}</span><b>{}</b><span>seats expected</span><span>threshold {}</span></div>\n",
            grouped(f64::from(size.expected)),
            grouped(size.threshold as f64)
        )
    });
    let catch_up = format!(
        "<div><span class=\"kind\">J</span><b>{}</b><span>seats in a later step</span><span>to catch up</span></div>\n",
        grouped(profile.catch_up as f64)
    );
    let links = [
        ("keeps", "What they keep"),
        ("why", "Why these"),
        ("costs", "What they cost"),
        ("what-if", "What if"),
        ("stake", "Who holds the stake"),
        ("schemes", "Other schemes"),
        ("reading", "How to read this"),
    ];
    let links = links.map(|(id, name)| format!("<a href=\"#{id}\">{name}</a> "));
    format!(
        "<h1>Committees for {}</h1>\n<p class=\"lead\">{lead}</p>\n<div class=\"chosen\">\n{}{catch_up}</div>\n<nav>{}</nav>\n",
        escape(subject.network),
        boxes.concat(),
        links.concat()
    )
}

/// What to type.
pub(super) fn commands(words: &Words) -> String {
    // A line breaks between arguments and never at the dashes of one.
    let lines = words.commands.iter().map(|command| {
        let arguments = escape(command).replace(" --", "</span> <span>--");
        format!("<code><span>{arguments}</span></code>")
    });
    heading("commands", "Take them")
        + &paragraph(
            "The first command writes these committees to a profile, the second makes a genesis with it, the third checks the genesis.",
        )
        + &format!("<pre>{}</pre>\n", lines.collect::<String>())
}

/// The bounds.
pub(super) fn kept(question: &Question<'_>, report: &Report) -> String {
    let (tuned, horizon) = (&report.tuned, &question.horizon);
    let rows = tuned.risk.events(&tuned.profile.targets).map(|event| {
        let (name, rule) = event.name.split_once(" [").unwrap_or((event.name, ""));
        let name = format!(
            "{} <span class=\"note\">{}</span>",
            escape(name),
            escape(rule.trim_end_matches(']'))
        );
        vec![name, judged(event.bound, event.bits), target(event.bits)]
    });
    let chain = &tuned.chain;
    let time = duration(horizon.time);
    let over_time = [
        ("a round needs a second period".to_owned(), chance(chain.late)),
        ("a fork in a round of one period".to_owned(), chance(chain.round)),
        ("a fork in a year".to_owned(), chance(chain.year)),
        (
            format!("<b>a fork in {time}</b>"),
            format!("<b>{}</b>", judged(chain.horizon, question.bits.safety)),
        ),
    ];
    let counts = &chain.committees;
    let text = format!(
        "Upper bounds, never too small. Each is for one committee and one seed, and the target beside it is what the profile \
         declares: every node checks it. The committees are {} bits better, for stakes that move.",
        question.bits.margin
    );
    let together = format!(
        "Over time, the adversary may choose from {} seeds, and {time} have {} rounds of {}, at most {} periods and {} Next committees.",
        grouped(chain.seeds as f64),
        grouped(counts.rounds as f64),
        duration(horizon.round),
        grouped(counts.periods as f64),
        grouped(counts.nexts as f64)
    );
    heading("keeps", "What they keep")
        + &paragraph(&text)
        + &table_of("first", &["one committee", "chance,<br/>at most", "target"], rows)
        + &paragraph(&together)
        + &table_of(
            "first",
            &[
                "over time <span class=\"note\">RISK-5</span>",
                "chance,<br/>at most",
            ],
            over_time.map(|(event, bound)| vec![event, bound]),
        )
}

/// Why this size and this threshold.
pub(super) fn why(question: &Question<'_>, report: &Report) -> String {
    let subject = &question.subject;
    let soft = report.tuned.profile.soft;
    let mut sizes = report.by_size.figure(subject);
    for chart in &mut sizes.charts {
        chart.guides.push(Guide {
            value: f64::from(soft.expected),
            is_vertical: true,
            text: format!("Soft: τ = {}", grouped(f64::from(soft.expected))),
        });
    }
    let best = SizePoint::worst_log2;
    let gain = report.by_size.points.last().zip(report.by_size.any_stakes.last());
    let gain = gain.map_or_else(String::new, |(known, any)| {
        format!(
            " The stakes are known, and that helps: with {} seats the bound is 2<sup>{:.0}</sup> instead of the 2<sup>{:.0}</sup> that \
             holds whatever the stakes are.",
            grouped(f64::from(known.expected)),
            best(known).ceil(),
            best(any).ceil()
        )
        .replace("<sup>-", "<sup>−")
    });
    let size = format!(
        "More seats make both failures rarer, because the luck of the draw evens out. A chain needs more than one good committee, \
         so Soft is larger than a single one would have to be.{gain}"
    );
    let threshold = format!(
        "With {} seats a lower threshold makes progress more certain, and a higher one keeps two values apart. The target of \
         progress, {}, is met as it is asked for, and all the rest is spent on safety. The curves are those of the command \
         failure, for the worst of three adversaries; the table above has the bound for any adversary where that is the lesser one.",
        grouped(f64::from(soft.expected)),
        target(question.bits.live)
    );
    heading("why", "Why these")
        + "<h3>The size</h3>\n"
        + &paragraph(&size)
        + &figure(&sizes)
        + "<h3>The threshold of Soft</h3>\n"
        + &paragraph(&threshold)
        + &figure(&report.by_threshold.figure(subject))
}

/// Votes, bytes and time.
pub(super) fn costs(question: &Question<'_>, report: &Report) -> String {
    let number = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| grouped(value.round()));
    let bytes = |value| match number(value) {
        none if value.is_none() => none,
        number => format!("{number} B"),
    };
    let rows = report.costs.iter().map(|step| {
        vec![
            step.step.to_owned(),
            number(step.cost.seats),
            number(Some(step.cost.voters)),
            bytes(step.cost.bytes),
            bytes(step.cost.bytes_bls12381),
            format!("{:.0} ms", step.milliseconds.ceil()),
        ]
    });
    let head = [
        "step",
        "seats",
        "votes",
        "certificate,<br/>sr25519",
        "certificate,<br/>bls12381",
        "all votes<br/>verified",
    ];
    let usual = report.costs.iter().take(2);
    let (votes, time) = usual.fold((0.0, 0.0), |(votes, time), step| {
        (votes + step.cost.voters, time + step.milliseconds)
    });
    let cert = report.costs.get(1).and_then(|step| step.cost.bytes);
    let growth = cert.map_or_else(String::new, |bytes| {
        let gigabytes = bytes * (YEAR / question.horizon.round) as f64 / 1e9;
        format!(
            " Its certificates add at least {} GB a year.",
            grouped((gigabytes * 10.0).round() / 10.0)
        )
    });
    let text = format!(
        "A round that is decided in its first period has a Soft and a Cert step: about {} votes, which take a node some {} ms to \
         verify on one core.{growth} Next votes come only when a period does not decide.",
        grouped(votes.round()),
        grouped(time.ceil())
    );
    let note = format!(
        "Votes are expectations with everyone online. Certificates are the smallest ones, made when all have voted; in a hurry, or \
         while members are absent, they have more proofs. Times assume {VOTE_MICROSECONDS:.0} µs for each vote of a large batch with a \
         sr25519 proof, as measured on the machine of Klero's documentation; a vote for guaranteed seats takes half of that."
    );
    heading("costs", "What they cost")
        + &paragraph(&text)
        + &table(&head, rows)
        + &format!("<p class=\"note\">{note}</p>\n")
}

fn words_of(scheme: crate::risk::Scheme) -> String {
    use clap::ValueEnum;
    let value = scheme.to_possible_value();
    value.map_or_else(String::new, |value| value.get_name().to_owned())
}

/// A time in its largest unit that it is a whole number of.
fn duration(milliseconds: u64) -> String {
    let units = [
        (YEAR, "year"),
        (86_400_000, "day"),
        (3_600_000, "hour"),
        (60_000, "minute"),
        (1000, "second"),
    ];
    let whole = units
        .into_iter()
        .find(|(length, _)| milliseconds.is_multiple_of(*length));
    match whole.map(|(length, name)| (milliseconds / length, name)) {
        Some((1, name)) => format!("a {name}").replace("a hour", "an hour"),
        Some((count, name)) => format!("{} {name}s", grouped(count as f64)),
        None => format!("{} ms", grouped(milliseconds as f64)),
    }
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn times_are_in_their_largest_unit() {
        for (milliseconds, words) in [
            (10 * super::YEAR, "10 years"),
            (super::YEAR, "a year"),
            (1000, "a second"),
            (3_600_000, "an hour"),
            (90_000, "90 seconds"),
            (250, "250 ms"),
        ] {
            assert_eq!(duration(milliseconds), words);
        }
    }
}
