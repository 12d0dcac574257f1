//! Rotations step by step, and as a model: whatever is lost on the way, the device can sign in.

use proptest::prelude::*;

use super::*;

fn key(number: u8) -> SharedKey {
    SharedKey::from_entropy([number; 32])
}

fn slots(used: Option<u8>) -> Slots {
    Slots {
        keys: KeyPair {
            primary: key(1),
            secondary: key(2),
        },
        used: used.map(|number| key(number).mark()),
        under_way: false,
    }
}

#[test]
fn the_key_in_use_is_kept_until_the_new_one_is_used() {
    let check = |used: Option<u8>, kept: u8| {
        let mut slots = slots(used);
        assert!(slots.mint(key(3)));
        assert_eq!(
            (&slots.keys.primary, &slots.keys.secondary),
            (&key(kept), &key(3))
        );
        assert!(!slots.mint(key(4)), "the same key is handed out again");
        assert!(!slots.promote(key(5)), "nobody has used it");
        slots.used = Some(key(3).mark());
        assert!(slots.promote(key(5)));
        assert_eq!(
            (&slots.keys.primary, &slots.keys.secondary),
            (&key(3), &key(5))
        );
        assert_eq!(slots.used_slot(), Some(Slot::Primary));
        assert!(!slots.promote(key(6)), "once");
    };
    check(None, 1);
    check(Some(1), 1);
    check(Some(2), 2);
    check(Some(9), 1);
}

#[test]
fn a_rotation_knows_what_comes_next() {
    let at = Timestamp::from_millis;
    let check = |marks: [Option<i64>; 3], now, step, next| {
        let [handed, confirmed, promoted] = marks.map(|mark| mark.map(at));
        let rotation = Rotation {
            operation: OperationId(7),
            attempt: 1,
            minted_at: at(0),
            handed_at: handed,
            confirmed_at: confirmed,
            promoted_at: promoted,
        };
        assert_eq!((rotation.step(), rotation.next(60, at(now))), (step, next));
    };
    check([None; 3], 0, Step::Minted, Next::Hand);
    check(
        [Some(1_000), None, None],
        60_999,
        Step::Handed,
        Next::Await(at(61_000)),
    );
    check(
        [Some(1_000), None, None],
        61_000,
        Step::Handed,
        Next::GiveUp,
    );
    check(
        [Some(1_000), Some(2), None],
        99_000,
        Step::Confirmed,
        Next::Promote,
    );
    check([None, Some(2), None], 0, Step::Confirmed, Next::Promote);
    check(
        [Some(1), Some(2), Some(3)],
        99_000,
        Step::Promoted,
        Next::Done,
    );
}

#[test]
fn answers_say_whether_the_device_can() {
    let check = |status, want| assert_eq!(Answer::of(status), want, "{status}");
    check(200, Answer::Stored);
    check(204, Answer::Stored);
    check(404, Answer::Unknown);
    check(501, Answer::Unknown);
    check(400, Answer::Refused);
    check(500, Answer::Refused);
    check(0, Answer::Refused);
}

/// What may happen, in any order and as often as it likes: hubs and devices stop between any two of them.
#[derive(Clone, Copy, Debug)]
enum Happens {
    /// An attempt of any operation begins.
    Mint,
    /// The call arrives, and the device keeps what it has beside the new key.
    Hand,
    /// The call arrives, and the device forgets what it had: careless, but its own.
    HandAndForget,
    /// The device signs in with the newest key it has that still opens, as it should.
    SignIn,
    /// The device signs in with the oldest key it has that still opens.
    FallBack,
    /// The hub puts the new key into the first slot, if it may.
    Promote,
}

fn happens() -> impl Strategy<Value = Happens> {
    prop_oneof![
        Just(Happens::Mint),
        Just(Happens::Hand),
        Just(Happens::HandAndForget),
        Just(Happens::SignIn),
        Just(Happens::FallBack),
        Just(Happens::Promote),
    ]
}

proptest! {
    #[test]
    fn a_device_always_has_a_key_that_opens(
        begins_with in 1_u8..=2,
        story in prop::collection::vec(happens(), 0..60),
    ) {
        let mut hub = slots(None);
        // Oldest first. It signs in before anything is handed to it: over that connection.
        let mut has = vec![key(begins_with)];
        hub.used = Some(key(begins_with).mark());
        let mut fresh = 10_u8;
        for event in story {
            fresh += 1;
            let opens = |hub: &Slots, key: &SharedKey| hub.keys.slot_of(key.mark()).is_some();
            match event {
                Happens::Mint => _ = hub.mint(key(fresh)),
                Happens::Hand if hub.under_way && !has.contains(&hub.keys.secondary) => {
                    has.push(hub.keys.secondary.clone());
                }
                Happens::HandAndForget if hub.under_way => has = vec![hub.keys.secondary.clone()],
                Happens::SignIn => {
                    let newest = has.iter().rev().find(|key| opens(&hub, key)).cloned();
                    prop_assert!(newest.is_some());
                    hub.used = newest.as_ref().map(SharedKey::mark);
                    // What came before it is no longer needed.
                    has = newest.into_iter().collect();
                }
                Happens::FallBack => {
                    let oldest = has.iter().find(|key| opens(&hub, key));
                    prop_assert!(oldest.is_some());
                    hub.used = oldest.map(SharedKey::mark);
                }
                Happens::Promote => {
                    let new = hub.keys.secondary.clone();
                    let confirmed = hub.is_confirmed();
                    prop_assert_eq!(hub.promote(key(fresh)), confirmed);
                    if confirmed {
                        prop_assert_eq!(&hub.keys.primary, &new);
                    }
                }
                Happens::Hand | Happens::HandAndForget => {}
            }
            prop_assert!(has.iter().any(|key| opens(&hub, key)), "{:?}", event);
        }
    }
}
