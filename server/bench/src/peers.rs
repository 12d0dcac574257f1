//! The same questions to databases, over the same documents, in the same run: PostgreSQL with a GIN index and with
//! expression indexes, SQLite scanning JSONB. Their statements stand in `peers/`.

use std::time::Instant;

use serde_json::{Value, json};
use sqlx::{Connection as _, PgConnection, SqliteConnection};

use crate::Outcome;
use crate::fleet;
use crate::latency::Latencies;
use crate::postgres::Postgres;
use crate::report::{Report, say};

/// How often each query is asked; a scan of a large table takes seconds.
const ROUNDS: usize = 5;

/// Documents that are stored at once.
const BATCH: usize = 5_000;

/// Measures both peers and adds their medians beside the figures of the same name.
pub(crate) async fn measure(report: &mut Report, devices: usize) -> Outcome {
    sqlite(report, devices).await?;
    postgres(report, devices).await
}

/// The document of a device, as PostgreSQL and SQLite would keep it.
fn document(n: usize) -> Value {
    json!({
        "deviceId": fleet::id(n),
        "status": "enabled",
        "tags": fleet::tags(n),
        "properties": { "desired": fleet::desired(n), "reported": fleet::report(n, n as u64) },
    })
}

fn batches(devices: usize) -> impl Iterator<Item = Vec<String>> {
    let starts = (0..devices).step_by(BATCH);
    starts.map(move |start| {
        let end = devices.min(start + BATCH);
        (start..end).map(|n| document(n).to_string()).collect()
    })
}

/// The statements of a file, each behind a comment with the name of its figure.
fn named(file: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let parts = file.split("-- ").filter(|part| !part.trim().is_empty());
    parts.filter_map(|part| part.split_once('\n'))
}

async fn sqlite(report: &mut Report, devices: usize) -> Outcome {
    let directory = tempfile::tempdir()?;
    let url = format!(
        "sqlite://{}?mode=rwc",
        directory.path().join("peer.db").display()
    );
    let mut peer = SqliteConnection::connect(&url).await?;
    sqlx::raw_sql(include_str!("../peers/sqlite_load.sql"))
        .execute(&mut peer)
        .await?;
    for batch in batches(devices) {
        let insert = sqlx::query(include_str!("../peers/sqlite_insert.sql"));
        insert
            .bind(format!("[{}]", batch.join(",")))
            .execute(&mut peer)
            .await?;
    }
    for (name, statement) in named(include_str!("../peers/sqlite_queries.sql")) {
        let mut latencies = Latencies::default();
        for _ in 0..ROUNDS {
            let asked = Instant::now();
            sqlx::query(statement).fetch_all(&mut peer).await?;
            latencies.push(asked.elapsed());
        }
        report.add_peer(name, "sqlite_jsonb", latencies.ms(0.5));
    }
    peer.close().await?;
    Ok(())
}

async fn postgres(report: &mut Report, devices: usize) -> Outcome {
    let Some(server) = Postgres::start()? else {
        say("no PostgreSQL server binaries here, so it is not compared with");
        return Ok(());
    };
    let mut peer = PgConnection::connect(&server.url()).await?;
    sqlx::raw_sql(include_str!("../peers/postgres_load.sql"))
        .execute(&mut peer)
        .await?;
    for batch in batches(devices) {
        let insert = sqlx::query(include_str!("../peers/postgres_insert.sql"));
        insert.bind(batch).execute(&mut peer).await?;
    }
    let ways = [
        (
            "postgres_gin",
            include_str!("../peers/postgres_gin.sql"),
            include_str!("../peers/postgres_gin_queries.sql"),
        ),
        (
            "postgres_expressions",
            include_str!("../peers/postgres_expressions.sql"),
            include_str!("../peers/postgres_expression_queries.sql"),
        ),
    ];
    for (way, prepare, queries) in ways {
        sqlx::raw_sql(prepare).execute(&mut peer).await?;
        for (name, statement) in named(queries) {
            let mut latencies = Latencies::default();
            for _ in 0..ROUNDS {
                let asked = Instant::now();
                sqlx::query(statement).fetch_all(&mut peer).await?;
                latencies.push(asked.elapsed());
            }
            report.add_peer(name, way, latencies.ms(0.5));
        }
    }
    peer.close().await?;
    Ok(())
}
