//! The columns of the list, its orders, and how many rows a page has.

use muster_query::Path;
use serde::{Deserialize, Serialize};

/// Most columns beside the device's id; more would not fit any screen.
pub const MAX_COLUMNS: usize = 16;

/// What a column shows.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Column {
    /// How it keeps in touch.
    Contact,
    /// Where it is in its life.
    Stage,
    /// Whether it may connect.
    Status,
    /// Whether reported properties equal desired ones.
    Twin,
    /// When it was last heard of.
    Seen,
    /// The plug-and-play model it announced.
    Model,
    /// How it proves who it is.
    Authentication,
    /// Whether it is connected.
    Connection,
    /// A tag, by its path below `tags`.
    Tag(String),
    /// What a property should be, by its path below `properties.desired`.
    Desired(String),
    /// What the device says a property is, by its path below `properties.reported`.
    Reported(String),
}

/// What the name of a column begins with, and what the path after it makes.
type Section = (&'static str, fn(String) -> Column);

/// How addresses name values of twins; the path follows.
const SECTIONS: [Section; 3] = [
    ("tags.", Column::Tag),
    ("properties.desired.", Column::Desired),
    ("properties.reported.", Column::Reported),
];

impl Column {
    /// The columns every device has, in the order of the chooser.
    pub const SYSTEM: [Column; 8] = [
        Self::Contact,
        Self::Stage,
        Self::Status,
        Self::Twin,
        Self::Seen,
        Self::Model,
        Self::Authentication,
        Self::Connection,
    ];

    /// The name in addresses.
    pub fn name(&self) -> String {
        match self {
            Self::Contact => "contact".to_owned(),
            Self::Stage => "stage".to_owned(),
            Self::Status => "status".to_owned(),
            Self::Twin => "twin".to_owned(),
            Self::Seen => "seen".to_owned(),
            Self::Model => "model".to_owned(),
            Self::Authentication => "authentication".to_owned(),
            Self::Connection => "connection".to_owned(),
            Self::Tag(path) => format!("tags.{path}"),
            Self::Desired(path) => format!("properties.desired.{path}"),
            Self::Reported(path) => format!("properties.reported.{path}"),
        }
    }

    /// The value in the query language.
    pub fn path(&self) -> Path {
        match self {
            Self::Contact => Path::Contact,
            Self::Stage => Path::Stage,
            Self::Status => Path::Status,
            Self::Twin => Path::Drift,
            Self::Seen => Path::LastActivityTime,
            Self::Model => Path::ModelId,
            Self::Authentication => Path::AuthenticationType,
            Self::Connection => Path::ConnectionState,
            Self::Tag(path) => Path::Tag(path.clone()),
            Self::Desired(path) => Path::Desired(path.clone()),
            Self::Reported(path) => Path::Reported(path.clone()),
        }
    }

    /// The column of a name in an address.
    pub fn from_name(name: &str) -> Option<Self> {
        let of_twin = SECTIONS.into_iter().find_map(|(section, column)| {
            let path = name.strip_prefix(section)?;
            Some((!path.is_empty()).then(|| column(path.to_owned())))
        });
        of_twin.unwrap_or_else(|| {
            let mut system = Self::SYSTEM.into_iter();
            system.find(|column| column.name() == name)
        })
    }

    /// The head of the column: for tags the last name of the path, as people call it.
    pub fn title(&self) -> String {
        match self {
            Self::Contact => "Contact".to_owned(),
            Self::Stage => "Stage".to_owned(),
            Self::Status => "Status".to_owned(),
            Self::Twin => "Twin".to_owned(),
            Self::Seen => "Last seen".to_owned(),
            Self::Model => "Model".to_owned(),
            Self::Authentication => "Authentication".to_owned(),
            Self::Connection => "Connection".to_owned(),
            Self::Tag(path) | Self::Reported(path) => tag_title(path),
            Self::Desired(path) => format!("{} (desired)", tag_title(path)),
        }
    }

    /// Whether it shows text that was read with the page and does not change until it is read again.
    pub fn is_plain(&self) -> bool {
        matches!(
            self,
            Self::Connection | Self::Tag(_) | Self::Desired(_) | Self::Reported(_)
        )
    }

    /// Whether its value is not in memory and has to be read with the properties.
    pub fn is_property(&self) -> bool {
        matches!(self, Self::Desired(_) | Self::Reported(_))
    }
}

/// A tag as people call it: `location.site` is `Site`.
pub fn tag_title(path: &str) -> String {
    let last = path.rsplit('.').next().unwrap_or(path);
    let mut chars = last.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => path.to_owned(),
    }
}

/// What the list is ordered by.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SortBy {
    /// The device's id.
    #[default]
    Device,
    /// What a column shows.
    Column(Column),
}

impl SortBy {
    /// The name in addresses.
    pub fn name(&self) -> String {
        match self {
            Self::Device => "device".to_owned(),
            Self::Column(column) => column.name(),
        }
    }

    /// The order of a name in an address.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        match name {
            "device" => Some(Self::Device),
            name => Column::from_name(name).map(Self::Column),
        }
    }

    /// As the pager says it.
    pub fn title(&self) -> String {
        match self {
            Self::Device => "device".to_owned(),
            Self::Column(Column::Seen) => "last contact".to_owned(),
            Self::Column(column) => column.title().to_lowercase(),
        }
    }
}

/// Rows on a page.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub enum Rows {
    /// 25.
    #[default]
    Few,
    /// 50.
    Some,
    /// 100.
    Many,
}

impl Rows {
    /// All choices.
    pub const ALL: [Rows; 3] = [Self::Few, Self::Some, Self::Many];

    /// How many.
    pub fn count(self) -> usize {
        match self {
            Self::Few => 25,
            Self::Some => 50,
            Self::Many => 100,
        }
    }

    /// The choice of a number in an address.
    pub(super) fn from_text(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|rows| rows.count().to_string() == text)
    }
}
