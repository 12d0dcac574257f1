//! The report: a JSON file for machines and the same as a table for people.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use crate::Outcome;

/// Where the report is written.
const PATH: &str = "target/bench/report.json";

/// What a figure should hold.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Aim {
    /// Not more than this.
    AtMost(f64),
    /// Not less than this.
    AtLeast(f64),
    /// Reported without an aim of its own.
    None,
}

#[derive(Debug)]
struct Figure {
    value: f64,
    unit: &'static str,
    work: String,
    aim: Aim,
    /// What others need for the same work, by name.
    peers: BTreeMap<&'static str, f64>,
}

/// Figures as they come in.
#[derive(Debug)]
pub(crate) struct Report {
    /// Beginnings of names.
    only: Vec<String>,
    figures: BTreeMap<String, Figure>,
}

impl Report {
    pub(crate) fn new(only: &str) -> Self {
        Self {
            only: only.split(',').map(str::to_owned).collect(),
            figures: BTreeMap::new(),
        }
    }

    /// Whether figures beginning with one of these are asked for.
    pub(crate) fn wants_any(&self, prefixes: &[&str]) -> bool {
        let either = |p: &&str| {
            let mut only = self.only.iter();
            only.any(|only| p.starts_with(only) || only.starts_with(*p))
        };
        prefixes.iter().any(either)
    }

    fn wants(&self, name: &str) -> bool {
        self.only.iter().any(|only| name.starts_with(only))
    }

    /// Adds a figure, if it is asked for.
    pub(crate) fn add(
        &mut self,
        name: &str,
        value: f64,
        unit: &'static str,
        aim: Aim,
        work: impl Into<String>,
    ) {
        if !self.wants(name) {
            return;
        }
        let figure = Figure {
            value,
            unit,
            work: work.into(),
            aim,
            peers: BTreeMap::new(),
        };
        say(&line(name, &figure));
        self.figures.insert(name.to_owned(), figure);
    }

    /// Adds what somebody else needed for the work of a figure, beside its median.
    pub(crate) fn add_peer(&mut self, name: &str, peer: &'static str, value: f64) {
        let median = format!("{name}_p50");
        if let Some(figure) = self.figures.get_mut(&median) {
            say(&format!(
                "{median:<32} {value:>12.1} {:<6} {peer}",
                figure.unit
            ));
            figure.peers.insert(peer, value);
        }
    }

    /// Writes the file and prints the table.
    pub(crate) fn write(&self) -> Outcome {
        let figures: BTreeMap<&String, Value> = self
            .figures
            .iter()
            .map(|(name, f)| {
                (
                    name,
                    json!({ "value": f.value, "unit": f.unit, "work": f.work, "peer": f.peers }),
                )
            })
            .collect();
        let report = json!({ "machine": machine(), "commit": commit(), "figures": figures });
        fs::create_dir_all("target/bench")?;
        fs::write(PATH, serde_json::to_string_pretty(&report)?)?;
        say("");
        for (name, figure) in &self.figures {
            say(&line(name, figure));
        }
        say(&format!("written to {PATH}"));
        Ok(())
    }
}

fn line(name: &str, figure: &Figure) -> String {
    let (aim, held) = match figure.aim {
        Aim::AtMost(most) => (format!("≤ {most}"), figure.value <= most),
        Aim::AtLeast(least) => (format!("≥ {least}"), figure.value >= least),
        Aim::None => ("–".to_owned(), true),
    };
    let verdict = if held { "" } else { "  MISSED" };
    format!(
        "{name:<32} {:>12.1} {:<6} aim {aim:<10}{verdict}  {}",
        figure.value, figure.unit, figure.work
    )
}

/// The one place that prints: the table is what this program is for.
#[expect(clippy::print_stdout, reason = "a command-line report")]
pub(crate) fn say(text: &str) {
    println!("{text}");
}

fn machine() -> Value {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let model = fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| {
        let line = text.lines().find(|l| l.starts_with("model name"))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    });
    let memory = fs::read_to_string("/proc/meminfo").ok().and_then(|text| {
        let line = text.lines().next()?;
        Some(line.split_once(':')?.1.trim().to_owned())
    });
    json!({ "cores": cores, "cpu": model, "memory": memory })
}

fn commit() -> String {
    let output = Command::new("git")
        .args(["rev-parse", "--short", "HEAD"])
        .output();
    let text = output.map(|o| String::from_utf8_lossy(&o.stdout).trim().to_owned());
    text.unwrap_or_default()
}
