//! The same numbers as a table.

use leptos::prelude::*;

use super::draw::Frame;
use super::model::{ChartModel, Kind, Point};
use crate::format::{self, DASH, Zone};
use crate::reactive::dynamic;
use crate::ui::Icon;

/// No table has more rows than this.
const MOST_ROWS: i64 = 31;
const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// One row: when it begins, and its cells.
#[derive(PartialEq, Debug)]
struct Row {
    start: i64,
    cells: Vec<String>,
}

/// Length of a row: the finest round span with few enough rows.
fn row_length(model: &ChartModel) -> i64 {
    const STEPS: [i64; 8] = [
        MINUTE,
        5 * MINUTE,
        15 * MINUTE,
        HOUR,
        3 * HOUR,
        6 * HOUR,
        DAY,
        7 * DAY,
    ];
    STEPS
        .into_iter()
        .find(|step| (model.to - model.from) / step < MOST_ROWS)
        .unwrap_or(30 * DAY)
}

/// Column heads after the time.
fn heads(model: &ChartModel) -> Vec<String> {
    match (model.kind, model.series.as_slice()) {
        (Kind::Lines, [_only]) => {
            let average = if model.unit.is_empty() {
                "Average".to_owned()
            } else {
                format!("Average {}", model.unit)
            };
            vec![average, "Lowest".to_owned(), "Highest".to_owned()]
        }
        (_, series) => series.iter().map(|s| s.name.clone()).collect(),
    }
}

fn rows(model: &ChartModel, zone: Zone) -> Vec<Row> {
    let length = row_length(model);
    let offset = zone.offset_minutes(model.from) * MINUTE;
    let first = (model.from + offset).div_euclid(length) * length - offset;
    (0..=MOST_ROWS)
        .map(|i| first + i * length)
        .take_while(|start| *start < model.to)
        .map(|start| Row {
            start,
            cells: cells(model, start, start + length),
        })
        .collect()
}

fn cells(model: &ChartModel, from: i64, to: i64) -> Vec<String> {
    let within = |points: &[Point]| -> Vec<Point> {
        points
            .iter()
            .filter(|p| p.at >= from && p.at < to)
            .copied()
            .collect()
    };
    let scale = Frame::of(model, 1).scale;
    let text = |value: Option<f64>| {
        value.map_or_else(|| DASH.to_owned(), |value| scale.text(value, model.whole))
    };
    match (model.kind, model.series.as_slice()) {
        (Kind::Lines, [only]) => {
            let points = within(&only.points);
            let lowest = points.iter().map(Point::lowest).min_by(f64::total_cmp);
            let highest = points.iter().map(Point::highest).max_by(f64::total_cmp);
            vec![text(average(&points)), text(lowest), text(highest)]
        }
        (Kind::Lines, series) => series
            .iter()
            .map(|s| text(average(&within(&s.points))))
            .collect(),
        // What holds at the end of the row.
        (Kind::Stack, series) => series
            .iter()
            .map(|s| text(within(&s.points).last().map(|p| p.value)))
            .collect(),
    }
}

/// The average over all readings.
fn average(points: &[Point]) -> Option<f64> {
    let readings: u32 = points.iter().map(|p| p.readings).sum();
    let sum: f64 = points.iter().map(|p| p.value * f64::from(p.readings)).sum();
    (readings > 0).then(|| sum / f64::from(readings))
}

/// "Show as table"
pub(super) fn table(model: Signal<ChartModel>, zone: Signal<Zone>) -> AnyView {
    let head = move || {
        let heads = model.with(heads);
        heads
            .into_iter()
            .map(|head| view! { <th scope="col" class="num">{head}</th> })
            .collect_view()
    };
    let body = move || {
        let zone = zone.get();
        let (rows, days) = model.with(|model| (rows(model, zone), row_length(model) >= DAY));
        rows.into_iter()
            .map(|row| {
                let time = if days {
                    format::date(row.start, zone)
                } else {
                    format::clock(row.start, zone)
                };
                let cells = row
                    .cells
                    .into_iter()
                    .map(|cell| view! { <td class="num">{cell}</td> })
                    .collect_view();
                view! { <tr><th scope="row">{time}</th>{cells}</tr> }
            })
            .collect_view()
    };
    let label = move || model.with(|model| format!("{} as a table", model.title));
    view! {
        <details class="astable">
            <summary><Icon name="i-columns"/><span>"Show as table"</span></summary>
            <div class="astable-scroll" role="region" tabindex="0" aria-label=label>
                <table class="table mt-2">
                    <thead>
                        <tr><th scope="col">"From"</th>{dynamic(head)}</tr>
                    </thead>
                    <tbody>{dynamic(body)}</tbody>
                </table>
            </div>
        </details>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charts::model::{Paint, Series};

    fn model(kind: Kind, series: Vec<Vec<Point>>) -> ChartModel {
        ChartModel {
            id: "t".into(),
            title: "T".into(),
            unit: "°C".into(),
            note: String::new(),
            finding: String::new(),
            as_of: 0,
            from: 0,
            to: 40 * HOUR,
            low: 0.0,
            high: 1.0,
            whole: false,
            kind,
            series: series
                .into_iter()
                .map(|points| Series {
                    name: "A".into(),
                    paint: Paint::Slot(1),
                    points,
                })
                .collect(),
            gaps: Vec::new(),
            thresholds: Vec::new(),
        }
    }

    #[test]
    fn averages_weigh_readings_and_extremes_survive() {
        let m = model(
            Kind::Lines,
            vec![vec![
                Point::of_many(0, 4.0, 2.0, 5.0, 3),
                Point::new(HOUR, 8.0),
                Point::new(4 * HOUR, 1.0),
            ]],
        );
        assert_eq!(heads(&m), ["Average °C", "Lowest", "Highest"]);
        let rows = rows(&m, Zone::Utc);
        assert_eq!(rows.len(), 14);
        assert_eq!(
            rows[0],
            Row {
                start: 0,
                cells: vec!["5.0".into(), "2.0".into(), "8.0".into()]
            }
        );
        assert_eq!(rows[1].cells, ["1.0", "1.0", "1.0"]);
        assert_eq!(rows[2].cells, ["–", "–", "–"]);
    }

    #[test]
    fn parts_show_what_holds_at_the_end() {
        let part = |v| vec![Point::new(0, v), Point::new(HOUR, v + 1.0)];
        let m = model(Kind::Stack, vec![part(5.0), part(0.0)]);
        assert_eq!(rows(&m, Zone::Utc)[0].cells, ["6.0", "1.0"]);
    }
}
