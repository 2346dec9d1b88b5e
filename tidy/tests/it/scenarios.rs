use klero_tidy::scenarios::{Scenario, check, page};
use klero_tidy::tags::Tags;

use crate::summaries;

const STORY: &str = "//! [BA-7] [BA-8] One node sees a quorum\n//! late. It follows.\n\nuse super::Story;\n";

fn tags() -> Tags {
    let mut tags = Tags::default();
    let chapter = "- [BA-7] **A Next quorum** of period q.\n- [BA-8] **A Cert quorum** decides.\n";
    tags.add_chapter("docs/src/spec/agreement.md", chapter);
    tags
}

fn late_quorum() -> Scenario {
    Scenario::read("agreement/tests/it/scenario/late_quorum.rs", STORY).expect("a scenario")
}

#[test]
fn a_rule_leads_to_its_stories_and_a_story_to_its_rules() {
    let scenario = late_quorum();
    assert_eq!(scenario.story, "One node sees a quorum late. It follows.");
    let page = page(&[scenario], &tags());
    let link = "[late quorum](../../../agreement/tests/it/scenario/late_quorum.rs)";
    let rule = format!("| [BA-8](agreement.md#ba-8) A Cert quorum | {link} |");
    assert!(page.lines().any(|line| line == rule), "{page}");
    let story = format!(
        "| {link} | One node sees a quorum late. It follows. \
         | [BA-7](agreement.md#ba-7), [BA-8](agreement.md#ba-8) |"
    );
    assert!(page.lines().any(|line| line == story), "{page}");
}

#[test]
fn a_scenario_without_rules_or_story_is_found() {
    for head in [
        "//! One node sees a quorum late.\n",
        "//! [BA-7]\n",
        "use super::Story;\n",
    ] {
        assert!(
            Scenario::read("agreement/tests/it/scenario/a.rs", head).is_err(),
            "{head}"
        );
    }
}

#[test]
fn a_page_that_is_out_of_date_a_rule_without_a_story_and_a_story_that_is_not_run_are_found() {
    let (tags, scenario) = (tags(), late_quorum());
    let declared = "mod late_quorum;";
    let written = page(std::slice::from_ref(&scenario), &tags);
    let findings = |written: &str, scenarios: &[Scenario], declared: &str| {
        summaries(check(written, scenarios, &tags, declared))
    };
    assert_eq!(
        findings(&written, std::slice::from_ref(&scenario), declared),
        Vec::<String>::new()
    );
    let stale = findings("", std::slice::from_ref(&scenario), declared);
    assert_eq!(
        stale,
        ["docs/src/spec/scenarios.md:1: the page of scenarios is out of date"]
    );
    let not_run = findings(&written, std::slice::from_ref(&scenario), "");
    assert_eq!(
        not_run,
        ["agreement/tests/it/scenario/late_quorum.rs:1: a scenario that is not run"]
    );
    let bare = Scenario {
        tags: vec!["BA-8".to_owned()],
        ..scenario
    };
    let missing = findings(&page(std::slice::from_ref(&bare), &tags), &[bare], declared);
    assert_eq!(
        missing,
        ["docs/src/spec/agreement.md:1: no scenario shows [BA-7]"]
    );
}
