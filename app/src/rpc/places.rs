//! Places: circles and polygons on the map.

mod form;
mod input;
mod list;
mod save;
mod wire;

pub use form::{ReadPlace, read_place};
pub use input::OutlineInput;
pub use list::{ListPlaces, list_places};
pub use save::{SavePlace, save_place};
pub use wire::{Outline, PlaceForm, PlaceView};
