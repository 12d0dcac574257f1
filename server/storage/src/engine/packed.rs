//! Many rows as one text.
//!
//! SQLite runs in a thread of its own and hands over each row singly; for the rows of a batch that costs more than
//! reading them. Statements of the hot path therefore join their rows: fields with U+001F, records with U+001E. JSON
//! and device ids hold no such characters; other texts are read as JSON.

use crate::error::{StorageError, corrupt};

/// The rows of a packed statement.
#[derive(Debug)]
pub(crate) struct Packed(pub(super) String);

/// One row of them.
#[derive(Debug)]
pub(crate) struct Record<'t>(Vec<&'t str>);

impl Packed {
    pub(crate) fn records(&self) -> impl Iterator<Item = Record<'_>> {
        let records = self.0.split('\u{1E}').filter(|record| !record.is_empty());
        records.map(|record| Record(record.split('\u{1F}').collect()))
    }

    /// The same of rows with three fields, without a list for each.
    pub(crate) fn plain(&self) -> impl Iterator<Item = [&str; 3]> {
        let records = self.0.split('\u{1E}').filter(|record| !record.is_empty());
        records.map(|record| {
            let mut fields = record.splitn(3, '\u{1F}');
            [(); 3].map(|()| fields.next().unwrap_or_default())
        })
    }
}

impl<'t> Record<'t> {
    /// The text of field `index`; empty when the statement gives fewer.
    pub(crate) fn text(&self, index: usize) -> &'t str {
        self.0.get(index).copied().unwrap_or_default()
    }

    /// The number in field `index`.
    pub(crate) fn int(&self, index: usize) -> Result<i64, StorageError> {
        let text = self.text(index);
        text.parse()
            .map_err(|cause| corrupt("a batch", "number", text, cause))
    }

    /// The counter in field `index`; never negative.
    pub(crate) fn count(&self, index: usize) -> Result<u64, StorageError> {
        self.int(index).map(i64::cast_unsigned)
    }

    /// The number in field `index`; `None` when it is empty.
    pub(crate) fn optional(&self, index: usize) -> Result<Option<i64>, StorageError> {
        (!self.text(index).is_empty())
            .then(|| self.int(index))
            .transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_records_are_told_apart() {
        let check = |text: &str, want: &[&[&str]]| {
            let packed = Packed(text.to_owned());
            let got: Vec<Vec<&str>> = packed.records().map(|record| record.0).collect();
            assert_eq!(got, want, "{text:?}");
        };
        check("", &[]);
        check("a", &[&["a"]]);
        check(
            "a\u{1F}{}\u{1F}\u{1E}b\u{1F}1\u{1F}2",
            &[&["a", "{}", ""], &["b", "1", "2"]],
        );
    }
}
