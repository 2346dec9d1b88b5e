use klero_tidy::tags::{Tags, tags_in};

use crate::{parse, summaries};

const CHAPTER: &str = "docs/src/spec/agreement.md";

/// What is found in a specification, a list of pending rules and Rust files.
fn check(chapter: &str, pending: &str, files: &[(&str, &str)]) -> Vec<String> {
    let mut tags = Tags::default();
    tags.add_chapter(CHAPTER, chapter);
    tags.add_pending("docs/spec/pending.txt", pending)
        .expect("a list of tags");
    for (path, text) in files {
        tags.add_source(&parse(path, text));
    }
    summaries(tags.check())
}

#[test]
fn tags_are_read_in_brackets_only() {
    assert_eq!(
        tags_in("[BA-7], [STK-5b] and ([SEAT-12])"),
        ["BA-7", "STK-5b", "SEAT-12"]
    );
    assert_eq!(
        tags_in("BA-7 [C14] [A-1] [ABCDE-1] [BA-] [BA-x] [ba-1] [BA-5bc] [a] []"),
        [""; 0]
    );
}

#[test]
fn a_rule_named_by_code_and_test_passes() {
    let test = ("agreement/tests/it/next.rs", "// [BA-7]");
    for code in [
        "// [BA-7]",
        "/// Moves on [BA-7].\nfn f() {}",
        "//! [BA-7]",
        "fn f() {} /* [BA-7] */",
    ] {
        assert_eq!(
            check("- [BA-7] A quorum.", "", &[("agreement/src/a.rs", code), test]),
            [""; 0],
            "{code}"
        );
    }
}

#[test]
fn a_rule_that_no_code_or_no_test_names_is_found() {
    let code = ("agreement/src/a.rs", "// [BA-7]");
    let test = ("agreement/tests/it/next.rs", "// [BA-7]");
    let chapter = "# Agreement\n\n- [BA-7] A quorum.\n  Not here: [BA-8].\n";
    assert_eq!(
        check(chapter, "", &[code]),
        ["docs/src/spec/agreement.md:3: no test names [BA-7]"]
    );
    assert_eq!(
        check(chapter, "", &[test]),
        ["docs/src/spec/agreement.md:3: no code names [BA-7]"]
    );
    assert_eq!(check(chapter, "", &[]).len(), 2);
    let string = ("agreement/src/a.rs", "const A: &str = \"[BA-7]\";");
    assert_eq!(
        check(chapter, "", &[string, test]),
        ["docs/src/spec/agreement.md:3: no code names [BA-7]"]
    );
    let elsewhere = ("agreement/benches/a.rs", "// [BA-7]");
    assert_eq!(check(chapter, "", &[elsewhere]).len(), 2);
}

#[test]
fn tests_beside_the_code_count_as_tests() {
    let files = [
        "// [BA-7]\n#[cfg(test)]\nmod tests {\n    // [BA-7]\n}",
        "// [BA-7]\n#[test]\nfn f() {\n    assert!(true, \"[BA-7]\");\n}",
    ];
    for text in files {
        assert_eq!(
            check("- [BA-7] A quorum.", "", &[("agreement/src/a.rs", text)]),
            [""; 0],
            "{text}"
        );
    }
    let files = [
        ("agreement/src/a.rs", "// [BA-7]"),
        ("agreement/src/a_test.rs", "// [BA-7]"),
    ];
    assert_eq!(check("- [BA-7] A quorum.", "", &files), [""; 0]);
}

#[test]
fn a_pending_rule_needs_no_name_and_may_have_no_code() {
    let pending = "# later\nBA-7 # with the next step\n\n";
    assert_eq!(check("- [BA-7] A quorum.", pending, &[]), [""; 0]);
    let code = ("agreement/src/a.rs", "\n// [BA-7]");
    let findings = check("- [BA-7] A quorum.", pending, &[code]);
    assert_eq!(
        findings,
        ["agreement/src/a.rs:2: code names [BA-7], which is listed as pending"]
    );
    let findings = check("- [BA-7] A quorum.", "BA-7\nBA-9", &[]);
    let expected = "docs/spec/pending.txt:2: [BA-9] is pending, but the specification does not define it";
    assert_eq!(findings, [expected]);
    assert!(
        Tags::default()
            .add_pending("docs/spec/pending.txt", "BA-7\nsoon")
            .is_err()
    );
}

#[test]
fn a_tag_defined_twice_is_found() {
    let findings = check("- [BA-7] A quorum.\n- [BA-7] Another.", "BA-7", &[]);
    assert_eq!(
        findings,
        ["docs/src/spec/agreement.md:2: [BA-7] is defined a second time"]
    );
}

#[test]
fn a_tag_that_the_specification_lacks_is_found() {
    let code = ("agreement/src/a.rs", "// [BA-70], and of another family [XY-1]");
    let test = ("agreement/tests/it/a.rs", "// [BA-71]");
    let findings = check("- [BA-7] A quorum.", "BA-7", &[code, test]);
    let expected = [
        "agreement/src/a.rs:1: the specification has no [BA-70]",
        "agreement/tests/it/a.rs:1: the specification has no [BA-71]",
    ];
    assert_eq!(findings, expected);
}
