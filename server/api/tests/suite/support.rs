//! A hub whose clock the test decides, and requests as the SDKs sign them.

use std::sync::atomic::Ordering;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, Response};
use muster_api::Reference;
use muster_api::hub::{ApiState, router};
use muster_api::throttle::{Rates, Throttle};
use muster_core::access::PolicyName;
use muster_core::ids::RefId;
use muster_core::key::{SharedKey, Slot};
use muster_core::person::RoleGrant;
use muster_core::policy::{Action, Role, allows};
use muster_core::sas::SasToken;
use muster_core::time::Timestamp;
use muster_service::firmware::FirmwareConfig;
use muster_service::people::{NewAccount, NewApiToken};
use muster_service::{Access, Clock, Entropy, Hub, HubConfig};
use muster_storage::{Location, MasterKey, StoreConfig};
use serde_json::Value;
use tempfile::TempDir;
use tower::ServiceExt as _;

/// When every test begins: 2026-03-04T05:06:07Z.
pub(crate) const BEGIN: Timestamp = Timestamp::from_secs(1_772_600_767);

pub(crate) struct Bench {
    pub(crate) hub: Hub,
    router: Router,
    clock: Clock,
    directory: TempDir,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Fails unless it is this error, in the form that SDKs read.
    pub(crate) fn expect_error(&self, status: u16, name: &str) {
        assert_eq!(
            (self.status, self.header("iothub-errorcode")),
            (status, Some(name)),
            "{:?}",
            self.body
        );
        let start = format!("ErrorCode:{name};");
        let message = self.body["Message"].as_str().unwrap();
        assert!(message.starts_with(&start), "{message}");
    }
}

impl Bench {
    pub(crate) async fn open() -> Self {
        Self::with(Rates::default()).await
    }

    pub(crate) async fn with(rates: Rates) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let clock = Clock::manual(BEGIN);
        let location = Location::Sqlite {
            dir: directory.path().to_owned(),
        };
        let config = HubConfig {
            store: StoreConfig::new(location, MasterKey([1; 32])),
            hostname: "hub.example.net".into(),
            clock: clock.clone(),
            entropy: Entropy::seeded(1),
            firmware: FirmwareConfig::new(directory.path().join("artifacts")),
        };
        let hub = Hub::open(config).await.unwrap();
        let router = router(ApiState::new(hub.clone(), Throttle::new(rates)));
        Self {
            hub,
            router,
            clock,
            directory,
        }
    }

    /// Where the hub keeps what it has.
    pub(crate) fn directory(&self) -> &std::path::Path {
        self.directory.path()
    }

    pub(crate) fn pass(&self, seconds: i64) {
        let Clock::Manual(ms) = &self.clock else {
            unreachable!("a bench has a manual clock");
        };
        ms.fetch_add(seconds * 1000, Ordering::Relaxed);
    }

    pub(crate) async fn policy_key(&self, name: PolicyName) -> SharedKey {
        let permit = self.hub.permit(&Access::console()).unwrap();
        let text = self
            .hub
            .policy_connection_string(permit, name)
            .await
            .unwrap();
        SharedKey::new(text.split_once("SharedAccessKey=").unwrap().1).unwrap()
    }

    /// A token of the policy for the whole hub, as the Python SDK writes it.
    pub(crate) async fn token(&self, name: PolicyName) -> String {
        let key = self.policy_key(name).await;
        let end = self.hub.now().plus_ms(3_600_000);
        SasToken::sign("hub.example.net:443", &key, end, Some(name.as_str()))
    }

    /// Sends a request as it is.
    pub(crate) async fn send(&self, request: Request<Body>) -> Reply {
        let response: Response<Body> = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 1 << 24).await.unwrap();
        Reply {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
        }
    }

    /// A signed request with a version, `METHOD /path`, and perhaps with `If-Match`.
    pub(crate) async fn ask_as(
        &self,
        policy: PolicyName,
        line: &str,
        etag: Option<&str>,
        body: Option<Value>,
    ) -> Reply {
        let (method, path) = line.split_once(' ').unwrap();
        let joint = if path.contains('?') { '&' } else { '?' };
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{path}{joint}api-version=2021-04-12"))
            .header("authorization", self.token(policy).await);
        if let Some(etag) = etag {
            request = request.header("if-match", etag);
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let mut request = request.body(body).unwrap();
        request
            .extensions_mut()
            .insert(Reference(RefId::from_entropy(0)));
        self.send(request).await
    }

    /// The same by the owner.
    pub(crate) async fn ask(&self, line: &str, etag: Option<&str>, body: Option<Value>) -> Reply {
        self.ask_as(PolicyName::Owner, line, etag, body).await
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.ask(&format!("GET {path}"), None, None).await
    }

    /// Makes a device and gives its resource.
    pub(crate) async fn make(&self, id: &str) -> Value {
        let line = format!("PUT /devices/{id}");
        let made = self
            .ask(&line, None, Some(serde_json::json!({ "deviceId": id })))
            .await;
        assert_eq!(made.status, 200, "{:?}", made.body);
        made.body
    }

    /// An API token of a new person with this role; for all that the role allows, unless actions are named.
    pub(crate) async fn api_token(&self, name: &str, role: Role, actions: Vec<Action>) -> String {
        let permit = self.hub.permit(&Access::console()).unwrap();
        let account = NewAccount {
            name: name.into(),
            display_name: String::new(),
            roles: vec![RoleGrant {
                role,
                scope: String::new(),
            }],
            password: Some("correct horse battery".into()),
        };
        let person = self
            .hub
            .create_person(&permit, account)
            .await
            .unwrap()
            .person;
        let access = self.hub.access_of(person.id).await.unwrap().unwrap();
        let actions = match actions.is_empty() {
            true => Action::ALL
                .iter()
                .copied()
                .filter(|a| allows(role, *a))
                .collect(),
            false => actions,
        };
        let new = NewApiToken {
            name: "script".into(),
            actions,
            scope: String::new(),
            days: None,
        };
        self.hub.create_token(&access, new).await.unwrap().1
    }

    pub(crate) async fn connection_string(&self, id: &str) -> String {
        let permit = self
            .hub
            .permit_device(&Access::console(), &id.parse().unwrap())
            .unwrap();
        self.hub
            .device_connection_string(permit, Slot::Primary)
            .await
            .unwrap()
    }
}
