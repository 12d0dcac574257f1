//! The fleet in memory: answers lists, counts and searches over all devices, in columns, without I/O.
//!
//! The one writer applies what was committed before it acknowledges, so a reader that starts after an
//! acknowledgement sees the write. Readers take a snapshot (a few pointers) and never hold the writer up.

mod answer;
mod bits;
mod cell;
mod chunk;
mod column;
mod counts;
mod dictionary;
mod entry;
mod fact;
mod filter;
mod fleet;
mod index;
mod leaf;
mod line;
mod order;
mod page;
mod scan;
mod settle;
mod snapshot;
mod spread;
mod tags;
#[cfg(test)]
mod tests;
mod texts;
mod used;

pub use counts::{MAX_GROUPS, MAX_TAG_PATHS};
pub use entry::{Census, Entry, Row, Scalar, TagPath};
pub use filter::holds;
pub use index::{Index, Seen};
pub use page::{PageQuery, Sort, SortKey};
pub use spread::{Bin, Spread};
pub use used::{MAX_MEMORY, MAX_USED, can_use, configuration};
