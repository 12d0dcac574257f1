//! Saved views: whose they are, who shares them, who begins with them.

use muster_core::policy::{Action, Role};
use muster_core::view::ViewId;
use muster_service::access::kinds::SeeDevices;
use muster_service::views::ViewEdit;
use muster_service::{Access, Permit, ServiceError};

use crate::support::TestHub;

fn edit(name: &str, shared: bool) -> ViewEdit {
    ViewEdit {
        name: name.to_owned(),
        query: "?filter=drift%20%3D%20true".to_owned(),
        shared,
    }
}

fn permit(test: &TestHub, access: &Access) -> Permit<SeeDevices> {
    test.hub.permit::<SeeDevices>(access).unwrap()
}

async fn names(test: &TestHub, access: &Access) -> Vec<String> {
    let views = test.hub.views(access).await.unwrap();
    views.into_iter().map(|view| view.name).collect()
}

#[tokio::test]
async fn private_views_are_their_owners_alone() {
    let test = TestHub::open().await;
    let (_, ann) = test.person("ann", &[(Role::Operator, "")]).await;
    let (_, sue) = test.person("sue", &[(Role::Supervisor, "")]).await;
    let (by_ann, by_sue) = (permit(&test, &ann), permit(&test, &sue));
    let hub = &test.hub;
    let own = hub.create_view(&by_ann, edit(" Drift ", false)).await;
    let own = own.unwrap();
    assert_eq!(own.name, "Drift");
    hub.create_view(&by_ann, edit("again", false))
        .await
        .unwrap();
    assert_eq!(names(&test, &ann).await, ["again", "Drift"]);
    assert_eq!(names(&test, &sue).await, [""; 0]);
    for refused in [
        hub.update_view(&by_sue, own.id, edit("mine", false))
            .await
            .err(),
        hub.delete_view(&by_sue, own.id).await.err(),
        hub.pin_view(&by_sue, Some(own.id)).await.err(),
        hub.delete_view(&by_ann, ViewId(999)).await.err(),
    ] {
        assert!(
            matches!(refused, Some(ServiceError::NotFound)),
            "{refused:?}"
        );
    }
    let taken = hub.create_view(&by_ann, edit("Drift", false)).await;
    assert!(matches!(taken, Err(ServiceError::AlreadyExists)));
    let nameless = hub.create_view(&by_ann, edit(" ", false)).await;
    assert!(matches!(nameless, Err(ServiceError::View(_))));
}

#[tokio::test]
async fn only_who_may_share_touches_shared_views() {
    let test = TestHub::open().await;
    let (_, ann) = test.person("ann", &[(Role::Operator, "")]).await;
    let (_, max) = test.person("max", &[(Role::Manager, "")]).await;
    let (by_ann, by_max) = (permit(&test, &ann), permit(&test, &max));
    let hub = &test.hub;
    let refused = hub.create_view(&by_ann, edit("ours", true)).await;
    assert!(matches!(
        refused,
        Err(ServiceError::Forbidden(Action::ShareViews))
    ));
    let shared = hub.create_view(&by_max, edit("ours", true)).await.unwrap();
    assert_eq!(names(&test, &ann).await, ["ours"]);
    for refused in [
        hub.update_view(&by_ann, shared.id, edit("x", true))
            .await
            .err(),
        hub.update_view(&by_ann, shared.id, edit("x", false))
            .await
            .err(),
        hub.delete_view(&by_ann, shared.id).await.err(),
    ] {
        assert!(
            matches!(refused, Some(ServiceError::Forbidden(Action::ShareViews))),
            "{refused:?}"
        );
    }
    hub.delete_view(&by_max, shared.id).await.unwrap();
    assert_eq!(names(&test, &ann).await, [""; 0]);
}

#[tokio::test]
async fn a_pinned_view_is_known_at_once() {
    let test = TestHub::open().await;
    let (person, ann) = test.person("ann", &[(Role::Supervisor, "")]).await;
    let by_ann = permit(&test, &ann);
    let hub = &test.hub;
    let view = hub.create_view(&by_ann, edit("first", true)).await.unwrap();
    let home = async || {
        let access = hub.access_of(person.id).await.unwrap().unwrap();
        access.home_view().map(|view| view.name.clone())
    };
    assert_eq!(home().await, None);
    hub.pin_view(&by_ann, Some(view.id)).await.unwrap();
    assert_eq!(home().await.as_deref(), Some("first"));
    hub.update_view(&by_ann, view.id, edit("renamed", false))
        .await
        .unwrap();
    assert_eq!(home().await.as_deref(), Some("renamed"));
    hub.pin_view(&by_ann, None).await.unwrap();
    assert_eq!(home().await, None);
    hub.pin_view(&by_ann, Some(view.id)).await.unwrap();
    hub.delete_view(&by_ann, view.id).await.unwrap();
    assert_eq!(home().await, None);
}

#[tokio::test]
async fn the_console_keeps_no_views() {
    let test = TestHub::open().await;
    let console = Access::console();
    let by_console = permit(&test, &console);
    assert_eq!(names(&test, &console).await, [""; 0]);
    let refused = test.hub.create_view(&by_console, edit("x", false)).await;
    assert!(matches!(refused, Err(ServiceError::Invalid(_))));
}
