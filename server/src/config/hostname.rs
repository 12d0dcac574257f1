//! The name devices know the hub by.

/// Longest host name (RFC 1035).
const MAX: usize = 253;

/// A DNS name or an IP address, in lower case.
pub fn parse(text: &str) -> Result<String, String> {
    let name = text.trim().to_lowercase();
    if name.parse::<std::net::IpAddr>().is_ok() {
        return Ok(name);
    }
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    if name.len() <= MAX && name.split('.').all(label) {
        Ok(name)
    } else {
        Err(format!(
            "{text:?} is not a host name; write one such as hub.example.org, without https:// and without a port"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_addresses() {
        let check = |text: &str, want: Option<&str>| {
            assert_eq!(parse(text).ok().as_deref(), want, "{text}");
        };
        check("Hub.Example.org", Some("hub.example.org"));
        check("localhost", Some("localhost"));
        check("10.0.0.7", Some("10.0.0.7"));
        check("::1", Some("::1"));
        check("https://hub", None);
        check("hub:8443", None);
        check("a..b", None);
        check("", None);
        check("-a", None);
        check("käse.de", None);
    }
}
