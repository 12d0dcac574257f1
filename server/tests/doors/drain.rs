//! The end of a hub: in order, without cutting off what is under way.

use crate::support::{Connection, PASSWORD, Request, TestHub, eventually};

#[tokio::test(flavor = "multi_thread")]
async fn a_request_under_way_is_answered_while_nobody_new_gets_in() {
    let mut hub = TestHub::peopled().await;
    let (http, admin) = (
        hub.running().endpoints().http,
        hub.running().endpoints().admin,
    );
    let request = Request::new("POST", "/sign-in")
        .header("sec-fetch-site", "same-origin")
        .header("expect", "100-continue")
        .form(&[("name", "operator"), ("password", PASSWORD)]);
    let mut under_way = Connection::open(http, None).await.unwrap();
    under_way.send_head(&request).await.unwrap();
    // The hub asks for the body: the handler runs.
    assert_eq!(under_way.reply_head().await.unwrap().0, 100);

    let drained = tokio::spawn(hub.take().drain());
    eventually("the hub is not ready", || async {
        let ready = Connection::open(admin, None)
            .await
            .unwrap()
            .ask(Request::get("/readyz"))
            .await
            .unwrap();
        ready.status == 503
    })
    .await;
    eventually("nobody new gets in", || async {
        Connection::open(http, None).await.is_err()
    })
    .await;
    assert!(!drained.is_finished());

    under_way.send_body(&request.body).await.unwrap();
    let reply = under_way.reply().await.unwrap();
    assert_eq!((reply.status, reply.location()), (303, "/"));
    drained.await.unwrap();
    assert!(Connection::open(admin, None).await.is_err());
    assert!(!hub.data_dir().join("muster.sock").exists());
    hub.start().await;
    hub.browser().sign_in("operator", PASSWORD).await;
}
