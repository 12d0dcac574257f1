//! The two halves of a stream, in packets. Neither holds memory while nothing is under way.

use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::ready;
use std::time::Duration;

use bytes::BytesMut;
use futures::future::poll_fn;
use metrics::Counter;
use tokio::io::{
    AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf, ReadHalf, WriteHalf,
};
use tokio::time::timeout;

use crate::codec::{self, CodecError, Limit, Packet};
use crate::meters::Meters;

/// Read at a time, on the stack.
const CHUNK: usize = 8 * 1024;

/// With more than this unsent, the connection reads and answers no more until the peer has read.
const ENOUGH_UNSENT: usize = 64 * 1024;

/// With more than this unsent (notifications come unasked), the peer is too slow to be kept.
const TOO_MUCH_UNSENT: usize = 1024 * 1024;

/// With more than this unsent, the peer is given no further calls of methods: they alone must not make it too slow.
const MAX_UNSENT_CALLS: usize = TOO_MUCH_UNSENT / 2;

/// How long the last bytes may take, and how long a refused peer may take to hang up.
const CLOSING_TIME: Duration = Duration::from_secs(1);

/// What a refused peer may still send before the socket is closed under it.
const CLOSING_BYTES: u64 = 64 * 1024;

pub(super) fn split<S: AsyncRead + AsyncWrite>(
    stream: S,
    meters: &Meters,
) -> (Reader<S>, Writer<S>) {
    let (read, write) = tokio::io::split(stream);
    let reader = Reader {
        half: read,
        buffer: BytesMut::new(),
        received: meters.bytes_in.clone(),
    };
    let writer = Writer {
        half: write,
        buffer: BytesMut::new(),
        unflushed: false,
        sent: meters.bytes_out.clone(),
    };
    (reader, writer)
}

pub(super) struct Reader<S> {
    half: ReadHalf<S>,
    buffer: BytesMut,
    received: Counter,
}

impl<S: AsyncRead> Reader<S> {
    /// The next packet of what has arrived.
    pub(super) fn packet(&mut self, limit: Limit) -> Result<Option<Packet>, CodecError> {
        let packet = codec::decode(&mut self.buffer, limit)?;
        if self.buffer.is_empty() {
            self.buffer = BytesMut::new();
        }
        Ok(packet)
    }

    /// Waits for more bytes; 0 means the peer has closed. May be dropped and called again.
    pub(super) async fn fill(&mut self) -> io::Result<usize> {
        poll_fn(|context| {
            let mut chunk = [const { MaybeUninit::uninit() }; CHUNK];
            let mut chunk = ReadBuf::uninit(&mut chunk);
            ready!(Pin::new(&mut self.half).poll_read(context, &mut chunk))?;
            self.buffer.extend_from_slice(chunk.filled());
            self.received.increment(chunk.filled().len() as u64);
            Ok(chunk.filled().len()).into()
        })
        .await
    }
}

pub(super) struct Writer<S> {
    half: WriteHalf<S>,
    buffer: BytesMut,
    unflushed: bool,
    sent: Counter,
}

impl<S: AsyncWrite> Writer<S> {
    /// Queues a packet; [`Writer::drain`] sends it.
    pub(super) fn push(&mut self, packet: Packet) {
        codec::encode(packet, &mut self.buffer);
    }

    pub(super) fn is_idle(&self) -> bool {
        self.buffer.is_empty() && !self.unflushed
    }

    pub(super) fn has_enough(&self) -> bool {
        self.buffer.len() > ENOUGH_UNSENT
    }

    pub(super) fn has_too_much(&self) -> bool {
        self.buffer.len() > TOO_MUCH_UNSENT
    }

    pub(super) fn takes_calls(&self) -> bool {
        self.buffer.len() <= MAX_UNSENT_CALLS
    }

    /// Sends all that is queued. May be dropped and called again.
    pub(super) async fn drain(&mut self) -> io::Result<()> {
        while !self.buffer.is_empty() {
            self.unflushed = true;
            let written = self.half.write_buf(&mut self.buffer).await?;
            if written == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
            self.sent.increment(written as u64);
        }
        self.buffer = BytesMut::new();
        self.half.flush().await?;
        self.unflushed = false;
        Ok(())
    }

    /// Sends what is queued and says good-bye, as far as that is possible in a moment.
    pub(super) async fn close(&mut self) {
        let closing = async {
            self.drain().await?;
            self.half.shutdown().await
        };
        if let Err(error) = timeout(CLOSING_TIME, closing).await.unwrap_or(Ok(())) {
            tracing::trace!(%error, "the peer was gone before the good-bye");
        }
    }
}

/// Closes so that the last packet arrives: a socket closed with unread bytes would reset the connection and could
/// take our answer with it.
pub(super) async fn refuse<S: AsyncRead + AsyncWrite>(
    mut reader: Reader<S>,
    mut writer: Writer<S>,
    answer: Option<Packet>,
) {
    if let Some(packet) = answer {
        writer.push(packet);
    }
    writer.close().await;
    let mut rest = (&mut reader.half).take(CLOSING_BYTES);
    let mut nowhere = tokio::io::sink();
    let hanging_up = tokio::io::copy(&mut rest, &mut nowhere);
    // Whatever happens here, the peer has had its answer.
    drop(timeout(CLOSING_TIME, hanging_up).await);
}
