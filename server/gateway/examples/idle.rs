//! temporary
#![allow(clippy::all, clippy::unwrap_used, clippy::print_stdout, clippy::allow_attributes)]
use std::net::SocketAddr;
use std::sync::Arc;
use muster_core::device::Authentication;
use muster_core::sas::SasToken;
use muster_gateway::*;
use muster_service::access::kinds::ProvisionDevices;
use muster_service::registry::NewDevice;
use muster_service::*;
use muster_storage::*;
use rustls::pki_types::pem::PemObject as _;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

fn rss() -> u64 {
    let s = std::fs::read_to_string("/proc/self/status").unwrap();
    s.lines().find(|l| l.starts_with("VmRSS")).unwrap().split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[tokio::main]
async fn main() {
    let args: Vec<String> = std::env::args().collect();
    if args.len() > 2 {
        return client(&args[1], args[2].parse().unwrap()).await;
    }
    let n: usize = args.get(1).map_or(2000, |a| a.parse().unwrap());
    let dir = tempfile::tempdir().unwrap();
    let hub = Hub::open(HubConfig {
        store: StoreConfig::new(Location::Sqlite { dir: dir.path().to_owned() }, MasterKey([7; 32])),
        hostname: "localhost".into(), clock: Clock::System, entropy: Entropy::system(),
    }).await.unwrap();
    let (tls, _) = ServerTls::open(&dir.path().join("tls"), "localhost", hub.now()).unwrap();
    let g = Gateway::bind(SocketAddr::from(([127, 0, 0, 1], 0)), tls.config(), hub.clone(), GatewayOptions::default()).unwrap();
    let addr = g.local_addr().unwrap();
    let stop = tokio_util::sync::CancellationToken::new();
    let run = tokio::spawn(g.run(stop.clone()));
    let mut lines = String::new();
    for i in 0..n {
        let id = format!("d{i}");
        let p = hub.permit::<ProvisionDevices>(&Access::console()).unwrap();
        let d = hub.create_device(p, NewDevice::named(id.parse().unwrap())).await.unwrap();
        let Authentication::Sas(k) = d.authentication else { panic!() };
        let t = SasToken::sign(&format!("localhost/devices/{id}"), &k.primary, hub.now().plus_ms(3_600_000), None);
        lines += &format!("{id} {t}\n");
    }
    std::fs::write(dir.path().join("tokens"), lines).unwrap();
    let before = rss();
    let start = std::time::Instant::now();
    let mut child = std::process::Command::new(std::env::current_exe().unwrap())
        .arg(dir.path()).arg(addr.port().to_string()).spawn().unwrap();
    while hub.connections().len() < n { tokio::time::sleep(std::time::Duration::from_millis(100)).await; }
    println!("connected {n} in {:?}", start.elapsed());
    tokio::time::sleep(std::time::Duration::from_secs(5)).await;
    let after = rss();
    println!("{before} -> {after}: {:.1} kB each", (after - before) as f64 / n as f64);
    child.kill().unwrap();
    child.wait().unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    println!("after: {} open, rss {}", hub.connections().len(), rss());
    stop.cancel();
    run.await.unwrap();
    hub.close().await;
}

async fn client(dir: &str, port: u16) {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(rustls::pki_types::CertificateDer::from_pem_file(format!("{dir}/tls/ca.pem")).unwrap()).unwrap();
    let c = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions().unwrap().with_root_certificates(roots).with_no_client_auth();
    let c = tokio_rustls::TlsConnector::from(Arc::new(c));
    let lines = std::fs::read_to_string(format!("{dir}/tokens")).unwrap();
    let sem = Arc::new(tokio::sync::Semaphore::new(64));
    let mut set = tokio::task::JoinSet::new();
    for l in lines.lines() {
        let (id, t) = l.split_once(' ').unwrap();
        let (id, t, c, sem) = (id.to_owned(), t.to_owned(), c.clone(), sem.clone());
        set.spawn(async move {
            let p = sem.acquire_owned().await.unwrap();
            let s = tokio::net::TcpStream::connect(("127.0.0.1", port)).await.unwrap();
            let mut s = c.connect("localhost".try_into().unwrap(), s).await.unwrap();
            let user = format!("localhost/{id}/?api-version=2021-04-12");
            let mut b = vec![0, 4, b'M', b'Q', b'T', b'T', 4, 0xc0, 4, 0];
            for x in [id.as_str(), &user, &t] { b.extend((x.len() as u16).to_be_bytes()); b.extend(x.as_bytes()); }
            let mut h = vec![0x10]; let mut n = b.len();
            while n > 127 { h.push((n & 127 | 128) as u8); n >>= 7; } h.push(n as u8); h.extend(b);
            s.write_all(&h).await.unwrap();
            let mut a = [0; 4]; s.read_exact(&mut a).await.unwrap(); assert_eq!(a[3], 0);
            for (i, f) in ["$iothub/twin/res/#", "$iothub/twin/PATCH/properties/desired/#"].iter().enumerate() {
                let mut b = vec![0x82, f.len() as u8 + 5, 0, i as u8 + 1, 0, f.len() as u8]; b.extend(f.as_bytes()); b.push(1);
                s.write_all(&b).await.unwrap();
                let mut a = [0; 5]; s.read_exact(&mut a).await.unwrap();
            }
            drop(p);
            std::future::pending::<()>().await;
        });
    }
    std::future::pending::<()>().await;
}
