//! Parts of a whole over time, in steps: a count holds until the next one.

use super::draw::Canvas;
use super::line::runs;
use super::model::{ChartModel, Gap, Paint, Point, Series};

/// Draws the surfaces from the bottom up, and an edge on top of every part that is not zero.
pub(super) fn draw(canvas: &Canvas<'_>, model: &ChartModel) {
    let mut floor: Vec<Point> = model
        .series
        .first()
        .map(|s| zeros(&s.points))
        .unwrap_or_default();
    let mut edges = Vec::new();
    for series in &model.series {
        let top = pile(&floor, &series.points);
        let part = part(series.paint);
        let steps = |points: &[Point], until| steps(points, &model.gaps, until);
        for (upper, lower) in steps(&top, model.to)
            .into_iter()
            .zip(steps(&floor, model.to))
        {
            canvas.surface(
                upper.into_iter().chain(lower.into_iter().rev()),
                &format!("f-{part}"),
            );
        }
        for (run, until) in present(&top, &floor, model.to) {
            edges.extend(steps(run, until).into_iter().map(|corners| (corners, part)));
        }
        floor = top;
    }
    for (corners, part) in edges {
        canvas.line(corners.into_iter(), &format!("e-{part}"));
    }
}

/// The sum of all parts at each time.
pub(super) fn totals(series: &[Series]) -> Vec<f64> {
    let mut sums: Vec<f64> = Vec::new();
    for part in series {
        sums.resize(sums.len().max(part.points.len()), 0.0);
        for (sum, point) in sums.iter_mut().zip(&part.points) {
            *sum += point.value.max(0.0);
        }
    }
    sums
}

/// What a part is called in class names.
pub(super) fn part(paint: Paint) -> &'static str {
    match paint {
        Paint::Slot(slot) => ["1", "2", "3", "4", "5", "6"][usize::from(slot.clamp(1, 6) - 1)],
        Paint::Ok => "ok",
        Paint::Soft => "soft",
        Paint::Attention => "attention",
        Paint::Critical => "critical",
        Paint::Neutral => "neutral",
    }
}

fn zeros(points: &[Point]) -> Vec<Point> {
    points.iter().map(|p| Point::new(p.at, 0.0)).collect()
}

fn pile(floor: &[Point], part: &[Point]) -> Vec<Point> {
    floor
        .iter()
        .zip(part)
        .map(|(f, p)| Point::new(f.at, f.value + p.value.max(0.0)))
        .collect()
}

/// Stretches where the part on `floor` is there at all, so that a zero draws no edge, and until when each holds.
fn present<'a>(top: &'a [Point], floor: &[Point], to: i64) -> Vec<(&'a [Point], i64)> {
    let there: Vec<bool> = top
        .iter()
        .zip(floor)
        .map(|(t, f)| t.value > f.value)
        .collect();
    let mut stretches = Vec::new();
    let mut start = 0;
    for run in there.chunk_by(|a, b| a == b) {
        let end = start + run.len();
        if run[0] {
            stretches.push((&top[start..end], top.get(end).map_or(to, |next| next.at)));
        }
        start = end;
    }
    stretches
}

/// Corner points of the steps of each run; the last value holds until the next gap, at most until `until`.
fn steps(points: &[Point], gaps: &[Gap], until: i64) -> Vec<Vec<(i64, f64)>> {
    let next_gap = |at: i64| gaps.iter().map(|g| g.from).filter(|&from| from >= at).min();
    runs(points, gaps)
        .map(|run| {
            let mut corners = Vec::with_capacity(2 * run.len());
            for (i, point) in run.iter().enumerate() {
                let end = match run.get(i + 1) {
                    Some(next) => next.at,
                    None => next_gap(point.at).unwrap_or(until).min(until),
                };
                corners.push((point.at, point.value));
                corners.push((end, point.value));
            }
            corners
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(values: &[(i64, f64)]) -> Vec<Point> {
        values.iter().map(|&(at, v)| Point::new(at, v)).collect()
    }

    #[test]
    fn a_value_holds_until_the_next() {
        let check = |gaps: &[Gap], want: &[&[(i64, f64)]]| {
            assert_eq!(
                steps(&points(&[(0, 1.0), (10, 2.0), (30, 3.0)]), gaps, 40),
                want
            );
        };
        check(
            &[],
            &[&[
                (0, 1.0),
                (10, 1.0),
                (10, 2.0),
                (30, 2.0),
                (30, 3.0),
                (40, 3.0),
            ]],
        );
        check(
            &[Gap { from: 15, to: 30 }],
            &[
                &[(0, 1.0), (10, 1.0), (10, 2.0), (15, 2.0)],
                &[(30, 3.0), (40, 3.0)],
            ],
        );
    }

    #[test]
    fn parts_pile_up_and_absent_parts_have_no_edge() {
        let floor = points(&[(0, 5.0), (10, 5.0), (20, 5.0)]);
        let top = pile(&floor, &points(&[(0, 0.0), (10, 2.0), (20, 0.0)]));
        assert_eq!(top, points(&[(0, 5.0), (10, 7.0), (20, 5.0)]));
        assert_eq!(present(&top, &floor, 30), [(&top[1..2], 20)]);
    }

    #[test]
    fn totals_add_the_parts() {
        let series = |values: &[(i64, f64)]| Series {
            name: String::new(),
            paint: Paint::Ok,
            points: points(values),
        };
        assert_eq!(
            totals(&[series(&[(0, 1.0), (1, 2.0)]), series(&[(0, 3.0), (1, 0.0)])]),
            [4.0, 2.0]
        );
    }
}
