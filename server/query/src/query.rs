//! Whole queries (spec §8.1): what is asked for, of which rows, grouped and ordered how.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::ast::{Condition, Expr};
use crate::error::QueryError;
use crate::parser;
use crate::path::Path;

/// A query. Its text form is canonical: reading it again gives an equal query.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Query {
    /// Equal rows of the answer come once.
    pub distinct: bool,
    /// Most rows of the answer.
    pub top: Option<usize>,
    /// What is answered.
    pub select: Select,
    /// Of which rows.
    pub source: Source,
    /// Which of them count.
    pub condition: Condition,
    /// What rows are put together by.
    pub groups: Vec<Expr>,
    /// How the answer is ordered; by id (or group) where nothing else decides.
    pub order: Vec<Order>,
}

/// What is answered.
#[derive(Clone, PartialEq, Debug)]
pub enum Select {
    /// `*`: whole documents.
    All,
    /// Columns, at least one.
    Columns(Vec<Column>),
}

/// A column of the answer.
#[derive(Clone, PartialEq, Debug)]
pub struct Column {
    /// What it holds.
    pub what: What,
    /// The name given with `AS`.
    pub alias: Option<String>,
}

/// What a column holds.
#[derive(Clone, PartialEq, Debug)]
pub enum What {
    /// A value of the row or group.
    Value(Expr),
    /// A figure over many rows.
    Aggregate(Aggregate),
}

/// A figure over many rows.
#[derive(Clone, PartialEq, Debug)]
pub struct Aggregate {
    /// Which.
    pub total: Total,
    /// Of what. Only a count does without; a count of a condition counts where it is true, of anything else where it
    /// is there and not null.
    pub of: Option<Expr>,
}

/// How many rows become one figure.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Total {
    /// How many.
    Count,
    /// The sum of the numbers.
    Sum,
    /// Their mean.
    Avg,
    /// The smallest value.
    Min,
    /// The largest value.
    Max,
}

/// Where rows come from.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Source {
    /// Twins of devices.
    Devices,
    /// Twins of modules.
    Modules,
    /// What jobs did on devices.
    Jobs,
}

/// One step of an order.
#[derive(Clone, PartialEq, Debug)]
pub struct Order {
    /// By what.
    pub by: By,
    /// Largest first. Rows without a value come last either way.
    pub descending: bool,
}

/// What is ordered by.
#[derive(Clone, PartialEq, Debug)]
pub enum By {
    /// A column of the answer, by its number.
    Column(usize),
    /// A value of the row.
    Value(Expr),
}

impl Query {
    /// Reads a query.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        parser::query(text)
    }

    /// Every device that a condition keeps.
    pub fn of_devices(condition: Condition) -> Self {
        Self {
            distinct: false,
            top: None,
            select: Select::All,
            source: Source::Devices,
            condition,
            groups: Vec::new(),
            order: Vec::new(),
        }
    }

    /// The columns; none for whole documents.
    pub fn columns(&self) -> &[Column] {
        match &self.select {
            Select::All => &[],
            Select::Columns(columns) => columns,
        }
    }

    /// Whether rows are put together: groups, or figures over all of them.
    pub fn is_grouped(&self) -> bool {
        let figure = |column: &Column| matches!(column.what, What::Aggregate(_));
        !self.groups.is_empty() || self.columns().iter().any(figure)
    }

    /// The names of the columns: alias, last name of a plain path, otherwise `$1`, `$2`, … .
    pub fn names(&self) -> Vec<String> {
        let mut unnamed = 0;
        let names = self.columns().iter().map(|column| match column {
            Column {
                alias: Some(alias), ..
            } => alias.clone(),
            Column {
                what: What::Value(Expr::Path(path)),
                ..
            } => path.last().to_owned(),
            _ => {
                unnamed += 1;
                format!("${unnamed}")
            }
        });
        names.collect()
    }

    /// Every path it looks at, each once, in order of appearance; what whole documents hold is not among them.
    pub fn paths(&self) -> Vec<Path> {
        let mut paths = self.answer_paths();
        if let Some(condition) = self.condition.expr() {
            condition.collect_paths(&mut paths);
        }
        paths
    }

    /// The paths that columns, groups and order look at.
    pub fn answer_paths(&self) -> Vec<Path> {
        let mut paths = Vec::new();
        for column in self.columns() {
            match &column.what {
                What::Value(expr) => expr.collect_paths(&mut paths),
                What::Aggregate(aggregate) => {
                    if let Some(of) = &aggregate.of {
                        of.collect_paths(&mut paths);
                    }
                }
            }
        }
        for group in &self.groups {
            group.collect_paths(&mut paths);
        }
        for order in &self.order {
            if let By::Value(expr) = &order.by {
                expr.collect_paths(&mut paths);
            }
        }
        paths
    }
}

impl Total {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Count, Self::Sum, Self::Avg, Self::Min, Self::Max];

    /// As canonical text writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Count => "COUNT",
            Self::Sum => "SUM",
            Self::Avg => "AVG",
            Self::Min => "MIN",
            Self::Max => "MAX",
        }
    }

    /// The one of that name, in any case.
    pub(crate) fn find(name: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|total| total.name().eq_ignore_ascii_case(name))
    }
}

impl FromStr for Query {
    type Err = QueryError;

    fn from_str(text: &str) -> Result<Self, QueryError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Query {
    type Error = QueryError;

    fn try_from(text: String) -> Result<Self, QueryError> {
        Self::parse(&text)
    }
}

impl From<Query> for String {
    fn from(query: Query) -> String {
        query.to_string()
    }
}
