//! Transfers as they stand between operations in one list.

use muster_core::event::Actor;
use muster_core::transfer::Transfer;

use super::{columns, transfer_of};
use crate::engine::{Connection, Sql};
use crate::error::StorageError;
use crate::operations::OperationFilter;

macro_rules! part {
    ($beyond:literal, $order:literal) => {
        Sql::both(
            "reading transfers between operations",
            concat!(
                columns!(),
                "WHERE transfer_seq ",
                $beyond,
                " $1 ORDER BY transfer_seq ",
                $order,
                " LIMIT $2"
            ),
        )
    };
}

const OLDER: Sql = part!("<", "DESC");
const NEWER: Sql = part!(">", "ASC");

pub(crate) const STATEMENTS: &[&Sql] = &[&OLDER, &NEWER];

/// Transfers that are read at once. They are few: one at a time, for 30 days.
const PART: usize = 200;

/// Up to `limit` transfers that the filter keeps, from `edge` on in the direction of the list. What a transfer is called
/// and how it stands follow from what it was asked and did, so that the filter is asked here.
pub(crate) async fn beyond(
    connection: &mut Connection<'_>,
    filter: &OperationFilter,
    mut edge: i64,
    backward: bool,
    limit: usize,
) -> Result<Vec<Transfer>, StorageError> {
    let mut kept = Vec::new();
    // Names of jobs and targets are what operations have.
    if filter.jobs || filter.device.is_some() {
        return Ok(kept);
    }
    let sql = if backward { &NEWER } else { &OLDER };
    loop {
        let arguments = [edge.into(), PART.into()];
        let rows = connection.rows(sql, arguments).await?;
        for row in &rows {
            let transfer = transfer_of(row)?;
            edge = transfer.number.0;
            if keeps(filter, &transfer) {
                kept.push(transfer);
                if kept.len() == limit {
                    return Ok(kept);
                }
            }
        }
        if rows.len() < PART {
            return Ok(kept);
        }
    }
}

fn keeps(filter: &OperationFilter, transfer: &Transfer) -> bool {
    let text = filter.text.trim().to_lowercase();
    let by = match &transfer.by {
        Actor::Person { id, .. } => Some(*id),
        _ => None,
    };
    let state = transfer.operation_state();
    (filter.states.is_empty() || filter.states.contains(&state))
        && (filter.kinds.is_empty() || filter.kinds.contains(&transfer.plan.task().kind()))
        && transfer.plan.title().to_lowercase().contains(&text)
        && filter.person.is_none_or(|person| by == Some(person))
}
