//! HTTP/1.1 by hand: what leaves and what comes is exactly what a test says and sees.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::PATIENCE;

/// A request.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn new(method: &str, path: &str) -> Self {
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    pub(crate) fn get(path: &str) -> Self {
        Self::new("GET", path)
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn body(mut self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self.header("content-type", content_type)
    }

    pub(crate) fn form(self, fields: &[(&str, &str)]) -> Self {
        let pairs: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", muster_app::routes::encode(value)))
            .collect();
        self.body("application/x-www-form-urlencoded", pairs.join("&"))
    }

    fn head(&self, host: &str) -> String {
        let mut head = format!(
            "{} {} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n",
            self.method, self.path
        );
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        if self.method != "GET" || !self.body.is_empty() {
            head += &format!("content-length: {}\r\n", self.body.len());
        }
        head + "\r\n"
    }
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    /// The first header of that name.
    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Where it leads.
    pub(crate) fn location(&self) -> &str {
        self.header("location")
    }
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// One connection for one request.
pub(crate) struct Connection {
    stream: Box<dyn Stream>,
    host: String,
    read: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr, ca: Option<&[u8]>) -> io::Result<Self> {
        let tcp = TcpStream::connect(address).await?;
        let host = format!("localhost:{}", address.port());
        let stream: Box<dyn Stream> = match ca {
            None => Box::new(tcp),
            Some(ca) => Box::new(
                connector(ca)
                    .connect(ServerName::try_from("localhost").unwrap(), tcp)
                    .await?,
            ),
        };
        Ok(Self {
            stream,
            host,
            read: Vec::new(),
        })
    }

    /// Sends the request and reads the whole answer.
    pub(crate) async fn ask(&mut self, request: Request) -> io::Result<Reply> {
        self.send(&request).await?;
        self.reply().await
    }

    pub(crate) async fn send(&mut self, request: &Request) -> io::Result<()> {
        self.send_head(request).await?;
        self.stream.write_all(&request.body).await?;
        self.stream.flush().await
    }

    /// Sends a request without its body.
    pub(crate) async fn send_head(&mut self, request: &Request) -> io::Result<()> {
        self.stream
            .write_all(request.head(&self.host).as_bytes())
            .await?;
        self.stream.flush().await
    }

    pub(crate) async fn send_body(&mut self, body: &[u8]) -> io::Result<()> {
        self.stream.write_all(body).await?;
        self.stream.flush().await
    }

    pub(crate) async fn reply(&mut self) -> io::Result<Reply> {
        let (status, headers) = self.reply_head().await?;
        let mut reply = Reply {
            status,
            headers,
            body: Vec::new(),
        };
        while self.more().await? {}
        let rest = std::mem::take(&mut self.read);
        reply.body = if reply.header("transfer-encoding") == "chunked" {
            unchunked(&rest)
        } else {
            rest
        };
        Ok(reply)
    }

    pub(crate) async fn reply_head(&mut self) -> io::Result<(u16, Vec<(String, String)>)> {
        let end = loop {
            if let Some(at) = self.read.windows(4).position(|four| four == b"\r\n\r\n") {
                break at;
            }
            if !self.more().await? {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        };
        let head = String::from_utf8_lossy(&self.read[..end]).into_owned();
        self.read.drain(..end + 4);
        let mut lines = head.split("\r\n");
        let status = lines
            .next()
            .and_then(|line| line.split(' ').nth(1))
            .and_then(|code| code.parse().ok());
        let headers = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
            .collect();
        Ok((status.unwrap_or(0), headers))
    }

    /// Reads on until the text has come; answers with everything up to its end. For streams.
    pub(crate) async fn read_until(&mut self, wanted: &str) -> String {
        loop {
            let text = String::from_utf8_lossy(&self.read).into_owned();
            if let Some(at) = text.find(wanted) {
                let end = at + wanted.len();
                self.read.drain(..end);
                return text[..end].to_owned();
            }
            assert!(
                self.more().await.unwrap(),
                "the stream ended before {wanted:?}: {text}"
            );
        }
    }

    /// Whether the other side ends the connection in time.
    pub(crate) async fn ends(&mut self) -> bool {
        let ended = async { while self.more().await.unwrap_or(false) {} };
        timeout(PATIENCE, ended).await.is_ok()
    }

    async fn more(&mut self) -> io::Result<bool> {
        let mut buffer = vec![0; 16 * 1024];
        let read = timeout(PATIENCE, self.stream.read(&mut buffer)).await;
        match read.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))? {
            Ok(length) => {
                self.read.extend_from_slice(&buffer[..length]);
                Ok(length > 0)
            }
            // A server that leaves without a TLS farewell.
            Err(problem) if problem.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
            Err(problem) => Err(problem),
        }
    }
}

fn connector(ca: &[u8]) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(ca) {
        roots.add(certificate.unwrap()).unwrap();
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    TlsConnector::from(Arc::new(config))
}

fn unchunked(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(at) = rest.windows(2).position(|two| two == b"\r\n") {
        let size = std::str::from_utf8(&rest[..at])
            .ok()
            .and_then(|hex| usize::from_str_radix(hex.trim(), 16).ok());
        let Some(size) = size.filter(|size| *size > 0) else {
            break;
        };
        let chunk = &rest[at + 2..];
        body.extend_from_slice(&chunk[..size.min(chunk.len())]);
        rest = chunk.get(size + 2..).unwrap_or_default();
    }
    body
}
