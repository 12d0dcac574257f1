//! Twin, log, text to copy.

use leptos::prelude::*;

use super::{NOW, show};
use crate::ui::{
    CodeBlock, CopyButton, Log, LogItem, Section, Tone, TwinRow, TwinState, TwinTable,
};

const MINUTE: i64 = 60_000;

fn twin() -> Vec<TwinRow> {
    let row =
        |path: &str, desired: Option<&str>, reported: Option<&str>, state, minutes: i64| TwinRow {
            path: path.into(),
            desired: desired.map(str::to_owned),
            reported: reported.map(str::to_owned),
            state,
            since: Some(NOW - minutes * MINUTE),
        };
    vec![
        row(
            "reporting.interval",
            Some("300"),
            Some("900"),
            TwinState::Differs,
            172,
        ),
        row(
            "firmware.version",
            Some("4.3.0"),
            None,
            TwinState::DesiredOnly,
            30,
        ),
        row(
            "alarm.high",
            Some("8.0"),
            Some("8.0"),
            TwinState::InSync,
            1_400,
        ),
        row(
            "battery.percent",
            None,
            Some("71"),
            TwinState::ReportedOnly,
            1,
        ),
    ]
}

pub(super) fn twins() -> AnyView {
    let content = view! {
        <Section
            id="g-twin"
            title="Twin"
            count=|| "desired v42, reported v1,187"
            end=|| view! { <CopyButton text="{}" label="Copy the twin"/> }
        >
            <TwinTable rows=twin() now=NOW/>
        </Section>
        <div class="mt-6">
            <Log>
                <LogItem at=NOW - 12 * MINUTE now=NOW icon="i-user">
                    "Operator North asked for a reading. Answer: 8.3 °C in 1.2 s."
                </LogItem>
                <LogItem at=NOW - 22 * MINUTE now=NOW icon="s-critical" tone=Tone::Critical>
                    <a href="#g-twins">"A-9041"</a>" opened: above 8 °C, together with 35 others."
                </LogItem>
                <LogItem at=NOW - 30 * 60 * MINUTE now=NOW icon="i-pencil">
                    "Operator Central asked for "<code>"reporting.interval"</code>" 900 → 300 s (version 42)."
                </LogItem>
            </Log>
        </div>
        <div class="mt-6 split">
            <CodeBlock text="{\n  \"interval\": 300,\n  \"alarm\": { \"high\": 8.0 }\n}" label="Desired properties"/>
            <CodeBlock
                text="HostName=hub.example;DeviceId=ct-hbr-03-0147;SharedAccessKey=…"
                label="Connection string"
                wrap=true
            />
        </div>
    };
    show("g-twins", "Twin and log", content)
}
