//! What an embed shows.

use serde::{Deserialize, Serialize};

use super::BadEmbed;
use crate::ids::DeviceId;

/// Longest path to group by, in bytes.
pub const MAX_PATH: usize = 256;

/// Longest name of a field, in bytes.
pub const MAX_FIELD: usize = 256;

/// How far back a chart looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub enum Span {
    /// An hour.
    #[serde(rename = "1h")]
    Hour,
    /// A day.
    #[default]
    #[serde(rename = "24h")]
    Day,
    /// Seven days.
    #[serde(rename = "7d")]
    Week,
    /// Thirty days.
    #[serde(rename = "30d")]
    Month,
}

impl Span {
    /// All, the shortest first.
    pub const ALL: [Span; 4] = [Self::Hour, Self::Day, Self::Week, Self::Month];

    /// The word in forms and addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "1h",
            Self::Day => "24h",
            Self::Week => "7d",
            Self::Month => "30d",
        }
    }

    /// Its length in milliseconds.
    pub fn millis(self) -> i64 {
        let hours = match self {
            Self::Hour => 1,
            Self::Day => 24,
            Self::Week => 7 * 24,
            Self::Month => 30 * 24,
        };
        hours * 3_600_000
    }
}

/// A panel.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Panel {
    /// How many devices there are.
    Count,
    /// Devices by contact, in ranks.
    Contact,
    /// Devices by stage of life.
    Stages,
    /// Devices by the values of a property.
    Groups {
        /// The property, such as `tags.site`.
        path: String,
    },
    /// Operations under way, with their progress.
    Operations,
    /// A field of a device over time.
    Telemetry {
        /// Which device.
        device: DeviceId,
        /// Which field.
        field: String,
        /// How far back.
        span: Span,
    },
    /// The devices themselves.
    Devices,
}

/// The kinds of panels, without their particulars.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PanelKind {
    /// See [`Panel::Count`].
    Count,
    /// See [`Panel::Contact`].
    Contact,
    /// See [`Panel::Stages`].
    Stages,
    /// See [`Panel::Groups`].
    Groups,
    /// See [`Panel::Operations`].
    Operations,
    /// See [`Panel::Telemetry`].
    Telemetry,
    /// See [`Panel::Devices`].
    Devices,
}

impl PanelKind {
    /// All, in the order of forms.
    pub const ALL: [PanelKind; 7] = [
        Self::Count,
        Self::Contact,
        Self::Stages,
        Self::Groups,
        Self::Operations,
        Self::Telemetry,
        Self::Devices,
    ];

    /// The word in forms, addresses and the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Contact => "contact",
            Self::Stages => "stages",
            Self::Groups => "groups",
            Self::Operations => "operations",
            Self::Telemetry => "telemetry",
            Self::Devices => "devices",
        }
    }

    /// For people.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Count => "A number of devices",
            Self::Contact => "Devices by contact",
            Self::Stages => "Devices by stage",
            Self::Groups => "Devices by a property",
            Self::Operations => "Running operations",
            Self::Telemetry => "Telemetry of a device",
            Self::Devices => "A list of devices",
        }
    }

    /// The kind of a word.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// A panel as forms write it: all text, what a kind does not need is empty.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct PanelParts {
    /// The word of the kind.
    pub kind: String,
    /// The property to group by.
    #[serde(default)]
    pub path: String,
    /// The device.
    #[serde(default)]
    pub device: String,
    /// The field.
    #[serde(default)]
    pub field: String,
    /// The word of the span; a day without one.
    #[serde(default)]
    pub span: String,
}

impl Panel {
    /// Reads a panel as forms write it.
    pub fn read(parts: &PanelParts) -> Result<Self, BadEmbed> {
        let short = |text: &str, most| {
            let text = text.trim();
            (!text.is_empty() && text.len() <= most).then(|| text.to_owned())
        };
        let kind = PanelKind::from_name(&parts.kind).ok_or(BadEmbed::Panel)?;
        Ok(match kind {
            PanelKind::Count => Self::Count,
            PanelKind::Contact => Self::Contact,
            PanelKind::Stages => Self::Stages,
            PanelKind::Groups => Self::Groups {
                path: short(&parts.path, MAX_PATH).ok_or(BadEmbed::Path)?,
            },
            PanelKind::Operations => Self::Operations,
            PanelKind::Telemetry => Self::Telemetry {
                device: DeviceId::new(parts.device.trim()).map_err(|_| BadEmbed::Device)?,
                field: short(&parts.field, MAX_FIELD).ok_or(BadEmbed::Field)?,
                span: match parts.span.as_str() {
                    "" => Span::default(),
                    word => {
                        let found = Span::ALL.into_iter().find(|span| span.as_str() == word);
                        found.ok_or(BadEmbed::Span)?
                    }
                },
            },
            PanelKind::Devices => Self::Devices,
        })
    }

    /// As forms write it.
    pub fn parts(&self) -> PanelParts {
        let mut parts = PanelParts {
            kind: self.kind().as_str().to_owned(),
            ..PanelParts::default()
        };
        match self {
            Self::Groups { path } => path.clone_into(&mut parts.path),
            Self::Telemetry {
                device,
                field,
                span,
            } => {
                device.as_str().clone_into(&mut parts.device);
                field.clone_into(&mut parts.field);
                span.as_str().clone_into(&mut parts.span);
            }
            Self::Count | Self::Contact | Self::Stages | Self::Operations | Self::Devices => {}
        }
        parts
    }

    /// Which kind it is.
    pub fn kind(&self) -> PanelKind {
        match self {
            Self::Count => PanelKind::Count,
            Self::Contact => PanelKind::Contact,
            Self::Stages => PanelKind::Stages,
            Self::Groups { .. } => PanelKind::Groups,
            Self::Operations => PanelKind::Operations,
            Self::Telemetry { .. } => PanelKind::Telemetry,
            Self::Devices => PanelKind::Devices,
        }
    }

    /// Whether a filter narrows what it shows. Operations are not devices.
    pub fn takes_filter(&self) -> bool {
        !matches!(self, Self::Operations)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(kind: &str, path: &str, device: &str, field: &str, span: &str) -> PanelParts {
        PanelParts {
            kind: kind.to_owned(),
            path: path.to_owned(),
            device: device.to_owned(),
            field: field.to_owned(),
            span: span.to_owned(),
        }
    }

    #[test]
    fn forms_are_read_and_written_back() {
        let check = |asked: PanelParts| {
            let panel = Panel::read(&asked);
            assert_eq!(panel.as_ref().map(Panel::parts), Ok(asked.clone()));
            let json = serde_json::to_string(&panel.ok()).unwrap_or_default();
            let read: Option<Panel> = serde_json::from_str(&json).ok();
            assert_eq!(read.map(|panel| panel.parts()), Some(asked));
        };
        for kind in ["count", "contact", "stages", "operations", "devices"] {
            check(parts(kind, "", "", "", ""));
        }
        check(parts("groups", "tags.site", "", "", ""));
        for span in Span::ALL {
            check(parts("telemetry", "", "pump-1", "temp", span.as_str()));
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        let check = |asked, want| assert_eq!(Panel::read(&asked), Err(want));
        check(parts("", "", "", "", ""), BadEmbed::Panel);
        check(parts("groups", " ", "", "", ""), BadEmbed::Path);
        let long = "x".repeat(MAX_PATH + 1);
        check(parts("groups", &long, "", "", ""), BadEmbed::Path);
        check(parts("telemetry", "", "", "t", ""), BadEmbed::Device);
        check(parts("telemetry", "", "a", "", ""), BadEmbed::Field);
        check(parts("telemetry", "", "a", "t", "2h"), BadEmbed::Span);
    }
}
