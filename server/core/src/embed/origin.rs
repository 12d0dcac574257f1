//! Where a page comes from: scheme, host and port.

use std::fmt;
use std::str::FromStr;

use super::BadEmbed;

/// Longest origin, in bytes.
const MAX_ORIGIN: usize = 200;

/// An origin as browsers write it: `https://portal.example`, `http://intranet:8080`. Of plain letters only: it stands
/// in a header.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Origin(String);

impl Origin {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The origin of an address with a path, as a browser tells where it comes from.
    pub fn of_address(address: &str) -> Option<Self> {
        let (scheme, rest) = address.split_once("://")?;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        format!("{scheme}://{}", &rest[..end]).parse().ok()
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Origin {
    type Err = BadEmbed;

    fn from_str(text: &str) -> Result<Self, BadEmbed> {
        let bad = BadEmbed::Origin;
        if text.len() > MAX_ORIGIN {
            return Err(bad);
        }
        let text = text.to_ascii_lowercase();
        let (scheme, rest) = text.split_once("://").ok_or(bad)?;
        let usual = match scheme {
            "https" => "443",
            "http" => "80",
            _ => return Err(bad),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (host, port) = match rest.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
            _ => (rest, None),
        };
        let named = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
        let numbered = |c: char| c.is_ascii_hexdigit() || c == ':' || c == '.';
        let fits = match host.strip_prefix('[').and_then(|h| h.strip_suffix(']')) {
            Some(address) => !address.is_empty() && address.chars().all(numbered),
            None => !host.is_empty() && host.chars().all(named),
        };
        if !fits {
            return Err(bad);
        }
        Ok(Self(match port {
            Some(port) if port != usual => {
                let number = port.parse::<u16>().ok().filter(|port| *port > 0);
                format!("{scheme}://{host}:{}", number.ok_or(bad)?)
            }
            _ => format!("{scheme}://{host}"),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_read_as_browsers_write_them() {
        let check = |text: &str, want: Option<&str>| {
            let read = text.parse::<Origin>().ok();
            assert_eq!(read.as_ref().map(Origin::as_str), want, "{text}");
        };
        check("https://portal.example", Some("https://portal.example"));
        check("HTTPS://Portal.Example/", Some("https://portal.example"));
        check("https://portal.example:443", Some("https://portal.example"));
        check("http://intranet:8080", Some("http://intranet:8080"));
        check("http://[::1]:8080", Some("http://[::1]:8080"));
        check("http://[::1]", Some("http://[::1]"));
        for bad in [
            "",
            "portal.example",
            "https://",
            "https://portal.example/path",
            "https://portal.example; script-src *",
            "https://*.example",
            "https://a b",
            "https://user@portal.example",
            "https://portal.example:0",
            "https://portal.example:99999",
            "ftp://portal.example",
            "javascript://x",
            "https://[x]",
            "null",
        ] {
            check(bad, None);
        }
        check(&format!("https://{}", "x".repeat(200)), None);
    }

    #[test]
    fn addresses_have_an_origin() {
        let check = |address: &str, want: Option<&str>| {
            let origin = Origin::of_address(address);
            assert_eq!(origin.as_ref().map(Origin::as_str), want, "{address}");
        };
        check(
            "https://portal.example/a?b#c",
            Some("https://portal.example"),
        );
        check("https://portal.example", Some("https://portal.example"));
        check("about:blank", None);
        check("", None);
    }
}
