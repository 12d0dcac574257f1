//! How many look at an embedded panel at once: many viewers on connections that stay open, one panel, drawn anew each
//! second.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::Outcome;
use crate::binary::Process;
use crate::fleet::Prepared;
use crate::latency::Latencies;
use crate::report::{Aim, Report};

/// Connections that ask one after the other.
const VIEWERS: usize = 32;

/// How long they ask.
const LASTS: Duration = Duration::from_secs(10);

/// Asks for the panel as fast as it comes.
pub(crate) async fn measure(
    report: &mut Report,
    process: &Process,
    prepared: &Prepared,
) -> Outcome {
    if !report.wants_any(&["embed_"]) {
        return Ok(());
    }
    let request = format!(
        "GET /embed/{} HTTP/1.1\r\nHost: {}\r\nSec-Fetch-Dest: empty\r\n\r\n",
        prepared.embed, process.http
    );
    let begun = Instant::now();
    let mut viewers = tokio::task::JoinSet::new();
    for _ in 0..VIEWERS {
        let (address, request) = (process.http.clone(), request.clone());
        viewers.spawn(async move { look(&address, &request, begun + LASTS).await });
    }
    let mut latencies = Latencies::default();
    let mut answers = 0_usize;
    while let Some(seen) = viewers.join_next().await {
        for took in seen?? {
            answers += 1;
            latencies.push(took);
        }
    }
    let seconds = begun.elapsed().as_secs_f64();
    let work = format!(
        "{VIEWERS} viewers of one panel over {} devices for {} s, fresh data each second",
        prepared.devices,
        LASTS.as_secs()
    );
    report.add(
        "embed_per_s",
        answers as f64 / seconds,
        "1/s",
        Aim::AtLeast(2_000.0),
        work.clone(),
    );
    report.add("embed_p99", latencies.ms(0.99), "ms", Aim::None, work);
    Ok(())
}

/// Asks until the end; how long each answer took.
async fn look(address: &str, request: &str, end: Instant) -> Outcome<Vec<Duration>> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let mut seen = Vec::new();
    let mut received = Vec::new();
    while Instant::now() < end {
        let asked = Instant::now();
        stream.write_all(request.as_bytes()).await?;
        let length = loop {
            if let Some(length) = whole(&received)? {
                break length;
            }
            if stream.read_buf(&mut received).await? == 0 {
                return Err("the hub closed the connection".into());
            }
        };
        received.drain(..length);
        seen.push(asked.elapsed());
    }
    Ok(seen)
}

/// The length of the answer, once all of it is there.
fn whole(received: &[u8]) -> Outcome<Option<usize>> {
    let Some(head) = received.windows(4).position(|w| w == b"\r\n\r\n") else {
        return Ok(None);
    };
    let text = String::from_utf8_lossy(&received[..head]).to_ascii_lowercase();
    if !text.starts_with("http/1.1 200") {
        return Err(format!(
            "the panel answered {}",
            text.lines().next().unwrap_or_default()
        )
        .into());
    }
    let length = text
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"))
        .and_then(|value| value.trim().parse::<usize>().ok());
    let whole = head + 4 + length.ok_or("the answer has no length")?;
    Ok((received.len() >= whole).then_some(whole))
}
