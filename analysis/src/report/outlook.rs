//! The second half of the page: what if, who holds the stake, the other schemes, and how to read it all.

use crate::plot::svg::escape;
use crate::plot::{grouped, percent};
use crate::risk::Adversary;

use super::page::{figure, heading, judged, paragraph, table, table_of};
use super::{Question, Report};

/// Another honest share, and operators that are offline.
pub(super) fn what_if(question: &Question<'_>, report: &Report) -> String {
    let targets = &report.tuned.profile.targets;
    let rows = report.honest_rows.iter().map(|row| {
        vec![
            escape(&percent(row.honest)),
            judged(row.risk.live, targets.live),
            judged(row.risk.split, targets.safety),
            judged(row.risk.fork_by_cert, targets.safety),
        ]
    });
    let text = format!(
        "The committees are chosen for an honest share of {}. With less, steps fail more often, and what keeps values apart gets weaker. \
         What misses the target of a single committee is marked.",
        escape(&percent(question.subject.assumptions.honest))
    );
    let head = [
        "honest share",
        "no progress<br/>of a step",
        "two values<br/>at Soft",
        "fork by Cert<br/>and Next",
    ];
    heading("what-if", "What if stake moves or operators fail")
        + "<h3>Less of the stake is honest</h3>\n"
        + &paragraph(&text)
        + &table(&head, rows)
        + &figure(&report.by_honest.figure(&question.subject))
        + "<h3>The largest operators are offline</h3>\n"
        + &offline(question, report)
}

fn offline(question: &Question<'_>, report: &Report) -> String {
    let Some(by_offline) = &report.by_offline else {
        return paragraph(
            "The stake file has no column <code>group</code>, so nothing is known of who fails together. With one, this section says how \
             many of the largest operators may be offline.",
        );
    };
    let live = question.bits.live;
    let rows = by_offline.telling().iter().map(|point| {
        vec![
            point.groups.to_string(),
            point.name.as_deref().map_or_else(|| "none".to_owned(), escape),
            format!("{:.1} %", point.share * 100.0),
            judged(point.live_if_others_vote, live),
            judged(point.live, live),
        ]
    });
    let rows: Vec<_> = rows.collect();
    let text = "Groups of the stake file fail one after another, the largest first. No value is lost and nothing forks: the chain waits \
                until enough of them are back. The step shown is the one that fails most often.";
    let head = [
        "offline",
        "the last of them",
        "stake",
        "no progress,<br/>all others vote",
        "no progress, the<br/>adversary is silent too",
    ];
    paragraph(text) + &table_of("names", &head, rows) + &figure(&by_offline.figure(&question.subject))
}

/// Who holds the stake.
pub(super) fn spread(question: &Question<'_>, report: &Report) -> String {
    let (accounts, groups) = (question.stakes.by_account(), question.stakes.by_group());
    let columns: Vec<_> = [
        Some(("accounts", &accounts)),
        groups.as_ref().map(|groups| ("groups", groups)),
    ]
    .into_iter()
    .flatten()
    .collect();
    let row = |name: &str, value: &dyn Fn(&crate::Concentration) -> String| {
        let mut row = vec![name.to_owned()];
        row.extend(columns.iter().map(|(_, of)| value(of)));
        row
    };
    let count = |number: usize| grouped(number as f64);
    let rows = [
        row("holders", &|of| count(of.count)),
        row("the fewest with more than 1/3 together", &|of| {
            count(of.nakamoto_third)
        }),
        row("the fewest with more than 1/2 together", &|of| {
            count(of.nakamoto_half)
        }),
        row("the fewest with more than 2/3 together", &|of| {
            count(of.nakamoto_two_thirds)
        }),
        row("as many equal ones (1 / HHI)", &|of| {
            format!("{:.1}", of.effective)
        }),
        row("Gini coefficient", &|of| format!("{:.3}", of.gini)),
        row("the largest", &|of| {
            of.largest
                .first()
                .map_or_else(String::new, |holder| format!("{:.2} %", holder.share * 100.0))
        }),
    ];
    let mut head = vec![""];
    head.extend(columns.iter().map(|(name, _)| *name));
    let honest = question.subject.assumptions.honest;
    heading("stake", "Who holds the stake")
        + &table(&head, rows)
        + &figure(&report.spread.figure(question.subject.network, Some(honest)))
}

/// The other schemes.
pub(super) fn schemes(question: &Question<'_>, report: &Report) -> String {
    heading("schemes", "Other schemes")
        + &paragraph(
            "The same stakes under each way to draw seats, each with its best threshold. <code>fait-accompli</code> makes the largest \
             accounts members for sure; <code>fixed</code> is for comparison, Klero has no such committees.",
        )
        + &figure(&report.schemes.figure(&question.subject))
}

/// What the numbers are and are not.
pub(super) fn reading(question: &Question<'_>) -> String {
    let adversary = match question.subject.assumptions.adversary {
        Adversary::Worst => {
            "the worst of three for each event: the largest accounts, the smallest, or dust everywhere"
        }
        Adversary::Dust => "a part of every account, in accounts too small to hold a seat for sure",
        Adversary::Largest => "the largest accounts",
        Adversary::Smallest => "the smallest accounts",
    };
    let items = [
        "Each number is an upper bound, rounded up at every step. 2<sup>−40</sup> is about one in a million million.".to_owned(),
        format!("The stake of the adversary is {adversary}. These are examples; a set of accounts that is chosen for its fractions may be worse by a few bits."),
        "The bounds use the stakes of the file as they are. When stake has moved, make a new report; a node warns when its \
         electorate misses the targets.".to_owned(),
        "The honest share counts who is honest and online. Network delays, bugs and stolen keys are not in these numbers.".to_owned(),
        "The names RISK-1 to RISK-6 are those of the chapter “What is bounded” in Klero's specification.".to_owned(),
    ];
    let items = items.map(|item| format!("<li>{item}</li>\n"));
    heading("reading", "How to read this") + &format!("<ul>\n{}</ul>\n", items.concat())
}
