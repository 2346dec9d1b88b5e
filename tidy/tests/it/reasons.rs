use klero_tidy::reasons;

use crate::{parse, summaries};

fn found(text: &str) -> Vec<String> {
    summaries(reasons::check(&parse("a.rs", text)))
}

#[test]
fn exceptions_without_a_reason_are_found() {
    assert_eq!(
        found("#[allow(dead_code)]\nfn f() {}"),
        ["a.rs:1: `allow` without a reason"]
    );
    assert_eq!(
        found("#![allow(dead_code)]"),
        ["a.rs:1: `allow` without a reason"]
    );
    assert_eq!(
        found("\n#[expect(dead_code)]\nfn f() {}"),
        ["a.rs:2: `expect` without a reason"]
    );
    assert_eq!(
        found("#[test]\n#[ignore]\nfn f() {}"),
        ["a.rs:2: `ignore` without a reason"]
    );
    assert_eq!(
        found("#[cfg_attr(test, allow(dead_code))]\nfn f() {}"),
        ["a.rs:1: `allow` without a reason"]
    );
    assert_eq!(
        found("fn f() { #[allow(dead_code)]\nlet a = 1; }"),
        ["a.rs:1: `allow` without a reason"]
    );
}

#[test]
fn documentation_and_distant_comments_are_no_reason() {
    assert_eq!(found("/// Why not\n#[allow(dead_code)]\nfn f() {}").len(), 1);
    assert_eq!(found("// Because\n\n#[allow(dead_code)]\nfn f() {}").len(), 1);
    assert_eq!(
        found("const A: &str = \"// no\";\n#[allow(dead_code)]\nfn f() {}").len(),
        1
    );
}

#[test]
fn reasons_are_seen() {
    let fine = [
        "#[allow(dead_code, reason = \"because\")]\nfn f() {}",
        "#[expect(\n    dead_code,\n    reason = \"because\",\n)]\nfn f() {}",
        "#[allow(dead_code)] // because\nfn f() {}",
        "// because\n#[allow(dead_code)]\nfn f() {}",
        "/* because\n*/\n#[allow(dead_code)]\nfn f() {}",
        "#[ignore = \"takes an hour\"]\nfn f() {}",
        "#[cfg_attr(test, allow(dead_code, reason = \"because\"))]\nfn f() {}",
        "#[deny(dead_code)]\n#[serde(ignore)]\nfn f() { allow(1); ignore; }",
    ];
    for text in fine {
        assert_eq!(found(text), [""; 0], "{text}");
    }
}
