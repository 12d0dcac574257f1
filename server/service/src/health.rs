//! The health of the fleet: over any dimension now, from the index, and over a year, from samples.

mod handover;
mod samples;

use muster_core::contact::Contact;
use muster_core::lifecycle::Stage;
use muster_core::policy::Action;
use muster_core::time::{NEVER, Timestamp};
use muster_index::{Bin, Census, MAX_GROUPS, PageQuery, Row, Scalar, Sort, SortKey};
use muster_query::{Condition, Literal, Op, Path, Scope, Term};

use crate::access::Access;
use crate::error::ServiceError;
use crate::hub::Hub;

pub use handover::MAX_NOTE_CHARS;
pub use muster_storage::{FleetSample, HandoverNote};
pub(crate) use samples::run;

/// Where devices report the version of their firmware.
pub const FIRMWARE: &str = "properties.reported.firmware.version";

/// Most numbers whose spread is told at once.
pub const MAX_NUMBERS: usize = 4;

/// Devices among those that are silent for longest.
const OFFENDERS: usize = 8;

/// Values of the dimension, and versions of firmware, that are told; the largest.
const GROUPS: usize = 12;

/// Where ages of the last activity are parted, in milliseconds.
const AGES: [i64; 6] = {
    const MINUTE: i64 = 60_000;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    [5 * MINUTE, HOUR, 6 * HOUR, DAY, 7 * DAY, 30 * DAY]
};

/// What is asked about the fleet.
#[derive(Clone, PartialEq, Debug)]
pub struct HealthQuestion {
    /// Which devices.
    pub condition: Condition,
    /// The dimension: the path whose values part the fleet.
    pub by: Path,
    /// Paths of numbers, at most [`MAX_NUMBERS`].
    pub numbers: Vec<Path>,
}

/// Devices, and the condition that finds exactly these.
#[derive(Clone, PartialEq, Debug)]
pub struct Counted {
    /// How many.
    pub devices: usize,
    /// Which.
    pub condition: Condition,
}

/// Devices in service by the age of their last activity.
#[derive(Clone, PartialEq, Debug)]
pub struct Age {
    /// At least so old, in milliseconds; `None` for devices that never were active.
    pub from: Option<i64>,
    /// Younger than this, in milliseconds, where there is an end.
    pub to: Option<i64>,
    /// The devices.
    pub counted: Counted,
}

/// Devices in service that have one value of the dimension.
#[derive(Clone, PartialEq, Debug)]
pub struct HealthGroup {
    /// The value; `None` for devices without one.
    pub value: Option<Scalar>,
    /// All of them.
    pub counted: Counted,
    /// By contact, in the order of [`Contact::ALL`].
    pub contact: [usize; Contact::ALL.len()],
    /// Those with drift.
    pub drift: Counted,
}

/// How the numbers at a path are spread over the devices in service.
#[derive(Clone, PartialEq, Debug)]
pub struct Numbers {
    /// Where the numbers are.
    pub path: Path,
    /// Bins of round width, lowest first; empty without any number.
    pub bins: Vec<(Bin, Condition)>,
    /// Devices with a number.
    pub with: usize,
    /// Devices without one.
    pub without: usize,
}

/// How the fleet is, in the scope of whoever asked.
#[derive(Clone, PartialEq, Debug)]
pub struct FleetHealth {
    /// When it was counted.
    pub at: Timestamp,
    /// What was counted: devices in service that the condition of the question keeps.
    pub asked: Condition,
    /// The figures of all of it.
    pub census: Census,
    /// By the age of the last activity, the youngest first.
    pub ages: Vec<Age>,
    /// By the dimension, the largest first.
    pub groups: Vec<HealthGroup>,
    /// Values of the dimension beyond those; at least so many.
    pub more_groups: usize,
    /// By the version of firmware that devices report, the most used first.
    pub firmware: Vec<(Option<Scalar>, Counted)>,
    /// Versions beyond those; at least so many.
    pub more_firmware: usize,
    /// Numbers in the order of the question.
    pub numbers: Vec<Numbers>,
    /// The devices that are silent for longest, the longest first.
    pub silent: Vec<Row>,
}

impl Hub {
    /// How the fleet is, in the person's scope. The first question about a property takes a moment longer.
    pub async fn fleet_health(
        &self,
        access: &Access,
        question: HealthQuestion,
    ) -> Result<FleetHealth, ServiceError> {
        if question.numbers.len() > MAX_NUMBERS {
            return Err(ServiceError::Invalid(format!(
                "ask for {MAX_NUMBERS} numbers at most"
            )));
        }
        self.prepare(access, &question.condition).await?;
        let mut paths = vec![question.by.clone(), firmware()];
        paths.extend(question.numbers.iter().cloned());
        self.prepare_paths(access, &paths).await?;
        if let Some(path) = paths.iter().find(|path| !self.lists_know(path)) {
            return Err(ServiceError::Invalid(format!(
                "devices cannot be counted by {path}; choose a tag, a property or another name of the device"
            )));
        }
        let scope = access.scope(Action::SeeDevices);
        let hub = self.clone();
        // A large fleet takes a while; connections are served meanwhile.
        let counting = tokio::task::spawn_blocking(move || hub.counted(&scope, question)).await;
        counting.map_err(|_| ServiceError::Busy("counts"))?
    }

    /// Reported numbers that tell of batteries and of signals, as far as devices have them.
    pub async fn health_numbers(&self, access: &Access) -> Result<Vec<Path>, ServiceError> {
        let known = self.property_paths(access).await?.reported;
        Ok(["battery", "signal"]
            .into_iter()
            .filter_map(|about| known.iter().find(|path| tells_of(about, path)))
            .map(|path| Path::Reported(path.clone()))
            .collect())
    }

    fn counted(
        &self,
        scope: &Scope,
        question: HealthQuestion,
    ) -> Result<FleetHealth, ServiceError> {
        let asked = Asked {
            hub: self,
            scope,
            now: self.now(),
            condition: in_service().and(question.condition.clone()),
        };
        let (groups, more_groups) = asked.groups(&question.by);
        let (firmware, more_firmware) = asked.values(&firmware());
        Ok(FleetHealth {
            at: asked.now,
            census: self.index().census(&question.condition, scope, asked.now),
            ages: asked.ages(),
            groups,
            more_groups,
            firmware,
            more_firmware,
            numbers: question
                .numbers
                .into_iter()
                .map(|path| asked.numbers(path))
                .collect(),
            silent: asked.silent()?,
            asked: asked.condition,
        })
    }
}

/// A question under way.
struct Asked<'a> {
    hub: &'a Hub,
    scope: &'a Scope,
    now: Timestamp,
    /// Devices in service that are asked about.
    condition: Condition,
}

impl Asked<'_> {
    fn count(&self, narrower: Condition) -> Counted {
        let condition = self.condition.clone().and(narrower);
        Counted {
            devices: self.hub.index().count(&condition, "", self.scope, self.now),
            condition,
        }
    }

    fn tally(&self, narrower: Condition, path: &Path) -> Vec<(Option<Scalar>, usize)> {
        let condition = self.condition.clone().and(narrower);
        self.hub
            .index()
            .group(&condition, path, self.scope, self.now, MAX_GROUPS)
    }

    fn ages(&self) -> Vec<Age> {
        let starts = [0].into_iter().chain(AGES);
        let ends = AGES.into_iter().map(Some).chain([None]);
        let mut ages: Vec<Age> = starts
            .zip(ends)
            .map(|(from, to)| {
                // A clock that is ahead must not hide a device: the youngest have no end.
                let newest = (from > 0).then(|| activity(Op::Less, self.now.plus_ms(-from)));
                let oldest = match to {
                    Some(to) => activity(Op::GreaterEq, self.now.plus_ms(-to)),
                    None => never(Op::NotEq),
                };
                Age {
                    from: Some(from),
                    to,
                    counted: self.count(Condition::from_terms(newest.into_iter().chain([oldest]))),
                }
            })
            .collect();
        ages.push(Age {
            from: None,
            to: None,
            counted: self.count(Condition::from_terms([never(Op::Eq)])),
        });
        ages
    }

    /// The largest values of a path with their conditions, and how many values there are beyond.
    fn values(&self, path: &Path) -> (Vec<(Option<Scalar>, Counted)>, usize) {
        let mut all = self.tally(Condition::all(), path);
        let more = all.len().saturating_sub(GROUPS);
        all.truncate(GROUPS);
        let counted = all.into_iter().map(|(value, devices)| {
            let condition = self.condition.clone().and(has(path, value.as_ref()));
            (value, Counted { devices, condition })
        });
        (counted.collect(), more)
    }

    fn groups(&self, by: &Path) -> (Vec<HealthGroup>, usize) {
        let (values, more) = self.values(by);
        let contacts = Contact::ALL.map(|contact| {
            let word = Literal::String(contact.as_str().to_owned());
            self.tally(is(Path::Contact, word), by)
        });
        let drifting = is(Path::Drift, Literal::Bool(true));
        let drifts = self.tally(drifting.clone(), by);
        let groups = values.into_iter().map(|(value, counted)| {
            let of = |counts: &[(Option<Scalar>, usize)]| {
                let found = counts.iter().find(|(other, _)| *other == value);
                found.map_or(0, |(_, devices)| *devices)
            };
            HealthGroup {
                contact: contacts.each_ref().map(|counts| of(counts)),
                drift: Counted {
                    devices: of(&drifts),
                    condition: counted.condition.clone().and(drifting.clone()),
                },
                value,
                counted,
            }
        });
        (groups.collect(), more)
    }

    fn numbers(&self, path: Path) -> Numbers {
        let spread = self
            .hub
            .index()
            .spread(&self.condition, &path, self.scope, self.now);
        let bins = spread.bins.into_iter().map(|bin| {
            let edges = [(Op::GreaterEq, bin.from), (Op::Less, bin.to)];
            let terms = edges.map(|(op, edge)| Term {
                path: path.clone(),
                op,
                value: Literal::Number(edge),
            });
            let condition = Condition::from_terms(terms);
            (bin, self.condition.clone().and(condition))
        });
        Numbers {
            bins: bins.collect(),
            with: spread.with,
            without: spread.without,
            path,
        }
    }

    fn silent(&self) -> Result<Vec<Row>, ServiceError> {
        let word = Literal::String(Contact::Silent.as_str().to_owned());
        let query = PageQuery {
            condition: self.condition.clone().and(is(Path::Contact, word)),
            text: String::new(),
            sort: Sort {
                by: SortKey::LastActivity,
                descending: false,
            },
            limit: OFFENDERS,
            cursor: None,
        };
        let page = self.hub.index().page(&query, self.scope, self.now);
        let page = page.map_err(|error| ServiceError::Invalid(error.to_string()))?;
        Ok(page.rows)
    }
}

fn firmware() -> Path {
    FIRMWARE.parse().expect("the path is well formed")
}

/// Devices in service: all but planned and retired ones.
fn in_service() -> Condition {
    let outside = Stage::ALL.into_iter().filter(|stage| !stage.in_service());
    Condition::from_terms(outside.map(|stage| Term {
        path: Path::Stage,
        op: Op::NotEq,
        value: Literal::String(stage.as_str().to_owned()),
    }))
}

fn is(path: Path, value: Literal) -> Condition {
    Condition::from_terms([Term {
        path,
        op: Op::Eq,
        value,
    }])
}

/// Devices with a value, or with none that could be compared.
fn has(path: &Path, value: Option<&Scalar>) -> Condition {
    match value {
        Some(value) => is(path.clone(), value.clone().into()),
        None => Condition::parse(&format!("NOT IS_PRIMITIVE({path})"))
            .expect("every path can be asked for its type"),
    }
}

fn activity(op: Op, at: Timestamp) -> Term {
    Term {
        path: Path::LastActivityTime,
        op,
        value: Literal::String(at.to_string()),
    }
}

fn never(op: Op) -> Term {
    Term {
        path: Path::LastActivityTime,
        op,
        value: Literal::String(NEVER.to_owned()),
    }
}

/// Whether a reported number is the charge of a battery or the strength of a signal, by the name it has.
fn tells_of(about: &str, path: &str) -> bool {
    let last = path.rsplit('.').next().unwrap_or(path);
    match about {
        "battery" => {
            matches!(last, "battery" | "batteryPercent") || path.ends_with("battery.percent")
        }
        _ => matches!(last, "rssi" | "signal" | "signalStrength" | "rsrp"),
    }
}
