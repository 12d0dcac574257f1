//! A plotters backend that writes SVG paths with class names.
//!
//! plotters has colours and whole pixels; the page has classes and tenths. So a colour carries the index of a class,
//! and everything is drawn ten times as large.

use std::convert::Infallible;
use std::fmt::Write as _;

use plotters::style::RGBColor;
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, DrawingBackend, DrawingErrorKind,
};

/// Backend units per unit of the viewBox.
pub(super) const TENTHS: i32 = 10;

/// The classes a series can have; style/components/chart.css gives them colours. `s` lines, `a` bands, `f` surfaces,
/// `e` edges of surfaces.
const CLASSES: [&str; 22] = [
    "s1",
    "s2",
    "s3",
    "s4",
    "s5",
    "s6",
    "a1",
    "a2",
    "a3",
    "a4",
    "a5",
    "a6",
    "f-ok",
    "f-soft",
    "f-attention",
    "f-critical",
    "f-neutral",
    "e-ok",
    "e-soft",
    "e-attention",
    "e-critical",
    "e-neutral",
];

/// The colour that stands for a class.
pub(super) fn ink(class: &str) -> RGBColor {
    let index = CLASSES.iter().position(|c| *c == class).unwrap_or(0);
    RGBColor(index as u8, 0, 0)
}

/// Writes each path and polygon as one `<path>`.
#[derive(Debug)]
pub(super) struct SvgBackend<'a> {
    out: &'a mut String,
    size: (u32, u32),
}

impl<'a> SvgBackend<'a> {
    /// A surface of `size` backend units that appends to `out`.
    pub(super) fn new(out: &'a mut String, size: (u32, u32)) -> Self {
        Self { out, size }
    }

    fn path<S: BackendStyle>(
        &mut self,
        points: impl IntoIterator<Item = BackendCoord>,
        style: &S,
        closed: bool,
    ) {
        let mut points = points.into_iter().peekable();
        let Some(first) = points.next() else { return };
        let class = CLASSES[usize::from(style.color().rgb.0) % CLASSES.len()];
        let _ = write!(self.out, r#"<path class="{class}" d="M"#);
        self.pair(first);
        if points.peek().is_none() {
            // A lone reading still shows: round caps make a dot of a line without length.
            self.out.push_str("h0");
        }
        for point in points {
            self.out.push(' ');
            self.pair(point);
        }
        self.out.push_str(if closed { r#"Z"/>"# } else { r#""/>"# });
    }

    fn pair(&mut self, (x, y): BackendCoord) {
        self.tenths(x);
        self.out.push(' ');
        self.tenths(y);
    }

    fn tenths(&mut self, n: i32) {
        let (whole, tenth) = (n.abs() / TENTHS, n.abs() % TENTHS);
        let sign = if n < 0 { "-" } else { "" };
        let _ = match tenth {
            0 => write!(self.out, "{sign}{whole}"),
            _ => write!(self.out, "{sign}{whole}.{tenth}"),
        };
    }
}

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

impl DrawingBackend for SvgBackend<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    /// Only paths and polygons are drawn here; plotters asks for pixels for shapes no chart uses.
    fn draw_pixel(&mut self, _at: BackendCoord, _color: BackendColor) -> Drawn {
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        self.path(path, style, false);
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        vert: I,
        style: &S,
    ) -> Drawn {
        self.path(vert, style, true);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn writes_classes_and_tenths() {
        let check = |points: &[BackendCoord], closed, want: &str| {
            let mut out = String::new();
            let mut backend = SvgBackend::new(&mut out, (10_000, 1000));
            match closed {
                false => backend
                    .draw_path(points.iter().copied(), &ink("s2"))
                    .unwrap(),
                true => backend
                    .fill_polygon(points.iter().copied(), &ink("a1"))
                    .unwrap(),
            }
            assert_eq!(out, want);
        };
        check(
            &[(0, 1496), (256, 1480), (10_000, -5)],
            false,
            r#"<path class="s2" d="M0 149.6 25.6 148 1000 -0.5"/>"#,
        );
        check(&[(10, 20)], false, r#"<path class="s2" d="M1 2h0"/>"#);
        check(
            &[(0, 0), (10, 0), (10, 10)],
            true,
            r#"<path class="a1" d="M0 0 1 0 1 1Z"/>"#,
        );
        check(&[], false, "");
    }
}
