use std::collections::BTreeSet;

use klero_tidy::licences::{allowed, allows, check};

fn list() -> BTreeSet<String> {
    let text = "[licenses]\nallow = [\"MIT\", \"ISC\", \"Apache-2.0 WITH LLVM-exception\"]";
    allowed("deny.toml", text).expect("a list")
}

#[test]
fn expressions_that_can_be_met_pass() {
    let met = [
        "MIT",
        "MIT OR GPL-3.0",
        "GPL-3.0 OR MIT",
        "GPL-3.0/MIT",
        "GPL-3.0 / MIT",
        "MIT AND ISC",
        "(GPL-3.0 OR MIT) AND ISC",
        "ISC AND (GPL-3.0 OR MIT)",
        "GPL-3.0 AND ISC OR MIT",
        "Apache-2.0 WITH LLVM-exception",
        "GPL-3.0 OR Apache-2.0 WITH LLVM-exception",
    ];
    for expression in met {
        assert!(allows(expression, &list()), "{expression}");
    }
}

#[test]
fn others_do_not() {
    let unmet = [
        "",
        "GPL-3.0",
        "Apache-2.0",
        "MIT AND GPL-3.0",
        "MIT AND (GPL-3.0 OR Apache-2.0)",
        "GPL-3.0 AND MIT OR GPL-2.0",
        "MIT WITH LLVM-exception",
        "(MIT",
        "MIT)",
        "MIT OR",
        "MIT ISC",
    ];
    for expression in unmet {
        assert!(!allows(expression, &list()), "{expression}");
    }
}

#[test]
fn packages_are_found_by_name_once() {
    let tree = "a v1.0.0|MIT\nb v2.0.0 (proc-macro)|GPL-3.0\nb v2.0.0 (proc-macro)|GPL-3.0 (*)\n\nc v0.1.0|";
    let findings: Vec<String> = check(tree, &list())
        .into_iter()
        .map(|finding| finding.what)
        .collect();
    assert_eq!(findings.len(), 2);
    assert!(
        findings[0].starts_with("b v2.0.0 (proc-macro) has the licence `GPL-3.0`"),
        "{findings:?}"
    );
    assert!(
        findings[1].starts_with("c v0.1.0 has the licence ``"),
        "{findings:?}"
    );
}

#[test]
fn a_file_without_the_list_is_a_finding() {
    assert!(allowed("deny.toml", "[licenses]\n").is_err());
    assert!(allowed("deny.toml", "[licenses").is_err());
}
