//! Where simulated devices connect: a hub's name and port, and whom to trust.

use std::fmt;
use std::sync::Arc;

use muster_core::key::SharedKey;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, InvalidDnsNameError, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio_rustls::TlsConnector;

/// The port of MQTT over TLS.
pub const MQTT_PORT: u16 = 8883;

/// A hub to connect to. Cheap to clone.
#[derive(Clone)]
pub struct HubTarget {
    /// Host name as it stands in connection strings, without port.
    pub host: String,
    /// TCP port of MQTT over TLS.
    pub port: u16,
    pub(crate) server_name: ServerName<'static>,
    pub(crate) tls: TlsConnector,
}

impl fmt::Debug for HubTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HubTarget")
            .field("host", &self.host)
            .field("port", &self.port)
            .finish()
    }
}

/// A hub cannot be addressed.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// The host is no name or address.
    #[error("{0:?} is not a host name")]
    Host(String, #[source] InvalidDnsNameError),
    /// The CA file holds no certificate.
    #[error("could not read the CA certificate")]
    Ca(#[source] rustls::pki_types::pem::Error),
    /// TLS refuses the CA.
    #[error("could not set up TLS")]
    Tls(#[from] rustls::Error),
    /// A connection string lacks a part or has a part too many.
    #[error(
        "a connection string looks like HostName=…;SharedAccessKeyName=…;SharedAccessKey=…: {0}"
    )]
    ConnectionString(&'static str),
}

impl HubTarget {
    /// A hub whose certificate comes from the CA in `ca_pem`. `host` may carry a port, which wins over `port`.
    pub fn new(host: &str, port: u16, ca_pem: &[u8]) -> Result<Self, TargetError> {
        let (host, port) = match host.rsplit_once(':') {
            Some((name, given)) if !name.contains(':') => (name, given.parse().unwrap_or(port)),
            _ => (host, port),
        };
        let mut roots = RootCertStore::empty();
        for cert in CertificateDer::pem_slice_iter(ca_pem) {
            roots.add(cert.map_err(TargetError::Ca)?)?;
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let server_name = ServerName::try_from(host.to_owned())
            .map_err(|error| TargetError::Host(host.to_owned(), error))?;
        Ok(Self {
            host: host.to_owned(),
            port,
            server_name,
            tls: TlsConnector::from(Arc::new(config)),
        })
    }
}

/// A policy's connection string taken apart (spec §1.1).
#[derive(Clone, Debug)]
pub struct PolicyString {
    /// Host, perhaps with a port.
    pub host: String,
    /// The policy's name.
    pub policy: String,
    /// Its key.
    pub key: SharedKey,
}

impl PolicyString {
    /// Reads `HostName=…;SharedAccessKeyName=…;SharedAccessKey=…`.
    pub fn parse(text: &str) -> Result<Self, TargetError> {
        let part = |name: &'static str| {
            text.split(';')
                .filter_map(|part| part.split_once('='))
                .find(|(key, _)| *key == name)
                .map(|(_, value)| value.to_owned())
        };
        let missing = TargetError::ConnectionString;
        let key = part("SharedAccessKey").ok_or_else(|| missing("SharedAccessKey is missing"))?;
        Ok(Self {
            host: part("HostName").ok_or_else(|| missing("HostName is missing"))?,
            policy: part("SharedAccessKeyName")
                .ok_or_else(|| missing("SharedAccessKeyName is missing"))?,
            key: SharedKey::new(&key).map_err(|_| missing("SharedAccessKey is not a key"))?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connection_strings_are_taken_apart() {
        let key = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
        let good =
            format!("HostName=localhost:18883;SharedAccessKeyName=device;SharedAccessKey={key}");
        let parsed =
            PolicyString::parse(&good).map(|p| (p.host, p.policy, p.key.reveal().to_owned()));
        assert_eq!(
            parsed.ok(),
            Some(("localhost:18883".into(), "device".into(), key.into()))
        );
        for bad in [
            "",
            "HostName=h",
            "HostName=h;SharedAccessKeyName=device;SharedAccessKey=?",
        ] {
            assert!(
                matches!(
                    PolicyString::parse(bad),
                    Err(TargetError::ConnectionString(_))
                ),
                "{bad}"
            );
        }
    }
}
