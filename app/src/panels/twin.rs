//! Twins: comparing, editing, merging.

pub mod compare;
pub mod document;
pub mod rows;
pub mod three_way;
pub mod tree;
