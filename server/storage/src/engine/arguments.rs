//! Arguments of statements.

use std::borrow::Cow;

use sqlx::Arguments as _;
use sqlx::postgres::PgArguments;
use sqlx::sqlite::SqliteArguments;

/// A value that a statement takes as `$1`, `$2`, ….
#[derive(Clone, Debug)]
pub(crate) enum Argument {
    Int(Option<i64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
    /// Many rows at once; the last argument of its statement.
    Table(Table),
}

/// Rows by column. SQLite takes them as one JSON text for `json_each` (an array per row, bytes in hexadecimal; with
/// a single column the bare values), PostgreSQL as one array per column for `UNNEST`.
#[derive(Clone, Debug)]
pub(crate) struct Table(pub(crate) Vec<Column>);

/// The values of one column.
#[derive(Clone, Debug)]
pub(crate) enum Column {
    Int(Vec<Option<i64>>),
    Text(Vec<Option<Cow<'static, str>>>),
    Bytes(Vec<Option<Vec<u8>>>),
}

impl Table {
    /// A single column of texts.
    pub(crate) fn texts(values: impl IntoIterator<Item = String>) -> Argument {
        let values = values.into_iter().map(|text| Some(text.into())).collect();
        Argument::Table(Self(vec![Column::Text(values)]))
    }

    /// A single column of numbers.
    pub(crate) fn ints(values: impl IntoIterator<Item = i64>) -> Argument {
        Argument::Table(Self(vec![Column::Int(
            values.into_iter().map(Some).collect(),
        )]))
    }

    fn rows(&self) -> usize {
        match self.0.first() {
            Some(Column::Int(values)) => values.len(),
            Some(Column::Text(values)) => values.len(),
            Some(Column::Bytes(values)) => values.len(),
            None => 0,
        }
    }

    fn to_json(&self) -> String {
        let mut json = Vec::with_capacity(self.0.iter().map(Column::json_size).sum::<usize>() + 2);
        let single = self.0.len() == 1;
        json.push(b'[');
        for row in 0..self.rows() {
            if row > 0 {
                json.push(b',');
            }
            if !single {
                json.push(b'[');
            }
            for (index, column) in self.0.iter().enumerate() {
                if index > 0 {
                    json.push(b',');
                }
                column.write_json(row, &mut json);
            }
            if !single {
                json.push(b']');
            }
        }
        json.push(b']');
        String::from_utf8(json).expect("JSON is UTF-8")
    }
}

impl Column {
    /// About as many bytes as its JSON takes: texts are mostly JSON, whose quotes are escaped.
    fn json_size(&self) -> usize {
        const AROUND: usize = 8;
        match self {
            Self::Int(values) => values.len() * (16 + AROUND),
            Self::Text(values) => {
                let sizes = values.iter().flatten().map(|text| text.len() * 3 / 2);
                sizes.sum::<usize>() + values.len() * AROUND
            }
            Self::Bytes(values) => {
                let sizes = values.iter().flatten().map(|bytes| bytes.len() * 2);
                sizes.sum::<usize>() + values.len() * AROUND
            }
        }
    }

    fn write_json(&self, row: usize, json: &mut Vec<u8>) {
        let written = match self {
            Self::Int(values) => serde_json::to_writer(json, &values[row]),
            Self::Text(values) => serde_json::to_writer(json, &values[row]),
            Self::Bytes(values) => {
                match &values[row] {
                    Some(bytes) => write_hex(bytes, json),
                    None => json.extend_from_slice(b"null"),
                }
                Ok(())
            }
        };
        written.expect("numbers and texts are always JSON");
    }
}

fn write_hex(bytes: &[u8], json: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    json.push(b'"');
    for byte in bytes {
        json.push(DIGITS[usize::from(byte >> 4)]);
        json.push(DIGITS[usize::from(byte & 15)]);
    }
    json.push(b'"');
}

impl From<i64> for Argument {
    fn from(value: i64) -> Self {
        Self::Int(Some(value))
    }
}

impl From<u64> for Argument {
    fn from(value: u64) -> Self {
        Self::Int(Some(value.cast_signed()))
    }
}

impl From<usize> for Argument {
    fn from(value: usize) -> Self {
        Self::Int(Some(i64::try_from(value).unwrap_or(i64::MAX)))
    }
}

impl From<bool> for Argument {
    fn from(value: bool) -> Self {
        Self::Int(Some(value.into()))
    }
}

impl From<Option<i64>> for Argument {
    fn from(value: Option<i64>) -> Self {
        Self::Int(value)
    }
}

impl From<&str> for Argument {
    fn from(value: &str) -> Self {
        Self::Text(Some(value.to_owned()))
    }
}

impl From<String> for Argument {
    fn from(value: String) -> Self {
        Self::Text(Some(value))
    }
}

impl From<Option<String>> for Argument {
    fn from(value: Option<String>) -> Self {
        Self::Text(value)
    }
}

impl From<Vec<u8>> for Argument {
    fn from(value: Vec<u8>) -> Self {
        Self::Bytes(Some(value))
    }
}

impl From<Option<Vec<u8>>> for Argument {
    fn from(value: Option<Vec<u8>>) -> Self {
        Self::Bytes(value)
    }
}

pub(super) fn for_sqlite(arguments: Vec<Argument>) -> Result<SqliteArguments, sqlx::Error> {
    let mut bound = SqliteArguments::default();
    for argument in arguments {
        match argument {
            Argument::Int(value) => bound.add(value),
            Argument::Text(value) => bound.add(value),
            Argument::Bytes(value) => bound.add(value),
            Argument::Table(table) => bound.add(table.to_json()),
        }
        .map_err(sqlx::Error::Encode)?;
    }
    Ok(bound)
}

pub(super) fn for_postgres(arguments: Vec<Argument>) -> Result<PgArguments, sqlx::Error> {
    let mut bound = PgArguments::default();
    for argument in arguments {
        match argument {
            Argument::Int(value) => bound.add(value).map_err(sqlx::Error::Encode)?,
            Argument::Text(value) => bound.add(value).map_err(sqlx::Error::Encode)?,
            Argument::Bytes(value) => bound.add(value).map_err(sqlx::Error::Encode)?,
            Argument::Table(table) => {
                for column in table.0 {
                    match column {
                        Column::Int(values) => bound.add(values),
                        Column::Text(values) => bound.add(values),
                        Column::Bytes(values) => bound.add(values),
                    }
                    .map_err(sqlx::Error::Encode)?;
                }
            }
        }
    }
    Ok(bound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_become_json() {
        let check = |columns, want: &str| assert_eq!(Table(columns).to_json(), want);
        let ints = || Column::Int(vec![Some(1), None]);
        let texts = || Column::Text(vec![Some("a\"b\u{1}".into()), None]);
        let bytes = || Column::Bytes(vec![None, Some(vec![0, 0xAF])]);
        check(vec![ints()], "[1,null]");
        check(vec![texts()], r#"["a\"b\u0001",null]"#);
        check(
            vec![ints(), texts(), bytes()],
            r#"[[1,"a\"b\u0001",null],[null,null,"00af"]]"#,
        );
        check(vec![], "[]");
    }
}
