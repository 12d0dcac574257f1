//! A running hub: all endpoints, and the way they end.

use std::fs;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use muster_gateway::{CertificateInfo, Gateway, GatewayOptions, ServerTls};
use muster_service::Hub;
use serde::Serialize;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use crate::admin::{self, Draining};
use crate::config::Config;
use crate::control;
use crate::data_dir::DataDir;
use crate::failure::Failure;
use crate::listen::Endpoint;
use crate::metrics_page;
use crate::opening;
use crate::router;
use crate::site::Site;
use crate::state::{AppState, Scheme};
use crate::web::firmware::Downloads;

/// How often the certificate is looked at: one of the local authority is renewed in time, one of the operator's own
/// is read again.
const CERTIFICATE_EVERY: Duration = Duration::from_secs(12 * 60 * 60);

/// Bytes of the unit of the setting `firmware-rate`.
const MEGABYTE: u64 = 1_000_000;

/// Where the endpoints are, as `serve` prints it: addresses to connect to.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Endpoints {
    /// Always true.
    pub ready: bool,
    /// The dashboard without TLS.
    pub http: SocketAddr,
    /// The dashboard with TLS.
    pub https: SocketAddr,
    /// MQTT over TLS.
    pub mqtt: SocketAddr,
    /// Liveness, readiness, metrics.
    pub admin: SocketAddr,
}

/// A hub that serves.
#[derive(Debug)]
pub struct Running {
    hub: Hub,
    endpoints: Endpoints,
    draining: Draining,
    web: Stage,
    streams: CancellationToken,
    devices: Stage,
    control: Stage,
    admin: Stage,
    upkeep: Stage,
}

/// Tasks that end together.
#[derive(Debug, Default)]
struct Stage {
    stop: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
}

impl Stage {
    fn spawn(&mut self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.push(tokio::spawn(task));
    }

    async fn end(self) {
        self.stop.cancel();
        for task in self.tasks {
            if let Err(problem) = task.await {
                tracing::error!(error = %problem, "a part of the hub ended badly");
            }
        }
    }
}

impl Running {
    /// Opens the hub and all endpoints.
    pub async fn start(config: &Config, data_dir: &DataDir) -> Result<Self, Failure> {
        let site = Site::load(config.site_dir.as_deref())
            .map_err(|problem| Failure::Refused(problem.to_string()))?;
        metrics_page::start();
        // Before anything is rendered: see there.
        router::page_list();
        let hub = opening::open_hub(config, data_dir).await?;
        match Self::with_hub(config, data_dir, site, hub.clone()).await {
            Ok(running) => Ok(running),
            Err(problem) => {
                hub.close().await;
                Err(problem)
            }
        }
    }

    async fn with_hub(
        config: &Config,
        data_dir: &DataDir,
        site: Site,
        hub: Hub,
    ) -> Result<Self, Failure> {
        hub.keep_transfers_in(&data_dir.transfers()).await?;
        let (tls, certificate) = ServerTls::open(&data_dir.tls(), &config.hostname, hub.now())
            .map_err(|problem| Failure::Refused(problem.to_string()))?;
        tell(&certificate);
        let (http, https) = (bind(config.http).await?, bind(config.https).await?);
        let admin = bind(config.admin).await?;
        let gateway = Gateway::bind(
            config.mqtt,
            tls.config(),
            hub.clone(),
            GatewayOptions::default(),
        )
        .map_err(|problem| cannot_listen(config.mqtt, &problem))?;
        let address = |listener: &TcpListener| {
            listener
                .local_addr()
                .map(reachable)
                .map_err(|problem| Failure::Refused(problem.to_string()))
        };
        let endpoints = Endpoints {
            ready: true,
            http: address(&http)?,
            https: address(&https)?,
            mqtt: gateway
                .local_addr()
                .map(reachable)
                .map_err(|problem| Failure::Refused(problem.to_string()))?,
            admin: address(&admin)?,
        };
        let socket = data_dir.socket();
        let commands = control::server::bind(&socket)?;

        let mut running = Self {
            hub: hub.clone(),
            endpoints,
            draining: Draining::default(),
            web: Stage::default(),
            streams: CancellationToken::new(),
            devices: Stage::default(),
            control: Stage::default(),
            admin: Stage::default(),
            upkeep: Stage::default(),
        };
        hub.serve_firmware_at(&format!(
            "https://{}:{}",
            config.hostname,
            running.endpoints.https.port()
        ));
        let downloads = Downloads::new(u64::from(config.firmware_rate) * MEGABYTE);
        let state =
            AppState::new(hub.clone(), site, running.streams.clone()).with_downloads(downloads);
        let plain = Endpoint::new(http, None, router::build(state.clone()));
        let acceptor = TlsAcceptor::from(for_http(&tls));
        let secure = Endpoint::new(
            https,
            Some(acceptor),
            router::build(state.for_scheme(Scheme::Https)),
        );
        let operators = Endpoint::new(
            admin,
            None,
            admin::router(hub.clone(), running.draining.clone()),
        );

        running.web.spawn(plain.run(running.web.stop.clone()));
        running.web.spawn(secure.run(running.web.stop.clone()));
        running
            .admin
            .spawn(operators.run(running.admin.stop.clone()));
        running
            .devices
            .spawn(gateway.run(running.devices.stop.clone()));
        running.upkeep.spawn(keep_certificate(
            tls,
            hub.clone(),
            running.upkeep.stop.clone(),
        ));
        running
            .upkeep
            .spawn(metrics_page::fold(running.upkeep.stop.clone()));
        let stop = running.control.stop.clone();
        running
            .control
            .spawn(async move { control::server::run(commands, &socket, hub, stop).await });
        Ok(running)
    }

    /// The hub.
    pub fn hub(&self) -> &Hub {
        &self.hub
    }

    /// Where the endpoints are.
    pub fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    /// Adds a task that ends before device connections are closed; it gets the signal to do so.
    pub fn accompany<T: Future<Output = ()> + Send + 'static>(
        &mut self,
        task: impl FnOnce(CancellationToken) -> T,
    ) {
        let stop = self.upkeep.stop.clone();
        self.upkeep.spawn(task(stop));
    }

    /// Ends everything in order: not ready, no new connections, streams, requests under way, devices, the writer.
    pub async fn drain(self) {
        self.draining.begin();
        tracing::info!("draining: no new connections");
        self.web.stop.cancel();
        self.streams.cancel();
        self.web.end().await;
        self.control.end().await;
        tracing::info!("draining: closing devices");
        self.upkeep.end().await;
        self.devices.end().await;
        tracing::info!("draining: writing what is left");
        self.admin.end().await;
        self.hub.close().await;
        tracing::info!("everything is stored");
    }
}

async fn bind(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address)
        .await
        .map_err(|problem| cannot_listen(address, &problem))
}

fn cannot_listen(address: SocketAddr, problem: &std::io::Error) -> Failure {
    Failure::Refused(format!(
        "cannot listen on {address}: {problem}; choose another address or port 0"
    ))
}

/// Listening everywhere is reached on this machine.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        let here: std::net::IpAddr = match address {
            SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
        };
        address.set_ip(here);
    }
    address
}

/// The TLS of the hub for a listener that speaks HTTP/2 and HTTP/1.1.
fn for_http(tls: &ServerTls) -> Arc<rustls::ServerConfig> {
    let mut config = rustls::ServerConfig::clone(&tls.config());
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Arc::new(config)
}

fn tell(certificate: &CertificateInfo) {
    tracing::info!(names = ?certificate.names, not_after = %certificate.not_after, "the server certificate is loaded");
    if let Some(warning) = &certificate.warning {
        tracing::warn!("{warning}");
    }
}

async fn keep_certificate(tls: ServerTls, hub: Hub, stop: CancellationToken) {
    let mut look = tokio::time::interval(CERTIFICATE_EVERY);
    look.tick().await;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = look.tick() => {}
        }
        match tls.renew(hub.now()) {
            Ok(certificate) => tell(&certificate),
            Err(problem) => {
                tracing::error!(error = %problem, "the server certificate could not be read again")
            }
        }
    }
}

/// The local authority's certificate, for clients on this machine.
pub fn local_ca(data_dir: &DataDir) -> Result<Vec<u8>, Failure> {
    let path = data_dir.tls().join("ca.pem");
    fs::read(&path).map_err(Failure::file("read", &path))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn printed_addresses_can_be_connected_to() {
        let check = |bound: &str, want: &str| {
            assert_eq!(reachable(bound.parse().unwrap()).to_string(), want)
        };
        check("0.0.0.0:8443", "127.0.0.1:8443");
        check("[::]:8443", "[::1]:8443");
        check("10.0.0.1:1", "10.0.0.1:1");
    }
}
