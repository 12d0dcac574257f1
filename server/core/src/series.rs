//! Telemetry as series of numbers: how points are packed, and how they are summed up over time.

mod bucket;
mod codec;
mod decimal;

pub use bucket::{Bucket, Level, Rollup};
pub use codec::{BadChunk, Chunk, MAX_CHUNK_POINTS};
