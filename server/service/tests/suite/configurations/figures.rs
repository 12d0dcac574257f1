//! What is counted and foretold, for whom; and content that is applied once.

use super::*;

#[tokio::test]
async fn scopes_bound_what_is_counted_and_who_may_keep() {
    let test = TestHub::open().await;
    test.device("near", json!({"site": "b7"})).await;
    test.device("far", json!({"site": "b8"})).await;
    let metrics = BTreeMap::from([(
        "sites".to_owned(),
        "SELECT deviceId FROM devices".to_owned(),
    )]);
    let all = draft("*", 0, json!({"properties.desired.a": 1}));
    add(
        &test,
        "all",
        Draft {
            metrics,
            ..all.clone()
        },
    )
    .await;
    until((2, 2, 2), async || counts(&test, "all").await).await;
    let (_, ann) = test
        .person("ann", &[(Role::Supervisor, "tags.site = 'b7'")])
        .await;
    let permit = test.hub.permit::<SeeDevices>(&ann).unwrap();
    let found = test.hub.configurations(&permit).remove(0);
    let counts = test
        .hub
        .configuration_counts(&permit, &found)
        .await
        .unwrap();
    assert_eq!((counts.targeted, counts.applied), (1, 1));
    let ours = test
        .hub
        .configuration_metrics(&permit, &found)
        .await
        .unwrap();
    let theirs = test
        .hub
        .configuration_metrics(&see(&test), &found)
        .await
        .unwrap();
    assert_eq!(
        (&ours.results["sites"], &theirs.results["sites"]),
        (&Ok(1), &Ok(2))
    );
    let preview = test
        .hub
        .preview_configuration(&permit, None, &all)
        .await
        .unwrap();
    assert_eq!(preview.matching, 1);
    // It would reach what she does not see.
    let permit = test.hub.permit::<KeepConfigurations>(&ann).unwrap();
    let refused = test
        .hub
        .delete_configuration(&permit, name("all"), None)
        .await;
    assert!(matches!(refused, Err(ServiceError::Invalid(_))));
    let (_, bob) = test.person("bob", &[(Role::Operator, "")]).await;
    assert!(matches!(
        test.hub.permit::<KeepConfigurations>(&bob),
        Err(ServiceError::Forbidden(_))
    ));
}

#[tokio::test]
async fn metrics_are_kept_for_a_while() {
    let test = TestHub::open().await;
    let metrics = BTreeMap::from([
        ("all".to_owned(), "SELECT deviceId FROM devices".to_owned()),
        (
            "sites".to_owned(),
            "SELECT tags.site FROM devices GROUP BY tags.site".to_owned(),
        ),
        (
            "top".to_owned(),
            "SELECT TOP 1 deviceId FROM devices".to_owned(),
        ),
    ]);
    test.device("a", json!({"site": "b7"})).await;
    test.device("b", json!({"site": "b8"})).await;
    let made = add(
        &test,
        "m",
        Draft {
            metrics,
            ..draft("", 0, json!({}))
        },
    )
    .await;
    let ask = async || {
        let metrics = test
            .hub
            .configuration_metrics(&see(&test), &made)
            .await
            .unwrap();
        let value = |name: &str| metrics.results[name].clone().unwrap();
        (value("all"), value("sites"), value("top"))
    };
    assert_eq!(ask().await, (2, 2, 1));
    test.device("c", json!({"site": "b9"})).await;
    assert_eq!(ask().await, (2, 2, 1));
    test.pass(60);
    assert_eq!(ask().await, (3, 3, 1));
}

#[tokio::test]
async fn a_preview_says_what_would_change() {
    let test = TestHub::open().await;
    for n in 0..4 {
        let id = test.device(&format!("d{n}"), json!({"ring": 2})).await;
        if n == 0 {
            test.patch(&id, None, Some(json!({"a": 1}))).await;
        }
    }
    let wanted = draft("tags.ring = 2", 5, json!({"properties.desired.a": 1}));
    let ask = async |id: Option<&str>, draft: &Draft| {
        let id = id.map(name);
        let preview = test
            .hub
            .preview_configuration(&see(&test), id.as_ref(), draft)
            .await
            .unwrap();
        (
            preview.matching,
            preview.changing,
            preview.losing,
            preview.sample.len(),
        )
    };
    assert_eq!(ask(None, &wanted).await, (4, 3, 0, 3));
    let found = test
        .hub
        .preview_configuration(&see(&test), None, &wanted)
        .await
        .unwrap();
    assert_eq!(found.sample[0].patch, json!({"a": 1}));
    add(
        &test,
        "high",
        draft("deviceId = 'd1'", 9, json!({"properties.desired.a": 7})),
    )
    .await;
    until((1, 1, 1), async || counts(&test, "high").await).await;
    assert_eq!(ask(None, &wanted).await, (4, 2, 1, 2));
    // In its own place it does not compete with itself.
    let other = draft("tags.ring = 2", 5, json!({"properties.desired.a": 8}));
    assert_eq!(ask(Some("high"), &other).await, (4, 4, 0, 4));
    assert_eq!(ask(None, &draft("", 5, json!({}))).await, (0, 0, 0, 0));
}

#[tokio::test]
async fn the_filter_of_lists_knows_configurations() {
    let test = TestHub::open().await;
    test.device("near", json!({})).await;
    add(
        &test,
        "all",
        draft("*", 0, json!({"properties.desired.a": 1})),
    )
    .await;
    until((1, 1, 1), async || counts(&test, "all").await).await;
    let filter: Condition = conditions::drifted(&name("all"));
    test.hub.prepare(&Access::console(), &filter).await.unwrap();
    assert_eq!(
        test.hub
            .fleet_count(&Access::console(), &filter, "")
            .unwrap(),
        1
    );
}

#[tokio::test]
async fn content_can_be_applied_once() {
    let test = TestHub::open().await;
    let id = test.device("near", json!({})).await;
    test.patch(&id, None, Some(json!({"fw": {"old": true}, "own": 1})))
        .await;
    let permit = test
        .hub
        .permit_device::<ProvisionDevices>(&Access::console(), &id)
        .unwrap();
    let content =
        Content::parse(&json!({"deviceContent": {"properties.desired.fw": {"v": 2}}})).unwrap();
    test.hub.apply_content(&permit, &content).await.unwrap();
    assert_eq!(desired(&test, &id).await, json!({"fw": {"v": 2}, "own": 1}));
    let edge = Content::parse(&json!({"modulesContent": {}})).unwrap();
    let refused = test.hub.apply_content(&permit, &edge).await;
    assert!(matches!(refused, Err(ServiceError::Invalid(_))));
}
