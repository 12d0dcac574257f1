//! A call in the making: what has been typed, and what was sent before from this page.

use std::collections::HashMap;

use leptos::prelude::*;
use muster_core::ids::DeviceId;
use muster_core::method::MethodName;

use crate::panels::payload;
use crate::rpc::devices::{Called, InvokeMethod};

/// Seconds to wait that are offered when a device is not online.
pub(super) const OFFERED_WAIT_S: u32 = 60;

/// The call. Payloads are kept as long as the page is open and nowhere else: they may hold secrets.
#[derive(Clone, Copy)]
pub(super) struct Call {
    id: StoredValue<String>,
    /// What is called.
    pub(super) method: RwSignal<String>,
    /// What the device is given, as JSON.
    pub(super) payload: RwSignal<String>,
    /// Seconds to wait for the device.
    pub(super) wait_s: RwSignal<String>,
    /// Seconds to wait for the answer.
    pub(super) answer_s: RwSignal<String>,
    /// The calling.
    pub(super) invoke: ServerAction<InvokeMethod>,
    /// The last payload of each method, as typed.
    sent: StoredValue<HashMap<String, String>>,
}

impl Call {
    pub(super) fn new(id: &DeviceId) -> Self {
        Self {
            id: StoredValue::new(id.as_str().to_owned()),
            method: RwSignal::new(String::new()),
            payload: RwSignal::new(String::new()),
            wait_s: RwSignal::new("0".to_owned()),
            answer_s: RwSignal::new("30".to_owned()),
            invoke: ServerAction::new(),
            sent: StoredValue::new(HashMap::new()),
        }
    }

    /// What is wrong with the name. Nothing yet, while there is none. Reactive.
    pub(super) fn method_problem(self) -> Option<String> {
        let here = self.method.with(|text| match text.trim() {
            "" => None,
            name => MethodName::new(name).err(),
        });
        here.map(|error| crate::format::sentence(&error.to_string()))
            .or_else(|| self.refused("method"))
    }

    /// What is wrong with the payload. Reactive.
    pub(super) fn payload_problem(self) -> Option<String> {
        let here = self.payload.with(|text| payload::read(text).err());
        here.or_else(|| self.refused("payload"))
    }

    /// What is wrong with the time for the device. Reactive.
    pub(super) fn wait_problem(self) -> Option<String> {
        problem_of(self.wait_s, 0).or_else(|| self.refused("wait_s"))
    }

    /// What is wrong with the time for the answer. Reactive.
    pub(super) fn answer_problem(self) -> Option<String> {
        problem_of(self.answer_s, 5).or_else(|| self.refused("answer_s"))
    }

    /// Why nothing can be sent now, if so. Reactive.
    pub(super) fn off_because(self) -> Option<&'static str> {
        let broken = [
            self.method_problem(),
            self.payload_problem(),
            self.wait_problem(),
            self.answer_problem(),
        ];
        if self.invoke.pending().get() {
            Some("The call goes on when you close this.")
        } else if self.method.with(|text| text.trim().is_empty()) {
            Some("Name a method first.")
        } else if broken.iter().any(Option::is_some) {
            Some("Correct what is marked first.")
        } else {
            None
        }
    }

    /// What came of the last call, when the hub could make it. Reactive.
    pub(super) fn called(self) -> Option<Called> {
        self.invoke.value().get()?.ok()
    }

    /// Sends the call, unless something stands against it.
    pub(super) fn send(self) {
        if untrack(|| self.off_because()).is_some() {
            return;
        }
        let method = self.method.with_untracked(|text| text.trim().to_owned());
        let payload = self.payload.get_untracked();
        self.sent.update_value(|sent| {
            sent.insert(method.clone(), payload.clone());
        });
        self.invoke.dispatch(InvokeMethod {
            id: self.id.get_value(),
            method,
            payload,
            wait_s: number(self.wait_s).unwrap_or_default(),
            answer_s: number(self.answer_s).unwrap_or_default(),
        });
    }

    /// Sends the same again, and gives the device time to come online.
    pub(super) fn wait_for_it(self) {
        self.wait_s.set(OFFERED_WAIT_S.to_string());
        self.send();
    }

    /// Begins with an earlier call: its method, and its payload where this page sent it.
    pub(super) fn reuse(self, method: &str) {
        let payload = self.sent.with_value(|sent| sent.get(method).cloned());
        self.method.set(method.to_owned());
        self.payload.set(payload.unwrap_or_default());
    }

    fn refused(self, field: &str) -> Option<String> {
        match self.invoke.value().get() {
            Some(Err(error)) if !self.invoke.pending().get() => error.of_field(field),
            _ => None,
        }
    }
}

fn number(text: RwSignal<String>) -> Option<u32> {
    text.with_untracked(|text| text.trim().parse().ok())
}

/// Seconds from `least` to 300.
fn problem_of(text: RwSignal<String>, least: u32) -> Option<String> {
    let seconds = text.with(|text| text.trim().parse::<u32>());
    match seconds {
        Ok(seconds) if (least..=300).contains(&seconds) => None,
        _ => Some(format!("A whole number of seconds, {least} to 300.")),
    }
}
