//! Bulk operations over a whole fleet: writing the targets down, writing twins beside device traffic, going on after a
//! crash, waiting for an event, calling methods.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use muster_core::gate::Gate;
use muster_core::ids::{DeviceId, OperationId};
use muster_core::operation::{Counts, How, Limits, Offline, OperationState, Plan, Target, Task};
use muster_service::access::kinds::{RunOperations, SteerOperations};
use muster_service::devices::{ConnectionInfo, DeviceProof, LINK_CAPACITY};
use muster_service::operations::{OperationSummary, Steer};
use muster_service::{Access, Hub, MethodAnswer, ToDevice};
use muster_storage::Location;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

use crate::Outcome;
use crate::fleet;
use crate::latency::Latencies;
use crate::report::{Aim, Report, say};
use crate::updates::log_in;

/// Devices that report while the job writes, each again and again.
const REPORTERS: usize = 16;

/// Pause of a reporter between two reports.
const BETWEEN: Duration = Duration::from_millis(20);

/// Devices whose event opens a gate, one after the other.
const EVENTS: usize = 200;

/// Connected devices that answer methods.
const CONNECTED: usize = 5_000;

/// Time between two looks at an operation.
const LOOK: Duration = Duration::from_millis(5);

/// All figures of bulk operations.
pub(crate) fn measure(report: &mut Report, devices: usize) -> Outcome {
    let names = ["job_", "method_job_", "gate_event_"];
    if !report.wants_any(&names) {
        return Ok(());
    }
    say(
        "Azure IoT Hub paces job operations on devices to 10/s (S1, S2 per unit) and 50/s (S3), twin updates to 50/s and 250/s",
    );
    let data = tempfile::tempdir()?;
    let location = Location::Sqlite {
        dir: data.path().to_owned(),
    };
    // Lives of the process: all of its tasks end where they are when one is over, as with kill -9.
    life(async {
        let hub = fleet::open(location.clone(), [7; 32]).await?;
        fleet::register(&hub, devices).await?;
        hub.close().await;
        Ok(())
    })?;
    if report.wants_any(&["job_create_1m_ms", "job_write_per_s", "job_beside_p99_ms"]) {
        life(write_beside_traffic(report, &location, devices))?;
    }
    if report.wants_any(&["job_resume_ms"]) {
        let id = life(cut_off(&location))?;
        life(go_on(report, &location, devices, id))?;
    }
    if report.wants_any(&["gate_event_ms"]) {
        life(wait_for_events(report, &location, devices))?;
    }
    if report.wants_any(&["method_job_per_s"]) {
        life(call_methods(report, &location, devices))?;
    }
    Ok(())
}

fn life<T: Send + 'static>(work: impl Future<Output = Outcome<T>> + Send) -> Outcome<T> {
    let run = || {
        let runtime = Runtime::new()?;
        let result = runtime.block_on(work);
        runtime.shutdown_timeout(Duration::from_secs(10));
        result
    };
    // A thread of its own: one runtime cannot wait within another.
    std::thread::scope(|scope| scope.spawn(run).join()).map_err(|_| "a life panicked")?
}

fn plan(title: &str, task: Task) -> Plan {
    Plan {
        title: title.into(),
        task,
        target: Target::Query {
            text: String::new(),
        },
        how: How {
            starts_at: None,
            expires_at: None,
            waves: Vec::new(),
            gates: Vec::new(),
            limits: Limits::default(),
            offline: Offline::Wait,
            attempts: 1,
            retry_after_s: 0,
            timeout_s: 3600,
            newcomers: false,
            failures: None,
        },
    }
}

fn desired(patch: Value) -> Task {
    Task::UpdateTwin {
        tags: None,
        desired: Some(patch),
    }
}

async fn begin(hub: &Hub, plan: Plan) -> Outcome<OperationId> {
    let permit = hub.permit::<RunOperations>(&Access::console())?;
    Ok(hub.create_operation(&permit, plan, None).await?.id)
}

async fn look(hub: &Hub, id: OperationId) -> Outcome<OperationSummary> {
    let found = hub.operation(&Access::console(), id).await?;
    Ok(found.ok_or("the operation is gone")?.summary)
}

async fn until(
    hub: &Hub,
    id: OperationId,
    wanted: impl Fn(&OperationSummary) -> bool,
) -> Outcome<OperationSummary> {
    loop {
        let summary = look(hub, id).await?;
        if wanted(&summary) {
            return Ok(summary);
        }
        tokio::time::sleep(LOOK).await;
    }
}

fn done(counts: &Counts) -> u32 {
    counts.finished() + counts.skipped
}

async fn write_beside_traffic(report: &mut Report, location: &Location, devices: usize) -> Outcome {
    let hub = fleet::open(location.clone(), [7; 32]).await?;
    let proofs = log_in(&hub, REPORTERS).await?;
    let over = Arc::new(AtomicBool::new(false));
    let reporters: Vec<_> = proofs
        .into_iter()
        .enumerate()
        .map(|(n, proof)| tokio::spawn(report_on(hub.clone(), n, proof, over.clone())))
        .collect();
    let begun = Instant::now();
    let id = begin(
        &hub,
        plan(
            "Slower",
            desired(json!({ "reporting": { "intervalS": 300 } })),
        ),
    )
    .await?;
    until(&hub, id, |summary| {
        summary.state != OperationState::Scheduled
    })
    .await?;
    let created = begun.elapsed();
    let started = Instant::now();
    let summary = until(&hub, id, |summary| summary.state.is_over()).await?;
    let rate = f64::from(done(&summary.counts)) / started.elapsed().as_secs_f64();
    over.store(true, Ordering::Relaxed);
    let mut latencies = Latencies::default();
    for reporter in reporters {
        latencies.extend(reporter.await??);
    }
    let work = format!("{devices} devices, {REPORTERS} reporters beside");
    let created = created.as_secs_f64() * 1000.0;
    report.add(
        "job_create_1m_ms",
        created,
        "ms",
        Aim::AtMost(5_000.0),
        format!("{work}, until it runs"),
    );
    report.add(
        "job_write_per_s",
        rate,
        "1/s",
        Aim::AtLeast(10_000.0),
        format!("{work}, desired properties"),
    );
    report.add(
        "job_beside_p99_ms",
        latencies.ms(0.99),
        "ms",
        Aim::AtMost(50.0),
        format!("{work}, durable reports"),
    );
    hub.close().await;
    Ok(())
}

async fn report_on(
    hub: Hub,
    n: usize,
    proof: DeviceProof,
    over: Arc<AtomicBool>,
) -> Outcome<Latencies> {
    let mut latencies = Latencies::default();
    let mut round = 0;
    while !over.load(Ordering::Relaxed) {
        round += 1;
        let asked = Instant::now();
        hub.device_report(&proof, fleet::report(n, round), None)
            .await?;
        latencies.push(asked.elapsed());
        tokio::time::sleep(BETWEEN).await;
    }
    Ok(latencies)
}

/// Begins a job and dies in the middle of it.
async fn cut_off(location: &Location) -> Outcome<OperationId> {
    let hub = fleet::open(location.clone(), [7; 32]).await?;
    let id = begin(
        &hub,
        plan(
            "Faster",
            desired(json!({ "reporting": { "intervalS": 30 } })),
        ),
    )
    .await?;
    until(&hub, id, |summary| {
        let counts = &summary.counts;
        done(counts) > 0 && done(counts) >= counts.total() / 3
    })
    .await?;
    Ok(id)
}

async fn go_on(
    report: &mut Report,
    location: &Location,
    devices: usize,
    id: OperationId,
) -> Outcome {
    let begun = Instant::now();
    let hub = fleet::open(location.clone(), [7; 32]).await?;
    let opened = begun.elapsed();
    let before = done(&look(&hub, id).await?.counts);
    until(&hub, id, |summary| {
        done(&summary.counts) > before || summary.state.is_over()
    })
    .await?;
    let went_on = begun.elapsed();
    let summary = until(&hub, id, |summary| summary.state.is_over()).await?;
    if done(&summary.counts) as usize != devices {
        return Err(format!("{} of {devices} devices are through", done(&summary.counts)).into());
    }
    report.add(
        "job_resume_ms",
        went_on.saturating_sub(opened).as_secs_f64() * 1000.0,
        "ms",
        Aim::AtMost(5_000.0),
        format!(
            "{devices} targets, from the open hub to the next device done; opening took {} ms",
            opened.as_millis()
        ),
    );
    hub.close().await;
    Ok(())
}

/// A connected device: its proof, and what the hub tells it.
async fn connect(
    hub: &Hub,
    proof: &DeviceProof,
) -> Outcome<(
    muster_service::devices::ConnectionId,
    mpsc::Receiver<ToDevice>,
)> {
    let (link, notices) = mpsc::channel(LINK_CAPACITY);
    let info = ConnectionInfo {
        protocol: "MQTT",
        address: "127.0.0.1:50000".into(),
        model_id: None,
        clean_session: false,
        link,
    };
    let attached = hub.device_connected(proof, info).await?;
    Ok((attached.connection, notices))
}

async fn wait_for_events(report: &mut Report, location: &Location, devices: usize) -> Outcome {
    let hub = fleet::open(location.clone(), [7; 32]).await?;
    let mut asked = plan("On mains power", desired(json!({ "night": true })));
    asked.how.gates = vec![Gate::Condition {
        label: "mains power".into(),
        text: "properties.reported.power.source = 'mains'".into(),
    }];
    let id = begin(&hub, asked).await?;
    let waits = devices as u32;
    let begun = Instant::now();
    loop {
        let detail = hub.operation(&Access::console(), id).await?.ok_or("gone")?;
        let held: u32 = detail
            .waiting
            .iter()
            .filter(|group| group.gate.is_some())
            .map(|group| group.devices)
            .sum();
        if held >= waits {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    say(&format!(
        "{devices} devices were judged in {:.1} s",
        begun.elapsed().as_secs_f64()
    ));
    let events = EVENTS.min(devices);
    let mut latencies = Latencies::default();
    for proof in log_in(&hub, events).await? {
        let (_, mut notices) = connect(&hub, &proof).await?;
        let asked = Instant::now();
        hub.device_report(&proof, json!({ "power": { "source": "mains" } }), None)
            .await?;
        while !matches!(notices.recv().await, Some(ToDevice::Desired(_))) {}
        latencies.push(asked.elapsed());
    }
    report.add(
        "gate_event_ms",
        latencies.ms(0.99),
        "ms",
        Aim::AtMost(50.0),
        format!(
            "{devices} devices wait; p99 of {events} from a report to the device's notification"
        ),
    );
    let permit = hub.permit::<SteerOperations>(&Access::console())?;
    let stop = Steer::Stop {
        reason: "measured".into(),
    };
    hub.steer_operation(&permit, id, stop).await?;
    hub.close().await;
    Ok(())
}

async fn call_methods(report: &mut Report, location: &Location, devices: usize) -> Outcome {
    let hub = fleet::open(location.clone(), [7; 32]).await?;
    let connected = CONNECTED.min(devices);
    for proof in log_in(&hub, connected).await? {
        let (connection, mut notices) = connect(&hub, &proof).await?;
        hub.device_listens(&proof, connection, true);
        let hub = hub.clone();
        tokio::spawn(async move {
            while let Some(notice) = notices.recv().await {
                if let ToDevice::Method(request) = notice {
                    let answer = MethodAnswer {
                        status: 200,
                        payload: Value::Null,
                    };
                    hub.device_answered(&proof, connection, request.request, Ok(answer));
                }
            }
        });
    }
    let mut asked = plan(
        "Ping",
        Task::InvokeMethod {
            name: "ping".parse()?,
            payload: Value::Null,
            connect_timeout_s: 0,
            response_timeout_s: 30,
        },
    );
    asked.target = Target::Devices {
        ids: (0..connected)
            .map(|n| DeviceId::new(&fleet::id(n)))
            .collect::<Result<_, _>>()?,
    };
    let begun = Instant::now();
    let id = begin(&hub, asked).await?;
    let summary = until(&hub, id, |summary| summary.state.is_over()).await?;
    let rate = f64::from(summary.counts.succeeded) / begun.elapsed().as_secs_f64();
    report.add(
        "method_job_per_s",
        rate,
        "1/s",
        Aim::AtLeast(1_000.0),
        format!("{connected} connected devices that answer at once, {devices} in the fleet"),
    );
    hub.close().await;
    Ok(())
}
