use klero_tidy::Source;
use klero_tidy::workspace::mark_test_modules;

use crate::parse;

fn comments(text: &str) -> Vec<(usize, String, bool)> {
    let source = parse("a.rs", text);
    source
        .comments
        .into_iter()
        .map(|comment| (comment.line, comment.text, comment.doc))
        .collect()
}

fn test_lines(text: &str) -> Vec<usize> {
    let source = parse("a.rs", text);
    (1..=text.lines().count())
        .filter(|line| source.is_test(*line))
        .collect()
}

#[test]
fn comments_have_lines_and_strings_are_none() {
    let text = "//! inner\n// plain\nfn f() { // after\n    g(\"// no\", r#\"/* no */\"#, '\"'); /* one\n       two */\n}\n\
        /// outer\n/** block\n doc */\nstruct A;\n// last";
    let expected = [
        (1, "//! inner", true),
        (2, "// plain", false),
        (3, "// after", false),
        (4, "/* one", false),
        (5, "two */", false),
        (7, "/// outer", true),
        (8, "/** block", true),
        (9, "doc */", true),
        (11, "// last", false),
    ];
    assert_eq!(
        comments(text),
        expected.map(|(line, text, doc)| (line, text.to_owned(), doc))
    );
}

#[test]
fn comments_after_wide_letters_are_whole() {
    let text = "/// τ·s/S ≤ ⌊q⌋\nfn f() { g(\"⊥\") } // σ(p) — ⊥\nfn h() {} // done";
    let expected = [
        (1, "/// τ·s/S ≤ ⌊q⌋", true),
        (2, "// σ(p) — ⊥", false),
        (3, "// done", false),
    ];
    assert_eq!(
        comments(text),
        expected.map(|(line, text, doc)| (line, text.to_owned(), doc))
    );
}

#[test]
fn lines_for_tests_only_are_known() {
    assert_eq!(
        test_lines("fn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\nfn c() {}"),
        [2, 3, 4, 5]
    );
    assert_eq!(
        test_lines("#[cfg(all(test, feature = \"sim\"))]\nuse a::B;\nfn c() {}"),
        [1, 2]
    );
    assert_eq!(
        test_lines("#[test]\n#[should_panic]\nfn a<A, B>() {\n}\nfn c() {}"),
        [1, 2, 3, 4]
    );
    assert_eq!(
        test_lines("struct A {\n    #[cfg(test)]\n    a: u8,\n    b: u8,\n}"),
        [2, 3]
    );
    assert_eq!(
        test_lines("impl A {\n    #[cfg(test)]\n    pub(crate) fn a() {\n    }\n    fn b() {}\n}"),
        [2, 3, 4]
    );
    assert_eq!(test_lines("#![cfg(test)]\nfn a() {}"), [1, 2]);
    assert_eq!(
        test_lines("#[cfg(not(test))]\nfn a() {}\n#[cfg(any(test, unix))]\nfn b() {}"),
        [0; 0]
    );
}

#[test]
fn modules_for_tests_only_may_be_files() {
    let mut sources = [
        parse("a/src/lib.rs", "#[cfg(test)]\nmod tests;\nmod b;"),
        parse("a/src/b.rs", "#[cfg(test)]\nmod cases;"),
        parse("a/src/tests.rs", "mod deep;"),
        parse("a/src/tests/deep.rs", ""),
        parse("a/src/b/cases/mod.rs", ""),
        parse("a/src/b/casestudy.rs", ""),
    ];
    mark_test_modules(&mut sources);
    let marked = sources
        .iter()
        .filter(|source| source.test_only)
        .map(|source| source.path.as_str());
    let expected = ["a/src/tests.rs", "a/src/tests/deep.rs", "a/src/b/cases/mod.rs"];
    assert_eq!(marked.collect::<Vec<_>>(), expected);
}

#[test]
fn what_is_not_rust_is_a_finding() {
    let finding = Source::parse("a.rs", "fn f() {\n    (\n}\n").expect_err("brackets do not match");
    assert_eq!((finding.path.as_str(), finding.line), ("a.rs", 3));
}
