//! Reading the fleet: its list, its counts, the views people keep of it.

mod count;
mod delete_view;
mod find;
mod hints;
mod page;
mod pin_view;
#[cfg(feature = "ssr")]
mod read;
mod save_view;
mod values;
mod view_counts;
mod views;
mod wire;

pub use count::{CountFleet, count_fleet};
pub use delete_view::{DeleteView, delete_view};
pub use find::{FindDevices, find_devices};
pub use hints::{ReadHints, read_hints};
pub use page::{ReadFleet, read_fleet};
pub use pin_view::{PinView, pin_view};
pub use save_view::{SaveView, save_view};
pub use values::{ReadValues, read_values};
pub use view_counts::{CountViews, count_views};
pub use views::{ListViews, list_views};
pub use wire::{FleetFacet, FleetPage, FleetRow, Found, RowValues, TagColumn, ViewRow};
