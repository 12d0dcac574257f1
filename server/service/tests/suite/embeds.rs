//! Embeds: what they show, to whom, and when they stop.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use muster_core::embed::{Embed, Origin, PREFIX, PanelParts, Proof};
use muster_core::event::EventKind;
use muster_core::key::SharedKey;
use muster_core::policy::{Action, Role};
use muster_service::access::kinds::{KeepEmbeds, ManagePeople, SeeAudit};
use muster_service::embeds::{EmbedDraft, MadeEmbed, PanelNews, Why};
use muster_service::people::{NewApiToken, PersonEdit};
use muster_service::{Access, ServiceError};
use serde_json::{Value, json};

use crate::support::TestHub;

fn panel(kind: &str) -> PanelParts {
    PanelParts {
        kind: kind.into(),
        ..PanelParts::default()
    }
}

fn draft(name: &str, kind: &str, filter: &str) -> EmbedDraft {
    EmbedDraft {
        name: name.into(),
        panel: panel(kind),
        filter: filter.into(),
        parents: "https://portal.example".into(),
        ..EmbedDraft::default()
    }
}

fn signed(name: &str, filter: &str) -> EmbedDraft {
    EmbedDraft {
        proof: Proof::Portal,
        ..draft(name, "count", filter)
    }
}

async fn make(
    test: &TestHub,
    access: &Access,
    draft: EmbedDraft,
) -> Result<MadeEmbed, ServiceError> {
    let permit = test.hub.permit::<KeepEmbeds>(access)?;
    test.hub.create_embed(&permit, draft).await
}

async fn listed(test: &TestHub, access: &Access) -> Vec<Embed> {
    let permit = test.hub.permit::<KeepEmbeds>(access).unwrap();
    test.hub.embeds(&permit).await.unwrap()
}

/// The number that a token's panel shows.
async fn shown(test: &TestHub, token: &str) -> u64 {
    let open = test.hub.open_embed(token).await.unwrap();
    match test.hub.show_embed(&open).await.unwrap().news {
        PanelNews::Count(n) => n,
        other => panic!("{other:?}"),
    }
}

async fn closed(test: &TestHub, token: &str) -> Why {
    test.hub.open_embed(token).await.unwrap_err().why
}

/// What a portal does.
fn sign(secret: &str, claims: &Value) -> String {
    let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let head = encode(r#"{"alg":"HS256","typ":"JWT"}"#);
    let message = format!("{head}.{}", encode(&claims.to_string()));
    let key = SharedKey::new(secret).unwrap();
    format!(
        "{message}.{}",
        URL_SAFE_NO_PAD.encode(key.sign_bytes(&message))
    )
}

async fn fleet(test: &TestHub) {
    for (id, region, site) in [
        ("a", "north", "b7"),
        ("b", "north", "b7"),
        ("c", "north", "b8"),
        ("d", "south", "b7"),
    ] {
        test.device(id, json!({"region": region, "site": site}))
            .await;
    }
}

#[tokio::test]
async fn an_embed_shows_what_its_author_sees() {
    let test = TestHub::open().await;
    fleet(&test).await;
    let (_, zoe) = test
        .person("zoe", &[(Role::Manager, "tags.region = 'north'")])
        .await;
    let made = make(&test, &zoe, draft("n", "count", "")).await.unwrap();
    assert!(made.secret.starts_with(PREFIX));
    assert_eq!(shown(&test, &made.secret).await, 3);
    let filtered = draft("f", "count", "tags.site = 'b7'");
    let filtered = make(&test, &zoe, filtered).await.unwrap();
    assert_eq!(shown(&test, &filtered.secret).await, 2);
    // Operators share nothing.
    let (_, ann) = test.person("ann", &[(Role::Operator, "")]).await;
    let refused = make(&test, &ann, draft("n", "count", "")).await;
    assert!(matches!(
        refused,
        Err(ServiceError::Forbidden(Action::KeepEmbeds))
    ));
}

#[tokio::test]
async fn each_panel_shows_something() {
    let test = TestHub::open().await;
    fleet(&test).await;
    let (_, zoe) = test
        .person("zoe", &[(Role::Supervisor, "tags.region = 'north'")])
        .await;
    let parts = |kind: &str, path: &str| PanelParts {
        path: path.into(),
        ..panel(kind)
    };
    let permit = test.hub.permit::<KeepEmbeds>(&zoe).unwrap();
    let look = async |parts: PanelParts, filter: &str| {
        let shown = test.hub.preview_embed(&permit, &parts, filter).await;
        shown.map(|(_, shown)| shown.news)
    };
    let groups = look(parts("groups", "tags.site"), "").await.unwrap();
    let PanelNews::Groups(rows, n) = groups else {
        panic!()
    };
    assert_eq!(
        (rows.iter().map(|(_, n)| *n).collect::<Vec<_>>(), n),
        (vec![2, 1], 3)
    );
    let PanelNews::Contact(census) = look(panel("contact"), "").await.unwrap() else {
        panic!()
    };
    assert_eq!(census.in_service, 3);
    let PanelNews::Devices(rows, n) = look(panel("devices"), "tags.site = 'b8'").await.unwrap()
    else {
        panic!()
    };
    assert_eq!((rows[0].entry.id.as_str(), n), ("c", 1));
    assert!(matches!(
        look(panel("stages"), "").await,
        Ok(PanelNews::Stages(_))
    ));
    assert!(
        matches!(look(panel("operations"), "").await, Ok(PanelNews::Operations(rows, false)) if rows.is_empty())
    );
    let telemetry = |device: &str| PanelParts {
        device: device.into(),
        field: "temperature".into(),
        ..panel("telemetry")
    };
    assert!(matches!(
        look(telemetry("a"), "").await,
        Ok(PanelNews::Telemetry { .. })
    ));
    // What lies outside the scope or the filter does not exist, and the rest has a reason.
    assert!(matches!(
        look(telemetry("d"), "").await,
        Err(ServiceError::NotFound)
    ));
    let outside = look(telemetry("a"), "tags.site = 'b8'").await;
    assert!(matches!(outside, Err(ServiceError::NotFound)));
    for (parts, filter) in [
        (panel("nonsense"), ""),
        (parts("groups", ""), ""),
        (parts("groups", "tags.."), ""),
        (panel("count"), "tags.a ="),
        (panel("operations"), "tags.site = 'b7'"),
    ] {
        let refused = look(parts.clone(), filter).await;
        assert!(
            matches!(refused, Err(ServiceError::Invalid(_))),
            "{parts:?} {refused:?}"
        );
    }
}

#[tokio::test]
async fn an_embed_goes_dark_when_revoked_ended_or_without_author() {
    let test = TestHub::open().await;
    fleet(&test).await;
    let (person, zoe) = test.person("zoe", &[(Role::Manager, "")]).await;
    let one = make(&test, &zoe, draft("one", "count", "")).await.unwrap();
    let two = make(&test, &zoe, draft("two", "count", "")).await.unwrap();
    assert!(matches!(closed(&test, "mse_unknown").await, Why::Unknown));
    let permit = test.hub.permit::<KeepEmbeds>(&zoe).unwrap();
    test.hub.revoke_embed(&permit, one.embed.id).await.unwrap();
    let refused = test.hub.open_embed(&one.secret).await.unwrap_err();
    assert!(matches!(refused.why, Why::Revoked));
    assert_eq!(refused.parents()[0].as_str(), "https://portal.example");
    assert_eq!(refused.author, Some(Role::Manager));
    // Also after a restart.
    let test = test.reopen().await;
    assert!(matches!(closed(&test, &one.secret).await, Why::Revoked));
    assert_eq!(shown(&test, &two.secret).await, 4);
    let admin = test.hub.permit::<ManagePeople>(&Access::console()).unwrap();
    let off = PersonEdit {
        active: Some(false),
        ..PersonEdit::default()
    };
    test.hub
        .update_person(&admin, person.id, off)
        .await
        .unwrap();
    assert!(matches!(closed(&test, &two.secret).await, Why::Author));
    let on = PersonEdit {
        active: Some(true),
        ..PersonEdit::default()
    };
    test.hub.update_person(&admin, person.id, on).await.unwrap();
    assert_eq!(shown(&test, &two.secret).await, 4);
    test.pass(90 * 86_400);
    assert!(matches!(closed(&test, &two.secret).await, Why::Expired));
}

#[tokio::test]
async fn a_portal_narrows_and_never_widens() {
    let test = TestHub::open().await;
    fleet(&test).await;
    let (_, zoe) = test.person("zoe", &[(Role::Manager, "")]).await;
    let made = make(&test, &zoe, signed("p", "tags.region = 'north'"))
        .await
        .unwrap();
    let exp = test.hub.now().secs() + 300;
    let token = |filter: Value| {
        let claims = json!({"embed": made.embed.id, "exp": exp, "filter": filter});
        sign(&made.secret, &claims)
    };
    let check = async |filter: Value, want: u64| {
        assert_eq!(shown(&test, &token(filter.clone())).await, want, "{filter}");
    };
    check(Value::Null, 3).await;
    check(json!("tags.site = 'b7'"), 2).await;
    check(json!("tags.region = 'south'"), 0).await;
    check(json!("tags.site = 'b8' OR tags.region = 'south'"), 1).await;
    let odd = token(json!("true) OR (true"));
    assert!(matches!(closed(&test, &odd).await, Why::Filter(_)));
    // Nobody else's signature, and nobody else's embed.
    let other = make(&test, &zoe, signed("q", "")).await.unwrap();
    let foreign = sign(&other.secret, &json!({"embed": made.embed.id, "exp": exp}));
    assert!(matches!(closed(&test, &foreign).await, Why::Unknown));
    // The embed of a token has no secret that could sign.
    let plain = make(&test, &zoe, draft("r", "count", "")).await.unwrap();
    let guess = sign(&made.secret, &json!({"embed": plain.embed.id, "exp": exp}));
    assert!(matches!(closed(&test, &guess).await, Why::Unknown));
    test.pass(400);
    let late = test.hub.open_embed(&token(Value::Null)).await.unwrap_err();
    assert!(matches!(late.why, Why::Signed(_)));
}

#[tokio::test]
async fn looks_are_counted() {
    let test = TestHub::open().await;
    let (_, zoe) = test.person("zoe", &[(Role::Manager, "")]).await;
    let made = make(&test, &zoe, draft("n", "count", "")).await.unwrap();
    let open = test.hub.open_embed(&made.secret).await.unwrap();
    let portal: Origin = "https://portal.example".parse().unwrap();
    test.hub.note_embed_use(&open, true, Some(&portal));
    test.hub.note_embed_use(&open, true, None);
    test.hub.note_embed_use(&open, false, None);
    let check = async |test: &TestHub| {
        let embed = listed(test, &zoe).await.remove(0);
        assert_eq!(embed.uses, 2);
        assert_eq!(embed.last_used_at, Some(test.hub.now()));
        assert_eq!(embed.last_origin.as_deref(), Some("https://portal.example"));
    };
    check(&test).await;
    // What was counted is written when the hub closes.
    let test = test.reopen().await;
    check(&test).await;
}

#[tokio::test]
async fn embeds_belong_to_their_authors() {
    let test = TestHub::open().await;
    let (_, zoe) = test.person("zoe", &[(Role::Manager, "")]).await;
    let (_, eve) = test.person("eve", &[(Role::Supervisor, "")]).await;
    let (_, root) = test.person("root", &[(Role::Admin, "")]).await;
    let made = make(&test, &zoe, draft("n", "count", "")).await.unwrap();
    assert_eq!(listed(&test, &eve).await, []);
    assert_eq!(
        listed(&test, &root).await,
        std::slice::from_ref(&made.embed)
    );
    let hers = test.hub.permit::<KeepEmbeds>(&eve).unwrap();
    let refused = test.hub.revoke_embed(&hers, made.embed.id).await;
    assert!(matches!(refused, Err(ServiceError::NotFound)));
    let again = make(&test, &zoe, draft("n", "count", "")).await;
    assert!(matches!(again, Err(ServiceError::AlreadyExists)));
    let roots = test.hub.permit::<KeepEmbeds>(&root).unwrap();
    test.hub.revoke_embed(&roots, made.embed.id).await.unwrap();
    let audit = test.hub.permit::<SeeAudit>(&root).unwrap();
    let page = test.hub.audit(&audit, None, 100).await.unwrap();
    let kinds: Vec<EventKind> = page.rows.iter().map(|event| event.kind).collect();
    assert!(kinds.contains(&EventKind::EmbedCreated) && kinds.contains(&EventKind::EmbedRevoked));
    let text = format!("{:?} {made:?}", page.rows);
    assert!(!text.contains(&made.secret), "a secret was told");
}

#[tokio::test]
async fn an_embed_looks_no_further_than_the_token_that_made_it() {
    let test = TestHub::open().await;
    fleet(&test).await;
    let (_, zoe) = test.person("zoe", &[(Role::Supervisor, "")]).await;
    let asked = NewApiToken {
        name: "ci".into(),
        actions: vec![Action::SeeDevices, Action::KeepEmbeds],
        scope: "tags.site = 'b8'".into(),
        days: None,
    };
    let (_, secret) = test.hub.create_token(&zoe, asked).await.unwrap();
    let script = test.hub.access_of_token(&secret).await.unwrap().unwrap();
    let made = make(&test, &script, draft("n", "count", "")).await.unwrap();
    assert_eq!(shown(&test, &made.secret).await, 1);
}
