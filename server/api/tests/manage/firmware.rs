//! Firmware by the management REST.

use axum::body::Body;
use axum::http::Request;
use futures::stream;
use serde_json::json;

use crate::support::{Reply, TestHub};

const HASH: &str = "69a3d2d0ad4bb6dc6a0d4ff0e1e6d2b8c2e8b6ba0f5a1f0ad1c0b6ae3f0d1f11";

async fn send(test: &TestHub, token: &str, query: &str, body: Body) -> Reply {
    let request = Request::post(format!("/api/v1/firmware?{query}"))
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/octet-stream")
        .body(body)
        .unwrap();
    test.answer(request).await
}

#[tokio::test]
async fn a_file_comes_piece_by_piece_and_is_there_once() {
    let test = TestHub::open().await;
    let token = test.token("operator").await;
    let pieces = || Body::from_stream(stream::iter(["firm", "ware"].map(Ok::<_, std::io::Error>)));
    let query =
        "product=Sensor&version=4.4.0&models=CT-200,CT-3*&mustPass=4.2,4.3&notes=Mends%20it";
    let made = send(&test, &token, query, pieces()).await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(made.body["models"], json!(["CT-200", "CT-3*"]));
    assert_eq!(made.body["mustPass"], json!(["4.2", "4.3"]));
    assert_eq!(
        (&made.body["size"], &made.body["notes"]),
        (&json!(8), &json!("Mends it"))
    );
    let hash = made.body["sha256"].as_str().unwrap();
    assert_eq!(made.header("location"), format!("/api/v1/firmware/{hash}"));

    let check = async |query: &str, status: u16, code: &str| {
        let reply = send(&test, &token, query, pieces()).await;
        assert_eq!(reply.status, status, "{query}: {}", reply.body);
        assert_eq!(reply.body["code"], code, "{query}: {}", reply.body);
    };
    check("product=Sensor&version=5.0", 409, "exists").await;
    check("product=Sensor&version=new", 422, "refused").await;
    check("version=5.0", 422, "refused").await;
    check("product=Sensor&version=5.0&sha256=12", 422, "refused").await;
    check(
        &format!("product=Sensor&version=5.0&sha256={HASH}"),
        422,
        "other_hash",
    )
    .await;
    check("product=Sensor&version=5.0&size=8", 400, "unreadable").await;
    let empty = send(&test, &token, "product=Sensor&version=5.0", Body::empty()).await;
    assert_eq!((empty.status, &empty.body["code"]), (422, &json!("empty")));
    let cut = stream::iter([Ok("firm"), Err(std::io::Error::other("gone"))]);
    let cut = Body::from_stream(cut);
    let cut = send(&test, &token, "product=Sensor&version=5.0", cut).await;
    assert_eq!(cut.status, 400);
    let files = std::fs::read_dir(test.directory().join("artifacts")).unwrap();
    assert_eq!(files.count(), 1, "what was refused left nothing");

    let path = format!("/firmware/{hash}");
    let withdrawn = test
        .send("PATCH", &token, &path, json!({ "state": "withdrawn" }))
        .await;
    assert_eq!(withdrawn.body["state"], "withdrawn");
    let shown = test.get(&token, &path).await;
    assert_eq!((shown.status, &shown.body["devices"]), (200, &json!(0)));
    let list = test.get(&token, "/firmware").await;
    assert_eq!(list.body["items"].as_array().unwrap().len(), 1);
    let gone = test.ask("DELETE", &token, &path, &[], None).await;
    assert_eq!(gone.status, 204);
    assert_eq!(test.get(&token, &path).await.status, 404);
}
