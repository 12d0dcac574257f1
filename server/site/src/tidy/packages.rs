//! Who may know whom (`server/ARCHITECTURE.md`, layout and invariants), read from each `Cargo.toml`.

use super::{Finding, Repository};
use toml::{Table, Value};

/// What a package may depend on.
struct Rule {
    package: &'static str,
    /// Packages of ours that it may know.
    may_know: &'static [&'static str],
    /// Packages of others that it must not know; their families (`tokio`, `tokio-util`) are meant too.
    must_not_know: &'static [&'static str],
}

/// Pure packages: no I/O, no clock, no chance, fit for the browser.
const IMPURE: &[&str] = &["axum", "leptos", "rand", "rustls", "sqlx", "tokio"];

/// SQL lives in storage alone.
const SQL: &[&str] = &["libsqlite3-sys", "sqlx"];

const RULES: [Rule; 13] = [
    Rule {
        package: "muster-core",
        may_know: &[],
        must_not_know: IMPURE,
    },
    Rule {
        package: "muster-query",
        may_know: &["core"],
        must_not_know: IMPURE,
    },
    Rule {
        package: "muster-index",
        may_know: &["core", "query"],
        must_not_know: SQL,
    },
    Rule {
        package: "muster-storage",
        may_know: &["core"],
        must_not_know: &["axum", "leptos"],
    },
    Rule {
        package: "muster-service",
        may_know: &["core", "query", "index", "storage"],
        must_not_know: &["axum", "leptos", "sqlx"],
    },
    Rule {
        package: "muster-gateway",
        may_know: &["core", "service"],
        must_not_know: &["leptos", "sqlx"],
    },
    Rule {
        package: "muster-api",
        may_know: &["core", "query", "service"],
        must_not_know: &["leptos", "sqlx"],
    },
    Rule {
        package: "muster-simulator",
        may_know: &["core"],
        must_not_know: &["axum", "leptos", "sqlx"],
    },
    Rule {
        package: "muster-app",
        may_know: &["core", "query", "service", "index"],
        must_not_know: &[
            "axum",
            "libsqlite3-sys",
            "mqtt-protocol-core",
            "rmqtt-codec",
            "sqlx",
        ],
    },
    Rule {
        package: "muster-frontend",
        may_know: &["app"],
        must_not_know: SQL,
    },
    Rule {
        package: "muster-site",
        may_know: &[],
        must_not_know: SQL,
    },
    // A program of its own, like the server: it may start any of the parts that it measures.
    Rule {
        package: "muster-bench",
        may_know: &[
            "core",
            "query",
            "index",
            "storage",
            "service",
            "gateway",
            "api",
            "simulator",
        ],
        // It asks the databases that Muster is compared with; their statements stand in files beside it.
        must_not_know: &["libsqlite3-sys"],
    },
    Rule {
        package: "muster-server",
        may_know: &[
            "app",
            "core",
            "query",
            "index",
            "storage",
            "service",
            "gateway",
            "api",
            "simulator",
        ],
        must_not_know: SQL,
    },
];

/// What a package knows only on the server: rendering pages, or with the world's time zones.
const OPTIONAL: [(&str, &str); 3] = [
    ("muster-app", "muster-index"),
    ("muster-app", "muster-service"),
    ("muster-core", "jiff"),
];

/// The only place where the browser's package may depend on anything: else a host build gets its features too.
const BROWSER_ONLY: &str = r#"cfg(target_arch = "wasm32")"#;

/// Packages depend only on those they may know. Tests may know more, never the server or the site builder.
pub(super) fn dependencies(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in repository.ending("Cargo.toml") {
        match file.text.parse::<Table>() {
            Ok(manifest) => {
                let package = manifest
                    .get("package")
                    .and_then(|package| package.get("name"))
                    .and_then(Value::as_str);
                let problems = problems(package.unwrap_or_default(), &manifest);
                findings.extend(
                    problems
                        .into_iter()
                        .map(|what| Finding::new(&file.path, 0, what)),
                );
            }
            Err(problem) => findings.push(Finding::new(
                &file.path,
                0,
                format!("not readable: {problem}"),
            )),
        }
    }
    findings
}

fn problems(package: &str, manifest: &Table) -> Vec<String> {
    let Some(rule) = RULES.iter().find(|rule| rule.package == package) else {
        return vec![format!(
            "give package {package:?} a rule in server/site/src/tidy/packages.rs"
        )];
    };
    let mut problems = Vec::new();
    for dependency in listed(manifest) {
        let name = dependency.name.as_str();
        let ours = name.strip_prefix("muster-");
        let refused = match ours {
            _ if name == package => false,
            Some("server" | "site") => true,
            Some(_) if dependency.test => false,
            Some(ours) => !rule.may_know.contains(&ours),
            None => {
                !dependency.test
                    && rule
                        .must_not_know
                        .iter()
                        .any(|other| is_family(name, other))
            }
        };
        if refused {
            problems.push(format!("{package} must not depend on {name}"));
        }
        if OPTIONAL.contains(&(package, name)) && !dependency.optional && !dependency.test {
            problems.push(format!(
                "{name} must be optional: the browser does not get it"
            ));
        }
        if package == "muster-frontend" && dependency.target != BROWSER_ONLY {
            problems.push(format!(
                "{name} must stand under [target.'{BROWSER_ONLY}'.dependencies]"
            ));
        }
    }
    problems
}

fn is_family(name: &str, family: &str) -> bool {
    name.strip_prefix(family)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_']))
}

struct Dependency {
    name: String,
    /// The condition of the target table, or nothing.
    target: String,
    optional: bool,
    test: bool,
}

/// Every dependency with where it stands, by the name of its package.
fn listed(manifest: &Table) -> Vec<Dependency> {
    let targets = manifest
        .get("target")
        .and_then(Value::as_table)
        .into_iter()
        .flatten();
    let targets =
        targets.filter_map(|(target, tables)| Some((target.as_str(), tables.as_table()?)));
    let mut found = Vec::new();
    for (target, tables) in targets.chain([("", manifest)]) {
        for kind in ["dependencies", "build-dependencies", "dev-dependencies"] {
            for (key, value) in tables
                .get(kind)
                .and_then(Value::as_table)
                .into_iter()
                .flatten()
            {
                found.push(Dependency {
                    name: value
                        .get("package")
                        .and_then(Value::as_str)
                        .unwrap_or(key)
                        .to_owned(),
                    target: target.to_owned(),
                    optional: value
                        .get("optional")
                        .and_then(Value::as_bool)
                        .unwrap_or(false),
                    test: kind == "dev-dependencies",
                });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    #![expect(
        clippy::unwrap_used,
        reason = "a manifest that cannot be read fails the test"
    )]

    use super::*;
    use crate::tidy::found;

    fn check(package: &str, tables: &str, expected: &[&str]) {
        assert_eq!(
            problems(package, &tables.parse().unwrap()),
            expected,
            "{package}: {tables}"
        );
    }

    #[test]
    fn pure_packages_stay_pure() {
        check(
            "muster-core",
            "[dependencies]\nserde = \"1\"\n[dev-dependencies]\nrand = \"0.10\"",
            &[],
        );
        check(
            "muster-core",
            "[dependencies]\ntokio-util = \"1\"",
            &["muster-core must not depend on tokio-util"],
        );
        check(
            "muster-query",
            "[dependencies]\nrandom_color = \"1\"\nmuster-core.workspace = true",
            &[],
        );
        check(
            "muster-query",
            "[dependencies.r]\npackage = \"rand\"",
            &["muster-query must not depend on rand"],
        );
        check(
            "muster-core",
            "[dependencies]\njiff = \"1\"",
            &["jiff must be optional: the browser does not get it"],
        );
        check(
            "muster-core",
            "[build-dependencies]\nmuster-query = \"1\"",
            &["muster-core must not depend on muster-query"],
        );
    }

    #[test]
    fn doors_do_not_know_each_other() {
        check(
            "muster-gateway",
            "[dependencies]\nmuster-app = \"1\"",
            &["muster-gateway must not depend on muster-app"],
        );
        check(
            "muster-gateway",
            "[dependencies]\nmuster-storage = \"1\"",
            &["muster-gateway must not depend on muster-storage"],
        );
        check(
            "muster-gateway",
            "[dev-dependencies]\nmuster-storage = \"1\"",
            &[],
        );
        check(
            "muster-gateway",
            "[dev-dependencies]\nmuster-server = \"1\"",
            &["muster-gateway must not depend on muster-server"],
        );
        check(
            "muster-server",
            "[dependencies]\nmuster-site = \"1\"",
            &["muster-server must not depend on muster-site"],
        );
        check(
            "muster-server",
            "[dependencies]\nsqlx = \"1\"",
            &["muster-server must not depend on sqlx"],
        );
    }

    #[test]
    fn the_browser_gets_only_what_is_for_it() {
        let service = "muster-service must be optional: the browser does not get it";
        check(
            "muster-app",
            "[dependencies]\nmuster-service = { workspace = true }",
            &[service],
        );
        check(
            "muster-app",
            "[dependencies]\nmuster-service = { workspace = true, optional = true }",
            &[],
        );
        check(
            "muster-frontend",
            "[target.'cfg(target_arch = \"wasm32\")'.dependencies]\nmuster-app = \"1\"",
            &[],
        );
        let target =
            "muster-app must stand under [target.'cfg(target_arch = \"wasm32\")'.dependencies]";
        check(
            "muster-frontend",
            "[dependencies]\nmuster-app = \"1\"",
            &[target],
        );
    }

    #[test]
    fn a_package_without_a_rule_is_found() {
        let files = [
            ("server/new/Cargo.toml", "[package]\nname = \"muster-new\""),
            ("app/Cargo.toml", "[oops"),
        ];
        assert_eq!(
            found(dependencies, &files),
            ["server/new/Cargo.toml:0", "app/Cargo.toml:0"]
        );
    }
}
