use klero_tidy::size;

use crate::{parse, summaries};

#[test]
fn a_file_of_500_lines_passes_and_one_of_501_does_not() {
    assert_eq!(size::file(&parse("a.rs", &"\n".repeat(500))), None);
    let findings = size::file(&parse("a.rs", &"\n".repeat(501)));
    assert_eq!(
        summaries(findings),
        ["a.rs:501: 501 lines, where 500 are the most"]
    );
}

fn function(lines: usize) -> String {
    format!(
        "/// Documentation\n/// does not count.\nfn round() {{\n{}}}\n",
        "    step();\n".repeat(lines)
    )
}

#[test]
fn a_function_of_70_lines_passes_and_one_of_71_does_not() {
    assert_eq!(summaries(size::functions(&parse("a.rs", &function(70)))), [""; 0]);
    let findings = size::functions(&parse("a.rs", &function(71)));
    assert_eq!(
        summaries(findings),
        ["a.rs:3: `round` has 71 lines, where 70 are the most"]
    );
}

#[test]
fn functions_in_macro_calls_and_after_where_clauses_are_seen() {
    let text = format!("proptest! {{\n{}}}", function(71));
    assert_eq!(size::functions(&parse("a.rs", &text)).len(), 1);
    let long = "x();\n".repeat(71);
    let text = format!("fn f<T>(t: T) -> A<{{ N }}>\nwhere\n    T: Into<[u8; 3]>,\n{{\n{long}}}");
    assert_eq!(size::functions(&parse("a.rs", &text)).len(), 1);
    let text = format!("macro_rules! m {{ ($n:ident) => {{ fn $n() {{\n{long}}} }} }}");
    assert_eq!(size::functions(&parse("a.rs", &text)).len(), 1);
}

#[test]
fn what_has_no_body_has_no_length() {
    let text = format!(
        "trait T {{ fn f(); }}\ntype F = fn(u8) -> u8;\nconst A: u8 = {{\n{}1 }};",
        "\n".repeat(99)
    );
    assert_eq!(summaries(size::functions(&parse("a.rs", &text))), [""; 0]);
}
