//! The gallery renders on the server, and is what a strict content security policy allows.

#![cfg(feature = "ssr")]

use leptos::prelude::*;

use super::Gallery;

fn html() -> String {
    let owner = Owner::new();
    owner.with(|| view! { <Gallery/> }.to_html())
}

#[test]
fn renders_the_same_twice_without_inline_styles_or_handlers() {
    let first = html();
    assert_eq!(first, html());
    for forbidden in [" style=", "onclick", "javascript:", "<style", "<script"] {
        assert!(
            !first.contains(forbidden),
            "the gallery contains {forbidden}"
        );
    }
}

#[test]
fn ids_are_unique_and_references_lead_somewhere() {
    let html = html();
    let values = |attribute: &str| -> Vec<String> {
        html.split(&format!(" {attribute}=\""))
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .flat_map(|value| value.split(' ').map(str::to_owned).collect::<Vec<_>>())
            .collect()
    };
    let ids = values("id");
    let mut unique = ids.clone();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), ids.len(), "an id is used twice");
    for attribute in ["aria-labelledby", "aria-describedby", "for"] {
        for reference in values(attribute) {
            assert!(
                unique.contains(&reference),
                "{attribute} names {reference}, which is not there"
            );
        }
    }
}

/// Writes the page for a look in a browser: `MUSTER_GALLERY=/tmp/gallery.html cargo test … gallery`.
#[test]
fn can_be_written_to_a_file() {
    let Ok(path) = std::env::var("MUSTER_GALLERY") else {
        return;
    };
    let page = format!(
        r#"<!doctype html><html lang="en" data-hydrated><head><meta charset="utf-8"><title>Gallery</title><meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="/main.css"><script src="/theme.js"></script></head><body><div class="app app--read"><div class="main"><main id="main" class="page">{}</main></div></div></body></html>"#,
        html()
    );
    assert!(std::fs::write(&path, page).is_ok(), "cannot write {path}");
}
