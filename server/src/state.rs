//! What handlers share.

use std::sync::Arc;

use axum::extract::FromRef;
use leptos::config::{Env, LeptosOptions};
use muster_api::hub::ApiState;
use muster_api::throttle::Throttle;
use muster_service::{Entropy, Hub};
use tokio_util::sync::CancellationToken;

use crate::middleware::capacity::Turns;
use crate::session::Endings;
use crate::site::Site;
use crate::web::firmware::Downloads;

/// How browsers reach a listener: decides the cookie's name and which headers are promised.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scheme {
    /// Without TLS, on this machine or behind a proxy.
    Http,
    /// With TLS.
    Https,
}

/// Shared by all handlers of one listener; cheap to clone.
#[derive(Clone, Debug)]
pub struct AppState {
    shared: Arc<Shared>,
    turns: Turns,
    downloads: Downloads,
    scheme: Scheme,
}

#[derive(Debug)]
struct Shared {
    hub: Hub,
    site: Site,
    options: LeptosOptions,
    endings: Endings,
    streams: CancellationToken,
    api: ApiState,
}

impl AppState {
    /// The state of the plain listener. `streams` ends live streams when the hub shuts down.
    pub fn new(hub: Hub, site: Site, streams: CancellationToken) -> Self {
        let options = LeptosOptions::builder()
            .output_name("muster")
            .site_pkg_dir(&*site.pkg)
            .env(Env::PROD)
            .build();
        let shared = Shared {
            api: ApiState::new(hub.clone(), Throttle::default()),
            hub,
            site,
            options,
            endings: Endings::default(),
            streams,
        };
        Self {
            shared: Arc::new(shared),
            turns: Turns::default(),
            downloads: Downloads::default(),
            scheme: Scheme::Http,
        }
    }

    /// The same for another listener.
    #[must_use]
    pub fn for_scheme(&self, scheme: Scheme) -> Self {
        Self {
            scheme,
            ..self.clone()
        }
    }

    /// The same with other turns.
    #[must_use]
    pub fn with_turns(self, turns: Turns) -> Self {
        Self { turns, ..self }
    }

    /// The same with other downloads.
    #[must_use]
    pub fn with_downloads(self, downloads: Downloads) -> Self {
        Self { downloads, ..self }
    }

    /// The hub.
    pub fn hub(&self) -> &Hub {
        &self.shared.hub
    }

    /// Random numbers.
    pub fn entropy(&self) -> &Entropy {
        self.shared.hub.entropy()
    }

    /// The built site.
    pub fn site(&self) -> &Site {
        &self.shared.site
    }

    /// What Leptos needs to know.
    pub fn options(&self) -> &LeptosOptions {
        &self.shared.options
    }

    /// How browsers reach this listener.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The turns that requests take.
    pub fn turns(&self) -> &Turns {
        &self.turns
    }

    /// The downloads of firmware under way.
    pub fn downloads(&self) -> &Downloads {
        &self.downloads
    }

    /// Tells live streams of sessions that end.
    pub fn endings(&self) -> &Endings {
        &self.shared.endings
    }

    /// What the service API shares.
    pub fn api(&self) -> &ApiState {
        &self.shared.api
    }

    /// Cancelled when live streams must end.
    pub fn streams(&self) -> &CancellationToken {
        &self.shared.streams
    }
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.options().clone()
    }
}
