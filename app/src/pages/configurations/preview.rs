//! What a configuration would do, before it is saved.

use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{FormData, HtmlFormElement};

use super::form::Answer;
use crate::format;
use crate::routes;
use crate::rpc::configurations::{PreviewView, SampleRow, preview_configuration};
use crate::ui::CodeBlock;

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
    let id = field("id");
    let (target, priority, content) = (field("target"), field("priority"), field("content"));
    leptos::task::spawn_local(async move {
        let found = preview_configuration(id, target, priority, content).await;
        // The page may be gone by now.
        answer.try_set(Some(found));
    });
}

/// The figures, and some of the devices that would change.
pub(super) fn preview_view(found: PreviewView) -> impl IntoView {
    let matching = format::plural(found.matching, "device", "devices");
    let matching = match found.list {
        Some(list) => view! { <a href=list>{matching}</a> }.into_any(),
        None => matching.into_any(),
    };
    let looked = if found.looked_at < found.matching {
        format!(" Of the first {}:", format::count(found.looked_at))
    } else {
        String::new()
    };
    let figures = format!(
        "{looked} {} would change, {} are as they should be.",
        format::count(found.changing),
        format::count(found.looked_at - found.changing.min(found.looked_at)),
    );
    let losing = (found.losing > 0).then(|| {
        let devices = format::plural(found.losing, "device", "devices");
        format!(" On {devices} others win all of its paths.")
    });
    let sample = found.sample.into_iter().map(sample).collect_view();
    view! {
        <div class="box box-p">
            <p><strong>"It would cover " {matching} "."</strong> {figures} {losing}</p>
            <ul class="samples">{sample}</ul>
        </div>
    }
}

fn sample(row: SampleRow) -> AnyView {
    let href = [routes::DEVICES, "/", &routes::encode(&row.device)].concat();
    let label = ["Change of ", &row.device].concat();
    view! {
        <li>
            <a class="id" href=href>{row.device}</a>
            <CodeBlock text=Signal::stored(row.patch) label=label/>
        </li>
    }
    .into_any()
}
