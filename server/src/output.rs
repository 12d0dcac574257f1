//! What commands print on standard output.

use std::io::{self, Write as _};

use serde_json::Value;

/// How to print.
#[derive(Clone, Copy, Debug)]
pub struct Output {
    json: bool,
}

impl Output {
    /// As JSON, or for people.
    pub fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether data is printed as JSON.
    pub fn is_json(self) -> bool {
        self.json
    }

    /// Prints the value as JSON, or what people read instead.
    pub fn print(self, value: &Value, text: impl FnOnce() -> String) {
        if self.json {
            self.line(&format!("{value:#}"))
        } else {
            self.line(text().trim_end())
        }
    }

    /// Prints a line. A reader that went away (`| head`) is no failure.
    pub fn line(self, text: &str) {
        let _ = writeln!(io::stdout().lock(), "{text}");
    }
}
