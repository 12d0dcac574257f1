//! Reads every rendered page to its end, also when the client is gone: Leptos 0.8 frees what a page held only with the
//! last chunk of its body (leptos_integration_utils, cleanup at the end of the stream), so half-read pages would leak.

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::header;
use axum::middleware::Next;
use axum::response::Response;
use futures::StreamExt as _;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

/// Chunks between the page and a slow client.
const QUEUE: usize = 8;

/// See the module.
pub async fn layer(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let content_type = response.headers().get(header::CONTENT_TYPE);
    let is_page = content_type.is_some_and(|value| value.as_bytes().starts_with(b"text/html"));
    if !is_page {
        return response;
    }
    response.map(drained)
}

fn drained(body: Body) -> Body {
    let (send, receive) = mpsc::channel::<Result<Bytes, axum::Error>>(QUEUE);
    tokio::spawn(async move {
        let mut chunks = body.into_data_stream();
        let mut wanted = true;
        while let Some(chunk) = chunks.next().await {
            if wanted {
                wanted = send.send(chunk).await.is_ok();
            }
        }
    });
    Body::from_stream(ReceiverStream::new(receive))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use tokio::sync::Notify;

    #[tokio::test]
    async fn the_page_is_read_to_its_end_without_a_reader() {
        let ended = Arc::new(Notify::new());
        let told = ended.clone();
        let chunks =
            futures::stream::iter(0..100).map(|_| Ok::<_, axum::Error>(Bytes::from_static(b"x")));
        let end = futures::stream::once(async move {
            told.notify_one();
            Ok(Bytes::new())
        });
        drop(drained(Body::from_stream(chunks.chain(end))));
        ended.notified().await;
    }
}
