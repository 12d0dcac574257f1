//! Colours have names, and `style/tokens.css` alone knows what they look like.

use super::{Finding, Repository};
use crate::sheet::{Kind, pieces};

/// Functions that name a colour by numbers.
const FUNCTIONS: [&str; 10] = [
    "color(", "hsl(", "hsla(", "hwb(", "lab(", "lch(", "oklab(", "oklch(", "rgb(", "rgba(",
];

const WHAT: &str = "colour literal: use a token of style/tokens.css";

/// No declaration outside the tokens names a colour by numbers.
pub(super) fn only_tokens_name_colours(repository: &Repository) -> Vec<Finding> {
    let sheets = repository
        .ending(".css")
        .filter(|file| file.is_in("style/") && file.path != "style/tokens.css");
    let mut findings = Vec::new();
    for file in sheets {
        let lines = coloured_lines(&file.text);
        findings.extend(
            lines
                .into_iter()
                .map(|line| Finding::new(&file.path, line, WHAT)),
        );
    }
    findings
}

/// The lines of declarations whose value holds a colour literal. Selectors are left alone: `#add` may be an id.
fn coloured_lines(sheet: &str) -> Vec<usize> {
    let plain: String = pieces(sheet)
        .iter()
        .map(|piece| match piece.kind {
            Kind::Plain => piece.text.to_owned(),
            Kind::Verbatim | Kind::Comment => {
                format!(" {}", "\n".repeat(piece.text.matches('\n').count()))
            }
        })
        .collect();
    let mut lines = Vec::new();
    let mut line = 1;
    for statement in plain.split_inclusive(['{', '}', ';']) {
        let declaration = (!statement.ends_with('{'))
            .then(|| statement.split_once(':'))
            .flatten();
        if let Some((property, value)) = declaration {
            let start = line + property.matches('\n').count();
            lines.extend(
                value
                    .lines()
                    .enumerate()
                    .filter(|(_, text)| has_colour(text))
                    .map(|(index, _)| start + index),
            );
        }
        line += statement.matches('\n').count();
    }
    lines
}

fn has_colour(value: &str) -> bool {
    let hex = value.split('#').skip(1).any(|rest| {
        let word = rest
            .find(|c: char| !c.is_alphanumeric() && c != '-' && c != '_')
            .map_or(rest, |end| &rest[..end]);
        matches!(word.len(), 3 | 4 | 6 | 8) && word.chars().all(|c| c.is_ascii_hexdigit())
    });
    let is_function = |name: &&str| {
        value
            .match_indices(*name)
            .any(|(at, _)| !value[..at].ends_with(|c: char| c.is_alphanumeric() || c == '-'))
    };
    hex || FUNCTIONS.iter().any(is_function)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::found;

    #[test]
    fn literals_are_told_from_names() {
        for value in [
            "#fff",
            "1px solid #A0b1C2",
            "light-dark(#12345678, x)",
            "oklch(0.5 0.1 20)",
            "rgb(1 2 3)",
        ] {
            assert!(has_colour(value), "{value}");
        }
        for value in [
            "var(--ink)",
            "color-mix(in oklch, var(--ink) 8%, transparent)",
            "#ab",
            "#header",
            "my-rgb(1)",
        ] {
            assert!(!has_colour(value), "{value}");
        }
    }

    #[test]
    fn only_declarations_outside_tokens_count() {
        let sheet = "#add {\n  /* #fff */ color:\n    #fff;\n  &:hover #bad { background: url(#abc) \"#def\" }\n  --x: rgb(1 2 3)\n}";
        let files = [
            ("style/a.css", sheet),
            ("style/tokens.css", sheet),
            ("end2end/b.css", sheet),
        ];
        assert_eq!(
            found(only_tokens_name_colours, &files),
            ["style/a.css:3", "style/a.css:5"]
        );
    }
}
