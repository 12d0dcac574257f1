//! Whole queries from columns: figures and groups by the codes of values, orders by their first few.

use std::collections::HashMap;

use muster_core::time::Timestamp;
use muster_query::query::{By, Select, What};
use muster_query::run::{Answered, TooManyGroups};
use muster_query::{Datum, Expr, Field, Path, Place, Query, Run};

use crate::cell::Cell;
use crate::chunk::Facts;
use crate::column::Wide;
use crate::dictionary::Code;
use crate::fact::Fact;
use crate::filter::Source;
use crate::fleet::Fleet;
use crate::line::{Asked, Line};
use crate::scan::Scan;

mod top;

use top::Top;

/// Most columns whose values are counted together; with more, each row is looked at.
const MAX_TOGETHER: usize = 4;

/// Where the values are that columns, groups and order look at, the id behind them.
pub(crate) fn sources(query: &Query, fleet: &Fleet) -> Vec<(Path, Source)> {
    let mut paths = query.answer_paths();
    paths.push(Path::DeviceId);
    let source = |path: Path| {
        let source = Source::with_objects(&path, fleet);
        (path, source)
    };
    paths.into_iter().map(source).collect()
}

/// The page behind `after`.
pub(crate) fn answer(
    scan: &Scan,
    sources: &[(Path, Source)],
    query: &Query,
    after: Option<Place>,
    limit: usize,
) -> Result<Answered, TooManyGroups> {
    let once = query.distinct && query.select != Select::All;
    let values = &sources[..sources.len() - 1];
    let together =
        values.len() <= MAX_TOGETHER && values.iter().all(|(_, source)| is_coded(*source));
    if (query.is_grouped() || once) && together {
        let mut run = Run::new(query, after, limit);
        each_tuple(scan, values, |tuple, rows| {
            run.add_times(tuple, if once { 1 } else { rows });
        });
        return run.finish();
    }
    row_by_row(scan, sources, query, after, limit)
}

fn row_by_row(
    scan: &Scan,
    sources: &[(Path, Source)],
    query: &Query,
    after: Option<Place>,
    limit: usize,
) -> Result<Answered, TooManyGroups> {
    // Rows lie in the order of ids: those before the page need not be looked at.
    let by_id = query.order.is_empty() && !query.distinct && !query.is_grouped();
    let start = match after.as_ref().and_then(Place::device) {
        Some(id) if by_id => match scan.snapshot.place(id) {
            Ok(place) | Err(place) => place.chunk(),
        },
        _ => 0,
    };
    let mut top = first_order(query, sources).map(|(source, descending)| {
        let last = query.order.len() == 1;
        let edge = after.as_ref().map(Place::leading);
        Top::new(source, descending, last, edge, limit + 1)
    });
    let mut run = Run::new(query, after, limit);
    let mut walk = scan.start();
    for chunk in scan.snapshot.chunks().iter().skip(start) {
        for row in walk.bits(chunk).iter() {
            let line = Line {
                chunk,
                row,
                values: scan.snapshot.values(),
                now: scan.now,
            };
            if top.as_mut().is_some_and(|top| !top.may_enter(&line)) {
                continue;
            }
            run.add(&Asked { line, sources });
            if run.is_full() {
                return run.finish();
            }
        }
    }
    run.finish()
}

/// The source that rows are ordered by first, where numbers say which rows cannot be on the page.
fn first_order(query: &Query, sources: &[(Path, Source)]) -> Option<(Source, bool)> {
    if query.is_grouped() || query.distinct {
        return None;
    }
    let order = query.order.first()?;
    let expr = match &order.by {
        By::Value(expr) => expr,
        By::Column(column) => match &query.columns()[*column].what {
            What::Value(expr) => expr,
            What::Aggregate(_) => return None,
        },
    };
    let Expr::Path(path) = expr else { return None };
    let (_, source) = sources.iter().find(|(known, _)| known == path)?;
    let ranked = matches!(
        source,
        Source::Activity | Source::Model | Source::Tag(_) | Source::Used(_)
    );
    ranked.then_some((*source, order.descending))
}

/// Whether equal values have equal codes.
fn is_coded(source: Source) -> bool {
    match source {
        Source::Fact(_) | Source::Model | Source::Tag(_) | Source::Used(_) | Source::Nowhere => {
            true
        }
        Source::Id | Source::Activity | Source::Tree => false,
    }
}

/// The values of a few columns, each as a number: that of its code, or its own; of facts, one more than their place.
type Numbers = [Wide; MAX_TOGETHER];

/// Tells each combination of values with its number of rows; one that lies differently here and there more than once.
fn each_tuple(scan: &Scan, sources: &[(Path, Source)], mut tell: impl FnMut(&Tuple<'_>, usize)) {
    let values = scan.snapshot.values();
    let none: Numbers = [Wide::of_code(Code::NONE); MAX_TOGETHER];
    let mut counts = Counts::default();
    let mut names = Names::default();
    let mut walk = scan.start();
    for chunk in scan.snapshot.chunks() {
        let bits = walk.bits(chunk);
        if sources.is_empty() {
            counts.add(none, bits.count());
            continue;
        }
        let places = sources
            .iter()
            .map(|(_, source)| (*source, source.column(chunk)));
        let places: Vec<_> = places.collect();
        for row in bits.iter() {
            let mut numbers = none;
            for (number, (source, column)) in numbers.iter_mut().zip(&places) {
                let cell = match (source, column) {
                    (_, Some(column)) => column.get(row),
                    (source, None) => Cell::Code(code(*source, &chunk.facts()[row], scan.now)),
                };
                *number = match cell {
                    Cell::Code(code) => Wide::of_code(code),
                    Cell::Number(key) => Wide::of_number(key),
                    Cell::Text(text) => names.number(text),
                };
            }
            counts.add(numbers, 1);
        }
    }
    // Sums of fractions depend on the order of their parts.
    for (numbers, rows) in counts.in_order() {
        let datums = sources.iter().zip(numbers);
        let datums = datums.map(|((path, source), number)| {
            let datum = match (source, names.text(number)) {
                (_, Some(text)) => Datum::Text(text.into()),
                (Source::Fact(fact), _) => fact_of(*fact, number.cell()),
                _ => number.cell().datum(values),
            };
            (path, datum)
        });
        tell(&Tuple(datums.collect(), scan), rows);
    }
}

/// How often combinations came. Few of them come often: those are counted without looking them up among all.
struct Counts {
    often: Vec<(Numbers, usize)>,
    all: HashMap<Numbers, usize>,
}

/// Combinations that are counted in place; a power of two.
const OFTEN: usize = 1 << 10;

impl Default for Counts {
    fn default() -> Self {
        Self {
            often: vec![([Wide::of_code(Code::NONE); MAX_TOGETHER], 0); OFTEN],
            all: HashMap::new(),
        }
    }
}

impl Counts {
    fn add(&mut self, numbers: Numbers, rows: usize) {
        let mixed = numbers.iter().fold(0_u64, |mixed, number| {
            (mixed ^ number.bits())
                .wrapping_mul(0x9e37_79b9_7f4a_7c15)
                .rotate_left(23)
        });
        let place = &mut self.often[mixed as usize % OFTEN];
        if place.0 == numbers {
            place.1 += rows;
            return;
        }
        let (before, rows) = std::mem::replace(place, (numbers, rows));
        if rows > 0 {
            *self.all.entry(before).or_default() += rows;
        }
    }

    fn in_order(mut self) -> Vec<(Numbers, usize)> {
        for (numbers, rows) in self.often.into_iter().filter(|(_, rows)| *rows > 0) {
            *self.all.entry(numbers).or_default() += rows;
        }
        let mut counts: Vec<_> = self.all.into_iter().collect();
        counts.sort_unstable();
        counts
    }
}

/// Texts that lie in place, by numbers made up here.
#[derive(Default)]
struct Names<'a> {
    numbers: HashMap<&'a str, Wide>,
    texts: Vec<&'a str>,
}

impl<'a> Names<'a> {
    fn number(&mut self, text: &'a str) -> Wide {
        *self.numbers.entry(text).or_insert_with(|| {
            self.texts.push(text);
            Wide::of_name(self.texts.len() - 1)
        })
    }

    fn text(&self, number: Wide) -> Option<&'a str> {
        Some(self.texts[number.name()?])
    }
}

/// The code of a model; of a fact, one more than the place of its value.
fn code(source: Source, facts: &Facts, now: Timestamp) -> Code {
    match source {
        Source::Model => facts.model,
        Source::Fact(fact) => {
            let index = fact.index(facts, now);
            index.map_or(Code::NONE, |index| Code::of_number(index as u32 + 1))
        }
        _ => Code::NONE,
    }
}

fn fact_of(fact: Fact, cell: Cell<'_>) -> Datum<'static> {
    match cell {
        Cell::Code(code) if !code.is_none() => fact.value(code.number() as usize - 1).into(),
        _ => Datum::Undefined,
    }
}

/// A combination of values, as the evaluator sees it.
struct Tuple<'a>(Vec<(&'a Path, Datum<'a>)>, &'a Scan);

impl muster_query::Row for Tuple<'_> {
    fn value(&self, _: &Path) -> Field<'_> {
        Field::Undefined
    }

    fn datum(&self, path: &Path) -> Datum<'_> {
        let found = self.0.iter().find(|(known, _)| *known == path);
        found.map_or(Datum::Undefined, |(_, datum)| datum.clone())
    }

    fn now(&self) -> Option<Timestamp> {
        Some(self.1.now)
    }
}
