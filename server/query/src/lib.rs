//! The query language of the hub (spec §8): conditions, read once, judged anywhere.
//!
//! A [`Condition`] is what stands behind `WHERE`: it filters lists, names saved views and limits what people see.
//! Parsing gives a tree, the tree has one canonical text, and [`Condition::eval`] is the reference that every faster
//! way of judging must agree with. Understood today: comparisons with `=` and `!=`, AND, parentheses.
//!
//! Everything here is pure and compiles for WASM, so the browser says the same as the hub while a person types.

pub mod ast;
pub mod error;
pub mod eval;
mod lexer;
mod parser;
pub mod path;
mod print;
pub mod scope;

pub use ast::{Comparison, Condition, Expr, Literal, Op, Operand, Term};
pub use error::QueryError;
pub use eval::{Field, Row, compare};
pub use path::Path;
pub use scope::Scope;

/// Longest condition that is read, in bytes: eight times what IoT Hub takes.
pub const MAX_TEXT: usize = 64 * 1024;

/// How deep parentheses may be nested.
pub const MAX_NESTING: usize = 64;
