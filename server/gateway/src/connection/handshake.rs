//! From the first byte to CONNACK: who is it, and may it come in (spec §2.2)?

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use muster_core::sas::{BadToken, CLOCK_SKEW_S};
use muster_core::time::Timestamp;
use muster_service::devices::{
    ConnectionInfo, DeviceCredentials, DeviceLogin, LINK_CAPACITY, LoginRefused,
};
use muster_service::{DeviceProof, ServiceError};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};

use super::Shared;
use super::session::{Session, Visitor};
use super::wire::{self, Reader, Writer};
use crate::codec::{CodecError, Connect, ConnectCode, Limit, Packet};
use crate::meters;
use crate::takeover::Seat;
use crate::topic::{Filter, Filters, Inbound, parse};
use crate::username::{self, BadUserName};

/// How long a peer with a TLS session may take for its CONNECT.
const CONNECT_DEADLINE: Duration = Duration::from_secs(5);

/// Longest silence that is borne, whatever keep-alive the client asks for (spec §2.6).
const MAX_SILENCE: Duration = Duration::from_secs(1767);

/// A CONNECT that is not accepted: the answer, if one is owed, and a word for logs and metrics.
#[derive(Debug)]
pub(super) struct Refused {
    answer: Option<ConnectCode>,
    reason: &'static str,
}

impl Refused {
    fn with(code: ConnectCode, reason: &'static str) -> Self {
        Self {
            answer: Some(code),
            reason,
        }
    }

    fn silently(reason: &'static str) -> Self {
        Self {
            answer: None,
            reason,
        }
    }
}

/// Reads CONNECT and answers it. Gives the session, or nothing when the peer was sent away.
pub(super) async fn welcome<S>(
    mut reader: Reader<S>,
    mut writer: Writer<S>,
    address: SocketAddr,
    shared: &Arc<Shared>,
) -> Option<Session<S>>
where
    S: AsyncRead + AsyncWrite,
{
    let first = timeout(CONNECT_DEADLINE, first_packet(&mut reader));
    let connect = match shared.leaving.run_until_cancelled(first).await {
        Some(Ok(read)) => read,
        Some(Err(_)) => Err(Refused::silently("no_connect_in_time")),
        None => Err(Refused::silently("shutting_down")),
    };
    let refused = match connect {
        Ok(connect) => match admit(&connect, address, shared).await {
            Ok((visitor, session_present)) => {
                writer.push(Packet::ConnAck {
                    session_present,
                    code: ConnectCode::Accepted,
                });
                return Some(Session::new(reader, writer, visitor, shared.clone()));
            }
            Err(refused) => {
                let client_id = shown(&connect.client_id);
                tracing::info!(%address, ?client_id, reason = refused.reason, "refused a device connection");
                refused
            }
        },
        Err(refused) => {
            tracing::debug!(%address, reason = refused.reason, "refused a connection");
            refused
        }
    };
    meters::connect_refused(refused.reason);
    let answer = refused.answer.map(|code| Packet::ConnAck {
        session_present: false,
        code,
    });
    wire::refuse(reader, writer, answer).await;
    None
}

async fn first_packet<S: AsyncRead>(reader: &mut Reader<S>) -> Result<Box<Connect>, Refused> {
    loop {
        match reader.packet(Limit::Stranger) {
            Ok(Some(Packet::Connect(connect))) => return Ok(connect),
            Ok(Some(_)) => return Err(Refused::silently("no_connect_first")),
            Ok(None) => {}
            Err(CodecError::Level) => {
                return Err(Refused::with(ConnectCode::Level, "protocol_level"));
            }
            Err(CodecError::ClientId) => {
                return Err(Refused::with(ConnectCode::ClientId, "bad_id"));
            }
            Err(CodecError::TooLarge { .. }) => return Err(Refused::silently("too_large")),
            Err(CodecError::Malformed(_)) => return Err(Refused::silently("malformed")),
        }
        match reader.fill().await {
            Ok(0) | Err(_) => return Err(Refused::silently("gone")),
            Ok(_) => {}
        }
    }
}

/// Decides; registers the connection when it may come in.
async fn admit(
    connect: &Connect,
    address: SocketAddr,
    shared: &Arc<Shared>,
) -> Result<(Visitor, bool), Refused> {
    use ConnectCode::{BadCredentials, NotAuthorized, Unavailable};
    if shared.leaving.is_cancelled() {
        return Err(Refused::with(Unavailable, "shutting_down"));
    }
    if connect.client_id.is_empty() {
        return Err(Refused::with(ConnectCode::ClientId, "bad_id"));
    }
    let user_name = connect.user_name.as_deref().unwrap_or_default();
    let user_name =
        username::parse(user_name, &connect.client_id).map_err(|error| match error {
            BadUserName::Format => Refused::with(BadCredentials, "bad_user_name"),
            BadUserName::OtherIdentity => Refused::with(NotAuthorized, "other_identity"),
        })?;
    let token = match &connect.password {
        None => None,
        Some(bytes) => Some(
            std::str::from_utf8(bytes)
                .map_err(|_| Refused::with(BadCredentials, "malformed_token"))?,
        ),
    };
    let credentials = DeviceCredentials {
        device: &connect.client_id,
        token,
    };
    let login = shared.hub.authenticate_device(credentials).await;
    let login = login.map_err(|refused| judge(&refused, &connect.client_id))?;
    if let Some(will) = &connect.will
        && !matches!(
            parse(&will.topic, login.proof.identity()),
            Ok(Inbound::Telemetry { .. })
        )
    {
        return Err(Refused::with(NotAuthorized, "will_topic"));
    }
    let now = Instant::now();
    let seat = shared
        .takeovers
        .enter(login.proof.identity(), now)
        .ok_or(Refused::with(Unavailable, "takeovers"))?;
    tracing::debug!(%address, device.id = %login.proof.identity(), hub = ?shown(user_name.host), "a device may come in");
    let expires = expiry(&login, shared.hub.now(), now);
    let model_id = user_name.model_id;
    register(
        connect,
        login.proof,
        model_id,
        seat,
        expires,
        address,
        shared,
    )
    .await
}

async fn register(
    connect: &Connect,
    proof: DeviceProof,
    model_id: Option<String>,
    seat: Seat,
    expires: Option<Instant>,
    address: SocketAddr,
    shared: &Arc<Shared>,
) -> Result<(Visitor, bool), Refused> {
    let (link, notices) = mpsc::channel(LINK_CAPACITY);
    let info = ConnectionInfo {
        protocol: "MQTT",
        address: address.to_string(),
        model_id: model_id.clone(),
        clean_session: connect.clean_session,
        link,
    };
    let attached = shared.hub.device_connected(&proof, info).await;
    let attached = attached.map_err(|error| match error {
        ServiceError::NotFound => Refused::with(ConnectCode::NotAuthorized, "unknown_device"),
        error => {
            tracing::warn!(device.id = %proof.identity(), %error, "cannot register a device connection");
            Refused::with(ConnectCode::Unavailable, "unavailable")
        }
    })?;
    let mut filters = Filters::default();
    for (filter, _) in &attached.subscriptions {
        if let Some(filter) = Filter::parse(filter, proof.identity()) {
            filters.insert(filter);
        }
    }
    if filters.contains(Filter::Methods) {
        // The session is remembered, so the client will not subscribe again (spec §2.4).
        let hub = &shared.hub;
        hub.device_listens(&proof, attached.connection, true);
    }
    let visitor = Visitor {
        proof,
        model_id,
        connection: attached.connection,
        notices,
        filters,
        will: connect.will.clone().map(Box::new),
        patience: patience(connect.keep_alive),
        expires,
        seat,
    };
    Ok((visitor, attached.session_present))
}

/// What a log shows of a text that anybody may have sent.
pub(super) fn shown(text: &str) -> &str {
    const MOST: usize = 128;
    &text[..text.floor_char_boundary(MOST)]
}

fn judge(refused: &LoginRefused, client_id: &str) -> Refused {
    let reason = refused.label();
    let code = match refused {
        // `device/module`: an identity that nobody registered.
        LoginRefused::Id if client_id.contains('/') => ConnectCode::NotAuthorized,
        LoginRefused::Id => ConnectCode::ClientId,
        LoginRefused::Token(BadToken::Malformed) => ConnectCode::BadCredentials,
        LoginRefused::Unavailable(_) => ConnectCode::Unavailable,
        LoginRefused::NoToken
        | LoginRefused::Token(_)
        | LoginRefused::Unknown
        | LoginRefused::NotAllowed
        | LoginRefused::OtherKind
        | LoginRefused::Policy => ConnectCode::NotAuthorized,
    };
    Refused::with(code, reason)
}

/// When the connection's token ends, with the drift that is allowed at CONNECT; `None` for never.
fn expiry(login: &DeviceLogin, now: Timestamp, instant: Instant) -> Option<Instant> {
    let left = login
        .expires_at
        .since(now)
        .saturating_add(CLOCK_SKEW_S * 1000);
    instant.checked_add(Duration::from_millis(u64::try_from(left).unwrap_or(0)))
}

/// One and a half times the keep-alive; without one, the longest that is borne.
fn patience(keep_alive: u16) -> Duration {
    match keep_alive {
        0 => MAX_SILENCE,
        seconds => Duration::from_millis(u64::from(seconds) * 1500).min(MAX_SILENCE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_borne_for_one_and_a_half_keep_alives() {
        let check = |keep_alive, millis| {
            assert_eq!(
                patience(keep_alive),
                Duration::from_millis(millis),
                "{keep_alive}"
            );
        };
        check(1, 1500);
        check(10, 15_000);
        check(1177, 1_765_500);
        check(1178, 1_767_000);
        check(1179, 1_767_000);
        check(u16::MAX, 1_767_000);
        check(0, 1_767_000);
    }
}
