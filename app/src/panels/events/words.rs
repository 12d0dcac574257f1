//! An event in a sentence: who did what, and what changed.

mod approvals;
mod configurations;
mod embeds;
mod firmware;
mod gates;
mod operations;

use muster_core::event::EventKind;
use serde_json::Value;

use crate::format;
use crate::live::wire::Cause;
use crate::panels::twin::tree;

mod transfer;

/// Changes that are named one by one; more are counted.
const NAMED: usize = 3;

/// Longest value that is written out, in characters.
const MAX_VALUE: usize = 48;

/// The sentence. The device itself is named beside it, so it is "it" here.
pub fn sentence(cause: &Cause, kind: EventKind, detail: &Value) -> String {
    // What a module of the device does is said of the module.
    let module = text(detail, "module");
    let it = module.map_or("it".to_owned(), |module| format!("its module {module}"));
    let who = match cause {
        Cause::Device => it.clone(),
        cause => who(cause),
    };
    let text = match kind {
        EventKind::DeviceCreated => match text(detail, "authentication") {
            Some(auth) => format!("{who} made the identity, with {}", credentials(auth)),
            None => format!("{who} made the identity"),
        },
        EventKind::DeviceUpdated => updated(&who, detail),
        EventKind::DeviceDeleted => format!("{who} deleted the identity and its twin"),
        EventKind::StageChanged => staged(&who, cause, detail),
        EventKind::Connected => connected(&it, detail),
        EventKind::Disconnected => match text(detail, "reason") {
            Some(reason) => format!("{it} disconnected: {reason}"),
            None => format!("{it} disconnected"),
        },
        EventKind::Reported => format!("{it} reported {}", changes(detail)),
        EventKind::TagsChanged => {
            let changed = with(format!("{who} changed tags"), "of its module", module);
            format!("{changed}: {}", changes(detail))
        }
        EventKind::DesiredChanged => {
            let asked = match module {
                Some(module) => format!("{who} asked its module {module}"),
                None => format!("{who} asked"),
            };
            format!("{asked} for {}", changes(detail))
        }
        EventKind::PersonCreated => format!("{who} made {}", account(detail)),
        EventKind::PersonUpdated => person_updated(&who, detail),
        EventKind::PasswordChanged => format!("{who} set a new password for {}", account(detail)),
        EventKind::SignedIn => with(format!("{who} signed in"), "from", text(detail, "from")),
        EventKind::SignedOut if detail.get("everywhere") == Some(&Value::Bool(true)) => {
            format!("{who} signed out everywhere")
        }
        EventKind::SignedOut => format!("{who} signed out"),
        EventKind::SignInRefused => {
            let refused = match text(detail, "name") {
                Some(name) => format!("a sign-in as {name} was refused"),
                None => "a sign-in was refused".to_owned(),
            };
            with(refused, "from", text(detail, "from"))
        }
        EventKind::SecretShown => match (text(detail, "what"), text(detail, "policy")) {
            (Some(what), _) => format!("{who} was shown a secret: {what}"),
            (None, Some(policy)) => {
                format!("{who} was shown the connection string of the policy {policy}")
            }
            (None, None) => format!("{who} was shown a secret"),
        },
        EventKind::BackupWritten => with(format!("{who} wrote a backup"), "to", text(detail, "to")),
        EventKind::Exported => match (transfer::exported(&who, detail), text(detail, "filter")) {
            (Some(sentence), _) => sentence,
            (None, Some(filter)) => format!("{who} exported the devices with {filter}"),
            (None, None) => format!("{who} exported the whole list of devices"),
        },
        EventKind::TokenCreated => format!("{who} made {}", token(detail)),
        EventKind::TokenRevoked => format!("{who} revoked {}", token(detail)),
        EventKind::MethodInvoked => invoked(&who, detail),
        EventKind::ModuleCreated => format!("{who} made {it}"),
        EventKind::ModuleUpdated => match text(detail, "credentials") {
            Some(kind) => format!("{who} gave {it} other credentials: {}", credentials(kind)),
            None => format!("{who} changed {it}"),
        },
        EventKind::ModuleDeleted => format!("{who} deleted {it} and its twin"),
        EventKind::ViewSaved => format!("{who} kept {}", view(detail)),
        EventKind::ViewDeleted => format!("{who} deleted {}", view(detail)),
        EventKind::ViewPinned => match text(detail, "name") {
            Some(name) => format!("{who} begins with the view “{name}” from now on"),
            None => format!("{who} begins at the usual home again"),
        },
        EventKind::Imported => transfer::imported(&who, detail),
        EventKind::TransferEnded => transfer::ended(detail),
        EventKind::WindowSaved | EventKind::WindowDeleted | EventKind::ZoneChanged => {
            gates::sentence(&who, kind, detail)
        }
        EventKind::OperationCreated
        | EventKind::OperationStarted
        | EventKind::OperationPaused
        | EventKind::OperationResumed
        | EventKind::OperationStopped
        | EventKind::OperationFinished
        | EventKind::WaveOpened
        | EventKind::WavePassed
        | EventKind::GateOverridden
        | EventKind::TargetFailed => operations::sentence(&who, &it, kind, detail),
        EventKind::FirmwareAdded | EventKind::FirmwareChanged | EventKind::FirmwareDeleted => {
            firmware::told(&who, kind, detail)
        }
        EventKind::ConfigurationSaved => configurations::saved(&who, detail),
        EventKind::ConfigurationDeleted => configurations::deleted(&who, detail),
        EventKind::ApprovalRequested => approvals::requested(&who, detail),
        EventKind::ApprovalDecided => approvals::decided(&who, detail),
        EventKind::EmbedCreated => embeds::made(&who, detail),
        EventKind::EmbedRevoked => embeds::revoked(&who, detail),
        EventKind::ApprovalPolicyChanged => format!("{who} changed the rules of approval"),
    };
    format::sentence(&text)
}

/// Who it was, in words.
pub fn who(cause: &Cause) -> String {
    match cause {
        Cause::Person(name) => name.clone(),
        Cause::Policy(name) => format!("a tool with the policy {}", name.as_str()),
        Cause::Device => "it".to_owned(),
        Cause::Console => "the command line".to_owned(),
        Cause::Hub => "the hub".to_owned(),
        Cause::Operation(id) => format!("operation {id}"),
        Cause::Configuration(id) => format!("the configuration {id}"),
    }
}

fn text<'a>(detail: &'a Value, name: &str) -> Option<&'a str> {
    detail.get(name)?.as_str().filter(|text| !text.is_empty())
}

fn view(detail: &Value) -> String {
    let shared = detail.get("shared") == Some(&Value::Bool(true));
    let kind = if shared { "the shared view" } else { "a view" };
    match text(detail, "name") {
        Some(name) if shared => format!("{kind} “{name}”"),
        _ => kind.to_owned(),
    }
}

fn credentials(kind: &str) -> &str {
    match kind {
        "sas" => "shared keys",
        "selfSigned" => "self-signed certificates",
        "certificateAuthority" => "a certificate of a registered authority",
        other => other,
    }
}

fn updated(who: &str, detail: &Value) -> String {
    let mut done = Vec::new();
    match text(detail, "status") {
        Some("enabled") => done.push("enabled it".to_owned()),
        Some("disabled") => done.push("disabled it".to_owned()),
        _ => {}
    }
    if let Some(kind) = text(detail, "credentials") {
        done.push(format!("gave it other credentials: {}", credentials(kind)));
    }
    if done.is_empty() {
        done.push("changed the identity".to_owned());
    }
    let done = done.join(" and ");
    match text(detail, "reason") {
        Some(reason) => format!("{who} {done}, because: {reason}"),
        None => format!("{who} {done}"),
    }
}

fn staged(who: &str, cause: &Cause, detail: &Value) -> String {
    let to = text(detail, "to").or_else(|| text(detail, "stage"));
    match (cause, to) {
        (Cause::Device | Cause::Hub, Some(stage)) => format!("it is {stage} now"),
        (Cause::Device | Cause::Hub, None) => "it moved to another stage".to_owned(),
        (_, Some(stage)) => format!("{who} moved it to {stage}"),
        (_, None) => format!("{who} moved it to another stage"),
    }
}

/// A call of a method and what came of it.
fn invoked(who: &str, detail: &Value) -> String {
    let method = text(detail, "method").unwrap_or("a method");
    let called = with(
        format!("{who} called {method}"),
        "of its module",
        text(detail, "module"),
    );
    let after = detail
        .get("duration_ms")
        .and_then(Value::as_i64)
        .map(|ms| format!(" after {}", format::latency(ms)))
        .unwrap_or_default();
    match text(detail, "result") {
        Some("answered") => match detail.get("status").and_then(Value::as_i64) {
            Some(status) => format!("{called}; it answered {status}{after}"),
            None => format!("{called}; it answered{after}"),
        },
        Some("not_online") => format!("{called}; it was not online for methods"),
        Some("no_answer") => format!("{called}; no answer came{after}"),
        Some("connection_lost") => format!("{called}; the connection ended before it answered"),
        Some("bad_answer") => format!("{called}; its answer could not be read"),
        _ => format!("{called}; it was not sent"),
    }
}

fn connected(it: &str, detail: &Value) -> String {
    match (text(detail, "protocol"), text(detail, "address")) {
        (Some(protocol), Some(address)) => format!("{it} connected by {protocol} from {address}"),
        (Some(protocol), None) => format!("{it} connected by {protocol}"),
        _ => format!("{it} connected"),
    }
}

fn with(text: String, word: &str, what: Option<&str>) -> String {
    match what {
        Some(what) => format!("{text} {word} {what}"),
        None => text,
    }
}

/// The account an event is about: by its name where the event has it, else by its number.
fn account(detail: &Value) -> String {
    match (
        text(detail, "name"),
        detail.get("person").and_then(Value::as_i64),
    ) {
        (Some(name), _) => format!("the account {name}"),
        (None, Some(number)) => format!("account {number}"),
        (None, None) => "an account".to_owned(),
    }
}

fn token(detail: &Value) -> String {
    match text(detail, "token") {
        Some(name) => format!("the API token {name}"),
        None => "an API token".to_owned(),
    }
}

fn person_updated(who: &str, detail: &Value) -> String {
    let account = account(detail);
    match detail.get("active") {
        Some(Value::Bool(true)) => format!("{who} activated {account}"),
        Some(Value::Bool(false)) => format!("{who} deactivated {account}"),
        _ => format!("{who} changed {account}"),
    }
}

/// What a patch of a twin says: `reporting.interval = 300, radio removed (version 42)`.
fn changes(detail: &Value) -> String {
    let version = detail
        .get("version")
        .and_then(Value::as_u64)
        .map(|version| format!(" (version {})", format::count(version)))
        .unwrap_or_default();
    let Some(patch) = detail.get("patch").and_then(Value::as_object) else {
        return match detail.get("patch") {
            Some(Value::Null) => format!("nothing at all{version}"),
            _ => format!("values too large to show here{version}"),
        };
    };
    let leaves = tree::leaves(patch);
    let mut parts: Vec<String> = leaves
        .iter()
        .filter(|(path, _)| path.first().is_none_or(|key| !key.starts_with('$')))
        .map(|(path, value)| change(&tree::dotted(path), value))
        .collect();
    let more = parts.len().saturating_sub(NAMED);
    parts.truncate(NAMED);
    let named = parts.join(", ");
    match (named.is_empty(), more) {
        (true, _) => format!("no change{version}"),
        (false, 0) => format!("{named}{version}"),
        (false, more) => format!(
            "{named} and {} more{version}",
            format::number_word(more as u64)
        ),
    }
}

fn change(path: &str, value: &Value) -> String {
    if value.is_null() {
        return format!("{path} removed");
    }
    let mut shown = tree::shown(value);
    if shown.chars().count() > MAX_VALUE {
        shown = shown.chars().take(MAX_VALUE).chain(['…']).collect();
    }
    format!("{path} = {shown}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use muster_core::access::PolicyName;
    use serde_json::json;

    fn check(cause: Cause, kind: EventKind, detail: Value, want: &str) {
        assert_eq!(sentence(&cause, kind, &detail), want);
    }

    fn ann() -> Cause {
        Cause::Person("ann".to_owned())
    }

    #[test]
    fn twin_changes_name_what_changed() {
        check(
            ann(),
            EventKind::DesiredChanged,
            json!({"patch": {"reporting": {"interval": 300, "$x": null}, "radio": null}, "version": 1042}),
            "Ann asked for radio removed, reporting.$x removed, reporting.interval = 300 (version 1,042).",
        );
        check(
            Cause::Device,
            EventKind::Reported,
            json!({"patch": {"a": 1, "b": "two", "c": [3], "d": true, "e": {}, "$version": 4}}),
            "It reported a = 1, b = two, c = [3] and two more.",
        );
        check(
            Cause::Console,
            EventKind::TagsChanged,
            json!({"patch": {"note": "x".repeat(60)}}),
            &format!("The command line changed tags: note = {}….", "x".repeat(48)),
        );
        check(
            ann(),
            EventKind::DesiredChanged,
            json!({"patch": {}}),
            "Ann asked for no change.",
        );
        check(
            ann(),
            EventKind::DesiredChanged,
            json!({"version": 3}),
            "Ann asked for values too large to show here (version 3).",
        );
    }

    #[test]
    fn tools_are_named_by_their_policy() {
        check(
            Cause::Policy(PolicyName::RegistryReadWrite),
            EventKind::DeviceCreated,
            json!({}),
            "A tool with the policy registryReadWrite made the identity.",
        );
    }

    #[test]
    fn contact_says_how_and_why() {
        check(
            Cause::Device,
            EventKind::Connected,
            json!({"protocol": "MQTT", "address": "10.1.2.3:4"}),
            "It connected by MQTT from 10.1.2.3:4.",
        );
        check(
            Cause::Device,
            EventKind::Disconnected,
            json!({"reason": "keep-alive missed"}),
            "It disconnected: keep-alive missed.",
        );
        check(
            Cause::Device,
            EventKind::StageChanged,
            json!({"to": "active"}),
            "It is active now.",
        );
    }

    #[test]
    fn calls_say_what_came_of_them() {
        let check = |detail, want| check(ann(), EventKind::MethodInvoked, detail, want);
        check(
            json!({"method": "reboot", "module": null, "result": "answered", "status": 200, "duration_ms": 42}),
            "Ann called reboot; it answered 200 after 42\u{a0}ms.",
        );
        check(
            json!({"method": "scan", "module": "radio", "result": "no_answer", "status": null, "duration_ms": 30004}),
            "Ann called scan of its module radio; no answer came after 30\u{a0}s.",
        );
        check(
            json!({"method": "reboot", "result": "not_online", "duration_ms": 0}),
            "Ann called reboot; it was not online for methods.",
        );
    }

    #[test]
    fn modules_are_named() {
        let module = |more: Value| {
            let mut detail = json!({"module": "radio"});
            for (key, value) in more.as_object().into_iter().flatten() {
                detail[key] = value.clone();
            }
            detail
        };
        check(
            Cause::Device,
            EventKind::Connected,
            module(json!({"protocol": "MQTT", "address": "10.1.2.3:4"})),
            "Its module radio connected by MQTT from 10.1.2.3:4.",
        );
        check(
            Cause::Device,
            EventKind::Reported,
            module(json!({"patch": {"a": 1}})),
            "Its module radio reported a = 1.",
        );
        check(
            ann(),
            EventKind::DesiredChanged,
            module(json!({"patch": {"a": 1}, "version": 2})),
            "Ann asked its module radio for a = 1 (version 2).",
        );
        check(
            ann(),
            EventKind::ModuleCreated,
            module(json!({"authentication": "sas"})),
            "Ann made its module radio.",
        );
        check(
            ann(),
            EventKind::ModuleDeleted,
            module(json!({})),
            "Ann deleted its module radio and its twin.",
        );
    }

    #[test]
    fn acts_of_people_name_them() {
        check(
            ann(),
            EventKind::DeviceUpdated,
            json!({"status": "disabled", "reason": "stolen", "credentials": null}),
            "Ann disabled it, because: stolen.",
        );
        check(
            ann(),
            EventKind::DeviceCreated,
            json!({"authentication": "sas"}),
            "Ann made the identity, with shared keys.",
        );
        check(
            ann(),
            EventKind::SecretShown,
            json!({"what": "connection string"}),
            "Ann was shown a secret: connection string.",
        );
        check(
            ann(),
            EventKind::TokenCreated,
            json!({"token": "ci", "actions": ["see_devices"]}),
            "Ann made the API token ci.",
        );
        check(
            Cause::Hub,
            EventKind::SignInRefused,
            json!({"name": "bob"}),
            "A sign-in as bob was refused.",
        );
        check(
            ann(),
            EventKind::SecretShown,
            json!({"policy": "service"}),
            "Ann was shown the connection string of the policy service.",
        );
        check(
            ann(),
            EventKind::Exported,
            json!({"filter": "drift = true"}),
            "Ann exported the devices with drift = true.",
        );
        check(
            ann(),
            EventKind::ViewSaved,
            json!({"name": "Drift", "shared": true}),
            "Ann kept the shared view “Drift”.",
        );
        check(
            ann(),
            EventKind::ViewDeleted,
            json!({"name": "Drift", "shared": false}),
            "Ann deleted a view.",
        );
        check(
            ann(),
            EventKind::PersonUpdated,
            Value::Null,
            "Ann changed an account.",
        );
        check(
            ann(),
            EventKind::PersonUpdated,
            json!({"person": 7, "active": false}),
            "Ann deactivated account 7.",
        );
        check(
            ann(),
            EventKind::SignedIn,
            json!({"from": "10.0.0.7"}),
            "Ann signed in from 10.0.0.7.",
        );
        check(
            ann(),
            EventKind::SignedOut,
            json!({"everywhere": true}),
            "Ann signed out everywhere.",
        );
    }
}
