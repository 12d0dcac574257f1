//! The hub's own certificate authority and the server certificate it issues, as files in `<data>/tls`.
//!
//! A certificate of the operator's own takes precedence: put chain and key into `server.pem` and `server.key`.
//! Files that the local authority did not issue are never written to.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use muster_core::hash::sha256;
use muster_core::time::Timestamp;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SerialNumber, date_time_ymd,
};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use x509_parser::prelude::{FromDer as _, GeneralName, X509Certificate};

mod files;

/// How long the local authority is valid: longer than any device that trusts it.
const CA_DAYS: i64 = 30 * 365;
/// How long a server certificate is valid. Clients refuse much longer ones.
const SERVER_DAYS: i64 = 397;
/// A server certificate with less left is issued anew.
pub(crate) const RENEW_DAYS: i64 = 30;
/// Devices' clocks may be behind: certificates begin a day before they are made.
const BACKDATE_DAYS: i64 = 1;

const MS_PER_DAY: i64 = 86_400_000;

/// Names every server certificate carries besides the hub's own.
const LOCAL_NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// Why there is no certificate. Each message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file could not be read or written.
    #[error("cannot use {}: {source}; check that the directory belongs to the user that runs the hub", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file is not what its name says.
    #[error("{} holds no usable {what}; replace it, or remove it so that the hub makes a new one", path.display())]
    Unusable {
        /// Which file.
        path: PathBuf,
        /// What it should hold.
        what: &'static str,
    },
    /// Half of a pair.
    #[error("{} is there but {} is missing; put both there, or remove both so that the hub makes new ones", present.display(), missing.display())]
    HalfAPair {
        /// The file that is there.
        present: PathBuf,
        /// The file that is not.
        missing: PathBuf,
    },
    /// The host name cannot stand in a certificate.
    #[error(
        "the host name {0:?} cannot stand in a certificate; set it to a DNS name or an IP address"
    )]
    HostName(String),
    /// The certificate could not be made.
    #[error("cannot make a certificate: {0}")]
    Making(#[from] rcgen::Error),
    /// Certificate and key do not work together.
    #[error("cannot use server.pem with server.key: {0}; replace both with a chain and its key")]
    Pair(#[from] rustls::Error),
}

/// Where the server certificate comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Origin {
    /// The local authority issued it just now.
    Issued,
    /// The local authority issued it earlier.
    Kept,
    /// The operator put it there.
    Foreign,
}

/// What the server shows of itself, and what people may want to know about it.
#[derive(Debug)]
pub(crate) struct Material {
    pub(crate) chain: Vec<CertificateDer<'static>>,
    pub(crate) key: PrivateKeyDer<'static>,
    pub(crate) origin: Origin,
    pub(crate) facts: Facts,
}

/// What a certificate says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Facts {
    pub(crate) names: Vec<String>,
    pub(crate) not_after: Timestamp,
}

/// Reads the server certificate from `dir`; makes it, and the authority, where that is needed.
pub(crate) fn material(dir: &Path, host: &str, now: Timestamp) -> Result<Material, TlsError> {
    let place = Place::new(dir);
    files::make_directory(dir)?;
    let chain = files::read(&place.server_pem)?;
    let key = files::read(&place.server_key)?;
    let (origin, chain, key) = match (chain, key) {
        (Some(chain), Some(key)) => {
            let leaf = certificates(&place.server_pem, &chain)?.swap_remove(0);
            if !place.is_issued_here(&leaf)? {
                (Origin::Foreign, chain, key)
            } else if is_good(&facts(&place.server_pem, &leaf)?, host, now) {
                (Origin::Kept, chain, key)
            } else {
                let (chain, key) = place.issue(host, Some(key), now)?;
                (Origin::Issued, chain, key)
            }
        }
        (Some(_), None) => {
            return Err(TlsError::HalfAPair {
                present: place.server_pem,
                missing: place.server_key,
            });
        }
        // A key alone is what a crash between two writes leaves behind.
        (None, key) => {
            let (chain, key) = place.issue(host, key, now)?;
            (Origin::Issued, chain, key)
        }
    };
    let chain = certificates(&place.server_pem, &chain)?;
    let facts = facts(&place.server_pem, &chain[0])?;
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(|_| TlsError::Unusable {
        path: place.server_key,
        what: "private key",
    })?;
    Ok(Material {
        chain,
        key,
        origin,
        facts,
    })
}

struct Place {
    ca_pem: PathBuf,
    ca_key: PathBuf,
    server_pem: PathBuf,
    server_key: PathBuf,
}

impl Place {
    fn new(dir: &Path) -> Self {
        Self {
            ca_pem: dir.join("ca.pem"),
            ca_key: dir.join("ca.key"),
            server_pem: dir.join("server.pem"),
            server_key: dir.join("server.key"),
        }
    }

    fn is_issued_here(&self, leaf: &CertificateDer<'_>) -> Result<bool, TlsError> {
        let Some(ca) = files::read(&self.ca_pem)? else {
            return Ok(false);
        };
        let ca = certificates(&self.ca_pem, &ca)?.swap_remove(0);
        let (ca, leaf) = (parse(&self.ca_pem, &ca)?, parse(&self.server_pem, leaf)?);
        Ok(leaf.verify_signature(Some(ca.public_key())).is_ok())
    }

    /// Issues a server certificate for `key`, or for a new one. Returns chain and key as PEM.
    fn issue(
        &self,
        host: &str,
        key: Option<String>,
        now: Timestamp,
    ) -> Result<(String, String), TlsError> {
        let authority = self.authority(now)?;
        let (key, key_pem) = self.key(&self.server_key, key)?;
        let mut params = CertificateParams::new(wanted_names(host))
            .map_err(|_| TlsError::HostName(host.to_owned()))?;
        // A name longer than X.509 allows for the common name stands in the list of names alone.
        if host.len() <= 64 {
            params.distinguished_name.push(DnType::CommonName, host);
        } else {
            params.distinguished_name.push(DnType::CommonName, "Muster");
        }
        params.serial_number = Some(serial(&key, now));
        params.use_authority_key_identifier_extension = true;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        set_validity(&mut params, now, SERVER_DAYS);
        let pem = params.signed_by(&key, &authority)?.pem();
        files::write(&self.server_pem, &pem, files::Kind::Public)?;
        Ok((pem, key_pem))
    }

    /// The local authority; made when there is none.
    fn authority(&self, now: Timestamp) -> Result<Issuer<'static, KeyPair>, TlsError> {
        let (pem, key) = (files::read(&self.ca_pem)?, files::read(&self.ca_key)?);
        if let (Some(_), None) = (&pem, &key) {
            return Err(TlsError::HalfAPair {
                present: self.ca_pem.clone(),
                missing: self.ca_key.clone(),
            });
        }
        let (key, _) = self.key(&self.ca_key, key)?;
        let pem = match pem {
            Some(pem) => pem,
            None => {
                let pem = authority_params(&key, now).self_signed(&key)?.pem();
                files::write(&self.ca_pem, &pem, files::Kind::Public)?;
                pem
            }
        };
        Issuer::from_ca_cert_pem(&pem, key).map_err(|_| TlsError::Unusable {
            path: self.ca_pem.clone(),
            what: "certificate authority",
        })
    }

    /// The key in `pem`, or a new one that is written to `path`.
    fn key(&self, path: &Path, pem: Option<String>) -> Result<(KeyPair, String), TlsError> {
        match pem {
            Some(pem) => {
                let key = KeyPair::from_pem(&pem).map_err(|_| TlsError::Unusable {
                    path: path.to_owned(),
                    what: "private key",
                })?;
                Ok((key, pem))
            }
            None => {
                let key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256)?;
                let pem = key.serialize_pem();
                files::write(path, &pem, files::Kind::Secret)?;
                Ok((key, pem))
            }
        }
    }
}

fn authority_params(key: &KeyPair, now: Timestamp) -> CertificateParams {
    let mut params = CertificateParams::default();
    let [a, b, c, d, ..] = sha256(key.public_key_raw());
    // The name differs from hub to hub, so that a trust store can hold several.
    let name = format!("Muster local CA {a:02x}{b:02x}{c:02x}{d:02x}");
    params.distinguished_name.push(DnType::CommonName, name);
    params
        .distinguished_name
        .push(DnType::OrganizationName, "Muster");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.serial_number = Some(serial(key, now));
    set_validity(&mut params, now, CA_DAYS);
    params
}

/// The hub's name first, then the names that lead to this machine.
fn wanted_names(host: &str) -> Vec<String> {
    let host = host.to_ascii_lowercase();
    let others = LOCAL_NAMES.into_iter().filter(|name| *name != host);
    let others: Vec<String> = others.map(str::to_owned).collect();
    [vec![host], others].concat()
}

fn is_good(facts: &Facts, host: &str, now: Timestamp) -> bool {
    let left = facts.not_after.since(now) >= RENEW_DAYS * MS_PER_DAY;
    left && wanted_names(host).iter().all(|name| facts.covers(name))
}

impl Facts {
    /// Whether a client that asks for `name` is content.
    pub(crate) fn covers(&self, name: &str) -> bool {
        let name = match name.parse::<IpAddr>() {
            Ok(address) => address.to_string(),
            Err(_) => name.to_ascii_lowercase(),
        };
        let above = name.split_once('.').map(|(_, rest)| format!("*.{rest}"));
        let address = name.parse::<IpAddr>().is_ok();
        self.names
            .iter()
            .any(|own| *own == name || (!address && above.as_ref().is_some_and(|wild| own == wild)))
    }
}

/// Twice the same serial from one authority makes browsers refuse both: key and time go into it.
fn serial(key: &KeyPair, now: Timestamp) -> SerialNumber {
    let mut seed = key.public_key_raw().to_vec();
    seed.extend_from_slice(&now.millis().to_be_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&sha256(&seed)[..16]);
    bytes[0] = bytes[0] & 0x7f | 0x40;
    SerialNumber::from_slice(&bytes)
}

fn set_validity(params: &mut CertificateParams, now: Timestamp, days: i64) {
    let day = |moved: i64| {
        let (year, month, day, ..) = now.plus_ms(moved * MS_PER_DAY).civil();
        // Years beyond X.509 exist only where the machine's clock is absurd.
        date_time_ymd(year.clamp(1970, 9999) as i32, month as u8, day as u8)
    };
    params.not_before = day(-BACKDATE_DAYS);
    params.not_after = day(days);
}

fn certificates(path: &Path, pem: &str) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    CertificateDer::pem_slice_iter(pem.as_bytes())
        .collect::<Result<Vec<_>, _>>()
        .ok()
        .filter(|chain| !chain.is_empty())
        .ok_or_else(|| unusable_certificate(path))
}

fn parse<'a>(path: &Path, der: &'a CertificateDer<'_>) -> Result<X509Certificate<'a>, TlsError> {
    match X509Certificate::from_der(der) {
        Ok((_, certificate)) => Ok(certificate),
        Err(_) => Err(unusable_certificate(path)),
    }
}

fn unusable_certificate(path: &Path) -> TlsError {
    TlsError::Unusable {
        path: path.to_owned(),
        what: "certificate",
    }
}

fn facts(path: &Path, leaf: &CertificateDer<'_>) -> Result<Facts, TlsError> {
    let certificate = parse(path, leaf)?;
    let names = match certificate.subject_alternative_name() {
        Ok(Some(extension)) => extension
            .value
            .general_names
            .iter()
            .filter_map(name_of)
            .collect(),
        _ => Vec::new(),
    };
    Ok(Facts {
        names,
        not_after: Timestamp::from_secs(certificate.validity().not_after.timestamp()),
    })
}

fn name_of(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some(name.to_ascii_lowercase()),
        GeneralName::IPAddress(bytes) => match bytes.len() {
            4 => <[u8; 4]>::try_from(*bytes)
                .ok()
                .map(|b| IpAddr::from(b).to_string()),
            _ => <[u8; 16]>::try_from(*bytes)
                .ok()
                .map(|b| IpAddr::from(b).to_string()),
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests;
