//! Which engine keeps the data.

use std::fmt;

/// The database.
#[derive(Clone, PartialEq, Eq)]
pub enum Database {
    /// A file in the data directory.
    Sqlite,
    /// A PostgreSQL server, by URL. The URL may hold a password.
    Postgres(String),
}

impl Database {
    /// From `sqlite` or `postgres://…`. What is wrong is told without repeating the text: it may hold a password.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text == "sqlite" {
            return Ok(Self::Sqlite);
        }
        match text.split_once("://") {
            Some(("postgres" | "postgresql", rest)) if !rest.is_empty() => {
                Ok(Self::Postgres(text.to_owned()))
            }
            Some((scheme, _)) if scheme.bytes().all(|b| b.is_ascii_alphanumeric()) => Err(format!(
                "{scheme}:// is not supported; write sqlite, or postgres://user:password@host/database"
            )),
            _ => Err("write sqlite, or postgres://user:password@host/database".to_owned()),
        }
    }
}

impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite => f.write_str("sqlite"),
            Self::Postgres(url) => f.write_str(&without_password(url)),
        }
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Scheme, user, host and database; neither the password nor parameters, where one may hide.
fn without_password(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("postgres", url));
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    match rest.rsplit_once('@') {
        None => format!("{scheme}://{rest}"),
        Some((user, host)) => {
            let user = user.split(':').next().unwrap_or_default();
            format!("{scheme}://{user}@{host}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_never_shown() {
        let check = |url: &str, want: &str| {
            assert_eq!(format!("{:?}", Database::parse(url)), format!("Ok({want})"));
        };
        check("sqlite", "sqlite");
        check(
            "postgres://ann:secret@db:5432/muster",
            "postgres://ann@db:5432/muster",
        );
        check(
            "postgresql://ann:se@cret@db/muster",
            "postgresql://ann@db/muster",
        );
        check(
            "postgres://db/muster?password=secret",
            "postgres://db/muster",
        );
    }

    #[test]
    fn other_engines_are_refused_without_repeating_the_text() {
        let check = |url: &str, want: &str| {
            let problem = Database::parse(url).err().unwrap_or_default();
            assert!(
                problem.starts_with(want) && !problem.contains("secret"),
                "{problem}"
            );
        };
        check("mysql://a:secret@b/c", "mysql:// is not supported");
        check("secret", "write sqlite");
        check("postgres://", "postgres:// is not");
    }
}
