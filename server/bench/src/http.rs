//! Just enough HTTP to look at pages: a cookie, a first byte, a body.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::Outcome;

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body_bytes: usize,
    pub(crate) first_byte: Duration,
}

/// Sends one request on a connection of its own and reads the whole answer.
pub(crate) async fn request(
    address: &str,
    method: &str,
    path: &str,
    headers: &str,
    body: &str,
) -> Outcome<Answer> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let text = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\nConnection: close\r\n\
         Content-Length: {}\r\n{headers}\r\n{body}",
        body.len()
    );
    let begun = Instant::now();
    stream.write_all(text.as_bytes()).await?;
    let mut received = vec![0; 64 * 1024];
    let first = stream.read(&mut received).await?;
    let first_byte = begun.elapsed();
    received.truncate(first);
    stream.read_to_end(&mut received).await?;
    let end = received
        .windows(4)
        .position(|w| w == b"\r\n\r\n")
        .ok_or("the answer has no head")?;
    let head = String::from_utf8_lossy(&received[..end]).into_owned();
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|s| s.parse().ok())
        .unwrap_or(0);
    Ok(Answer {
        status,
        head,
        body_bytes: received.len() - end - 4,
        first_byte,
    })
}

/// Signs in and returns the cookie header of the session.
pub(crate) async fn sign_in(address: &str, name: &str, password: &str) -> Outcome<String> {
    let body = format!(
        "name={name}&password={}&next=%2Ffleet",
        password.replace(' ', "+")
    );
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    let answer = request(address, "POST", "/sign-in", form, &body).await?;
    let cookie = answer
        .head
        .lines()
        .find_map(|line| {
            line.to_ascii_lowercase()
                .starts_with("set-cookie:")
                .then(|| line[11..].trim())
        })
        .and_then(|value| value.split(';').next())
        .ok_or("signing in gave no cookie")?;
    Ok(format!("Cookie: {cookie}\r\n"))
}
