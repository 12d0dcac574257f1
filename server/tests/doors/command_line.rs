//! The command line: with a running hub and without one, exit codes, JSON.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Output;

use crate::support::Muster;

fn code(output: &Output) -> Option<i32> {
    output.status.code()
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The same conversation, wherever the hub is.
fn converse(muster: &Muster) {
    let made = muster.json(&[
        "device",
        "create",
        "pump-1",
        "--tags",
        r#"{"site":"b7"}"#,
        "--desired",
        r#"{"every":60}"#,
    ]);
    assert_eq!(
        (&made["deviceId"], &made["status"], &made["stage"]),
        (&"pump-1".into(), &"enabled".into(), &"provisioned".into())
    );
    assert!(
        !made.to_string().contains("Key"),
        "keys are not shown by the way: {made}"
    );
    muster.json(&["device", "create", "pump-2"]);

    let again = muster.run(&["device", "create", "pump-1"]);
    assert_eq!(code(&again), Some(1));
    assert!(err(&again).contains("exists already"), "{}", err(&again));

    let shown = muster.json(&["device", "show", "pump-1"]);
    assert_eq!(shown["tags"]["site"], "b7");
    assert_eq!(shown["properties"]["desired"]["every"], 60);
    assert_eq!(shown["connectionState"], "Disconnected");

    let listed = muster.json(&["device", "list", "--where", "tags.site = 'b7'"]);
    assert_eq!(listed.as_array().map(Vec::len), Some(1));
    assert_eq!(listed[0]["deviceId"], "pump-1");
    let table = out(&muster.run(&["device", "list"]));
    assert!(
        table.contains("DEVICE") && table.contains("pump-2") && table.contains("2 devices"),
        "{table}"
    );
    let asked = muster.json(&[
        "query",
        "SELECT tags.site, COUNT() AS n FROM devices GROUP BY tags.site ORDER BY n DESC",
    ]);
    assert!(
        asked
            .as_array()
            .unwrap()
            .iter()
            .any(|row| row["site"] == "b7"),
        "{asked}"
    );
    let twins = muster.json(&["query", "tags.site = 'b7'", "--limit", "1"]);
    assert_eq!(twins.as_array().map(Vec::len), Some(1));
    assert_eq!(twins[0]["tags"]["site"], "b7");
    let table = out(&muster.run(&["query", "SELECT deviceId, tags.site FROM devices"]));
    assert!(table.starts_with("deviceId"), "{table}");
    let wrong = muster.run(&["query", "SELECT * FROM device"]);
    assert!(err(&wrong).contains("did you mean devices?"));
    let away = muster.run(&["device", "invoke", "pump-1", "reboot"]);
    assert_eq!(code(&away), Some(1));
    assert!(err(&away).contains("not online"), "{}", err(&away));
    let broken = muster.run(&["device", "invoke", "pump-1", "x", "--payload", "{"]);
    assert!(
        err(&broken).contains("--payload is not JSON"),
        "{}",
        err(&broken)
    );

    let wrong = muster.run(&["device", "list", "--where", "colour = 'red'"]);
    assert_eq!(code(&wrong), Some(1));
    assert!(err(&wrong).contains("colour"), "{}", err(&wrong));

    let string = out(&muster.run(&["device", "connection-string", "pump-1"]));
    assert!(
        string.starts_with("HostName=localhost;DeviceId=pump-1;SharedAccessKey="),
        "{string}"
    );
    let second = out(&muster.run(&["device", "connection-string", "pump-1", "--secondary"]));
    assert!(second.starts_with("HostName=localhost;DeviceId=pump-1;") && second != string);
    let policy = muster.json(&["policy", "connection-string", "iothubowner"]);
    let policy = policy["connectionString"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    assert!(
        policy.starts_with("HostName=localhost;SharedAccessKeyName=iothubowner;SharedAccessKey="),
        "{policy}"
    );

    assert_eq!(code(&muster.run(&["device", "delete", "pump-2"])), Some(0));
    let gone = muster.run(&["device", "show", "pump-2"]);
    assert_eq!(code(&gone), Some(1));
    assert!(err(&gone).contains("does not exist"), "{}", err(&gone));
}

fn converse_about_operations(muster: &Muster) {
    let update = [
        "device",
        "update",
        "--where",
        "tags.site = 'b7'",
        "--tags",
        r#"{"ring":2}"#,
        "--title",
        "ring 2",
    ];
    let preview = out(&muster.run(&[&update[..], &["--dry-run"]].concat()));
    assert!(preview.contains("It would reach 1 devices."), "{preview}");
    assert!(preview.contains("Nothing was done."), "{preview}");
    let nothing = muster.run(&update[..4]);
    assert_eq!(code(&nothing), Some(2), "{}", err(&nothing));
    let made = muster.json(&update);
    let number = made["operation"].to_string();
    let show = || muster.json(&["operation", "show", &number]);
    // Without a running hub it goes on while a command has the hub open.
    let over = (0..100)
        .map(|_| show())
        .find(|now| now["endedTime"].is_string());
    let over = over.unwrap();
    assert_eq!(over["state"], "completed", "{over}");
    assert_eq!(over["counts"]["succeeded"], 1);
    let text = out(&muster.run(&["operation", "show", &number]));
    assert!(text.contains("“ring 2” is completed."), "{text}");
    let table = out(&muster.run(&["operation", "list", "--state", "completed"]));
    assert!(
        table.contains("ring 2") && table.contains("operations"),
        "{table}"
    );
    let targets = muster.json(&["operation", "targets", &number, "--state", "succeeded"]);
    assert_eq!(targets[0]["deviceId"], "pump-1");
    let late = muster.run(&["operation", "pause", &number, "--reason", "too late"]);
    assert_eq!(code(&late), Some(1), "{}", err(&late));

    let plan = r#"{"title": "much later", "task": {"kind": "updateTwin", "tags": {"ring": 3}},
                   "target": {"kind": "devices", "ids": ["pump-1"]}, "how": {"startsAt": "2099-01-01T00:00:00Z"}}"#;
    let create = ["operation", "create", "-", "--json"];
    let made = muster.run_with_input(&create, plan);
    let made: serde_json::Value = serde_json::from_str(&out(&made)).unwrap();
    assert_eq!(made["state"], "scheduled", "{made}");
    let number = made["operation"].to_string();
    let off = muster.json(&["operation", "cancel", &number, "--reason", "not wanted"]);
    assert_eq!(off["state"], "cancelled", "{off}");
    let wrong = muster.run_with_input(&create, r#"{"title": "x", "tsk": {}}"#);
    assert_eq!(code(&wrong), Some(1), "{}", err(&wrong));
    let unknown = muster.run(&["operation", "show", "999999"]);
    assert_eq!(code(&unknown), Some(1));
}

fn converse_about_people(muster: &Muster) {
    let made = muster.json(&[
        "user",
        "create",
        "ann",
        "--role",
        "operator",
        "--scope",
        "tags.site = 'b7'",
    ]);
    assert_eq!(made["name"], "ann");
    assert_eq!(made["password"].as_str().map(str::len), Some(23));
    let given = muster.run_with_input(
        &[
            "user",
            "create",
            "bob",
            "--role",
            "admin",
            "--password-stdin",
        ],
        "correct horse battery\n",
    );
    assert_eq!(code(&given), Some(0), "{}", err(&given));
    assert!(!out(&given).contains("correct horse"), "{}", out(&given));
    let short = muster.run_with_input(
        &[
            "user",
            "create",
            "eve",
            "--role",
            "admin",
            "--password-stdin",
        ],
        "short\n",
    );
    assert_eq!(code(&short), Some(2));
    assert!(err(&short).contains("at least 10"), "{}", err(&short));
    let scope = muster.run(&[
        "user", "create", "eve", "--role", "operator", "--scope", "nonsense",
    ]);
    assert_eq!(code(&scope), Some(2));
}

#[test]
fn commands_work_without_a_running_hub() {
    let muster = Muster::new();
    converse(&muster);
    converse_about_operations(&muster);
    converse_about_people(&muster);
    let key = muster.data_dir().join("keys/master.key");
    assert_eq!(
        std::fs::metadata(key).unwrap().permissions().mode() & 0o777,
        0o600
    );
}

#[test]
fn commands_reach_a_running_hub() {
    let muster = Muster::new();
    let served = muster.serve(&[]);
    let socket = muster.data_dir().join("muster.sock");
    assert_eq!(
        std::fs::metadata(&socket).unwrap().permissions().mode() & 0o777,
        0o600
    );
    converse(&muster);
    converse_about_operations(&muster);
    converse_about_people(&muster);
    assert_eq!(served.terminate(), Some(0));
    assert!(!socket.exists());
    // What was done through the hub is there without it.
    assert_eq!(
        muster.json(&["device", "show", "pump-1"])["tags"]["site"],
        "b7"
    );
}

#[test]
fn a_second_hub_on_the_same_data_is_refused() {
    let muster = Muster::new();
    let served = muster.serve(&[]);
    let second = muster.run(&[
        "serve",
        "--http",
        "127.0.0.1:0",
        "--https",
        "127.0.0.1:0",
        "--mqtt",
        "127.0.0.1:0",
        "--admin",
        "127.0.0.1:0",
        "--site-dir",
        "site",
    ]);
    assert_eq!(code(&second), Some(1));
    assert!(out(&second).is_empty());
    assert!(
        err(&second).contains("open for writing"),
        "{}",
        err(&second)
    );
    // The first one is unharmed.
    muster.json(&["device", "create", "pump-1"]);
    assert_eq!(served.terminate(), Some(0));
}

#[test]
fn commands_go_on_after_a_crash_of_the_hub() {
    let muster = Muster::new();
    let served = muster.serve(&[]);
    muster.json(&["device", "create", "pump-1"]);
    served.kill();
    assert!(
        muster.data_dir().join("muster.sock").exists(),
        "the crash left the socket"
    );
    muster.json(&["device", "show", "pump-1"]);
    muster.serve(&[]).terminate();
}

#[test]
fn the_exit_code_says_who_has_to_do_something() {
    let muster = Muster::new();
    for (arguments, want, part) in [
        (&["--help"][..], 0, "Commands:"),
        (&["--version"], 0, "muster "),
        (&[], 2, "Usage:"),
        (&["nonsense"], 2, "nonsense"),
        (&["device", "create"], 2, "<ID>"),
        (&["user", "create", "ann"], 2, "--role"),
        (&["user", "create", "ann", "--role", "king"], 2, "king"),
        (
            &["policy", "connection-string", "nonsense"],
            2,
            "registryRead",
        ),
        (&["serve", "--http", "0.0.0.0:8080"], 2, "--insecure-http"),
        (&["serve", "--http", "x", "--mqtt", "y"], 2, "--mqtt"),
        (&["device", "create", "a b"], 1, "may not contain ' '"),
        (
            &["device", "create", "a", "--tags", "[1]"],
            2,
            "--tags must be a JSON object",
        ),
        (&["check", "--data-dir", "nowhere"], 1, "no data directory"),
    ] {
        let output = muster.run(arguments);
        let text = out(&output) + &err(&output);
        assert_eq!(code(&output), Some(want), "{arguments:?}: {text}");
        assert!(
            text.contains(part),
            "{arguments:?}: {part} is not in {text}"
        );
    }
}

#[test]
fn settings_come_from_the_environment_and_the_file_too() {
    let muster = Muster::new();
    std::fs::write(
        muster.path().join("muster.toml"),
        "data-dir = \"elsewhere\"\nhostname = \"hub.example.org\"\n",
    )
    .unwrap();
    muster.json(&["device", "create", "pump-1"]);
    assert!(muster.path().join("elsewhere/keys/master.key").exists());
    let from_file = out(&muster.run(&["device", "connection-string", "pump-1"]));
    assert!(
        from_file.starts_with("HostName=hub.example.org;"),
        "{from_file}"
    );
    let from_environment = muster
        .command(&["device", "connection-string", "pump-1"])
        .env("MUSTER_HOSTNAME", "other")
        .output()
        .unwrap();
    assert!(out(&from_environment).starts_with("HostName=other;"));
    std::fs::write(
        muster.path().join("muster.toml"),
        "datadir = \"elsewhere\"\n",
    )
    .unwrap();
    let wrong = muster.run(&["device", "list"]);
    assert_eq!(code(&wrong), Some(2));
    assert!(
        err(&wrong).contains("did you mean \"data-dir\"?"),
        "{}",
        err(&wrong)
    );
}

#[test]
fn a_backup_can_be_opened_and_is_never_overwritten() {
    let muster = Muster::new();
    let served = muster.serve(&[]);
    muster.json(&["device", "create", "pump-1"]);
    let report = muster.json(&["backup", "copy.db"]);
    assert_eq!(
        report["path"].as_str().map(std::path::Path::new),
        Some(muster.path().join("copy.db").as_path())
    );
    assert!(report["bytes"].as_u64().unwrap() > 10_000);
    let again = muster.run(&["backup", "copy.db"]);
    assert_eq!(code(&again), Some(1));
    served.terminate();
}

#[test]
fn check_is_silent_when_all_is_well_and_names_what_is_not() {
    let muster = Muster::new();
    muster.serve(&[]).terminate();
    let site = ["--json"];
    let check = || {
        muster
            .command(&["check"])
            .args(site)
            .env("MUSTER_SITE_DIR", "site")
            .output()
            .unwrap()
    };
    let good = check();
    assert_eq!(
        (code(&good), out(&good).trim()),
        (Some(0), "[]"),
        "{}",
        err(&good)
    );
    let key = muster.data_dir().join("tls/server.key");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let bad = check();
    assert_eq!(code(&bad), Some(1));
    let faults: serde_json::Value = serde_json::from_slice(&bad.stdout).unwrap();
    assert_eq!(faults[0]["subject"], "tls/server.key");
    assert!(
        faults[0]["remedy"].as_str().unwrap().contains("chmod 600"),
        "{faults}"
    );
}
