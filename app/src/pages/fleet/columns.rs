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
    /// A tag, by its path below `tags`.
    Tag(String),
}

impl Column {
    /// The columns every device has, in the order of the chooser.
    pub const SYSTEM: [Column; 7] = [
        Self::Contact,
        Self::Stage,
        Self::Status,
        Self::Twin,
        Self::Seen,
        Self::Model,
        Self::Authentication,
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
            Self::Tag(path) => format!("tags.{path}"),
        }
    }

    /// The value in the query language, as text.
    pub fn path_text(&self) -> String {
        let path = match self {
            Self::Contact => Path::Contact,
            Self::Stage => Path::Stage,
            Self::Status => Path::Status,
            Self::Twin => Path::Drift,
            Self::Model => Path::ModelId,
            Self::Authentication => Path::AuthenticationType,
            Self::Tag(path) => Path::Tag(path.clone()),
            Self::Seen => return "lastActivityTime".to_owned(),
        };
        path.to_string()
    }

    /// The column of a name in an address.
    pub fn from_name(name: &str) -> Option<Self> {
        match name.strip_prefix("tags.") {
            Some("") => None,
            Some(path) => Some(Self::Tag(path.to_owned())),
            None => Self::SYSTEM
                .into_iter()
                .find(|column| column.name() == name),
        }
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
            Self::Tag(path) => tag_title(path),
        }
    }

    /// The order this column can give the list.
    pub fn sort(&self) -> Option<SortBy> {
        match self {
            Self::Contact => Some(SortBy::Contact),
            Self::Stage => Some(SortBy::Stage),
            Self::Status => Some(SortBy::Status),
            Self::Seen => Some(SortBy::Seen),
            Self::Tag(path) => Some(SortBy::Tag(path.clone())),
            Self::Twin | Self::Model | Self::Authentication => None,
        }
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
    /// How it keeps in touch.
    Contact,
    /// Where it is in its life.
    Stage,
    /// Whether it may connect.
    Status,
    /// When it was last heard of.
    Seen,
    /// A tag, by its path below `tags`.
    Tag(String),
}

impl SortBy {
    /// The name in addresses.
    pub fn name(&self) -> String {
        match self {
            Self::Device => "device".to_owned(),
            Self::Contact => "contact".to_owned(),
            Self::Stage => "stage".to_owned(),
            Self::Status => "status".to_owned(),
            Self::Seen => "seen".to_owned(),
            Self::Tag(path) => format!("tags.{path}"),
        }
    }

    /// The order of a name in an address.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        match name {
            "device" => Some(Self::Device),
            name => Column::from_name(name)?.sort(),
        }
    }

    /// As the pager says it.
    pub fn title(&self) -> String {
        match self {
            Self::Device => "device".to_owned(),
            Self::Seen => "last contact".to_owned(),
            Self::Tag(path) => tag_title(path).to_lowercase(),
            other => other.name(),
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
