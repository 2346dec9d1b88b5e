use klero_tidy::names;

use crate::{parse, summaries};

fn named(text: &str) -> Vec<String> {
    summaries(names::check(&parse("a/src/lib.rs", text)))
}

#[test]
fn forbidden_names_are_found_wherever_names_are_given() {
    let samples = [
        ("fn misc() {}", "function `misc`"),
        ("impl A { fn do_it(&self) {} }", "function `do_it`"),
        ("trait T { fn foo(); }", "function `foo`"),
        ("struct PeerManager;", "type `PeerManager`"),
        ("enum Stuff {}", "type `Stuff`"),
        ("type Helper = u8;", "type `Helper`"),
        ("trait VoteHelpers {}", "trait `VoteHelpers`"),
        ("mod utils;", "module `utils`"),
        ("mod a { mod common {} }", "module `common`"),
        ("struct A { tmp_path: u8 }", "field `tmp_path`"),
        ("enum A { B { data2: u8 } }", "field `data2`"),
        ("enum A { Misc }", "variant `Misc`"),
        ("const UTIL_SIZE: u8 = 1;", "constant `UTIL_SIZE`"),
        ("static MISC: u8 = 1;", "static `MISC`"),
        ("macro_rules! helper { () => {} }", "macro `helper`"),
    ];
    for (text, what) in samples {
        assert_eq!(
            named(text),
            [format!("a/src/lib.rs:1: the {what} has a name that says nothing")],
            "{text}"
        );
    }
}

#[test]
fn names_that_only_contain_the_letters_pass() {
    let text =
        "mod utility_function { fn common_prefix() {} fn stuffed() {} struct Miscount; } const FOOT: u8 = 1;";
    assert_eq!(named(text), [""; 0]);
}

#[test]
fn files_and_folders_have_names_too() {
    for path in [
        "a/src/util.rs",
        "a/tests/it/common/mod.rs",
        "a/src/vote_helpers.rs",
    ] {
        assert_eq!(names::path(path).len(), 1, "{path}");
        assert_eq!(names::check(&parse(path, "")).len(), 1, "{path}");
    }
    assert_eq!(names::path("agreement/src/sim/net.rs"), []);
}

#[test]
fn the_line_is_that_of_the_name() {
    assert_eq!(
        named("\n\n#[derive(Debug)]\nstruct Misc;"),
        ["a/src/lib.rs:4: the type `Misc` has a name that says nothing"]
    );
}
