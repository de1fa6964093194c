//! One vend of a relay or motor, as a matter of time and of what its sensor says. Whoever holds the
//! lines drives them as [`Turn::output`] says, and asks again when [`Turn::due`] has come.
//!
//! ```text
//! Forward ──► Pause ──► Backward ──► Falling ──► Ended
//!    │  (only if it is turned back)     ▲ (only with a drop sensor that has not seen anything)
//!    └──────────────────────────────────┘
//! ```

use std::time::Duration;

use tokio::time::Instant;

use crate::wiring::Until;

/// A bridge whose two lines are on at once is a short circuit, and a motor needs a moment to stand.
const PAUSE: Duration = Duration::from_millis(100);

/// A motor that has left its home switch for less time than this has only made it chatter.
const AWAY_AT_LEAST: Duration = Duration::from_millis(50);

/// What becomes of a vend.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rules {
    /// How long it is driven; at most, if something tells more.
    pub pulse: Duration,
    /// What tells more.
    pub until: Option<Until>,
    /// How long it is turned back afterwards.
    pub back: Option<Duration>,
}

/// Which of the slot's lines is on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Output {
    /// None.
    Rest,
    /// The one that lets goods out.
    Forward,
    /// The one that turns the motor back.
    Backward,
}

/// How it came out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// Goods came out, or as much as can be known was done.
    Done,
    /// Nothing came out.
    Failed(&'static str),
    /// Nobody can tell.
    Unclear(&'static str),
}

/// A vend under way.
#[derive(Debug)]
pub struct Turn {
    rules: Rules,
    begun: Instant,
    step: Step,
    outcome: Option<Outcome>,
    /// Since when the motor is away from its home.
    away: Option<Instant>,
    began_away: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Step {
    Forward,
    Pause { until: Instant },
    Backward { until: Instant },
    Falling,
    Ended,
}

impl Turn {
    /// Begins, with the sensor as it is now. An error: it must not, and nothing was driven.
    pub fn begin(rules: Rules, is_sensed: bool, now: Instant) -> Result<Self, String> {
        let turn = |began_away: bool| Self {
            rules,
            begun: now,
            step: Step::Forward,
            outcome: None,
            away: began_away.then_some(now),
            began_away,
        };
        match rules.until {
            Some(Until::Drop { .. }) if is_sensed => {
                Err("something stands in front of the drop sensor".to_owned())
            }
            Some(Until::Home) => Ok(turn(!is_sensed)),
            Some(Until::Drop { .. }) | None => Ok(turn(false)),
        }
    }

    /// The sensor has changed.
    pub fn sensed(&mut self, is_sensed: bool, now: Instant) {
        match self.rules.until {
            Some(Until::Drop { .. }) if is_sensed && self.step != Step::Ended => {
                self.outcome = Some(Outcome::Done);
                match self.step {
                    Step::Forward => self.stop(now),
                    Step::Falling => self.step = Step::Ended,
                    Step::Pause { .. } | Step::Backward { .. } | Step::Ended => {}
                }
            }
            Some(Until::Home) if self.step == Step::Forward => self.home(is_sensed, now),
            Some(Until::Drop { .. } | Until::Home) | None => {}
        }
    }

    fn home(&mut self, is_there: bool, now: Instant) {
        match (is_there, self.away) {
            (false, None) => self.away = Some(now),
            (true, Some(left)) if now - left >= AWAY_AT_LEAST => {
                // Where a turn begins half way, goods may have come out before it.
                let began_away = "the motor stood half way when it began";
                let unclear = self.began_away.then_some(Outcome::Unclear(began_away));
                self.outcome = Some(unclear.unwrap_or(Outcome::Done));
                self.stop(now);
            }
            (true, Some(_)) => self.away = None,
            (false, Some(_)) | (true, None) => {}
        }
    }

    /// When time changes something next, if it does.
    pub fn due(&self) -> Option<Instant> {
        match (self.step, self.rules.until) {
            (Step::Forward, _) => Some(self.begun + self.rules.pulse),
            (Step::Pause { until } | Step::Backward { until }, _) => Some(until),
            (Step::Falling, Some(Until::Drop { timeout })) => Some(self.begun + timeout),
            (Step::Falling, Some(Until::Home) | None) | (Step::Ended, _) => None,
        }
    }

    /// Time has passed, perhaps more than was asked for: a pause is never the shorter for that.
    pub fn pass(&mut self, now: Instant) {
        while self.due().is_some_and(|due| due <= now) {
            match self.step {
                Step::Forward => {
                    self.outcome = self.out_of_time();
                    self.stop(now);
                }
                Step::Pause { .. } => {
                    let back = self.rules.back.unwrap_or_default();
                    self.step = Step::Backward { until: now + back };
                }
                Step::Backward { .. } => self.stand(),
                Step::Falling => {
                    self.outcome = Some(Outcome::Failed("nothing fell past the drop sensor"));
                    self.step = Step::Ended;
                }
                Step::Ended => {}
            }
        }
    }

    /// What it means that it was driven for all of its time.
    fn out_of_time(&self) -> Option<Outcome> {
        match (self.rules.until, self.away) {
            (None, _) => Some(Outcome::Done),
            (Some(Until::Drop { .. }), _) => None,
            (Some(Until::Home), None) => Some(Outcome::Failed("the motor did not leave its home")),
            (Some(Until::Home), Some(_)) => {
                Some(Outcome::Unclear("the motor did not come home in its time"))
            }
        }
    }

    /// It is not driven forward any more.
    fn stop(&mut self, at: Instant) {
        match self.rules.back {
            Some(_) => self.step = Step::Pause { until: at + PAUSE },
            None => self.stand(),
        }
    }

    /// Nothing is driven any more.
    fn stand(&mut self) {
        self.step = if self.outcome.is_some() { Step::Ended } else { Step::Falling };
    }

    /// Which line is on now.
    pub fn output(&self) -> Output {
        match self.step {
            Step::Forward => Output::Forward,
            Step::Backward { .. } => Output::Backward,
            Step::Pause { .. } | Step::Falling | Step::Ended => Output::Rest,
        }
    }

    /// How it came out, once nothing is driven any more.
    pub fn outcome(&self) -> Option<Outcome> {
        self.outcome.filter(|_| self.step == Step::Ended)
    }
}

impl Rules {
    /// How long a vend can take, at most.
    pub fn longest(&self) -> Duration {
        let driven = self.pulse + self.back.map_or(Duration::ZERO, |back| PAUSE + back);
        match self.until {
            Some(Until::Drop { timeout }) => driven.max(timeout),
            Some(Until::Home) | None => driven,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PULSE: Duration = Duration::from_millis(800);
    const TIMEOUT: Duration = Duration::from_secs(5);
    const BACK: Duration = Duration::from_millis(300);

    fn rules(until: Option<Until>) -> Rules {
        Rules { pulse: PULSE, until, back: None }
    }

    const DROP: Option<Until> = Some(Until::Drop { timeout: TIMEOUT });
    const HOME: Option<Until> = Some(Until::Home);

    struct Bench {
        turn: Turn,
        begun: Instant,
    }

    impl Bench {
        fn of(rules: Rules, is_sensed: bool) -> Self {
            let begun = Instant::now();
            Self { turn: Turn::begin(rules, is_sensed, begun).unwrap(), begun }
        }

        /// Asked each time that it wants to be, up to this moment.
        fn at(&mut self, millis: u64) -> (Output, Option<Outcome>) {
            let now = self.begun + Duration::from_millis(millis);
            while let Some(due) = self.turn.due().filter(|due| *due <= now) {
                self.turn.pass(due);
            }
            (self.turn.output(), self.turn.outcome())
        }

        fn sensed(&mut self, is_sensed: bool, millis: u64) -> (Output, Option<Outcome>) {
            self.at(millis);
            self.turn.sensed(is_sensed, self.begun + Duration::from_millis(millis));
            self.at(millis)
        }
    }

    const ON: (Output, Option<Outcome>) = (Output::Forward, None);
    const WAITS: (Output, Option<Outcome>) = (Output::Rest, None);
    const DONE: (Output, Option<Outcome>) = (Output::Rest, Some(Outcome::Done));

    #[test]
    fn a_pulse_is_as_long_as_it_shall_be() {
        let mut bench = Bench::of(rules(None), false);
        assert_eq!(
            [bench.at(0), bench.at(799), bench.at(800), bench.at(9000)],
            [ON, ON, DONE, DONE]
        );
        assert_eq!(rules(None).longest(), PULSE);
    }

    #[test]
    fn what_falls_ends_the_pulse_at_once() {
        let mut bench = Bench::of(rules(DROP), false);
        assert_eq!(bench.sensed(false, 100), ON);
        assert_eq!(bench.sensed(true, 300), DONE);
        assert_eq!(bench.sensed(true, 5100), DONE);
    }

    #[test]
    fn what_falls_later_is_waited_for_with_everything_off() {
        let mut bench = Bench::of(rules(DROP), false);
        assert_eq!([bench.at(800), bench.at(4999)], [WAITS, WAITS]);
        assert_eq!(bench.sensed(true, 4999), DONE);
        let mut bench = Bench::of(rules(DROP), false);
        let nothing = Outcome::Failed("nothing fell past the drop sensor");
        assert_eq!(bench.at(5000), (Output::Rest, Some(nothing)));
        assert_eq!(bench.sensed(true, 5001), (Output::Rest, Some(nothing)), "too late to count");
        assert_eq!(rules(DROP).longest(), TIMEOUT);
    }

    #[test]
    fn nothing_is_driven_while_something_stands_before_the_drop_sensor() {
        assert!(Turn::begin(rules(DROP), true, Instant::now()).is_err());
    }

    #[test]
    fn a_motor_turns_until_it_is_home_again() {
        let mut bench = Bench::of(rules(HOME), true);
        assert_eq!(bench.sensed(false, 60), ON, "it leaves");
        assert_eq!(bench.sensed(true, 65), ON, "the switch chatters");
        assert_eq!(bench.sensed(false, 70), ON);
        assert_eq!(bench.sensed(true, 119), ON);
        assert_eq!(bench.sensed(false, 121), ON);
        assert_eq!(bench.sensed(true, 700), DONE);
    }

    #[test]
    fn a_motor_that_does_not_move_lets_nothing_out_and_one_that_stops_half_way_may_have() {
        let mut bench = Bench::of(rules(HOME), true);
        let stuck = Outcome::Failed("the motor did not leave its home");
        assert_eq!(bench.at(800), (Output::Rest, Some(stuck)));
        let mut bench = Bench::of(rules(HOME), true);
        bench.sensed(false, 60);
        let half_way = Outcome::Unclear("the motor did not come home in its time");
        assert_eq!(bench.at(800), (Output::Rest, Some(half_way)));
    }

    #[test]
    fn a_motor_that_stood_half_way_is_brought_home_and_nobody_can_tell() {
        let mut bench = Bench::of(rules(HOME), false);
        let (output, outcome) = bench.sensed(true, 200);
        assert_eq!(output, Output::Rest);
        assert!(matches!(outcome, Some(Outcome::Unclear(_))), "{outcome:?}");
    }

    #[test]
    fn it_is_turned_back_after_a_pause_and_ends_only_then() {
        let back = (Output::Backward, None);
        let mut bench = Bench::of(Rules { back: Some(BACK), ..rules(None) }, false);
        let seen = [800, 899, 900, 1199, 1200].map(|millis| bench.at(millis));
        assert_eq!(seen, [WAITS, WAITS, back, back, DONE]);
        let rules = Rules { back: Some(BACK), ..rules(DROP) };
        let mut bench = Bench::of(rules, false);
        assert_eq!(bench.sensed(true, 400), WAITS);
        assert_eq!([bench.at(500), bench.at(800)], [back, DONE]);
        let mut bench = Bench::of(rules, false);
        assert_eq!(bench.sensed(true, 1000), back, "seen while it is turned back");
        assert_eq!(bench.at(1200), DONE);
        let mut bench = Bench::of(rules, false);
        assert_eq!([bench.at(1000), bench.at(1200)], [back, WAITS]);
        assert_eq!(bench.sensed(true, 3000), DONE);
    }

    fn back_of(rules: &Rules) -> Duration {
        rules.back.unwrap_or_default()
    }

    #[test]
    fn a_pause_is_a_pause_however_late_it_begins() {
        let mut turn =
            Turn::begin(Rules { back: Some(BACK), ..rules(None) }, false, Instant::now()).unwrap();
        let late = turn.begun + Duration::from_secs(3);
        turn.pass(late);
        assert_eq!((turn.output(), turn.due()), (Output::Rest, Some(late + PAUSE)));
    }

    proptest! {
        /// Whatever the sensor says and however late it is asked, it is off when its time is over.
        #[test]
        fn nothing_stays_on(
            until in prop::sample::select(vec![None, DROP, HOME]),
            back in prop::option::of(1_u64..3000),
            is_sensed: bool,
            noise in prop::collection::vec((0_u64..200, any::<bool>()), 0..60),
        ) {
            let rules = Rules { back: back.map(Duration::from_millis), ..rules(until) };
            let begun = Instant::now();
            let Ok(mut turn) = Turn::begin(rules, is_sensed, begun) else { return Ok(()) };
            let mut now = begun;
            let mut forward = Duration::ZERO;
            for (millis, level) in noise {
                if turn.output() == Output::Forward {
                    forward += turn.due().unwrap().min(now + Duration::from_millis(millis)) - now;
                }
                now += Duration::from_millis(millis);
                turn.pass(now);
                turn.sensed(level, now);
            }
            prop_assert!(forward <= PULSE);
            let limit = now.max(begun + rules.longest()) + PAUSE + back_of(&rules);
            while let Some(due) = turn.due() {
                now = now.max(due);
                prop_assert!(now <= limit);
                turn.pass(now);
            }
            prop_assert_eq!(turn.output(), Output::Rest);
            prop_assert!(turn.outcome().is_some() && turn.due().is_none());
        }
    }
}
