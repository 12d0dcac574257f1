//! Reading roles and scopes of a form, with errors beside the fields.
#![cfg(feature = "ssr")]

use muster_core::person::RoleGrant;
use muster_core::policy::Role;
use muster_query::Condition;

use super::GrantInput;
use crate::error::FieldError;

/// The grants of a form. What cannot be used is said with the field's name, as in the form.
pub(super) fn read(inputs: &[GrantInput]) -> Result<Vec<RoleGrant>, Vec<FieldError>> {
    let mut grants = Vec::new();
    let mut errors = Vec::new();
    for (i, input) in inputs.iter().enumerate() {
        let scope = input.scope.trim();
        if input.role.is_empty() {
            if !scope.is_empty() {
                errors.push(refusal(i, "role", "choose the role that this scope is for"));
            }
            continue;
        }
        match (input.role.parse::<Role>(), Condition::parse(scope)) {
            (Err(error), _) => errors.push(refusal(i, "role", &error)),
            (_, Err(error)) => errors.push(refusal(i, "scope", &error.to_string())),
            (Ok(role), Ok(_)) => grants.push(RoleGrant {
                role,
                scope: scope.to_owned(),
            }),
        }
    }
    if errors.is_empty() && grants.is_empty() {
        errors.push(refusal(0, "role", "choose at least one role"));
    }
    if errors.is_empty() {
        Ok(grants)
    } else {
        Err(errors)
    }
}

fn refusal(i: usize, part: &str, message: &str) -> FieldError {
    FieldError {
        field: format!("grants[{i}][{part}]"),
        message: crate::format::sentence(message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(inputs: &[(&str, &str)], want: Result<usize, &[&str]>) {
        let inputs: Vec<_> = inputs
            .iter()
            .map(|(role, scope)| GrantInput {
                role: (*role).to_owned(),
                scope: (*scope).to_owned(),
            })
            .collect();
        let got = read(&inputs);
        let fields: Vec<_> = got.as_ref().err().into_iter().flatten().collect();
        let fields: Vec<_> = fields.iter().map(|error| error.field.as_str()).collect();
        match want {
            Ok(count) => assert_eq!(got.map(|grants| grants.len()), Ok(count)),
            Err(want) => assert_eq!(fields, want),
        }
    }

    #[test]
    fn errors_name_their_field() {
        check(&[("operator", ""), ("", "")], Ok(1));
        check(
            &[("operator", "tags.region = 'north'"), ("admin", "")],
            Ok(2),
        );
        check(&[], Err(&["grants[0][role]"]));
        check(&[("", ""), ("", "")], Err(&["grants[0][role]"]));
        check(
            &[("operator", "tags.region ="), ("boss", "")],
            Err(&["grants[0][scope]", "grants[1][role]"]),
        );
        check(
            &[("operator", ""), ("", "tags.a = 1")],
            Err(&["grants[1][role]"]),
        );
    }
}
