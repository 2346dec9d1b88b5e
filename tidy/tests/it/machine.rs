use klero_tidy::machine::check;

use crate::summaries;

/// A path into a folder of the root; written so that this file contains none.
fn absolute(folder: &str) -> String {
    ["", folder, "user", "file"].join("/")
}

#[test]
fn absolute_paths_of_machines_are_found() {
    for folder in ["root", "home", "work", "Users"] {
        let path = absolute(folder);
        for line in [
            path.clone(),
            format!("cd {path}"),
            format!("a=\"{path}\""),
            format!("file://{path}"),
        ] {
            let expected = format!("a.md:2: a path into `/{folder}` of some machine");
            assert_eq!(
                summaries(check("a.md", &format!("first\n{line}\n"))),
                [expected],
                "{line}"
            );
        }
    }
}

#[test]
fn other_paths_pass() {
    let path = absolute("work");
    let lines = [
        format!("docs{path}"),
        format!("https://example.org{path}"),
        format!("$DIR/..{path}"),
    ];
    for line in lines {
        assert_eq!(check("a.md", &line), [], "{line}");
    }
    assert_eq!(
        check("a.md", "the folders /usr/lib and ./home, /rooted/ and homework"),
        []
    );
}
