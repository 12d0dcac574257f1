//! Why a text is not a condition, in words for the person who typed it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A text is not a condition.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct QueryError {
    /// Where in the text, as a byte offset.
    pub position: usize,
    /// The same place as people count: characters, from 1.
    pub column: usize,
    /// What is wrong there.
    pub message: String,
    /// What may have been meant in its place.
    pub suggestion: Option<String>,
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at character {}: {}", self.column, self.message)?;
        match &self.suggestion {
            Some(suggestion) => write!(f, "; did you mean {suggestion}?"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for QueryError {}

impl QueryError {
    /// An error at a byte offset of `text`.
    pub(crate) fn new(text: &str, position: usize, message: impl Into<String>) -> Self {
        let before = text.get(..position).unwrap_or(text);
        Self {
            position,
            column: before.chars().count() + 1,
            message: message.into(),
            suggestion: None,
        }
    }

    /// With what may have been meant.
    pub(crate) fn suggesting(mut self, suggestion: impl Into<String>) -> Self {
        self.suggestion = Some(suggestion.into());
        self
    }
}

/// Longest word for which a neighbour is looked for, in bytes; bounds the work.
const MAX_WORD: usize = 64;

/// The word that `typed` most likely stands for: at most a third of its letters differ, case aside.
pub(crate) fn nearest<'a>(typed: &str, known: &[&'a str]) -> Option<&'a str> {
    if typed.len() > MAX_WORD {
        return None;
    }
    let allowed = (typed.chars().count() / 3).max(1);
    known
        .iter()
        .map(|word| (distance(typed, word), *word))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

/// Edits (insert, delete, replace, swap neighbours) between two words, case aside.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().map(|c| c.to_ascii_lowercase()).collect();
    let b: Vec<char> = b.chars().map(|c| c.to_ascii_lowercase()).collect();
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 0..a.len() {
        let mut row = vec![i + 1];
        for j in 0..b.len() {
            let replaced = last[j] + usize::from(a[i] != b[j]);
            let mut best = replaced.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j] {
                best = best.min(before[j - 1] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_counts_edits() {
        let check = |a, b, want| assert_eq!(distance(a, b), want, "{a} {b}");
        check("", "", 0);
        check("tags", "TAGS", 0);
        check("tag", "tags", 1);
        check("stauts", "status", 1);
        check("", "abc", 3);
        check("kitten", "sitting", 3);
    }

    #[test]
    fn only_near_words_are_suggested() {
        let known = ["deviceId", "status", "tags"];
        let check = |typed, want| assert_eq!(nearest(typed, &known), want, "{typed}");
        check("devicId", Some("deviceId"));
        check("device_id", Some("deviceId"));
        check("stat", None);
        check("site", None);
        check("tag", Some("tags"));
        check(&"s".repeat(65), None);
    }
}
