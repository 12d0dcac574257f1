//! Shared access policies on the service side, and identities with their keys.

use muster_core::access::PolicyName;
use muster_core::event::{Actor, EventKind};
use muster_core::key::SharedKey;
use muster_core::policy::Role;
use muster_core::sas::{BadToken, SasToken};
use muster_service::access::kinds::{
    EditTwin, ManageHub, ProvisionDevices, SeeAudit, SeeCredentials, SeeDevices,
};
use muster_service::policies::PolicyRefused;
use muster_service::registry::IdentityChange;
use muster_service::{Access, ServiceError, ToDevice};
use serde_json::json;

use crate::support::{TestHub, link};

async fn key(test: &TestHub, name: PolicyName) -> SharedKey {
    let permit = test.hub.permit::<ManageHub>(&Access::console()).unwrap();
    let text = test.hub.policy_connection_string(permit, name).await;
    SharedKey::new(text.unwrap().split_once("SharedAccessKey=").unwrap().1).unwrap()
}

pub(crate) async fn access(test: &TestHub, name: PolicyName) -> Access {
    let end = test.hub.now().plus_ms(60_000);
    let token = SasToken::sign("h", &key(test, name).await, end, Some(name.as_str()));
    test.hub.authenticate_policy(&token, &["devices"]).unwrap()
}

#[tokio::test]
async fn a_token_names_its_policy_and_reaches_no_further() {
    let test = TestHub::open().await;
    let owner = key(&test, PolicyName::Owner).await;
    let check = |resource: &str, seconds: i64, policy: Option<&str>, want| {
        let end = test.hub.now().plus_ms(seconds * 1000);
        let token = SasToken::sign(resource, &owner, end, policy);
        let found = test.hub.authenticate_policy(&token, &["devices", "d"]);
        let found = found.map(|access| access.policy_name());
        assert_eq!(found, want, "{resource} {seconds} {policy:?}");
    };
    let owned = Some("iothubowner");
    check("h", 60, owned, Ok(Some(PolicyName::Owner)));
    check("h/devices/d", 60, owned, Ok(Some(PolicyName::Owner)));
    check("h/devices/d2", 60, owned, Err(BadToken::Resource.into()));
    check("h/devices/d/x", 60, owned, Err(BadToken::Resource.into()));
    check("h", -600, owned, Err(BadToken::Expired.into()));
    check("h", 60, Some("service"), Err(BadToken::Signature.into()));
    check("h", 60, Some("root"), Err(PolicyRefused::UnknownPolicy));
    check("h", 60, None, Err(PolicyRefused::NoPolicy));
}

#[tokio::test]
async fn a_policy_gets_the_permits_of_its_rights() {
    let test = TestHub::open().await;
    let id = test.device("d", json!({})).await;
    let hub = &test.hub;
    let reader = access(&test, PolicyName::RegistryRead).await;
    assert!(hub.permit_device::<SeeCredentials>(&reader, &id).is_ok());
    assert!(matches!(
        hub.permit_device::<EditTwin>(&reader, &id),
        Err(ServiceError::Forbidden(_))
    ));
    let service = access(&test, PolicyName::Service).await;
    assert!(hub.permit_device::<EditTwin>(&service, &id).is_ok());
    assert!(hub.permit::<SeeCredentials>(&service).is_err());
    let device = access(&test, PolicyName::Device).await;
    let hidden = hub.permit_device::<SeeDevices>(&device, &id);
    assert!(matches!(hidden, Err(ServiceError::NotFound)));
    let owner = access(&test, PolicyName::Owner).await;
    assert!(hub.permit::<SeeAudit>(&owner).is_err());
    assert!(hub.permit::<ManageHub>(&owner).is_err());
    assert_eq!(owner.roles(), []);
}

#[tokio::test]
async fn keys_shown_to_people_are_noted_and_to_tools_are_not() {
    let test = TestHub::open().await;
    let id = test.device("d", json!({})).await;
    let (_, ann) = test.person("ann", &[(Role::Operator, "")]).await;
    let shown = async || {
        let permit = test.hub.permit_device(&Access::console(), &id).unwrap();
        let events = test.hub.timeline(&permit, None, 50).await.unwrap().rows;
        events
            .into_iter()
            .filter(|event| event.kind == EventKind::SecretShown)
            .map(|event| event.actor)
            .collect::<Vec<_>>()
    };
    let tool = access(&test, PolicyName::RegistryRead).await;
    let permit = test.hub.permit_device(&tool, &id).unwrap();
    let device = test.hub.identity(&permit).await.unwrap();
    assert_eq!(device.id, id);
    assert_eq!(shown().await, []);
    let permit = test.hub.permit_device(&ann, &id).unwrap();
    assert_eq!(test.hub.identity(&permit).await.unwrap(), device);
    assert!(matches!(shown().await[..], [Actor::Person { .. }]));
}

#[tokio::test]
async fn lists_of_identities_end_at_the_scope() {
    let test = TestHub::open().await;
    for (id, region) in [("c", "north"), ("a", "north"), ("b", "south")] {
        test.device(id, json!({ "region": region })).await;
    }
    let (_, ann) = test
        .person("ann", &[(Role::Operator, "tags.region = 'north'")])
        .await;
    let ids = async |access: &Access, limit| {
        let permit = test.hub.permit(access).unwrap();
        let found = test.hub.identities(&permit, limit).await.unwrap();
        let ids = found.iter().map(|device| device.id.to_string());
        ids.collect::<Vec<_>>()
    };
    assert_eq!(ids(&ann, 10).await, ["a", "c"]);
    let tool = access(&test, PolicyName::RegistryRead).await;
    assert_eq!(ids(&tool, 10).await, ["a", "b", "c"]);
    assert_eq!(ids(&tool, 2).await, ["a", "b"]);
}

#[tokio::test]
async fn the_same_keys_again_leave_the_connection_alone() {
    let test = TestHub::open().await;
    let id = test.device("d", json!({})).await;
    let (info, mut notices) = link();
    let proof = test.log_in(&id).await;
    test.hub.device_connected(&proof, info).await.unwrap();
    let permit = test.hub.permit_device(&Access::console(), &id).unwrap();
    let same = test.hub.identity(&permit).await.unwrap().authentication;
    let update = async |authentication| {
        let console = Access::console();
        let permit = test.hub.permit_device::<ProvisionDevices>(&console, &id);
        let change = IdentityChange {
            authentication: Some(authentication),
            ..IdentityChange::default()
        };
        let done = test.hub.update_device(permit.unwrap(), None, change).await;
        done.unwrap()
    };
    assert_eq!(update(same.clone()).await.authentication, same);
    assert!(notices.try_recv().is_err());
    update(muster_core::device::Authentication::CertificateAuthority).await;
    assert!(matches!(notices.recv().await, Some(ToDevice::Close(_))));
}
