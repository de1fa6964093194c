//! A display at work: it shows the newest view, turns pages, cares for itself and comes back.
//!
//! The panel has a thread of its own, so that one which blocks delays nothing. It is given one scene
//! at a time, and when it is done the newest one there is: what came between is never shown.

use std::sync::Arc;
use std::sync::mpsc as thread_queue;
use std::thread;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Time;
use jiff::tz::TimeZone;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};

use crate::display::care::{self, Rest};
use crate::display::panel::{Panel, Scene};
use crate::display::text::{Help, words};
use crate::display::words::Words;
use crate::kiosk::View;
use crate::locale::Speech;
use crate::pulse::Pulse;
use crate::wiring::display::DisplayCare;

/// What all displays are told.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Told {
    /// What is to be shown; none before the first view.
    pub view: Option<View>,
    /// In which of the kiosk's languages.
    pub language: usize,
    /// What a technician tries the displays with. No customer ever sees it: it is shown only while
    /// nothing can be bought.
    pub trial: Option<Words>,
}

impl Told {
    /// Whether a technician may try the displays: no customer has anything to read.
    pub fn is_free(&self) -> bool {
        matches!(self.view, None | Some(View::OutOfOrder { .. } | View::Stopping))
    }
}

/// How the kiosk speaks to its customers.
#[derive(Debug)]
pub struct Voice {
    /// Its languages; the first is its own. One at least.
    pub speeches: Vec<Speech>,
    /// Whom they can call.
    pub help: Help,
}

impl Voice {
    /// What there is to say, if there is anything yet.
    pub fn words(&self, told: &Told) -> Option<Words> {
        if let Some(trial) = told.trial.as_ref().filter(|_| told.is_free()) {
            return Some(trial.clone());
        }
        let speech = self.speeches.get(told.language).or(self.speeches.first())?;
        Some(words(told.view.as_ref()?, speech, &self.help))
    }
}

/// News of a display.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DisplayNews {
    /// It shows what it is told.
    Shows,
    /// It does not.
    Dark {
        /// Why, for a technician.
        why: String,
    },
}

/// How long a panel may be at one scene before people are told. The slowest draws in seconds.
const PATIENCE: Duration = Duration::from_secs(15);

/// The first wait before a panel that failed is opened again, and the longest.
const OPEN_AGAIN: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(10));

/// Runs a display until nobody tells it anything any more.
pub async fn run<P: Panel>(
    (name, panel): (String, P),
    (voice, care): (Arc<Voice>, DisplayCare),
    mut told: watch::Receiver<Told>,
    news: mpsc::Sender<(String, DisplayNews)>,
    mut pulse: Pulse,
) {
    let Some((hand, mut done)) = on_a_thread(&name, panel) else { return };
    let mut display = Display::new(name, care, news);
    loop {
        display.tell(&told.borrow_and_update(), &voice);
        display.show(&hand);
        let wakes = display.wakes_at();
        tokio::select! {
            changed = told.changed() => if changed.is_err() { return },
            question = pulse.asked() => pulse.answer(question).await,
            shown = done.recv() => match shown {
                Some(shown) => display.shown(shown).await,
                None => return,
            },
            () = sleep_until(wakes) => display.woken().await,
        }
    }
}

/// How a scene ended, and how many pages its words have.
struct Shown {
    scene: Scene,
    pages: usize,
    result: Result<(), String>,
}

/// Puts the panel on a thread: where its scenes go, and where they come out. Nobody waits for the
/// thread: one that hangs in the kernel cannot be ended.
fn on_a_thread<P: Panel>(
    name: &str,
    mut panel: P,
) -> Option<(thread_queue::SyncSender<Scene>, mpsc::Receiver<Shown>)> {
    let (hand, scenes) = thread_queue::sync_channel::<Scene>(1);
    let (tell, done) = mpsc::channel(1);
    let work = move || {
        let mut is_open = false;
        while let Ok(scene) = scenes.recv() {
            let opened = if is_open { Ok(()) } else { panel.open() };
            let result = opened.and_then(|()| panel.show(&scene));
            is_open = result.is_ok();
            let pages = panel.pages(&scene.words);
            if tell.blocking_send(Shown { scene, pages, result }).is_err() {
                return;
            }
        }
    };
    // The name that the kernel shows has room for 15 bytes.
    let started = thread::Builder::new().name(format!("show {name}")).spawn(work);
    started.is_ok().then_some((hand, done))
}

/// A display, as far as it is known on this side of its thread.
struct Display {
    name: String,
    care: DisplayCare,
    news: mpsc::Sender<(String, DisplayNews)>,
    /// What it is to say, and since when; none before the first view.
    words: Option<(Words, Instant)>,
    /// Since when nothing new was said: a countdown, or one product after the other, is nothing new.
    quiet_since: Instant,
    last_view: Option<View>,
    pages: usize,
    /// What it shows, as far as known.
    showing: Option<Scene>,
    /// Since when it is at a scene.
    busy_since: Option<Instant>,
    /// Whether people were told last that it shows what it is told.
    is_told_to_work: Option<bool>,
    again: Option<(Instant, Duration)>,
    zone: TimeZone,
}

impl Display {
    fn new(name: String, care: DisplayCare, news: mpsc::Sender<(String, DisplayNews)>) -> Self {
        Self {
            name,
            care,
            news,
            words: None,
            quiet_since: Instant::now(),
            last_view: None,
            pages: 1,
            showing: None,
            busy_since: None,
            is_told_to_work: None,
            again: None,
            zone: TimeZone::system(),
        }
    }

    /// The time of day, by the kiosk's own clock.
    fn clock(&self) -> Time {
        self.zone.to_datetime(Timestamp::now()).time()
    }

    /// Takes over what is to be shown.
    fn tell(&mut self, told: &Told, voice: &Voice) {
        let (Some(view), Some(new)) = (&told.view, voice.words(told)) else { return };
        if self.words.as_ref().is_some_and(|(old, _)| *old == new) {
            return;
        }
        // Pages go on under a countdown.
        let continues = |old: &Words| {
            Words { countdown: None, ..old.clone() } == Words { countdown: None, ..new.clone() }
        };
        let since = match &self.words {
            Some((old, since)) if continues(old) => *since,
            Some(_) | None => {
                self.pages = 1;
                Instant::now()
            }
        };
        let calm = view.without_countdown();
        let is_by_itself = |view: &View| matches!(view, View::Idle | View::Attract { .. });
        let is_news = match &self.last_view {
            Some(last) => *last != calm && !(is_by_itself(last) && is_by_itself(&calm)),
            None => true,
        };
        if is_news {
            self.quiet_since = Instant::now();
        }
        self.last_view = Some(calm);
        self.words = Some((new, since));
    }

    /// What is to be shown now.
    fn scene(&self) -> Option<Scene> {
        let (words, since) = self.words.as_ref()?;
        let page_time = self.care.page_time.as_millis().max(1);
        let page = usize::try_from(since.elapsed().as_millis() / page_time).unwrap_or(0);
        let quiet = self.quiet_since.elapsed();
        let Rest { light, shift } = care::rest(&self.care, quiet, self.clock());
        Some(Scene { words: words.clone(), page: page % self.pages.max(1), light, shift })
    }

    /// Gives the newest scene to the panel, if it is free and shows something else.
    fn show(&mut self, hand: &thread_queue::SyncSender<Scene>) {
        let waits = self.again.is_some_and(|(at, _)| Instant::now() < at);
        if self.busy_since.is_some() || waits {
            return;
        }
        let Some(scene) = self.scene().filter(|scene| self.showing.as_ref() != Some(scene)) else {
            return;
        };
        if hand.try_send(scene).is_ok() {
            self.busy_since = Some(Instant::now());
        }
    }

    /// The panel is done with a scene.
    async fn shown(&mut self, shown: Shown) {
        self.busy_since = None;
        match shown.result {
            Ok(()) => {
                self.showing = Some(shown.scene);
                self.pages = shown.pages;
                self.again = None;
                self.says(DisplayNews::Shows).await;
            }
            Err(why) => {
                self.showing = None;
                let (first, longest) = OPEN_AGAIN;
                let wait = self.again.map_or(first, |(_, last)| (last * 2).min(longest));
                self.again = Some((Instant::now() + wait, wait));
                self.says(DisplayNews::Dark { why }).await;
            }
        }
    }

    /// When something may have to be done though nobody says so.
    fn wakes_at(&self) -> Instant {
        let far = Instant::now() + Duration::from_hours(1);
        if let Some(since) = self.busy_since {
            return if self.is_told_to_work == Some(false) { far } else { since + PATIENCE };
        }
        let again = self.again.map(|(at, _)| at);
        let page = self.words.as_ref().filter(|_| self.pages > 1).map(|(_, since)| {
            let time = self.care.page_time.max(Duration::from_millis(100));
            let turned = since.elapsed().as_millis() / time.as_millis() + 1;
            *since + time.saturating_mul(u32::try_from(turned).unwrap_or(u32::MAX))
        });
        let quiet = self.quiet_since.elapsed();
        let care = care::changes_in(&self.care, quiet, self.clock());
        let care = care.map(|wait| Instant::now() + wait);
        again.into_iter().chain(page).chain(care).min().unwrap_or(far)
    }

    async fn woken(&mut self) {
        if self.busy_since.is_some_and(|since| since.elapsed() >= PATIENCE) {
            self.says(DisplayNews::Dark { why: "it does not answer".to_owned() }).await;
        }
    }

    /// Tells people once each way.
    async fn says(&mut self, what: DisplayNews) {
        let works = what == DisplayNews::Shows;
        if self.is_told_to_work != Some(works) {
            self.is_told_to_work = Some(works);
            drop(self.news.send((self.name.clone(), what)).await);
        }
    }
}

#[cfg(test)]
mod tests;
