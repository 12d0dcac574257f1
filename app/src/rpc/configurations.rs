//! Configurations: what devices should be that a condition keeps.

mod delete;
mod list;
mod of_device;
mod preview;
#[cfg(feature = "ssr")]
mod read;
mod save;
mod show;
mod wire;

pub use delete::{DeleteConfiguration, delete_configuration};
pub use list::{ListConfigurations, list_configurations};
pub use of_device::{ReadConfigurationsOf, read_configurations_of};
pub use preview::{PreviewConfiguration, preview_configuration};
pub use save::{SaveConfiguration, save_configuration};
pub use show::{ShowConfiguration, show_configuration};
pub use wire::{
    ConfigurationRow, ConfigurationView, Configurations, ConflictRow, Covers, MetricRow,
    OnDeviceRow, PathRow, PreviewView, SampleRow,
};
