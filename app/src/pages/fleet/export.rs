//! Taking the list elsewhere: as a file, as a query, as a call of the service side.

use leptos::prelude::*;
use muster_core::ids::DeviceId;
use muster_query::{Condition, Literal};

use super::address::{Column, FleetAddress};
use super::selection::Selection;
use crate::routes;
use crate::ui::{Icon, Menu, MenuLink, copy_text};

/// The version of the service side that "copy as curl" asks for.
const API_VERSION: &str = "2021-04-12";

/// A form of the file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FileKind {
    /// Comma-separated values, for spreadsheets.
    Csv,
    /// One JSON array.
    Json,
    /// One JSON object per line.
    JsonLines,
}

impl FileKind {
    /// All kinds.
    pub const ALL: [FileKind; 3] = [Self::Csv, Self::Json, Self::JsonLines];

    /// The address of the file.
    pub fn route(self) -> &'static str {
        match self {
            Self::Csv => routes::FLEET_EXPORT,
            Self::Json => routes::FLEET_EXPORT_JSON,
            Self::JsonLines => routes::FLEET_EXPORT_JSONL,
        }
    }

    /// The end of the file's name.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
            Self::JsonLines => "jsonl",
        }
    }

    /// Its name in menus.
    pub fn word(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::Json => "JSON",
            Self::JsonLines => "JSON lines",
        }
    }
}

/// The menu of the page head.
pub(super) fn export_menu(address: FleetAddress, columns: Vec<Column>) -> AnyView {
    let files = FileKind::ALL
        .into_iter()
        .map(|kind| {
            let href = address.export_href(kind);
            let end = format!(".{}", kind.extension());
            view! { <MenuLink href=href icon="i-download" end=end download="fleet">{kind.word()}</MenuLink> }
        })
        .collect_view();
    view! {
        <Menu class="btn" button=|| view! { <Icon name="i-download"/> <span>"Export"</span> }>
            <p class="pop-h">"The whole list, with its columns"</p>
            <ul>{files}</ul>
            <hr/>
            {copies(address, columns)}
        </Menu>
    }
    .into_any()
}

/// "Copy as query" and "Copy as curl"; where a text is searched, the reason why neither can be.
fn copies(address: FleetAddress, columns: Vec<Column>) -> AnyView {
    match query_of(&address, &columns, &Selection::all()) {
        Some(query) => {
            let call = query.clone();
            view! {
                <ul class="js-only">
                    {copy_item("Copy as query", "i-copy", Box::new(move || query.clone()))}
                    {copy_item("Copy as curl", "i-terminal", Box::new(move || curl(&origin(), &call)))}
                </ul>
            }
            .into_any()
        }
        None => view! {
            <p class="pop-h js-only">"A searched text cannot be written as a query. Take it off to copy one."</p>
        }
        .into_any(),
    }
}

/// A line of a menu that copies a text.
pub(super) fn copy_item(
    label: &'static str,
    icon: &'static str,
    text: Box<dyn Fn() -> String + Send>,
) -> AnyView {
    let done = RwSignal::new("");
    let copy = move |_| {
        copy_text(text(), move |worked| {
            done.set(if worked {
                "Copied"
            } else {
                "Copying was not allowed"
            });
        });
    };
    view! {
        <li>
            <button type="button" on:click=copy>
                <Icon name=icon/>
                <span>{label}</span>
                <span class="end" aria-live="polite">{move || done.get()}</span>
            </button>
        </li>
    }
    .into_any()
}

/// The list, or what is selected of it, in the query language; `None` where a text is searched and everything that
/// matches is meant, since the language knows no such search.
pub(super) fn query_of(
    address: &FleetAddress,
    columns: &[Column],
    selection: &Selection,
) -> Option<String> {
    let marked: Vec<&DeviceId> = selection.marked().collect();
    let condition = if !selection.is_all() {
        is_one_of(&marked)
    } else if address.text.is_empty() {
        // An unreadable filter finds nothing that could be copied.
        let filter = Condition::parse(&address.filter).ok()?.to_string();
        match (filter.is_empty(), marked.is_empty()) {
            (_, true) => filter,
            (true, false) => format!("NOT {}", is_one_of(&marked)),
            (false, false) => format!("({filter}) AND NOT {}", is_one_of(&marked)),
        }
    } else {
        return None;
    };
    let mut fields = vec!["deviceId".to_owned()];
    fields.extend(columns.iter().map(|column| column.path().to_string()));
    let fields = fields.join(", ");
    Some(match condition.as_str() {
        "" => format!("SELECT {fields} FROM devices"),
        condition => format!("SELECT {fields} FROM devices WHERE {condition}"),
    })
}

fn is_one_of(ids: &[&DeviceId]) -> String {
    let quoted: Vec<String> = ids
        .iter()
        .map(|id| Literal::String(id.as_str().to_owned()).to_string())
        .collect();
    format!("deviceId IN [{}]", quoted.join(", "))
}

/// The call that asks the service side for the same. Whoever uses it puts a token or a signature in its place.
fn curl(origin: &str, query: &str) -> String {
    let body = serde_json::json!({ "query": query }).to_string();
    let body = body.replace('\'', "'\\''");
    format!(
        "curl -X POST '{origin}/devices/query?api-version={API_VERSION}' \\\n  \
         -H 'Authorization: <SharedAccessSignature or Bearer token>' \\\n  \
         -H 'Content-Type: application/json' \\\n  -d '{body}'"
    )
}

/// Where the page came from. Asked only when somebody presses a button.
fn origin() -> String {
    window().location().origin().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn selected(all: bool, ids: &[&str]) -> Selection {
        let ids: Vec<_> = ids.iter().map(|id| DeviceId::new(id).unwrap()).collect();
        let mut selection = if all {
            Selection::all()
        } else {
            Selection::none()
        };
        selection.set(&ids, !all);
        selection
    }

    #[test]
    fn lists_and_selections_are_written_as_queries() {
        let check = |filter: &str, columns: &[Column], selection: Selection, want: &str| {
            let address = FleetAddress::filtered(filter);
            assert_eq!(
                query_of(&address, columns, &selection).as_deref(),
                Some(want)
            );
        };
        check("", &[], Selection::all(), "SELECT deviceId FROM devices");
        check(
            "tags.site = \"b7\"",
            &[Column::Twin, Column::Tag("site".to_owned())],
            Selection::all(),
            "SELECT deviceId, drift, tags.site FROM devices WHERE tags.site = 'b7'",
        );
        check(
            "tags.site = 'b7'",
            &[],
            selected(false, &["b", "it's"]),
            "SELECT deviceId FROM devices WHERE deviceId IN ['b', 'it\\'s']",
        );
        check(
            "tags.site = 'b7'",
            &[],
            selected(true, &["b"]),
            "SELECT deviceId FROM devices WHERE (tags.site = 'b7') AND NOT deviceId IN ['b']",
        );
        check(
            "",
            &[],
            selected(true, &["b"]),
            "SELECT deviceId FROM devices WHERE NOT deviceId IN ['b']",
        );
    }

    #[test]
    fn a_searched_text_is_no_query() {
        let address = FleetAddress {
            text: "hbr".to_owned(),
            ..FleetAddress::default()
        };
        assert_eq!(query_of(&address, &[], &Selection::all()), None);
        assert!(query_of(&address, &[], &selected(false, &["a"])).is_some());
    }

    #[test]
    fn the_call_survives_a_shell() {
        let call = curl("https://hub", "SELECT * FROM devices WHERE tags.a = 'x'");
        assert!(call.contains("'https://hub/devices/query?api-version=2021-04-12'"));
        assert!(
            call.ends_with(r#"-d '{"query":"SELECT * FROM devices WHERE tags.a = '\''x'\''"}'"#),
            "{call}"
        );
    }
}
