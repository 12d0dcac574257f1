//! The bulk operations that have the device, and how it fares in each.

use leptos::prelude::*;
use muster_core::ids::DeviceId;

use super::address::{DeviceAddress, Tab};
use crate::clock::use_now;
use crate::format::{self, TimeStyle};
use crate::live::{Item, Topic, use_live};
use crate::panels::loaded::loaded;
use crate::panels::operations::pass::Pass;
use crate::panels::refresh::use_refreshed;
use crate::reactive::dynamic;
use crate::routes;
use crate::rpc::data::Data;
use crate::rpc::operations::{DeviceOperation, DeviceOperations, operations_of_device};
use crate::ui::{Look, Pager, Section, State, TableWrap, TimeStamp};

/// The tab.
pub(super) fn operations_tab(id: DeviceId, address: Memo<DeviceAddress>) -> AnyView {
    let cursor = Memo::new(move |_| address.with(|address| address.cursor.clone()));
    let device = id.as_str().to_owned();
    let data = Data::new(
        move || cursor.get(),
        move |cursor| operations_of_device(device.clone(), cursor),
    );
    let show = move |found| {
        let cursor = cursor.get_untracked();
        view! { <Found id=id.clone() cursor=cursor found=found/> }.into_any()
    };
    view! {
        <div class="mt-6">
            <Section id="operations" title="Operations">{loaded(data, show)}</Section>
        </div>
    }
    .into_any()
}

#[component]
fn Found(id: DeviceId, cursor: Option<String>, found: DeviceOperations) -> impl IntoView {
    let device = id.as_str().to_owned();
    let read = move || operations_of_device(device.clone(), cursor.clone());
    let (found, refresh) = use_refreshed(found, read);
    use_live(
        || vec![Topic::Operations],
        move |item| {
            if matches!(item, Item::Operations(_) | Item::Resync) {
                refresh.ask();
            }
        },
    );
    let pass = Pass::closed();
    let none = move || {
        found.with(|found| found.rows.is_empty()).then(|| {
            view! { <p class="meta">"No bulk operation has had this device among its targets."</p> }
        })
    };
    let rows = move || {
        let rows = found.with(|found| found.rows.clone()).into_iter();
        rows.map(|found| row(found, pass)).collect_view()
    };
    let href = |cursor: Option<String>, id: &DeviceId| {
        let address = DeviceAddress {
            cursor: Some(cursor?),
            ..DeviceAddress::tab(Tab::Operations)
        };
        Some(address.href(id))
    };
    let (back, on) = (id.clone(), id);
    let previous = Signal::derive(move || href(found.with(|found| found.previous.clone()), &back));
    let next = Signal::derive(move || href(found.with(|found| found.next.clone()), &on));
    view! {
        {dynamic(none)}
        <TableWrap>
            <table class="table cards" role="table">
                <caption class="sr-only">"Operations, the newest first"</caption>
                <thead role="rowgroup">
                    <tr role="row">
                        <th scope="col" role="columnheader">"Operation"</th>
                        <th scope="col" role="columnheader">"This device"</th>
                        <th scope="col" role="columnheader">"Why"</th>
                        <th scope="col" role="columnheader">"Operation is"</th>
                        <th scope="col" role="columnheader" class="num">"Made"</th>
                    </tr>
                </thead>
                <tbody role="rowgroup">{dynamic(rows)}</tbody>
            </table>
        </TableWrap>
        <Pager previous=previous next=next>"The newest first."</Pager>
        {pass.dialog(refresh)}
    }
    .into_any()
}

fn row(found: DeviceOperation, pass: Pass) -> AnyView {
    let now = use_now();
    let age = Signal::derive(move || TimeStyle::Age { now: now.get() });
    let DeviceOperation { operation, target } = found;
    let over = pass.button(operation.id, &target);
    let why = target.why.map(|why| format::sentence(&why));
    view! {
        <tr role="row">
            <th scope="row" role="rowheader" class="wrap">
                <a class="id" href=routes::operation(operation.id)>{operation.title}</a>
                <span class="sub">{operation.what}</span>
            </th>
            <td role="cell"><State look=Look::from(target.state)/></td>
            <td role="cell" class="wrap">{why}" "{over}</td>
            <td role="cell" data-label="Operation"><State look=Look::from(operation.state)/></td>
            <td role="cell" data-label="Made" class="num"><TimeStamp ms=operation.created style=age/></td>
        </tr>
    }
    .into_any()
}
