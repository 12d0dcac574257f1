//! The device side: MQTT 3.1.1 over TLS as Azure IoT Hub speaks it.
//!
//! [`Gateway`] listens; each connection is one task (`connection`) that speaks to the service and to nobody else.
//! [`ServerTls`] keeps the certificate, for this listener and for the others of the hub.

mod codec;
mod connection;
mod listener;
mod meters;
mod pki;
mod takeover;
mod tls;
mod topic;
mod username;

pub use listener::{Gateway, GatewayOptions};
pub use pki::{Origin, TlsError};
pub use tls::{CertificateInfo, ServerTls};
