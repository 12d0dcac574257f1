//! The fleet page's whole state, as its address says it. The export takes the same query string.

use muster_core::ids::DeviceId;
use muster_core::view::ViewId;
use muster_query::QueryError;
use serde::{Deserialize, Serialize};

pub use super::columns::{Column, MAX_COLUMNS, Rows, SortBy, tag_title};
use super::export::FileKind;
use super::query_string;
use super::typed::{self, Typed};
use crate::routes;

/// What the fleet page shows.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct FleetAddress {
    /// A condition of the query language, as it was typed.
    pub filter: String,
    /// Any part of an id or a tag value.
    pub text: String,
    /// The order.
    pub sort: SortBy,
    /// The other way round.
    pub descending: bool,
    /// The chosen columns; `None` for the usual ones.
    pub columns: Option<Vec<Column>>,
    /// Rows on a page.
    pub rows: Rows,
    /// Where the page begins; `None` for the first.
    pub cursor: Option<String>,
    /// How many rows lay before the page when its address was made. Only words depend on it.
    pub before: u32,
    /// The path whose values are counted above the list, in the query language; `None` for the usual ones.
    pub group: Option<String>,
    /// The saved view the list began as.
    pub view: Option<ViewId>,
    /// The device beside the list. Whatever changes the list leaves it out.
    pub preview: Option<DeviceId>,
}

/// The name of what is typed into the query bar, in the address its form makes.
pub const TYPED: &str = "add";

/// Stands for the first column, so that a choice of no other column can be told from no choice.
const FIRST_COLUMN: &str = "device";

impl FleetAddress {
    /// The first page of the devices that fulfil a condition.
    pub fn filtered(filter: impl Into<String>) -> Self {
        Self {
            filter: filter.into(),
            ..Self::default()
        }
    }

    /// Reads a query string. What it does not know is left out, also what was typed and makes no sense.
    pub fn parse(query: &str) -> Self {
        let mut address = Self::default();
        let mut added = String::new();
        for (name, value) in query_string::pairs(query) {
            match name.as_str() {
                "filter" => address.filter = value.trim().to_owned(),
                routes::FLEET_TEXT => address.text = value.trim().to_owned(),
                TYPED => added = value,
                "sort" => address.sort = SortBy::from_name(&value).unwrap_or_default(),
                "dir" => address.descending = value == "desc",
                "cols" => address.add_column(&value),
                "rows" => address.rows = Rows::from_text(&value).unwrap_or_default(),
                "cursor" => address.cursor = (!value.is_empty()).then_some(value),
                "at" => address.before = value.parse().unwrap_or(0),
                "group" => address.group = (!value.is_empty()).then_some(value),
                "view" => address.view = value.parse().ok().map(ViewId),
                "preview" => address.preview = DeviceId::new(&value).ok(),
                _ => {}
            }
        }
        match typed::read(&added) {
            Typed::Nothing | Typed::Refused(_) => address,
            typed => address.adding(typed),
        }
    }

    /// What was typed into the query bar and could not be understood, with the reason.
    pub fn refused(query: &str) -> Option<(String, QueryError)> {
        let pairs = query_string::pairs(query);
        let (_, text) = pairs.into_iter().rfind(|(name, _)| name == TYPED)?;
        match typed::read(&text) {
            Typed::Refused(error) => Some((text, error)),
            Typed::Nothing | Typed::Text(_) | Typed::Condition(_) => None,
        }
    }

    /// The list narrowed by what was typed: a condition joins the filter, text replaces the text.
    #[must_use]
    pub fn adding(&self, typed: Typed) -> Self {
        let mut narrower = self.first_page();
        match typed {
            Typed::Nothing | Typed::Refused(_) => {}
            Typed::Text(text) => narrower.text = text,
            Typed::Condition(added) => {
                // A filter that cannot be read gives way to one that can.
                let filter = muster_query::Condition::parse(&self.filter).unwrap_or_default();
                narrower.filter = filter.and(added).to_string();
            }
        }
        narrower
    }

    fn add_column(&mut self, name: &str) {
        let columns = self.columns.get_or_insert_default();
        if let Some(column) = Column::from_name(name)
            && columns.len() < MAX_COLUMNS
            && !columns.contains(&column)
        {
            columns.push(column);
        }
    }

    /// The pairs of the address, without what is usual.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = vec![
            ("filter", self.filter.clone()),
            (routes::FLEET_TEXT, self.text.clone()),
        ];
        if self.sort != SortBy::default() {
            pairs.push(("sort", self.sort.name()));
        }
        if self.descending {
            pairs.push(("dir", "desc".to_owned()));
        }
        if self.rows != Rows::default() {
            pairs.push(("rows", self.rows.count().to_string()));
        }
        pairs.extend(self.group.clone().map(|group| ("group", group)));
        match self.columns.as_deref() {
            None => {}
            Some([]) => pairs.push(("cols", FIRST_COLUMN.to_owned())),
            Some(columns) => pairs.extend(columns.iter().map(|column| ("cols", column.name()))),
        }
        pairs.extend(self.view.map(|view| ("view", view.0.to_string())));
        pairs.extend(self.cursor.clone().map(|cursor| ("cursor", cursor)));
        if self.before > 0 {
            pairs.push(("at", self.before.to_string()));
        }
        let preview = self.preview.as_ref();
        pairs.extend(preview.map(|id| ("preview", id.as_str().to_owned())));
        pairs.retain(|(_, value)| !value.is_empty());
        pairs
    }

    /// The query string, with its question mark unless it is empty.
    pub fn query(&self) -> String {
        let pairs = self.pairs();
        query_string::of_pairs(pairs.iter().map(|(name, value)| (*name, value.as_str())))
    }

    /// The address of the page.
    pub fn href(&self) -> String {
        format!("{}{}", routes::FLEET, self.query())
    }

    /// The address of the whole result as a file: no page, no grouping.
    pub fn export_href(&self, kind: FileKind) -> String {
        let whole = Self {
            rows: Rows::default(),
            group: None,
            ..self.kept()
        };
        format!("{}{}", kind.route(), whole.query())
    }

    /// The same list from its beginning. Whatever changes the list starts here.
    #[must_use]
    pub fn first_page(&self) -> Self {
        Self {
            cursor: None,
            before: 0,
            ..self.alone()
        }
    }

    /// The same page of the list with nothing beside it.
    #[must_use]
    pub fn alone(&self) -> Self {
        Self {
            preview: None,
            ..self.clone()
        }
    }

    /// What a saved view keeps: everything but the place in the list and the view's own number.
    #[must_use]
    pub fn kept(&self) -> Self {
        Self {
            view: None,
            ..self.first_page()
        }
    }

    /// The list of a saved view.
    pub fn of_view(id: ViewId, query: &str) -> Self {
        Self {
            view: Some(id),
            ..Self::parse(query).kept()
        }
    }

    /// The page at a cursor, after so many rows.
    #[must_use]
    pub fn at(&self, cursor: String, before: u32) -> Self {
        Self {
            cursor: Some(cursor),
            before,
            ..self.alone()
        }
    }

    /// The list in another order; asking for the present order turns it round.
    #[must_use]
    pub fn sorted(&self, by: SortBy) -> Self {
        Self {
            descending: by == self.sort && !self.descending,
            sort: by,
            ..self.first_page()
        }
    }

    /// The same list with another condition.
    #[must_use]
    pub fn with_filter(&self, filter: impl Into<String>) -> Self {
        Self {
            filter: filter.into(),
            ..self.first_page()
        }
    }

    /// Whether the list is narrowed at all.
    pub fn is_narrowed(&self) -> bool {
        !self.filter.is_empty() || !self.text.is_empty()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn addresses_leave_out_what_is_usual() {
        let check = |address: FleetAddress, want: &str| {
            assert_eq!(address.href(), want);
            assert_eq!(FleetAddress::parse(address.query().as_str()), address);
        };
        check(FleetAddress::default(), "/fleet");
        check(
            FleetAddress::filtered("contact = 'silent'"),
            "/fleet?filter=contact%20%3D%20%27silent%27",
        );
        check(
            FleetAddress {
                columns: Some(Vec::new()),
                rows: Rows::Many,
                ..FleetAddress::default()
            },
            "/fleet?rows=100&cols=device",
        );
        check(
            FleetAddress {
                sort: SortBy::Column(Column::Tag("location.site".to_owned())),
                descending: true,
                columns: Some(vec![Column::Contact, Column::Tag("a,b".to_owned())]),
                ..FleetAddress::default()
            },
            "/fleet?sort=tags.location.site&dir=desc&cols=contact&cols=tags.a%2Cb",
        );
    }

    #[test]
    fn what_is_unknown_is_left_out() {
        let check = |query: &str, want: FleetAddress| assert_eq!(FleetAddress::parse(query), want);
        check(
            "rows=26&sort=colour&dir=up&filter=&cursor=&x=y",
            FleetAddress::default(),
        );
        check(
            "cols=contact&cols=contact&cols=nonsense&cols=tags.",
            FleetAddress {
                columns: Some(vec![Column::Contact]),
                ..FleetAddress::default()
            },
        );
        let many: String = (0..40).map(|i| format!("cols=tags.a{i}&")).collect();
        assert_eq!(
            FleetAddress::parse(&many).columns.map(|c| c.len()),
            Some(MAX_COLUMNS)
        );
    }

    #[test]
    fn what_is_typed_narrows_the_list() {
        let check = |query: &str, filter: &str, text: &str| {
            let address = FleetAddress::parse(query);
            assert_eq!(
                (address.filter.as_str(), address.text.as_str()),
                (filter, text),
                "{query}"
            );
        };
        check(
            "filter=status+%3D+'enabled'&add=pump",
            "status = 'enabled'",
            "pump",
        );
        check(
            "filter=status+%3D+'enabled'&add=tags.a+%3D+1",
            "status = 'enabled' AND tags.a = 1",
            "",
        );
        check(
            "filter=status+%3D+'enabled'&add=stat+%3D+1",
            "status = 'enabled'",
            "",
        );
        check("filter=nonsense&add=tags.a=1", "tags.a = 1", "");
        let (text, error) = FleetAddress::refused("add=stauts+%3D+'x'").unwrap();
        assert_eq!(text, "stauts = 'x'");
        assert_eq!(error.suggestion.as_deref(), Some("status"));
        assert_eq!(FleetAddress::refused("add=pump"), None);
    }

    #[test]
    fn a_head_turns_its_own_order_round() {
        let address = FleetAddress {
            cursor: Some("x".to_owned()),
            ..FleetAddress::default()
        };
        let once = address.sorted(SortBy::Column(Column::Seen));
        assert_eq!((once.descending, once.cursor.as_deref()), (false, None));
        let twice = once.sorted(SortBy::Column(Column::Seen));
        assert!(twice.descending);
        assert!(!twice.sorted(SortBy::Column(Column::Seen)).descending);
        assert!(!twice.sorted(SortBy::Column(Column::Contact)).descending);
    }

    #[test]
    fn another_list_has_nothing_beside_it() {
        let address = FleetAddress::parse("?filter=drift%20%3D%20true&preview=pump-1");
        assert_eq!(
            address.preview.as_ref().map(DeviceId::as_str),
            Some("pump-1")
        );
        for other in [
            address.sorted(SortBy::Device),
            address.at("x".to_owned(), 25),
            address.with_filter(""),
            address.kept(),
        ] {
            assert_eq!(other.preview, None);
        }
        // What is no id is no preview.
        assert_eq!(FleetAddress::parse("preview=a%20b").preview, None);
    }

    #[test]
    fn the_export_is_the_whole_list() {
        let address = FleetAddress {
            filter: "status = 'disabled'".to_owned(),
            cursor: Some("x".to_owned()),
            group: Some("region".to_owned()),
            rows: Rows::Many,
            ..FleetAddress::default()
        };
        assert_eq!(
            address.export_href(FileKind::Csv),
            "/fleet/export.csv?filter=status%20%3D%20%27disabled%27"
        );
    }

    fn text() -> impl Strategy<Value = String> {
        "[ -~é'%&=+]{0,12}".prop_map(|text| text.trim().to_owned())
    }

    fn path() -> impl Strategy<Value = String> {
        "[a-z,%&é]{1,4}(\\.[a-z]{1,3}){0,2}"
    }

    fn column() -> impl Strategy<Value = Column> {
        prop_oneof![
            prop::sample::select(Column::SYSTEM.to_vec()),
            path().prop_map(Column::Tag),
            path().prop_map(Column::Desired),
            path().prop_map(Column::Reported),
        ]
    }

    fn sort() -> impl Strategy<Value = SortBy> {
        prop_oneof![
            Just(SortBy::Device),
            Just(SortBy::Column(Column::Seen)),
            Just(SortBy::Column(Column::Contact)),
            path().prop_map(|path| SortBy::Column(Column::Tag(path))),
        ]
    }

    fn columns() -> impl Strategy<Value = Option<Vec<Column>>> {
        let unique = prop::collection::vec(column(), 0..6).prop_map(|columns| {
            let mut unique: Vec<Column> = Vec::new();
            for column in columns {
                if !unique.contains(&column) {
                    unique.push(column);
                }
            }
            unique
        });
        prop::option::of(unique)
    }

    proptest! {
        #[test]
        fn writing_and_reading_are_inverse(
            (filter, text) in (text(), text()),
            (sort, descending) in (sort(), any::<bool>()),
            columns in columns(),
            rows in prop::sample::select(Rows::ALL.to_vec()),
            cursor in prop::option::of("[A-Za-z0-9_-]{1,20}"),
            before in any::<u32>(),
            group in prop::option::of(path()),
            view in prop::option::of(any::<i64>().prop_map(ViewId)),
            preview in prop::option::of("[a-z:%#]{1,5}".prop_map(|id| DeviceId::new(&id).unwrap())),
        ) {
            let address = FleetAddress {
                filter, text, sort, descending, columns, rows, cursor, before, group, view, preview,
            };
            prop_assert_eq!(FleetAddress::parse(&address.query()), address);
        }
    }
}
