//! What waits to be looked at. The writer only notes it here; [`super::run`] does it.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use muster_core::event::{Actor, Event, EventKind};
use muster_core::ids::{DeviceId, Identity};
use muster_storage::{Change, Committed, ModuleNews};
use tokio::sync::Notify;

use super::figures::Kept;
use super::known::Known;

/// Devices and modules that wait; beyond it all devices are looked at, so that nothing is lost.
const MAX_WAITING: usize = 20_000;

/// The engine's memory.
#[derive(Debug)]
pub(crate) struct Engine {
    known: RwLock<Arc<Known>>,
    waiting: Mutex<Waiting>,
    wake: Notify,
    /// Configurations are saved one after the other.
    saving: tokio::sync::Mutex<()>,
    kept: Kept,
}

/// With each, who changed its desired properties, when that is why it waits.
type Because = Option<Actor>;

#[derive(Debug, Default)]
struct Waiting {
    devices: HashMap<DeviceId, Because>,
    modules: HashMap<Identity, Because>,
    /// Configurations whose devices are all to be looked at.
    numbers: BTreeSet<i64>,
    everything: bool,
}

/// The next thing to look at all of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Wanted {
    /// All devices and modules.
    Everything,
    /// Those that this configuration covers, or did.
    Of(i64),
}

impl Default for Engine {
    /// At the start everything is looked at: what was left to do when the hub ended is not known.
    fn default() -> Self {
        let waiting = Waiting {
            everything: true,
            ..Waiting::default()
        };
        Self {
            known: RwLock::new(Arc::new(Known::new(Vec::new()))),
            waiting: Mutex::new(waiting),
            wake: Notify::new(),
            saving: tokio::sync::Mutex::default(),
            kept: Kept::default(),
        }
    }
}

impl Engine {
    pub(crate) fn known(&self) -> Arc<Known> {
        let known = self.known.read();
        known.unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn learn(&self, known: Known) {
        let mut slot = self.known.write().unwrap_or_else(PoisonError::into_inner);
        *slot = Arc::new(known);
    }

    pub(super) fn saving(&self) -> &tokio::sync::Mutex<()> {
        &self.saving
    }

    pub(super) fn kept(&self) -> &Kept {
        &self.kept
    }

    /// Has all devices looked at that a configuration may concern.
    pub(super) fn look_at(&self, number: i64) {
        self.lock().numbers.insert(number);
        self.wake.notify_one();
    }

    /// Until something waits.
    pub(super) async fn woken(&self) {
        self.wake.notified().await;
    }

    /// Takes up to `most` waiting devices.
    pub(super) fn take_devices(&self, most: usize) -> Vec<(DeviceId, Because)> {
        let mut waiting = self.lock();
        let ids: Vec<DeviceId> = waiting.devices.keys().take(most).cloned().collect();
        ids.into_iter()
            .filter_map(|id| waiting.devices.remove_entry(&id))
            .collect()
    }

    /// Takes a waiting module.
    pub(super) fn take_module(&self) -> Option<(Identity, Because)> {
        let mut waiting = self.lock();
        let id = waiting.modules.keys().next().cloned()?;
        waiting.modules.remove_entry(&id)
    }

    /// Takes what all devices are to be looked at for.
    pub(super) fn take_wanted(&self) -> Option<Wanted> {
        let mut waiting = self.lock();
        if std::mem::take(&mut waiting.everything) {
            waiting.numbers.clear();
            return Some(Wanted::Everything);
        }
        waiting.numbers.pop_first().map(Wanted::Of)
    }

    /// Has devices wait that could not be looked at.
    pub(super) fn give_back(&self, devices: Vec<(DeviceId, Because)>) {
        let mut waiting = self.lock();
        for (id, because) in devices {
            waiting.device(&id, because);
        }
    }

    /// Has a module wait that could not be looked at.
    pub(super) fn give_back_module(&self, id: &Identity, because: Because) {
        self.lock().module(id, because);
    }

    /// Notes what a commit may have changed. Runs in the writer, after the index.
    pub(crate) fn hear(&self, committed: &Committed) {
        if !matches!(
            committed.change,
            Change::Device(_)
                | Change::Twin { .. }
                | Change::Presence { .. }
                | Change::Module { .. }
        ) {
            return;
        }
        let known = self.known();
        if known.is_empty() {
            return;
        }
        match &committed.change {
            Change::Module { id, news } => {
                let gone = *news == ModuleNews::Deleted;
                if gone || !known.has_modules() {
                    return;
                }
                for event in committed.events.iter().filter(|e| concerns_modules(e)) {
                    self.lock().module(id, author(event));
                    self.wake.notify_one();
                }
            }
            _ => {
                for event in &committed.events {
                    if let Some(id) = event.device.as_ref().filter(|_| concerns(event, &known)) {
                        self.lock().device(id, author(event));
                        self.wake.notify_one();
                    }
                }
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn device(&mut self, id: &DeviceId, because: Because) {
        self.make_room();
        let known = self.devices.entry(id.clone()).or_default();
        *known = because.or(known.take());
    }

    fn module(&mut self, id: &Identity, because: Because) {
        self.make_room();
        let known = self.modules.entry(id.clone()).or_default();
        *known = because.or(known.take());
    }

    /// When too many wait, all are looked at instead.
    fn make_room(&mut self) {
        if self.devices.len() + self.modules.len() >= MAX_WAITING {
            self.devices.clear();
            self.modules.clear();
            self.everything = true;
        }
    }
}

fn concerns(event: &Event, known: &Known) -> bool {
    let patch = &event.detail["patch"];
    let whole = event.detail["replaced"] == true;
    match event.kind {
        EventKind::DeviceCreated | EventKind::StageChanged => true,
        EventKind::TagsChanged => whole || known.looks_at_tags(patch),
        EventKind::Reported => known.looks_at_reported(patch),
        EventKind::DesiredChanged => is_foreign(event) && (whole || known.decides_desired(patch)),
        _ => false,
    }
}

fn concerns_modules(event: &Event) -> bool {
    match event.kind {
        EventKind::ModuleCreated | EventKind::TagsChanged | EventKind::Reported => true,
        EventKind::DesiredChanged => is_foreign(event),
        _ => false,
    }
}

/// What configurations write themselves is as it should be.
fn is_foreign(event: &Event) -> bool {
    !matches!(event.actor, Actor::Configuration { .. })
}

/// Who changed desired properties, if that is what happened.
fn author(event: &Event) -> Because {
    (event.kind == EventKind::DesiredChanged).then(|| event.actor.clone())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use super::*;
    use muster_core::configuration::{Configuration, Content, Draft};
    use muster_core::device::ETag;
    use muster_core::ids::{ConfigurationId, EventSeq};
    use muster_core::time::Timestamp;
    use serde_json::{Value, json};

    fn engine() -> Engine {
        let content = json!({"deviceContent": {"properties.desired.fw.url": "x"}});
        let draft = Draft {
            schema_version: "1.0".into(),
            labels: Default::default(),
            content: Content::parse(&content).unwrap(),
            target: "tags.site = 'b7' AND properties.reported.fw.v = '1'".into(),
            priority: 0,
            metrics: Default::default(),
        };
        let engine = Engine::default();
        engine.learn(Known::new(vec![Configuration {
            id: ConfigurationId::new("x").unwrap(),
            number: 1,
            draft,
            created_at: Timestamp::default(),
            updated_at: Timestamp::default(),
            evaluated_at: None,
            etag: ETag::FIRST,
        }]));
        assert_eq!(engine.take_wanted(), Some(Wanted::Everything));
        engine
    }

    fn twin(kind: EventKind, actor: Actor, detail: Value, device: &str) -> Committed {
        let id: DeviceId = device.parse().unwrap();
        let event = Event {
            seq: EventSeq(1),
            at: Timestamp::default(),
            device: Some(id.clone()),
            actor,
            kind,
            detail,
        };
        let change = Change::Twin {
            id,
            tags: None,
            desired: None,
            reported: false,
            drift: false,
            at: Timestamp::default(),
        };
        Committed {
            events: vec![event],
            change,
        }
    }

    #[test]
    fn only_what_a_condition_or_a_content_names_is_noted() {
        let engine = engine();
        let check = |kind, actor: Actor, detail: Value, want: bool| {
            engine.hear(&twin(kind, actor, detail.clone(), "near"));
            let noted = !engine.take_devices(9).is_empty();
            assert_eq!(noted, want, "{kind:?} {detail}");
        };
        use EventKind::{DesiredChanged, DeviceCreated, Reported, TagsChanged};
        let by_itself = || Actor::Configuration {
            id: ConfigurationId::new("x").unwrap(),
        };
        check(DeviceCreated, Actor::Console, json!({}), true);
        check(
            TagsChanged,
            Actor::Console,
            json!({"patch": {"site": "b8"}}),
            true,
        );
        check(
            TagsChanged,
            Actor::Console,
            json!({"patch": {"other": 1}}),
            false,
        );
        check(
            TagsChanged,
            Actor::Console,
            json!({"patch": {"other": 1}, "replaced": true}),
            true,
        );
        check(
            Reported,
            Actor::Device,
            json!({"patch": {"fw": {"v": "2"}}}),
            true,
        );
        check(
            Reported,
            Actor::Device,
            json!({"patch": {"fw": {"w": "2"}}}),
            false,
        );
        check(
            DesiredChanged,
            Actor::Console,
            json!({"patch": {"fw": {"url": "y"}}}),
            true,
        );
        check(
            DesiredChanged,
            Actor::Console,
            json!({"patch": {"fw": {"v": "y"}}}),
            false,
        );
        check(DesiredChanged, Actor::Console, json!({"patch": null}), true);
        check(
            DesiredChanged,
            by_itself(),
            json!({"patch": {"fw": {"url": "y"}}}),
            false,
        );
    }

    #[test]
    fn too_many_become_a_look_at_all() {
        let engine = engine();
        for number in 0..=MAX_WAITING {
            let device = format!("d{number}");
            engine.hear(&twin(
                EventKind::DeviceCreated,
                Actor::Console,
                json!({}),
                &device,
            ));
        }
        assert_eq!(engine.take_wanted(), Some(Wanted::Everything));
        // Those that came after it are still noted.
        assert_eq!(engine.take_devices(MAX_WAITING).len(), 1);
        assert_eq!(engine.take_wanted(), None);
    }
}
