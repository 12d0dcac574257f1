//! What waits for a second person.

use muster_core::approval::{
    Approval, ApprovalPolicy, ApprovalState, Decided, Decision, Impact, Refused, Rights, Subject,
    Verdict, Why,
};
use muster_core::event::{Actor, EventKind, NewEvent};
use muster_core::ids::{DeviceId, PersonId};
use muster_core::person::RoleGrant;
use muster_core::policy::Role;
use muster_core::time::Timestamp;
use muster_storage::{
    ApprovalQuery, AskOutcome, DecideOutcome, Deciding, EventQuery, InsertOutcome, NewApproval,
    NewPerson, PasswordHash, PersonOutcome, Refusal, Store,
};

use super::place::{Place, T0, ann, at, event};

/// When requests of these tests end.
const END: Timestamp = T0.plus_ms(3_600_000);

fn new(summary: &str) -> NewApproval {
    NewApproval {
        summary: summary.into(),
        reasons: vec![Why::GivesRights],
        impact: None,
        expires_at: END,
        event: event(EventKind::ApprovalRequested, None, ann()),
    }
}

fn roles(roles: &[Role]) -> Vec<RoleGrant> {
    let grant = |role: &Role| RoleGrant {
        role: *role,
        scope: String::new(),
    };
    roles.iter().map(grant).collect()
}

fn bob() -> Actor {
    Actor::Person {
        id: PersonId(2),
        name: "bob".into(),
        token: None,
    }
}

fn deciding(approval: &Approval, verdict: Verdict, when: i64) -> Deciding {
    Deciding {
        id: approval.id,
        verdict,
        by: bob(),
        at: at(when),
        comment: "seen".into(),
    }
}

fn account(name: &str, held: &[Role]) -> NewPerson {
    NewPerson {
        name: name.into(),
        display_name: String::new(),
        password_hash: PasswordHash("$argon2id$".into()),
        roles: roles(held),
        must_change_password: false,
    }
}

async fn person(store: &Store, name: &str, held: &[Role]) -> PersonId {
    let made = event(EventKind::PersonCreated, None, ann());
    match store.insert_person(account(name, held), made).await {
        Ok(InsertOutcome::Inserted(person)) => person.id,
        other => panic!("{other:?}"),
    }
}

/// A request that gives somebody other roles.
fn gives(id: PersonId, before: &[Role], after: &[Role]) -> Subject {
    Subject::Person {
        id,
        before: Rights {
            roles: roles(before),
            active: true,
        },
        after: Rights {
            roles: roles(after),
            active: true,
        },
    }
}

async fn ask(store: &Store, subject: Subject, summary: &str) -> Approval {
    match store.ask_approval(subject, new(summary)).await.unwrap() {
        AskOutcome::Waits(approval) => *approval,
        AskOutcome::Refused(refused) => panic!("{refused}"),
    }
}

async fn held(store: &Store, id: PersonId) -> Vec<Role> {
    let person = store.find_person(id).await.unwrap().unwrap();
    person.roles.iter().map(|grant| grant.role).collect()
}

async fn events(store: &Store, kind: EventKind) -> usize {
    let query = EventQuery {
        kinds: vec![kind],
        ..EventQuery::default()
    };
    store.events(query).await.unwrap().rows.len()
}

pub(crate) async fn requests_come_back(place: &Place) {
    let store = place.open().await;
    let id = person(&store, "zoe", &[Role::Operator]).await;
    let subject = gives(id, &[Role::Operator], &[Role::Admin]);
    let impact = Impact {
        devices: 7,
        fleet: 10,
        query: Some("tags.a = 'ü'".into()),
        sample: vec![DeviceId::new("pump-1").unwrap()],
    };
    let asked = NewApproval {
        impact: Some(impact.clone()),
        ..new("Makes Zoe an administrator")
    };
    let outcome = store.ask_approval(subject.clone(), asked).await.unwrap();
    let AskOutcome::Waits(made) = outcome else {
        panic!()
    };
    let want = Approval {
        id: made.id,
        subject: subject.clone(),
        summary: "Makes Zoe an administrator".into(),
        reasons: vec![Why::GivesRights],
        impact: Some(impact),
        asked_by: ann(),
        asked_at: T0,
        expires_at: END,
        state: ApprovalState::Pending,
        decision: None,
    };
    assert_eq!(*made, want);
    let again = store.ask_approval(subject, new("again")).await.unwrap();
    assert_eq!(again, AskOutcome::Refused(Refused::AlreadyWaiting));
    store.close().await;
    let store = place.open().await;
    assert_eq!(
        store.find_approval(made.id).await.unwrap(),
        Some(want.clone())
    );
    let key = format!("person:{id}");
    assert_eq!(
        store.waiting_approval(&key).await.unwrap(),
        Some(want.clone())
    );
    assert_eq!(store.waiting_approvals().await.unwrap(), [want]);
    assert_eq!(store.next_expiry().await.unwrap(), Some(END));
    let refused = deciding(&made, Verdict::Refuse, 5);
    store.decide_approval(refused).await.unwrap();
    let read = store.find_approval(made.id).await.unwrap().unwrap();
    let decision = Decision {
        by: bob(),
        at: at(5),
        comment: "seen".into(),
    };
    assert_eq!(
        (read.state, read.decision),
        (ApprovalState::Refused, Some(decision))
    );
    assert_eq!(held(&store, id).await, [Role::Operator]);
    assert_eq!(store.waiting_approval(&key).await.unwrap(), None);
    assert_eq!(store.next_expiry().await.unwrap(), None);
}

pub(crate) async fn what_waits_comes_first(place: &Place) {
    let store = place.open().await;
    let mut made = Vec::new();
    for n in 0..5 {
        let id = person(&store, &format!("p{n}"), &[Role::Operator]).await;
        let subject = gives(id, &[Role::Operator], &[Role::Manager]);
        made.push(ask(&store, subject, &format!("{n}")).await);
    }
    for n in [1, 4] {
        let refused = deciding(&made[n], Verdict::Refuse, 1);
        store.decide_approval(refused).await.unwrap();
    }
    let summaries = async |query: ApprovalQuery| {
        let page = store.approvals(query).await.unwrap();
        let texts: Vec<String> = page.rows.into_iter().map(|a| a.summary).collect();
        (texts.join(""), page.previous, page.next)
    };
    let query = |cursor| ApprovalQuery {
        limit: 2,
        cursor,
        ..ApprovalQuery::default()
    };
    let (first, none, next) = summaries(query(None)).await;
    assert_eq!((first.as_str(), none), ("32", None));
    let (second, _, next) = summaries(query(next)).await;
    assert_eq!(second, "04");
    let (third, previous, none) = summaries(query(next)).await;
    assert_eq!((third.as_str(), none), ("1", None));
    let (second, _, _) = summaries(query(previous)).await;
    assert_eq!(second, "04");
    let only = |pending, asker| ApprovalQuery {
        pending,
        asker,
        limit: 10,
        ..ApprovalQuery::default()
    };
    assert_eq!(summaries(only(Some(true), None)).await.0, "320");
    assert_eq!(summaries(only(Some(false), None)).await.0, "41");
    assert_eq!(summaries(only(None, Some(PersonId(1)))).await.0, "32041");
    assert_eq!(summaries(only(None, Some(PersonId(2)))).await.0, "");
    let about_rights = |me| ApprovalQuery {
        own_rights_only: Some(PersonId(me)),
        ..only(None, None)
    };
    assert_eq!(summaries(about_rights(1)).await.0, "32041");
    assert_eq!(summaries(about_rights(2)).await.0, "");
}

/// Two people approve at the same time: the change happens once, and one of them learns that it was decided.
pub(crate) async fn the_first_of_two_wins(place: &Place) {
    let store = place.open().await;
    for n in 0..10 {
        let id = person(&store, &format!("p{n}"), &[Role::Operator]).await;
        let subject = gives(id, &[Role::Operator], &[Role::Supervisor]);
        let asked = ask(&store, subject, "promotes").await;
        let yes = || store.decide_approval(deciding(&asked, Verdict::Approve, 9));
        let no = store.decide_approval(deciding(&asked, Verdict::Refuse, 9));
        let (one, two, three) = tokio::join!(yes(), yes(), no);
        let all = [one.unwrap(), two.unwrap(), three.unwrap()];
        let done = |outcome: &&DecideOutcome| matches!(outcome, DecideOutcome::Done(_));
        assert_eq!(all.iter().filter(done).count(), 1);
        let state = store.find_approval(asked.id).await.unwrap().unwrap().state;
        let late = DecideOutcome::Refused(Refused::Decided(Decided(state)));
        assert_eq!(all.iter().filter(|outcome| **outcome == late).count(), 2);
        let want = if state == ApprovalState::Approved {
            Role::Supervisor
        } else {
            Role::Operator
        };
        assert_eq!(held(&store, id).await, [want]);
    }
    assert_eq!(events(&store, EventKind::ApprovalDecided).await, 10);
    let check = store.verify_audit().await.unwrap();
    assert_eq!(check.fault, None);
}

pub(crate) async fn what_is_stale_is_not_done(place: &Place) {
    let store = place.open().await;
    let root = person(&store, "root", &[Role::Admin]).await;
    let zoe = person(&store, "zoe", &[Role::Operator]).await;
    // Approved as it was asked for, or not at all.
    let asked = ask(&store, gives(zoe, &[Role::Manager], &[Role::Admin]), "x").await;
    let approve =
        |approval: &Approval| store.decide_approval(deciding(approval, Verdict::Approve, 1));
    let stale = DecideOutcome::Refused(Refused::Stale);
    assert_eq!(approve(&asked).await.unwrap(), stale);
    assert_eq!(held(&store, zoe).await, [Role::Operator]);
    // It still waits, and can be refused.
    let refused = store
        .decide_approval(deciding(&asked, Verdict::Refuse, 2))
        .await;
    assert!(matches!(refused.unwrap(), DecideOutcome::Done(_)));
    // The writer's own rules hold too.
    let asked = ask(&store, gives(root, &[Role::Admin], &[Role::Manager]), "y").await;
    let broken = DecideOutcome::Broken(Refusal::LastAdmin);
    assert_eq!(approve(&asked).await.unwrap(), broken);
    let read = store.find_approval(asked.id).await.unwrap().unwrap();
    assert_eq!(read.state, ApprovalState::Pending);
    assert_eq!(events(&store, EventKind::PersonUpdated).await, 0);
    // Rules of approval likewise.
    let before = store.approval_policy().await.unwrap();
    assert_eq!(before, ApprovalPolicy::default());
    let lax = |hours| ApprovalPolicy {
        people: false,
        hours,
        ..ApprovalPolicy::default()
    };
    let subject = Subject::Policy {
        before: before.into(),
        after: lax(1).into(),
    };
    let first = ask(&store, subject.clone(), "rules").await;
    assert!(matches!(
        approve(&first).await.unwrap(),
        DecideOutcome::Done(_)
    ));
    assert_eq!(store.approval_policy().await.unwrap(), lax(1));
    let second = ask(&store, subject, "rules").await;
    assert_eq!(approve(&second).await.unwrap(), stale);
    let changed = event(EventKind::ApprovalPolicyChanged, None, ann());
    store.set_approval_policy(lax(2), changed).await.unwrap();
    assert_eq!(store.approval_policy().await.unwrap(), lax(2));
}

pub(crate) async fn nobody_decides_too_late(place: &Place) {
    let store = place.open().await;
    let id = person(&store, "zoe", &[Role::Operator]).await;
    let asked = ask(&store, gives(id, &[Role::Operator], &[Role::Admin]), "x").await;
    let late = Deciding {
        at: END,
        ..deciding(&asked, Verdict::Approve, 0)
    };
    let expired = DecideOutcome::Refused(Refused::Decided(Decided(ApprovalState::Expired)));
    assert_eq!(store.decide_approval(late).await.unwrap(), expired);
    let early = END.plus_ms(-1);
    assert_eq!(store.expire_approvals(early).await.unwrap(), []);
    let over = store.expire_approvals(END).await.unwrap();
    assert_eq!(over.len(), 1);
    assert_eq!(over[0].state, ApprovalState::Expired);
    assert_eq!(over[0].decision.as_ref().unwrap().by, Actor::Hub);
    assert_eq!(store.expire_approvals(END).await.unwrap(), []);
    assert_eq!(held(&store, id).await, [Role::Operator]);
}

pub(crate) async fn new_accounts_wait_closed(place: &Place) {
    let store = place.open().await;
    let made = || event(EventKind::PersonCreated, None, ann());
    let insert = async |name: &str| {
        let new_person = account(name, &[Role::Supervisor]);
        let request = new("A new supervisor");
        store
            .insert_waiting_person(new_person, made(), request)
            .await
            .unwrap()
    };
    let PersonOutcome::Waits(zoe, asked) = insert("zoe").await else {
        panic!()
    };
    assert!(!zoe.active);
    assert_eq!(insert("zoe").await, PersonOutcome::AlreadyExists);
    let approved = store
        .decide_approval(deciding(&asked, Verdict::Approve, 3))
        .await;
    assert!(matches!(approved.unwrap(), DecideOutcome::Done(_)));
    let zoe = store.find_person(zoe.id).await.unwrap().unwrap();
    assert!(zoe.active);
    assert_eq!(zoe.roles, roles(&[Role::Supervisor]));
    let updated = NewEvent {
        at: at(3),
        ..event(EventKind::PersonUpdated, None, bob())
    };
    let query = EventQuery {
        kinds: vec![EventKind::PersonUpdated],
        ..EventQuery::default()
    };
    let found = store.events(query).await.unwrap().rows;
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].at, &found[0].actor), (updated.at, &updated.actor));
    assert_eq!(found[0].detail["approval"], asked.id.0);
}
