//! What somebody typed into the query bar: a condition, or text to look for.

use muster_query::{Condition, Expr, QueryError};

/// What was meant.
#[derive(Clone, PartialEq, Debug)]
pub enum Typed {
    /// Nothing was typed.
    Nothing,
    /// Any part of an id or of a tag value.
    Text(String),
    /// A condition of the query language.
    Condition(Condition),
    /// It looks like a condition but cannot be read.
    Refused(QueryError),
}

/// Tells text from conditions: a condition can be read as one, or has an operator. Text that does stands in double quotes.
pub fn read(text: &str) -> Typed {
    let text = text.trim();
    let quoted = text
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .filter(|inside| !inside.contains('"'));
    match quoted {
        _ if text.is_empty() => Typed::Nothing,
        Some(inside) if inside.trim().is_empty() => Typed::Nothing,
        Some(inside) => Typed::Text(inside.trim().to_owned()),
        None => match Condition::parse(text) {
            Ok(condition) if tests_something(&condition) => Typed::Condition(condition),
            Err(error) if looks_like_a_condition(text) => Typed::Refused(error),
            _ => Typed::Text(text.to_owned()),
        },
    }
}

/// A lone word or number is a value, but nobody means it as a condition.
fn tests_something(condition: &Condition) -> bool {
    !matches!(
        condition.expr(),
        None | Some(Expr::Path(_) | Expr::Literal(_) | Expr::Undefined | Expr::Negative(_))
    )
}

/// It has an operator, or calls something.
fn looks_like_a_condition(text: &str) -> bool {
    let before = text.split_once('(').map(|(before, _)| before);
    let calls =
        before.is_some_and(|name| name.ends_with(|c: char| c.is_alphanumeric() || c == '_'));
    let word = |word: &str| text.split_whitespace().any(|part| part == word);
    text.contains(['=', '<', '>']) || calls || word("IN") || word("NIN")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_have_an_operator() {
        let check = |text: &str, want: &str| {
            let found = match read(text) {
                Typed::Nothing => "nothing".to_owned(),
                Typed::Text(text) => format!("text {text}"),
                Typed::Condition(condition) => format!("condition {condition}"),
                Typed::Refused(_) => "refused".to_owned(),
            };
            assert_eq!(found, want, "{text}");
        };
        check(" ", "nothing");
        check("\"\"", "nothing");
        check(" ct-hbr ", "text ct-hbr");
        check("Harbour Cold Store", "text Harbour Cold Store");
        check("\"a=b\"", "text a=b");
        check("contact='silent'", "condition contact = 'silent'");
        check("tags.a = \"x\"", "condition tags.a = 'x'");
        check("\"x\" = \"y\"", "condition 'x' = 'y'");
        check("stauts = 1", "refused");
        check("temperature > 8", "refused");
        check(
            "tags.a > 8 OR NOT drift = true",
            "condition tags.a > 8 OR NOT drift = true",
        );
        check("tags.a IN ['x', 'y']", "condition tags.a IN ['x', 'y']");
        check("IS_DEFINED(tags.a)", "condition IS_DEFINED(tags.a)");
        check("IS_DEFIND(tags.a)", "refused");
        check("tags.a IN x", "refused");
        check("status", "text status");
        check("42", "text 42");
        check("pump (old)", "text pump (old)");
    }
}
