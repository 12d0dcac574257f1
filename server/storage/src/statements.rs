//! Every statement there is, so that a test can prepare each of them on both engines.

use crate::engine::{Sql, postgres, schema, sqlite};
use crate::{
    alerts, approvals, audit, backup, check, configurations, devices, embeds, events, firmware,
    fleet_samples, handover, idempotency, messages, modules, operations, people, policies, prune,
    revisions, samples, sealed, series, sessions, settings, sheets, subscriptions, tokens,
    transfers, twins, views, writer,
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
        alerts::STATEMENTS,
        alerts::change::STATEMENTS,
        alerts::rules::STATEMENTS,
        approvals::STATEMENTS,
        approvals::page::STATEMENTS,
        approvals::change::STATEMENTS,
        audit::STATEMENTS,
        backup::STATEMENTS,
        check::STATEMENTS,
        configurations::STATEMENTS,
        configurations::apply::STATEMENTS,
        configurations::change::STATEMENTS,
        configurations::modules::STATEMENTS,
        devices::STATEMENTS,
        devices::change::STATEMENTS,
        embeds::STATEMENTS,
        embeds::change::STATEMENTS,
        devices::keys::STATEMENTS,
        devices::keys::change::STATEMENTS,
        events::STATEMENTS,
        events::calls::STATEMENTS,
        events::operation::STATEMENTS,
        events::page::STATEMENTS,
        firmware::STATEMENTS,
        firmware::change::STATEMENTS,
        fleet_samples::STATEMENTS,
        handover::STATEMENTS,
        idempotency::STATEMENTS,
        messages::STATEMENTS,
        modules::STATEMENTS,
        modules::change::STATEMENTS,
        modules::session::STATEMENTS,
        modules::twin::STATEMENTS,
        operations::STATEMENTS,
        operations::back::STATEMENTS,
        operations::batch::STATEMENTS,
        operations::change::STATEMENTS,
        operations::drafts::STATEMENTS,
        operations::forget::STATEMENTS,
        operations::freeze::STATEMENTS,
        operations::list::STATEMENTS,
        operations::passes::STATEMENTS,
        operations::reasons::STATEMENTS,
        operations::targets::STATEMENTS,
        operations::turn::STATEMENTS,
        operations::wave::STATEMENTS,
        people::STATEMENTS,
        people::change::STATEMENTS,
        policies::STATEMENTS,
        postgres::STATEMENTS,
        prune::STATEMENTS,
        revisions::STATEMENTS,
        revisions::base::STATEMENTS,
        samples::STATEMENTS,
        schema::STATEMENTS,
        sealed::STATEMENTS,
        series::STATEMENTS,
        series::change::STATEMENTS,
        sessions::STATEMENTS,
        settings::STATEMENTS,
        sheets::STATEMENTS,
        sheets::change::STATEMENTS,
        sqlite::STATEMENTS,
        subscriptions::STATEMENTS,
        tokens::STATEMENTS,
        transfers::STATEMENTS,
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
