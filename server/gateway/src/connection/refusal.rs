//! What a device hears when a twin request fails (spec §2.9): Node reads only the body, Python only the status.

use muster_core::time::Timestamp;
use muster_core::twin::TwinError;
use muster_service::ServiceError;
use serde_json::json;

use super::work::Device;
use crate::topic;

/// Topic and payload of the refusal of `request`.
pub(super) fn response(device: &Device, request: &str, error: &ServiceError) -> (String, String) {
    let (status, code) = status_of(error);
    let now = device.shared.hub.now();
    let tracking = tracking_id(device.shared.hub.entropy().bytes(), now);
    if status >= 500 {
        tracing::warn!(device.id = %device.id(), tracking.id = tracking, %error, "a twin request failed");
    }
    let body = json!({
        "errorCode": code,
        "trackingId": tracking,
        "message": error.to_string(),
        "info": {},
        "timestampUtc": now.to_string(),
    });
    (
        topic::twin_response(status, request, None),
        body.to_string(),
    )
}

/// Status and error code (spec §5.14).
fn status_of(error: &ServiceError) -> (u16, u32) {
    match error {
        ServiceError::Twin(TwinError::TooLarge { .. }) => (413, 413_001),
        ServiceError::Twin(TwinError::VersionMismatch { .. }) => (412, 412_001),
        ServiceError::Twin(_) | ServiceError::Invalid(_) => (400, 400_004),
        ServiceError::NotFound => (404, 404_001),
        ServiceError::Busy(_) => (429, 429_001),
        error if error.is_transient() => (503, 503_001),
        _ => (500, 500_001),
    }
}

fn tracking_id(entropy: [u8; 16], now: Timestamp) -> String {
    let (year, month, day, hour, minute, second, _) = now.civil();
    let id = u128::from_be_bytes(entropy);
    format!("{id:032X}-TimeStamp:{month:02}/{day:02}/{year:04} {hour:02}:{minute:02}:{second:02}")
}

#[cfg(test)]
mod tests {
    use muster_core::device::ETag;

    use super::*;

    #[test]
    fn each_failure_has_its_status() {
        let check = |error: ServiceError, want| assert_eq!(status_of(&error), want, "{error}");
        check(TwinError::TooDeep("reported").into(), (400, 400_004));
        check(TwinError::NotAnObject("reported").into(), (400, 400_004));
        let too_large = TwinError::TooLarge {
            section: "reported",
            size: 2,
            limit: 1,
        };
        check(too_large.into(), (413, 413_001));
        let mismatch = TwinError::VersionMismatch {
            expected: 1,
            current: 2,
        };
        check(mismatch.into(), (412, 412_001));
        check(ServiceError::Invalid("x".into()), (400, 400_004));
        check(ServiceError::NotFound, (404, 404_001));
        check(ServiceError::Busy("requests"), (429, 429_001));
        check(ServiceError::Conflict { current: ETag(1) }, (500, 500_001));
    }

    #[test]
    fn tracking_ids_tell_the_time() {
        let now = Timestamp::from_millis(1_772_600_767_123);
        assert_eq!(
            tracking_id([0xab; 16], now),
            format!("{}-TimeStamp:03/04/2026 05:06:07", "AB".repeat(16))
        );
    }
}
