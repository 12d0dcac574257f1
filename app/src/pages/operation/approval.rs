//! What a second person said, or is asked.

use leptos::prelude::*;
use muster_core::approval::ApprovalState;

use crate::clock::use_now;
use crate::format::TimeStyle;
use crate::panels::approvals::waiting_list;
use crate::panels::refresh::Refresh;
use crate::reactive::dynamic;
use crate::rpc::approvals::ApprovalView;
use crate::rpc::operations::OperationView;
use crate::ui::{Section, TimeStamp};

/// The section; nothing for what needs no second person.
pub(super) fn approval_section(operation: RwSignal<OperationView>, refresh: Refresh) -> AnyView {
    let there = Memo::new(move |_| operation.with(|o| o.approval.is_some()));
    let waiting = Signal::derive(move || {
        let open = |request: &ApprovalView| request.state == ApprovalState::Pending;
        operation.with(|o| {
            o.approval
                .clone()
                .into_iter()
                .filter(open)
                .collect::<Vec<_>>()
        })
    });
    let over = move || operation.with(|o| o.approval.as_ref().and_then(decided));
    let body = move || {
        there.get().then(|| {
            view! {
                <div class="mb-4">
                    <Section id="approval" title="Approval">
                        {waiting_list(waiting, refresh)}
                        {dynamic(over)}
                    </Section>
                </div>
            }
        })
    };
    view! { {dynamic(body)} }.into_any()
}

/// Who decided what, and what they said.
fn decided(request: &ApprovalView) -> Option<AnyView> {
    let (who, ms) = request.decided.clone()?;
    let verb = match request.state {
        ApprovalState::Approved => "approved it",
        ApprovalState::Refused => "refused it",
        _ => return None,
    };
    let now = use_now();
    let style = Signal::derive(move || TimeStyle::Moment { now: now.get() });
    let comment = (!request.comment.is_empty()).then(|| format!("“{}”", request.comment));
    let line = view! {
        <p class="small">
            {format!("{who} {verb}, ")}<TimeStamp ms=ms style=style/>". "
            {comment}
        </p>
    };
    Some(line.into_any())
}
