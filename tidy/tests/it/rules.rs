use klero_tidy::rules::{check, page};
use klero_tidy::tags::Tags;

use crate::parse;

fn tags() -> Tags {
    let mut tags = Tags::default();
    let chapter = "- [BA-7] <a id=\"ba-7\"></a>**A Next quorum** of period q.\n- [BA-8] Nothing yet.\n";
    tags.add_chapter("docs/src/spec/agreement.md", chapter);
    tags.add_pending("docs/spec/pending.txt", "BA-8")
        .expect("a list of tags");
    for path in [
        "agreement/src/a.rs",
        "agreement/src/check/b.rs",
        "agreement/tests/it/next.rs",
    ] {
        tags.add_source(&parse(path, "// [BA-7]\n// [BA-7]"));
    }
    tags
}

#[test]
fn a_rule_leads_to_its_code_and_its_tests() {
    let page = page(&tags());
    let rule = "| [BA-7](agreement.md#ba-7) A Next quorum \
                | [agreement/a](../../../agreement/src/a.rs), [agreement/check/b](../../../agreement/src/check/b.rs) \
                | [agreement/next](../../../agreement/tests/it/next.rs) |";
    assert!(page.lines().any(|line| line == rule), "{page}");
    let pending = "| [BA-8](agreement.md#ba-8) | not built yet |  |";
    assert!(page.lines().any(|line| line == pending), "{page}");
}

#[test]
fn a_page_that_is_out_of_date_is_found() {
    let mut tags = tags();
    let written = page(&tags);
    assert_eq!(check(&written, &tags), None);
    tags.add_source(&parse("agreement/tests/it/later.rs", "// [BA-7]"));
    let finding = check(&written, &tags).expect("a test was added");
    assert!(
        written
            .lines()
            .nth(finding.line - 1)
            .is_some_and(|line| line.contains("[BA-7]"))
    );
    assert!(check("", &tags).is_some());
}
