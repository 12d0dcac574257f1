//! Two databases behind one small driver: statements with a text per engine, arguments, rows, connections.

pub(crate) mod arguments;
pub(crate) mod connection;
pub(crate) mod faults;
pub(crate) mod lock;
mod packed;
pub(crate) mod postgres;
pub(crate) mod row;
pub(crate) mod schema;
pub(crate) mod sql;
pub(crate) mod sqlite;

pub(crate) use arguments::{Argument, Column, Table};
pub(crate) use connection::{Connection, Reader, Readers};
pub(crate) use packed::{Packed, Record};
pub(crate) use row::Row;
pub(crate) use sql::Sql;
