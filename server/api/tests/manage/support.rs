//! A hub with people and devices, and clients with tokens.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request};
use muster_core::ids::DeviceId;
use muster_core::person::RoleGrant;
use muster_core::policy::{Action, Role};
use muster_core::time::Timestamp;
use muster_service::firmware::FirmwareConfig;
use muster_service::people::{NewAccount, NewApiToken};
use muster_service::registry::NewDevice;
use muster_service::{Access, Clock, Entropy, Hub, HubConfig};
use muster_storage::{Location, MasterKey, StoreConfig};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt as _;

pub(crate) struct TestHub {
    pub(crate) hub: Hub,
    pub(crate) clock: Clock,
    router: Router,
    directory: TempDir,
}

/// What came back.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
    pub(crate) text: String,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }
}

impl TestHub {
    /// One account per role, named like it; `northerner`, an operator of the north; `near` in the north, `far` in the
    /// south.
    pub(crate) async fn open() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let clock = Clock::manual(Timestamp::from_secs(1_800_000_000));
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
        let test = Self {
            router: muster_api::manage::router(hub.clone()).with_state(()),
            hub,
            clock,
            directory,
        };
        for role in Role::ALL {
            test.account(role.as_str(), role, "").await;
        }
        test.account("northerner", Role::Operator, "tags.region = 'north'")
            .await;
        test.device("near", json!({ "region": "north" })).await;
        test.device("far", json!({ "region": "south" })).await;
        test
    }

    /// Where the database lies.
    pub(crate) fn directory(&self) -> &std::path::Path {
        self.directory.path()
    }

    async fn account(&self, name: &str, role: Role, scope: &str) {
        let permit = self.hub.permit(&Access::console()).unwrap();
        let new = NewAccount {
            name: name.to_owned(),
            display_name: String::new(),
            roles: vec![RoleGrant {
                role,
                scope: scope.to_owned(),
            }],
            password: Some("correct horse battery".to_owned()),
        };
        self.hub.create_person(&permit, new).await.unwrap();
    }

    pub(crate) async fn device(&self, id: &str, tags: Value) {
        let permit = self.hub.permit(&Access::console()).unwrap();
        let new = NewDevice {
            tags: tags.as_object().unwrap().clone(),
            ..NewDevice::named(DeviceId::new(id).unwrap())
        };
        self.hub.create_device(permit, new).await.unwrap();
    }

    pub(crate) async fn access(&self, name: &str) -> Access {
        let permit = self.hub.permit(&Access::console()).unwrap();
        let people = self.hub.people_list(&permit).await.unwrap();
        let id = people.iter().find(|p| p.name == name).unwrap().id;
        self.hub.access_of(id).await.unwrap().unwrap()
    }

    /// A token of the person that does all they may.
    pub(crate) async fn token(&self, name: &str) -> String {
        let access = self.access(name).await;
        let all = Action::ALL
            .iter()
            .copied()
            .filter(|action| access.can(*action));
        self.narrow_token(name, &all.collect::<Vec<_>>(), "").await
    }

    pub(crate) async fn narrow_token(&self, name: &str, actions: &[Action], scope: &str) -> String {
        let access = self.access(name).await;
        let number = self.hub.own_tokens(&access).await.unwrap().len();
        let new = NewApiToken {
            name: format!("t{number}"),
            actions: actions.to_vec(),
            scope: scope.to_owned(),
            days: None,
        };
        self.hub.create_token(&access, new).await.unwrap().1
    }

    pub(crate) async fn get(&self, token: &str, path: &str) -> Reply {
        self.ask("GET", token, path, &[], None).await
    }

    pub(crate) async fn send(&self, method: &str, token: &str, path: &str, body: Value) -> Reply {
        self.ask(method, token, path, &[], Some(body)).await
    }

    pub(crate) async fn ask(
        &self,
        method: &str,
        token: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Reply {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"));
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        self.answer(request.body(body).unwrap()).await
    }

    pub(crate) async fn answer(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 1 << 22).await.unwrap();
        Reply {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: serde_json::from_slice(&body).unwrap_or(Value::Null),
            text: String::from_utf8_lossy(&body).into_owned(),
        }
    }
}
