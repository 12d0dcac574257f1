//! Fetching a file over HTTPS as a small device does: HTTP/1.1 by hand, in parts, going on where it was cut.

use std::io;
use std::time::Duration;

use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::target::HubTarget;

/// How long nothing may come.
const STALLED: Duration = Duration::from_secs(30);

/// Longest head of an answer, in bytes.
const MAX_HEAD: usize = 16 * 1024;

/// Largest file that a simulated device takes, in bytes: it keeps it in memory.
pub(crate) const MAX_FILE: u64 = 64 << 20;

/// The port of HTTPS where an address names none.
const HTTPS_PORT: u16 = 443;

/// Why a part did not come.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DownloadError {
    /// The address is none.
    #[error("the address of the firmware cannot be read")]
    Address,
    /// The network or TLS failed, or the connection was cut.
    #[error("the download broke off")]
    Io(#[from] io::Error),
    /// Nothing came any more.
    #[error("the download stalled")]
    Stalled,
    /// The hub refused, with a status and the code in its body.
    #[error("the hub refused the download with {0} {1}")]
    Refused(u16, String),
    /// The answer is no HTTP or does not fit what was asked.
    #[error("the hub sent an answer that does not fit")]
    Protocol,
}

/// An address taken apart: host, port, path with query.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Address<'a> {
    host: &'a str,
    port: u16,
    path: &'a str,
}

impl<'a> Address<'a> {
    fn parse(url: &'a str) -> Option<Self> {
        let rest = url.strip_prefix("https://")?;
        let (authority, path) = rest.split_at(rest.find('/')?);
        let plain = path.bytes().all(|byte| byte.is_ascii_graphic());
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().ok()?),
            None => (authority, HTTPS_PORT),
        };
        (plain && !host.is_empty()).then_some(Self { host, port, path })
    }
}

/// Adds to `file` what comes from its end on, `size` bytes in all; stops early after `most` bytes, as a device that loses
/// its connection does. `state` is the ETag that the rest must belong to.
pub(crate) async fn fetch(
    target: &HubTarget,
    url: &str,
    state: &str,
    size: u64,
    most: usize,
    file: &mut Vec<u8>,
) -> Result<(), DownloadError> {
    let address = Address::parse(url).ok_or(DownloadError::Address)?;
    let name = ServerName::try_from(address.host.to_owned()).map_err(|_| DownloadError::Address)?;
    let tcp = within(TcpStream::connect((address.host, address.port))).await?;
    let stream = within(target.tls.connect(name, tcp)).await?;
    let mut stream = BufReader::new(stream);
    let have = file.len();
    let request = format!(
        "GET {} HTTP/1.1\r\nhost: {}:{}\r\nrange: bytes={have}-\r\nif-range: \"{state}\"\r\nconnection: close\r\n\r\n",
        address.path, address.host, address.port
    );
    within(stream.write_all(request.as_bytes())).await?;
    within(stream.flush()).await?;
    let head = head(&mut stream).await?;
    let status: Option<u16> = head.split(' ').nth(1).and_then(|code| code.parse().ok());
    match status {
        Some(206) => {}
        // The whole file: it has changed, or the hub does not know ranges.
        Some(200) => file.clear(),
        Some(status) => {
            let mut body = String::new();
            // The reason is a courtesy; without it the status says enough.
            let _ = within(stream.take(MAX_HEAD as u64).read_to_string(&mut body)).await;
            let body: serde_json::Value = serde_json::from_str(&body).unwrap_or_default();
            let code = body["error"]["code"].as_str().unwrap_or_default();
            return Err(DownloadError::Refused(status, code.to_owned()));
        }
        None => return Err(DownloadError::Protocol),
    }
    let stop = (file.len() + most).min(usize::try_from(size).unwrap_or(usize::MAX));
    while file.len() < stop {
        let read = within(stream.read_buf(file)).await?;
        if read == 0 {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
    }
    Ok(())
}

async fn head(
    stream: &mut (impl tokio::io::AsyncBufRead + Unpin),
) -> Result<String, DownloadError> {
    use tokio::io::AsyncBufReadExt as _;
    let mut head = String::new();
    loop {
        let mut line = String::new();
        let read = within(stream.read_line(&mut line)).await?;
        if read == 0 || head.len() + read > MAX_HEAD {
            return Err(DownloadError::Protocol);
        }
        if line == "\r\n" {
            return Ok(head);
        }
        head += &line;
    }
}

async fn within<T>(io: impl Future<Output = io::Result<T>>) -> Result<T, DownloadError> {
    Ok(timeout(STALLED, io)
        .await
        .map_err(|_| DownloadError::Stalled)??)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_apart() {
        let check = |url: &str, want: Option<(&str, u16, &str)>| {
            let want = want.map(|(host, port, path)| Address { host, port, path });
            assert_eq!(Address::parse(url), want, "{url}");
        };
        let path = "/firmware/ab?device=d&expires=1";
        check(
            &format!("https://hub:8443{path}"),
            Some(("hub", 8443, path)),
        );
        check("https://hub/x", Some(("hub", 443, "/x")));
        check("http://hub/x", None);
        check("https://hub", None);
        check("https://hub:x/x", None);
        check("https://hub/x y", None);
        check("https:///x", None);
    }
}
