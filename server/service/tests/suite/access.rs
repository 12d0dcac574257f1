//! Rights: roles, scopes, and what does not exist for somebody.

use muster_core::policy::{Action, Role};
use muster_query::Condition;
use muster_service::ServiceError;
use muster_service::access::kinds::{
    EditTwin, ManageHub, ManagePeople, ProvisionDevices, SeeDevices,
};
use muster_service::registry::NewDevice;
use serde_json::json;

use crate::support::{TestHub, first_rows, object};

#[tokio::test]
async fn what_lies_outside_the_scope_does_not_exist() {
    let test = TestHub::open().await;
    let north = test.device("n-1", json!({"region":"north"})).await;
    let south = test.device("s-1", json!({"region":"south"})).await;
    let (_, access) = test
        .person("ann", &[(Role::Operator, "tags.region = 'north'")])
        .await;
    let hub = &test.hub;
    assert!(hub.permit_device::<EditTwin>(&access, &north).is_ok());
    let hidden = hub.permit_device::<SeeDevices>(&access, &south);
    assert!(matches!(hidden, Err(ServiceError::NotFound)));
    let missing = hub.permit_device::<EditTwin>(&access, &"nobody".parse().unwrap());
    assert!(matches!(missing, Err(ServiceError::NotFound)));
    assert_eq!(hub.fleet_count(&access, &Condition::all(), "").unwrap(), 1);
    assert_eq!(hub.census(&access, &Condition::all()).in_service, 1);
    let page = hub
        .fleet_page(&access, &first_rows(Condition::all()))
        .unwrap();
    assert_eq!(page.rows.len(), 1);
    // The device moves out of the scope with its tags.
    test.patch(&north, Some(json!({"region":"south"})), None)
        .await;
    assert_eq!(hub.fleet_count(&access, &Condition::all(), "").unwrap(), 0);
}

#[tokio::test]
async fn roles_unite_each_with_its_own_scope() {
    let test = TestHub::open().await;
    let north = test.device("n-1", json!({"region":"north"})).await;
    let south = test.device("s-1", json!({"region":"south"})).await;
    let roles = [
        (Role::Manager, ""),
        (Role::Operator, "tags.region = 'north'"),
    ];
    let (_, access) = test.person("bob", &roles).await;
    let hub = &test.hub;
    assert_eq!(access.roles(), [Role::Operator, Role::Manager]);
    assert!(hub.permit_device::<SeeDevices>(&access, &south).is_ok());
    assert!(hub.permit_device::<EditTwin>(&access, &north).is_ok());
    let refused = hub.permit_device::<EditTwin>(&access, &south);
    assert!(matches!(
        refused,
        Err(ServiceError::Forbidden(Action::EditTwin))
    ));
    assert!(matches!(
        hub.permit::<ManagePeople>(&access),
        Err(ServiceError::Forbidden(_))
    ));
    assert!(matches!(
        hub.permit::<ManageHub>(&access),
        Err(ServiceError::Forbidden(_))
    ));
}

#[tokio::test]
async fn a_new_device_must_lie_within_the_scope_of_its_maker() {
    let test = TestHub::open().await;
    let (_, access) = test
        .person("ann", &[(Role::Operator, "tags.region = 'north'")])
        .await;
    for (id, region, fine) in [("a", "north", true), ("b", "south", false)] {
        let permit = test.hub.permit::<ProvisionDevices>(&access).unwrap();
        let mut new = NewDevice::named(id.parse().unwrap());
        new.tags = object(json!({ "region": region }));
        let made = test.hub.create_device(permit, new).await;
        assert_eq!(made.is_ok(), fine, "{region}");
    }
}
