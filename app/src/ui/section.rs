//! A part of a page with its heading.

use leptos::children::ViewFnOnce;
use leptos::prelude::*;

/// A heading, what stands at its end, and the content.
#[component]
pub fn Section(
    /// Unique on the page; the heading has it.
    #[prop(into)]
    id: String,
    /// The heading.
    #[prop(into)]
    title: String,
    /// Beside the heading, lighter: a count, a version.
    #[prop(optional, into)]
    count: Option<ViewFnOnce>,
    /// At the end of the line: stamps, links, ranges.
    #[prop(optional, into)]
    end: Option<ViewFnOnce>,
    /// A line above, to part it from the section before.
    #[prop(optional)]
    rule: bool,
    /// Further classes of the section.
    #[prop(optional)]
    class: &'static str,
    /// The content.
    children: Children,
) -> impl IntoView {
    let rule = if rule { " sec--rule" } else { "" };
    let gap = if class.is_empty() { "" } else { " " };
    view! {
        <section class=format!("sec{rule}{gap}{class}") aria-labelledby=id>
            <div class="sec-h">
                <h2 id=id.clone()>
                    <span>{title}</span>
                    {count.map(|count| view! { " " <span class="cnt">{count.run()}</span> })}
                </h2>
                {end.map(|end| view! { <span class="end">{end.run()}</span> })}
            </div>
            {children()}
        </section>
    }
    .into_any()
}

/// The same as a function, for a content that is there already.
pub fn section(id: &'static str, title: &'static str, rule: bool, body: AnyView) -> AnyView {
    view! { <Section id=id title=title rule=rule>{body}</Section> }.into_any()
}
