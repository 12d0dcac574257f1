//! Every statement there is, so that a test can prepare each of them on both engines.

use crate::engine::{Sql, postgres, schema, sqlite};
use crate::{
    audit, backup, check, devices, events, idempotency, messages, modules, people, policies, prune,
    samples, sealed, series, sessions, settings, subscriptions, tokens, twins, views, writer,
};

/// A statement as tests see it: what it is for, and its texts; an empty one is not for that engine.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Statement {
    /// What it is for.
    pub operation: &'static str,
    /// For SQLite.
    pub sqlite: &'static str,
    /// For PostgreSQL.
    pub postgres: &'static str,
}

/// All statements.
#[doc(hidden)]
pub fn statements() -> Vec<Statement> {
    let lists: &[&[&Sql]] = &[
        audit::STATEMENTS,
        backup::STATEMENTS,
        check::STATEMENTS,
        devices::STATEMENTS,
        devices::change::STATEMENTS,
        events::STATEMENTS,
        events::calls::STATEMENTS,
        events::page::STATEMENTS,
        idempotency::STATEMENTS,
        messages::STATEMENTS,
        modules::STATEMENTS,
        modules::change::STATEMENTS,
        modules::session::STATEMENTS,
        modules::twin::STATEMENTS,
        people::STATEMENTS,
        people::change::STATEMENTS,
        policies::STATEMENTS,
        postgres::STATEMENTS,
        prune::STATEMENTS,
        samples::STATEMENTS,
        schema::STATEMENTS,
        sealed::STATEMENTS,
        series::STATEMENTS,
        series::change::STATEMENTS,
        sessions::STATEMENTS,
        settings::STATEMENTS,
        sqlite::STATEMENTS,
        subscriptions::STATEMENTS,
        tokens::STATEMENTS,
        twins::STATEMENTS,
        views::STATEMENTS,
        views::change::STATEMENTS,
        writer::documents::STATEMENTS,
        writer::documents::write::STATEMENTS,
        writer::state::STATEMENTS,
    ];
    let all = lists
        .iter()
        .copied()
        .flatten()
        .chain(writer::unit::STATEMENTS);
    all.map(|sql| Statement {
        operation: sql.operation,
        sqlite: sql.sqlite,
        postgres: sql.postgres,
    })
    .collect()
}
