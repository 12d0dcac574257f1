//! Which bytes of a file are asked for (RFC 9110 §14): one range, or the whole.

use std::ops::Range;

use axum::http::{HeaderMap, header};

/// What a request asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Wanted {
    /// All bytes.
    Whole,
    /// These.
    Part(Range<u64>),
    /// Bytes that the file does not have.
    Nothing,
}

/// Reads `Range` and `If-Range`. What is not understood, more than one range, and a range of another state of the file
/// mean the whole file.
pub fn wanted(headers: &HeaderMap, size: u64, etag: &str) -> Wanted {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let same = text(header::IF_RANGE).is_none_or(|state| state == etag);
    let Some(range) = text(header::RANGE).filter(|_| same) else {
        return Wanted::Whole;
    };
    let bounds = range
        .strip_prefix("bytes=")
        .filter(|range| !range.contains(','))
        .and_then(|range| range.split_once('-'));
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        // More digits than any file has bytes are as good as its size.
        digits.then(|| text.parse::<u64>().unwrap_or(u64::MAX))
    };
    let part = match bounds {
        Some(("", last)) => number(last).map(|last| (size.saturating_sub(last), size)),
        Some((first, "")) => number(first).map(|first| (first, size)),
        Some((first, last)) => number(first)
            .zip(number(last))
            .filter(|(first, last)| first <= last)
            .map(|(first, last)| (first, last.saturating_add(1).min(size))),
        None => None,
    };
    match part {
        None => Wanted::Whole,
        Some((first, end)) if first < end => Wanted::Part(first..end),
        Some(_) => Wanted::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn one_range_is_understood() {
        let check = |range: &'static str, if_range: &'static str, want: Wanted| {
            let mut headers = HeaderMap::new();
            headers.insert(header::RANGE, HeaderValue::from_static(range));
            if !if_range.is_empty() {
                headers.insert(header::IF_RANGE, HeaderValue::from_static(if_range));
            }
            assert_eq!(wanted(&headers, 100, "\"e\""), want, "{range} {if_range}");
        };
        check("bytes=0-9", "", Wanted::Part(0..10));
        check("bytes=90-", "", Wanted::Part(90..100));
        check("bytes=-10", "", Wanted::Part(90..100));
        check("bytes=-200", "", Wanted::Part(0..100));
        check("bytes=0-999", "", Wanted::Part(0..100));
        check("bytes=99-99999999999999999999", "", Wanted::Part(99..100));
        check("bytes=100-", "", Wanted::Nothing);
        check("bytes=-0", "", Wanted::Nothing);
        check("bytes=9-0", "", Wanted::Whole);
        check("bytes=0-1,5-6", "", Wanted::Whole);
        check("bytes=a-b", "", Wanted::Whole);
        check("bytes=+1-2", "", Wanted::Whole);
        check("lines=0-9", "", Wanted::Whole);
        check("bytes=0-9", "\"e\"", Wanted::Part(0..10));
        check("bytes=0-9", "\"other\"", Wanted::Whole);
        check("bytes=0-9", "Wed, 21 Oct 2015 07:28:00 GMT", Wanted::Whole);
        assert_eq!(wanted(&HeaderMap::new(), 100, "\"e\""), Wanted::Whole);
    }
}
