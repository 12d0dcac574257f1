//! Addresses to listen on, and what they must not do together.

use std::net::SocketAddr;

use super::problem::Collector;
use super::{Config, setting};

/// An address and a port; port 0 picks a free one. `localhost` stands for `127.0.0.1`.
pub fn parse(text: &str) -> Result<SocketAddr, String> {
    let address = match text.strip_prefix("localhost:") {
        Some(port) => format!("127.0.0.1:{port}"),
        None => text.to_owned(),
    };
    address.parse().map_err(|_| {
        format!("{text:?} is not an address to listen on; write one such as 127.0.0.1:8080, 0.0.0.0:8443 or [::]:8883")
    })
}

/// Plain HTTP stays on this machine, and no two endpoints share an address.
pub(super) fn check_together(config: &Config, problems: &mut Collector) {
    if !config.http.ip().to_canonical().is_loopback() && !config.insecure_http {
        problems.add(
            format!("--{}", setting::HTTP.key),
            format!(
                "{} can be reached from other machines, where passwords would travel unencrypted; listen on 127.0.0.1 \
                 and use --https, or add --insecure-http if a proxy in front does TLS",
                config.http
            ),
        );
    }
    let endpoints = [
        (setting::HTTP.key, config.http),
        (setting::HTTPS.key, config.https),
        (setting::MQTT.key, config.mqtt),
        (setting::ADMIN.key, config.admin),
    ];
    for (index, (name, address)) in endpoints.iter().enumerate() {
        for (other, same) in &endpoints[index + 1..] {
            if collide(*address, *same) {
                problems.add(
                    format!("--{other}"),
                    format!("{same} is taken by --{name} already; choose another port"),
                );
            }
        }
    }
}

fn collide(a: SocketAddr, b: SocketAddr) -> bool {
    let same_ip = a.ip() == b.ip() || a.ip().is_unspecified() || b.ip().is_unspecified();
    a.port() != 0 && a.port() == b.port() && same_ip
}
