//! What views must not do: inline styles (the content security policy refuses them), and waiting for data where
//! nothing shows that it waits (the page would hang).

use super::{Finding, Repository};

/// No `style` attribute, neither in views nor in markup inside literals. A component may have a property of that name.
pub(super) fn inline_styles(repository: &Repository) -> Vec<Finding> {
    const WHAT: &str = "inline style: the security policy refuses it; add a class in style/";
    let mut findings = Vec::new();
    for (file, rust) in repository.rust().filter(|(file, _)| !file.is_test()) {
        if file.is_in("app/") {
            let of_elements =
                style_attributes(&rust.code).filter(|at| !is_in_component(&rust.code[..*at]));
            findings.extend(
                of_elements.map(|at| Finding::new(&file.path, line_of(&rust.code, at), WHAT)),
            );
        }
        let markup = rust
            .literals_without_tests()
            .filter(|literal| style_attributes(&literal.text).next().is_some());
        findings.extend(markup.map(|literal| Finding::new(&file.path, literal.line, WHAT)));
    }
    for file in repository.ending(".html") {
        let found = style_attributes(&file.text);
        findings.extend(found.map(|at| Finding::new(&file.path, line_of(&file.text, at), WHAT)));
    }
    findings
}

fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

/// Whether the tag that was opened last is a component: those begin with a capital letter.
fn is_in_component(before: &str) -> bool {
    let mut tags = before.rsplit('<').filter_map(|tag| tag.chars().next());
    let name = tags.find(|first| first.is_ascii_alphabetic());
    name.is_some_and(|first| first.is_ascii_uppercase())
}

/// Where `style="…"`, `style=move || …` or `style:width=…` stand: attributes have no blanks before `=`.
fn style_attributes(text: &str) -> impl Iterator<Item = usize> {
    let is_property = |name: &str| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    let found = text.match_indices("style").filter(move |(at, word)| {
        let begins = text[..*at]
            .chars()
            .next_back()
            .is_none_or(char::is_whitespace);
        let rest = &text[at + word.len()..];
        let property = rest.strip_prefix(':').and_then(|rest| rest.split_once('='));
        let has_value = rest.starts_with('=') && !rest.starts_with("==");
        begins && (has_value || property.is_some_and(|(name, _)| is_property(name)))
    });
    found.map(|(at, _)| at)
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
            assert!(style_attributes(line).next().is_some(), "{line}");
        }
        for line in [
            "let style = x;",
            "style: Style,",
            "style::Style",
            "data-style=\"a\"",
            "style == x",
            "<p class=\"style\">",
        ] {
            assert!(style_attributes(line).next().is_none(), "{line}");
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
    fn a_property_of_a_component_is_no_inline_style() {
        let view = "view! { <TimeStamp\n ms=(a < b)\n style=style/> }";
        assert!(found(inline_styles, &[("app/src/a.rs", view)]).is_empty());
        let view = view.replace("TimeStamp", "span");
        assert_eq!(
            found(inline_styles, &[("app/src/a.rs", &view)]),
            ["app/src/a.rs:3"]
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
