use klero_tidy::lower;

use crate::parse;

fn breaches(text: &str) -> Vec<String> {
    lower::check(&parse("stake/src/lib.rs", text))
        .into_iter()
        .map(|finding| finding.what)
        .collect()
}

fn assert_breach(text: &str, part: &str) {
    let found = breaches(text);
    assert!(found.len() == 1 && found[0].contains(part), "{text}: {found:?}");
}

#[test]
fn floating_point_is_found() {
    assert_breach("fn f(share: f64) {}", "`f64`");
    assert_breach("type A = f32;", "`f32`");
    assert_breach("const A: B = c(0.5);", "`0.5`");
    assert_breach("fn f() { g(1e9) }", "`1e9`");
    assert_breach("fn f() { a!(x > 1_f64) }", "`1_f64`");
    assert_breach("fn f() { g(2f32) }", "`2f32`");
    assert_breach("fn f() { g(0..2.5) }", "`2.5`");
    assert_eq!(
        breaches("/// 0.5 of f64\nfn f() { a.0.1; b.0; 0..2; 0x1e9; 0x1f64; g(\"0.5 f64\") } // f64"),
        [""; 0]
    );
}

#[test]
fn panics_are_found() {
    assert_breach("fn f() { x.unwrap(); }", "`unwrap`");
    assert_breach("fn f() { x.expect(\"y\"); }", "`expect`");
    assert_breach("fn f() { x.map(Result::unwrap_err); }", "`unwrap_err`");
    assert_breach("fn f() { panic!(\"y\") }", "`panic!`");
    assert_breach("fn f() { a!(todo!()) }", "`todo!`");
    assert_breach("fn f() { std::unimplemented!() }", "`unimplemented!`");
    assert_breach("fn f() { match x { _ => unreachable!(), } }", "`unreachable!`");
    let fine = "#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::panic))]\n\
        #[expect(dead_code, reason = \"y\")]\n\
        fn f() { x.unwrap_or(1); assert!(a); b.unwrap_or_default(); expect(1) }";
    assert_eq!(breaches(fine), [""; 0]);
}

#[test]
fn unsafe_code_is_found() {
    assert_breach("fn f() { unsafe { g() } }", "unsafe");
    assert_breach("unsafe impl Send for A {}", "unsafe");
    assert_eq!(breaches("#![forbid(unsafe_code)]"), [""; 0]);
}

#[test]
fn the_world_outside_is_found() {
    assert_breach("use std::fs;", "`std::fs`");
    assert_breach("use std::{fmt, net::IpAddr};", "`std::net`");
    assert_breach("fn f() { std::thread::sleep(d) }", "`std::thread`");
    assert_breach("use std::{fmt, time::{Duration, Instant}};", "`Instant`");
    assert_breach("fn f() { time::SystemTime::now() }", "`SystemTime`");
    assert_eq!(
        breaches("use std::time::Duration; use std::{fmt, io::Read}; mod net; use crate::net;"),
        [""; 0]
    );
}

#[test]
fn maps_without_order_are_found() {
    assert_breach("use std::collections::HashMap;", "`HashMap`");
    assert_breach("use std::collections::{BTreeMap, HashSet};", "`HashSet`");
    assert_eq!(breaches("use std::collections::{BTreeMap, BTreeSet};"), [""; 0]);
}

#[test]
fn tests_may_do_as_they_like() {
    let test = "#[cfg(test)]\nmod tests {\n    use std::fs;\n    fn f() { x.unwrap(); 0.5; }\n}\n";
    assert_eq!(breaches(test), [""; 0]);
    assert_breach(&format!("{test}fn f(a: f64) {{}}"), "`f64`");
    assert_eq!(breaches("#[test]\nfn f() { x.unwrap(); }"), [""; 0]);
}

#[test]
fn a_crate_that_allows_unsafe_code_is_found() {
    let allowed = [
        "",
        "#![deny(unsafe_code)]",
        "#[forbid(unsafe_code)] mod a {}",
        "// #![forbid(unsafe_code)]",
    ];
    for text in allowed {
        assert!(
            lower::forbids_unsafe(&parse("stake/src/lib.rs", text)).is_some(),
            "{text}"
        );
    }
    for text in [
        "#![forbid(unsafe_code)]",
        "//! Docs\n#![forbid(missing_docs, unsafe_code)]\nmod a;",
    ] {
        assert_eq!(
            lower::forbids_unsafe(&parse("stake/src/lib.rs", text)),
            None,
            "{text}"
        );
    }
}
