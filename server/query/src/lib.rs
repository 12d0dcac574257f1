//! The query language of the hub (spec §8): read once, judged anywhere.
//!
//! A [`Condition`] is what stands behind `WHERE`: it filters lists, names saved views and limits what people see. A
//! [`Query`] is a whole `SELECT`. Parsing gives a tree, the tree has one canonical text, and [`Condition::eval`] and
//! [`run::Run`] are the reference that every faster way of answering must agree with. [`complete()`] says what may be
//! typed next.
//!
//! Everything here is pure and compiles for WASM, so the browser says the same as the hub while a person types.

pub mod ast;
mod call;
pub mod complete;
pub mod datum;
pub mod document;
pub mod error;
pub mod eval;
pub mod function;
mod lexer;
mod parser;
pub mod path;
mod pinned;
mod print;
pub mod query;
pub mod run;
pub mod scope;

pub use ast::{
    Arithmetic, Calculation, Comparison, Condition, Expr, Literal, Membership, Op, Term,
};
pub use call::point;
pub use complete::{Completion, Expected, complete};
pub use datum::{Datum, Key};
pub use document::Document;
pub use error::QueryError;
pub use eval::{Field, Row, compare};
pub use function::Function;
pub use path::Path;
pub use query::Query;
pub use run::{Place, Run};
pub use scope::Scope;

/// Longest condition that is read, in bytes: eight times what IoT Hub takes.
pub const MAX_TEXT: usize = 64 * 1024;

/// How deep parentheses may be nested.
pub const MAX_NESTING: usize = 64;
