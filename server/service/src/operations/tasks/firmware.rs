//! Installing firmware: a wish in the desired properties, then patience for what the device reports. Goes on after a
//! restart of the hub, for all that matters stands in the twin.

use std::time::Duration;

use muster_core::event::Actor;
use muster_core::firmware::{
    Artifact, ArtifactId, Baseline, Install, Link, Progress, Rule, Standing,
};
use muster_core::ids::OperationId;
use muster_core::time::Timestamp;
use muster_core::twin::{Mode, ServiceWrite};
use muster_storage::{Candidate, StorageError, TwinOutcome, TwinRow};
use serde_json::{Value, json};

use super::{Attempt, Trouble};
use crate::error::ServiceError;
use crate::firmware::{DeviceFirmware, FirmwareError, Listener};
use crate::hub::Hub;

/// Longest sleep without a look at the time: clocks are set now and then.
const LONGEST: Duration = Duration::from_secs(30);

/// Pause before the next look at a database that is away.
const PAUSE: Duration = Duration::from_secs(1);

/// What is asked of each device.
#[derive(Clone, Debug)]
pub(super) struct Wish<'a> {
    /// The SHA-256 of the artifact, in hexadecimal.
    pub(super) artifact: &'a str,
    /// What counts as success.
    pub(super) rule: Rule,
    /// How long each step may take before the new version is reported, in seconds.
    pub(super) timeout_s: u32,
}

/// Why a device is not there yet.
#[derive(Debug)]
enum Broken {
    /// The attempt failed.
    Failed(Trouble),
    /// The hub could not go on: that says nothing about the device.
    Hub(ServiceError),
}

impl From<Trouble> for Broken {
    fn from(trouble: Trouble) -> Self {
        Self::Failed(trouble)
    }
}

impl From<StorageError> for Broken {
    fn from(error: StorageError) -> Self {
        Self::Hub(error.into())
    }
}

/// Whether there is such an artifact, and devices may get it.
pub(super) async fn check(
    hub: &Hub,
    artifact: &str,
    back_to: Option<&str>,
) -> Result<(), ServiceError> {
    for hash in [Some(artifact), back_to].into_iter().flatten() {
        let id = ArtifactId::new(hash).map_err(FirmwareError::from)?;
        let Some(found) = hub.find_artifact(&id).await? else {
            return Err(ServiceError::Invalid(format!(
                "there is no firmware with the SHA-256 {hash}; add it first"
            )));
        };
        hub.may_offer(&found)?;
    }
    Ok(())
}

/// Brings a device to the artifact, through the versions that it must pass. While the database is away it waits, and
/// then goes on as after a restart of the hub.
pub(super) async fn install(
    hub: &Hub,
    operation: OperationId,
    candidate: Candidate,
    wish: Wish<'_>,
) -> Attempt {
    let (outcome, result) = loop {
        match steps(hub, operation, &candidate, &wish).await {
            Ok(result) => break (Ok(()), Some(result)),
            Err(Broken::Failed(trouble)) => break (Err(trouble), None),
            Err(Broken::Hub(error)) if !error.is_transient() || hub.stopping().is_cancelled() => {
                break (Err(passing(&error)), None);
            }
            Err(Broken::Hub(_)) => tokio::select! {
                () = hub.stopping().cancelled() => {}
                () = tokio::time::sleep(PAUSE) => {}
            },
        }
    };
    Attempt {
        candidate,
        outcome,
        status: None,
        result,
    }
}

async fn steps(
    hub: &Hub,
    operation: OperationId,
    candidate: &Candidate,
    wish: &Wish<'_>,
) -> Result<Value, Broken> {
    let device = &candidate.device;
    let listener = hub.listen_to(device);
    let target = ArtifactId::new(wish.artifact).map_err(|bad| for_good(&bad))?;
    let mut passed = Vec::new();
    loop {
        let row = twin(hub, candidate).await?;
        let known = DeviceFirmware::of(&row);
        let artifacts = hub.store().artifacts().await?;
        let Some(goal) = artifacts.iter().find(|one| one.id == target) else {
            return Err(for_good(&"the artifact was deleted").into());
        };
        let next = known.next(goal, &artifacts).map_err(|no| for_good(&no))?;
        let Some(next) = next else {
            return Ok(json!({ "version": goal.about.version, "installed": passed }));
        };
        let tag = format!("{operation}/{}/{}", candidate.attempt, next.id.short());
        let before = ask(hub, operation, &row, next, &tag).await?;
        let install = Install::begin(next.about.version.clone(), Some(tag), wish.rule, before);
        watch(hub, candidate, &listener, install, wish.timeout_s).await?;
        passed.push(next.about.version.clone());
    }
}

/// Writes the wish, unless it stands there since before a restart; says what the device had reported until then.
async fn ask(
    hub: &Hub,
    operation: OperationId,
    row: &TwinRow,
    next: &Artifact,
    tag: &str,
) -> Result<Baseline, Broken> {
    let asked = row.twin.desired.value.get("firmware");
    let stands = asked.is_some_and(|asked| {
        let url = asked["url"].as_str().unwrap_or_default();
        let young = Link::made_at(url).is_some_and(|at| at.plus_ms(Link::GOOD_MS) > hub.now());
        asked["operation"] == tag && young
    });
    if stands {
        return Ok(Baseline::of(Progress::default()));
    }
    let device = &row.device.id;
    let patch = hub.firmware_desired(next, device, Some(tag));
    let write = ServiceWrite {
        mode: Mode::Merge,
        tags: None,
        desired: Some(patch.map_err(|error| for_good(&error))?),
    };
    let actor = Actor::Operation { id: operation };
    let store = hub.store();
    let written = store.write_twin(device.clone(), write, None, actor, hub.now());
    match written.await? {
        TwinOutcome::Done { .. } => Ok(Baseline::of(DeviceFirmware::of(row).progress)),
        TwinOutcome::Refused(error) => Err(for_good(&error).into()),
        TwinOutcome::NotFound | TwinOutcome::Conflict { .. } => {
            Err(for_good(&"the device was deleted").into())
        }
    }
}

/// Follows one installation to its end.
async fn watch(
    hub: &Hub,
    candidate: &Candidate,
    listener: &Listener,
    mut install: Install,
    timeout_s: u32,
) -> Result<(), Broken> {
    let until = hub.now().plus_ms(i64::from(timeout_s) * 1000);
    loop {
        let signs = listener.take();
        let known = DeviceFirmware::of(&twin(hub, candidate).await?);
        let now = hub.now();
        let soaked = matches!(install.standing, Standing::Soaking { .. });
        install.report(&known.progress, now);
        // Those that came with the first report of the new version say nothing about it yet.
        for _ in 0..if soaked { signs } else { 0 } {
            install.check_in(now);
        }
        install.tick(now);
        match &install.standing {
            Standing::Succeeded => return Ok(()),
            Standing::Failed(failure) => return Err(again(failure).into()),
            Standing::Soaking { .. } => {}
            waiting if now >= until => return Err(too_late(waiting, timeout_s).into()),
            _ => {}
        }
        let next = install.next_tick().unwrap_or(until);
        tokio::select! {
            () = hub.stopping().cancelled() => return Err(Broken::Hub(ServiceError::Stopping)),
            () = listener.news() => {}
            () = tokio::time::sleep(time_to(next, now)) => {}
        }
    }
}

fn time_to(next: Timestamp, now: Timestamp) -> Duration {
    let left = Duration::from_millis(u64::try_from(next.since(now)).unwrap_or(0));
    left.clamp(Duration::from_millis(1), LONGEST)
}

async fn twin(hub: &Hub, candidate: &Candidate) -> Result<TwinRow, Broken> {
    let row = hub.store().find_twin(&candidate.device).await?;
    row.ok_or_else(|| for_good(&"the device was deleted").into())
}

fn too_late(standing: &Standing, timeout_s: u32) -> Trouble {
    let heard = match standing {
        Standing::Working { phase, percent } => {
            format!("it last reported {}, {percent} %", phase.as_str())
        }
        _ => "it reported nothing about it".to_owned(),
    };
    again(&format!(
        "the device did not run the new version within {timeout_s} s; {heard}"
    ))
}

/// Another attempt may succeed.
fn again(why: &dyn ToString) -> Trouble {
    Trouble {
        why: why.to_string(),
        retryable: true,
        offline: false,
    }
}

/// No attempt will succeed.
fn for_good(why: &dyn ToString) -> Trouble {
    Trouble {
        retryable: false,
        ..again(why)
    }
}

/// The hub could not; another attempt may.
fn passing(error: &ServiceError) -> Trouble {
    Trouble {
        retryable: error.is_transient(),
        ..again(error)
    }
}
