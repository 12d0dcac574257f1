//! The columns somebody chose last are theirs the next time too, on this browser.

use leptos::prelude::*;

use super::address::FleetAddress;

/// Keeps chosen columns, and takes them up where the address names none.
pub(super) fn use_remembered_columns(address: Memo<FleetAddress>) {
    #[cfg(feature = "hydrate")]
    browser::follow(address);
    #[cfg(not(feature = "hydrate"))]
    let _ = address;
}

/// From now on the usual columns again.
pub(super) fn forget() {
    #[cfg(feature = "hydrate")]
    browser::write(None);
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::prelude::*;
    use leptos_router::NavigateOptions;
    use leptos_router::hooks::use_navigate;

    use super::FleetAddress;
    use crate::reactive::effect;

    /// Where the browser keeps the choice: a query string with nothing but columns.
    const KEY: &str = "muster-fleet-columns";

    pub(super) fn follow(address: Memo<FleetAddress>) {
        let navigate = use_navigate();
        effect(move || {
            let address = address.get();
            // A saved view has columns of its own.
            if address.view.is_some() {
                return;
            }
            match &address.columns {
                Some(_) => {
                    let only = FleetAddress {
                        columns: address.columns.clone(),
                        ..FleetAddress::default()
                    };
                    write(Some(&only.query()));
                }
                None => {
                    if let Some(columns) = read() {
                        let chosen = FleetAddress {
                            columns: Some(columns),
                            ..address
                        };
                        let quietly = NavigateOptions {
                            replace: true,
                            scroll: false,
                            ..NavigateOptions::default()
                        };
                        navigate(&chosen.href(), quietly);
                    }
                }
            }
        });
    }

    fn read() -> Option<Vec<super::super::address::Column>> {
        let storage = window().local_storage().ok()??;
        FleetAddress::parse(&storage.get_item(KEY).ok()??).columns
    }

    /// A browser that keeps nothing is no reason to complain.
    pub(super) fn write(query: Option<&str>) {
        let Ok(Some(storage)) = window().local_storage() else {
            return;
        };
        let _ = match query {
            Some(query) => storage.set_item(KEY, query),
            None => storage.remove_item(KEY),
        };
    }
}
