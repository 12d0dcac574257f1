//! `serve --demo`: accounts, devices, and the same again after a restart.

use crate::support::{Browser, Muster};

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
    crate::support::eventually("most devices connect", || async { connected() >= 20 }).await;
    assert_eq!(served.terminate(), Some(0));

    muster.json(&["device", "delete", fleet[0]["deviceId"].as_str().unwrap()]);
    let served = muster.serve(&demo);
    assert!(!muster.log().contains(passwords["admin"].as_str().unwrap()));
    assert_eq!(
        muster.json(&["device", "list"]).as_array().map(Vec::len),
        Some(23),
        "what was deleted stays deleted"
    );
    crate::support::eventually("most devices connect again", || async { connected() >= 19 }).await;
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
