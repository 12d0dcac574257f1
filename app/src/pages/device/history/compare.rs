//! Two moments beside each other.

use leptos::prelude::*;
use muster_core::ids::DeviceId;

use super::super::address::{DeviceAddress, Tab};
use super::differences::{differences, refused};
use crate::error::AppError;
use crate::format;
use crate::panels::loaded::answered;
use crate::rpc::data::Data;
use crate::rpc::devices::{Comparison, compare_desired};
use crate::ui::{LinkButton, Section};

/// The section for two versions or moments, as the address names them.
pub(super) fn compare_section(id: DeviceId, from: String, to: String) -> AnyView {
    let close = DeviceAddress::tab(Tab::History).href(&id);
    let device = id.as_str().to_owned();
    let data = Data::new(
        move || (from.clone(), to.clone()),
        move |(from, to)| compare_desired(device.clone(), from, to),
    );
    let show = |found: Result<Comparison, AppError>| {
        let found = match found {
            Ok(found) => found,
            Err(error) => return refused(error),
        };
        let (from, to) = (format::count(found.from), format::count(found.to));
        view! {
            <p class="lede">{format!("From version {from} to version {to}.")}</p>
            {differences(found.rows, "Nothing differs between the two.")}
        }
        .into_any()
    };
    view! {
        <div class="mt-6">
            <Section
                id="differences"
                title="What differs"
                end=move || view! { <LinkButton href=close>"Close"</LinkButton> }
            >
                {answered(data, show)}
            </Section>
        </div>
    }
    .into_any()
}
