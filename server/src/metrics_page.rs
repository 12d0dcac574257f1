//! Metrics of the process, rendered for Prometheus.

use std::sync::OnceLock;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

/// Bounds of the buckets for durations, in seconds.
const SECONDS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0];

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
        handle
    })
}

/// All metrics as text.
pub fn render() -> String {
    let handle = start();
    handle.run_upkeep();
    handle.render()
}
