//! Numbers as differences of decimals: a number of units of 10⁻ᵏ, as a variable-length integer. What is no short decimal
//! is kept whole.

use super::codec::BadChunk;

/// Most decimals that are kept as such.
const MAX_DECIMALS: u8 = 6;

/// Largest number of units; beyond it a double does not hold every integer.
const MAX_UNITS: f64 = 9_007_199_254_740_992.0;

/// What follows the time of a point: an even number is a doubled difference of units.
const WHOLE: u64 = 1;
const DECIMALS: u64 = 3;

/// The number that the next one is relative to.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(super) struct Decimal {
    units: i64,
    decimals: u8,
}

impl Decimal {
    pub(super) fn write(&mut self, value: f64, data: &mut Vec<u8>) {
        let decimal = as_decimal(value, self.decimals).and_then(|(units, decimals)| {
            Some((
                units,
                decimals,
                rescale(self.units, self.decimals, decimals)?,
            ))
        });
        let Some((units, decimals, before)) = decimal else {
            write(WHOLE, data);
            data.extend_from_slice(&value.to_le_bytes());
            return;
        };
        if decimals != self.decimals {
            write(DECIMALS, data);
            data.push(decimals);
        }
        // Both are below 2⁵³, so that neither their difference nor its double overflows.
        write(zigzag(units - before) << 1, data);
        *self = Self { units, decimals };
    }

    pub(super) fn read(&mut self, rest: &mut &[u8]) -> Result<f64, BadChunk> {
        let mut token = read(rest)?;
        if token == WHOLE {
            let (bytes, after) = rest.split_first_chunk::<8>().ok_or(BadChunk)?;
            *rest = after;
            return Ok(f64::from_le_bytes(*bytes));
        }
        if token == DECIMALS {
            let (decimals, after) = rest.split_first().ok_or(BadChunk)?;
            *rest = after;
            self.units = rescale(self.units, self.decimals, *decimals).ok_or(BadChunk)?;
            self.decimals = *decimals;
            token = read(rest)?;
        }
        if token & 1 == 1 {
            return Err(BadChunk);
        }
        self.units = self
            .units
            .checked_add(unzigzag(token >> 1))
            .ok_or(BadChunk)?;
        Ok(self.units as f64 / power(self.decimals))
    }
}

/// A value as units of 10⁻ᵏ with the smallest k from `least` on that gives back the very same number.
fn as_decimal(value: f64, least: u8) -> Option<(i64, u8)> {
    if value == 0.0 && value.is_sign_negative() {
        return None;
    }
    (least..=MAX_DECIMALS).find_map(|decimals| {
        let scale = power(decimals);
        let units = (value * scale).round();
        let same = units.abs() < MAX_UNITS && (units / scale).to_bits() == value.to_bits();
        // Exact: a whole number below 2⁵³.
        same.then_some((units as i64, decimals))
    })
}

fn rescale(units: i64, from: u8, to: u8) -> Option<i64> {
    if to < from || to > MAX_DECIMALS {
        return None;
    }
    let rescaled = units.checked_mul(10_i64.pow(u32::from(to - from)))?;
    (rescaled.unsigned_abs() < 1 << 53).then_some(rescaled)
}

fn power(decimals: u8) -> f64 {
    10_f64.powi(i32::from(decimals))
}

/// The nearest decimal that is kept short; the value itself when it is too large for one.
pub(super) fn rounded(value: f64) -> f64 {
    let scale = power(MAX_DECIMALS);
    let units = (value * scale).round();
    if units.abs() < MAX_UNITS {
        units / scale
    } else {
        value
    }
}

pub(super) fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}

pub(super) fn unzigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -((value & 1).cast_signed())
}

pub(super) fn write(mut value: u64, data: &mut Vec<u8>) {
    while value >= 0x80 {
        data.push((value as u8) | 0x80);
        value >>= 7;
    }
    data.push(value as u8);
}

pub(super) fn read(rest: &mut &[u8]) -> Result<u64, BadChunk> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, after) = rest.split_first().ok_or(BadChunk)?;
        *rest = after;
        value |= u64::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(BadChunk)
}
