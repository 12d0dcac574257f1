//! The stylesheets as a whole: all are used, colours live in one file, no property is undefined.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn style() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../style")
}

/// Every stylesheet as its path under `style/` and its text without comments.
fn sheets() -> Vec<(String, String)> {
    let mut sheets = Vec::new();
    for folder in ["", "components", "pages"] {
        for entry in std::fs::read_dir(style().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|e| e == "css") {
                let name = Path::new(folder).join(path.file_name().unwrap());
                let text = std::fs::read_to_string(&path).unwrap();
                sheets.push((name.to_str().unwrap().to_owned(), without_comments(&text)));
            }
        }
    }
    sheets.sort();
    sheets
}

fn without_comments(css: &str) -> String {
    css.split("/*")
        .enumerate()
        .map(|(i, part)| {
            if i == 0 {
                part
            } else {
                part.split_once("*/").map_or("", |p| p.1)
            }
        })
        .collect()
}

#[test]
fn every_sheet_is_imported_once() {
    let main = std::fs::read_to_string(style().join("main.css")).unwrap();
    let mut imported: Vec<String> = main
        .split("@import \"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap().to_owned())
        .collect();
    imported.sort();
    let there: Vec<String> = sheets()
        .into_iter()
        .map(|(name, _)| name)
        .filter(|name| name != "main.css")
        .collect();
    assert_eq!(imported, there);
}

#[test]
fn colours_are_written_in_the_token_file_only() {
    let mut stray = Vec::new();
    for (name, css) in sheets()
        .into_iter()
        .filter(|(name, _)| name != "tokens.css")
    {
        for value in css
            .split('{')
            .skip(1)
            .flat_map(|block| block.split(['}', ';']))
        {
            let Some((_, value)) = value.split_once(':') else {
                continue;
            };
            let hex = value.split_whitespace().any(|word| word.starts_with('#'));
            let function = ["oklch(", "oklab(", "rgb(", "rgba(", "hsl(", "light-dark("]
                .iter()
                .any(|f| value.contains(f));
            let mixed = value.contains("color-mix(in oklab");
            if hex || (function && !mixed) {
                stray.push(format!("{name}: {}", value.trim()));
            }
        }
    }
    assert_eq!(stray, [] as [String; 0]);
}

#[test]
fn every_custom_property_is_defined() {
    let sheets = sheets();
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let mut defined = BTreeSet::new();
    let mut used = BTreeSet::new();
    for (name, css) in &sheets {
        for declaration in css.split(['{', '}', ';']) {
            if let Some((property, _)) = declaration.trim().split_once(':')
                && property.starts_with("--")
            {
                defined.insert(property.trim().to_owned());
            }
        }
        for rest in css.split("var(").skip(1) {
            let property: String = rest.chars().take_while(|c| is_name(*c)).collect();
            // With a second choice it may be undefined.
            if !rest[property.len()..].starts_with(',') {
                used.insert((property, name.clone()));
            }
        }
    }
    let missing: Vec<_> = used
        .into_iter()
        .filter(|(property, _)| !defined.contains(property))
        .collect();
    assert_eq!(missing, []);
}

/// A rule outside of the layers would win over all of them.
#[test]
fn braces_match_and_every_rule_is_in_a_layer() {
    for (name, css) in sheets().into_iter().filter(|(name, _)| name != "main.css") {
        let (open, close) = (css.matches('{').count(), css.matches('}').count());
        assert_eq!(open, close, "{name}");
        assert!(
            css.trim_start().starts_with("@layer "),
            "{name} begins outside of a layer"
        );
    }
}
