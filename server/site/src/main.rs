//! The command line: `site build`, `site size`, `site tidy`, `site watch`.
#![expect(
    clippy::print_stdout,
    reason = "a command-line tool answers on standard output"
)]

use muster_site::builder::{self, Manifest, Mode, Options};
use muster_site::{tidy, watch};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "\
site: builds what the browser gets, and checks the house rules

  site build [--dev] [--out DIR]   build the site (default: release, into target/site)
  site size [--out DIR]            print the size table of the last build
  site tidy                        check the house rules of the repository
  site watch                       development: rebuild and restart the server on change

Example: cargo site build --dev
";

/// Exit status for a command line that is wrong, as everywhere in Muster.
const USED_WRONGLY: u8 = 2;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if words.first() == Some(&builder::CALLED_AS) {
        return report(builder::link(&arguments).map(|()| String::new()));
    }
    let Some(root) = repository_root() else {
        return failed(
            "run this inside the repository: server/site/Cargo.toml was not found above here",
        );
    };
    match words.as_slice() {
        ["build", flags @ ..] => match options(&root, flags) {
            Ok(options) => report(builder::build(&options).map(|manifest| manifest.table())),
            Err(problem) => wrong(&problem),
        },
        ["size", flags @ ..] => match options(&root, flags) {
            Ok(options) => report(Manifest::read(&options.out).map(|manifest| manifest.table())),
            Err(problem) => wrong(&problem),
        },
        ["tidy"] => tidy_repository(&root),
        ["watch"] => report(watch::watch(&root).map(|()| String::new())),
        ["help" | "--help" | "-h"] => {
            print!("{USAGE}");
            ExitCode::SUCCESS
        }
        [] => wrong("name a command"),
        [other, ..] => wrong(&format!("unknown command or argument: {other}")),
    }
}

/// The nearest directory at or above the current one that holds this package.
fn repository_root() -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    here.ancestors()
        .find(|dir| dir.join("server/site/Cargo.toml").is_file())
        .map(Path::to_path_buf)
}

fn options(root: &Path, flags: &[&str]) -> Result<Options, String> {
    let mut options = Options::new(root, Mode::Release);
    let mut rest = flags.iter();
    while let Some(flag) = rest.next() {
        match *flag {
            "--dev" => options.mode = Mode::Dev,
            "--out" => {
                options.out = rest
                    .next()
                    .map(PathBuf::from)
                    .ok_or("--out needs a directory")?
            }
            other => return Err(format!("unknown argument: {other}")),
        }
    }
    Ok(options)
}

fn tidy_repository(root: &Path) -> ExitCode {
    let repository = match tidy::Repository::read(root) {
        Ok(repository) => repository,
        Err(problem) => return failed(&format!("read the repository: {problem}")),
    };
    let findings = tidy::findings(&repository);
    for finding in &findings {
        println!("{finding}");
    }
    if findings.is_empty() {
        println!(
            "tidy: {} files, {} checks, nothing to say",
            repository.files.len(),
            tidy::CHECKS.len()
        );
        return ExitCode::SUCCESS;
    }
    failed(&format!("tidy: {} findings", findings.len()))
}

fn report(outcome: Result<String, builder::BuildError>) -> ExitCode {
    match outcome {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(problem) => failed(&problem.to_string()),
    }
}

fn failed(problem: &str) -> ExitCode {
    eprintln!("site: {problem}");
    ExitCode::FAILURE
}

fn wrong(problem: &str) -> ExitCode {
    eprint!("site: {problem}\n\n{USAGE}");
    ExitCode::from(USED_WRONGLY)
}
