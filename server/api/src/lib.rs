//! The service side of the hub: REST for tools written against IoT Hub's service SDKs, and the management REST.

pub mod manage;
pub mod openapi;
