//! A fleet in the data directory of the binary, and a look at every device of it: over the command line that takes long.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use muster_core::event::EventKind;
use muster_core::ids::{DeviceId, OperationId};
use muster_core::operation::Counts;
use muster_server::config::{Config, Sources};
use muster_server::data_dir::DataDir;
use muster_server::serve::Running;
use muster_service::access::kinds::SeeDevices;
use muster_service::registry::NewDevice;
use muster_service::{Access, Hub};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::Muster;

/// Calls of the hub at the same time.
const CALLERS: usize = 16;

/// How long an operation over the whole fleet may take on a machine that does other things too.
const MUCH_PATIENCE: Duration = Duration::from_secs(180);

/// The device of a number.
pub(crate) fn id(number: usize) -> DeviceId {
    DeviceId::new(&format!("d{number:05}")).unwrap()
}

/// Does something for each number at once.
async fn for_each<F: Future<Output = ()> + Send>(
    count: usize,
    work: impl Fn(usize) -> F + Send + Sync + 'static,
) {
    let (next, work) = (Arc::new(AtomicUsize::new(0)), Arc::new(work));
    let mut callers = JoinSet::new();
    for _ in 0..CALLERS {
        let (next, work) = (next.clone(), work.clone());
        callers.spawn(async move {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= count {
                    return;
                }
                work(number).await;
            }
        });
    }
    while let Some(done) = callers.join_next().await {
        done.unwrap();
    }
}

impl Muster {
    /// The hub of this data directory in this process.
    pub(crate) async fn within(&self, database: Option<&str>) -> Running {
        let mut flags = vec![
            ("data-dir", self.data_dir().display().to_string()),
            ("site-dir", self.path().join("site").display().to_string()),
        ];
        let listen = ["http", "https", "mqtt", "admin"];
        flags.extend(listen.map(|name| (name, "127.0.0.1:0".to_owned())));
        flags.extend(database.map(|url| ("database", url.to_owned())));
        let config = Config::resolve(&Sources::new(flags.into_iter().collect(), [])).unwrap();
        let data_dir = DataDir::prepare(&config.data_dir).unwrap();
        Running::start(&config, &data_dir).await.unwrap()
    }

    /// Makes so many devices.
    pub(crate) async fn make_fleet(&self, database: Option<&str>, devices: usize) {
        let running = self.within(database).await;
        let hub = running.hub().clone();
        for_each(devices, move |number| {
            let hub = hub.clone();
            async move {
                let permit = hub.permit(&Access::console()).unwrap();
                let new = NewDevice::named(id(number));
                hub.create_device(permit, new).await.unwrap();
            }
        })
        .await;
        running.drain().await;
    }

    /// Hands in a plan; gives its number.
    pub(crate) fn operate(&self, plan: &Value) -> i64 {
        std::fs::write(self.path().join("plan.json"), plan.to_string()).unwrap();
        let made = self.json(&["operation", "create", "plan.json"]);
        made["operation"].as_i64().unwrap()
    }

    /// How many devices of an operation succeeded so far.
    pub(crate) fn succeeded(&self, operation: i64) -> u64 {
        let shown = self.json(&["operation", "show", &operation.to_string()]);
        shown["counts"]["succeeded"].as_u64().unwrap()
    }

    /// Waits until all of an operation is done, also while the hub cannot say how it stands.
    pub(crate) async fn until_completed(&self, operation: i64) {
        let begun = Instant::now();
        loop {
            let shown = self.run(&["operation", "show", &operation.to_string(), "--json"]);
            let shown: Value = serde_json::from_slice(&shown.stdout).unwrap_or_default();
            match shown["state"].as_str() {
                Some("completed") => return,
                Some("scheduled" | "running") | None => {}
                Some(_) => panic!("{shown}"),
            }
            assert!(begun.elapsed() < MUCH_PATIENCE, "{shown}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

/// A plan for the whole fleet that writes tags and desired properties.
pub(crate) fn update(title: &str, value: u32, waves: &Value) -> Value {
    json!({
        "title": title,
        "task": { "kind": "updateTwin", "tags": { title: value }, "desired": { "interval": value } },
        "target": { "kind": "query", "text": "" },
        "how": { "waves": waves },
    })
}

/// Makes sure that each device was changed by each operation once, and as the last of them says.
pub(crate) async fn expect_one_effect_each(hub: &Hub, devices: usize, operations: &[(i64, u32)]) {
    for (operation, _) in operations {
        let detail = hub
            .operation(&Access::console(), OperationId(*operation))
            .await
            .unwrap()
            .unwrap();
        let want = Counts {
            succeeded: devices as u32,
            ..Counts::default()
        };
        assert_eq!(detail.summary.counts, want);
    }
    let permit = hub.permit(&Access::console()).unwrap();
    let findings = hub.check(&permit).await.unwrap();
    assert!(findings.is_empty(), "{findings:?}");
    let (hub, changes) = (hub.clone(), operations.len());
    let last = operations[changes - 1].1;
    for_each(devices, move |number| {
        let hub = hub.clone();
        async move {
            let device = id(number);
            let permit = hub
                .permit_device::<SeeDevices>(&Access::console(), &device)
                .unwrap();
            let twin = hub.twin(&permit).await.unwrap().twin;
            assert_eq!(twin.desired.value["interval"], last, "{device}");
            assert_eq!(twin.desired.version, 1 + changes as u64, "{device}");
            let events = hub.timeline(&permit, None, 50).await.unwrap().rows;
            for kind in [EventKind::DesiredChanged, EventKind::TagsChanged] {
                let found = events.iter().filter(|event| event.kind == kind).count();
                assert_eq!(found, changes, "{device} {kind:?}");
            }
        }
    })
    .await;
}
