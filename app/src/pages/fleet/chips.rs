//! The filters in force, as chips that can be taken off.

use muster_query::{Condition, Expr, Literal, Op, Path, Term};

use super::address::{FleetAddress, tag_title};
use crate::ui::Chip;

/// A chip per part of the filter that AND joins, and one for the text. A filter that cannot be read is one chip.
pub(super) fn chips(address: &FleetAddress) -> Vec<Chip> {
    let mut chips = Vec::new();
    match Condition::parse(&address.filter) {
        Ok(condition) => {
            let parts = parts(&condition);
            for (i, part) in parts.iter().enumerate() {
                let others = parts.iter().enumerate().filter(|(other, _)| *other != i);
                let rest = others.fold(Condition::all(), |rest, (_, part)| rest.and(part.clone()));
                let without = address.with_filter(rest.to_string()).href();
                chips.push(match part.terms().as_deref() {
                    Some([term]) => chip(term, without),
                    _ => whole(part.to_string(), without),
                });
            }
        }
        Err(_) => chips.push(whole(
            address.filter.clone(),
            address.with_filter("").href(),
        )),
    }
    if !address.text.is_empty() {
        let without = FleetAddress {
            text: String::new(),
            ..address.first_page()
        };
        chips.push(Chip {
            property: "Id or tag".to_owned(),
            relation: "has".to_owned(),
            value: address.text.clone(),
            negated: false,
            without: without.href(),
        });
    }
    chips
}

/// What is joined by AND, each by itself.
fn parts(condition: &Condition) -> Vec<Condition> {
    match condition.expr() {
        Some(Expr::And(parts)) => {
            let parts = parts.iter().map(ToString::to_string);
            let parts = parts.map(|part| Condition::parse(&part));
            // What was read from a text is read again from its own.
            parts
                .collect::<Result<_, _>>()
                .unwrap_or_else(|_| vec![condition.clone()])
        }
        Some(_) => vec![condition.clone()],
        None => Vec::new(),
    }
}

/// A condition that is more than a property, a relation and a value.
fn whole(text: String, without: String) -> Chip {
    Chip {
        property: "Filter".to_owned(),
        relation: "is".to_owned(),
        value: text,
        negated: false,
        without,
    }
}

fn chip(term: &Term, without: String) -> Chip {
    let negated = term.op == Op::NotEq;
    Chip {
        property: property(&term.path),
        relation: relation(term.op).to_owned(),
        value: value(&term.path, &term.value),
        negated,
        without,
    }
}

fn relation(op: Op) -> &'static str {
    match op {
        Op::Eq => "is",
        Op::NotEq => "is not",
        Op::Less => "below",
        Op::LessEq => "at most",
        Op::Greater => "above",
        Op::GreaterEq => "at least",
    }
}

/// A path as people call it.
pub(crate) fn property(path: &Path) -> String {
    match path {
        Path::DeviceId => "Device".to_owned(),
        Path::Status => "Status".to_owned(),
        Path::ConnectionState => "Connection".to_owned(),
        Path::Contact => "Contact".to_owned(),
        Path::Stage => "Stage".to_owned(),
        Path::ModelId => "Model".to_owned(),
        Path::AuthenticationType => "Authentication".to_owned(),
        Path::Drift => "Drift".to_owned(),
        Path::LastActivityTime => "Last activity".to_owned(),
        Path::Tag(path) => tag_title(path),
        other => other.to_string(),
    }
}

/// A value as people call it.
pub(crate) fn value(path: &Path, literal: &Literal) -> String {
    match (path, literal) {
        (_, Literal::Null) => "null".to_owned(),
        (Path::Drift, Literal::Bool(drift)) => if *drift { "yes" } else { "no" }.to_owned(),
        (_, Literal::Bool(value)) => value.to_string(),
        (_, Literal::Number(value)) => value.to_string(),
        (
            Path::Contact | Path::Stage | Path::Status | Path::ConnectionState,
            Literal::String(word),
        ) => {
            let word = word.replace('_', " ");
            let mut letters = word.chars();
            letters.next().map_or_else(String::new, |first| {
                first.to_uppercase().chain(letters).collect()
            })
        }
        (_, Literal::String(text)) => text.clone(),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn each_term_can_be_taken_off() {
        let address = FleetAddress {
            text: "hbr".to_owned(),
            cursor: Some("x".to_owned()),
            ..FleetAddress::filtered("contact = 'never_seen' AND tags.location.site != 'Mill'")
        };
        let shown: Vec<_> = chips(&address)
            .into_iter()
            .map(|chip| {
                (
                    format!("{} {} {}", chip.property, chip.relation, chip.value),
                    chip.without,
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                (
                    "Contact is Never seen".to_owned(),
                    "/fleet?filter=tags.location.site%20%21%3D%20%27Mill%27&q=hbr".to_owned()
                ),
                (
                    "Site is not Mill".to_owned(),
                    "/fleet?filter=contact%20%3D%20%27never_seen%27&q=hbr".to_owned()
                ),
                (
                    "Id or tag has hbr".to_owned(),
                    "/fleet?filter=contact%20%3D%20%27never_seen%27%20AND%20tags.location.site%20%21%3D%20%27Mill%27"
                        .to_owned()
                ),
            ]
        );
    }

    #[test]
    fn what_is_left_keeps_its_meaning() {
        let address = FleetAddress::filtered("(tags.a = 1 OR tags.b = 2) AND stage = 'active'");
        let without = chips(&address).pop().unwrap().without;
        let (_, query) = without.split_once('?').unwrap();
        let left = FleetAddress::parse(query).filter;
        assert_eq!(left, "tags.a = 1 OR tags.b = 2");
    }

    #[test]
    fn each_part_has_a_chip() {
        let check = |filter: &str, want: usize| {
            assert_eq!(
                chips(&FleetAddress::filtered(filter)).len(),
                want,
                "{filter}"
            );
        };
        check("", 0);
        check("tags.a = tags.b AND stage = 'active'", 2);
        check("tags.a = 1 OR tags.b = 2", 1);
        check("(tags.a = 1 OR tags.b = 2) AND NOT drift = true", 2);
        check("nonsense =", 1);
        check("drift = true AND status = 'enabled'", 2);
    }
}
