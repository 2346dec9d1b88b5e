//! `statrs`, which computes with 64-bit floats: a cross-check where it is right, and how wrong it is elsewhere.

use std::fs;

use klero_analysis::{Binomial, Event, Hypergeometric, Log2Bound, Poisson};
use statrs::distribution::DiscreteCDF;

use crate::oracle::fraction;

/// P[X ≥ k] or P[X < k] for a binomial X with n trials and `mean`/`of` successes in each.
#[derive(Clone, Copy)]
struct Question {
    n: u64,
    mean: u64,
    of: u64,
    event: Event,
}

impl Question {
    fn ours(self) -> Log2Bound {
        let p = fraction(&format!("{}/{}", self.mean, self.of));
        Binomial::new(self.n, p).unwrap().tail(self.event).unwrap()
    }

    fn statrs(self) -> f64 {
        let p = self.mean as f64 / self.of as f64;
        let law = statrs::distribution::Binomial::new(p, self.n).unwrap();
        statrs_tail(&law, self.event)
    }
}

fn statrs_tail(law: &impl DiscreteCDF<u64, f64>, event: Event) -> f64 {
    match event {
        Event::Below(k) => law.cdf(k - 1),
        Event::AtMost(k) => law.cdf(k),
        Event::AtLeast(k) => law.sf(k - 1),
        Event::Above(k) => law.sf(k),
    }
}

fn value(bound: Log2Bound) -> f64 {
    bound.decimal().parse().unwrap()
}

fn error(statrs: f64, ours: Log2Bound) -> f64 {
    (statrs / value(ours) - 1.0).abs()
}

/// Seats of a committee with 961 or 1000 expected: each of n units of stake draws for itself.
fn seats(n: u64, mean: u64, event: Event) -> Question {
    Question {
        n,
        mean,
        of: n,
        event,
    }
}

#[test]
fn agrees_up_to_a_million_trials() {
    for n in [2_000, 30_000, 1_000_000] {
        for event in [
            Event::AtLeast(1_000),
            Event::Above(1_100),
            Event::Below(900),
            Event::AtMost(690),
        ] {
            let question = seats(n, 961, event);
            let error = error(question.statrs(), question.ours());
            assert!(error < 1e-8, "{event} for n = {n}: {error}");
        }
    }
    for event in [Event::AtLeast(1_031), Event::Above(1_315), Event::Below(900)] {
        let ours = Poisson::new(fraction("1000")).unwrap().tail(event).unwrap();
        let law = statrs::distribution::Poisson::new(1_000.0).unwrap();
        let error = error(statrs_tail(&law, event), ours);
        assert!(error < 1e-8, "{event}: {error}");
    }
    let ours = Hypergeometric::new(10_000, 3_333, 200)
        .unwrap()
        .tail(Event::AtLeast(100))
        .unwrap();
    let law = statrs::distribution::Hypergeometric::new(10_000, 3_333, 200).unwrap();
    assert!(error(statrs_tail(&law, Event::AtLeast(100)), ours) < 1e-8);
}

/// The questions of the page and the answers of `statrs`.
fn shown() -> Vec<(Question, &'static str)> {
    let tossed = |n: u64, k: u64| Question {
        n,
        mean: 1,
        of: 2,
        event: Event::AtLeast(k),
    };
    let [n6, n9, n12, n15, n18] = [6, 9, 12, 15, 18].map(|power| 10_u64.pow(power));
    vec![
        (seats(n6, 961, Event::AtLeast(1_300)), "1.733e-25"),
        (seats(n9, 961, Event::AtLeast(1_300)), "1.836e-25"),
        (seats(n12, 961, Event::AtLeast(1_300)), "1.833e-25"),
        (seats(n15, 961, Event::AtLeast(1_300)), "2.668e-26"),
        (seats(n18, 961, Event::AtLeast(1_300)), "inf"),
        (seats(n6, 1_000, Event::Below(690)), "1.165e-25"),
        (seats(n12, 1_000, Event::Below(690)), "1.215e-25"),
        (seats(n15, 1_000, Event::Below(690)), "1.572e-25"),
        (seats(n18, 1_000, Event::Below(690)), "0"),
        (seats(n15, 961, Event::AtLeast(1_000)), "1.229"),
        (seats(n18, 961, Event::AtLeast(1_000)), "0"),
        (tossed(n6, 500_001), "0.5008"),
        (tossed(n9, 500_000_001), "4.715"),
        (tossed(n12, 500_000_000_001), "148.2"),
    ]
}

#[test]
fn the_page_of_the_documentation_shows_what_is_computed() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/src/tune/statrs.md");
    let page = fs::read_to_string(page).unwrap();
    for (question, text) in shown() {
        let Question { n, mean, of, event } = question;
        let (ours, theirs) = (question.ours(), question.statrs());
        let said: f64 = text.parse().unwrap();
        // The last digits of a float may be other ones on another machine.
        assert!(
            theirs == said || (theirs / said - 1.0).abs() < 0.01,
            "{event} for n = {n}: {theirs} and not {text}"
        );
        let p = if mean == 1 {
            "1/2".to_owned()
        } else {
            format!("{mean}/n")
        };
        assert!(mean == 1 || of == n);
        let zeros = n.ilog10();
        let row = format!("| 10^{zeros} | {p} | {event} | {} | {text} |", ours.decimal());
        assert!(page.contains(&row), "the page lacks {row}");
    }
}

#[test]
fn is_wrong_from_ten_to_the_twelfth_trials_on() {
    for (question, _) in shown()
        .into_iter()
        .filter(|(question, _)| question.n >= 1_000_000_000_000)
    {
        let error = error(question.statrs(), question.ours());
        assert!(error > 1e-3, "{} for n = {}: {error}", question.event, question.n);
    }
    // On the unsafe side, too: far too small for what is expected in one round out of ten.
    let often = seats(10_u64.pow(18), 961, Event::AtLeast(1_000));
    assert!(often.statrs() < 1e-9 && value(often.ours()) > 0.1);
}
