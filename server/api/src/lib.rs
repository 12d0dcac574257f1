//! The service side of the hub: REST for tools written against IoT Hub's service SDKs, and the management REST.
//!
//! Both are thin doors to `service`: they read a request, ask for a permit, call the use case and write the answer in
//! the form their clients know.

pub mod caller;
pub mod error;
pub mod hub;
pub mod manage;
pub mod openapi;
pub mod reference;
pub mod throttle;

pub use caller::Caller;
pub use error::ApiError;
pub use reference::Reference;
