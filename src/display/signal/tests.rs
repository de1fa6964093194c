//! Lamps and buzzers on a line that is played.

use std::sync::{Arc, Mutex};

use super::*;
use crate::display::words::{Phrase, Words};

/// What a line was, and for how long where that was meant.
#[derive(Default)]
struct Line {
    is_on: bool,
    is_gone: bool,
    rhythm: Vec<(bool, u128)>,
}

#[derive(Clone, Default)]
struct Played(Arc<Mutex<Line>>);

impl Switch for Played {
    fn set(&mut self, is_on: bool) -> Result<(), String> {
        let mut line = self.0.lock().unwrap();
        if line.is_gone {
            return Err("the chip is gone".to_owned());
        }
        line.is_on = is_on;
        Ok(())
    }

    fn pause(&mut self, time: Duration) {
        let mut line = self.0.lock().unwrap();
        let is_on = line.is_on;
        line.rhythm.push((is_on, time.as_millis()));
    }
}

impl Played {
    fn is_on(&self) -> bool {
        self.0.lock().unwrap().is_on
    }

    fn rhythm(&self) -> Vec<(bool, u128)> {
        std::mem::take(&mut self.0.lock().unwrap().rhythm)
    }
}

fn signal_on(line: &Played, sounds: bool, on: &[SignalOf]) -> Signal {
    let settings = SignalDisplay {
        sounds,
        chip: None,
        backend: BackendKind::Chardev,
        line: 4,
        active: Level::High,
        on: on.to_vec(),
    };
    let line = line.clone();
    let connect = move || -> Result<Box<dyn Switch>, String> {
        line.0.lock().unwrap().is_on = false;
        Ok(Box::new(line.clone()))
    };
    let mut signal = Signal::connected_by(settings, Box::new(connect));
    signal.open().unwrap();
    signal
}

fn scene(mood: Mood) -> Scene {
    let words = Words::new(mood, Phrase::new(""), Phrase::new(""));
    Scene { words, page: 0, light: 100, shift: (0, 0) }
}

#[test]
fn a_lamp_stays_on_as_long_as_its_news() {
    let line = Played::default();
    let mut lamp = signal_on(&line, false, &[SignalOf::Paid, SignalOf::Ready]);
    lamp.show(&scene(Mood::Inviting)).unwrap();
    assert!(line.is_on() && line.rhythm().is_empty(), "no news at the start");
    lamp.show(&scene(Mood::Waiting)).unwrap();
    assert!(!line.is_on() && line.rhythm().is_empty(), "not for that");
    lamp.show(&scene(Mood::Glad)).unwrap();
    assert!(line.is_on());
    assert_eq!(line.rhythm(), [(true, 600)]);
    lamp.show(&scene(Mood::Glad)).unwrap();
    assert!(line.is_on() && line.rhythm().is_empty(), "the same news");
    lamp.show(&Scene { light: 0, ..scene(Mood::Glad) }).unwrap();
    assert!(!line.is_on(), "it sleeps");
    lamp.show(&scene(Mood::Glad)).unwrap();
    drop(lamp);
    assert!(!line.is_on(), "off at the end");
}

#[test]
fn a_buzzer_tells_paid_from_sorry_and_is_silent_then() {
    let line = Played::default();
    let mut buzzer = signal_on(&line, true, &[SignalOf::Paid, SignalOf::Sorry]);
    buzzer.show(&scene(Mood::Glad)).unwrap();
    assert!(line.rhythm().is_empty(), "no news at the start");
    buzzer.show(&scene(Mood::Sorry)).unwrap();
    assert_eq!(line.rhythm(), [(true, 120), (false, 120)].repeat(3));
    assert!(!line.is_on());
    buzzer.show(&scene(Mood::Glad)).unwrap();
    assert_eq!(line.rhythm(), [(true, 600)]);
    assert!(!line.is_on());
}

#[test]
fn a_line_that_was_gone_is_asked_for_again_and_says_nothing_twice() {
    let line = Played::default();
    let mut buzzer = signal_on(&line, true, &[SignalOf::Paid]);
    buzzer.show(&scene(Mood::Waiting)).unwrap();
    line.0.lock().unwrap().is_gone = true;
    assert_eq!(buzzer.show(&scene(Mood::Glad)), Err("the chip is gone".to_owned()));
    assert!(buzzer.show(&scene(Mood::Glad)).is_err(), "it has to be opened first");
    line.0.lock().unwrap().is_gone = false;
    buzzer.open().unwrap();
    buzzer.show(&scene(Mood::Glad)).unwrap();
    assert_eq!(line.rhythm(), []);
}

#[test]
fn no_two_rhythms_are_the_same_and_none_is_long() {
    let rhythms = Mood::ALL.map(|mood| rhythm(signal(mood)));
    for (at, one) in rhythms.iter().enumerate() {
        assert!(!rhythms[at + 1..].contains(one), "{one:?}");
        let whole: Duration = one.iter().map(|(_, time)| *time).sum();
        assert!(whole < Duration::from_secs(1), "{one:?}");
    }
}
