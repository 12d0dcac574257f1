//! Requests that are over.

use leptos::prelude::*;
use muster_core::approval::ApprovalState;

use crate::clock::use_now;
use crate::format::TimeStyle;
use crate::routes;
use crate::rpc::approvals::ApprovalView;
use crate::ui::{Pager, TableWrap, TimeStamp};

/// What was asked for, how it ended, and why.
pub(super) fn list(over: &[ApprovalView]) -> AnyView {
    if over.is_empty() {
        return view! { <p class="meta">"Nothing was decided yet."</p> }.into_any();
    }
    let now = use_now();
    let rows = over.iter().map(|request| row(request, now)).collect_view();
    view! {
        <TableWrap>
            <table class="table">
                <caption class="sr-only">"Requests that are over, newest first"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Request"</th>
                        <th scope="col">"Asked by"</th>
                        <th scope="col">"End"</th>
                        <th scope="col" class="p3">"Comment"</th>
                        <th scope="col" class="num">"When"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </TableWrap>
    }
    .into_any()
}

fn row(request: &ApprovalView, now: Signal<i64>) -> AnyView {
    let style = Signal::derive(move || TimeStyle::Age { now: now.get() });
    let (by, at) = request.decided.clone().unwrap_or_default();
    let end = match request.state {
        ApprovalState::Approved => ["Approved by ", &by].concat(),
        ApprovalState::Refused => ["Refused by ", &by].concat(),
        ApprovalState::Withdrawn => "Withdrawn".to_owned(),
        ApprovalState::Expired | ApprovalState::Pending => "Expired: nobody decided".to_owned(),
    };
    let name = match request.href.clone() {
        Some(href) => view! { <a href=href>{request.summary.clone()}</a> }.into_any(),
        None => request.summary.clone().into_any(),
    };
    view! {
        <tr>
            <th scope="row" class="wrap">{name}</th>
            <td>{request.asked_by.clone()}</td>
            <td>{end}</td>
            <td class="wrap p3">{request.comment.clone()}</td>
            <td class="num"><TimeStamp ms=at style=style/></td>
        </tr>
    }
    .into_any()
}

/// The ways to older and newer ones, when there are more.
pub(super) fn pager(previous: Option<String>, next: Option<String>) -> Option<AnyView> {
    if previous.is_none() && next.is_none() {
        return None;
    }
    let link = |cursor: Option<String>| {
        Signal::stored(cursor.map(|c| [routes::APPROVALS, "?page=", &routes::encode(&c)].concat()))
    };
    let (previous, next) = (link(previous), link(next));
    Some(view! { <Pager previous=previous next=next>"Newest first"</Pager> }.into_any())
}
