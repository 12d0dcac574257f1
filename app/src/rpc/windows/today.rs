//! What opens today.

use leptos::prelude::*;

use super::Today;
use crate::error::AppError;
use crate::rpc::Compact;

/// The windows that are open now, or within a day, in some zone of the fleet; those that open first come first.
#[server(prefix = "/rpc", endpoint = "windows/today", output = Compact)]
pub async fn read_today() -> Result<Vec<Today>, AppError> {
    use muster_core::gate::{SheetKind, State, Zone};

    use super::read;
    const DAY_MS: i64 = 86_400_000;
    let access = crate::session::require()?;
    let hub = crate::session::hub()?;
    let (shelf, now) = (hub.shelf(&access)?, hub.now());
    let zones: Vec<Zone> = read::zones(&hub, &access, &shelf)
        .iter()
        .filter_map(|zone| Zone::find(&zone.name))
        .collect();
    let mut all: Vec<Today> = shelf
        .all(SheetKind::Window)
        .map(|row| {
            let (mut open_in, mut next) = (Vec::new(), None::<(String, i64)>);
            for zone in &zones {
                match shelf.state(SheetKind::Window, &row.id, zone, now) {
                    Some(State::Open { .. }) => open_in.push(zone.name().to_owned()),
                    Some(State::Closed { opens: Some(opens) })
                        if opens.since(now) < DAY_MS
                            && next.as_ref().is_none_or(|(_, at)| opens.millis() < *at) =>
                    {
                        next = Some((zone.name().to_owned(), opens.millis()));
                    }
                    _ => {}
                }
            }
            Today {
                name: row.sheet.name().to_owned(),
                open_in,
                next,
            }
        })
        .filter(|today| !today.open_in.is_empty() || today.next.is_some())
        .collect();
    all.sort_by_key(|today| match (&today.next, today.open_in.is_empty()) {
        (_, false) => 0,
        (Some((_, at)), true) => *at,
        (None, true) => i64::MAX,
    });
    Ok(all)
}
