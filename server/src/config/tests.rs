//! Configuration as tables: layers, defaults, problems.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;
use std::path::Path;

use super::*;

fn sources(flags: &[(&'static str, &str)], environment: &[(&str, &str)], file: &str) -> Sources {
    let flags: BTreeMap<_, _> = flags.iter().map(|(k, v)| (*k, (*v).to_owned())).collect();
    let environment = environment
        .iter()
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
    let sources = Sources::new(flags, environment);
    if file.is_empty() {
        return sources;
    }
    sources.with_file(Path::new("muster.toml"), Ok(file.to_owned()))
}

fn problems(sources: &Sources) -> String {
    Config::resolve(sources).map_or_else(|problems| problems.to_string(), |_| "none".to_owned())
}

#[test]
fn defaults_are_those_of_the_contract() {
    let config = Config::resolve(&sources(&[], &[], "")).unwrap();
    assert_eq!(config.data_dir, Path::new("./data"));
    assert_eq!(config.http.to_string(), "127.0.0.1:8080");
    assert_eq!(config.https.to_string(), "0.0.0.0:8443");
    assert_eq!(config.mqtt.to_string(), "0.0.0.0:8883");
    assert_eq!(config.admin.to_string(), "127.0.0.1:9090");
    assert_eq!(config.database, Database::Sqlite);
    assert_eq!(config.hostname, "localhost");
    assert_eq!((config.site_dir, config.insecure_http), (None, false));
}

#[test]
fn flags_win_over_environment_over_file() {
    let check =
        |flags: &[(&'static str, &str)], environment: &[(&str, &str)], file: &str, want: &str| {
            let config = Config::resolve(&sources(flags, environment, file)).unwrap();
            assert_eq!(config.admin.to_string(), want);
        };
    let file = "admin = \"127.0.0.1:3\"";
    check(&[], &[], file, "127.0.0.1:3");
    check(&[], &[("MUSTER_ADMIN", "127.0.0.1:2")], file, "127.0.0.1:2");
    check(
        &[("admin", "127.0.0.1:1")],
        &[("MUSTER_ADMIN", "127.0.0.1:2")],
        file,
        "127.0.0.1:1",
    );
    check(&[], &[("ADMIN", "127.0.0.1:2")], "", "127.0.0.1:9090");
}

#[test]
fn every_setting_can_be_written_in_each_layer() {
    let values = [
        ("data-dir", "/srv/muster"),
        ("http", "127.0.0.1:1"),
        ("insecure-http", "true"),
        ("https", "[::]:2"),
        ("mqtt", "0.0.0.0:0"),
        ("admin", "localhost:4"),
        ("database", "postgres://a:b@c/d"),
        ("hostname", "hub.example.org"),
        ("site-dir", "/srv/site"),
        ("firmware-keys", "/srv/keys"),
        ("firmware-url", "https://hub.example.org"),
        ("firmware-rate", "200"),
        ("log", "warn"),
        ("log-format", "json"),
    ];
    assert_eq!(
        values.map(|(key, _)| key),
        setting::ALL.map(|setting| setting.key)
    );
    let variables: Vec<_> = setting::ALL
        .iter()
        .map(setting::Setting::variable)
        .collect();
    let environment: Vec<_> = variables
        .iter()
        .map(String::as_str)
        .zip(values.map(|(_, value)| value))
        .collect();
    let file: String = values
        .iter()
        .map(|(key, value)| format!("{key} = \"{value}\"\n"))
        .collect();
    let want = format!("{:?}", Config::resolve(&sources(&values, &[], "")).unwrap());
    assert_eq!(
        format!(
            "{:?}",
            Config::resolve(&sources(&[], &environment, "")).unwrap()
        ),
        want
    );
    assert_eq!(
        format!("{:?}", Config::resolve(&sources(&[], &[], &file)).unwrap()),
        want
    );
    assert!(want.contains("postgres://a@c/d"), "{want}");
}

#[test]
fn all_problems_are_told_at_once_with_their_place() {
    let text = problems(&sources(
        &[("http", "nonsense")],
        &[("MUSTER_HOSTNAME", "https://hub")],
        "htps = \"x\"\nmqtt = [1]\nlog-format = \"xml\"\ninsecure-http = 7",
    ));
    for part in [
        "--http: \"nonsense\" is not an address",
        "MUSTER_HOSTNAME: \"https://hub\" is not a host name",
        "htps in muster.toml: there is no such setting; did you mean \"https\"?",
        "mqtt in muster.toml: write one text",
        "log-format in muster.toml: write text or json",
        "insecure-http in muster.toml: write true or false",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    assert_eq!(text.lines().count(), 7, "{text}");
}

#[test]
fn plain_http_stays_on_this_machine() {
    let check = |http, insecure, ok| {
        let text = problems(&sources(
            &[("http", http), ("insecure-http", insecure)],
            &[],
            "",
        ));
        assert_eq!(text == "none", ok, "{http} {insecure}: {text}");
    };
    check("127.0.0.1:0", "false", true);
    check("[::1]:0", "false", true);
    check("[::ffff:127.0.0.1]:0", "false", true);
    check("0.0.0.0:80", "false", false);
    check("192.168.1.2:80", "false", false);
    check("0.0.0.0:80", "true", true);
}

#[test]
fn endpoints_do_not_share_an_address() {
    let check = |https, admin, ok| {
        let text = problems(&sources(&[("https", https), ("admin", admin)], &[], ""));
        assert_eq!(text == "none", ok, "{text}");
    };
    check("0.0.0.0:0", "127.0.0.1:0", true);
    check("0.0.0.0:8443", "127.0.0.1:8443", false);
    check("127.0.0.2:8443", "127.0.0.1:8443", true);
}

#[test]
fn a_file_that_cannot_be_read_is_a_problem() {
    let text = problems(&sources(&[], &[], "http = "));
    assert!(text.contains("muster.toml: "), "{text}");
    let missing = std::io::Error::from(std::io::ErrorKind::NotFound);
    let sources = sources(&[], &[], "").with_file(Path::new("gone.toml"), Err(missing));
    assert!(problems(&sources).contains("gone.toml: cannot be read"));
}

#[test]
fn stray_variables_are_named_with_what_was_meant() {
    let stray = sources(
        &[],
        &[
            ("MUSTER_HTPS", "x"),
            ("MUSTER_SOAK", "1"),
            ("MUSTER_CONFIG", "y"),
        ],
        "",
    )
    .stray_variables();
    assert_eq!(
        stray,
        [
            ("MUSTER_HTPS".to_owned(), Some("MUSTER_HTTPS".to_owned())),
            ("MUSTER_SOAK".to_owned(), None)
        ]
    );
}
