//! `klero-analysis failure`: what it prints.

use crate::command::{printed, refused};

const NETWORK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/network.csv");

fn json(arguments: &str) -> serde_json::Value {
    serde_json::from_str(&printed(&format!("failure --json {arguments}"))).unwrap()
}

#[test]
fn three_events_and_the_worst_adversary_of_each() {
    let text = printed(&format!(
        "failure --scheme quota --expected 961 --threshold 690 --honest 0.8 --stake {NETWORK}"
    ));
    let expected = format!(
        "quota: 961 seats expected, threshold 690, honest share 4/5
{NETWORK}: 1000 accounts, total stake 272097518896180030

event                                 at most    probability        adversary
no progress [RISK-1]                  2^-39.35   1.426515464e-12    largest
two values staged [RISK-2]            2^-38.69   2.251386376e-12    largest
forged without honest votes [RISK-4]  2^-559.74  3.152439265e-169   dust
"
    );
    assert_eq!(text, expected);
}

#[test]
fn a_bound_for_all_stakes_says_where_it_is_proved() {
    let text = printed("failure --expected 2879 --threshold 1973 --honest 4/5");
    let expected = "quota: 2879 seats expected, threshold 1973, honest share 4/5
whatever the stakes are: Poisson, proved for fewer honest seats than their mean and for seats
more than one above the mean; what lies nearer to it counts as certain

event                                 at most    probability
no progress [RISK-1]                  2^-40.15   8.156297879e-13
two values staged [RISK-2]            2^-40.04   8.815256802e-13
forged without honest votes [RISK-4]  2^-1496.09 4.261533818e-451
";
    assert_eq!(text, expected);
}

#[test]
fn a_full_committee_needs_no_size() {
    let text = printed("failure --scheme full --honest 0.8");
    let expected = "full: everyone is a member, a quorum is more than 2/3 of the stake, honest share 4/5
whatever the stakes are

event                                 at most    probability
no progress [RISK-1]                  0          0
two values staged [RISK-2]            0          0
forged without honest votes [RISK-4]  0          0
";
    assert_eq!(text, expected);
    let value = json("--scheme full --honest 2/3");
    assert_eq!(
        (&value["live_log2"], &value["split_log2"]),
        (&(0.0).into(), &serde_json::Value::Null)
    );
    assert_eq!(
        (&value["full"], &value["expected"]),
        (&true.into(), &serde_json::Value::Null)
    );
}

#[test]
fn json_names_each_bound_and_its_adversary() {
    let size = "--expected 961 --threshold 690 --honest 0.8";
    let value = json(&format!("--scheme quota {size} --stake {NETWORK}"));
    let near = |key: &str, figure: f64| {
        let bound = value[key].as_f64().unwrap();
        assert!((bound / figure - 1.0).abs() < 1e-9, "{key}: {bound}");
    };
    near("live_log2", -39.350_641_752_5);
    near("split_log2", -38.692_323_469_7);
    near("take_log2", -559.749_379_460_5);
    assert_eq!(value["live"], "1.426515464e-12");
    assert_eq!(
        (&value["live_adversary"], &value["take_adversary"]),
        (&"largest".into(), &"dust".into())
    );
    assert_eq!(
        (&value["scheme"], &value["adversary"]),
        (&"quota".into(), &"worst".into())
    );
    assert_eq!(
        (&value["expected"], &value["threshold"]),
        (&961.into(), &690.into())
    );
    let value = json(&format!("--scheme fixed {size}"));
    assert_eq!(
        (&value["adversary"], &value["live_adversary"]),
        (&serde_json::Value::Null, &serde_json::Value::Null)
    );
}

#[test]
fn silent_groups_make_progress_less_likely_and_nothing_else() {
    let size = format!("--expected 2000 --threshold 1250 --honest 0.8 --stake {NETWORK}");
    for scheme in ["quota", "binomial", "fait-accompli", "fixed"] {
        let value = |groups: u32| json(&format!("--scheme {scheme} {size} --offline-groups {groups}"));
        let (all, fewer) = (value(0), value(3));
        assert_eq!(
            (&all["split_log2"], &all["take_log2"]),
            (&fewer["split_log2"], &fewer["take_log2"]),
            "{scheme}"
        );
        // What cannot happen at all is null.
        let live = |value: &serde_json::Value| value["live_log2"].as_f64().unwrap_or(f64::NEG_INFINITY);
        assert!(
            live(&all) < -20.0 && live(&fewer) > -1.0,
            "{scheme}: {all} {fewer}"
        );
        assert_eq!(fewer["offline_groups"], 3);
    }
    let text = printed(&format!("failure --scheme quota {size} --offline-groups 3"));
    assert!(
        text.contains("\nsilent besides: the 3 largest groups\n"),
        "{text}"
    );
}

#[test]
fn an_error_ends_with_what_helps() {
    let size = "--expected 9 --threshold 7 --honest 0.8";
    for (arguments, status, cause) in [
        (
            "--expected 0 --threshold 7 --honest 0.8".to_owned(),
            1,
            "0 expected seats: choose 1 to 1048576",
        ),
        (
            "--expected 9 --threshold 0 --honest 0.8".to_owned(),
            1,
            "a threshold of 0 seats",
        ),
        (
            "--expected 9 --threshold 7 --honest 1.1".to_owned(),
            1,
            "an honest share of 11/10",
        ),
        (
            format!("--scheme fait-accompli {size}"),
            1,
            "fait-accompli has no bound for all stakes",
        ),
        (
            format!("--stake nowhere.csv {size}"),
            1,
            "nowhere.csv: it cannot be read",
        ),
        (format!("--adversary dust {size}"), 2, "--stake <FILE>"),
        (format!("--offline-groups 1 {size}"), 2, "--stake <FILE>"),
        (
            format!("--scheme lottery {size}"),
            2,
            "quota, binomial, fait-accompli, full, fixed",
        ),
        (
            "--scheme fixed --expected 9 --honest 0.8".to_owned(),
            1,
            "--expected and --threshold are missing",
        ),
        (
            format!("--population 100 {size}"),
            1,
            "--population is for the scheme fixed",
        ),
        (
            format!("--scheme fixed --population 8 {size}"),
            1,
            "9 draws of a population of 8",
        ),
        ("--expected 9 --threshold 7".to_owned(), 2, "--honest <SHARE>"),
    ] {
        let (ended, text) = refused(&format!("failure {arguments}"));
        assert_eq!(ended, status, "{arguments}: {text}");
        assert!(
            text.contains(cause) && text.contains("--help"),
            "{arguments}: {text}"
        );
    }
}

#[test]
fn a_fixed_committee_of_equal_members() {
    let size = "--scheme fixed --expected 200 --threshold 101 --honest 1201/1800";
    let text = printed(&format!("failure {size} --population 1800"));
    assert!(
        text.contains("\nthe seats are drawn from 1800 equal members without putting back\n"),
        "{text}"
    );
    let equal = json(&format!("{size} --population 1800"));
    // A tail of its own: more than half of 200 draws from 1800, 599 of them marked.
    let tail = printed("tail hypergeometric --population 1800 --marked 599 --draws 200 --ge 101 --json");
    let tail: serde_json::Value = serde_json::from_str(&tail).unwrap();
    assert_eq!(
        (&equal["take_log2"], &equal["population"]),
        (&tail["log2"], &1800.into())
    );
    let by_stake = json(size);
    assert!(equal["take_log2"].as_f64().unwrap() < by_stake["take_log2"].as_f64().unwrap());
}
