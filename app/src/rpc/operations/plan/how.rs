//! The third step: in which order, under which conditions.

use muster_core::gate::Gate;
use muster_core::operation::{
    FailureRule, How, Limits, MAX_ATTEMPTS, MAX_GATES, MAX_WAVES, Offline, OnFailures, Wave,
    WaveSize,
};
use muster_query::Condition;

use super::read::{Problems, moment, number, seconds};
use crate::rpc::operations::draft::{self, ConditionForm, WaveForm};

/// Most devices a number in the form can mean.
const MANY: u32 = 100_000_000;

/// The careful waves: ten devices, then growing shares in thousandths, then the rest.
const CAREFUL: [WaveSize; 5] = [
    WaveSize::Count { devices: 10 },
    WaveSize::Permille { share: 10 },
    WaveSize::Permille { share: 100 },
    WaveSize::Permille { share: 500 },
    WaveSize::Rest,
];

/// The way. Where something is wrong a usual value stands in its place, and the problem is noted.
pub fn how(form: &draft::How, problems: &mut Problems) -> How {
    let mut count = |field: &str, text: &str, least, most| {
        let field = format!("how[{field}]");
        problems.take(&field, number(text, least, most)).flatten()
    };
    let limits = Limits {
        per_minute: count("per_minute", &form.per_minute, 1, MANY),
        in_flight: count("in_flight", &form.in_flight, 1, MANY),
    };
    let attempts = count("attempts", &form.attempts, 1, u32::from(MAX_ATTEMPTS));
    let failures = failures(form, &mut count);
    let mut span = |field: &str, text: &str, usual| {
        let field = format!("how[{field}]");
        problems.take(&field, seconds(text)).unwrap_or(usual)
    };
    let retry_after_s = span("retry_after", &form.retry_after, 300);
    let timeout_s = span("timeout", &form.timeout, 3600);
    if timeout_s == 0 {
        problems.add("how[timeout]", "give each device some time");
    }
    let starts_at = problems.take("how[starts_at]", moment(&form.starts_at));
    let expires_at = problems.take("how[expires_at]", moment(&form.expires_at));
    let (starts_at, expires_at) = (starts_at.flatten(), expires_at.flatten());
    if let (Some(start), Some(end)) = (starts_at, expires_at)
        && end <= start
    {
        problems.add("how[expires_at]", "choose a moment after the beginning");
    }
    How {
        starts_at,
        expires_at,
        waves: waves(form, problems),
        gates: gates(form, problems),
        limits,
        offline: match form.offline.as_str() {
            "fail" => Offline::Fail,
            "next_contact" => Offline::NextContact,
            _ => Offline::Wait,
        },
        attempts: attempts.and_then(|n| u8::try_from(n).ok()).unwrap_or(1),
        retry_after_s,
        timeout_s,
        newcomers: !form.newcomers.is_empty(),
        failures,
    }
}

fn failures(
    form: &draft::How,
    count: &mut impl FnMut(&str, &str, u32, u32) -> Option<u32>,
) -> Option<FailureRule> {
    let percent = count("fail_percent", &form.fail_percent, 1, 100);
    let devices = count("fail_count", &form.fail_count, 1, MANY);
    let after = count("fail_after", &form.fail_after, 0, MANY);
    (percent.is_some() || devices.is_some()).then(|| FailureRule {
        count: devices,
        percent: percent.and_then(|n| u8::try_from(n).ok()),
        after: after.unwrap_or(0),
        then: match form.fail_then.as_str() {
            "stop" => OnFailures::Stop,
            "roll_back" => OnFailures::RollBack,
            _ => OnFailures::Pause,
        },
    })
}

fn waves(form: &draft::How, problems: &mut Problems) -> Vec<Wave> {
    match form.waves.as_str() {
        "careful" => {
            let success = percent(problems, "how[success]", &form.success);
            let soak = problems.take("how[soak]", seconds(&form.soak)).unwrap_or(0);
            let wave = |size| Wave {
                size,
                success_percent: success,
                soak_s: soak,
                manual: !form.manual.is_empty(),
            };
            CAREFUL.map(wave).into()
        }
        "own" => {
            let used = |row: &&WaveForm| !row.kind.is_empty();
            let rows: Vec<_> = form.rows.iter().filter(used).collect();
            match rows.len() {
                0 => problems.add("how[waves]", "describe at least one wave"),
                n if n > MAX_WAVES => {
                    problems.add("how[waves]", format!("describe at most {MAX_WAVES} waves"));
                }
                _ => {}
            }
            let rows = form.rows.iter().enumerate();
            rows.filter(|(_, row)| !row.kind.is_empty())
                .filter_map(|(index, row)| own_wave(index, row, problems))
                .collect()
        }
        _ => Vec::new(),
    }
}

fn own_wave(index: usize, row: &WaveForm, problems: &mut Problems) -> Option<Wave> {
    let field = |name: &str| format!("how[rows][{index}][{name}]");
    let size = match row.kind.as_str() {
        "count" => number(&row.value, 1, MANY).and_then(|n| {
            let devices = n.ok_or("write how many devices")?;
            Ok(WaveSize::Count { devices })
        }),
        "percent" => permille(&row.value).map(|share| WaveSize::Permille { share }),
        "query" => match Condition::parse(&row.value) {
            Ok(condition) if !condition.is_all() => Ok(WaveSize::Query {
                text: condition.to_string(),
            }),
            Ok(_) => Err("write a condition".to_owned()),
            Err(error) => Err(error.to_string()),
        },
        _ => Ok(WaveSize::Rest),
    };
    let size = problems.take(&field("value"), size)?;
    let success = match row.success.trim() {
        "" => 95,
        text => percent(problems, &field("success"), text),
    };
    let soak = match row.soak.trim() {
        "" => 0,
        text => problems.take(&field("soak"), seconds(text)).unwrap_or(0),
    };
    Some(Wave {
        size,
        success_percent: success,
        soak_s: soak,
        manual: !row.manual.is_empty(),
    })
}

/// A share such as `1`, `0.5` or `50 %`, in thousandths.
fn permille(text: &str) -> Result<u16, String> {
    let text = text.trim().trim_end_matches('%').trim();
    text.parse::<f64>()
        .ok()
        .map(|percent| (percent * 10.0).round())
        .filter(|share| (1.0..=1000.0).contains(share))
        .map(|share| share as u16)
        .ok_or_else(|| "write a share from 0.1 to 100 %".to_owned())
}

fn percent(problems: &mut Problems, field: &str, text: &str) -> u8 {
    let text = text.trim().trim_end_matches('%');
    let read = problems.take(field, number(text, 0, 100)).flatten();
    read.and_then(|n| u8::try_from(n).ok()).unwrap_or(0)
}

fn gates(form: &draft::How, problems: &mut Problems) -> Vec<Gate> {
    let mut gates = Vec::new();
    let named = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
    gates.extend(named(&form.window).map(|window| Gate::Window { window }));
    gates.extend(named(&form.calendar).map(|calendar| Gate::Calendar { calendar }));
    gates.extend(named(&form.place).map(|place| Gate::Place {
        place,
        inside: form.place_side != "outside",
    }));
    if !form.online.is_empty() {
        gates.push(Gate::Online);
    }
    let condition = |label: &str, text: String| Gate::Condition {
        label: label.to_owned(),
        text,
    };
    if !form.power.is_empty() {
        let least = problems.take("how[battery]", number(&form.battery, 1, 100));
        let least = least.flatten().unwrap_or(40);
        let text = format!(
            "properties.reported.power.source = 'mains' OR properties.reported.power.battery >= {least}"
        );
        gates.push(condition(
            &format!("On mains power, or battery at {least}% or more"),
            text,
        ));
    }
    if !form.network.is_empty() {
        let text = "properties.reported.network.type IN ['ethernet', 'wifi']";
        gates.push(condition("On Ethernet or Wi-Fi", text.to_owned()));
    }
    if !form.idle.is_empty() {
        let text = "NOT properties.reported.inUse = true";
        gates.push(condition("Not in use", text.to_owned()));
    }
    for (index, row) in form.conditions.iter().enumerate() {
        gates.extend(own_gate(index, row, problems));
    }
    if gates.len() > MAX_GATES {
        problems.add(
            "how[conditions][0][text]",
            format!("an operation has at most {MAX_GATES} gates"),
        );
    }
    gates
}

fn own_gate(index: usize, row: &ConditionForm, problems: &mut Problems) -> Option<Gate> {
    if row.text.trim().is_empty() {
        return None;
    }
    let field = format!("how[conditions][{index}][text]");
    let text = problems
        .take(&field, Condition::parse(&row.text))?
        .to_string();
    let label = match row.label.trim() {
        "" => text.clone(),
        label => label.to_owned(),
    };
    Some(Gate::Condition { label, text })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_thousandths() {
        let check = |text: &str, want: Option<u16>| assert_eq!(permille(text).ok(), want, "{text}");
        check("1", Some(10));
        check("0.5 %", Some(5));
        check("100", Some(1000));
        check("0", None);
        check("101", None);
        check("half", None);
    }

    #[test]
    fn the_presets_are_conditions_of_the_query_language() {
        let form = draft::How {
            power: "on".to_owned(),
            network: "on".to_owned(),
            idle: "on".to_owned(),
            online: "on".to_owned(),
            ..draft::How::default()
        };
        let mut problems = Problems::default();
        let gates = gates(&form, &mut problems);
        assert_eq!(gates.len(), 4);
        for gate in gates {
            if let Gate::Condition { text, .. } = gate {
                assert!(Condition::parse(&text).is_ok(), "{text}");
            }
        }
        assert_eq!(problems.into_list(), []);
    }
}
