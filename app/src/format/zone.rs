//! The zone a time is written in.

/// Whose clock a time is written in. The server only knows UTC; the browser changes to its own zone after it has
/// taken over the page, so that both first write the same text.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Zone {
    /// Coordinated universal time.
    #[default]
    Utc,
    /// The zone of the browser (UTC where there is none).
    Viewer,
}

impl Zone {
    /// Minutes to add to UTC at an instant, daylight saving included.
    pub fn offset_minutes(self, ms: i64) -> i64 {
        match self {
            Self::Utc => 0,
            Self::Viewer => viewer_offset_minutes(ms),
        }
    }

    /// The short name at an instant: `UTC`, `CET`, `GMT+5:30`.
    pub fn name(self, ms: i64) -> String {
        match self {
            Self::Utc => "UTC".to_owned(),
            Self::Viewer => viewer_name(ms).unwrap_or_else(|| "UTC".to_owned()),
        }
    }
}

#[cfg(all(feature = "hydrate", target_arch = "wasm32"))]
fn date(ms: i64) -> js_sys::Date {
    js_sys::Date::new(&wasm_bindgen::JsValue::from_f64(ms as f64))
}

#[cfg(all(feature = "hydrate", target_arch = "wasm32"))]
fn viewer_offset_minutes(ms: i64) -> i64 {
    // JavaScript counts from local time to UTC.
    -(date(ms).get_timezone_offset() as i64)
}

#[cfg(not(all(feature = "hydrate", target_arch = "wasm32")))]
fn viewer_offset_minutes(_ms: i64) -> i64 {
    0
}

#[cfg(all(feature = "hydrate", target_arch = "wasm32"))]
fn viewer_name(ms: i64) -> Option<String> {
    use wasm_bindgen::JsValue;
    let options = js_sys::Object::new();
    js_sys::Reflect::set(
        &options,
        &JsValue::from_str("timeZoneName"),
        &JsValue::from_str("short"),
    )
    .ok()?;
    let text: String = date(ms)
        .to_locale_time_string_with_options("en-GB", &options)
        .into();
    text.rsplit_once(' ').map(|(_, name)| name.to_owned())
}

#[cfg(not(all(feature = "hydrate", target_arch = "wasm32")))]
fn viewer_name(_ms: i64) -> Option<String> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_browser_every_zone_is_utc() {
        for zone in [Zone::Utc, Zone::Viewer] {
            assert_eq!(zone.offset_minutes(0), 0);
            assert_eq!(zone.name(0), "UTC");
        }
    }
}
