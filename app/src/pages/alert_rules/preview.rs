//! What a rule would find, before it is saved.

use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{FormData, HtmlFormElement};

use super::form::Answer;
use crate::format;
use crate::routes;
use crate::rpc::alerts::{RulePreviewView, preview_rule};

/// Asks for a preview of what stands in the form around this element.
pub(super) fn previewed(inside: NodeRef<html::Div>, answer: Answer) {
    let form = inside
        .get_untracked()
        .and_then(|inside| inside.closest("form").ok().flatten());
    let form = form.and_then(|form| form.dyn_into::<HtmlFormElement>().ok());
    let Some(data) = form.and_then(|form| FormData::new_with_form(&form).ok()) else {
        return;
    };
    let field = |name: &str| data.get(name).as_string().unwrap_or_default();
    let (condition, scope) = (field("rule[condition]"), field("rule[scope]"));
    let quiet = field("rule[mute_maintenance]") == "true";
    leptos::task::spawn_local(async move {
        let found = preview_rule(condition, scope, quiet).await;
        // The page may be gone by now.
        answer.try_set(Some(found));
    });
}

/// The figures, and some of the devices.
pub(super) fn preview_view(found: &RulePreviewView) -> AnyView {
    let matching = format::plural(found.matching, "device", "devices");
    let of = [" of ", &format::count(found.watched), " it looks at."].concat();
    let flood = found.flood.then_some(
        " That is more than are told one by one: one alert would stand for all of them.",
    );
    let sample = found.sample.iter().map(|id| {
        view! { " " <a href=routes::device(id)>{id.as_str().to_owned()}</a> }
    });
    let sample = sample.collect_view();
    view! {
        <div class="box box-p">
            <p><strong>"It holds now for " <a href=found.list.clone()>{matching}</a></strong> {of} {flood}</p>
            <p class="meta">{sample}</p>
        </div>
    }
    .into_any()
}
