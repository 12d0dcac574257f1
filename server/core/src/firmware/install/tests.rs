//! Installing, step by step and as a model.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::firmware::progress;

const RULE: Rule = Rule {
    check_ins: 2,
    soak_ms: 60_000,
};

fn at(ms: i64) -> Timestamp {
    Timestamp::from_millis(ms)
}

fn said(version: &str, update: Value) -> Progress {
    progress(&json!({ "firmware": { "version": version, "update": update } }))
}

fn state(target: &str, state: &str) -> Value {
    json!({ "target": target, "state": state, "operation": "7/1" })
}

/// From 4.3 to 4.4; the device still shows how it came to 4.3.
fn install() -> Install {
    let before = said("4.3", json!({ "target": "4.3", "state": "succeeded" }));
    Install::begin(
        Version::new("4.4").unwrap(),
        Some("7/1".into()),
        RULE,
        Baseline::of(before),
    )
}

#[test]
fn an_update_goes_its_way() {
    let mut one = install();
    one.report(
        &said("4.3", json!({ "target": "4.3", "state": "succeeded" })),
        at(0),
    );
    assert_eq!(one.standing, Standing::Asked, "old news");
    one.report(&said("4.3", state("4.4", "downloading")), at(1));
    let working = Standing::Working {
        phase: Phase::Downloading,
        percent: 0,
    };
    assert_eq!(one.standing, working);
    one.report(&said("4.3", state("4.4", "rebooting")), at(2));
    one.check_in(at(3));
    one.report(&said("4.4.0", state("4.4", "succeeded")), at(1000));
    let soaking = Standing::Soaking {
        since: at(1000),
        check_ins: 0,
    };
    assert_eq!(one.standing, soaking);
    assert_eq!(one.next_tick(), Some(at(61_000)));
    one.check_in(at(2000));
    one.check_in(at(60_999));
    assert_eq!(one.standing.rank(), soaking.rank());
    one.tick(at(61_000));
    assert_eq!(one.standing, Standing::Succeeded);
    one.report(&said("4.3", state("4.4", "failed")), at(70_000));
    assert_eq!(one.standing, Standing::Succeeded, "a result stays");
}

#[test]
fn a_device_that_is_there_already_needs_no_update() {
    let mut one = install();
    one.rule = Rule {
        check_ins: 1,
        soak_ms: 0,
    };
    one.report(&said("4.4", Value::Null), at(0));
    assert_eq!((one.standing.rank(), one.next_tick()), (2, None));
    one.check_in(at(1));
    assert_eq!(one.standing, Standing::Succeeded);
    one = install();
    one.rule = Rule {
        check_ins: 0,
        soak_ms: 0,
    };
    one.report(&said("4.4", Value::Null), at(0));
    assert_eq!(one.standing, Standing::Succeeded);
}

#[test]
fn failures_are_told_in_words() {
    let check = |reports: &[(&str, Value)], want: &str| {
        let mut one = install();
        for (moment, (version, update)) in (0..).zip(reports) {
            one.report(&said(version, update.clone()), at(moment));
        }
        one.tick(at(100_000));
        let Standing::Failed(failure) = one.standing else {
            panic!("{:?}", one.standing)
        };
        assert_eq!(failure.to_string(), want);
    };
    let mut broken = state("4.4", "failed");
    check(
        &[("4.3", broken.clone())],
        "the device gave up: it gave no reason",
    );
    broken["error"] = json!({ "code": "hash_mismatch", "text": "the file is another" });
    check(
        &[("4.3", broken)],
        "the device gave up: the file is another (hash_mismatch)",
    );
    check(
        &[("4.3", state("4.2", "succeeded"))],
        "the device reports success, but runs 4.3 instead of 4.4",
    );
    check(
        &[("4.5", state("4.5", "succeeded"))],
        "the device reports success, but runs 4.5 instead of 4.4",
    );
    check(
        &[("4.5", Value::Null)],
        "the device reports success, but runs 4.5 instead of 4.4",
    );
    check(
        &[("4.4", state("4.4", "succeeded")), ("4.3", Value::Null)],
        "the device went back to 4.3: it gave no reason",
    );
    let mut one = install();
    one.report(&said("4.3", state("4.2", "failed")), at(0));
    assert_eq!(one.standing, Standing::Asked, "another update failed");
    check(
        &[("4.3", state("4.4", "rolled_back"))],
        "the device went back to 4.3: it gave no reason",
    );
    check(
        &[("4.4", state("4.4", "succeeded"))],
        "after the update the device checked in 0 of 2 times within 1 min",
    );
}

#[test]
fn answers_to_earlier_questions_are_old_news() {
    let mut one = install();
    let mut earlier = state("4.4", "failed");
    earlier["operation"] = "6/1".into();
    one.report(&said("4.3", earlier), at(0));
    assert_eq!(one.standing, Standing::Asked);
    // A device that repeats nothing is heard when it says something new.
    let mut again = install();
    let failed = json!({ "target": "4.4", "state": "failed" });
    again.before = Baseline::of(said("4.3", failed.clone()));
    again.report(&said("4.3", failed.clone()), at(0));
    assert_eq!(again.standing, Standing::Asked);
    again.report(
        &said("4.3", json!({ "target": "4.4", "state": "downloading" })),
        at(1),
    );
    again.report(&said("4.3", failed), at(2));
    // The same words as before cannot be told from before: the time limit of the operation decides.
    assert_eq!(again.standing.rank(), 1);
}

#[derive(Clone, Debug)]
enum Heard {
    Report(Progress),
    CheckIn,
    Nothing,
}

fn heard() -> impl Strategy<Value = Heard> {
    let version = prop_oneof![
        Just("4.2"),
        Just("4.3"),
        Just("4.4"),
        Just("4.5"),
        Just("?")
    ];
    let phase = proptest::sample::select(Phase::ALL.to_vec());
    let operation = prop_oneof![Just(Value::Null), Just(json!("7/1")), Just(json!("6/1"))];
    let report = (version.clone(), version, phase, operation).prop_map(
        |(runs, target, phase, operation)| {
            let update =
                json!({ "target": target, "state": phase.as_str(), "operation": operation });
            Heard::Report(said(runs, update))
        },
    );
    prop_oneof![4 => report, 3 => Just(Heard::CheckIn), 1 => Just(Heard::Nothing)]
}

proptest! {
    /// Also when the clock jumps.
    #[test]
    fn results_never_move_backwards(
        stream in proptest::collection::vec((heard(), -5_000_i64..40_000), 0..40)
    ) {
        let mut one = install();
        let mut now = 0;
        for (heard, step) in stream {
            let before = one.standing.clone();
            now += step;
            match heard {
                Heard::Report(said) => one.report(&said, at(now)),
                Heard::CheckIn => one.check_in(at(now)),
                Heard::Nothing => one.tick(at(now)),
            }
            prop_assert!(one.standing.rank() >= before.rank());
            if before.is_final() {
                prop_assert_eq!(&one.standing, &before);
            }
            if one.standing == Standing::Succeeded && !before.is_final() {
                prop_assert!(matches!(before, Standing::Soaking { .. }), "success without a soak");
            }
            let stored = serde_json::to_string(&one).unwrap();
            prop_assert_eq!(serde_json::from_str::<Install>(&stored).unwrap(), one.clone());
        }
    }
}
