//! Settings of firmware.

/// Largest rate, in megabytes per second: more than a network card gives.
const MAX_RATE: u32 = 100_000;

/// An address without path: `https://name` or `https://name:port`.
pub fn url(text: &str) -> Result<String, String> {
    let host = text.trim_end_matches('/').strip_prefix("https://");
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte);
    match host {
        Some(host) if !host.is_empty() && host.bytes().all(plain) => Ok(format!("https://{host}")),
        _ => Err(format!(
            "write https://name or https://name:port, not {text:?}"
        )),
    }
}

/// Megabytes per second.
pub fn rate(text: &str) -> Result<u32, String> {
    match text.parse() {
        Ok(rate @ 1..=MAX_RATE) => Ok(rate),
        _ => Err(format!(
            "write megabytes per second, 1 to {MAX_RATE}, not {text:?}"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_no_path() {
        let check = |text: &str, want: Option<&str>| assert_eq!(url(text).ok().as_deref(), want);
        check("https://hub.example.org/", Some("https://hub.example.org"));
        check("https://hub:8443", Some("https://hub:8443"));
        check("http://hub", None);
        check("https://hub/files", None);
        check("https://", None);
    }

    #[test]
    fn rates_are_whole_megabytes() {
        let check = |text: &str, want: Option<u32>| assert_eq!(rate(text).ok(), want);
        check("100", Some(100));
        check("0", None);
        check("1.5", None);
    }
}
