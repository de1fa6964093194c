//! What goes on for days does not fill the log, and what changes is said at once.

use std::time::Duration;

use super::Bench;
use crate::daemon::driver::{Driver, Effect, Event};
use crate::daemon::told::ReasonNews;
use crate::demo::world::setup;
use crate::sale::input::{Obstacle, VendNews};
use crate::stripe::meaning::{Answer, NoAnswer};
use crate::telemetry::repeats::Told;
use crate::time::Moment;

const DAY: Duration = Duration::from_hours(24);

/// What the log says of an effect, in a word or two.
pub(super) fn said(effect: &Effect) -> Option<String> {
    let said = match effect {
        Effect::Reason(reason, ReasonNews::Raised) => reason.code().to_owned(),
        Effect::Reason(reason, ReasonNews::Still(_)) => format!("still {}", reason.code()),
        Effect::Reason(reason, ReasonNews::Cleared(_)) => format!("over: {}", reason.code()),
        Effect::CallFailed { call, told, .. } => match (*told)? {
            Told::First => format!("{call:?} failed"),
            Told::Another(_) => format!("{call:?} failed otherwise"),
            Told::Still(_) => format!("{call:?} still fails"),
            Told::Back(_) => format!("{call:?} fails again"),
        },
        Effect::CallWorks { call, .. } => format!("{call:?} works again"),
        Effect::Happened { fact, .. } => format!("{fact:?}"),
        Effect::Turned(why, told) => told.map(|_| why.to_string())?,
        Effect::PriceDiffers { asked, configured, .. } => format!("{asked}, not {configured}"),
        Effect::Commit(_)
        | Effect::CallOff { .. }
        | Effect::MenuAnswered(_)
        | Effect::Call { .. }
        | Effect::Vend { .. }
        | Effect::AskDispenser { .. }
        | Effect::PowerCycleReader
        | Effect::Show(_)
        | Effect::Speak { .. }
        | Effect::SaleOrdered { .. }
        | Effect::Filled(_)
        | Effect::Ordered(_)
        | Effect::OrderRefused(_)
        | Effect::Recall { .. }
        | Effect::CancelsSpare { .. }
        | Effect::LeftAlone { .. } => return None,
    };
    Some(said)
}

impl Bench {
    /// For so long every call ends like this, and each is made when the driver wants it.
    fn suffer(&mut self, time: Duration, end: impl Fn() -> Result<Answer, NoAnswer>) {
        let until = self.now + time;
        while self.now < until {
            for (flight, _) in std::mem::take(&mut self.calls) {
                self.turn(Event::Replied { flight, result: end() });
            }
            self.flush();
            let wake = self.driver.next_wake().map_or(until, |wake| wake.min(until));
            self.now = self.now.max(wake);
            self.turn(Event::Tick);
        }
    }

    fn said(&mut self) -> Vec<String> {
        std::mem::take(&mut self.said)
    }
}

fn no_route() -> Result<Answer, NoAnswer> {
    Err(NoAnswer::NotSent(Obstacle::Network, "no route".into()))
}

/// A sale was delivered, and its capture waits.
fn to_be_captured() -> Bench {
    let mut bench = Bench::authorized();
    bench.flush();
    bench.turn(Event::Vend { order: "S1".parse().unwrap(), news: VendNews::Delivered });
    bench.flush();
    bench.said();
    bench
}

#[test]
fn an_outage_of_three_days_is_some_tens_of_lines() {
    let mut bench = to_be_captured();
    let before = bench.requests.len();
    bench.suffer(3 * DAY, no_route);
    let said = bench.said();
    let probes = bench.requests.len() - before;
    assert!(probes > 500, "it was tried all the time: {probes}");
    assert!((15..=40).contains(&said.len()), "{} lines: {said:#?}", said.len());
    assert_eq!(said.iter().filter(|line| *line == "no_network").count(), 1);
    bench.wait(Duration::from_mins(10));
    bench.answer_all();
    let said = bench.said();
    assert_eq!(said.iter().filter(|line| *line == "over: no_network").count(), 1, "{said:#?}");
}

#[test]
fn another_obstacle_is_said_at_once() {
    let mut bench = to_be_captured();
    bench.suffer(DAY, no_route);
    bench.said();
    let silence = || Err(NoAnswer::Unknown(Obstacle::Silence, "reset".into()));
    bench.suffer(Duration::from_mins(20), silence);
    let said = bench.said();
    assert!(said.contains(&"stripe_unreachable".to_owned()), "{said:#?}");
    assert!(said.iter().any(|line| line.ends_with("failed otherwise")), "{said:#?}");
    assert!(said.len() < 20, "{said:#?}");
}

#[test]
fn a_network_that_comes_and_goes_for_a_day_does_not_fill_the_log() {
    let mut bench = Bench::ready();
    bench.said();
    let mut turns = 0;
    let until = bench.now + DAY;
    while bench.now < until {
        bench.suffer(Duration::from_secs(30), no_route);
        bench.answer_all();
        bench.wait(Duration::from_secs(30));
        bench.answer_all();
        turns += 1;
    }
    let said = bench.said();
    assert!(turns > 1000);
    assert!(said.len() < 5 * 24, "{} lines: {said:#?}", said.len());
}

#[test]
fn a_key_that_is_stuck_is_told_rarely_and_one_that_is_pressed_again_each_time() {
    let mut bench = Bench::ready();
    bench.turn(Event::Drain(crate::kiosk::service::Drained {
        by: "root".into(),
        why: None,
        since: Bench::at(bench.now).wall,
    }));
    bench.said();
    for _ in 0..10_000 {
        bench.select("S1");
        bench.wait(Duration::from_millis(200));
    }
    let stuck = bench.said().len();
    assert!((2..=8).contains(&stuck), "{stuck}");
    for _ in 0..5 {
        bench.wait(Duration::from_secs(3));
        bench.select("S1");
    }
    assert_eq!(bench.said().len(), 5);
}

/// Bug: what stands at the start was taken for told, so that nothing ever said that a dispenser
/// whose port was never opened is out of order.
#[test]
fn a_dispenser_that_was_never_there_is_told_when_its_port_does_not_open() {
    let at = |millis| Bench::at(Moment::from_millis(millis));
    let mut driver = Driver::new(setup(&"journal-1".parse().unwrap()), &[], 7, at(900_000));
    let mut said = |event, now| driver.turn(event, now).iter().filter_map(said).collect::<Vec<_>>();
    assert!(said(Event::Tick, at(900_001)).is_empty(), "it has had no time yet");
    let gone = || Event::DispenserAway("main".parse().unwrap());
    assert_eq!(said(gone(), at(900_250)), ["dispenser_away"]);
    assert!(said(gone(), at(905_250)).is_empty());
    assert_eq!(said(gone(), at(965_250)), ["still dispenser_away"]);
    let back = Event::DispenserReachable("main".parse().unwrap());
    assert_eq!(said(back, at(970_000)), ["over: dispenser_away"]);
}

#[test]
fn a_journal_that_fails_for_a_day_is_told_rarely() {
    let mut bench = Bench::authorized();
    bench.said();
    let until = bench.now + DAY;
    while bench.now < until {
        bench.disk_fails();
        bench.answer_all();
        bench.wait(Duration::from_secs(2));
    }
    let said = bench.said();
    let journal = said.iter().filter(|line| line.ends_with("journal")).count();
    assert!((8..=16).contains(&journal), "{said:#?}");
    assert!(said.len() < 60, "{} lines: {said:#?}", said.len());
}
