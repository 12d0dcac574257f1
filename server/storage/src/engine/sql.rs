//! Statements as constants.

/// A statement: what it is for, and its text for each engine.
#[derive(Debug)]
pub(crate) struct Sql {
    /// For error messages: what is being done.
    pub(crate) operation: &'static str,
    pub(crate) sqlite: &'static str,
    pub(crate) postgres: &'static str,
}

impl Sql {
    /// One text for both engines.
    pub(crate) const fn both(operation: &'static str, text: &'static str) -> Self {
        Self {
            operation,
            sqlite: text,
            postgres: text,
        }
    }

    /// A text for each engine.
    pub(crate) const fn pair(
        operation: &'static str,
        sqlite: &'static str,
        postgres: &'static str,
    ) -> Self {
        Self {
            operation,
            sqlite,
            postgres,
        }
    }

    /// A statement that SQLite alone needs.
    pub(crate) const fn sqlite(operation: &'static str, text: &'static str) -> Self {
        Self::pair(operation, text, "")
    }
}
