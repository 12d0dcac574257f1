//! The markup inside the `<svg>` of a chart.
//!
//! The outer `<svg>` is as wide as its place and has a fixed height and no viewBox; everything here is placed in
//! percent across and in pixels down. The series are paths in a nested `<svg>` of 1000 units that is stretched.

use std::fmt::Write as _;

use plotters::coord::cartesian::Cartesian2d;
use plotters::coord::types::RangedCoordf64;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{PathElement, Polygon};

use super::model::{ChartModel, Kind};
use super::scale::Scale;
use super::svg_backend::{SvgBackend, TENTHS, ink};
use super::{axes, line, stacked};
use crate::format::Zone;

/// Width of the nested `<svg>` in its own units.
const WIDTH: i32 = 1000;

/// Draws a chart: everything that goes between `<svg>` and `</svg>`. The same input gives the same bytes everywhere.
pub fn plot(model: &ChartModel, height: u32, zone: Zone) -> String {
    let frame = Frame::of(model, height);
    let mut out = String::with_capacity(8 * 1024);
    let id = &model.id;
    let _ = write!(
        out,
        r#"<title id="{id}-t">{}</title><desc id="{id}-d">{}</desc>"#,
        escape(&model.title),
        escape(&model.finding)
    );
    axes::hatch(&mut out, id);
    axes::zones(&mut out, model, &frame);
    axes::values(&mut out, &frame);
    axes::gaps(&mut out, model, &frame);
    axes::times(&mut out, model, &frame, zone);
    let _ = write!(
        out,
        r#"<svg viewBox="0 0 {WIDTH} {height}" preserveAspectRatio="none" width="100%" height="{height}">"#
    );
    {
        let canvas = Canvas::new(&mut out, &frame);
        match model.kind {
            Kind::Lines => line::draw(&canvas, model),
            Kind::Stack => stacked::draw(&canvas, model),
        }
    }
    out.push_str("</svg>");
    axes::thresholds(&mut out, model, &frame);
    out
}

/// Where times and values are on the page.
pub(super) struct Frame {
    pub(super) from: i64,
    pub(super) to: i64,
    pub(super) height: u32,
    pub(super) scale: Scale,
}

impl Frame {
    pub(super) fn of(model: &ChartModel, height: u32) -> Self {
        let (low, high) = model.extent();
        Self {
            from: model.from,
            to: model.to.max(model.from + 1),
            height,
            scale: Scale::covering(low, high, model.whole),
        }
    }

    /// How far across a time is, in percent.
    pub(super) fn across(&self, at: i64) -> f64 {
        (at - self.from) as f64 / (self.to - self.from) as f64 * 100.0
    }

    /// How far down a value is, in pixels.
    pub(super) fn down(&self, value: f64) -> f64 {
        self.scale.down(value) * f64::from(self.height)
    }
}

/// The stretched surface the series are drawn on.
pub(super) struct Canvas<'a> {
    area: DrawingArea<SvgBackend<'a>, Cartesian2d<RangedCoordf64, RangedCoordf64>>,
    from: i64,
}

impl<'a> Canvas<'a> {
    fn new(out: &'a mut String, frame: &Frame) -> Self {
        let (width, height) = (WIDTH * TENTHS, frame.height as i32 * TENTHS);
        let backend = SvgBackend::new(out, (width as u32, height as u32));
        let span = (frame.to - frame.from) as f64;
        let coordinates = Cartesian2d::new(
            0.0..span,
            frame.scale.low()..frame.scale.high(),
            (0..width, height..0),
        );
        Self {
            area: backend.into_drawing_area().apply_coord_spec(coordinates),
            from: frame.from,
        }
    }

    pub(super) fn line(&self, points: impl Iterator<Item = (i64, f64)>, class: &str) {
        let path = PathElement::new(self.mapped(points), ink(class));
        self.area
            .draw(&path)
            .expect("writing to a String does not fail");
    }

    pub(super) fn surface(&self, outline: impl Iterator<Item = (i64, f64)>, class: &str) {
        let polygon = Polygon::new(self.mapped(outline), ink(class));
        self.area
            .draw(&polygon)
            .expect("writing to a String does not fail");
    }

    fn mapped(&self, points: impl Iterator<Item = (i64, f64)>) -> Vec<(f64, f64)> {
        points
            .map(|(at, value)| ((at - self.from) as f64, value))
            .collect()
    }
}

/// Text as markup.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests;
