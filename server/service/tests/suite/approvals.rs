//! Approval by a second person.

use muster_core::approval::{
    Act, Approval, ApprovalPolicy, ApprovalState, Decided, Refused, Threshold,
};
use muster_core::person::{Person, RoleGrant};
use muster_core::policy::{Action, Role};
use muster_service::access::kinds::{ApproveOperations, ManageHub, ManagePeople};
use muster_service::approvals::ApprovalFilter;
use muster_service::people::{NewAccount, NewApiToken, PersonEdit};
use muster_service::{Access, Asked, Hub, ServiceError};

use crate::support::{PASSWORD, TestHub};

fn grant(role: Role, scope: &str) -> RoleGrant {
    RoleGrant {
        role,
        scope: scope.to_owned(),
    }
}

fn roles(roles: &[Role]) -> PersonEdit {
    PersonEdit {
        roles: Some(roles.iter().map(|role| grant(*role, "")).collect()),
        ..PersonEdit::default()
    }
}

fn off() -> PersonEdit {
    PersonEdit {
        active: Some(false),
        ..PersonEdit::default()
    }
}

async fn edit(hub: &Hub, by: &Access, of: &Person, edit: PersonEdit) -> Asked<Person> {
    let permit = hub.permit::<ManagePeople>(by).unwrap();
    hub.update_person(&permit, of.id, edit).await.unwrap()
}

async fn asks(hub: &Hub, by: &Access, of: &Person, change: PersonEdit) -> Approval {
    match edit(hub, by, of, change).await {
        Asked::Waits(approval) => *approval,
        Asked::Done(person) => panic!("done at once: {person:?}"),
    }
}

async fn decide(
    hub: &Hub,
    by: &Access,
    what: &Approval,
    yes: bool,
    why: &str,
) -> Result<Approval, ServiceError> {
    let permit = hub.permit::<ApproveOperations>(by)?;
    hub.decide_approval(&permit, what.id, yes, why).await
}

async fn held(hub: &Hub, person: &Person) -> (Vec<Role>, bool) {
    let permit = hub.permit::<ManagePeople>(&Access::console()).unwrap();
    let person = hub.person(&permit, person.id).await.unwrap();
    let roles = person.roles.iter().map(|grant| grant.role).collect();
    (roles, person.active)
}

fn refused<T: std::fmt::Debug>(outcome: Result<T, ServiceError>) -> Refused {
    match outcome {
        Err(ServiceError::Approval(refused)) => refused,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_only_administrator_needs_nobody() {
    let test = TestHub::open().await;
    let (_, root) = test.person("root", &[(Role::Admin, "")]).await;
    test.person("sue", &[(Role::Supervisor, "")]).await;
    let (ann, _) = test.person("ann", &[(Role::Operator, "")]).await;
    let done = edit(&test.hub, &root, &ann, roles(&[Role::Admin])).await;
    assert!(matches!(done, Asked::Done(_)));
    // From now on there are two.
    let (bob, _) = test.person("bob", &[(Role::Operator, "")]).await;
    asks(&test.hub, &root, &bob, roles(&[Role::Manager])).await;
    // The console needs nobody either way.
    let done = edit(
        &test.hub,
        &Access::console(),
        &bob,
        roles(&[Role::Supervisor]),
    )
    .await;
    assert!(matches!(done, Asked::Done(_)));
}

#[tokio::test]
async fn somebody_else_decides() {
    let test = TestHub::open().await;
    let hub = &test.hub;
    let (_, root) = test.person("root", &[(Role::Admin, "")]).await;
    let (_, second) = test.person("second", &[(Role::Admin, "")]).await;
    let (_, sue) = test.person("sue", &[(Role::Supervisor, "")]).await;
    let (ann, her) = test.person("ann", &[(Role::Operator, "")]).await;
    let both = PersonEdit {
        display_name: Some("Ann B".into()),
        ..roles(&[Role::Operator, Role::Admin])
    };
    let asked = asks(hub, &root, &ann, both).await;
    assert_eq!(asked.summary, "ann: role admin for the whole fleet");
    assert_eq!(asked.expires_at.since(asked.asked_at), 72 * 3_600_000);
    assert_eq!(held(hub, &ann).await, (vec![Role::Operator], true));
    let again = hub
        .update_person(
            &hub.permit::<ManagePeople>(&second).unwrap(),
            ann.id,
            roles(&[Role::Manager]),
        )
        .await;
    assert_eq!(refused(again), Refused::AlreadyWaiting);
    // Not oneself, not through a token, not who does not manage people, not who does not approve.
    assert_eq!(
        refused(decide(hub, &root, &asked, true, "").await),
        Refused::Own
    );
    let token = NewApiToken {
        name: "ci".into(),
        actions: vec![Action::ApproveOperations, Action::ManagePeople],
        scope: String::new(),
        days: None,
    };
    let (_, secret) = hub.create_token(&root, token).await.unwrap();
    let token = hub.access_of_token(&secret).await.unwrap().unwrap();
    assert_eq!(
        refused(decide(hub, &token, &asked, true, "").await),
        Refused::Own
    );
    let unseen = decide(hub, &sue, &asked, true, "").await;
    assert!(matches!(unseen, Err(ServiceError::NotFound)));
    let not_hers = decide(hub, &her, &asked, true, "").await;
    assert!(matches!(not_hers, Err(ServiceError::Forbidden(_))));
    assert_eq!(
        refused(decide(hub, &second, &asked, false, " ").await),
        Refused::NoComment
    );
    assert_eq!(
        refused(hub.withdraw_approval(&second, asked.id).await),
        Refused::NotYours
    );
    for (who, due) in [(&root, 0), (&second, 1), (&sue, 0), (&her, 0)] {
        assert_eq!(hub.approvals_due(who).await.unwrap(), due);
    }
    let decided = decide(hub, &second, &asked, true, "she takes over")
        .await
        .unwrap();
    assert_eq!(decided.state, ApprovalState::Approved);
    assert_eq!(
        held(hub, &ann).await,
        (vec![Role::Operator, Role::Admin], true)
    );
    let over = Refused::Decided(Decided(ApprovalState::Approved));
    assert_eq!(
        refused(decide(hub, &second, &asked, false, "no").await),
        over
    );
    // What she may do changed with it.
    let her = hub.access_of(ann.id).await.unwrap().unwrap();
    assert!(her.can(Action::ManagePeople));
    assert_eq!(her.person().unwrap().display_name, "Ann B");
}

#[tokio::test]
async fn everybody_sees_what_is_theirs() {
    let test = TestHub::open().await;
    let hub = &test.hub;
    let (_, root) = test.person("root", &[(Role::Admin, "")]).await;
    let (_, second) = test.person("second", &[(Role::Admin, "")]).await;
    let (_, sue) = test.person("sue", &[(Role::Supervisor, "")]).await;
    let (ann, her) = test.person("ann", &[(Role::Operator, "")]).await;
    let asked = asks(hub, &root, &ann, roles(&[Role::Admin])).await;
    let count = async |who: &Access, own| {
        let filter = ApprovalFilter {
            own,
            limit: 10,
            ..ApprovalFilter::default()
        };
        hub.approvals(who, filter).await.unwrap().rows.len()
    };
    for (who, all, own) in [(&root, 1, 1), (&second, 1, 0), (&sue, 0, 0), (&her, 0, 0)] {
        assert_eq!(
            (count(who, false).await, count(who, true).await),
            (all, own)
        );
        let one = hub.approval(who, asked.id).await;
        assert_eq!(one.is_ok(), all == 1);
    }
    let withdrawn = hub.withdraw_approval(&root, asked.id).await.unwrap();
    assert_eq!(withdrawn.state, ApprovalState::Withdrawn);
    assert_eq!(held(hub, &ann).await, (vec![Role::Operator], true));
}

#[tokio::test]
async fn taking_away_is_quick_but_not_from_those_who_approve() {
    let test = TestHub::open().await;
    let hub = &test.hub;
    let (_, root) = test.person("root", &[(Role::Admin, "")]).await;
    let (second, other) = test.person("second", &[(Role::Admin, "")]).await;
    let (sue, _) = test.person("sue", &[(Role::Supervisor, "")]).await;
    let (ann, _) = test
        .person("ann", &[(Role::Operator, ""), (Role::Manager, "")])
        .await;
    let done = edit(hub, &root, &ann, roles(&[Role::Operator])).await;
    assert!(matches!(done, Asked::Done(_)));
    assert!(matches!(
        edit(hub, &root, &ann, off()).await,
        Asked::Done(_)
    ));
    // Or one administrator could be alone in a moment, and decide alone.
    asks(hub, &root, &second, off()).await;
    let asked = asks(hub, &root, &sue, off()).await;
    decide(hub, &other, &asked, true, "").await.unwrap();
    assert_eq!(held(hub, &sue).await, (vec![Role::Supervisor], false));
}

#[tokio::test]
async fn new_accounts_are_opened_by_a_second_person() {
    let test = TestHub::open().await;
    let hub = &test.hub;
    let (_, root) = test.person("root", &[(Role::Admin, "")]).await;
    let (_, second) = test.person("second", &[(Role::Admin, "")]).await;
    let permit = hub.permit::<ManagePeople>(&root).unwrap();
    let new = |name: &str| NewAccount {
        name: name.into(),
        display_name: String::new(),
        roles: vec![grant(Role::Admin, "")],
        password: Some(PASSWORD.into()),
    };
    let made = hub.create_person(&permit, new("ann")).await.unwrap();
    let asked = made.waits.unwrap();
    assert!(!made.person.active);
    assert!(hub.sign_in("ann", PASSWORD, "::1").await.is_err());
    decide(hub, &second, &asked, true, "").await.unwrap();
    assert!(hub.sign_in("ann", PASSWORD, "::1").await.is_ok());
    // Refused: it stays closed.
    let made = hub.create_person(&permit, new("bob")).await.unwrap();
    let asked = made.waits.unwrap();
    decide(hub, &second, &asked, false, "who is that")
        .await
        .unwrap();
    assert_eq!(held(hub, &made.person).await, (vec![Role::Admin], false));
}

#[tokio::test]
async fn weaker_rules_wait_and_stricter_ones_do_not() {
    let test = TestHub::open().await;
    let hub = &test.hub;
    let (_, root) = test.person("root", &[(Role::Admin, "")]).await;
    let permit = hub.permit::<ManageHub>(&root).unwrap();
    let set = async |policy: ApprovalPolicy| hub.set_approval_policy(&permit, policy).await;
    let lax = ApprovalPolicy {
        people: false,
        ..ApprovalPolicy::default()
    };
    assert!(
        matches!(set(lax.clone()).await.unwrap(), Asked::Done(_)),
        "alone"
    );
    let (_, second) = test.person("second", &[(Role::Admin, "")]).await;
    let mut strict = lax.clone();
    strict.thresholds.insert(Act::UpdateTwin, Threshold::ALWAYS);
    assert!(matches!(set(strict).await.unwrap(), Asked::Done(_)));
    let Asked::Waits(asked) = set(lax.clone()).await.unwrap() else {
        panic!()
    };
    assert_ne!(hub.approval_policy().await.unwrap(), lax);
    decide(hub, &second, &asked, true, "").await.unwrap();
    assert_eq!(hub.approval_policy().await.unwrap(), lax);
    let bad = ApprovalPolicy { hours: 0, ..lax };
    assert!(matches!(
        set(bad).await,
        Err(ServiceError::ApprovalPolicy(_))
    ));
}

#[tokio::test]
async fn requests_run_out_of_time() {
    let test = TestHub::open().await;
    let (_, root) = test.person("root", &[(Role::Admin, "")]).await;
    let (_, second) = test.person("second", &[(Role::Admin, "")]).await;
    let (ann, _) = test.person("ann", &[(Role::Operator, "")]).await;
    let asked = asks(&test.hub, &root, &ann, roles(&[Role::Admin])).await;
    test.pass(72 * 3600);
    let late = decide(&test.hub, &second, &asked, true, "").await;
    let over = Refused::Decided(Decided(ApprovalState::Expired));
    assert_eq!(refused(late), over);
    test.hub.expire_approvals().await.unwrap();
    let found = test.hub.approval(&root, asked.id).await.unwrap();
    assert_eq!(found.state, ApprovalState::Expired);
    assert_eq!(held(&test.hub, &ann).await, (vec![Role::Operator], true));
    // And can be asked for again.
    asks(&test.hub, &root, &ann, roles(&[Role::Admin])).await;
}
