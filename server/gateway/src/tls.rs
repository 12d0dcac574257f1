//! TLS as all doors of the hub use it: version 1.2 and 1.3, one provider, a certificate that can be renewed while open.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use muster_core::time::Timestamp;
use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::crypto::ring::{Ticketer, default_provider};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use crate::pki::{self, Origin, TlsError};

/// The hub's certificate and the configuration that serves it. Give each listener a clone of [`ServerTls::config`].
#[derive(Debug)]
pub struct ServerTls {
    dir: PathBuf,
    host: String,
    provider: Arc<CryptoProvider>,
    current: Arc<Current>,
    config: Arc<ServerConfig>,
}

/// What is known about the certificate in use.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CertificateInfo {
    /// Where it comes from.
    pub origin: Origin,
    /// The names and addresses it is good for.
    pub names: Vec<String>,
    /// When it ends.
    pub not_after: Timestamp,
    /// What an operator should know: a certificate of their own that ends soon or lacks the hub's name.
    pub warning: Option<String>,
}

/// The certificate that new connections get.
#[derive(Debug)]
struct Current(RwLock<Arc<CertifiedKey>>);

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let current = self.0.read().unwrap_or_else(PoisonError::into_inner);
        Some(current.clone())
    }
}

impl ServerTls {
    /// Reads the certificate in `dir`, or makes one for `host`, which may be an IP address.
    pub fn open(
        dir: &Path,
        host: &str,
        now: Timestamp,
    ) -> Result<(Self, CertificateInfo), TlsError> {
        let provider = Arc::new(default_provider());
        let (key, info) = load(dir, host, now, &provider)?;
        let current = Arc::new(Current(RwLock::new(key)));
        let mut config = ServerConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(current.clone());
        // Tickets keep a session in the client's memory; one is enough for a device that returns.
        config.ticketer = Ticketer::new()?;
        config.send_tls13_tickets = 1;
        let tls = Self {
            dir: dir.to_owned(),
            host: host.to_owned(),
            provider,
            current,
            config: Arc::new(config),
        };
        Ok((tls, info))
    }

    /// What listeners take. A listener that speaks HTTP clones it and sets its own `alpn_protocols`.
    pub fn config(&self) -> Arc<ServerConfig> {
        self.config.clone()
    }

    /// Reads the files again and renews what ends soon; connections made from now on get the result.
    pub fn renew(&self, now: Timestamp) -> Result<CertificateInfo, TlsError> {
        let (key, info) = load(&self.dir, &self.host, now, &self.provider)?;
        *self
            .current
            .0
            .write()
            .unwrap_or_else(PoisonError::into_inner) = key;
        Ok(info)
    }
}

fn load(
    dir: &Path,
    host: &str,
    now: Timestamp,
    provider: &CryptoProvider,
) -> Result<(Arc<CertifiedKey>, CertificateInfo), TlsError> {
    let found = pki::material(dir, host, now)?;
    let key = CertifiedKey::from_der(found.chain, found.key, provider)?;
    let soon = found.facts.not_after.since(now) < pki::RENEW_DAYS * 86_400_000;
    let warning = if soon {
        Some(format!("the certificate ends at {}", found.facts.not_after))
    } else if !found.facts.covers(host) {
        Some(format!(
            "the certificate does not carry the hub's name {host}"
        ))
    } else {
        None
    };
    let info = CertificateInfo {
        origin: found.origin,
        names: found.facts.names,
        not_after: found.facts.not_after,
        warning: warning.map(|fact| {
            let dir = dir.display();
            format!("{fact}; replace server.pem and server.key in {dir} with a chain and its key")
        }),
    };
    Ok((Arc::new(key), info))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_795_000_000);

    #[test]
    fn a_renewal_reaches_the_listeners_that_are_open() {
        let dir = tempfile::tempdir().unwrap();
        let (tls, info) = ServerTls::open(dir.path(), "hub", NOW).unwrap();
        assert_eq!((info.origin, info.warning), (Origin::Issued, None));
        let shown = || tls.current.0.read().unwrap().cert[0].clone();
        let first = shown();
        assert_eq!(tls.renew(NOW).unwrap().origin, Origin::Kept);
        assert_eq!(shown(), first);
        let later = NOW.plus_ms(380 * 86_400_000);
        assert_eq!(tls.renew(later).unwrap().origin, Origin::Issued);
        assert_ne!(shown(), first);
    }

    #[test]
    fn an_operators_certificate_that_does_not_fit_is_told() {
        let dir = tempfile::tempdir().unwrap();
        ServerTls::open(dir.path(), "hub", NOW).unwrap();
        std::fs::remove_file(dir.path().join("ca.pem")).unwrap();
        let (_, info) = ServerTls::open(dir.path(), "other", NOW).unwrap();
        assert_eq!(info.origin, Origin::Foreign);
        let warning = info.warning.unwrap();
        assert!(
            warning.contains("does not carry the hub's name other"),
            "{warning}"
        );
        let late = NOW.plus_ms(380 * 86_400_000);
        let (_, info) = ServerTls::open(dir.path(), "hub", late).unwrap();
        assert!(info.warning.unwrap().contains("ends at"));
    }

    #[test]
    fn a_key_that_does_not_belong_is_refused() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        ServerTls::open(one.path(), "hub", NOW).unwrap();
        ServerTls::open(two.path(), "hub", NOW).unwrap();
        let key = "server.key";
        std::fs::copy(two.path().join(key), one.path().join(key)).unwrap();
        let refused = ServerTls::open(one.path(), "hub", NOW).unwrap_err();
        assert!(matches!(refused, TlsError::Pair(_)), "{refused}");
    }
}
