//! The user name of CONNECT (spec §2.2): `{host}/{clientId}/?api-version=…&model-id=…` and its older forms.

use muster_core::sas::percent_decode;

/// Longest plug-and-play model id, in bytes; DTDL allows 128.
pub(crate) const MAX_MODEL_ID: usize = 256;

/// What a user name says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct UserName<'a> {
    /// The hub as the client knows it, with the port if it has one.
    pub(crate) host: &'a str,
    /// The plug-and-play model that the client announces.
    pub(crate) model_id: Option<String>,
}

/// Why a user name is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub(crate) enum BadUserName {
    /// CONNACK 4.
    #[error("the user name is not of the form host/clientId/?api-version=…")]
    Format,
    /// CONNACK 5.
    #[error("the user name names another device than the client id")]
    OtherIdentity,
}

/// Reads `user_name`; `client_id` must stand in it literally.
pub(crate) fn parse<'a>(user_name: &'a str, client_id: &str) -> Result<UserName<'a>, BadUserName> {
    let (host, rest) = user_name.split_once('/').ok_or(BadUserName::Format)?;
    if host.is_empty() || rest.is_empty() {
        return Err(BadUserName::Format);
    }
    let rest = rest
        .strip_prefix(client_id)
        .filter(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
        .ok_or(BadUserName::OtherIdentity)?;
    let rest = rest.strip_prefix('/').unwrap_or(rest);
    let query = match rest.strip_prefix('?') {
        Some(query) => query,
        None if is_legacy_query(rest) => rest,
        None => return Err(BadUserName::OtherIdentity),
    };
    let mut model_id = None;
    for pair in query.split('&') {
        if let Some(("model-id", value)) = pair.split_once('=') {
            let value = percent_decode(value).ok_or(BadUserName::Format)?;
            if value.len() > MAX_MODEL_ID {
                return Err(BadUserName::Format);
            }
            model_id = Some(value).filter(|value| !value.is_empty());
        }
    }
    Ok(UserName { host, model_id })
}

/// Pairs without the `?` before them, or nothing; anything else is the rest of another identity (`dev1/mod1`).
fn is_legacy_query(rest: &str) -> bool {
    match rest.split_once('=') {
        Some((key, _)) => !key.contains('/'),
        None => rest.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(user_name: &str, client_id: &str, want: Result<(&str, Option<&str>), BadUserName>) {
        let found = parse(user_name, client_id);
        let found = found
            .as_ref()
            .map(|u| (u.host, u.model_id.as_deref()))
            .map_err(|e| *e);
        assert_eq!(found, want, "{user_name}");
    }

    #[test]
    fn forms_of_all_clients_are_read() {
        let plain = Ok(("hub", None));
        check(
            "hub/dev1/?api-version=2019-10-01&DeviceClientType=azure-iot-device-iothub-py%2F2.14.0%28…%29",
            "dev1",
            plain,
        );
        check("hub/dev1/?api-version=2021-04-12", "dev1", plain);
        check("hub/dev1/api-version=2016-11-14", "dev1", plain);
        check("hub/dev1?api-version=2021-04-12", "dev1", plain);
        check("hub/dev1/", "dev1", plain);
        check("hub/dev1/?", "dev1", plain);
        check("hub/dev1", "dev1", plain);
        check(
            "localhost:18883/dev1/?api-version=2021-04-12&DeviceClientType=azure-iot-device%2F1.18.4%20(x)",
            "dev1",
            Ok(("localhost:18883", None)),
        );
        check("hub/a?b/?api-version=1", "a?b", plain);
        check("hub/dev1/?DeviceClientType=%zz&flag&&=", "dev1", plain);
    }

    #[test]
    fn model_ids_are_read_encoded_or_not() {
        let model = Ok(("hub", Some("dtmi:com:example:Thing;1")));
        check(
            "hub/d/?api-version=2020-09-30&DeviceClientType=x&model-id=dtmi%3Acom%3Aexample%3AThing%3B1",
            "d",
            model,
        );
        check(
            "hub/d/?api-version=2021-04-12&model-id=dtmi:com:example:Thing;1&DeviceClientType=x",
            "d",
            model,
        );
        check("hub/d/?model-id=", "d", Ok(("hub", None)));
        check("hub/d/?model-id=%zz", "d", Err(BadUserName::Format));
        let long = format!("hub/d/?model-id={}", "x".repeat(MAX_MODEL_ID + 1));
        check(&long, "d", Err(BadUserName::Format));
    }

    #[test]
    fn other_identities_are_refused() {
        check(
            "hub/dev10/?api-version=1",
            "dev1",
            Err(BadUserName::OtherIdentity),
        );
        check(
            "hub/dev1/?api-version=1",
            "dev10",
            Err(BadUserName::OtherIdentity),
        );
        check(
            "hub/DEV1/?api-version=1",
            "dev1",
            Err(BadUserName::OtherIdentity),
        );
        check(
            "hub/dev1/mod1/?api-version=1",
            "dev1",
            Err(BadUserName::OtherIdentity),
        );
        check("hub/dev1/mod1", "dev1", Err(BadUserName::OtherIdentity));
        check("", "dev1", Err(BadUserName::Format));
        check("hub", "dev1", Err(BadUserName::Format));
        check("hub/", "dev1", Err(BadUserName::Format));
        check("/dev1/?api-version=1", "dev1", Err(BadUserName::Format));
    }
}
