//! Certificates as files: made, kept, renewed, left alone.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::*;

const NOW: Timestamp = Timestamp::from_secs(1_795_000_000);

fn days(count: i64) -> Timestamp {
    NOW.plus_ms(count * MS_PER_DAY)
}

struct Hub(tempfile::TempDir);

impl Hub {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn material(&self, host: &str, now: Timestamp) -> Material {
        material(self.0.path(), host, now).unwrap()
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.0.path().join(name)).unwrap()
    }

    fn refused(&self) -> String {
        material(self.0.path(), "hub", NOW).unwrap_err().to_string()
    }
}

#[test]
fn the_first_start_makes_an_authority_and_a_certificate() {
    let hub = Hub::new();
    let made = hub.material("hub.example.net", NOW);
    assert_eq!(made.origin, Origin::Issued);
    assert_eq!(
        made.facts.names,
        ["hub.example.net", "localhost", "127.0.0.1", "::1"]
    );
    let left = made.facts.not_after.since(NOW) / MS_PER_DAY;
    assert!((SERVER_DAYS - 1..=SERVER_DAYS).contains(&left), "{left}");
    let mode = |name: &str| {
        let file = hub.0.path().join(name);
        fs::metadata(file).unwrap().permissions().mode() & 0o777
    };
    assert_eq!((mode("ca.key"), mode("server.key")), (0o600, 0o600));
    assert_eq!((mode("ca.pem"), mode("server.pem")), (0o644, 0o644));
    let entries = fs::read_dir(hub.0.path()).unwrap().count();
    assert_eq!(entries, 4, "nothing temporary stays");
}

#[test]
fn a_host_name_may_be_an_address() {
    let made = Hub::new().material("127.0.0.11", NOW);
    assert_eq!(
        made.facts.names,
        ["127.0.0.11", "localhost", "127.0.0.1", "::1"]
    );
    let made = Hub::new().material("localhost", NOW);
    assert_eq!(made.facts.names, ["localhost", "127.0.0.1", "::1"]);
}

#[test]
fn a_good_certificate_is_kept_and_an_old_one_renewed() {
    let hub = Hub::new();
    hub.material("hub", NOW);
    let (ca, first, key) = (
        hub.text("ca.pem"),
        hub.text("server.pem"),
        hub.text("server.key"),
    );

    assert_eq!(hub.material("HUB", days(300)).origin, Origin::Kept);
    assert_eq!(hub.text("server.pem"), first);

    let last_good = SERVER_DAYS - RENEW_DAYS - 1;
    assert_eq!(hub.material("hub", days(last_good)).origin, Origin::Kept);
    assert_eq!(
        hub.material("hub", days(last_good + 1)).origin,
        Origin::Issued
    );
    assert_ne!(hub.text("server.pem"), first);

    let renewed = hub.text("server.pem");
    assert_eq!(
        hub.material("other", days(last_good + 1)).origin,
        Origin::Issued
    );
    assert_ne!(hub.text("server.pem"), renewed);
    assert_eq!((hub.text("ca.pem"), hub.text("server.key")), (ca, key));
}

#[test]
fn serials_differ_from_certificate_to_certificate() {
    let hub = Hub::new();
    let serial = |made: &Material| {
        let (_, certificate) = X509Certificate::from_der(&made.chain[0]).unwrap();
        certificate.raw_serial().to_vec()
    };
    let first = serial(&hub.material("a", NOW));
    assert_ne!(serial(&hub.material("b", NOW.plus_ms(1))), first);
}

#[test]
fn a_certificate_of_the_operator_is_left_alone() {
    let (hub, other) = (Hub::new(), Hub::new());
    hub.material("hub", NOW);
    other.material("elsewhere", NOW);
    for name in ["server.pem", "server.key"] {
        fs::copy(other.0.path().join(name), hub.0.path().join(name)).unwrap();
    }
    let foreign = hub.text("server.pem");
    let found = hub.material("hub", days(390));
    assert_eq!(found.origin, Origin::Foreign);
    assert!(!found.facts.covers("hub"));
    assert!(found.facts.covers("Elsewhere"));
    assert_eq!(hub.text("server.pem"), foreign);
}

#[test]
fn an_operators_certificate_needs_no_local_authority() {
    let (hub, other) = (Hub::new(), Hub::new());
    other.material("hub", NOW);
    for name in ["server.pem", "server.key"] {
        fs::copy(other.0.path().join(name), hub.0.path().join(name)).unwrap();
    }
    assert_eq!(hub.material("hub", NOW).origin, Origin::Foreign);
    assert!(!hub.0.path().join("ca.key").exists());
}

#[test]
fn wildcards_cover_one_label() {
    let facts = Facts {
        names: vec!["*.example.net".into(), "10.0.0.1".into(), "::1".into()],
        not_after: NOW,
    };
    let check = |name: &str, want| assert_eq!(facts.covers(name), want, "{name}");
    check("hub.example.net", true);
    check("a.hub.example.net", false);
    check("example.net", false);
    check("10.0.0.1", true);
    check("0:0:0:0:0:0:0:1", true);
}

#[test]
fn what_a_crash_leaves_behind_is_completed() {
    let hub = Hub::new();
    hub.material("hub", NOW);
    let key = hub.text("server.key");
    fs::remove_file(hub.0.path().join("server.pem")).unwrap();
    assert_eq!(hub.material("hub", NOW).origin, Origin::Issued);
    assert_eq!(hub.text("server.key"), key);
    fs::write(hub.0.path().join("server.pem.new"), "half").unwrap();
    fs::remove_file(hub.0.path().join("server.pem")).unwrap();
    assert_eq!(hub.material("hub", NOW).origin, Origin::Issued);
}

#[test]
fn what_cannot_be_used_is_named_with_what_to_do() {
    let hub = Hub::new();
    hub.material("hub", NOW);
    fs::remove_file(hub.0.path().join("server.key")).unwrap();
    assert!(hub.refused().contains("put both there, or remove both"));

    let hub = Hub::new();
    hub.material("hub", NOW);
    fs::write(hub.0.path().join("server.pem"), "nonsense").unwrap();
    assert!(
        hub.refused()
            .contains("server.pem holds no usable certificate")
    );

    let hub = Hub::new();
    hub.material("hub", NOW);
    fs::write(hub.0.path().join("server.key"), "nonsense").unwrap();
    assert!(
        hub.refused()
            .contains("server.key holds no usable private key")
    );

    let hub = Hub::new();
    let refused = material(hub.0.path(), "hüb", NOW).unwrap_err();
    assert!(matches!(refused, TlsError::HostName(_)), "{refused}");
}
