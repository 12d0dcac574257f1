//! A client that keeps cookies and says where its requests come from, as browsers do.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use super::wire::{Connection, Reply, Request};

#[derive(Clone)]
pub(crate) struct Browser {
    address: SocketAddr,
    ca: Option<Vec<u8>>,
    pub(crate) cookies: BTreeMap<String, String>,
}

impl Browser {
    pub(crate) fn new(address: SocketAddr, ca: Option<&[u8]>) -> Self {
        Self {
            address,
            ca: ca.map(<[u8]>::to_vec),
            cookies: BTreeMap::new(),
        }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Reply {
        self.send(Request::get(path).header("accept", "text/html"))
            .await
    }

    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Reply {
        self.send(own("POST", path).header("accept", "text/html").form(fields))
            .await
    }

    /// Calls a server function as the WASM client does.
    pub(crate) async fn call(&mut self, path: &str, fields: &[(&str, &str)]) -> Reply {
        self.send(
            own("POST", path)
                .header("accept", "application/json")
                .form(fields),
        )
        .await
    }

    /// Sends a request with the cookies and keeps those of the answer.
    pub(crate) async fn send(&mut self, request: Request) -> Reply {
        let mut connection = self.connect().await;
        let reply = connection.ask(self.with_cookies(request)).await.unwrap();
        for (_, cookie) in reply
            .headers
            .iter()
            .filter(|(name, _)| name == "set-cookie")
        {
            let (name, rest) = cookie.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            if value.is_empty() || cookie.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        reply
    }

    pub(crate) async fn connect(&self) -> Connection {
        Connection::open(self.address, self.ca.as_deref())
            .await
            .unwrap()
    }

    pub(crate) fn with_cookies(&self, request: Request) -> Request {
        if self.cookies.is_empty() {
            return request;
        }
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        request.header("cookie", &cookies.join("; "))
    }

    /// Sets a device's desired properties as its page does: reads the twin, sends the whole document with its ETag.
    /// `None` when the hub is gone, otherwise whether it was acknowledged.
    pub(crate) async fn try_edit_desired(&self, id: &str, desired: &str) -> Option<bool> {
        let twin = self.try_call("/rpc/devices/twin", &[("id", id)]).await?;
        let twin: serde_json::Value = serde_json::from_slice(&twin.body).ok()?;
        let etag = twin["etag"].as_str()?;
        let fields = [
            ("id", id),
            ("etag", etag),
            ("tags", "{}"),
            ("desired", desired),
        ];
        let saved = self.try_call("/rpc/devices/save_twin", &fields).await?;
        Some(saved.status == 200)
    }

    async fn try_call(&self, path: &str, fields: &[(&str, &str)]) -> Option<Reply> {
        let mut connection = Connection::open(self.address, self.ca.as_deref())
            .await
            .ok()?;
        let request = own("POST", path)
            .header("accept", "application/json")
            .form(fields);
        connection.ask(self.with_cookies(request)).await.ok()
    }

    /// Signs in; the test fails when that does.
    pub(crate) async fn sign_in(&mut self, name: &str, password: &str) {
        let reply = self.try_sign_in(name, password).await;
        assert_eq!(reply.status, 303, "{}", reply.text());
        assert!(
            !reply.location().contains("problem"),
            "{}",
            reply.location()
        );
    }

    pub(crate) async fn try_sign_in(&mut self, name: &str, password: &str) -> Reply {
        self.post("/sign-in", &[("name", name), ("password", password)])
            .await
    }

    /// Whether the session is one: a page that needs one answers with itself.
    pub(crate) async fn is_signed_in(&mut self) -> bool {
        let reply = self.get("/account").await;
        match reply.status {
            200 => true,
            303 => false,
            other => panic!("/account answers {other}: {}", reply.text()),
        }
    }
}

fn own(method: &str, path: &str) -> Request {
    Request::new(method, path).header("sec-fetch-site", "same-origin")
}
