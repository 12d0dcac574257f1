//! Exports and imports (spec §5.9).

use serde_json::{Value, json};

use crate::support::Bench;

async fn ended(bench: &Bench, id: &Value) -> Value {
    let path = format!("/jobs/{}", id.as_str().unwrap());
    loop {
        let found = bench.get(&path).await;
        assert_eq!(found.status, 200, "{:?}", found.body);
        if found.body["status"] != "running" {
            return found.body;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn what_was_exported_can_be_imported() {
    let bench = Bench::open().await;
    let folder = bench.directory().join("transfers");
    bench.hub.keep_transfers_in(&folder).await.unwrap();
    let made = bench.make("a").await;
    let begun = bench
        .ask(
            "POST /jobs/create",
            None,
            Some(json!({"type": "export", "outputBlobContainerUri": "file:week"})),
        )
        .await;
    assert_eq!(begun.status, 200, "{:?}", begun.body);
    assert_eq!(begun.body["type"], "export");
    let done = ended(&bench, &begun.body["jobId"]).await;
    assert_eq!(
        (&done["status"], &done["progress"]),
        (&json!("completed"), &json!(100))
    );
    assert_eq!(done["outputBlobContainerUri"], "file:week");

    let deleted = bench.ask("DELETE /devices/a", Some("*"), None).await;
    assert_eq!(deleted.status, 204);
    let begun = bench
        .ask(
            "POST /jobs/create",
            None,
            Some(json!({"type": "import", "inputBlobContainerUri": "file:week"})),
        )
        .await;
    let done = ended(&bench, &begun.body["jobId"]).await;
    assert_eq!(
        (&done["type"], &done["status"]),
        (&json!("import"), &json!("completed"))
    );
    let again = bench.get("/devices/a").await;
    assert_eq!(again.body["authentication"], made["authentication"]);
    let all = bench.get("/jobs").await;
    assert_eq!(all.body.as_array().unwrap().len(), 2);
    // One that has ended stays as it is.
    let line = format!("DELETE /jobs/{}", done["jobId"].as_str().unwrap());
    assert_eq!(bench.ask(&line, None, None).await.status, 204);
    assert_eq!(ended(&bench, &done["jobId"]).await["status"], "completed");
}

#[tokio::test]
async fn places_are_checked() {
    let bench = Bench::open().await;
    let folder = bench.directory().join("transfers");
    bench.hub.keep_transfers_in(&folder).await.unwrap();
    let check = async |body: Value, status: u16, name: &str| {
        let reply = bench.ask("POST /jobs/create", None, Some(body)).await;
        reply.expect_error(status, name);
    };
    let unusable = "BlobContainerValidationError";
    let to = |uri: &str| json!({"type": "export", "outputBlobContainerUri": uri});
    check(to("https://store.example.net/c?sig=x"), 400, unusable).await;
    check(to("file:../x"), 400, unusable).await;
    check(to("file:/etc/../x"), 400, unusable).await;
    let missing = json!({"type": "import", "inputBlobContainerUri": "file:nowhere"});
    check(missing, 400, unusable).await;
    check(json!({"type": "export"}), 400, "ArgumentNull").await;
    check(json!({"type": "backup"}), 400, "ArgumentInvalid").await;
    bench
        .get("/jobs/no-such-job")
        .await
        .expect_error(404, "JobNotFound");
    bench
        .ask("DELETE /jobs/no-such-job", None, None)
        .await
        .expect_error(404, "JobNotFound");
}
