//! `muster query`.

use clap::Args;
use serde_json::Value;

use crate::commands::unexpected;
use crate::config::Config;
use crate::control::Connection;
use crate::control::command::{Answer, Command as Request, QUERY_CHUNK};
use crate::failure::Failure;
use crate::output::Output;
use crate::printed::{table, text_at};

/// What a table of whole twins shows; `--json` shows everything.
const TWIN_COLUMNS: [&str; 4] = ["deviceId", "status", "connectionState", "lastActivityTime"];

/// Flags of `query`.
#[derive(Args, Debug)]
#[command(
    after_help = "A condition alone stands for SELECT * FROM devices WHERE …\n\nExamples:\n  \
                        muster query \"SELECT tags.site, COUNT() AS n FROM devices GROUP BY tags.site ORDER BY n DESC\"\n  \
                        muster query \"properties.reported.battery < 20\" --limit 10 --json"
)]
pub struct Options {
    /// A query of the query language, or a condition on devices
    #[arg(value_name = "QUERY")]
    pub text: String,
    /// Most rows [default: all]
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
}

/// Carries it out.
pub async fn run(options: &Options, config: &Config, output: &Output) -> Result<(), Failure> {
    let connection = Connection::open(config).await?;
    let asked = asked(&connection, options).await;
    connection.close().await;
    let (rows, mut columns) = asked?;
    output.print(&Value::Array(rows.clone()), || {
        if columns.is_empty() {
            columns = TWIN_COLUMNS.map(str::to_owned).to_vec();
        }
        let heads: Vec<&str> = columns.iter().map(String::as_str).collect();
        let cells = |row: &Value| heads.iter().map(|head| text_at(row, &[head])).collect();
        let lines: Vec<Vec<String>> = rows.iter().map(cells).collect();
        format!("{}{} rows", table(&heads, &lines), rows.len())
    });
    Ok(())
}

/// Asks part by part, so that a large answer never stands in memory whole on the hub's side.
async fn asked(
    connection: &Connection,
    options: &Options,
) -> Result<(Vec<Value>, Vec<String>), Failure> {
    let most = options.limit.unwrap_or(usize::MAX);
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let request = Request::Query {
            text: options.text.clone(),
            limit: QUERY_CHUNK.min(most - all.len()),
            continuation: after,
        };
        let answer = connection.ask(request).await?;
        let Answer::Rows {
            rows,
            columns,
            continuation,
        } = answer
        else {
            return Err(unexpected());
        };
        all.extend(rows);
        if continuation.is_none() || all.len() >= most {
            return Ok((all, columns));
        }
        after = continuation;
    }
}
