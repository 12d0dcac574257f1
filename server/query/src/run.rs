//! The reference way of answering a query: row by row, in bounded memory, one page at a time.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use muster_core::twin::Object;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ast::Expr;
use crate::datum::{Datum, Key, number_of_key};
use crate::eval::Row;
use crate::path::Path;
use crate::query::{Aggregate, By, Query, Select, Source, Total, What};

/// Most groups that one query keeps apart.
pub const MAX_GROUPS: usize = 100_000;

/// The names under which rows of jobs carry, beside what queries can ask for, the number of their operation and their
/// own number in it.
pub const JOB_NUMBERS: [&str; 2] = ["operation", "row"];

/// More groups than [`MAX_GROUPS`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "the query has more than {MAX_GROUPS} groups; group by fewer paths, or narrow it with WHERE"
)]
pub struct TooManyGroups;

/// Where a row of the answer stands in its order.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Place {
    order: Vec<Step>,
    /// Decides where the order does not: the ids of the row, the group, or the whole row where equal ones come once.
    tie: Vec<Step>,
}

/// One step of an order.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Step {
    key: Option<Key>,
    descending: bool,
}

impl Step {
    fn up(key: Option<Key>) -> Self {
        Self {
            key,
            descending: false,
        }
    }

    fn down(key: Option<Key>) -> Self {
        Self {
            key,
            descending: true,
        }
    }
}

impl Ord for Step {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.key, &other.key) {
            (Some(a), Some(b)) if self.descending => b.cmp(a),
            (Some(a), Some(b)) => a.cmp(b),
            // Rows without a value come last, whatever the direction.
            (a, b) => a.is_none().cmp(&b.is_none()),
        }
    }
}

impl PartialOrd for Step {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Place {
    /// The value that comes first in the order of the query.
    pub fn leading(&self) -> Option<&Key> {
        self.order.first()?.key.as_ref()
    }

    /// The id of the row's device, in an answer of rows (not of groups, nor of distinct rows).
    pub fn device(&self) -> Option<&str> {
        (0..self.tie.len()).find_map(|at| self.id(at))
    }

    /// The id of the row's module, in an answer of rows of modules.
    pub fn module(&self) -> Option<&str> {
        self.id(1)
    }

    /// The numbers of the row's operation and of the row in it, in an answer of rows of jobs.
    pub fn job(&self) -> Option<(i64, i64)> {
        let number = |at: usize| match self.tie.get(at)?.key {
            Some(Key::Number(key)) => Some(number_of_key(key) as i64),
            _ => None,
        };
        Some((number(0)?, number(1)?))
    }

    /// The place of a row of jobs, in an answer that nothing but newness orders; one without a device comes before all
    /// of the same numbers.
    pub fn of_job(operation: i64, row: i64, device: &str) -> Self {
        let number = |number: i64| Datum::number(number as f64).key();
        Self {
            order: Vec::new(),
            tie: vec![
                Step::down(number(operation)),
                Step::up(number(row)),
                Step::up(Some(Key::Text(device.to_owned()))),
            ],
        }
    }

    fn id(&self, at: usize) -> Option<&str> {
        match self.tie.get(at) {
            Some(Step {
                key: Some(Key::Text(id)),
                ..
            }) => Some(id),
            _ => None,
        }
    }
}

/// A part of an answer.
#[derive(Clone, PartialEq, Debug)]
pub struct Answered {
    /// The rows, each with its place; of `SELECT *` only the places, since the caller has the documents.
    pub rows: Vec<(Place, Object)>,
    /// Whether there are more behind the last.
    pub more: bool,
}

/// A query that is being answered: takes rows in any order, keeps one page.
#[derive(Debug)]
pub struct Run<'q> {
    query: &'q Query,
    names: Vec<String>,
    after: Option<Place>,
    limit: usize,
    rows: BTreeMap<Place, Object>,
    groups: BTreeMap<Vec<Option<Key>>, Vec<Tally>>,
    overflow: bool,
}

impl<'q> Run<'q> {
    /// Answers the `limit` rows behind `after`, or the first. `TOP` is the caller's: it knows how many went before.
    pub fn new(query: &'q Query, after: Option<Place>, limit: usize) -> Self {
        let mut run = Self {
            query,
            names: query.names(),
            after,
            limit,
            rows: BTreeMap::new(),
            groups: BTreeMap::new(),
            overflow: false,
        };
        if query.is_grouped() && query.groups.is_empty() {
            run.groups.insert(Vec::new(), run.tallies());
        }
        run
    }

    fn tallies(&self) -> Vec<Tally> {
        let columns = self.query.columns().iter();
        let figures = columns.filter(|column| matches!(column.what, What::Aggregate(_)));
        figures.map(|_| Tally::default()).collect()
    }

    fn figures(query: &'q Query) -> impl Iterator<Item = &'q Aggregate> {
        query
            .columns()
            .iter()
            .filter_map(|column| match &column.what {
                What::Aggregate(aggregate) => Some(aggregate),
                What::Value(_) => None,
            })
    }

    /// Takes a row, if the condition keeps it.
    pub fn offer(&mut self, row: &impl Row) {
        if self.query.condition.eval(row) == Some(true) {
            self.add(row);
        }
    }

    /// Takes a row that the condition keeps.
    pub fn add(&mut self, row: &impl Row) {
        self.add_times(row, 1);
    }

    /// Takes a row that stands for so many, all alike in what columns, groups and order look at.
    pub fn add_times(&mut self, row: &impl Row, times: usize) {
        if self.query.is_grouped() {
            self.add_to_group(row, times);
            return;
        }
        let values: Vec<Datum<'_>> = self
            .query
            .columns()
            .iter()
            .map(|column| match &column.what {
                What::Value(expr) => expr.eval(row),
                What::Aggregate(_) => Datum::Undefined,
            })
            .collect();
        let order = self.query.order.iter().map(|order| Step {
            key: match &order.by {
                By::Column(column) => values[*column].key(),
                By::Value(expr) => expr.eval(row).key(),
            },
            descending: order.descending,
        });
        let once = self.query.distinct && self.query.select != Select::All;
        let place = Place {
            order: order.collect(),
            tie: if once {
                values.iter().map(Datum::key).map(Step::up).collect()
            } else {
                ids(self.query.source, row)
            },
        };
        if self.after.as_ref().is_some_and(|after| place <= *after) {
            return;
        }
        // One more than the page tells whether there are more.
        let full = self.rows.len() > self.limit;
        if full
            && self
                .rows
                .last_key_value()
                .is_some_and(|(last, _)| *last <= place)
        {
            return;
        }
        let object = member_names(&self.names, values.iter().map(Datum::to_json));
        self.rows.insert(place, object);
        if self.rows.len() > self.limit + 1 {
            self.rows.pop_last();
        }
    }

    fn add_to_group(&mut self, row: &impl Row, times: usize) {
        let key: Vec<Option<Key>> = self
            .query
            .groups
            .iter()
            .map(|group| group.eval(row).key())
            .collect();
        if !self.groups.contains_key(&key) {
            if self.groups.len() == MAX_GROUPS {
                self.overflow = true;
                return;
            }
            let tallies = self.tallies();
            self.groups.insert(key.clone(), tallies);
        }
        if let Some(tallies) = self.groups.get_mut(&key) {
            for (tally, aggregate) in tallies.iter_mut().zip(Self::figures(self.query)) {
                tally.add(aggregate, row, times);
            }
        }
    }

    /// Whether rows that come in the order of their ids need not come any more: the page is full, and nothing but the
    /// ids decides the order.
    pub fn is_full(&self) -> bool {
        let by_id = self.query.order.is_empty() && !self.query.distinct && !self.query.is_grouped();
        by_id && self.rows.len() > self.limit
    }

    /// The page.
    pub fn finish(mut self) -> Result<Answered, TooManyGroups> {
        if self.overflow {
            return Err(TooManyGroups);
        }
        for (group, tallies) in std::mem::take(&mut self.groups) {
            let (place, object) = self.group_row(group, &tallies);
            if self.after.as_ref().is_none_or(|after| place > *after) {
                self.rows.insert(place, object);
            }
        }
        let more = self.rows.len() > self.limit;
        let rows = self.rows.into_iter().take(self.limit).collect();
        Ok(Answered { rows, more })
    }

    fn group_row(&self, group: Vec<Option<Key>>, tallies: &[Tally]) -> (Place, Object) {
        let of_group = |expr: &Expr| -> Option<Key> {
            let at = self.query.groups.iter().position(|group| group == expr)?;
            group[at].clone()
        };
        let mut left = tallies.iter();
        let values: Vec<Option<Key>> = self
            .query
            .columns()
            .iter()
            .map(|column| match &column.what {
                What::Value(expr) => of_group(expr),
                What::Aggregate(aggregate) => left.next()?.figure(aggregate.total),
            })
            .collect();
        let order = self.query.order.iter().map(|order| Step {
            key: match &order.by {
                By::Column(column) => values[*column].clone(),
                By::Value(expr) => of_group(expr),
            },
            descending: order.descending,
        });
        let order = order.collect();
        let object = member_names(
            &self.names,
            values.iter().map(|value| value.as_ref().map(Key::to_json)),
        );
        let once = self.query.distinct;
        let tie = if once { values } else { group };
        let tie = tie.into_iter().map(Step::up).collect();
        (Place { order, tie }, object)
    }
}

/// What tells rows apart, and orders them where nothing else does: their ids; of jobs, the newest first.
fn ids(source: Source, row: &impl Row) -> Vec<Step> {
    let key = |path: &Path| row.datum(path).key();
    let device = Step::up(key(&Path::DeviceId));
    match source {
        Source::Devices | Source::Modules => {
            vec![device, Step::up(key(&Path::System("moduleId")))]
        }
        Source::Jobs => {
            let [operation, row] = JOB_NUMBERS.map(Path::System);
            vec![Step::down(key(&operation)), Step::up(key(&row)), device]
        }
    }
}

/// Values under their names; what is undefined is left out.
fn member_names(names: &[String], values: impl Iterator<Item = Option<Value>>) -> Object {
    let pairs = names.iter().zip(values);
    pairs
        .filter_map(|(name, value)| Some((name.clone(), value?)))
        .collect()
}

/// A figure in the making.
#[derive(Clone, Debug, Default)]
struct Tally {
    count: usize,
    sum: f64,
    least: Option<Key>,
    most: Option<Key>,
}

impl Tally {
    fn add(&mut self, aggregate: &Aggregate, row: &impl Row, times: usize) {
        let Some(of) = &aggregate.of else {
            self.count += times;
            return;
        };
        let value = of.eval(row);
        match aggregate.total {
            Total::Count if of.is_condition() => {
                self.count += times * usize::from(value.truth() == Some(true));
            }
            Total::Count => {
                let there = !matches!(value, Datum::Undefined | Datum::Null);
                self.count += times * usize::from(there);
            }
            Total::Sum | Total::Avg => {
                if let Datum::Number(number) = value {
                    self.count += times;
                    self.sum += number * times as f64;
                }
            }
            Total::Min | Total::Max => {
                let comparable = |key: &Key| !matches!(key, Key::Null | Key::Json(_));
                let Some(key) = value.key().filter(comparable) else {
                    return;
                };
                if self.least.as_ref().is_none_or(|least| key < *least) {
                    self.least = Some(key.clone());
                }
                if self.most.as_ref().is_none_or(|most| key > *most) {
                    self.most = Some(key);
                }
            }
        }
    }

    fn figure(&self, total: Total) -> Option<Key> {
        let numbers = |value: f64| (self.count > 0).then(|| Datum::number(value).key())?;
        match total {
            Total::Count => Datum::number(self.count as f64).key(),
            Total::Sum => numbers(self.sum),
            Total::Avg => numbers(self.sum / self.count as f64),
            Total::Min => self.least.clone(),
            Total::Max => self.most.clone(),
        }
    }
}
