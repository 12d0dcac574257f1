//! A hub on free ports in a directory of its own, and clients that speak to it as browsers do.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use muster_core::ids::DeviceId;
use muster_core::person::{Person, RoleGrant};
use muster_core::policy::Role;
use muster_server::config::{Config, Sources};
use muster_server::data_dir::DataDir;
use muster_server::serve::Running;
use muster_service::people::NewAccount;
use muster_service::registry::NewDevice;
use muster_service::{Access, Hub};
use serde_json::Value;
use tempfile::TempDir;

#[path = "support/browser.rs"]
mod browser;
#[path = "support/fleet.rs"]
pub(crate) mod fleet;
#[path = "support/postgres.rs"]
pub(crate) mod postgres;
#[path = "support/process.rs"]
mod process;
#[path = "support/wire.rs"]
mod wire;

pub(crate) use browser::Browser;
pub(crate) use process::{Muster, Served};
pub(crate) use wire::{Connection, Reply, Request};

/// How long a test waits for something that must happen.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// The password of every account of these tests.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// A hub in this process.
pub(crate) struct TestHub {
    running: Option<Running>,
    config: Config,
    dir: TempDir,
}

impl TestHub {
    /// A new hub with nobody and nothing in it.
    pub(crate) async fn empty() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let config = config(dir.path());
        let mut hub = Self {
            running: None,
            config,
            dir,
        };
        hub.start().await;
        hub
    }

    /// A hub with one account per role, named like the role, and two devices: `near` in region north, `far` in south.
    /// Besides, `northerner`: an operator whose scope is the north.
    pub(crate) async fn peopled() -> Self {
        let hub = Self::empty().await;
        for role in Role::ALL {
            hub.account(role.as_str(), role, "").await;
        }
        hub.account("northerner", Role::Operator, "tags.region = 'north'")
            .await;
        hub.device("near", serde_json::json!({ "region": "north" }))
            .await;
        hub.device("far", serde_json::json!({ "region": "south" }))
            .await;
        hub
    }

    /// Starts again on the same data.
    pub(crate) async fn start(&mut self) {
        let data_dir = DataDir::prepare(&self.config.data_dir).unwrap();
        self.running = Some(Running::start(&self.config, &data_dir).await.unwrap());
    }

    /// Ends as a signal would end it.
    pub(crate) async fn stop(&mut self) {
        self.running.take().unwrap().drain().await;
    }

    pub(crate) fn running(&self) -> &Running {
        self.running.as_ref().unwrap()
    }

    /// Takes the running hub, to end it beside the test.
    pub(crate) fn take(&mut self) -> Running {
        self.running.take().unwrap()
    }

    pub(crate) fn hub(&self) -> &Hub {
        self.running().hub()
    }

    pub(crate) fn data_dir(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// A browser at the endpoint without TLS.
    pub(crate) fn browser(&self) -> Browser {
        Browser::new(self.running().endpoints().http, None)
    }

    /// A browser at the endpoint with TLS that trusts the local authority.
    pub(crate) fn secure_browser(&self) -> Browser {
        let ca = fs::read(self.data_dir().join("tls/ca.pem")).unwrap();
        Browser::new(self.running().endpoints().https, Some(&ca))
    }

    /// A browser in which this account is signed in.
    pub(crate) async fn signed_in(&self, name: &str) -> Browser {
        let mut browser = self.browser();
        browser.sign_in(name, PASSWORD).await;
        browser
    }

    /// Asks the endpoint for operators.
    pub(crate) async fn ask_admin(&self, path: &str) -> Reply {
        let mut connection = Connection::open(self.running().endpoints().admin, None)
            .await
            .unwrap();
        connection.ask(Request::get(path)).await.unwrap()
    }

    pub(crate) async fn account(&self, name: &str, role: Role, scope: &str) -> Person {
        let permit = self.hub().permit(&Access::console()).unwrap();
        let new = NewAccount {
            name: name.to_owned(),
            display_name: String::new(),
            roles: vec![RoleGrant {
                role,
                scope: scope.to_owned(),
            }],
            password: Some(PASSWORD.to_owned()),
        };
        self.hub().create_person(&permit, new).await.unwrap().person
    }

    pub(crate) async fn device(&self, id: &str, tags: Value) {
        let permit = self.hub().permit(&Access::console()).unwrap();
        let new = NewDevice {
            tags: tags.as_object().unwrap().clone(),
            ..NewDevice::named(DeviceId::new(id).unwrap())
        };
        self.hub().create_device(permit, new).await.unwrap();
    }
}

fn config(dir: &Path) -> Config {
    let site = dir.join("site");
    write_site(&site);
    let flags = [
        ("data-dir", dir.join("data").display().to_string()),
        ("http", "127.0.0.1:0".to_owned()),
        ("https", "127.0.0.1:0".to_owned()),
        ("mqtt", "127.0.0.1:0".to_owned()),
        ("admin", "127.0.0.1:0".to_owned()),
        ("site-dir", site.display().to_string()),
    ];
    Config::resolve(&Sources::new(flags.into(), [])).unwrap()
}

/// A site as the builder leaves it, with files small enough to compare.
pub(crate) fn write_site(site: &Path) {
    let files = [
        (
            "site.json",
            r#"{"pkg":"pkg/abc","files":{"muster.js":{},"muster.css":{}},"public":{"favicon.svg":{}}}"#,
        ),
        ("pkg/abc/muster.js", "script"),
        ("pkg/abc/muster.js.br", "script after brotli"),
        ("pkg/abc/muster.js.gz", "script after gzip"),
        ("pkg/abc/muster.css", "sheet"),
        ("favicon.svg", "<svg/>"),
    ];
    for (path, content) in files {
        let path = site.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
}

/// Waits until something is the case; fails the test when it does not become so.
pub(crate) async fn eventually<F: Future<Output = bool>>(what: &str, mut is_so: impl FnMut() -> F) {
    let waited = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    assert!(
        tokio::time::timeout(PATIENCE, waited).await.is_ok(),
        "it never came to pass: {what}"
    );
}
