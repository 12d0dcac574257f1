//! Lines with the band between lowest and highest under them.

use super::draw::Canvas;
use super::model::{ChartModel, Gap, Paint, Point, Series};

/// Draws all bands, then all lines, the first series last and so on top.
pub(super) fn draw(canvas: &Canvas<'_>, model: &ChartModel) {
    for series in model.series.iter().rev() {
        for run in runs(&series.points, &model.gaps) {
            if run.len() > 1 && run.iter().any(|p| p.band.is_some()) {
                let upper = run.iter().map(|p| (p.at, p.highest()));
                let lower = run.iter().rev().map(|p| (p.at, p.lowest()));
                canvas.surface(upper.chain(lower), &class('a', series));
            }
        }
    }
    for series in model.series.iter().rev() {
        for run in runs(&series.points, &model.gaps) {
            canvas.line(run.iter().map(|p| (p.at, p.value)), &class('s', series));
        }
    }
}

/// The class of a series: `s1` for its line, `a1` for its band.
pub(super) fn class(letter: char, series: &Series) -> String {
    let slot = match series.paint {
        Paint::Slot(n) => n.clamp(1, 6),
        _ => 1,
    };
    format!("{letter}{slot}")
}

/// Points without a gap between them.
pub(super) fn runs<'a>(points: &'a [Point], gaps: &[Gap]) -> impl Iterator<Item = &'a [Point]> {
    points.chunk_by(move |a, b| !gaps.iter().any(|gap| gap.from >= a.at && gap.to <= b.at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_end_at_gaps() {
        let points: Vec<Point> = [0, 10, 20, 60, 70].map(|at| Point::new(at, 1.0)).to_vec();
        let check = |gaps: &[Gap], want: &[usize]| {
            let lengths: Vec<usize> = runs(&points, gaps).map(<[Point]>::len).collect();
            assert_eq!(lengths, want);
        };
        check(&[], &[5]);
        check(&[Gap { from: 20, to: 60 }], &[3, 2]);
        check(
            &[Gap { from: 0, to: 10 }, Gap { from: 20, to: 60 }],
            &[1, 2, 2],
        );
        check(&[Gap { from: 70, to: 90 }], &[5]);
    }
}
