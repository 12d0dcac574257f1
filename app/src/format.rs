//! Numbers, times and sentences as a reader sees them (visual language §12).
//!
//! Pure functions: the clock and the zone are passed in, so the server and the browser write the same text.

mod number;
mod time;
mod words;
mod zone;

pub use number::{bytes, count, count_or_dash, decimal, integer, reading, share, short, with_unit};
pub use time::{
    TimeStyle, age, ago, clock, clock_seconds, date, date_time, duration, iso, latency, moment,
    since, utc,
};
pub use words::{list, number_word, plural, sentence};
pub use zone::Zone;

/// Keeps a number and its unit on one line.
pub const NBSP: char = '\u{a0}';
/// Negative numbers carry a minus sign, not a hyphen.
pub const MINUS: char = '\u{2212}';
/// Stands where a value is missing, and for a zero that is the normal case.
pub const DASH: &str = "\u{2013}";
