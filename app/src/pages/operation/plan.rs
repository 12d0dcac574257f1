//! What was asked for: the rule that stops it, the gates, the rest of the plan, the way back.

use leptos::prelude::*;

use super::waiting::icon;
use crate::panels::filters;
use crate::panels::operations::rule::{meters, verb};
use crate::rpc::operations::{GateRow, OperationView, PlanFact};
use crate::ui::{Icon, KeyValue, KeyValues, Section, section};
use muster_query::Condition;

/// The column beside the progress.
pub(super) fn plan_aside(operation: &OperationView) -> AnyView {
    let rule = operation.row.rule.map(|rule| {
        let title = format!("{} by itself when", verb(rule.then));
        view! { <Section id="rule" title=title>{meters(&rule)}</Section> }
    });
    let ruled = rule.is_some();
    let list = operation
        .query
        .as_deref()
        .and_then(|text| Condition::parse(text).ok())
        .map(|condition| {
            let href = filters::href(&condition);
            view! { <p class="small mt-2"><a href=href>"The devices that match now"</a></p> }
        });
    let way_back = operation.way_back.clone();
    let plan = view! {
        <p class="small">{operation.who.clone()}"."</p>
        {list}
        <div class="mt-3">{fact_list(&operation.facts)}</div>
    }
    .into_any();
    view! {
        {rule}
        {section("gates", "A device goes ahead when", ruled, gate_list(&operation.gates))}
        {section("plan", "Plan", true, plan)}
        {section("back", "Way back", true, view! { <p class="small dim2">{way_back}</p> }.into_any())}
    }
    .into_any()
}

/// The gates, or that there are none.
pub(crate) fn gate_list(gates: &[GateRow]) -> AnyView {
    if gates.is_empty() {
        return view! { <p class="meta">"No gate: its turn is enough."</p> }.into_any();
    }
    let gates: Vec<AnyView> = gates
        .iter()
        .map(|gate| {
            let words = (gate.words != gate.label).then(|| gate.words.clone());
            view! {
                <li>
                    <Icon name=icon(gate.holds)/>
                    <span>{gate.label.clone()}</span>
                    <span class="dim gate-words">{words}</span>
                </li>
            }
            .into_any()
        })
        .collect();
    view! { <ul class="gates">{gates}</ul> }.into_any()
}

/// Terms and words.
pub(crate) fn fact_list(facts: &[PlanFact]) -> AnyView {
    let facts: Vec<AnyView> = facts
        .iter()
        .map(|fact| {
            let words = fact.words.clone();
            view! { <KeyValue term=fact.term.clone()>{words}</KeyValue> }.into_any()
        })
        .collect();
    view! { <KeyValues>{facts}</KeyValues> }.into_any()
}
