//! An event in a sentence: who did what, and what changed.

mod alerts;
mod approvals;
mod configurations;
mod devices;
mod embeds;
mod firmware;
mod gates;
mod keys;
mod operations;
mod people;
mod twin;

use muster_core::event::EventKind;
use serde_json::Value;

use crate::format;
use crate::live::wire::Cause;
use devices::{connected, credentials, invoked, staged, updated};
use people::{account, person_updated, token};
#[cfg(feature = "ssr")]
pub(crate) use twin::patched;
use twin::{asked, changes};

mod transfer;

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
        EventKind::DesiredChanged => asked(&who, module, detail),
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
        EventKind::AlertOpened
        | EventKind::AlertResolved
        | EventKind::AlertHandled
        | EventKind::AlertEscalated => alerts::happened(&who, kind, detail),
        EventKind::AlertRuleSaved | EventKind::AlertRuleDeleted => alerts::rule(&who, kind, detail),
        EventKind::ApprovalRequested => approvals::requested(&who, detail),
        EventKind::ApprovalDecided => approvals::decided(&who, detail),
        EventKind::EmbedCreated => embeds::made(&who, detail),
        EventKind::EmbedRevoked => embeds::revoked(&who, detail),
        EventKind::ApprovalPolicyChanged => format!("{who} changed the rules of approval"),
        EventKind::KeyMinted | EventKind::KeysRotated => keys::sentence(&who, &it, kind),
        EventKind::NoteLeft => format!("{who} left a note for the next shift"),
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

fn with(text: String, word: &str, what: Option<&str>) -> String {
    match what {
        Some(what) => format!("{text} {word} {what}"),
        None => text,
    }
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
    fn tools_are_named_by_their_policy() {
        check(
            Cause::Policy(PolicyName::RegistryReadWrite),
            EventKind::DeviceCreated,
            json!({}),
            "A tool with the policy registryReadWrite made the identity.",
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
