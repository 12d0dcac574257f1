//! The filters in force, as chips that can be taken off.

use muster_query::{Condition, Literal, Op, Path, Term};

use super::address::{FleetAddress, tag_title};
use crate::ui::Chip;

/// A chip per term of the filter, and one for the text. A filter that is no plain list of terms is one chip.
pub(super) fn chips(address: &FleetAddress) -> Vec<Chip> {
    let mut chips = Vec::new();
    let condition = Condition::parse(&address.filter).ok();
    match condition.as_ref().and_then(Condition::terms) {
        Some(terms) => {
            for (i, term) in terms.iter().enumerate() {
                let others = terms.iter().enumerate().filter(|(other, _)| *other != i);
                let rest = Condition::from_terms(others.map(|(_, term)| term.clone()));
                chips.push(chip(term, address.with_filter(rest.to_string()).href()));
            }
        }
        None => chips.push(Chip {
            property: "Filter".to_owned(),
            relation: "is".to_owned(),
            value: address.filter.clone(),
            negated: false,
            without: address.with_filter("").href(),
        }),
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
    fn what_is_no_list_of_terms_is_one_chip() {
        let check = |filter: &str, want: usize| {
            assert_eq!(
                chips(&FleetAddress::filtered(filter)).len(),
                want,
                "{filter}"
            );
        };
        check("", 0);
        check("tags.a = tags.b AND stage = 'active'", 1);
        check("nonsense =", 1);
        check("drift = true AND status = 'enabled'", 2);
    }
}
