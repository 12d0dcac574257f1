//! Every statement is one that the engine understands.

use std::collections::HashSet;
use std::path::Path;

use muster_storage::{Location, statements};
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _, Row as _, SqlSafeStr as _};

use super::place::Place;

pub(crate) async fn every_statement_prepares(place: &Place) {
    let store = place.open().await;
    match place.location() {
        Location::Sqlite { dir } => {
            let options = SqliteConnectOptions::new().filename(dir.join("muster.db"));
            let mut connection = options.connect().await.unwrap();
            for statement in statements() {
                let prepared = connection.prepare(statement.sqlite.into_sql_str()).await;
                prepared.unwrap_or_else(|error| panic!("{}: {error}", statement.sqlite));
                read_rows_once(&mut connection, statement.sqlite).await;
            }
        }
        Location::Postgres { url } => {
            let options: PgConnectOptions = url.parse().unwrap();
            let mut connection = options.connect().await.unwrap();
            for statement in statements() {
                let prepared = connection.prepare(statement.postgres.into_sql_str()).await;
                prepared.unwrap_or_else(|error| panic!("{}: {error}", statement.postgres));
            }
        }
    }
    store.close().await;
    assert_eq!(
        statements().len(),
        constants(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")))
    );
}

/// Rows that come as one argument are the outer loop: inside another they would be read again for each row of that.
async fn read_rows_once(connection: &mut SqliteConnection, sql: &'static str) {
    let explain = format!("EXPLAIN QUERY PLAN {sql}");
    let plan = sqlx::query(AssertSqlSafe(explain))
        .fetch_all(connection)
        .await
        .unwrap();
    let mut loops = HashSet::new();
    for step in plan {
        let (parent, what): (i64, String) = (step.get("parent"), step.get("detail"));
        let is_loop = what.starts_with("SCAN ") || what.starts_with("SEARCH ");
        let inside = is_loop && !loops.insert(parent);
        assert!(!inside || !what.contains("VIRTUAL TABLE"), "{what}: {sql}");
    }
}

/// Constants of type `Sql` in the source: a statement that is not listed is not prepared here.
fn constants(directory: &Path) -> usize {
    let mut count = 0;
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            count += constants(&path);
        } else {
            let text = std::fs::read_to_string(&path).unwrap();
            let pages = 2 * text.matches("ways!(\"").count();
            count += text.matches(": Sql = ").count() + pages;
        }
    }
    count
}
