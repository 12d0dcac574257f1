//! Metrics of the process, rendered for Prometheus.

use std::sync::OnceLock;
use std::time::Duration;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio_util::sync::CancellationToken;

/// Bounds of the buckets for durations, in seconds.
const SECONDS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0];

/// How often measurements are folded.
const FOLD_EVERY: Duration = Duration::from_secs(5);

/// The recorder is a thing of the process, and tests start several hubs in one.
static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();

/// Starts recording; a second call changes nothing.
pub fn start() -> &'static PrometheusHandle {
    HANDLE.get_or_init(|| {
        let builder = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)
            .expect("there are buckets");
        let recorder = builder.build_recorder();
        let handle = recorder.handle();
        if metrics::set_global_recorder(recorder).is_err() {
            tracing::warn!("metrics are recorded elsewhere in this process");
        }
        metrics::gauge!("muster_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
        handle
    })
}

/// All metrics as text.
pub fn render() -> String {
    let handle = start();
    handle.run_upkeep();
    handle.render()
}

/// Folds what was measured into its buckets, whether anybody reads it or not: until then each measurement is kept.
pub async fn fold(stop: CancellationToken) {
    let mut tick = tokio::time::interval(FOLD_EVERY);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = tick.tick() => start().run_upkeep(),
        }
    }
}
