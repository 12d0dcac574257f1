//! Panels in pages of others: their headers, what opens them, and what does not.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use muster_core::key::SharedKey;
use serde_json::{Value, json};

use crate::support::{Browser, Reply, Request, TestHub};

const ASKED: [(&str, &str); 6] = [
    ("name", "Cold stores"),
    ("kind", "count"),
    ("filter", ""),
    ("parents", "https://portal.example http://intranet:8080"),
    ("theme", "dark"),
    ("days", "30"),
];

async fn make(browser: &mut Browser, other: &[(&str, &str)]) -> Value {
    let mut asked = ASKED.to_vec();
    for (name, value) in other {
        asked.retain(|(known, _)| known != name);
        asked.push((name, value));
    }
    let reply = browser.call("/rpc/embeds/create", &asked).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    serde_json::from_slice(&reply.body).unwrap()
}

fn address(made: &Value) -> String {
    format!("/embed/{}", made["secret"].as_str().unwrap())
}

async fn look(hub: &TestHub, path: &str) -> Reply {
    hub.browser().send(Request::get(path)).await
}

fn sign(made: &Value, claims: &Value) -> String {
    let key = SharedKey::new(made["secret"].as_str().unwrap()).unwrap();
    let head = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
    let message = format!("{head}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
    let signature = URL_SAFE_NO_PAD.encode(key.sign_bytes(&message));
    format!("/embed/{message}.{signature}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panel_is_shown_without_session_to_the_pages_it_names() {
    let hub = TestHub::peopled().await;
    let mut manager = hub.signed_in("manager").await;
    let made = make(&mut manager, &[]).await;
    let shown = look(&hub, &address(&made)).await;
    assert_eq!(shown.status, 200, "{}", shown.text());
    let text = shown.text();
    for wanted in [
        "Cold stores",
        ">2<",
        "devices",
        "data-theme=\"dark\"",
        "/embed.js",
    ] {
        assert!(text.contains(wanted), "{wanted} in {text}");
    }
    let policy = shown.header("content-security-policy");
    assert!(
        policy.ends_with("frame-ancestors https://portal.example http://intranet:8080"),
        "{policy}"
    );
    assert!(!policy.contains("unsafe") && !policy.contains("nonce"));
    assert_eq!(shown.header("referrer-policy"), "no-referrer");
    assert_eq!(shown.header("cache-control"), "no-store");
    assert_eq!(shown.header("x-robots-tag"), "noindex");
    assert_eq!(shown.header("set-cookie"), "");
    assert!(!text.contains("<a ") && !text.contains(" style="), "{text}");
    // A share link opens by itself and nowhere else.
    let link = make(&mut manager, &[("name", "link"), ("parents", "")]).await;
    let shown = look(&hub, &address(&link)).await;
    assert!(
        shown
            .header("content-security-policy")
            .ends_with("frame-ancestors 'none'")
    );
    assert_eq!(shown.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_panel_goes_dark_at_once() {
    let hub = TestHub::peopled().await;
    let mut manager = hub.signed_in("manager").await;
    let made = make(&mut manager, &[]).await;
    let id = made["embed"]["id"].to_string();
    assert_eq!(look(&hub, &address(&made)).await.status, 200);
    let mut supervisor = hub.signed_in("supervisor").await;
    let foreign = supervisor.call("/rpc/embeds/revoke", &[("id", &id)]).await;
    assert_eq!(foreign.status, 404);
    assert_eq!(
        manager
            .call("/rpc/embeds/revoke", &[("id", &id)])
            .await
            .status,
        200
    );
    let dark = look(&hub, &address(&made)).await;
    assert_eq!(dark.status, 410);
    assert!(
        dark.text()
            .contains("This panel was revoked. Ask a manager")
    );
    assert!(
        !dark.text().contains("Cold stores"),
        "nothing of it is told"
    );
    assert!(
        dark.header("content-security-policy")
            .contains("https://portal.example")
    );
    for unknown in [
        "/embed/mse_nothing",
        "/embed/a.b.c",
        "/embed/x/y",
        "/embed/",
    ] {
        let nothing = look(&hub, unknown).await;
        assert_eq!(nothing.status, 404, "{unknown}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_portal_narrows_and_never_widens() {
    let hub = TestHub::peopled().await;
    let mut manager = hub.signed_in("manager").await;
    let north = [("proof", "portal"), ("filter", "tags.region = 'north'")];
    let made = make(&mut manager, &north).await;
    let exp = hub.hub().now().secs() + 60;
    let asked = async |filter: &str| {
        let claims = json!({"embed": made["embed"]["id"], "exp": exp, "filter": filter});
        look(&hub, &sign(&made, &claims)).await
    };
    let check = async |filter: &str, n: u32| {
        let shown = asked(filter).await;
        let wanted = format!("<p class=\"emb-v\">{n}</p>");
        assert!(shown.text().contains(&wanted), "{filter}: {}", shown.text());
    };
    check("", 1).await;
    check("tags.region = 'south'", 0).await;
    check("tags.region = 'south' OR deviceId != ''", 1).await;
    assert_eq!(asked("true) OR (true").await.status, 422);
    let late = json!({"embed": made["embed"]["id"], "exp": exp - 600});
    let late = look(&hub, &sign(&made, &late)).await;
    assert_eq!(late.status, 403);
    assert!(late.text().contains("Reload the page around it"));
    let none = look(
        &hub,
        &format!("/embed/{}", made["secret"].as_str().unwrap()),
    )
    .await;
    assert_eq!(none.status, 404, "the secret is no token");
}

#[tokio::test(flavor = "multi_thread")]
async fn looks_are_counted_with_the_page_around() {
    let hub = TestHub::peopled().await;
    let mut manager = hub.signed_in("manager").await;
    let made = make(&mut manager, &[]).await;
    let framed = Request::get(&address(&made))
        .header("sec-fetch-dest", "iframe")
        .header("referer", "https://portal.example/");
    hub.browser().send(framed).await;
    // The panel itself reads on.
    let again = Request::get(&address(&made)).header("sec-fetch-dest", "empty");
    hub.browser().send(again).await;
    let list = manager.call("/rpc/embeds/list", &[]).await;
    assert!(!list.text().contains(made["secret"].as_str().unwrap()));
    let list: Value = serde_json::from_slice(&list.body).unwrap();
    assert_eq!(list[0]["uses"], 1);
    assert_eq!(list[0]["last_origin"], "https://portal.example");
    for page in [
        "/embeds",
        "/embeds/new",
        &format!("/embeds/{}", made["embed"]["id"]),
    ] {
        let page = manager.get(page).await;
        assert_eq!(page.status, 200, "{}", page.text());
        assert!(!page.text().contains("mse_"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_is_for_frames_of_the_dashboard() {
    let hub = TestHub::peopled().await;
    let path = "/embeds/preview?kind=groups&path=tags.region&name=Regions&theme=light";
    assert_eq!(hub.browser().get(path).await.status, 303);
    let mut operator = hub.signed_in("operator").await;
    assert_eq!(operator.get(path).await.status, 403);
    let mut manager = hub.signed_in("manager").await;
    let shown = manager.get(path).await;
    assert_eq!(shown.status, 200, "{}", shown.text());
    assert!(shown.text().contains("north") && shown.text().contains("data-every=\"0\""));
    let policy = shown.header("content-security-policy");
    assert!(policy.ends_with("frame-ancestors 'self'"), "{policy}");
    let odd = manager.get("/embeds/preview?kind=count&filter=tags.").await;
    assert_eq!(odd.status, 422);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_script_the_page_of_the_embed_shows_the_token_once() {
    let hub = TestHub::peopled().await;
    let mut manager = hub.signed_in("manager").await;
    let reply = manager.post("/rpc/embeds/create", &ASKED).await;
    assert_eq!(reply.status, 302, "{}", reply.text());
    let page = reply.location().to_owned();
    let once = manager.get(&page).await;
    assert!(once.text().contains("mse_"), "{}", once.text());
    let again = manager.get(&page).await;
    assert!(!again.text().contains("mse_"));
}
