//! `klero-analysis plot`: pictures that open, with the points of the other commands.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::command::{printed, refused};

/// The example of the book.
pub(crate) const STAKES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/src/tune/validators.csv");
/// What `sha256sum` prints for it.
pub(crate) const HASH: &str = "8f0efcbf42f0e184d0037303c53ddc34848804cc50d2ebc87157253c8099ffe6";

/// A path where nothing is yet.
pub(crate) fn fresh(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _absent = fs::remove_file(&path);
    path.display().to_string()
}

/// The kinds of plots, with arguments that take little time.
fn kinds() -> [(&'static str, String); 6] {
    let committee = "--expected 601 --threshold 449";
    let about = format!("--honest 0.8 --stake {STAKES}");
    [
        ("failure", format!("{about} --up-to 300")),
        ("threshold", format!("{about} --expected 601")),
        ("honest", format!("{about} {committee}")),
        ("offline", format!("{about} {committee} --offline-groups 4")),
        ("stake", format!("--stake {STAKES}")),
        ("compare", format!("{about} --up-to 200")),
    ]
}

#[test]
fn each_kind_is_an_svg_that_says_what_it_shows() {
    for (kind, arguments) in kinds() {
        let file = fresh(&format!("kind-{kind}.svg"));
        let said = printed(&format!("plot {kind} {arguments} --out {file}"));
        let text = fs::read_to_string(&file).unwrap();
        let tree = roxmltree::Document::parse(&text).unwrap_or_else(|error| panic!("{kind}: {error}"));
        let root = tree.root_element();
        assert_eq!(
            (root.tag_name().name(), root.attribute("width")),
            ("svg", Some("960")),
            "{kind}"
        );
        let inner = |name: &str| {
            let found = root
                .children()
                .find(|child| child.has_tag_name(("http://www.w3.org/2000/svg", name)));
            found
                .and_then(|child| child.text())
                .unwrap_or_else(|| panic!("{kind}: no {name}"))
                .to_owned()
        };
        assert!(!inner("title").is_empty(), "{kind}");
        assert_eq!(said, format!("{file}: {}\n", inner("desc")), "{kind}");
        let count = |name: &str| {
            root.descendants()
                .filter(|node| node.tag_name().name() == name)
                .count()
        };
        assert!(count("path") > 5 && count("text") > 8, "{kind}");
        // Everything is within the picture.
        for text in root.descendants().filter(|node| node.tag_name().name() == "text") {
            let [x, y] = ["x", "y"].map(|name| text.attribute(name).unwrap().parse::<f64>().unwrap());
            let height: f64 = root.attribute("height").unwrap().parse().unwrap();
            assert!(
                (0.0..=960.0).contains(&x) && (0.0..=height).contains(&y),
                "{kind}: {text:?}"
            );
        }
    }
}

#[test]
fn each_kind_is_a_png_of_twice_the_size() {
    for (kind, arguments) in kinds() {
        let [svg, png] = ["svg", "png"].map(|ending| {
            let file = fresh(&format!("twin-{kind}.{ending}"));
            printed(&format!("plot {kind} {arguments} --out {file}"));
            file
        });
        let svg = fs::read_to_string(svg).unwrap();
        let tree = roxmltree::Document::parse(&svg).unwrap();
        let length = |name: &str| {
            tree.root_element()
                .attribute(name)
                .unwrap()
                .parse::<f64>()
                .unwrap()
        };
        let mut reader = png::Decoder::new(std::io::BufReader::new(fs::File::open(&png).unwrap()))
            .read_info()
            .unwrap();
        let size = (f64::from(reader.info().width), f64::from(reader.info().height));
        assert_eq!(
            size,
            ((2.0 * length("width")).round(), (2.0 * length("height")).round()),
            "{kind}"
        );
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let frame = reader.next_frame(&mut pixels).unwrap();
        let pixels = &pixels[..frame.buffer_size()];
        let is_paper = |pixel: &&[u8]| pixel.iter().all(|part| *part == 255);
        let paper = pixels.chunks_exact(3).filter(is_paper).count();
        let all = pixels.len() / 3;
        assert!(
            paper * 100 > all * 80 && paper * 1000 < all * 995,
            "{kind}: {paper} of {all} pixels are white"
        );
    }
}

fn points(arguments: &str) -> Value {
    serde_json::from_str(&printed(arguments)).unwrap()
}

/// [RISK-1] [RISK-2]
#[test]
fn the_points_are_what_the_command_failure_says() {
    let about = format!("--honest 0.8 --stake {STAKES}");
    let same = |point: &Value, expected: u64, threshold: &Value, about: &str| {
        let failure = points(&format!(
            "failure --json {about} --expected {expected} --threshold {threshold}"
        ));
        for event in ["live", "split"] {
            assert_eq!(
                point[event]["log2"],
                failure[format!("{event}_log2")],
                "{expected} {threshold} {event}"
            );
        }
    };
    let sizes = points(&format!("plot failure {about} --up-to 240 --json"));
    let by_size = sizes["points"].as_array().unwrap();
    assert_eq!(by_size.len(), 48);
    for point in by_size.iter().step_by(11) {
        same(
            point,
            point["expected"].as_u64().unwrap(),
            &point["threshold"],
            &about,
        );
    }
    let thresholds = points(&format!("plot threshold {about} --expected 601 --json"));
    let by_threshold = thresholds["points"].as_array().unwrap();
    for point in by_threshold.iter().step_by(17) {
        same(point, 601, &point["threshold"], &about);
    }
    let honest = points(&format!(
        "plot honest {about} --expected 601 --threshold 449 --json"
    ));
    let at = |percent: f64| {
        honest["points"]
            .as_array()
            .unwrap()
            .iter()
            .find(|point| point["percent"] == percent)
            .unwrap()
    };
    same(at(80.0), 601, &449.into(), &about);
    same(
        at(72.5),
        601,
        &449.into(),
        &format!("--honest 0.725 --stake {STAKES}"),
    );
}

/// [RISK-1]
#[test]
fn groups_that_are_offline_are_those_of_the_command_failure() {
    let committee = format!("--expected 601 --threshold 449 --stake {STAKES}");
    let offline = points(&format!(
        "plot offline {committee} --honest 0.8 --offline-groups 3 --json"
    ));
    let shown = offline["points"].as_array().unwrap();
    assert_eq!(shown.len(), 4);
    for (groups, point) in shown.iter().enumerate() {
        for (key, honest) in [("live", "0.8"), ("live_if_others_vote", "1")] {
            let failure = points(&format!(
                "failure --json {committee} --honest {honest} --offline-groups {groups}"
            ));
            assert_eq!(point[key]["log2"], failure["live_log2"], "{groups} {key}");
        }
    }
    assert_eq!(
        (&shown[1]["name"], &shown[2]["name"]),
        (&"fir".into(), &"alder".into())
    );
}

/// The smallest committee of a target is marked.
#[test]
fn the_target_is_met_where_tune_says() {
    let about = format!("--honest 0.8 --stake {STAKES}");
    let plot = points(&format!("plot failure {about} --target 2^-20 --json"));
    let tuned = points(&format!(
        "tune --one-committee --safety 2^-20 --live 2^-20 {about} --json"
    ));
    let smallest = &plot["smallest"];
    assert_eq!(
        (&smallest["expected"], &smallest["threshold"]),
        (&tuned["expected"], &tuned["threshold"])
    );
    let file = fresh("target.svg");
    printed(&format!("plot failure {about} --target 2^-20 --out {file}"));
    let text = fs::read_to_string(file).unwrap();
    let mark = format!(">τ = {}, T = {}<", tuned["expected"], tuned["threshold"]);
    assert!(text.contains(&mark) && text.contains(">target 2⁻²⁰<"), "{mark}");
}

#[test]
fn the_holders_are_those_of_the_command_stake() {
    let plot = points(&format!("plot stake --stake {STAKES} --json"));
    let stake = points(&format!("stake {STAKES} --json"));
    for of in ["accounts", "groups"] {
        let coefficients =
            ["nakamoto_third", "nakamoto_half", "nakamoto_two_thirds"].map(|key| stake[of][key].clone());
        assert_eq!(plot[format!("nakamoto_{of}")], Value::from(coefficients.to_vec()));
        let curve = plot[of].as_array().unwrap();
        assert_eq!(curve.len() as u64, stake[of]["count"].as_u64().unwrap());
        assert_eq!(curve[0]["share"], stake[of]["largest"][0]["share"]);
        assert_eq!(curve.last().unwrap()["share"], 1.0);
    }
}

#[test]
fn without_stakes_the_bound_is_for_all() {
    let file = fresh("any.svg");
    printed(&format!(
        "plot failure --honest 0.8 --scheme binomial --up-to 200 --out {file}"
    ));
    let text = fs::read_to_string(file).unwrap();
    assert!(
        text.contains("whatever the stakes are") && !text.contains("any stakes"),
        "{text}"
    );
}

/// Electorates so small that everyone is a member, and shares at which everything or nothing is certain.
#[test]
fn extremes_are_drawn_as_well() {
    let file = |name: &str, rows: &str| {
        let file = fresh(name);
        fs::write(&file, format!("id,stake,group\n{rows}")).unwrap();
        file
    };
    let (one, few) = (
        file("one.csv", "a,1000000,x\n"),
        file("few.csv", "a,3,x\nb,2,y\n"),
    );
    let committee = "--expected 20 --threshold 14";
    for (place, arguments) in [
        format!("failure --honest 0.8 --stake {one} --up-to 20"),
        format!("failure --honest 0.8 --stake {few} --up-to 20"),
        format!("failure --honest 0.8 --stake {few} --up-to 20 --scheme fait-accompli"),
        format!("threshold --honest 0.8 --stake {one} --expected 20"),
        format!("threshold --honest 0.8 --stake {few} --expected 20"),
        format!("honest --honest 0.8 --stake {few} {committee}"),
        format!("offline --honest 0.8 --stake {one} {committee}"),
        format!("stake --stake {one}"),
        format!("compare --honest 0.8 --stake {few} --up-to 20"),
        "failure --honest 0 --up-to 1".to_owned(),
        "failure --honest 1 --up-to 20".to_owned(),
        "threshold --honest 1 --expected 1".to_owned(),
        "threshold --honest 0 --expected 10 --threshold 10".to_owned(),
    ]
    .iter()
    .enumerate()
    {
        let out = fresh(&format!("extreme-{place}.svg"));
        let said = printed(&format!("plot {arguments} --out {out}"));
        let text = fs::read_to_string(&out).unwrap();
        assert!(roxmltree::Document::parse(&text).is_ok(), "{arguments}");
        for wrong in ["inf", "NaN"] {
            assert!(
                !text.replace("sans-serif", "").contains(wrong) && !said.contains(wrong),
                "{arguments}: {said}"
            );
        }
    }
}

#[test]
fn an_error_says_what_helps() {
    let there = fresh("there.svg");
    fs::write(&there, "something").unwrap();
    let about = format!("--honest 0.8 --stake {STAKES}");
    for (arguments, status, cause) in [
        (
            format!("failure {about} --out {there}"),
            1,
            "is there already; choose another --out",
        ),
        (
            format!("failure {about} --out plot.pdf"),
            1,
            "plot.pdf is neither .svg nor .png; choose another --out",
        ),
        (format!("failure {about}"), 2, "--out <FILE>"),
        (
            format!("failure {about} --scheme full --out a.svg"),
            1,
            "under full everyone is a member",
        ),
        (
            "failure --honest 0.8 --scheme fait-accompli --out a.svg".to_owned(),
            1,
            "plot failure --help",
        ),
        (
            "failure --honest 0.8 --target 40 --out a.svg".to_owned(),
            2,
            "write a power of two",
        ),
        (
            "stake --stake nowhere.csv --out a.svg".to_owned(),
            1,
            "nowhere.csv: it cannot be read",
        ),
        (
            format!("stake --stake {STAKES} --honest 1.2 --out a.svg"),
            1,
            "an honest share of 6/5",
        ),
        (
            format!("honest {about} --expected 0 --threshold 5 --out a.svg"),
            1,
            "plot honest --help",
        ),
        (
            "offline --expected 9 --threshold 7 --honest 0.9 --out a.svg".to_owned(),
            1,
            "groups are to be offline",
        ),
        (
            "threshold --honest 0.8 --expected 100 --threshold 101 --out a.svg".to_owned(),
            1,
            "plot threshold --help",
        ),
        ("circle".to_owned(), 2, "unrecognized subcommand 'circle'"),
    ] {
        let (ended, text) = refused(&format!("plot {arguments}"));
        assert!(
            ended == status && text.contains(cause),
            "{arguments}: {ended} {text}"
        );
    }
    assert_eq!(fs::read_to_string(there).unwrap(), "something");
}
