//! A throw-away PostgreSQL server. It listens on a socket in its own directory only, and ends and cleans up when its
//! standard input closes, so also when the test process dies.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, PgConnection, Postgres, QueryBuilder};

/// Reads orders line by line and answers each with a line.
const SCRIPT: &str = r#"
set -u
cd /
dir=$(mktemp -d "${TMPDIR:-/tmp}/muster-postgres.XXXXXX") || exit 1
"$BIN/initdb" -D "$dir/data" -U muster -A trust -E UTF8 --locale=C --no-sync >"$dir/initdb.log" 2>&1 || {
    cat "$dir/initdb.log" >&2; rm -rf "$dir"; exit 1; }
start() {
    "$BIN/postgres" -D "$dir/data" -k "$dir" -c listen_addresses= -c fsync=off -c max_connections=300 \
        -c log_min_messages=fatal >"$dir/log" 2>&1 </dev/null &
    pid=$!
}
start
echo "$dir"
while read -r order; do
    case $order in
        crash) kill -QUIT $pid; wait $pid; echo crashed ;;
        start) start; echo started ;;
    esac
done
kill -INT $pid 2>/dev/null
wait $pid
rm -rf "$dir"
"#;

/// How long a server may take to answer.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub(crate) struct Server {
    directory: PathBuf,
    orders: Mutex<(ChildStdin, BufReader<ChildStdout>)>,
    child: Mutex<Child>,
}

impl Server {
    /// Makes and starts a server; `None` when tests with PostgreSQL are switched off.
    pub(crate) async fn start() -> Option<Self> {
        if std::env::var_os("MUSTER_SKIP_POSTGRES").is_some_and(|value| value == "1") {
            println!("skipped: MUSTER_SKIP_POSTGRES is set");
            return None;
        }
        let programs = find_programs().expect(
            "PostgreSQL is not installed; install it (Debian, Ubuntu: apt install postgresql) or set MUSTER_SKIP_POSTGRES=1",
        );
        let mut child = as_ordinary_user()
            .args(["sh", "-c", SCRIPT])
            .env("BIN", programs)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("sh, and runuser when run by root, are there");
        let orders = child.stdin.take().unwrap();
        let mut answers = BufReader::new(child.stdout.take().unwrap());
        let mut directory = String::new();
        answers.read_line(&mut directory).unwrap();
        assert!(
            !directory.is_empty(),
            "PostgreSQL could not be set up; see the lines above"
        );
        let server = Self {
            directory: PathBuf::from(directory.trim()),
            orders: Mutex::new((orders, answers)),
            child: Mutex::new(child),
        };
        server.wait_until_it_answers().await;
        Some(server)
    }

    /// Makes an empty database; returns its address.
    pub(crate) async fn make_database(&self, name: &str) -> String {
        let mut connection = self.connect("postgres").await.unwrap();
        let mut statement = QueryBuilder::<Postgres>::new("CREATE DATABASE ");
        statement.push(name);
        statement.build().execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        format!(
            "postgres://muster@localhost/{name}?host={}",
            self.directory.display()
        )
    }

    /// Ends the server at once, as a power cut would.
    pub(crate) fn crash(&self) {
        self.order("crash");
    }

    /// Starts it again.
    pub(crate) async fn start_again(&self) {
        self.order("start");
        self.wait_until_it_answers().await;
    }

    fn order(&self, order: &str) {
        let mut channel = self.orders.lock().unwrap();
        writeln!(channel.0, "{order}").unwrap();
        let mut answer = String::new();
        channel.1.read_line(&mut answer).unwrap();
        assert!(!answer.is_empty(), "no answer to {order}");
    }

    async fn connect(&self, database: &str) -> Result<PgConnection, sqlx::Error> {
        let options = PgConnectOptions::new()
            .socket(&self.directory)
            .username("muster");
        options.database(database).connect().await
    }

    async fn wait_until_it_answers(&self) {
        let started = Instant::now();
        while let Err(error) = self.connect("postgres").await {
            assert!(
                started.elapsed() < PATIENCE,
                "PostgreSQL does not answer: {error}"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Ends and cleans up by itself once its input closes; this only waits for it.
        let child = self.child.get_mut().unwrap();
        drop(child.stdin.take());
        let (orders, _) = self.orders.get_mut().unwrap();
        let _ = writeln!(orders, "end");
    }
}

/// The newest PostgreSQL of this machine.
fn find_programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places: Vec<PathBuf> = std::env::split_paths(&path).collect();
    places.push("/usr/local/bin".into());
    places.push("/usr/local/pgsql/bin".into());
    if let Ok(versions) = std::fs::read_dir("/usr/lib/postgresql") {
        let mut versions: Vec<PathBuf> = versions.flatten().map(|entry| entry.path()).collect();
        versions.sort();
        places.extend(
            versions
                .into_iter()
                .rev()
                .map(|version| version.join("bin")),
        );
    }
    let complete = |place: &Path| place.join("initdb").exists() && place.join("postgres").exists();
    places.into_iter().find(|place| complete(place))
}

/// PostgreSQL refuses to run as root.
fn as_ordinary_user() -> Command {
    let id = Command::new("id").arg("-u").output().expect("id is there");
    if id.stdout.trim_ascii() != b"0" {
        return Command::new("env");
    }
    let mut command = Command::new("runuser");
    command.args(["-u", "postgres", "--"]);
    command
}
