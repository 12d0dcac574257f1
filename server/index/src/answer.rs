//! Whole queries from columns.

use muster_query::run::{Answered, TooManyGroups};
use muster_query::{Path, Place, Query, Run};

use crate::filter::Source;
use crate::fleet::Fleet;
use crate::line::{Asked, Line};
use crate::scan::Scan;

/// Where the values are that columns, groups and order look at.
pub(crate) fn sources(query: &Query, fleet: &Fleet) -> Vec<(Path, Source)> {
    let mut paths = query.answer_paths();
    if !paths.contains(&Path::DeviceId) {
        paths.push(Path::DeviceId);
    }
    let source = |path: Path| (Source::with_objects(&path, fleet), path);
    paths
        .into_iter()
        .map(source)
        .map(|(source, path)| (path, source))
        .collect()
}

/// The page behind `after`.
pub(crate) fn answer(
    scan: &Scan,
    sources: &[(Path, Source)],
    query: &Query,
    after: Option<Place>,
    limit: usize,
) -> Result<Answered, TooManyGroups> {
    let by_id = query.order.is_empty() && !query.distinct && !query.is_grouped();
    // Rows lie in the order of ids: those before the page need not be looked at.
    let start = match after.as_ref().and_then(Place::device) {
        Some(id) if by_id => match scan.snapshot.place(id) {
            Ok(place) | Err(place) => place.chunk(),
        },
        _ => 0,
    };
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
            run.add(&Asked { line, sources });
            if run.is_full() {
                return run.finish();
            }
        }
    }
    run.finish()
}
