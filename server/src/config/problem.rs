//! Problems of a configuration, gathered so that people mend them in one go.

use std::fmt;

/// One thing that is wrong, and where it was written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// The flag, variable or key.
    pub place: String,
    /// What is wrong and how to write it. Never the value of a secret.
    pub what: String,
}

/// Everything that is wrong with a configuration.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the configuration cannot be used:")?;
        for Problem { place, what } in &self.0 {
            write!(f, "\n  {place}: {what}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

/// Gathers problems.
#[derive(Default, Debug)]
pub(super) struct Collector(Vec<Problem>);

impl Collector {
    pub(super) fn add(&mut self, place: impl Into<String>, what: impl Into<String>) {
        self.0.push(Problem {
            place: place.into(),
            what: what.into(),
        });
    }

    /// The value if nothing is wrong.
    pub(super) fn finish<T>(self, value: T) -> Result<T, Problems> {
        if self.0.is_empty() {
            Ok(value)
        } else {
            Err(Problems(self.0))
        }
    }
}

/// Farthest a name may be from a known one to be taken for a slip of the finger.
const MAX_SLIPS: usize = 2;

/// The known name that was probably meant.
pub(super) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let same = |text: &str| text.to_lowercase().replace('_', "-");
    let name = same(name);
    known
        .map(|known| (distance(&name, &same(known)), known))
        .filter(|(slips, _)| *slips <= MAX_SLIPS)
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, known)| known)
}

/// Levenshtein's distance.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let change = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised() {
        let check = |name, want| {
            assert_eq!(
                nearest(name, ["http", "https", "data-dir"].into_iter()),
                want,
                "{name}"
            );
        };
        check("htp", Some("http"));
        check("data_dir", Some("data-dir"));
        check("DataDir", Some("data-dir"));
        check("colour", None);
    }
}
