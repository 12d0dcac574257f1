//! What somebody typed into the query bar: a condition, or text to look for.

use muster_query::{Condition, QueryError};

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

/// Tells text from conditions: a comparison has an operator. Text that holds one stands in double quotes.
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
        None if text.contains(['=', '<', '>']) => match Condition::parse(text) {
            Ok(condition) => Typed::Condition(condition),
            Err(error) => Typed::Refused(error),
        },
        None => Typed::Text(text.to_owned()),
    }
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
    }
}
