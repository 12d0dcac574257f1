//! The machines of operations, waves and targets together, against a model: whatever happens in whatever order, nothing
//! that ended moves, nothing is sent that may not be, and the numbers tell where every device is.

use proptest::prelude::*;

use super::*;
use crate::time::Timestamp;

const ATTEMPTS: u8 = 2;
const SOAK_S: u32 = 30;

/// Something that happens. Numbers of targets and waves are taken modulo how many there are.
#[derive(Clone, Debug)]
enum Step {
    Turn(Turn),
    /// A device is looked at: it is begun if it may be.
    Look(usize),
    Result(usize, Came),
    /// A gate opens or closes.
    Gate(usize, bool),
    /// A person lets a device past its gate.
    Override(usize),
    /// A person lets the next wave go.
    Continue,
    /// A device begins to match.
    Newcomer,
    /// Time goes by, in seconds; clocks are set back now and then.
    Time(i64),
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug)]
enum Came {
    Success,
    Failure,
    /// Whoever began it is no more, or took too long.
    Nothing,
    /// It is left out: deleted, for instance. Also what was not begun.
    LeftOut,
}

fn step() -> impl Strategy<Value = Step> {
    let turn = prop::sample::select(vec![
        Turn::Submit,
        Turn::Ask,
        Turn::Approve,
        Turn::Refuse,
        Turn::Start,
        Turn::Pause,
        Turn::Resume,
        Turn::Resume,
        Turn::Stop,
        Turn::Cancel,
        Turn::Expire,
        Turn::Retry,
        Turn::RollBack,
    ]);
    let came = prop::sample::select(vec![
        Came::Success,
        Came::Success,
        Came::Success,
        Came::Failure,
        Came::Nothing,
        Came::LeftOut,
    ]);
    prop_oneof![
        3 => turn.prop_map(Step::Turn),
        12 => (0..20_usize).prop_map(Step::Look),
        12 => (0..20_usize, came).prop_map(|(target, came)| Step::Result(target, came)),
        2 => (0..20_usize, any::<bool>()).prop_map(|(target, open)| Step::Gate(target, open)),
        1 => (0..20_usize).prop_map(Step::Override),
        1 => Just(Step::Continue),
        1 => Just(Step::Newcomer),
        3 => (-5..60_i64).prop_map(Step::Time),
    ]
}

#[derive(Clone, Debug)]
struct Device {
    wave: usize,
    state: TargetState,
    attempts: u8,
    gate_open: bool,
}

/// An operation as the hub runs it, made of the machines and nothing else.
#[derive(Debug)]
struct Machine {
    state: OperationState,
    plan: Vec<Wave>,
    rule: Option<FailureRule>,
    in_flight: usize,
    waves: Vec<(WaveState, Option<Timestamp>)>,
    tallies: Vec<Tally>,
    devices: Vec<Device>,
    now: Timestamp,
    /// The waves that opened, each with what the wave before it looked like, and whether a person let it go.
    opened: Vec<(usize, Counts, bool)>,
    /// Devices that something was sent to, with the state of the operation then.
    sent: Vec<(usize, OperationState)>,
}

/// The place in a tally.
fn place(state: TargetState) -> usize {
    match state {
        TargetState::Later | TargetState::Waiting | TargetState::Cancelled => 0,
        TargetState::Running => 1,
        TargetState::Succeeded => 2,
        TargetState::Failed => 3,
        TargetState::Skipped => 4,
    }
}

impl Machine {
    fn new(sizes: &[usize], plan: Vec<Wave>, rule: Option<FailureRule>, in_flight: usize) -> Self {
        let devices = sizes.iter().enumerate().flat_map(|(wave, size)| {
            let device = Device {
                wave,
                state: TargetState::Later,
                attempts: 0,
                gate_open: true,
            };
            vec![device; *size]
        });
        let tallies = sizes.iter().map(|size| Tally {
            pending: *size as u32,
            ..Tally::default()
        });
        Self {
            state: OperationState::Draft,
            rule,
            in_flight,
            waves: vec![(WaveState::Later, None); plan.len()],
            tallies: tallies.collect(),
            devices: devices.collect(),
            now: Timestamp::from_secs(1_000),
            plan,
            opened: Vec::new(),
            sent: Vec::new(),
        }
    }

    /// Moves a device, and the number that counts it.
    fn shift(&mut self, device: usize, turn: TargetTurn) -> bool {
        let Device { wave, state, .. } = self.devices[device];
        let Some(next) = state.after(turn) else {
            return false;
        };
        let mut by = [0; 5];
        by[place(state)] -= 1;
        by[place(next)] += 1;
        self.tallies[wave].move_by(by);
        self.devices[device].state = next;
        true
    }

    fn shift_all(&mut self, turn: TargetTurn, which: impl Fn(&Device) -> bool) {
        for device in 0..self.devices.len() {
            if which(&self.devices[device]) {
                self.shift(device, turn);
            }
        }
    }

    fn turn(&mut self, turn: Turn) -> bool {
        let Ok(next) = self.state.after(turn) else {
            return false;
        };
        let was_over = self.state.is_over();
        self.state = next;
        if turn == Turn::Start {
            self.open(0, Counts::default(), false);
        }
        if next.is_over() {
            // What has begun may finish.
            self.shift_all(TargetTurn::Cancel, |device| {
                device.state != TargetState::Running
            });
        }
        if turn == Turn::Retry {
            assert!(was_over);
            self.shift_all(TargetTurn::Retry, |_| true);
            for device in &mut self.devices {
                let later = self.waves[device.wave].0 == WaveState::Later;
                if later && device.state == TargetState::Waiting {
                    device.state = TargetState::Later;
                }
                device.attempts = 0;
            }
        }
        true
    }

    fn open(&mut self, wave: usize, before: Counts, by_person: bool) {
        self.waves[wave].0 = WaveState::Open;
        self.opened.push((wave, before, by_person));
        self.shift_all(TargetTurn::Open, |device| device.wave == wave);
    }

    fn counts(&self, wave: usize) -> Counts {
        self.tallies[wave].counts(self.waves[wave].0, self.state)
    }

    fn pass(&mut self, wave: usize, by_person: bool) {
        let before = self.counts(wave);
        self.waves[wave] = (WaveState::Passed, None);
        if wave + 1 < self.waves.len() && self.waves[wave + 1].0 == WaveState::Later {
            self.open(wave + 1, before, by_person);
        }
    }

    /// What the hub does by itself after each step.
    fn go_on(&mut self) {
        while self.state == OperationState::Running {
            let mut open = Counts::default();
            let mut too_many = false;
            for wave in 0..self.waves.len() {
                let counts = self.counts(wave);
                open += counts;
                let rule = self.rule.as_ref();
                too_many |= rule.is_some_and(|rule| too_many_failed(rule, &counts).is_some());
            }
            if too_many {
                let then = self.rule.as_ref().map(|rule| rule.then);
                let turns: &[Turn] = match then {
                    Some(OnFailures::Pause) => &[Turn::Pause],
                    Some(OnFailures::RollBack) => &[Turn::Stop, Turn::RollBack],
                    _ => &[Turn::Stop],
                };
                assert!(turns.iter().all(|turn| self.turn(*turn)));
                return;
            }
            if open.open() == 0 {
                let turn = match open.failed {
                    0 => Turn::Finish,
                    _ => Turn::FinishWithFailures,
                };
                assert!(self.turn(turn));
                return;
            }
            if !self.move_a_wave() {
                return;
            }
        }
    }

    fn move_a_wave(&mut self) -> bool {
        for wave in 0..self.waves.len() {
            let (state, soak_until) = self.waves[wave];
            let last = wave + 1 == self.waves.len();
            let counts = self.counts(wave);
            match progress(&self.plan[wave], state, &counts, soak_until, self.now) {
                Progress::Soak(until) => self.waves[wave] = (WaveState::Soaking, Some(until)),
                Progress::Hold if !last => self.waves[wave] = (WaveState::Held, None),
                Progress::Hold | Progress::Pass => self.pass(wave, false),
                Progress::Short if !last => assert!(self.turn(Turn::Pause)),
                Progress::Short | Progress::Stay => continue,
            }
            return true;
        }
        false
    }

    fn is_held(&self, device: &Device) -> bool {
        let running = self.devices.iter();
        let running = running.filter(|device| device.state == TargetState::Running);
        !device.gate_open || running.count() >= self.in_flight
    }

    fn step(&mut self, step: &Step) {
        let count = self.devices.len().max(1);
        match step {
            Step::Turn(turn) => _ = self.turn(*turn),
            Step::Look(n) | Step::Result(n, _) | Step::Gate(n, _) | Step::Override(n)
                if self.devices.get(*n % count).is_none() => {}
            Step::Look(n) => {
                let device = *n % count;
                let may = self.state == OperationState::Running;
                if may
                    && !self.is_held(&self.devices[device])
                    && self.shift(device, TargetTurn::Begin)
                {
                    self.devices[device].attempts += 1;
                    self.sent.push((device, self.state));
                }
            }
            Step::Result(n, came) => self.result(*n % count, *came),
            Step::Gate(n, open) => self.devices[*n % count].gate_open = *open,
            Step::Override(n) => self.devices[*n % count].gate_open = true,
            Step::Continue => {
                let waits = |state| match self.state {
                    OperationState::Running => state == WaveState::Held,
                    OperationState::Paused => matches!(state, WaveState::Held | WaveState::Open),
                    _ => false,
                };
                let wave = self.waves.iter().position(|(state, _)| waits(*state));
                let next = |wave: &usize| {
                    let next = self.waves.get(wave + 1);
                    next.is_some_and(|(state, _)| *state == WaveState::Later)
                };
                if let Some(wave) = wave.filter(next) {
                    self.turn(Turn::Resume);
                    self.pass(wave, true);
                }
            }
            Step::Newcomer => {
                let open = matches!(self.state, OperationState::Running | OperationState::Paused);
                if open && self.devices.len() < 20 {
                    let wave = self.waves.len() - 1;
                    self.devices.push(Device {
                        wave,
                        state: TargetState::of_pending(self.waves[wave].0, self.state),
                        attempts: 0,
                        gate_open: true,
                    });
                    self.tallies[wave].pending += 1;
                }
            }
            Step::Time(seconds) => self.now = self.now.plus_ms(seconds * 1000),
        }
        self.go_on();
    }

    fn result(&mut self, device: usize, came: Came) {
        let (state, attempts) = (self.devices[device].state, self.devices[device].attempts);
        let turn = match came {
            Came::Success => TargetTurn::Succeed,
            Came::LeftOut => TargetTurn::Skip,
            Came::Failure | Came::Nothing if attempts >= ATTEMPTS => TargetTurn::Fail,
            Came::Failure | Came::Nothing => TargetTurn::Again,
        };
        if state != TargetState::Running {
            // Late news; and what is done without being begun, which needs an operation that runs.
            if state.is_over() || self.state == OperationState::Running {
                self.shift(device, turn);
            }
            return;
        }
        assert!(self.shift(device, turn));
        if self.state.is_over() && turn == TargetTurn::Again {
            assert!(self.shift(device, TargetTurn::Cancel));
        }
    }
}

/// What must be so whatever has happened, said without the machines.
#[derive(Debug, Default)]
struct Model {
    states: Vec<TargetState>,
    waves: Vec<WaveState>,
}

impl Model {
    fn check(&mut self, machine: &Machine, step: &Step) {
        let retried = matches!(step, Step::Turn(Turn::Retry));
        for (device, was) in self.states.iter().enumerate() {
            let is = machine.devices[device].state;
            let kept = match was {
                TargetState::Succeeded | TargetState::Skipped => is == *was,
                TargetState::Failed | TargetState::Cancelled => is == *was || retried,
                TargetState::Running => !matches!(is, TargetState::Later),
                TargetState::Waiting => is != TargetState::Later,
                TargetState::Later => true,
            };
            assert!(kept, "device {device} went from {was:?} to {is:?}");
        }
        self.states = machine.devices.iter().map(|device| device.state).collect();
        self.check_numbers(machine);
        self.check_waves(machine);
        let under_way = |state: &&TargetState| **state == TargetState::Running;
        assert!(self.states.iter().filter(under_way).count() <= machine.in_flight);
        if machine.state.is_over() {
            let open =
                |state: &TargetState| matches!(state, TargetState::Later | TargetState::Waiting);
            assert!(
                !self.states.iter().any(open),
                "something is still to be done"
            );
        }
        let through = |state: &TargetState| state.is_over();
        match machine.state {
            OperationState::Completed => {
                assert!(self.states.iter().all(through));
                assert!(!self.states.contains(&TargetState::Failed));
            }
            OperationState::CompletedWithFailures => {
                assert!(self.states.iter().all(through));
                assert!(self.states.contains(&TargetState::Failed));
            }
            _ => {}
        }
    }

    /// The kept numbers equal a full count.
    fn check_numbers(&self, machine: &Machine) {
        for wave in 0..machine.waves.len() {
            let counts = machine.counts(wave);
            for state in TargetState::ALL {
                let here = machine.devices.iter();
                let here = here.filter(|device| device.wave == wave && device.state == *state);
                assert_eq!(
                    counts.of(*state) as usize,
                    here.count(),
                    "wave {wave} {state:?}"
                );
            }
        }
    }

    /// One wave after the other, none back, and each only after the one before was good.
    fn check_waves(&mut self, machine: &Machine) {
        let waves: Vec<WaveState> = machine.waves.iter().map(|(state, _)| *state).collect();
        for (was, is) in self.waves.iter().zip(&waves) {
            assert!(was <= is, "a wave went from {was:?} to {is:?}");
        }
        let at_work = |state: &&WaveState| !matches!(state, WaveState::Later | WaveState::Passed);
        assert!(waves.iter().filter(at_work).count() <= 1, "{waves:?}");
        assert!(waves.is_sorted_by(|a, b| a >= b), "{waves:?}");
        for (wave, before, by_person) in &machine.opened {
            let Some(earlier) = wave.checked_sub(1) else {
                continue;
            };
            let plan = &machine.plan[earlier];
            let judged = before.total() - before.skipped - before.cancelled;
            let good = before.succeeded * 100 >= judged * u32::from(plan.success_percent);
            assert!(
                *by_person || (good && !plan.manual),
                "wave {wave} opened on {before:?}"
            );
        }
        for (device, state) in &machine.sent {
            assert_eq!(*state, OperationState::Running, "device {device}");
            let wave = machine.devices[*device].wave;
            assert_ne!(machine.waves[wave].0, WaveState::Later, "device {device}");
        }
        self.waves = waves;
    }
}

fn waves() -> impl Strategy<Value = (Vec<usize>, Vec<Wave>)> {
    let wave = (0..5_usize, 0..=100_u8, any::<bool>(), 0..4_u8).prop_map(
        |(size, success_percent, soaks, manual)| {
            let wave = Wave {
                size: WaveSize::Rest,
                success_percent,
                soak_s: if soaks { SOAK_S } else { 0 },
                manual: manual == 0,
            };
            (size, wave)
        },
    );
    prop::collection::vec(wave, 1..4).prop_map(|waves| waves.into_iter().unzip())
}

fn rule() -> impl Strategy<Value = Option<FailureRule>> {
    let then = prop::sample::select(vec![
        OnFailures::Pause,
        OnFailures::Stop,
        OnFailures::RollBack,
    ]);
    let rule = (1..4_u32, prop::option::of(10..60_u8), 0..4_u32, then);
    let rule = rule.prop_map(|(count, percent, after, then)| FailureRule {
        count: Some(count),
        percent,
        after,
        then,
    });
    prop::option::of(rule)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]
    #[test]
    fn whatever_happens_results_stay_and_numbers_are_right(
        (sizes, plan) in waves(),
        rule in rule(),
        in_flight in 1..6_usize,
        steps in prop::collection::vec(step(), 0..160),
    ) {
        let mut machine = Machine::new(&sizes, plan, rule, in_flight);
        let mut model = Model::default();
        // Most cases get going; the others try what may be tried before.
        let begin = [Step::Turn(Turn::Submit), Step::Turn(Turn::Start)];
        let begin = begin.iter().take(if in_flight == 1 { 0 } else { 2 });
        for step in begin.chain(&steps) {
            let sent = machine.sent.len();
            let over = machine.state.is_over();
            machine.step(step);
            let again = matches!(step, Step::Turn(Turn::Retry));
            prop_assert!(!over || again || machine.sent.len() == sent, "it sends though it is over");
            model.check(&machine, step);
        }
        // What is left comes to an end: each device in exactly one way.
        for turn in [Turn::Cancel, Turn::Stop] {
            machine.turn(turn);
        }
        for device in 0..machine.devices.len() {
            if machine.devices[device].state == TargetState::Running {
                machine.result(device, Came::Nothing);
            }
        }
        model.check(&machine, &Step::Continue);
        prop_assert!(machine.state.is_over());
        prop_assert!(machine.devices.iter().all(|device| device.state.is_over()));
        let mut all = Counts::default();
        for wave in 0..machine.waves.len() {
            all += machine.counts(wave);
        }
        prop_assert_eq!(all.total() as usize, machine.devices.len());
        prop_assert_eq!(all.open(), 0);
    }
}
