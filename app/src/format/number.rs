//! Counts, shares, measurements.

use super::{DASH, MINUS, NBSP};

/// A count with thousands separated: `48,210`.
pub fn count(n: u64) -> String {
    group(&n.to_string())
}

/// A count in a list where zero is the normal case: zero is an en dash.
pub fn count_or_dash(n: u64) -> String {
    if n == 0 { DASH.to_owned() } else { count(n) }
}

/// A whole number that may be negative: `−71`.
pub fn integer(n: i64) -> String {
    let digits = group(&n.unsigned_abs().to_string());
    if n < 0 {
        format!("{MINUS}{digits}")
    } else {
        digits
    }
}

/// A number with a fixed count of decimals: `1,204.5`. What is not finite is an en dash.
pub fn decimal(value: f64, digits: usize) -> String {
    if !value.is_finite() {
        return DASH.to_owned();
    }
    let text = format!("{:.*}", digits, value.abs());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let negative = value < 0.0 && text.bytes().any(|b| matches!(b, b'1'..=b'9'));
    let sign = if negative {
        MINUS.to_string()
    } else {
        String::new()
    };
    let whole = group(whole);
    if fraction.is_empty() {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{fraction}")
    }
}

/// A measured value with as many decimals as its size deserves: `8.6`, `71`, `0.004`.
pub fn reading(value: f64) -> String {
    let digits = match value.abs() {
        v if v >= 100.0 => 1,
        v if v >= 1.0 => 2,
        _ => 4,
    };
    let text = decimal(value, digits);
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// A value and its unit, kept on one line: `8.6 °C`, `71%`.
pub fn with_unit(value: &str, unit: &str) -> String {
    match unit {
        "" => value.to_owned(),
        "%" => format!("{value}%"),
        _ => format!("{value}{NBSP}{unit}"),
    }
}

/// A share with one decimal: `98.1%`. Only a whole is 100.0%, only nothing is 0.0%; a share of nothing is an en dash.
pub fn share(part: u64, whole: u64) -> String {
    if whole == 0 {
        return DASH.to_owned();
    }
    let exact = part as f64 / whole as f64 * 100.0;
    let shown = match part {
        0 => 0.0,
        p if p >= whole => exact,
        _ => exact.clamp(0.1, 99.9),
    };
    format!("{}%", decimal(shown, 1))
}

/// A size in decimal units: `812 B`, `14.8 kB`, `1.2 MB`.
pub fn bytes(n: u64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if n < 1000 {
        return format!("{n}{NBSP}B");
    }
    let mut value = n as f64 / 1000.0;
    let mut unit = 0;
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    let digits = if value < 99.95 { 1 } else { 0 };
    with_unit(&decimal(value, digits), UNITS[unit])
}

/// A coordinate of a drawing: at most `digits` decimals, none that are zero, a full stop, no separators.
pub fn short(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$}");
    let text = match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.'),
        false => &text,
    };
    if text == "-0" {
        "0".to_owned()
    } else {
        text.to_owned()
    }
}

fn group(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_separated() {
        let check = |n, want: &str| assert_eq!(count(n), want);
        check(0, "0");
        check(999, "999");
        check(1000, "1,000");
        check(48_210, "48,210");
        check(1_000_000, "1,000,000");
        assert_eq!(count_or_dash(0), "–");
        assert_eq!(count_or_dash(12), "12");
        assert_eq!(integer(-71), "−71");
        assert_eq!(integer(i64::MIN), "−9,223,372,036,854,775,808");
    }

    #[test]
    fn decimals_round_and_never_show_a_negative_zero() {
        let check = |value, digits, want: &str| assert_eq!(decimal(value, digits), want);
        check(8.64, 1, "8.6");
        check(-3.25, 1, "−3.2");
        check(-0.04, 1, "0.0");
        check(1204.5, 1, "1,204.5");
        check(12.0, 0, "12");
        check(f64::NAN, 1, "–");
        check(f64::INFINITY, 1, "–");
    }

    #[test]
    fn readings_keep_what_matters() {
        let check = |value, want: &str| assert_eq!(reading(value), want);
        check(8.6, "8.6");
        check(71.0, "71");
        check(100.0, "100");
        check(-0.5, "−0.5");
        check(0.0042, "0.0042");
        check(1013.25, "1,013.2");
        check(0.0, "0");
    }

    #[test]
    fn units_stay_with_their_number() {
        assert_eq!(with_unit("8.6", "°C"), "8.6\u{a0}°C");
        assert_eq!(with_unit("71", "%"), "71%");
        assert_eq!(with_unit("5", ""), "5");
    }

    #[test]
    fn shares_round_but_do_not_lie() {
        let check = |part, whole, want: &str| assert_eq!(share(part, whole), want);
        check(47_278, 48_210, "98.1%");
        check(48_209, 48_210, "99.9%");
        check(1, 48_210, "0.1%");
        check(0, 48_210, "0.0%");
        check(5, 5, "100.0%");
        check(0, 0, "–");
    }

    #[test]
    fn coordinates_are_short() {
        let check = |value, digits, want: &str| assert_eq!(short(value, digits), want);
        check(52.375, 2, "52.38");
        check(100.0, 2, "100");
        check(-0.01, 1, "0");
        check(1234.5, 0, "1234");
    }

    #[test]
    fn sizes_use_decimal_units() {
        let check = |n, want: &str| assert_eq!(bytes(n), want);
        check(812, "812\u{a0}B");
        check(14_800, "14.8\u{a0}kB");
        check(148_000, "148\u{a0}kB");
        check(999_600, "1.0\u{a0}MB");
        check(1_234_567_890, "1.2\u{a0}GB");
    }
}
