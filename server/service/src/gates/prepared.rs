//! The gates of an operation, ready to judge many devices.

use muster_core::gate::{Gate, LOOK_AHEAD_DAYS, SheetKind, Slug, State, Verdict, when};
use muster_core::operation::MAX_GATES;
use muster_core::time::Timestamp;
use muster_query::{Condition, Path, Row, point};
use serde_json::Value;

use super::books::{Books, SETTLED_MS, Shelf, ZoneOf, zone_paths};
use crate::error::ServiceError;

/// When a condition is asked again that time alone may change, in milliseconds: a minute.
const AGAIN_MS: i64 = 60_000;

/// Most characters of a gate's label.
const MAX_LABEL: usize = 120;

/// Gates that have been read. They follow changes of windows, calendars and places. Cheap to share.
#[derive(Debug)]
pub struct Prepared {
    books: Books,
    gates: Vec<Ready>,
    paths: Vec<Path>,
    presence: bool,
}

#[derive(Debug)]
enum Ready {
    Window(Slug),
    Calendar(Slug),
    Condition {
        label: String,
        condition: Condition,
        /// Time alone may change it.
        clock: bool,
    },
    Place {
        id: Slug,
        inside: bool,
    },
    Online,
}

impl Books {
    /// Reads the gates of an operation. What is unknown or cannot be read is refused with the gate's number.
    pub fn prepare(&self, gates: &[Gate]) -> Result<Prepared, ServiceError> {
        if gates.len() > MAX_GATES {
            return Err(ServiceError::Invalid(format!(
                "an operation has at most {MAX_GATES} gates; this one has {}",
                gates.len()
            )));
        }
        let shelf = self.shelf();
        let (mut ready, mut paths, mut presence) = (Vec::new(), Vec::new(), false);
        for (number, gate) in (1..).zip(gates) {
            let read = read(&shelf, gate)
                .map_err(|why| ServiceError::Invalid(format!("gate {number}: {why}")))?;
            presence |= read.depends_on_presence();
            for path in read.paths() {
                if !paths.contains(&path) {
                    paths.push(path);
                }
            }
            ready.push(read);
        }
        Ok(Prepared {
            books: self.clone(),
            gates: ready,
            paths,
            presence,
        })
    }
}

impl Prepared {
    /// Judges a device: by the first gate that holds it, whose number comes with the verdict, or by all.
    /// `connected` is whether it is connected at this moment.
    pub fn judge(
        &self,
        device: &impl Row,
        connected: bool,
        now: Timestamp,
    ) -> (Option<usize>, Verdict) {
        let shelf = self.books.shelf();
        let mut zone = None;
        let mut earliest: Option<Timestamp> = None;
        for (index, gate) in self.gates.iter().enumerate() {
            let verdict = match gate {
                Ready::Window(id) => {
                    let zone = zone.get_or_insert_with(|| shelf.zone_of(device));
                    by_window(&shelf, id, zone, now)
                }
                Ready::Calendar(id) => {
                    let zone = zone.get_or_insert_with(|| shelf.zone_of(device));
                    by_calendar(&shelf, id, zone, now)
                }
                Ready::Condition {
                    label,
                    condition,
                    clock,
                } => by_condition(label, condition.eval(device), *clock, now),
                Ready::Place { id, inside } => by_place(&shelf, id, *inside, device),
                Ready::Online if connected => Verdict::Open { until: None },
                Ready::Online => wait("not connected".to_owned(), None),
            };
            match verdict {
                Verdict::Open { until } => {
                    earliest = earliest.into_iter().chain(until).min();
                }
                wait @ Verdict::Wait { .. } => return (Some(index), wait),
            }
        }
        (None, Verdict::Open { until: earliest })
    }

    /// What the gates look at: a change at, above or below one of these may change a verdict.
    pub fn paths(&self) -> &[Path] {
        &self.paths
    }

    /// Whether a verdict may change when a device connects, disconnects or is active.
    pub fn depends_on_presence(&self) -> bool {
        self.presence
    }

    /// Whether a patch of reported properties touches what the gates look at.
    pub fn looks_at_reported(&self, patch: &Value) -> bool {
        self.paths.iter().any(|path| match path {
            Path::Reported(keys) => touches(patch, keys),
            _ => *path == Path::System("properties") || path.last() == "reported",
        })
    }

    /// Whether the gates look at tags at all.
    pub fn looks_at_tags(&self) -> bool {
        let tags = |path: &Path| path.root() == "tags";
        self.paths.iter().any(tags)
    }
}

impl Ready {
    fn paths(&self) -> Vec<Path> {
        match self {
            Self::Window(_) | Self::Calendar(_) => zone_paths().to_vec(),
            Self::Condition { condition, .. } => condition.paths(),
            Self::Place { .. } => position_paths().to_vec(),
            Self::Online => Vec::new(),
        }
    }

    fn depends_on_presence(&self) -> bool {
        let presence = |path: &Path| {
            [Path::ConnectionState, Path::Contact, Path::LastActivityTime].contains(path)
        };
        match self {
            Self::Online => true,
            Self::Condition { condition, .. } => condition.paths().iter().any(presence),
            Self::Window(_) | Self::Calendar(_) | Self::Place { .. } => false,
        }
    }
}

fn read(shelf: &Shelf, gate: &Gate) -> Result<Ready, String> {
    let known = |kind: SheetKind, id: &str| {
        let found = Slug::new(id)
            .ok()
            .filter(|id| shelf.find(kind, id).is_some());
        found.ok_or_else(|| format!("there is no {} {id:?}", kind.as_str()))
    };
    Ok(match gate {
        Gate::Window { window } => Ready::Window(known(SheetKind::Window, window)?),
        Gate::Calendar { calendar } => Ready::Calendar(known(SheetKind::Calendar, calendar)?),
        Gate::Place { place, inside } => Ready::Place {
            id: known(SheetKind::Place, place)?,
            inside: *inside,
        },
        Gate::Online => Ready::Online,
        Gate::Condition { label, text } => {
            let length = label.chars().count();
            if length == 0 || length > MAX_LABEL || label.chars().any(char::is_control) {
                return Err(format!(
                    "a condition needs a label of 1 to {MAX_LABEL} characters that says what the device must meet"
                ));
            }
            let condition = Condition::parse(text).map_err(|error| error.to_string())?;
            if condition.is_all() {
                return Err("the condition is empty; leave the gate out".to_owned());
            }
            let clock = condition.asks_for_now() || condition.paths().contains(&Path::Contact);
            Ready::Condition {
                label: label.clone(),
                condition,
                clock,
            }
        }
    })
}

fn wait(why: String, look: Option<Timestamp>) -> Verdict {
    Verdict::Wait { why, look }
}

fn by_window(shelf: &Shelf, id: &Slug, of: &ZoneOf, now: Timestamp) -> Verdict {
    let Some(state) = shelf.state(SheetKind::Window, id, &of.zone, now) else {
        return wait(format!("window {id} does not exist any more"), None);
    };
    let name = shelf.name(SheetKind::Window, id).unwrap_or_default();
    match state {
        State::Open { until } => Verdict::Open { until },
        State::Closed { opens: Some(opens) } => {
            let local = when(opens, now, &of.zone);
            wait(
                odd(format!("window {name} opens {local} local"), of),
                Some(opens),
            )
        }
        State::Closed { opens: None } => wait(
            odd(
                format!("window {name} does not open in the next {LOOK_AHEAD_DAYS} days"),
                of,
            ),
            Some(now.plus_ms(SETTLED_MS)),
        ),
    }
}

fn by_calendar(shelf: &Shelf, id: &Slug, of: &ZoneOf, now: Timestamp) -> Verdict {
    let Some(state) = shelf.state(SheetKind::Calendar, id, &of.zone, now) else {
        return wait(format!("calendar {id} does not exist any more"), None);
    };
    let name = shelf.name(SheetKind::Calendar, id).unwrap_or_default();
    match state {
        State::Closed { opens } => Verdict::Open { until: opens },
        State::Open { until: Some(until) } => {
            let local = when(until, now, &of.zone);
            wait(
                odd(format!("service hours of {name} end {local} local"), of),
                Some(until),
            )
        }
        State::Open { until: None } => wait(
            odd(
                format!("service hours of {name} do not end in the next {LOOK_AHEAD_DAYS} days"),
                of,
            ),
            Some(now.plus_ms(SETTLED_MS)),
        ),
    }
}

/// Adds what is odd about the device's zone.
fn odd(why: String, of: &ZoneOf) -> String {
    match &of.unknown {
        None => why,
        Some(name) => format!(
            "{why} ({}; tags.location.timezone is no zone: {name})",
            of.zone.name()
        ),
    }
}

fn by_condition(label: &str, met: Option<bool>, clock: bool, now: Timestamp) -> Verdict {
    let look = clock.then(|| now.plus_ms(AGAIN_MS));
    match met {
        Some(true) => Verdict::Open { until: look },
        Some(false) => wait(format!("needs {label}"), look),
        None => wait(format!("needs {label}, and does not say"), look),
    }
}

fn by_place(shelf: &Shelf, id: &Slug, inside: bool, device: &impl Row) -> Verdict {
    let Some(place) = shelf.place(id) else {
        return wait(format!("place {id} does not exist any more"), None);
    };
    // What the device reports is where it is now; tags say where it belongs.
    let position = position_paths();
    let position = position.iter().find_map(|path| point(&device.datum(path)));
    match position {
        None => wait("position unknown".to_owned(), None),
        Some(point) if place.shape.contains(point) == inside => Verdict::Open { until: None },
        Some(_) if inside => wait(format!("outside {}", place.name), None),
        Some(_) => wait(format!("inside {}", place.name), None),
    }
}

/// Where a device says it is: objects that `ST_DISTANCE` takes for points.
fn position_paths() -> [Path; 2] {
    [
        Path::Reported("location".to_owned()),
        Path::Tag("location".to_owned()),
    ]
}

/// Whether a patch changes something at, above or below these keys.
fn touches(patch: &Value, keys: &str) -> bool {
    let mut value = patch;
    for key in keys.split('.') {
        match value {
            Value::Object(object) => match object.get(key) {
                Some(inner) => value = inner,
                None => return false,
            },
            // Replaced as a whole.
            _ => return true,
        }
    }
    true
}

#[cfg(test)]
mod tests;
