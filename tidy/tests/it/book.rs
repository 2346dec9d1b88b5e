use klero_tidy::book::check;

use crate::summaries;

fn found(summary: &str, files: &[&str]) -> Vec<String> {
    let files: Vec<String> = files.iter().map(|file| format!("docs/src/{file}")).collect();
    summaries(check(summary, &files))
}

#[test]
fn links_and_chapters_that_match_pass() {
    let summary =
        "# Summary\n\n[Start](start.md)\n- [Rules](./spec/rules.md#seats)\n- [Later]()\n- [A](https://a.b/c)";
    assert_eq!(
        found(summary, &["SUMMARY.md", "start.md", "spec/rules.md"]),
        [""; 0]
    );
}

#[test]
fn a_link_to_nothing_is_found() {
    let expected = ["docs/src/SUMMARY.md:2: a link to `gone.md`, which does not exist"];
    assert_eq!(found("# Summary\n- [Gone](gone.md)", &["SUMMARY.md"]), expected);
}

#[test]
fn a_chapter_that_nothing_links_is_found() {
    let expected = ["docs/src/lost.md:1: no link leads to this chapter"];
    assert_eq!(found("# Summary", &["SUMMARY.md", "lost.md"]), expected);
}
