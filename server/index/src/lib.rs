//! The fleet in memory: answers lists, counts and searches over all devices, in columns, without I/O.
//!
//! The one writer applies what was committed before it acknowledges, so a reader that starts after an
//! acknowledgement sees the write. Readers take a snapshot (a few pointers) and never hold the writer up.

mod entry;
mod index;
mod page;

pub use entry::{Census, Entry, Row, Scalar, TagPath};
pub use index::Index;
pub use page::{PageQuery, Sort, SortKey};
