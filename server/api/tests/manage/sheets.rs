//! Windows, calendars and places.

use serde_json::{Value, json};

use crate::support::{Reply, TestHub};

fn night() -> Value {
    json!({
        "name": "Night",
        "rules": [{ "when": { "kind": "weekly", "days": ["sun"] }, "start": "02:30", "minutes": 90 }],
        "blackouts": [],
        "calendar": null,
    })
}

fn shops() -> Value {
    json!({
        "name": "Shops",
        "hours": [{ "when": { "kind": "weekly", "days": ["mon"] }, "start": "09:00", "minutes": 540 }],
        "holidays": [{ "from": "2027-03-29", "to": "2027-03-29", "note": "Easter Monday" }],
        "zone": { "kind": "fixed", "name": "Europe/Berlin" },
    })
}

async fn put(test: &TestHub, token: &str, path: &str, body: &Value) -> Reply {
    test.send("PUT", token, path, body.clone()).await
}

#[tokio::test]
async fn windows_are_kept_under_their_short_name() {
    let test = TestHub::open().await;
    let token = test.token("supervisor").await;
    let made = put(&test, &token, "/windows/night", &night()).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let etag = made.header("etag").to_owned();
    let mut want = night();
    want["id"] = "night".into();
    want["etag"] = etag.trim_matches('"').into();
    let shown = test.get(&token, "/windows/night").await;
    assert_eq!((shown.header("etag"), &shown.body), (etag.as_str(), &want));
    let all = test.get(&token, "/windows").await;
    assert_eq!(all.body, json!({ "items": [want] }));

    let ask = |method: &'static str, header: &'static str, value: String, body| {
        let (test, token) = (&test, &token);
        async move {
            let headers = [(header, value.as_str())];
            test.ask(method, token, "/windows/night", &headers, body)
                .await
        }
    };
    let new = ask("PUT", "if-none-match", "*".into(), Some(night())).await;
    assert_eq!(new.status, 409, "{}", new.body);
    let mut late = night();
    late["name"] = "Late".into();
    let changed = ask("PUT", "if-match", etag.clone(), Some(late)).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    let stale = ask("PUT", "if-match", etag.clone(), Some(night())).await;
    assert_eq!(stale.status, 412);
    assert_eq!(stale.body["etag"], changed.body["etag"]);
    assert_eq!(ask("DELETE", "if-match", etag, None).await.status, 412);
    let gone = ask("DELETE", "if-match", "*".into(), None).await;
    assert_eq!(gone.status, 204);
    assert_eq!(test.get(&token, "/windows/night").await.status, 404);
    let events = test.get(&token, "/audit").await;
    let kinds: Vec<&str> = events.body["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["kind"].as_str().unwrap())
        .take(3)
        .collect();
    assert_eq!(kinds, ["window_deleted", "window_saved", "window_saved"]);
}

#[tokio::test]
async fn openings_are_told_for_a_zone() {
    let test = TestHub::open().await;
    let token = test.token("supervisor").await;
    put(&test, &token, "/windows/night", &night()).await;
    put(&test, &token, "/calendars/shops", &shops()).await;
    // The hour from two to three is skipped in Berlin on 2027-03-28.
    let path = "/windows/night/openings?zone=europe/berlin&from=2027-03-27T12:00:00Z&count=2";
    let openings = test.get(&token, path).await;
    assert_eq!(openings.status, 200, "{}", openings.body);
    assert_eq!(openings.body["zone"], "Europe/Berlin");
    let opening = |from: &str, until: &str, from_local: &str, until_local: &str| json!({ "from": from, "until": until, "fromLocal": from_local, "untilLocal": until_local });
    let want = json!([
        opening(
            "2027-03-28T01:00:00.0000000Z",
            "2027-03-28T02:00:00.0000000Z",
            "2027-03-28 03:00",
            "2027-03-28 04:00",
        ),
        opening(
            "2027-04-04T00:30:00.0000000Z",
            "2027-04-04T02:00:00.0000000Z",
            "2027-04-04 02:30",
            "2027-04-04 04:00",
        ),
    ]);
    assert_eq!(openings.body["items"], want);
    // Easter Monday is left out.
    let path = "/calendars/shops/openings?from=2027-03-27T12:00:00Z&count=1";
    let service = test.get(&token, path).await;
    assert_eq!(service.body["zone"], "UTC");
    assert_eq!(
        service.body["items"][0]["from"],
        "2027-04-05T07:00:00.0000000Z"
    );
    let odd = test.get(&token, "/windows/night/openings?zone=Mars").await;
    assert_eq!(odd.status, 422, "{}", odd.body);
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_with_the_reason() {
    let test = TestHub::open().await;
    let token = test.token("supervisor").await;
    let refused = async |path: &str, body: Value, want: &str| {
        let reply = put(&test, &token, path, &body).await;
        assert_eq!(reply.status, 422, "{}", reply.body);
        let detail = reply.body["detail"].as_str().unwrap();
        assert!(detail.contains(want), "{detail}");
    };
    let with = |mut sheet: Value, member: &str, value: Value| {
        sheet[member] = value;
        sheet
    };
    refused("/windows/Night", night(), "no short name").await;
    let past = json!([{ "when": { "kind": "once", "date": "2020-01-01" }, "start": "02:00", "minutes": 60 }]);
    refused(
        "/windows/night",
        with(night(), "rules", past),
        "would never open",
    )
    .await;
    let unknown = with(night(), "calendar", "shops".into());
    refused("/windows/night", unknown.clone(), "no calendar shops").await;
    let odd = json!({ "kind": "fixed", "name": "Berlin" });
    refused(
        "/calendars/shops",
        with(shops(), "zone", odd),
        "no time zone",
    )
    .await;

    assert_eq!(
        put(&test, &token, "/calendars/shops", &shops())
            .await
            .status,
        200
    );
    assert_eq!(
        put(&test, &token, "/windows/night", &unknown).await.status,
        200
    );
    // A calendar that would close the window for ever, and one that is needed.
    let always = json!([{ "when": { "kind": "weekly", "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] }, "start": "00:00", "minutes": 1440 }]);
    let closed = with(with(shops(), "hours", always), "holidays", json!([]));
    refused("/calendars/shops", closed, "Night would never open").await;
    let needed = test
        .ask("DELETE", &token, "/calendars/shops", &[], None)
        .await;
    assert_eq!(needed.status, 422, "{}", needed.body);
    assert!(needed.body["detail"].as_str().unwrap().contains("Night"));
}

#[tokio::test]
async fn places_and_the_zone_of_the_fleet() {
    let test = TestHub::open().await;
    let token = test.token("supervisor").await;
    let corners = json!([{ "lat": 0.0, "lon": 179.5 }, { "lat": 0.0, "lon": -179.5 }, { "lat": 1.0, "lon": 180.0 }]);
    let place = |points: Value| json!({ "name": "Reef", "shape": { "kind": "polygon", "points": points }, "site": "r1", "zone": "Pacific/Fiji" });
    let made = put(&test, &token, "/places/reef", &place(corners.clone())).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let mut crossed = corners;
    crossed.as_array_mut().unwrap().truncate(2);
    let few = put(&test, &token, "/places/reef", &place(crossed)).await;
    assert_eq!(few.status, 422, "{}", few.body);
    let zone = json!({ "zone": "asia/tokyo" });
    let zone = test.send("PUT", &token, "/zone", zone).await;
    assert_eq!(zone.body, json!({ "zone": "Asia/Tokyo" }));
    assert_eq!(test.get(&token, "/zone").await.body, zone.body);
}
