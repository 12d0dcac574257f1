//! The store of firmware, links to it, and what devices are asked to install.

use muster_core::firmware::{Artifact, ArtifactState, BadLink, NewArtifact, Version};
use muster_core::ids::DeviceId;
use muster_service::access::kinds::{KeepFirmware, ProvisionDevices, SeeDevices};
use muster_service::firmware::{DownloadRefused, FirmwareError, UPLOADS_AT_ONCE, running};
use muster_service::registry::IdentityChange;
use muster_service::{Access, Permit, ServiceError, ToDevice};
use serde_json::{Value, json};
use tokio::io::AsyncReadExt as _;

use crate::support::{TestHub, link};

fn version(text: &str) -> Version {
    Version::new(text).unwrap()
}

fn sensor(number: &str, must_pass: &[&str]) -> NewArtifact {
    NewArtifact {
        must_pass: must_pass.iter().map(|text| version(text)).collect(),
        ..NewArtifact::plain("Sensor", version(number))
    }
}

fn keeper(test: &TestHub) -> Permit<KeepFirmware> {
    test.hub.permit(&Access::console()).unwrap()
}

/// Adds an artifact whose bytes are its version.
async fn add(test: &TestHub, about: NewArtifact) -> Result<Artifact, ServiceError> {
    let bytes = about.version.to_string();
    let mut upload = test.hub.begin_upload(&keeper(test), about).await?;
    upload.write(bytes.as_bytes()).await?;
    upload.finish(None, None).await
}

fn files(test: &TestHub) -> usize {
    let dir = test.directory.path().join("artifacts");
    std::fs::read_dir(dir).unwrap().count()
}

/// What stands in the link of a patch.
fn parts(patch: &Value) -> [String; 4] {
    let url = patch["firmware"]["url"].as_str().unwrap();
    let (path, query) = url.split_once('?').unwrap();
    let mut values = query.split('&').map(|part| part.split_once('=').unwrap().1);
    let mut next = || values.next().unwrap().to_owned();
    [
        path.rsplit_once('/').unwrap().1.to_owned(),
        next(),
        next(),
        next(),
    ]
}

async fn fetch(test: &TestHub, patch: &Value) -> Result<Vec<u8>, DownloadRefused> {
    let [artifact, device, expires, signature] = parts(patch);
    let found = test
        .hub
        .firmware_download(&artifact, &device, &expires, &signature)
        .await?;
    let (mut bytes, mut file) = (Vec::new(), found.file);
    file.read_to_end(&mut bytes).await.unwrap();
    Ok(bytes)
}

#[tokio::test]
async fn artifacts_are_added_once_and_outlive_the_hub() {
    let test = TestHub::open().await;
    let one = add(&test, sensor("4.4.0", &[])).await.unwrap();
    assert_eq!((one.size, files(&test)), (5, 1));
    let refused = |outcome: Result<Artifact, ServiceError>, want: &str| {
        let told = outcome.unwrap_err().to_string();
        assert!(told.contains(want), "{told}");
    };
    refused(add(&test, sensor("4.4", &[])).await, "is here already");
    let mut same_bytes = test
        .hub
        .begin_upload(&keeper(&test), sensor("5.0", &[]))
        .await
        .unwrap();
    same_bytes.write(b"4.4.0").await.unwrap();
    refused(same_bytes.finish(None, None).await, "Sensor 4.4.0 is here");
    refused(add(&test, sensor("1", &["1.0"])).await, "its own version");
    let mut cut = test
        .hub
        .begin_upload(&keeper(&test), sensor("5.0", &[]))
        .await
        .unwrap();
    cut.write(b"5").await.unwrap();
    refused(cut.finish(Some(2), None).await, "only 1 of 2 bytes");
    add(&test, sensor("6.0", &["7.0"])).await.unwrap();
    refused(
        add(&test, sensor("7.0", &["6.0"])).await,
        "in a circle: 7.0 → 6.0 → 7.0",
    );
    assert_eq!(files(&test), 2, "what was refused left nothing");

    let test = test.reopen().await;
    let see = test.hub.permit::<SeeDevices>(&Access::console()).unwrap();
    let all = test.hub.artifacts(&see).await.unwrap();
    assert_eq!((all.len(), files(&test)), (2, 2));
    assert!(all.contains(&one));
    test.hub
        .delete_artifact(&keeper(&test), one.id)
        .await
        .unwrap();
    assert_eq!(files(&test), 1);
    let gone = test.hub.artifact(&see, &one.id).await;
    assert!(matches!(gone, Err(ServiceError::NotFound)));
}

#[tokio::test]
async fn few_files_arrive_at_once() {
    let test = TestHub::open().await;
    let mut under_way = Vec::new();
    for number in 0..UPLOADS_AT_ONCE {
        let about = sensor(&number.to_string(), &[]);
        under_way.push(test.hub.begin_upload(&keeper(&test), about).await.unwrap());
    }
    let about = sensor("9", &[]);
    let refused = test.hub.begin_upload(&keeper(&test), about.clone()).await;
    assert!(matches!(refused, Err(ServiceError::Busy(_))));
    under_way.clear();
    assert_eq!(files(&test), 0);
    add(&test, about).await.unwrap();
}

#[tokio::test]
async fn a_link_opens_one_artifact_for_one_device_for_a_while() {
    let test = TestHub::open().await;
    test.hub.serve_firmware_at("https://hub.example.net:8443/");
    let artifact = add(&test, sensor("4.4.0", &[])).await.unwrap();
    let device = test.device("d1", json!({})).await;
    let patch = test
        .hub
        .firmware_desired(&artifact, &device, Some("7/1"))
        .unwrap();
    let url = patch["firmware"]["url"].as_str().unwrap();
    let begin = format!(
        "https://hub.example.net:8443/firmware/{}?device=d1&",
        artifact.id
    );
    assert!(url.starts_with(&begin), "{url}");
    assert_eq!(fetch(&test, &patch).await.unwrap(), b"4.4.0");

    let mut forged = patch.clone();
    forged["firmware"]["url"] = url.replace("device=d1", "device=d2").into();
    let refused = fetch(&test, &forged).await.unwrap_err();
    assert_eq!(refused.code(), "wrong_signature");
    let enabled = |status| IdentityChange {
        status: Some((status, None)),
        ..IdentityChange::default()
    };
    use muster_core::device::Status::{Disabled, Enabled};
    for (status, want) in [(Disabled, Some("device_not_allowed")), (Enabled, None)] {
        let permit = test
            .hub
            .permit_device::<ProvisionDevices>(&Access::console(), &device)
            .unwrap();
        test.hub
            .update_device(permit, None, enabled(status))
            .await
            .unwrap();
        let told = fetch(&test, &patch).await.err().map(|error| error.code());
        assert_eq!(told, want);
    }
    let permit = keeper(&test);
    let set = |state| test.hub.set_artifact_state(&permit, artifact.id, state);
    let withdrawn = set(ArtifactState::Withdrawn).await.unwrap();
    assert_eq!(fetch(&test, &patch).await.unwrap_err().code(), "withdrawn");
    let refused = test.hub.firmware_desired(&withdrawn, &device, None);
    assert!(matches!(refused, Err(FirmwareError::Withdrawn(_))));
    set(ArtifactState::Available).await.unwrap();
    test.pass(3600);
    let late = fetch(&test, &patch).await.unwrap_err();
    assert!(matches!(late, DownloadRefused::Link(BadLink::Expired)));
}

#[tokio::test]
async fn links_outlive_the_hub() {
    let test = TestHub::open().await;
    let artifact = add(&test, sensor("4.4.0", &[])).await.unwrap();
    let device = test.device("d1", json!({})).await;
    let patch = test.hub.firmware_desired(&artifact, &device, None).unwrap();
    let test = test.reopen().await;
    assert_eq!(fetch(&test, &patch).await.unwrap(), b"4.4.0");
}

async fn url_of(test: &TestHub, device: &DeviceId) -> Value {
    let permit = test.hub.permit_device(&Access::console(), device).unwrap();
    let row = test.hub.twin(&permit).await.unwrap();
    row.twin.desired.value["firmware"]["url"].clone()
}

#[tokio::test]
async fn a_device_with_an_expired_link_gets_a_new_one() {
    let test = TestHub::open().await;
    let artifact = add(&test, sensor("4.4.0", &[])).await.unwrap();
    let device = test.device("d1", json!({})).await;
    let patch = test
        .hub
        .firmware_desired(&artifact, &device, Some("7/1"))
        .unwrap();
    test.patch(&device, None, Some(patch.clone())).await;
    let proof = test.log_in(&device).await;
    let (info, mut messages) = link();
    let _open = test.hub.device_connected(&proof, info).await.unwrap();
    let expired = json!({ "firmware": { "update": {
        "state": "failed", "target": "4.4.0", "error": { "code": "link_expired", "text": "" } } } });
    // The first comes too early to be believed.
    let report = || test.hub.device_report(&proof, expired.clone(), None);
    report().await.unwrap();
    test.pass(3601);
    report().await.unwrap();
    let told = loop {
        match messages.recv().await.unwrap() {
            ToDevice::Desired(payload) => break payload,
            _ => continue,
        }
    };
    assert_eq!(told["firmware"].as_object().unwrap().len(), 1, "{told}");
    assert_eq!(told["firmware"]["url"], url_of(&test, &device).await);
    assert_ne!(told["firmware"]["url"], patch["firmware"]["url"]);
    assert_eq!(fetch(&test, &told).await.unwrap(), b"4.4.0");
}

#[tokio::test]
async fn devices_go_through_the_versions_they_must_pass() {
    let test = TestHub::open().await;
    let middle = add(&test, sensor("4.3", &[])).await.unwrap();
    let mut last = sensor("4.4", &["4.3"]);
    last.models = vec!["CT-2*".into()];
    let last = add(&test, last).await.unwrap();
    let device = test.device("d1", json!({ "model": "CT-200" })).await;
    let proof = test.log_in(&device).await;
    for (runs, want) in [
        ("4.2", Some(middle)),
        ("4.3", Some(last.clone())),
        ("4.4", None),
    ] {
        let says = json!({ "firmware": { "version": runs } });
        test.hub.device_report(&proof, says, None).await.unwrap();
        let next = test.hub.next_firmware(&device, &last.id).await.unwrap();
        assert_eq!(next, want, "{runs}");
    }
    let other = test.device("d2", json!({ "model": "GW-50" })).await;
    let refused = test.hub.next_firmware(&other, &last.id).await.unwrap_err();
    assert!(
        refused.to_string().contains("has not reported"),
        "{refused}"
    );
    let condition = running(&last).parse().unwrap();
    let count = test.hub.query_count(&Access::console(), &condition).await;
    assert_eq!(count.unwrap(), 1);
}
