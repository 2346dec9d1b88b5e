//! Files say which version wrote them, with which command, from which input, and nothing that changes by itself.

use std::fs;

use crate::command::printed;
use crate::plots::{HASH, STAKES, fresh};

/// Text chunks of a PNG, with their keywords.
fn texts(file: &str) -> Vec<(String, String)> {
    let reader = png::Decoder::new(std::io::BufReader::new(fs::File::open(file).unwrap()))
        .read_info()
        .unwrap();
    let info = reader.info();
    let latin = info
        .uncompressed_latin1_text
        .iter()
        .map(|chunk| (chunk.keyword.clone(), chunk.text.clone()));
    let others = info
        .utf8_text
        .iter()
        .map(|chunk| (chunk.keyword.clone(), chunk.get_text().unwrap()));
    latin.chain(others).collect()
}

#[test]
fn pictures_name_version_command_and_input() {
    let arguments = format!("plot threshold --expected 300 --honest 0.8 --stake {STAKES}");
    let [svg, png] = ["svg", "png"].map(|ending| {
        let file = fresh(&format!("origin.{ending}"));
        printed(&format!("{arguments} --out {file}"));
        file
    });
    let command = format!(
        "klero-analysis plot threshold --expected 300 --scheme quota --honest 4/5 --stake {STAKES} --adversary worst"
    );
    let expected = [
        (
            "Software".to_owned(),
            format!("klero-analysis {}", env!("CARGO_PKG_VERSION")),
        ),
        ("Command".to_owned(), command.clone()),
        ("Input".to_owned(), format!("sha256 {HASH} {STAKES}")),
    ];
    assert_eq!(texts(&png), expected);
    let lines = expected.map(|(name, value)| format!("{name}: {value}\n"));
    let text = fs::read_to_string(&svg).unwrap();
    assert!(
        text.contains(&format!("<metadata>\n{}</metadata>", lines.concat())),
        "{text}"
    );
    // The command in the file makes the same file.
    let again = fresh("origin-again.svg");
    printed(&format!(
        "{} --out {again}",
        command.strip_prefix("klero-analysis ").unwrap()
    ));
    assert_eq!(fs::read_to_string(again).unwrap(), text);
}

#[test]
fn the_same_question_gives_the_same_bytes() {
    for ending in ["svg", "png"] {
        let [one, other] = ["one", "other"].map(|name| {
            let file = fresh(&format!("same-{name}.{ending}"));
            printed(&format!("plot stake --stake {STAKES} --honest 0.8 --out {file}"));
            fs::read(file).unwrap()
        });
        assert!(one == other, "{ending}");
    }
}

#[test]
fn a_name_that_is_not_latin_is_kept() {
    let file = fresh("Στοίχημα.csv");
    fs::copy(STAKES, &file).unwrap();
    let png = fresh("greek.png");
    printed(&format!("plot stake --stake {file} --out {png}"));
    let input = texts(&png)
        .into_iter()
        .find(|(keyword, _)| keyword == "Input")
        .unwrap()
        .1;
    assert_eq!(input, format!("sha256 {HASH} {file}"));
}

#[test]
fn a_profile_names_them_too() {
    let arguments = format!("tune --honest 0.9 --safety 2^-20 --live 2^-10 --horizon 1d --stake {STAKES}");
    let [one, other] = ["one", "other"].map(|name| {
        let file = fresh(&format!("origin-{name}.toml"));
        printed(&format!("{arguments} --out {file}"));
        fs::read_to_string(file).unwrap()
    });
    assert_eq!(one, other);
    let mut lines = one.lines();
    assert_eq!(
        lines.next().unwrap(),
        format!("# made by klero-analysis {}:", env!("CARGO_PKG_VERSION"))
    );
    let command = lines.next().unwrap();
    assert!(
        command.ends_with(&format!(" --stake {STAKES} --adversary worst")),
        "{command}"
    );
    assert_eq!(lines.next().unwrap(), format!("# {STAKES}: SHA-256 {HASH}"));
}
