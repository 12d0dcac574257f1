//! `serve --demo`: accounts, devices, and the same again after a restart.

use std::process::{Command, Stdio};

use crate::support::{Browser, Muster, eventually};

fn passwords(muster: &Muster) -> serde_json::Value {
    serde_json::from_slice(&std::fs::read(muster.path().join("passwords.json")).unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_makes_accounts_and_devices_once() {
    let muster = Muster::new();
    let demo = [
        "--demo",
        "--demo-devices",
        "24",
        "--demo-passwords",
        "passwords.json",
    ];
    let served = muster.serve(&demo);
    let passwords = passwords(&muster);
    for role in ["operator", "supervisor", "manager", "admin"] {
        let password = passwords[role].as_str().unwrap();
        assert!(
            muster.log().contains(password),
            "people read it on the console"
        );
        let mut browser = Browser::new(served.at("http"), None);
        browser.sign_in(role, password).await;
        assert!(browser.is_signed_in().await);
    }
    let fleet = muster.json(&["device", "list"]);
    assert_eq!(fleet.as_array().map(Vec::len), Some(24));
    let connected = || {
        let fleet = muster.json(&["device", "list", "--where", "connectionState = 'Connected'"]);
        fleet.as_array().map_or(0, Vec::len)
    };
    eventually("most devices connect", || async { connected() >= 20 }).await;
    assert_eq!(served.terminate(), Some(0));

    muster.json(&["device", "delete", fleet[0]["deviceId"].as_str().unwrap()]);
    let served = muster.serve(&demo);
    assert!(!muster.log().contains(passwords["admin"].as_str().unwrap()));
    assert_eq!(
        muster.json(&["device", "list"]).as_array().map(Vec::len),
        Some(23),
        "what was deleted stays deleted"
    );
    eventually("most devices connect again", || async { connected() >= 19 }).await;
    let mut browser = Browser::new(served.at("http"), None);
    browser
        .sign_in("admin", passwords["admin"].as_str().unwrap())
        .await;
    assert_eq!(served.terminate(), Some(0));
}

#[test]
fn a_data_directory_in_use_does_not_become_a_demo() {
    let muster = Muster::new();
    muster.json(&["device", "create", "pump-1"]);
    let output = muster
        .command(&[
            "serve",
            "--demo",
            "--http",
            "127.0.0.1:0",
            "--https",
            "127.0.0.1:0",
            "--mqtt",
            "127.0.0.1:0",
        ])
        .args(["--admin", "127.0.0.1:0", "--site-dir", "site"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("holds no demo"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn simulate_registers_and_connects_devices_to_a_running_hub() {
    let muster = Muster::new();
    let served = muster.serve(&[]);
    let policy = muster.json(&["policy", "connection-string", "device"]);
    let host = format!("HostName=localhost:{};", served.at("mqtt").port());
    let policy = policy["connectionString"]
        .as_str()
        .unwrap()
        .replace("HostName=localhost;", &host);
    let fixed = [
        "simulate",
        "--devices",
        "3",
        "--register",
        "--hub-connection-string",
        &policy,
    ];
    let mut simulated = muster
        .command(&fixed)
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    eventually("all three connect", || async {
        let fleet = muster.json(&["device", "list", "--where", "connectionState = 'Connected'"]);
        fleet.as_array().map(Vec::len) == Some(3)
    })
    .await;
    let pid = simulated.id().to_string();
    Command::new("kill").args(["-INT", &pid]).status().unwrap();
    assert_eq!(simulated.wait().unwrap().code(), Some(0));
    assert_eq!(served.terminate(), Some(0));
}

#[test]
fn simulate_says_what_it_lacks() {
    let muster = Muster::new();
    let policy = muster.json(&["policy", "connection-string", "device"]);
    let policy = policy["connectionString"].as_str().unwrap().to_owned();
    for (arguments, code, part) in [
        (
            &["--hub-connection-string", "nonsense"][..],
            2,
            "SharedAccessKey is missing",
        ),
        (&["--hub-connection-string", &policy], 1, "ca.pem"),
        (
            &["--hub-connection-string", &policy, "--profile", "x"],
            2,
            "mixed",
        ),
    ] {
        let output = muster.run(&[&["simulate", "--devices", "1"], arguments].concat());
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert!(said.contains(part), "{part} is not in {said}");
    }
}
