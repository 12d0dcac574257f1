//! Charts (visual language §8): one model, drawn by the server and again by the browser with the same bytes.
//!
//! [`reduce`] turns readings into at most one point per pixel column, [`ChartModel`] carries them, [`Chart`] shows
//! them. plotters draws the series through a backend that writes class names instead of colours; ticks, labels,
//! thresholds and gaps are placed in percent, so one drawing fits every width and no text is ever measured.

mod axes;
mod cursor;
pub mod draw;
pub mod figure;
pub mod histogram;
mod legend;
mod line;
pub mod model;
pub mod reduce;
mod scale;
pub mod sparkline;
mod stacked;
mod svg_backend;
mod table;

pub use draw::plot;
pub use figure::Chart;
pub use histogram::{HistogramBar, HistogramModel, histogram};
pub use model::{ChartModel, Gap, Kind, Limit, Paint, Point, Series, Side, Threshold};
pub use reduce::{MAX_COLUMNS, Reduced, reduce, singles};
pub use sparkline::Sparkline;
