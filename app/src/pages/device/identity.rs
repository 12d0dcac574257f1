//! What is known about the device: its identity and its tags.

use leptos::prelude::*;
use muster_query::Literal;
use serde_json::Value;

use super::address::{DeviceAddress, View};
use crate::format::TimeStyle;
use crate::panels::filters;
use crate::panels::twin::tree;
use crate::reactive::dynamic;
use crate::rpc::devices::DeviceView;
use crate::ui::{KeyValue, KeyValues, Section, TimeStamp};

/// Identity and tags; each tag links to the devices that share it.
#[component]
pub(super) fn IdentitySection(
    /// The device as it is now.
    #[prop(into)]
    device: Signal<DeviceView>,
) -> impl IntoView {
    let (id, may_edit) =
        device.with_untracked(|device| (device.id.clone(), device.rights.edit_twin));
    let edit = DeviceAddress::twin(View::Form).href(&id);
    let end = move || may_edit.then(|| view! { <a href=edit>"Edit tags"</a> });
    let tags = Memo::new(move |_| device.with(|device| device.tags.clone()));
    let made = device.with_untracked(|device| device.created_at);
    let rows = move || {
        let tags = tags.get();
        tree::leaves(&tags)
            .into_iter()
            .map(|(path, value)| {
                let path = tree::dotted(&path);
                let value = tag_value(&path, value);
                view! { <KeyValue term=path>{value}</KeyValue> }
            })
            .collect_view()
    };
    let none = move || {
        tags.with(serde_json::Map::is_empty)
            .then(|| view! { <p class="meta mt-2">"No tags. They give the device a place in the fleet: site, region, owner."</p> })
    };
    view! {
        <Section id="identity" title="Identity and tags" end=end>
            <KeyValues>
                <KeyValue term="Model">
                    {move || device.with(|device| match device.model.as_str() {
                        "" => "not announced".to_owned(),
                        model => model.to_owned(),
                    })}
                </KeyValue>
                <KeyValue term="Made"><TimeStamp ms=made style=TimeStyle::Date/></KeyValue>
                {dynamic(rows)}
            </KeyValues>
            {dynamic(none)}
        </Section>
    }
    .into_any()
}

/// A tag's value. Single values link to the list of all devices that share them.
fn tag_value(path: &str, value: &Value) -> AnyView {
    let literal = match value {
        Value::String(text) => Some(Literal::String(text.clone())),
        Value::Bool(truth) => Some(Literal::Bool(*truth)),
        Value::Number(number) => number.as_f64().map(Literal::Number),
        _ => None,
    };
    let shown = tree::shown(value);
    match literal {
        Some(literal) => {
            view! { <a href=filters::href(&filters::tag_is(path, literal))>{shown}</a> }.into_any()
        }
        None => view! { <span class="mono">{shown}</span> }.into_any(),
    }
}
