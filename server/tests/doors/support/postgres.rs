//! A throw-away PostgreSQL server that a test may crash. It listens on a socket in its own directory only, and ends and
//! cleans up when its standard input closes, so also when the test process dies.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// Reads orders line by line and answers each with a line.
const SCRIPT: &str = r#"
set -u
cd /
dir=$(mktemp -d "${TMPDIR:-/tmp}/muster-postgres.XXXXXX") || exit 1
"$BIN/initdb" -D "$dir/data" -U muster -A trust -E UTF8 --locale=C --no-sync >"$dir/initdb.log" 2>&1 || {
    cat "$dir/initdb.log" >&2; rm -rf "$dir"; exit 1; }
start() {
    "$BIN/pg_ctl" start -w -t 60 -D "$dir/data" -l "$dir/log" \
        -o "-k $dir -c listen_addresses= -c fsync=off -c log_min_messages=fatal" >"$dir/ctl.log" 2>&1 </dev/null
}
stop() { "$BIN/pg_ctl" stop -m immediate -D "$dir/data" >"$dir/ctl.log" 2>&1 </dev/null; }
start
echo "$dir"
while read -r order; do
    $order; echo done
done
stop
rm -rf "$dir"
"#;

pub(crate) struct Postgres {
    directory: PathBuf,
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    child: Child,
}

impl Postgres {
    /// Makes and starts a server; `None` when tests with PostgreSQL are switched off.
    #[expect(clippy::print_stdout, reason = "a test that does nothing says so")]
    pub(crate) fn start() -> Option<Self> {
        if std::env::var_os("MUSTER_SKIP_POSTGRES").is_some_and(|value| value == "1") {
            println!("skipped: MUSTER_SKIP_POSTGRES is set");
            return None;
        }
        let programs = programs().expect(
            "PostgreSQL is not installed; install it (Debian, Ubuntu: apt install postgresql) or set MUSTER_SKIP_POSTGRES=1",
        );
        let mut child = as_ordinary_user()
            .args(["sh", "-c", SCRIPT])
            .env("BIN", programs)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("sh, and runuser when run by root, are there");
        let mut server = Self {
            directory: PathBuf::new(),
            orders: child.stdin.take(),
            answers: BufReader::new(child.stdout.take().unwrap()),
            child,
        };
        server.directory = PathBuf::from(server.answer());
        Some(server)
    }

    /// The address of its database.
    pub(crate) fn url(&self) -> String {
        let directory = self.directory.display();
        format!("postgres://muster@localhost/postgres?host={directory}")
    }

    /// Ends the server at once, as a power cut would.
    pub(crate) fn crash(&mut self) {
        self.order("stop");
    }

    /// Starts it again; returns when it takes connections.
    pub(crate) fn start_again(&mut self) {
        self.order("start");
    }

    fn order(&mut self, order: &str) {
        writeln!(self.orders.as_mut().unwrap(), "{order}").unwrap();
        assert_eq!(self.answer(), "done");
    }

    fn answer(&mut self) -> String {
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        assert!(
            !answer.is_empty(),
            "PostgreSQL does not do as told; see the lines above"
        );
        answer.trim().to_owned()
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // Ends and cleans up by itself once its input closes.
        drop(self.orders.take());
        let _ = self.child.wait();
    }
}

/// The newest PostgreSQL of this machine.
fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places: Vec<PathBuf> = std::env::split_paths(&path).collect();
    if let Ok(versions) = std::fs::read_dir("/usr/lib/postgresql") {
        places.extend(versions.flatten().map(|entry| entry.path().join("bin")));
    }
    places.sort();
    let complete = |place: &PathBuf| place.join("initdb").exists() && place.join("pg_ctl").exists();
    places.into_iter().rev().find(complete)
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
