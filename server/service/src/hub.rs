//! The hub: everything a use case needs, opened and closed as one.

use std::sync::Arc;

use muster_core::access::SharedAccessPolicy;
use muster_core::event::{Event, EventKind};
use muster_core::time::Timestamp;
use muster_index::{Entry, Index};
use muster_storage::{Change, Committed, DeviceRow, ModuleNews, Store, StoreConfig};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::alerts::engine::Engine as AlertEngine;
use crate::clock::{Clock, Entropy};
use crate::configurations::engine::Engine;
use crate::devices::{CloseReason, Connections};
use crate::embeds::Embeds;
use crate::error::ServiceError;
use crate::firmware::{Ears, Firmware, FirmwareConfig};
use crate::gates::Books;
use crate::live::Live;
use crate::methods::Calls;
use crate::operations::Operations;
use crate::people::People;
use crate::series;
use crate::transfer::Transfers;

/// What opening a hub needs.
#[derive(Clone, Debug)]
pub struct HubConfig {
    /// Where and how to store.
    pub store: StoreConfig,
    /// The name in connection strings.
    pub hostname: String,
    /// The time.
    pub clock: Clock,
    /// Random numbers.
    pub entropy: Entropy,
    /// Firmware files, and who signs them.
    pub firmware: FirmwareConfig,
}

/// The one door. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Hub(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Store,
    index: Arc<Index>,
    connections: Arc<Connections>,
    calls: Arc<Calls>,
    live: Arc<Live>,
    engine: Arc<Engine>,
    embeds: Arc<Embeds>,
    alerts: Arc<AlertEngine>,
    series: Arc<series::Memory>,
    people: People,
    books: Books,
    operations: Arc<Operations>,
    policies: Vec<SharedAccessPolicy>,
    hostname: String,
    clock: Clock,
    entropy: Entropy,
    firmware: Firmware,
    /// Columns of properties are built one after the other.
    columns: tokio::sync::Mutex<()>,
    transfers: Transfers,
    /// Ends the background tasks.
    stop: CancellationToken,
    tasks: TaskTracker,
}

/// Password hashes computed at the same time: each takes a core and 19 MiB.
const HASHES_AT_ONCE: usize = 2;

/// Devices after which a fleet that is read shows what its values are: those that follow lie in their form at once.
const SETTLED_EARLY: usize = 20_000;

impl Hub {
    /// Opens the store, reads the fleet into the index, starts the background tasks.
    pub async fn open(config: HubConfig) -> Result<Self, ServiceError> {
        let index = Arc::new(Index::new());
        let connections = Arc::new(Connections::default());
        let live = Arc::new(Live::new());
        let series = Arc::new(series::Memory::default());
        let people = People::new(Semaphore::new(HASHES_AT_ONCE));
        let books = Books::new();
        let operations = Arc::new(Operations::default());
        let (ears, wanting) = Ears::new();
        let engine = Arc::new(Engine::default());
        let embeds = Arc::new(Embeds::default());
        let alerts = Arc::new(AlertEngine::default());
        let hook = {
            let (index, connections) = (index.clone(), connections.clone());
            let (live, people) = (live.clone(), people.clone());
            let books = books.clone();
            let operations = operations.clone();
            let ears = ears.clone();
            let engine = engine.clone();
            let embeds = embeds.clone();
            let alerts = alerts.clone();
            let series = series.clone();
            Arc::new(move |batch: &[Committed]| {
                for committed in batch {
                    follow(&index, &connections, committed);
                    if matches!(committed.change, Change::People) {
                        people.forget_access();
                    }
                    if let Change::Books(news) = &committed.change {
                        books.follow(news);
                    }
                    if let Change::Embed(news) = &committed.change {
                        embeds.follow(news);
                    }
                    operations.follow(committed);
                    engine.hear(committed);
                    alerts.hear(committed);
                    if matches!(committed.change, Change::Activity { .. }) {
                        series.announce();
                    }
                    live.announce(committed);
                    ears.follow(committed);
                }
            })
        };
        let store = Store::open(config.store, hook).await?;
        books.load(&store).await?;
        embeds.load(&store).await?;
        let (mut left_open, mut devices) = (Vec::new(), 0);
        store
            .each_device(|row| {
                devices += 1;
                if devices == SETTLED_EARLY {
                    index.settle();
                }
                if row.connected {
                    left_open.push(row.device.id.clone());
                }
                index.upsert(&entry(row, false));
            })
            .await?;
        index.settle();
        store.ensure_policies(|| config.entropy.bytes()).await?;
        let policies = store.policies().await?;
        let firmware = Firmware::open(config.firmware, &store, &config.entropy, ears).await?;
        let hub = Self(Arc::new(Inner {
            store,
            index,
            connections,
            calls: Arc::default(),
            live,
            engine,
            alerts,
            embeds,
            series,
            people,
            books,
            operations,
            policies,
            hostname: config.hostname,
            clock: config.clock,
            entropy: config.entropy,
            firmware,
            columns: tokio::sync::Mutex::default(),
            transfers: Transfers::default(),
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
        }));
        hub.people().prepare_setup(&hub).await?;
        hub.read_configurations().await?;
        hub.open_alerts().await?;
        hub.spawn(crate::devices::end_left_open(hub.clone(), left_open));
        hub.spawn(Live::run(hub.clone()));
        hub.spawn(crate::presence::sample(hub.clone()));
        hub.spawn(crate::retention::run(hub.clone()));
        hub.spawn(crate::query::columns::remembered(hub.clone()));
        hub.spawn(crate::operations::run(hub.clone()));
        hub.spawn(crate::firmware::renew(hub.clone(), wanting));
        hub.spawn(crate::configurations::run::run(hub.clone()));
        hub.spawn(crate::approvals::expire(hub.clone()));
        hub.spawn(crate::query::settle::run(hub.clone()));
        hub.spawn(series::run(hub.clone()));
        hub.spawn(crate::embeds::write_uses(hub.clone()));
        hub.spawn(crate::health::run(hub.clone()));
        hub.spawn(crate::alerts::run::run(hub.clone()));
        Ok(hub)
    }

    /// Stops the background tasks, writes what is queued, closes the database.
    pub async fn close(self) {
        self.0.stop.cancel();
        self.0.tasks.close();
        self.0.tasks.wait().await;
        self.0.store.clone().close().await;
    }

    /// The present.
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// The name in connection strings and certificates.
    pub fn hostname(&self) -> &str {
        &self.0.hostname
    }

    /// Random numbers.
    pub fn entropy(&self) -> &Entropy {
        &self.0.entropy
    }

    /// How many devices are connected to this process, and where.
    pub fn connections(&self) -> &Connections {
        &self.0.connections
    }

    /// A round trip through the writer: says whether the hub can store now.
    pub async fn ready(&self) -> Result<std::time::Duration, ServiceError> {
        Ok(self.0.store.writer_alive().await?)
    }

    pub(crate) fn store(&self) -> &Store {
        &self.0.store
    }

    pub(crate) fn index(&self) -> &Index {
        &self.0.index
    }

    pub(crate) fn calls(&self) -> &Arc<Calls> {
        &self.0.calls
    }

    pub(crate) fn firmware(&self) -> &Firmware {
        &self.0.firmware
    }

    pub(crate) fn columns(&self) -> &tokio::sync::Mutex<()> {
        &self.0.columns
    }

    pub(crate) fn transfer_folder(&self) -> &Transfers {
        &self.0.transfers
    }

    pub(crate) fn operations_at_work(&self) -> &Arc<Operations> {
        &self.0.operations
    }

    pub(crate) fn live(&self) -> &Arc<Live> {
        &self.0.live
    }

    pub(crate) fn embeds_kept(&self) -> &Embeds {
        &self.0.embeds
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.0.engine
    }

    pub(crate) fn alert_engine(&self) -> &AlertEngine {
        &self.0.alerts
    }

    pub(crate) fn series_memory(&self) -> &series::Memory {
        &self.0.series
    }

    pub(crate) fn people(&self) -> &People {
        &self.0.people
    }

    /// Windows, calendars and places.
    pub(crate) fn books(&self) -> &Books {
        &self.0.books
    }

    pub(crate) fn policies(&self) -> &[SharedAccessPolicy] {
        &self.0.policies
    }

    pub(crate) fn stopping(&self) -> &CancellationToken {
        &self.0.stop
    }

    /// Runs a task that the hub waits for when it closes.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.0.tasks.spawn(task);
    }
}

/// Brings index and connections to the committed state. Runs in the writer, in commit order, before anybody is told.
fn follow(index: &Index, connections: &Connections, committed: &Committed) {
    match &committed.change {
        Change::None
        | Change::People
        | Change::Books(_)
        | Change::Operation { .. }
        | Change::Approvals
        | Change::Embed(_) => {}
        Change::Alerts { .. } | Change::AlertRules => {}
        Change::Device(row) => {
            let device = &row.device;
            let reason = if device.status == muster_core::device::Status::Disabled {
                Some(CloseReason::Disabled)
            } else if !device.stage.may_connect() {
                Some(CloseReason::Retired)
            } else {
                None
            };
            if let Some(reason) = reason {
                connections.close_all(&device.id, reason);
            }
            index.upsert(&entry((**row).clone(), connections.is_open(&device.id)));
        }
        Change::DeviceDeleted(id) => {
            connections.close_all(id, CloseReason::Deleted);
            index.remove(id);
        }
        Change::Twin {
            id,
            tags,
            desired,
            reported,
            drift,
            at,
        } => {
            if let Some(tags) = tags {
                index.set_tags(id, tags);
            }
            index.set_drift(id, *drift);
            if *reported {
                index.touch(id, *at);
            }
            for event in &committed.events {
                let patch = &event.detail["patch"];
                match (event.kind, desired) {
                    (EventKind::Reported, _) => index.report(id, patch),
                    (EventKind::DesiredChanged, Some(written)) => {
                        let replaced = event.detail["replaced"] == true || patch.is_null();
                        index.write_desired(id, written, replaced);
                    }
                    _ => {}
                }
            }
            if let Some(payload) = desired {
                connections.notify_desired(&id.clone().into(), payload);
            }
        }
        Change::Module { id, news } => match news {
            ModuleNews::Identity | ModuleNews::Twin { desired: None } => {}
            ModuleNews::Deleted => connections.close(id, CloseReason::Deleted),
            ModuleNews::Twin {
                desired: Some(payload),
            } => connections.notify_desired(id, payload),
        },
        Change::Presence {
            id,
            connected: _,
            model_id,
            at,
            stage,
        } => {
            if let Some(model_id) = model_id {
                index.set_model(id, model_id);
            }
            // A connection and the end of its predecessor may be committed in either order; the open link decides.
            index.set_presence(id, connections.is_open(id), *at);
            let moved = |event: &Event| event.kind == EventKind::StageChanged;
            if committed.events.iter().any(moved) {
                index.set_stage(id, *stage, *at);
            }
        }
        Change::Configurations { id, standing } => index.cover(id, standing),
        Change::Activity { id, at } => {
            index.touch(id, *at);
        }
    }
}

fn entry(row: DeviceRow, connected: bool) -> Entry {
    Entry {
        id: row.device.id,
        status: row.device.status,
        stage: row.device.stage,
        auth: row.device.auth,
        model_id: row.device.model_id,
        connected,
        last_activity_at: row.device.last_activity_at,
        stage_at: row.device.stage_at,
        tags: row.tags,
        drift: row.drift,
        first_desired: row.first_desired,
    }
}
