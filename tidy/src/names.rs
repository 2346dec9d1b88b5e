//! Names that say nothing of what they name.

use proc_macro2::Ident;
use syn::visit::{self, Visit};

use crate::{Finding, Source};

/// Where in a name a forbidden word counts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// As a word of it: `peer_manager`, `PeerManager`.
    Word,
    /// Only as all of it: `common`, but not `common_prefix`.
    Whole,
}

/// What is forbidden, and why.
const FORBIDDEN: [(&str, Place, &str); 12] = [
    (
        "util",
        Place::Word,
        "everything is of use: name what the code is about",
    ),
    (
        "utils",
        Place::Word,
        "everything is of use: name what the code is about",
    ),
    ("helper", Place::Word, "name what it does, not whom it helps"),
    ("helpers", Place::Word, "name what they do, not whom they help"),
    (
        "manager",
        Place::Word,
        "name the duty: pool, store, driver, registry",
    ),
    ("misc", Place::Word, "put each thing where its subject is"),
    ("stuff", Place::Word, "name the thing"),
    ("foo", Place::Word, "name the thing"),
    (
        "tmp",
        Place::Word,
        "name what it holds; that it is short-lived shows",
    ),
    ("common", Place::Whole, "name what the sharers share"),
    ("data2", Place::Whole, "name the difference from the first"),
    ("do_it", Place::Whole, "name what is done"),
];

/// A finding for each item, field or variant with a forbidden name, and for the file's own path.
pub fn check(source: &Source) -> Vec<Finding> {
    let mut findings = path(&source.path);
    match syn::parse2::<syn::File>(source.tokens.clone()) {
        Ok(file) => {
            let mut names = Names {
                path: &source.path,
                findings: &mut findings,
            };
            names.visit_file(&file);
        }
        Err(error) => {
            let line = error.span().start().line;
            findings.push(Finding::new(
                &source.path,
                line,
                format!("not Rust: {error}"),
                "make it compile",
            ));
        }
    }
    findings
}

/// A finding for each folder or file with a forbidden name.
pub fn path(path: &str) -> Vec<Finding> {
    let parts = path.strip_suffix(".rs").unwrap_or(path).split('/');
    parts.filter_map(|part| judge(path, 1, "path", part)).collect()
}

fn judge(path: &str, line: usize, kind: &str, name: &str) -> Option<Finding> {
    let words = words(name);
    let whole = words.join("_");
    let (_, _, reason) = FORBIDDEN.iter().find(|(forbidden, place, _)| match place {
        Place::Word => words.iter().any(|word| word == forbidden),
        Place::Whole => whole == *forbidden,
    })?;
    Some(Finding::new(
        path,
        line,
        format!("the {kind} `{name}` has a name that says nothing"),
        *reason,
    ))
}

/// The words of a name in either case, in small letters.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut after_small = false;
    for letter in name.chars() {
        let starts_word = after_small && letter.is_uppercase();
        after_small = letter.is_lowercase() || letter.is_ascii_digit();
        if starts_word || letter == '_' || letter == '-' {
            words.push(String::new());
        }
        if letter != '_' && letter != '-' {
            words
                .last_mut()
                .into_iter()
                .for_each(|word| word.extend(letter.to_lowercase()));
        }
    }
    words
}

struct Names<'a> {
    path: &'a str,
    findings: &'a mut Vec<Finding>,
}

impl Names<'_> {
    fn judge(&mut self, kind: &str, ident: &Ident) {
        self.findings.extend(judge(
            self.path,
            ident.span().start().line,
            kind,
            &ident.to_string(),
        ));
    }
}

impl<'ast> Visit<'ast> for Names<'_> {
    fn visit_signature(&mut self, signature: &'ast syn::Signature) {
        self.judge("function", &signature.ident);
        visit::visit_signature(self, signature);
    }

    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        self.judge("type", &item.ident);
        visit::visit_item_struct(self, item);
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        self.judge("type", &item.ident);
        visit::visit_item_enum(self, item);
    }

    fn visit_item_union(&mut self, item: &'ast syn::ItemUnion) {
        self.judge("type", &item.ident);
        visit::visit_item_union(self, item);
    }

    fn visit_item_type(&mut self, item: &'ast syn::ItemType) {
        self.judge("type", &item.ident);
        visit::visit_item_type(self, item);
    }

    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        self.judge("trait", &item.ident);
        visit::visit_item_trait(self, item);
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.judge("module", &item.ident);
        visit::visit_item_mod(self, item);
    }

    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        self.judge("constant", &item.ident);
        visit::visit_item_const(self, item);
    }

    fn visit_item_static(&mut self, item: &'ast syn::ItemStatic) {
        self.judge("static", &item.ident);
        visit::visit_item_static(self, item);
    }

    fn visit_item_macro(&mut self, item: &'ast syn::ItemMacro) {
        if let Some(ident) = &item.ident {
            self.judge("macro", ident);
        }
        visit::visit_item_macro(self, item);
    }

    fn visit_variant(&mut self, variant: &'ast syn::Variant) {
        self.judge("variant", &variant.ident);
        visit::visit_variant(self, variant);
    }

    fn visit_field(&mut self, field: &'ast syn::Field) {
        if let Some(ident) = &field.ident {
            self.judge("field", ident);
        }
        visit::visit_field(self, field);
    }
}
