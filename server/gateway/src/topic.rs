//! The topics of IoT Hub (spec §2.7). A device or module speaks and listens under its own name only.

use muster_core::ids::Identity;
use muster_core::method::MethodName;

pub(crate) mod bag;

const REPORTED: &str = "$iothub/twin/PATCH/properties/reported/?";
const TWIN_GET: &str = "$iothub/twin/GET/?";
const METHOD_RESULT: &str = "$iothub/methods/res/";

/// What a device says with a topic it publishes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Inbound<'a> {
    /// A message; `bag` is its property bag, still encoded.
    Telemetry { bag: &'a str },
    /// It asks for its twin.
    TwinGet { request: &'a str },
    /// It reports properties; `version` is the precondition as written.
    Report {
        request: &'a str,
        version: Option<&'a str>,
    },
    /// It answers a direct method; `status` is absent when it is no number.
    MethodResult {
        request: &'a str,
        status: Option<i32>,
    },
}

/// Why a publish topic is refused; the connection ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub(crate) enum BadTopic {
    /// No topic of the hub.
    #[error("unknown topic")]
    Unknown,
    /// Another device's topic.
    #[error("topic of another identity")]
    NotYours,
    /// A twin request or an answer without `$rid`.
    #[error("request or answer without $rid")]
    NoRequestId,
}

/// Reads the topic of a PUBLISH by `who`.
pub(crate) fn parse<'a>(topic: &'a str, who: &Identity) -> Result<Inbound<'a>, BadTopic> {
    if let Some(rest) = topic.strip_prefix("devices/") {
        return telemetry(rest, who);
    }
    if let Some(query) = topic.strip_prefix(TWIN_GET) {
        let request = value_of(query, "$rid").ok_or(BadTopic::NoRequestId)?;
        return Ok(Inbound::TwinGet { request });
    }
    if let Some(query) = topic.strip_prefix(REPORTED) {
        return Ok(Inbound::Report {
            request: value_of(query, "$rid").ok_or(BadTopic::NoRequestId)?,
            version: value_of(query, "$version"),
        });
    }
    if let Some(rest) = topic.strip_prefix(METHOD_RESULT) {
        let (status, query) = rest.split_once("/?").ok_or(BadTopic::NoRequestId)?;
        return Ok(Inbound::MethodResult {
            request: value_of(query, "$rid").ok_or(BadTopic::NoRequestId)?,
            status: status.parse().ok(),
        });
    }
    Err(BadTopic::Unknown)
}

/// Reads what follows `devices/`. The last `/` is optional, both before an empty bag and after any bag.
fn telemetry<'a>(rest: &'a str, who: &Identity) -> Result<Inbound<'a>, BadTopic> {
    let rest = below(rest, who).ok_or(BadTopic::NotYours)?;
    let bag = rest
        .strip_prefix("messages/events")
        .ok_or(BadTopic::Unknown)?;
    let bag = match bag.strip_prefix('/') {
        Some(bag) => bag.strip_suffix('/').unwrap_or(bag),
        None if bag.is_empty() => bag,
        None => return Err(BadTopic::Unknown),
    };
    Ok(Inbound::Telemetry { bag })
}

/// What follows the identity's own part of a topic, after `devices/`.
fn below<'a>(rest: &'a str, who: &Identity) -> Option<&'a str> {
    let rest = rest.strip_prefix(who.device.as_str())?.strip_prefix('/')?;
    match &who.module {
        None => Some(rest),
        Some(module) => rest
            .strip_prefix("modules/")?
            .strip_prefix(module.as_str())?
            .strip_prefix('/'),
    }
}

fn value_of<'a>(query: &'a str, key: &str) -> Option<&'a str> {
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .find(|(k, v)| *k == key && !v.is_empty())
        .map(|(_, v)| v)
}

/// A filter that a device or module may subscribe to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Filter {
    /// Cloud-to-device messages.
    Devicebound = 1,
    /// Answers to twin requests.
    TwinResponses = 2,
    /// Desired properties as they change.
    Desired = 4,
    /// Direct methods.
    Methods = 8,
    /// Inputs of a module. Only an edge runtime routes messages to them, so the hub itself sends none.
    Inputs = 16,
}

impl Filter {
    /// Reads a topic filter of `who`; `None` when the hub does not know it, or it is another's.
    pub(crate) fn parse(filter: &str, who: &Identity) -> Option<Self> {
        match filter {
            "$iothub/twin/res/#" => Some(Self::TwinResponses),
            "$iothub/twin/PATCH/properties/desired/#" => Some(Self::Desired),
            "$iothub/methods/POST/#" => Some(Self::Methods),
            _ => {
                let own = below(filter.strip_prefix("devices/")?, who)?;
                match (own, &who.module) {
                    ("messages/devicebound/#", None) => Some(Self::Devicebound),
                    ("inputs/#" | "#", Some(_)) => Some(Self::Inputs),
                    _ => None,
                }
            }
        }
    }
}

/// The filters of one session.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Filters(u8);

impl Filters {
    /// Whether the filter is subscribed.
    pub(crate) fn contains(self, filter: Filter) -> bool {
        self.0 & filter as u8 != 0
    }

    /// Subscribes.
    pub(crate) fn insert(&mut self, filter: Filter) {
        self.0 |= filter as u8;
    }

    /// Unsubscribes.
    pub(crate) fn remove(&mut self, filter: Filter) {
        self.0 &= !(filter as u8);
    }
}

/// Topic of the answer to a twin request; `version` is the reported version it led to.
pub(crate) fn twin_response(status: u16, request: &str, version: Option<u64>) -> String {
    match version {
        Some(version) => format!("$iothub/twin/res/{status}/?$rid={request}&$version={version}"),
        None => format!("$iothub/twin/res/{status}/?$rid={request}"),
    }
}

/// Topic of a call of a direct method.
pub(crate) fn method_call(name: &MethodName, request: u64) -> String {
    format!("$iothub/methods/POST/{name}/?$rid={request:x}")
}

/// The number of a call, as it comes back; `None` when the hub never gave it.
pub(crate) fn method_request(text: &str) -> Option<u64> {
    u64::from_str_radix(text, 16).ok()
}

/// Topic of a notification of desired properties.
pub(crate) fn desired_notification(version: u64) -> String {
    format!("$iothub/twin/PATCH/properties/desired/?$version={version}")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn who(id: &str) -> Identity {
        Identity::parse(id).unwrap()
    }

    #[test]
    fn publish_topics_of_spec_2_7() {
        let check = |topic: &str, want: Result<Inbound<'_>, BadTopic>| {
            assert_eq!(parse(topic, &who("d1")), want, "{topic}");
        };
        let bag = |bag| Ok(Inbound::Telemetry { bag });
        check("devices/d1/messages/events/", bag(""));
        check("devices/d1/messages/events", bag(""));
        check("devices/d1/messages/events/a=b&c", bag("a=b&c"));
        check("devices/d1/messages/events/a=b/", bag("a=b"));
        check("devices/d1/messages/eventsx", Err(BadTopic::Unknown));
        check("devices/d1/messages", Err(BadTopic::Unknown));
        check(
            "devices/d1/modules/m/messages/events/",
            Err(BadTopic::Unknown),
        );
        check("devices/d10/messages/events/", Err(BadTopic::NotYours));
        check("devices/D1/messages/events/", Err(BadTopic::NotYours));
        check("devices/", Err(BadTopic::NotYours));

        let request = "b5a7-1";
        check(
            "$iothub/twin/GET/?$rid=b5a7-1",
            Ok(Inbound::TwinGet { request }),
        );
        check("$iothub/twin/GET/", Err(BadTopic::Unknown));
        check("$iothub/twin/GET/?", Err(BadTopic::NoRequestId));
        check("$iothub/twin/GET/?$rid=", Err(BadTopic::NoRequestId));
        check("$iothub/twin/get/?$rid=1", Err(BadTopic::Unknown));

        let report = |version| Ok(Inbound::Report { request, version });
        let reported = "$iothub/twin/PATCH/properties/reported/?";
        check(&format!("{reported}$rid=b5a7-1"), report(None));
        check(
            &format!("{reported}$rid=b5a7-1&$version=4"),
            report(Some("4")),
        );
        check(
            &format!("{reported}$version=x&$rid=b5a7-1"),
            report(Some("x")),
        );
        check(&format!("{reported}$version=4"), Err(BadTopic::NoRequestId));

        let result = |request, status| Ok(Inbound::MethodResult { request, status });
        check("$iothub/methods/res/200/?$rid=1", result("1", Some(200)));
        check("$iothub/methods/res/-7/?$rid=1f", result("1f", Some(-7)));
        check("$iothub/methods/res/ok/?$rid=1", result("1", None));
        check("$iothub/methods/res//?$rid=1", result("1", None));
        check("$iothub/methods/res/200/?", Err(BadTopic::NoRequestId));
        check("$iothub/methods/res/200", Err(BadTopic::NoRequestId));
        check(
            "$iothub/twin/PATCH/properties/desired/?$rid=1",
            Err(BadTopic::Unknown),
        );
        check("anything/else", Err(BadTopic::Unknown));
        check("", Err(BadTopic::Unknown));
    }

    #[test]
    fn ids_with_marks_stand_raw_in_topics() {
        for id in ["a?b=c", "x#y+z", "%41", "$d"] {
            let topic = format!("devices/{id}/messages/events/k=v");
            let want = Ok(Inbound::Telemetry { bag: "k=v" });
            assert_eq!(parse(&topic, &who(id)), want, "{id}");
        }
    }

    #[test]
    fn modules_speak_and_listen_for_themselves() {
        let module = who("d1/m1");
        let check = |topic: &str, want: Result<Inbound<'_>, BadTopic>| {
            assert_eq!(parse(topic, &module), want, "{topic}");
        };
        let bag = |bag| Ok(Inbound::Telemetry { bag });
        check("devices/d1/modules/m1/messages/events/", bag(""));
        check(
            "devices/d1/modules/m1/messages/events/%24.on=o1/",
            bag("%24.on=o1"),
        );
        check("devices/d1/messages/events/", Err(BadTopic::NotYours));
        check(
            "devices/d1/modules/m10/messages/events/",
            Err(BadTopic::NotYours),
        );
        check(
            "devices/d2/modules/m1/messages/events/",
            Err(BadTopic::NotYours),
        );
        let check = |filter: &str, want| {
            assert_eq!(Filter::parse(filter, &module), want, "{filter}");
        };
        check("devices/d1/modules/m1/inputs/#", Some(Filter::Inputs));
        check("devices/d1/modules/m1/#", Some(Filter::Inputs));
        check("$iothub/methods/POST/#", Some(Filter::Methods));
        check("devices/d1/modules/m2/inputs/#", None);
        check("devices/d1/messages/devicebound/#", None);
        check("devices/d1/#", None);
    }

    #[test]
    fn only_the_documented_filters_are_known() {
        let check = |filter: &str, want| {
            assert_eq!(Filter::parse(filter, &who("d1")), want, "{filter}");
        };
        check(
            "devices/d1/messages/devicebound/#",
            Some(Filter::Devicebound),
        );
        check("$iothub/twin/res/#", Some(Filter::TwinResponses));
        check(
            "$iothub/twin/PATCH/properties/desired/#",
            Some(Filter::Desired),
        );
        check("$iothub/methods/POST/#", Some(Filter::Methods));
        check("devices/d2/messages/devicebound/#", None);
        check("devices/d1/messages/devicebound/+", None);
        check("devices/d1/messages/#", None);
        check("$iothub/#", None);
        check("#", None);
        check("+", None);
        check("", None);
    }

    #[test]
    fn filters_come_and_go_one_by_one() {
        let mut filters = Filters::default();
        filters.insert(Filter::Desired);
        filters.insert(Filter::Methods);
        filters.remove(Filter::Methods);
        filters.remove(Filter::Devicebound);
        assert!(filters.contains(Filter::Desired));
        assert!(!filters.contains(Filter::Methods));
        assert!(!filters.contains(Filter::TwinResponses));
    }

    #[test]
    fn topics_to_devices() {
        assert_eq!(
            twin_response(204, "7", Some(9)),
            "$iothub/twin/res/204/?$rid=7&$version=9"
        );
        assert_eq!(
            twin_response(200, "7", None),
            "$iothub/twin/res/200/?$rid=7"
        );
        assert_eq!(
            desired_notification(8),
            "$iothub/twin/PATCH/properties/desired/?$version=8"
        );
        let name = MethodName::new("part*reboot").unwrap();
        assert_eq!(
            method_call(&name, 0x1f),
            "$iothub/methods/POST/part*reboot/?$rid=1f"
        );
        assert_eq!(method_request("1f"), Some(0x1f));
        assert_eq!(method_request("xyz"), None);
    }
}
