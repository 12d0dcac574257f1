//! What views must not do: inline styles (the content security policy refuses them), and waiting for data where
//! nothing shows that it waits (the page would hang).

use super::{Finding, Repository};

/// No `style` attribute, neither in views nor in markup inside literals.
pub(super) fn inline_styles(repository: &Repository) -> Vec<Finding> {
    const WHAT: &str = "inline style: the security policy refuses it; add a class in style/";
    let mut findings = Vec::new();
    for (file, rust) in repository.rust().filter(|(file, _)| !file.is_test()) {
        if file.is_in("app/") {
            let lines = rust
                .code
                .lines()
                .enumerate()
                .filter(|(_, line)| has_style_attribute(line));
            findings.extend(lines.map(|(index, _)| Finding::new(&file.path, index + 1, WHAT)));
        }
        let markup = rust
            .literals_without_tests()
            .filter(|literal| has_style_attribute(&literal.text));
        findings.extend(markup.map(|literal| Finding::new(&file.path, literal.line, WHAT)));
    }
    for file in repository.ending(".html") {
        let lines = file
            .text
            .lines()
            .enumerate()
            .filter(|(_, line)| has_style_attribute(line));
        findings.extend(lines.map(|(index, _)| Finding::new(&file.path, index + 1, WHAT)));
    }
    findings
}

/// `style="…"`, `style=move || …` or `style:width=…`, as attributes are written: without blanks before `=`.
fn has_style_attribute(line: &str) -> bool {
    line.match_indices("style").any(|(at, word)| {
        let begins = line[..at]
            .chars()
            .next_back()
            .is_none_or(char::is_whitespace);
        let rest = &line[at + word.len()..];
        let is_property = |name: &str| {
            !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        };
        let property = rest.strip_prefix(':').and_then(|rest| rest.split_once('='));
        begins
            && (rest.starts_with('=') && !rest.starts_with("==")
                || property.is_some_and(|(name, _)| is_property(name)))
    })
}

/// `Suspend` needs a `<Suspense>` or `<Transition>` around it, in the same file.
pub(super) fn bare_suspend(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, rust) in repository.rust().filter(|(file, _)| file.is_in("app/src/")) {
        if rust.code.contains("<Suspense") || rust.code.contains("<Transition") {
            continue;
        }
        let lines = ["Suspend::new", "Suspend("]
            .into_iter()
            .flat_map(|used| rust.lines_with(used));
        findings.extend(lines.map(|line| {
            Finding::new(&file.path, line, "put it inside <Suspense> or <Transition>")
        }));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::found;

    #[test]
    fn style_attributes_are_told_from_code() {
        for line in [
            "<p style=\"a\">",
            "style=move || x",
            "<i style:width=w>",
            "\tstyle:--size=\"1px\"",
        ] {
            assert!(has_style_attribute(line), "{line}");
        }
        for line in [
            "let style = x;",
            "style: Style,",
            "style::Style",
            "data-style=\"a\"",
            "style == x",
            "<p class=\"style\">",
        ] {
            assert!(!has_style_attribute(line), "{line}");
        }
    }

    #[test]
    fn inline_styles_are_found_in_views_and_in_markup() {
        let view = "view! {\n <p style=\"a\">\n}\n// <p style=b>\nlet c = \"<i style='d'>\";";
        let files = [
            ("app/src/a.rs", view),
            ("server/src/b.rs", view),
            ("public/c.html", "<b style=e>"),
        ];
        assert_eq!(
            found(inline_styles, &files),
            [
                "app/src/a.rs:2",
                "app/src/a.rs:5",
                "server/src/b.rs:5",
                "public/c.html:1"
            ]
        );
    }

    #[test]
    fn bare_suspends_are_found() {
        let files = [
            ("app/src/a.rs", "<Suspense fallback>{Suspend::new(x)}"),
            ("app/src/b.rs", "// <Suspense\n{move || Suspend::new(x)}"),
            ("app/src/c.rs", "Suspend(async {})"),
            ("app/src/d.rs", "use leptos::Suspend;"),
        ];
        assert_eq!(
            found(bare_suspend, &files),
            ["app/src/b.rs:2", "app/src/c.rs:1"]
        );
    }
}
