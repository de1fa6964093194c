//! The same behaviour over a fake chip.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use tokio::sync::Notify;

use super::*;
use crate::input::{InputNews, NamedInputNews, run};
use crate::wiring::{BackendKind, Level, Pull};

/// What is plugged in: changes that were not heard yet.
#[derive(Default)]
struct Chip {
    levels: BTreeMap<Line, bool>,
    changes: VecDeque<Option<(Line, bool)>>,
    is_there: bool,
    opened: usize,
}

thread_local! {
    static CHIP: Arc<(Mutex<Chip>, Notify)> = Arc::default();
}

fn chip<T>(change: impl FnOnce(&mut Chip) -> T) -> T {
    CHIP.with(|chip| {
        let changed = change(&mut chip.0.lock().unwrap());
        chip.1.notify_one();
        changed
    })
}

struct Fake(Arc<(Mutex<Chip>, Notify)>);

impl Backend for Fake {
    fn open(_: &GpioInput) -> Result<Self, String> {
        CHIP.with(|chip| {
            let mut state = chip.0.lock().unwrap();
            state.opened += 1;
            state.changes.clear();
            if state.is_there { Ok(Self(chip.clone())) } else { Err("no such chip".to_owned()) }
        })
    }

    fn debounces(&self) -> bool {
        false
    }

    fn levels(&self) -> Result<Vec<(Line, bool)>, String> {
        let levels = self.0.0.lock().unwrap().levels.clone();
        Ok(levels.into_iter().collect())
    }

    async fn change(&mut self) -> Result<Option<(Line, bool)>, String> {
        loop {
            {
                let mut chip = self.0.0.lock().unwrap();
                if !chip.is_there {
                    return Err("the chip is gone".to_owned());
                }
                if let Some(change) = chip.changes.pop_front() {
                    return Ok(change);
                }
            }
            self.0.1.notified().await;
        }
    }
}

fn settings() -> GpioInput {
    GpioInput {
        chip: None,
        backend: BackendKind::Chardev,
        lines: [(17, "A1".to_owned()), (27, "CANCEL".to_owned())].into(),
        pull: Pull::Up,
        active: Level::Low,
        debounce: Duration::from_millis(10),
        hold: Duration::ZERO,
        stuck_after: Duration::from_secs(30),
    }
}

fn level(line: Line, is_down: bool) {
    chip(|chip| {
        chip.levels.insert(line, is_down);
        chip.changes.push_back(Some((line, is_down)));
    });
}

/// An input on the fake chip, which has its lines up; and what it tells.
fn listening() -> tokio::sync::mpsc::Receiver<NamedInputNews> {
    chip(|chip| {
        *chip =
            Chip { is_there: true, levels: [(17, false), (27, false)].into(), ..Chip::default() };
    });
    let (sender, news) = tokio::sync::mpsc::channel(64);
    let (ask, asked) = tokio::sync::watch::channel(0);
    let (pulse, _) = crate::pulse::pair(asked);
    tokio::spawn(async move {
        let _ask = ask;
        run("buttons".to_owned(), Gpio::<Fake>::new(settings()), sender, pulse).await;
    });
    news
}

/// What was told within a while.
async fn told(
    news: &mut tokio::sync::mpsc::Receiver<NamedInputNews>,
    within: Duration,
) -> Vec<InputNews> {
    tokio::time::sleep(within).await;
    let mut all = Vec::new();
    while let Ok(named) = news.try_recv() {
        all.push(named.news);
    }
    all
}

fn key(word: &str) -> InputNews {
    InputNews::Key(crate::input::Key::parse(word).unwrap())
}

const MOMENT: Duration = Duration::from_millis(100);

#[tokio::test(start_paused = true)]
async fn a_press_becomes_its_key() {
    let mut news = listening();
    assert_eq!(told(&mut news, MOMENT).await, [InputNews::Connected]);
    for (line, word) in [(17, "A1"), (27, "CANCEL")] {
        level(line, true);
        assert_eq!(told(&mut news, MOMENT).await, [key(word)]);
        level(line, false);
        assert_eq!(told(&mut news, MOMENT).await, []);
    }
}

#[tokio::test(start_paused = true)]
async fn a_chip_that_comes_late_or_is_plugged_in_again_works_by_itself() {
    let mut news = listening();
    told(&mut news, MOMENT).await;
    chip(|chip| chip.is_there = false);
    let gone = told(&mut news, MOMENT).await;
    assert!(matches!(&gone[..], [InputNews::Disconnected { why }] if why == "the chip is gone"));
    let again = told(&mut news, Duration::from_secs(10)).await;
    assert!(again.iter().all(|news| matches!(news, InputNews::Disconnected { .. })), "{again:?}");
    // Somebody holds it down while the plug goes in.
    chip(|chip| {
        chip.is_there = true;
        chip.levels.insert(17, true);
    });
    let back = told(&mut news, Duration::from_secs(10)).await;
    assert_eq!(back.last(), Some(&InputNews::Connected));
    level(17, false);
    level(27, true);
    assert_eq!(told(&mut news, MOMENT).await, [key("CANCEL")]);
}

#[tokio::test(start_paused = true)]
async fn changes_that_the_kernel_lost_are_made_good_by_the_levels() {
    let mut news = listening();
    told(&mut news, MOMENT).await;
    chip(|chip| {
        chip.levels.insert(17, true);
        chip.changes.push_back(None);
    });
    assert_eq!(told(&mut news, MOMENT).await, [key("A1")]);
}

#[tokio::test(start_paused = true)]
async fn a_stuck_button_is_told_and_the_others_work() {
    let mut news = listening();
    told(&mut news, MOMENT).await;
    level(17, true);
    let what = || "line 17 (A1)".to_owned();
    let stuck = told(&mut news, Duration::from_mins(5)).await;
    assert_eq!(stuck, [key("A1"), InputNews::Stuck { what: what() }]);
    level(27, true);
    assert_eq!(told(&mut news, MOMENT).await, [key("CANCEL")]);
    level(17, false);
    assert_eq!(told(&mut news, MOMENT).await, [InputNews::Freed { what: what() }]);
}

/// Ten thousand changes a second on both lines, none of which lasts.
#[tokio::test(start_paused = true)]
async fn noise_selects_nothing() {
    let mut news = listening();
    told(&mut news, MOMENT).await;
    let mut rng = fastrand::Rng::with_seed(7);
    for _ in 0..2_000 {
        for _ in 0..10 {
            level(if rng.bool() { 17 } else { 27 }, rng.bool());
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    level(17, false);
    level(27, false);
    assert_eq!(told(&mut news, MOMENT).await, []);
}

/// Off a Pi, and without a chip, it says so.
#[tokio::test]
async fn what_is_not_there_is_said_plainly() {
    if !std::path::Path::new("/proc/device-tree/model").exists() {
        let why = Rppal::open(&settings()).err().unwrap();
        assert!(why.ends_with("write backend = \"chardev\""), "{why}");
    }
    let nowhere = GpioInput { chip: Some("/dev/null".into()), ..settings() };
    let why = Chardev::open(&nowhere).err().unwrap();
    assert!(why.starts_with("/dev/null: "), "{why}");
}
