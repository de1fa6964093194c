//! Displays: a task and a thread each. What they say of themselves goes to the log and the status.

use std::sync::Arc;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use crate::config::{DisplayKind, DisplaySettings, Settings};
use crate::daemon::clock;
use crate::daemon::hardware::Hardware;
use crate::daemon::told::ToldBoards;
use crate::display::framebuffer::ScreenPanel;
use crate::display::hd44780::Lcd;
use crate::display::panel::Panel;
use crate::display::picture;
use crate::display::png::PngPanel;
use crate::display::run::{self, DisplayNews, Told, Voice};
use crate::display::signal::Signal;
use crate::display::ssd1306::{Oled, Picture};
use crate::display::terminal::Terminal;
use crate::display::text::Help;
use crate::locale::Speech;
use crate::pulse::Pulse;
use crate::wiring::display::DisplayCare;

/// News of displays that wait to be told.
const QUEUE: usize = 16;

/// How the kiosk speaks to its customers.
pub fn voice(settings: &Settings) -> Voice {
    let speech = |locale: &crate::locale::Locale| {
        let own = settings.texts.get(&locale.language).cloned().unwrap_or_default();
        Speech::new(*locale, &own)
    };
    let speeches = settings.kiosk.languages.iter().map(speech).collect();
    Voice { speeches, help: Help { phone: settings.kiosk.phone.clone() } }
}

/// What all displays are started with.
#[derive(Debug)]
pub struct Shows {
    told: watch::Receiver<Told>,
    news: mpsc::Sender<(String, DisplayNews)>,
}

/// Displays see only the newest view, and whatever they say of themselves is heard here.
pub fn hear(told: watch::Receiver<Told>, hardware: &Hardware) -> Shows {
    let (sender, mut news) = mpsc::channel::<(String, DisplayNews)>(QUEUE);
    let hardware = hardware.clone();
    tokio::spawn(async move {
        let mut boards = ToldBoards::default();
        while let Some((name, news)) = news.recv().await {
            hardware.display(&name, &news);
            let now = clock::now().since();
            match news {
                DisplayNews::Shows => boards.connected(&name, "the display", now),
                DisplayNews::Dark { why } => boards.gone(&name, "the display", &why, now),
            }
        }
    });
    Shows { told, news: sender }
}

/// Starts a display.
pub fn start(
    (name, display): (&str, &DisplaySettings),
    voice: Arc<Voice>,
    shows: &Shows,
    pulse: Pulse,
) -> JoinHandle<()> {
    let stage = Stage { voice, told: shows.told.clone(), news: shows.news.clone() };
    let start = (name.to_owned(), display.care.clone(), pulse);
    match &display.kind {
        DisplayKind::Terminal => stage.start(start, Terminal::new()),
        DisplayKind::Ssd1306(oled) => {
            let picture = Picture { dots: picture::dots, pages: picture::dot_pages };
            stage.start(start, Oled::new(oled.clone(), picture))
        }
        DisplayKind::Hd44780(lcd) => stage.start(start, Lcd::new(lcd)),
        DisplayKind::Png(png) => stage.start(start, PngPanel::new(png)),
        DisplayKind::Signal(signal) => stage.start(start, Signal::new(signal.clone())),
        DisplayKind::Framebuffer(screen) => stage.start(start, ScreenPanel::new(screen)),
    }
}

/// What every display is started with.
struct Stage {
    voice: Arc<Voice>,
    told: watch::Receiver<Told>,
    news: mpsc::Sender<(String, DisplayNews)>,
}

impl Stage {
    fn start<P: Panel>(
        self,
        (name, care, pulse): (String, DisplayCare, Pulse),
        panel: P,
    ) -> JoinHandle<()> {
        let Self { voice, told, news } = self;
        tokio::spawn(run::run((name, panel), (voice, care), told, news, pulse))
    }
}
