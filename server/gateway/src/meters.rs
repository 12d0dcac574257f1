//! What the gateway counts.

use metrics::{Counter, Gauge, counter, gauge};

/// Counters that every connection uses; looked up once.
#[derive(Debug)]
pub(crate) struct Meters {
    pub(crate) connections: Gauge,
    pub(crate) bytes_in: Counter,
    pub(crate) bytes_out: Counter,
    pub(crate) telemetry: Counter,
    pub(crate) twin_reads: Counter,
    pub(crate) twin_reports: Counter,
    pub(crate) method_answers: Counter,
    pub(crate) notifications: Counter,
    pub(crate) responses: Counter,
    pub(crate) method_calls: Counter,
}

impl Meters {
    pub(crate) fn new() -> Self {
        let received = |kind| counter!("muster_mqtt_messages_received_total", "kind" => kind);
        let sent = |kind| counter!("muster_mqtt_messages_sent_total", "kind" => kind);
        Self {
            connections: gauge!("muster_mqtt_connections"),
            bytes_in: counter!("muster_mqtt_received_bytes_total"),
            bytes_out: counter!("muster_mqtt_sent_bytes_total"),
            telemetry: received("telemetry"),
            twin_reads: received("twin_read"),
            twin_reports: received("twin_report"),
            method_answers: received("method_answer"),
            notifications: sent("desired"),
            responses: sent("twin_response"),
            method_calls: sent("method"),
        }
    }
}

/// A peer that did not get as far as CONNECT.
pub(crate) fn handshake_refused(reason: &'static str) {
    counter!("muster_mqtt_handshakes_refused_total", "reason" => reason).increment(1);
}

/// A CONNECT that was refused.
pub(crate) fn connect_refused(reason: &'static str) {
    counter!("muster_mqtt_connects_refused_total", "reason" => reason).increment(1);
}

/// A connection that ended.
pub(crate) fn disconnected(reason: &'static str) {
    counter!("muster_mqtt_disconnects_total", "reason" => reason).increment(1);
}
