//! Firmware over HTTPS: the form of the page, and downloads with signed links.

use muster_core::firmware::{Artifact, ArtifactState, Phase};
use muster_core::hash::sha256;
use muster_core::ids::DeviceId;
use muster_core::key::{SharedKey, Slot};
use muster_core::twin::{Mode, ServiceWrite};
use muster_service::Access;
use muster_service::access::kinds::{EditTwin, KeepFirmware, SeeCredentials, SeeDevices};
use muster_simulator::{HubTarget, Profile, SimDevice};
use tokio_util::sync::CancellationToken;

use crate::support::{Browser, Reply, Request, TestHub};

/// A file of many pieces, none of which looks like another.
fn file() -> Vec<u8> {
    (0_u32..75_000).flat_map(u32::to_be_bytes).collect()
}

/// A form as browsers send it.
fn form(fields: &[(&str, &str)], file: &[u8]) -> Request {
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend(
            format!("--cut\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
                .into_bytes(),
        );
    }
    body.extend(
        b"--cut\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.bin\"\r\n\
          content-type: application/octet-stream\r\n\r\n",
    );
    body.extend_from_slice(file);
    body.extend(b"\r\n--cut--\r\n");
    Request::new("POST", "/firmware/upload")
        .header("sec-fetch-site", "same-origin")
        .body("multipart/form-data; boundary=cut", body)
}

const SENSOR: [(&str, &str); 4] = [
    ("product", "Sensor"),
    ("version", "4.4.0"),
    ("models", "CT-200, CT-3*"),
    ("notes", ""),
];

async fn add(hub: &TestHub) -> Artifact {
    let mut browser = hub.signed_in("operator").await;
    let reply = browser.send(form(&SENSOR, &file())).await;
    assert_eq!(reply.status, 201, "{}", reply.text());
    let see = hub.hub().permit::<SeeDevices>(&Access::console()).unwrap();
    hub.hub().artifacts(&see).await.unwrap().remove(0)
}

/// The path of a link for the device `near`.
fn link(hub: &TestHub, artifact: &Artifact) -> String {
    let device = DeviceId::new("near").unwrap();
    let patch = hub.hub().firmware_desired(artifact, &device, None).unwrap();
    let url = patch["firmware"]["url"].as_str().unwrap();
    let port = hub.running().endpoints().https.port();
    let begin = format!("https://localhost:{port}");
    url.strip_prefix(&begin).unwrap().to_owned()
}

async fn get(browser: &mut Browser, path: &str, headers: &[(&str, &str)]) -> Reply {
    let plain = Request::get(path).header("accept-encoding", "gzip, br");
    let add = |request: Request, (name, value): &(&str, &str)| request.header(name, value);
    browser.send(headers.iter().fold(plain, add)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn devices_fetch_the_file_whole_and_in_parts() {
    let hub = TestHub::peopled().await;
    let artifact = add(&hub).await;
    assert_eq!(artifact.id.hash(), &sha256(&file()));
    let path = link(&hub, &artifact);
    let mut device = hub.secure_browser();
    let whole = get(&mut device, &path, &[]).await;
    assert_eq!(whole.status, 200);
    assert_eq!(whole.body, file());
    assert_eq!(whole.header("content-length"), "300000");
    assert_eq!(whole.header("accept-ranges"), "bytes");
    assert_eq!(whole.header("content-encoding"), "");
    assert!(device.cookies.is_empty(), "devices have no sessions");
    let etag = whole.header("etag").to_owned();
    assert_eq!(etag, format!("\"{}\"", artifact.id));

    let check = async |headers: &[(&str, &str)], status: u16, range: &str, body: &[u8]| {
        let mut device = hub.secure_browser();
        let reply = get(&mut device, &path, headers).await;
        assert_eq!(reply.status, status, "{headers:?}");
        assert_eq!(reply.header("content-range"), range, "{headers:?}");
        if status != 416 {
            assert!(reply.body == body, "{headers:?}");
        }
    };
    let all = file();
    let part =
        |from: usize, end: usize| (format!("bytes {from}-{}/300000", end - 1), &all[from..end]);
    let (range, bytes) = part(100_000, 300_000);
    check(&[("range", "bytes=100000-")], 206, &range, bytes).await;
    let (range, bytes) = part(5, 70_000);
    check(
        &[("range", "bytes=5-69999"), ("if-range", &etag)],
        206,
        &range,
        bytes,
    )
    .await;
    let (range, bytes) = part(299_990, 300_000);
    check(&[("range", "bytes=-10")], 206, &range, bytes).await;
    check(
        &[("range", "bytes=5-9"), ("if-range", "\"old\"")],
        200,
        "",
        &all,
    )
    .await;
    check(&[("range", "bytes=0-1,5-6")], 200, "", &all).await;
    check(&[("range", "bytes=300000-")], 416, "bytes */300000", &[]).await;

    let head = device.send(Request::new("HEAD", &path)).await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), "300000");
    assert_eq!(head.header("etag"), etag);
}

#[tokio::test(flavor = "multi_thread")]
async fn links_that_are_not_good_open_nothing() {
    let hub = TestHub::peopled().await;
    let artifact = add(&hub).await;
    let path = link(&hub, &artifact);
    let mut device = hub.secure_browser();
    let mut check = async |path: &str, status: u16, code: &str| {
        let reply = device.send(Request::get(path)).await;
        assert_eq!(reply.status, status, "{path}: {}", reply.text());
        let body: serde_json::Value = serde_json::from_slice(&reply.body).unwrap();
        assert_eq!(body["error"]["code"], code, "{path}");
    };
    let bare = path.split_once('?').unwrap().0;
    check(bare, 404, "not_a_link").await;
    check(
        "/firmware/guess?device=near&expires=1&signature=x",
        404,
        "not_a_link",
    )
    .await;
    check(
        &path.replace("device=near", "device=far"),
        403,
        "wrong_signature",
    )
    .await;
    let old = format!("{bare}?device=near&expires=1&signature=AAAA");
    check(&old, 403, "wrong_signature").await;
    let keep = hub
        .hub()
        .permit::<KeepFirmware>(&Access::console())
        .unwrap();
    let withdrawn = ArtifactState::Withdrawn;
    hub.hub()
        .set_artifact_state(&keep, artifact.id, withdrawn)
        .await
        .unwrap();
    check(&path, 410, "withdrawn").await;
    hub.hub().delete_artifact(&keep, artifact.id).await.unwrap();
    check(&path, 410, "gone").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_form_is_taken_whole_or_not_at_all() {
    let hub = TestHub::peopled().await;
    let artifacts = hub.data_dir().join("artifacts");
    let files = || std::fs::read_dir(&artifacts).unwrap().count();
    let mut operator = hub.signed_in("operator").await;
    let page = |request: Request| request.header("accept", "text/html");

    let mut cut = form(&SENSOR, &file());
    cut.body.truncate(150_000);
    let refused = operator.send(cut).await;
    assert_eq!(refused.status, 400);
    assert!(refused.text().contains("broke_off"), "{}", refused.text());

    let bad = [("product", "Sensor"), ("version", "newest")];
    let refused = operator.send(page(form(&bad, b"x"))).await;
    assert_eq!(
        (refused.status, refused.location()),
        (303, "/firmware?new=true&problem=refused")
    );
    let mut wrong = SENSOR.to_vec();
    let zeros = "0".repeat(64);
    wrong.push(("sha256", &zeros));
    let refused = operator.send(form(&wrong, b"x")).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("other_hash"), "{}", refused.text());
    let manager = hub
        .signed_in("manager")
        .await
        .send(form(&SENSOR, b"x"))
        .await;
    assert_eq!(manager.status, 403);

    let made = operator.send(page(form(&SENSOR, &file()))).await;
    assert_eq!(made.status, 303);
    assert!(
        made.location().starts_with("/firmware?artifact="),
        "{}",
        made.location()
    );
    let shown = operator.get(made.location()).await;
    assert_eq!(shown.status, 200);
    assert!(shown.text().contains("Sensor 4.4.0"));
    assert!(shown.text().contains("CT-200, CT-3*"));
    crate::support::eventually("nothing is left of what was refused", async || files() == 1).await;
    let again = operator.send(page(form(&SENSOR, b"other"))).await;
    assert_eq!(again.location(), "/firmware?new=true&problem=exists");
    let told = operator.get(again.location()).await;
    assert!(told.text().contains("with these bytes"));
}

/// A simulated device follows the protocol from the wish to the new version.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_installs_what_it_is_asked_to() {
    let hub = TestHub::peopled().await;
    let artifact = add(&hub).await;
    let id = DeviceId::new("near").unwrap();
    let console = Access::console();
    let patch = hub
        .hub()
        .firmware_desired(&artifact, &id, Some("7/1"))
        .unwrap();
    let edit = hub.hub().permit_device::<EditTwin>(&console, &id).unwrap();
    let write = ServiceWrite {
        mode: Mode::Merge,
        tags: None,
        desired: Some(patch),
    };
    hub.hub().write_twin(&edit, write, None).await.unwrap();
    let secret = hub
        .hub()
        .permit_device::<SeeCredentials>(&console, &id)
        .unwrap();
    let string = hub
        .hub()
        .device_connection_string(secret, Slot::Primary)
        .await
        .unwrap();
    let key = SharedKey::new(string.split_once("SharedAccessKey=").unwrap().1).unwrap();
    let mut device = SimDevice::plain(id.to_string(), key, None, 7, Profile::Mixed);
    device.start_within_ms = 1;
    let ca = std::fs::read(hub.data_dir().join("tls/ca.pem")).unwrap();
    let mqtt = hub.running().endpoints().mqtt;
    let target = HubTarget::new("localhost", mqtt.port(), &ca).unwrap();
    let stop = CancellationToken::new();
    let running = tokio::spawn(muster_simulator::run(vec![device], target, stop.clone()));
    let known = || hub.hub().device_firmware(&id);
    crate::support::eventually("the device runs the new version", async || {
        let progress = known().await.unwrap().unwrap().progress;
        let phase = progress.update.map(|update| update.phase);
        let runs = progress.running.map(|version| version.to_string());
        runs.as_deref() == Some("4.4.0") && phase == Some(Phase::Succeeded)
    })
    .await;
    let update = known().await.unwrap().unwrap().progress.update.unwrap();
    assert_eq!(update.operation.as_deref(), Some("7/1"));
    stop.cancel();
    running.await.unwrap();
}
