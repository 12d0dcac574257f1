//! Messages on the control socket: a length of four bytes, then JSON.

use std::io;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

/// Largest message: a chunk of devices with full tags.
pub const MAX_FRAME: usize = 32 * 1024 * 1024;

/// Sends one message.
pub async fn send(
    stream: &mut (impl AsyncWrite + Unpin),
    message: &impl Serialize,
) -> io::Result<()> {
    let json = serde_json::to_vec(message).map_err(io::Error::other)?;
    let length = u32::try_from(json.len())
        .ok()
        .filter(|length| *length as usize <= MAX_FRAME);
    let length = length.ok_or_else(|| io::Error::other("the message is too large"))?;
    stream.write_all(&length.to_be_bytes()).await?;
    stream.write_all(&json).await?;
    stream.flush().await
}

/// Receives one message.
pub async fn receive<T: DeserializeOwned>(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<T> {
    let length = stream.read_u32().await? as usize;
    if length > MAX_FRAME {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "the message is too large",
        ));
    }
    let mut json = vec![0; length];
    stream.read_exact(&mut json).await?;
    serde_json::from_slice(&json)
        .map_err(|problem| io::Error::new(io::ErrorKind::InvalidData, problem))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[tokio::test]
    async fn messages_survive_and_bounds_hold() {
        let (mut a, mut b) = tokio::io::duplex(64);
        let sent = tokio::spawn(async move { send(&mut a, &vec![1, 2, 3]).await });
        assert_eq!(receive::<Vec<u8>>(&mut b).await.unwrap(), [1, 2, 3]);
        sent.await.unwrap().unwrap();
        let huge = (MAX_FRAME as u32 + 1).to_be_bytes();
        assert!(receive::<Vec<u8>>(&mut huge.as_slice()).await.is_err());
        let cut = [0, 0, 0, 9, b'1'];
        assert!(receive::<Vec<u8>>(&mut cut.as_slice()).await.is_err());
    }
}
