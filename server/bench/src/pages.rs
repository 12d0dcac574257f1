//! Time to the first byte of pages, as a signed-in operator.

use crate::Outcome;
use crate::binary::Process;
use crate::fleet::{self, OPERATOR, Prepared};
use crate::http;
use crate::latency::Latencies;
use crate::report::{Aim, Report};

/// Requests before figures count.
const WARM_UP: usize = 10;

/// Requests that count.
const MEASURED: usize = 100;

/// Looks at the fleet page and at device pages.
pub(crate) async fn measure(
    report: &mut Report,
    process: &Process,
    prepared: &Prepared,
) -> Outcome {
    if !report.wants_any(&["fleet_page_", "device_page_"]) {
        return Ok(());
    }
    let cookie = http::sign_in(&process.http, OPERATOR.0, OPERATOR.1).await?;
    let filtered = "/fleet?filter=tags.region%20%3D%20%27north%27&sort=tags.site".to_owned();
    let device = format!("/devices/{}", fleet::id(prepared.devices / 2));
    for (name, path) in [("fleet_page", filtered), ("device_page", device)] {
        let mut latencies = Latencies::default();
        let mut bytes = 0;
        for round in 0..WARM_UP + MEASURED {
            let answer = http::request(&process.http, "GET", &path, &cookie, "").await?;
            if answer.status != 200 {
                return Err(format!("{path} answered {}", answer.status).into());
            }
            bytes = answer.body_bytes;
            if round >= WARM_UP {
                latencies.push(answer.first_byte);
            }
        }
        let work = format!(
            "{} devices, {MEASURED} requests of {path}",
            prepared.devices
        );
        report.add(
            &format!("{name}_ttfb_ms"),
            latencies.ms(0.5),
            "ms",
            Aim::AtMost(50.0),
            work.clone(),
        );
        report.add(
            &format!("{name}_ttfb_p99"),
            latencies.ms(0.99),
            "ms",
            Aim::AtMost(50.0),
            work.clone(),
        );
        report.add(
            &format!("{name}_bytes"),
            bytes as f64,
            "bytes",
            Aim::None,
            work,
        );
    }
    Ok(())
}
