//! What functions answer (spec §8.2). An argument of the wrong type makes the answer undefined.

use std::borrow::Cow;

use muster_core::gate::{Point, metres_between};
use serde_json::Value;

use crate::ast::Expr;
use crate::datum::Datum;
use crate::eval::Row;
use crate::function::Function as F;

/// Longest text that a function makes, in bytes.
const MAX_MADE: usize = 64 * 1024;

/// Calls a function on a row.
pub(crate) fn call<'a, R: Row>(function: F, arguments: &'a [Expr], row: &'a R) -> Datum<'a> {
    let value = |index: usize| {
        arguments
            .get(index)
            .map_or(Datum::Undefined, |a| a.eval(row))
    };
    if function == F::Now {
        return row.now().map_or(Datum::Undefined, Datum::Time);
    }
    if function == F::Concat {
        let texts = (0..arguments.len()).map(|index| Some(value(index).text()?.into_owned()));
        let joined = texts.collect::<Option<String>>();
        return made(joined);
    }
    let first = value(0);
    match function {
        F::IsArray
        | F::IsBool
        | F::IsDefined
        | F::IsNull
        | F::IsNumber
        | F::IsObject
        | F::IsPrimitive
        | F::IsString => Datum::Bool(is(function, &first)),
        F::AsNumber => as_number(&first),
        F::Abs | F::Ceiling | F::Exp | F::Floor | F::Sign | F::Sqrt | F::Square | F::Power => {
            math(function, &first, &value(1)).map_or(Datum::Undefined, Datum::number)
        }
        F::ArrayLength => match array(&first) {
            Some(list) => Datum::Number(list.len() as f64),
            None => Datum::Undefined,
        },
        F::ArrayContains => match (array(&first), value(1)) {
            (None, _) | (_, Datum::Undefined | Datum::Opaque) => Datum::Undefined,
            (Some(list), wanted) => {
                Datum::Bool(list.iter().any(|item| wanted.same(&Datum::from(item))))
            }
        },
        F::StDistance => {
            let here = point(&first);
            let there = match arguments.len() {
                2 => point(&value(1)),
                _ => degrees(&value(1), &value(2)),
            };
            let metres = here
                .zip(there)
                .map(|(here, there)| metres_between(here, there));
            metres.map_or(Datum::Undefined, Datum::number)
        }
        _ => text(function, &first, &value(1), &value(2)).unwrap_or(Datum::Undefined),
    }
}

fn is(function: F, value: &Datum<'_>) -> bool {
    let json = |test: fn(&Value) -> bool| matches!(value, Datum::Json(json) if test(json));
    match function {
        F::IsArray => json(Value::is_array),
        F::IsObject => json(Value::is_object),
        F::IsBool => matches!(value, Datum::Bool(_)),
        F::IsNull => matches!(value, Datum::Null),
        F::IsNumber => matches!(value, Datum::Number(_)),
        F::IsString => value.text().is_some(),
        F::IsPrimitive => !matches!(value, Datum::Undefined | Datum::Json(_) | Datum::Opaque),
        _ => !matches!(value, Datum::Undefined),
    }
}

fn as_number(value: &Datum<'_>) -> Datum<'static> {
    match value {
        Datum::Number(number) => Datum::Number(*number),
        Datum::Text(text) => {
            let digits = text.trim();
            // The words for infinity and not-a-number are none here.
            let plain = digits.ends_with(|c: char| c.is_ascii_digit() || c == '.');
            let number = plain.then(|| digits.parse().ok()).flatten();
            number.map_or(Datum::Undefined, Datum::number)
        }
        _ => Datum::Undefined,
    }
}

fn math(function: F, value: &Datum<'_>, second: &Datum<'_>) -> Option<f64> {
    let Datum::Number(x) = value else { return None };
    Some(match (function, second) {
        (F::Abs, _) => x.abs(),
        (F::Ceiling, _) => x.ceil(),
        (F::Exp, _) => x.exp(),
        (F::Floor, _) => x.floor(),
        (F::Sign, _) if *x == 0.0 => 0.0,
        (F::Sign, _) => x.signum(),
        (F::Sqrt, _) => x.sqrt(),
        (F::Square, _) => x * x,
        (F::Power, Datum::Number(y)) => x.powf(*y),
        _ => return None,
    })
}

/// Functions of texts; places and lengths count characters.
fn text(
    function: F,
    first: &Datum<'_>,
    second: &Datum<'_>,
    third: &Datum<'_>,
) -> Option<Datum<'static>> {
    let text = first.text()?;
    let made = |text: String| made(Some(text));
    match function {
        F::Length => return Some(Datum::Number(text.chars().count() as f64)),
        F::Lower => return Some(made(text.to_lowercase())),
        F::Upper => return Some(made(text.to_uppercase())),
        F::Substring => {
            let from = place(second)?;
            let length = match third {
                Datum::Undefined => usize::MAX,
                given => place(given)?,
            };
            return Some(made(text.chars().skip(from).take(length).collect()));
        }
        _ => {}
    }
    let part = second.text()?;
    let part = part.as_ref();
    Some(match function {
        F::StartsWith => Datum::Bool(text.starts_with(part)),
        F::EndsWith => Datum::Bool(text.ends_with(part)),
        F::Contains => Datum::Bool(text.contains(part)),
        F::IndexOf => {
            let found = text.find(part).map(|at| text[..at].chars().count() as f64);
            Datum::Number(found.unwrap_or(-1.0))
        }
        _ => return None,
    })
}

/// A place in a text: a whole number from zero.
fn place(value: &Datum<'_>) -> Option<usize> {
    match value {
        Datum::Number(number) if *number >= 0.0 && number.fract() == 0.0 => Some(*number as usize),
        _ => None,
    }
}

fn made(text: Option<String>) -> Datum<'static> {
    let text = text.filter(|text| text.len() <= MAX_MADE);
    text.map_or(Datum::Undefined, |text| Datum::Text(Cow::Owned(text)))
}

fn array<'a>(value: &'a Datum<'_>) -> Option<&'a [Value]> {
    match value {
        Datum::Json(value) => value.as_array().map(Vec::as_slice),
        _ => None,
    }
}

/// A point: `{"lat": …, "lon": …}`, or GeoJSON with longitude first. Latitude and longitude in degrees.
pub fn point(value: &Datum<'_>) -> Option<Point> {
    let Datum::Json(value) = value else {
        return None;
    };
    let number = |names: [&str; 3]| {
        let found = names.iter().find_map(|name| value.get(name));
        found.map_or(Datum::Undefined, Datum::from)
    };
    if let Some([longitude, latitude, ..]) = value
        .get("coordinates")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
    {
        return degrees(&latitude.into(), &longitude.into());
    }
    degrees(
        &number(["lat", "latitude", "Latitude"]),
        &number(["lon", "lng", "longitude"]),
    )
}

fn degrees(latitude: &Datum<'_>, longitude: &Datum<'_>) -> Option<Point> {
    match (latitude, longitude) {
        (Datum::Number(latitude), Datum::Number(longitude))
            if latitude.abs() <= 90.0 && longitude.abs() <= 180.0 =>
        {
            Some(Point {
                lat: *latitude,
                lon: *longitude,
            })
        }
        _ => None,
    }
}
