//! Choosing columns: a form whose answer is an address.

use leptos::prelude::*;
use leptos_router::components::Form;

use super::address::{Column, FleetAddress, MAX_COLUMNS};
use super::filter_bar::hidden_fields;
use super::hints::{Hints, PATHS};
use super::remember;
use crate::routes;
use crate::rpc::fleet::TagColumn;
use crate::short::sort_by;
use crate::ui::{Button, ButtonKind, ButtonSize, Icon, Menu};

/// Tags that are offered; those that most devices have.
const MAX_TAGS: usize = 40;

/// The menu above the table's last column.
#[component]
pub(super) fn ChooseColumns(
    /// The state of the page.
    address: FleetAddress,
    /// The columns in view.
    chosen: Vec<Column>,
    /// Every tag that can be a column.
    tags: Vec<TagColumn>,
    /// Whether the person may see how devices prove themselves.
    credentials: bool,
    /// Paths that complete what is written.
    hints: Hints,
) -> impl IntoView {
    let full = chosen.len() >= MAX_COLUMNS;
    let choices = choices(&chosen, tags);
    let titles: Vec<String> = choices.iter().map(Column::title).collect();
    let choices = choices
        .into_iter()
        .filter(|column| credentials || *column != Column::Authentication)
        .map(|column| {
            let checked = chosen.contains(&column);
            let path = column.is_plain().then(|| column.name());
            // Paths may end alike; then the whole of them tells one from the other.
            let title = column.title();
            let is_shared = titles.iter().filter(|other| **other == title).count() > 1;
            let title = if is_shared { column.name() } else { title };
            view! {
                <li>
                    <label title=path>
                        <span class="grow">{title}</span>
                        <input type="checkbox" name="cols" value=column.name() checked=checked/>
                    </label>
                </li>
            }
        })
        .collect_view();
    let rest = hidden_fields(&FleetAddress {
        columns: None,
        ..address.clone()
    });
    let usual = FleetAddress {
        columns: None,
        ..address
    };
    view! {
        <Menu
            class="btn btn--quiet btn--icon btn--s"
            label="Choose columns"
            button=|| view! { <Icon name="i-columns"/> }
            list="cols-pop"
        >
            <Form method="GET" action=routes::FLEET>
                {rest}
                <p class="pop-h">"Columns beside the device"</p>
                <ul>{choices}</ul>
                {any_path(hints)}
                {full.then(|| view! { <p class="pop-h">{format!("At most {MAX_COLUMNS} columns are shown.")}</p> })}
                <hr/>
                <div class="cols-acts">
                    <a href=usual.href() on:click=|_| remember::forget()>"Usual columns"</a>
                    <Button
                        kind=ButtonKind::Primary
                        size=ButtonSize::Small
                        submit=true
                        name="cols"
                        value="device"
                    >
                        "Show"
                    </Button>
                </div>
            </Form>
        </Menu>
    }
    .into_any()
}

/// A field for any other tag or property.
fn any_path(hints: Hints) -> AnyView {
    view! {
        <div class="cols-any">
            <label for="any-column">"Any tag or property"</label>
            <input
                class="input mono"
                id="any-column"
                name="cols"
                list=PATHS
                placeholder="properties.reported.…"
                autocomplete="off"
                spellcheck="false"
                on:focus=move |_| hints.want_paths()
            />
        </div>
    }
    .into_any()
}

/// What is in view first, in its order; then what else every device has; then the most common tags by name.
fn choices(chosen: &[Column], mut tags: Vec<TagColumn>) -> Vec<Column> {
    sort_by(&mut tags, |a, b| {
        b.devices.cmp(&a.devices).then_with(|| a.path.cmp(&b.path))
    });
    tags.truncate(MAX_TAGS);
    sort_by(&mut tags, |a, b| a.path.cmp(&b.path));
    let tagged = tags.into_iter().map(|tag| Column::Tag(tag.path));
    let mut choices = chosen.to_vec();
    for column in Column::SYSTEM.into_iter().chain(tagged) {
        if !choices.contains(&column) {
            choices.push(column);
        }
    }
    choices
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_begin_with_what_is_in_view() {
        let tag = |path: &str, devices| TagColumn {
            path: path.to_owned(),
            devices,
        };
        let chosen = [Column::Tag("site".to_owned()), Column::Seen];
        let names: Vec<_> = choices(&chosen, vec![tag("site", 9), tag("b", 1), tag("a", 2)])
            .iter()
            .map(Column::name)
            .collect();
        assert_eq!(
            names,
            [
                "tags.site",
                "seen",
                "contact",
                "stage",
                "status",
                "twin",
                "model",
                "authentication",
                "connection",
                "tags.a",
                "tags.b"
            ]
        );
    }
}
