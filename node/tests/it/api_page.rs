//! The live page: whole, from this node alone, and unable to run anybody's text.

use crate::served::Served;

/// The value of a header of an answer.
fn header(served: &Served, path: &str, name: &str) -> String {
    let answer = ureq::get(format!("{}{path}", served.url())).call().unwrap();
    let value = answer
        .headers()
        .get(name)
        .unwrap_or_else(|| panic!("{path} lacks {name}"));
    value.to_str().unwrap().to_owned()
}

/// The files that the page loads, and those that its scripts import.
fn files(served: &Served) -> Vec<String> {
    let page = served.get("/");
    assert_eq!(
        (page.status, page.kind.as_str()),
        (200, "text/html; charset=utf-8")
    );
    let mut files: Vec<String> = Vec::new();
    let attributes = page.text().split('"').filter(|text| text.starts_with("/page/"));
    files.extend(attributes.map(str::to_owned));
    for script in files.clone().iter().filter(|path| path.ends_with(".js")) {
        let text = served.get(script).text().to_owned();
        let imports = text.split('"').filter(|text| text.starts_with("./"));
        files.extend(imports.map(|name| name.replacen("./", "/page/", 1)));
    }
    files
}

#[test]
fn every_file_of_the_page_is_served_with_its_kind() {
    let served = Served::chain(&[]);
    let files = files(&served);
    assert!(files.len() >= 5, "{files:?}");
    for path in files {
        let kind = match path.rsplit('.').next().unwrap() {
            "js" => "text/javascript; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            _ => "image/svg+xml",
        };
        let answer = served.get(&path);
        assert_eq!((answer.status, answer.kind.as_str()), (200, kind), "{path}");
    }
    served.get("/page/other.js").failure(404);
    served.get("/page/..%2Findex.html").failure(404);
}

#[test]
fn browsers_are_told_to_load_and_run_nothing_else() {
    let served = Served::chain(&[]);
    for path in ["/", "/page/page.js", "/page/icon.svg"] {
        let policy = header(&served, path, "content-security-policy");
        let mut rules = policy.split("; ");
        assert_eq!(rules.next(), Some("default-src 'none'"));
        assert!(
            rules.all(|rule| rule.ends_with(" 'self'") || rule.ends_with(" 'none'")),
            "{policy}"
        );
        assert_eq!(header(&served, path, "x-content-type-options"), "nosniff");
        assert_eq!(header(&served, path, "referrer-policy"), "no-referrer");
    }
}

/// Nothing comes from elsewhere, nothing is written into the page as markup, and no style or script stands in the HTML.
#[test]
fn the_page_needs_nobody_and_trusts_nobody() {
    let served = Served::chain(&[]);
    let mut files = files(&served);
    files.push("/".into());
    for path in files {
        let text = served.get(&path).text().replace("http://www.w3.org/2000/svg", "");
        for word in ["http://", "https://", "//cdn", "@import", "url("] {
            assert!(!text.contains(word), "{path} has {word}");
        }
        for word in [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "Function(",
        ] {
            assert!(!text.contains(word), "{path} has {word}");
        }
    }
    let page = served.get("/");
    for word in ["style=", "<style", "onclick", "javascript:"] {
        assert!(!page.text().contains(word), "{word}");
    }
}
