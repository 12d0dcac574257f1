//! Installing firmware: a wish in the desired properties, then patience for what the device reports. Goes on after a
//! restart of the hub, for all that matters stands in the twin.

use std::time::Duration;

use muster_core::event::Actor;
use muster_core::firmware::{
    Artifact, ArtifactId, Baseline, Install, InstallFailure, Link, Progress, Rule, Standing,
};
use muster_core::ids::OperationId;
use muster_core::time::Timestamp;
use muster_core::twin::{Mode, ServiceWrite};
use muster_storage::{Candidate, TwinOutcome, TwinRow};
use serde_json::{Value, json};

use super::{Attempt, Trouble};
use crate::error::ServiceError;
use crate::firmware::{DeviceFirmware, FirmwareError, Listener};
use crate::hub::Hub;

/// Longest sleep without a look at the time: clocks are set now and then.
const LONGEST: Duration = Duration::from_secs(30);

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

/// Brings a device to the artifact, through the versions that it must pass.
pub(super) async fn install(
    hub: &Hub,
    operation: OperationId,
    candidate: Candidate,
    wish: Wish<'_>,
) -> Attempt {
    let ended = steps(hub, operation, &candidate, &wish).await;
    let (outcome, result) = match ended {
        Ok(result) => (Ok(()), Some(result)),
        Err(trouble) => (Err(trouble), None),
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
) -> Result<Value, Trouble> {
    let device = &candidate.device;
    let listener = hub.listen_to(device);
    let target = ArtifactId::new(wish.artifact).map_err(|bad| for_good(&bad))?;
    let mut passed = Vec::new();
    loop {
        let row = twin(hub, candidate).await?;
        let known = DeviceFirmware::of(&row);
        let artifacts = hub
            .store()
            .artifacts()
            .await
            .map_err(|e| passing(e.into()))?;
        let Some(goal) = artifacts.iter().find(|one| one.id == target) else {
            return Err(for_good(&"the artifact was deleted"));
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
) -> Result<Baseline, Trouble> {
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
    match written.await.map_err(|error| passing(error.into()))? {
        TwinOutcome::Done { .. } => Ok(Baseline::of(DeviceFirmware::of(row).progress)),
        TwinOutcome::Refused(error) => Err(for_good(&error)),
        TwinOutcome::NotFound | TwinOutcome::Conflict { .. } => {
            Err(for_good(&"the device was deleted"))
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
) -> Result<(), Trouble> {
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
            Standing::Failed(failure) => return Err(failed(failure)),
            Standing::Soaking { .. } => {}
            waiting if now >= until => return Err(too_late(waiting, timeout_s)),
            _ => {}
        }
        let next = install.next_tick().unwrap_or(until);
        tokio::select! {
            () = hub.stopping().cancelled() => return Err(passing(ServiceError::Stopping)),
            () = listener.news() => {}
            () = tokio::time::sleep(time_to(next, now)) => {}
        }
    }
}

fn time_to(next: Timestamp, now: Timestamp) -> Duration {
    let left = Duration::from_millis(u64::try_from(next.since(now)).unwrap_or(0));
    left.clamp(Duration::from_millis(1), LONGEST)
}

async fn twin(hub: &Hub, candidate: &Candidate) -> Result<TwinRow, Trouble> {
    let row = hub.store().find_twin(&candidate.device).await;
    let row = row.map_err(|error| passing(error.into()))?;
    row.ok_or_else(|| for_good(&"the device was deleted"))
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

fn failed(failure: &InstallFailure) -> Trouble {
    again(failure)
}

/// Another attempt may succeed.
fn again(why: &dyn ToString) -> Trouble {
    Trouble {
        why: why.to_string(),
        retryable: true,
        offline: false,
        of_hub: false,
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
fn passing(error: ServiceError) -> Trouble {
    Trouble {
        retryable: error.is_transient(),
        of_hub: true,
        ..again(&error)
    }
}
