//! What the displays show, for whoever asks from afar, and a picture to try them with.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::watch;

use crate::config::{DisplayKind, DisplaySettings, Settings};
use crate::display::characters::{self, Grid};
use crate::display::picture::theme::Look;
use crate::display::picture::{dots, pixels};
use crate::display::png::{encode, encode_dots};
use crate::display::run::{Told, Voice};
use crate::display::text::Help;
use crate::display::words::{Countdown, Mood, Phrase, Words};
use crate::locale::Speech;
use crate::wiring::display::Theme;

/// How large a picture is where nothing says so.
pub const USUAL_SIZE: (u32, u32) = (800, 480);

/// How many pixels a dot of a small display is wide and high.
const DOT: u32 = 4;

/// How long the picture for trying stands.
const TRIED_FOR: Duration = Duration::from_secs(15);

/// The displays, as far as their pictures are concerned.
#[derive(Clone, Debug)]
pub struct Screens {
    told: watch::Sender<Told>,
    shown_on: Arc<RwLock<ShownOn>>,
}

/// Who speaks, and on what.
#[derive(Clone, Debug)]
struct ShownOn {
    voice: Arc<Voice>,
    displays: BTreeMap<String, DisplaySettings>,
}

impl Default for Screens {
    /// No displays, and nothing to show.
    fn default() -> Self {
        let voice = Voice { speeches: vec![Speech::english()], help: Help::default() };
        let shown_on = ShownOn { voice: Arc::new(voice), displays: BTreeMap::new() };
        let told = watch::Sender::new(Told::default());
        Self { told, shown_on: Arc::new(RwLock::new(shown_on)) }
    }
}

impl Screens {
    /// Those that are configured.
    pub fn new(told: watch::Sender<Told>, voice: Voice, settings: &Settings) -> Self {
        let shown_on = ShownOn { voice: Arc::new(voice), displays: settings.displays.clone() };
        Self { told, shown_on: Arc::new(RwLock::new(shown_on)) }
    }

    /// Others are configured.
    pub fn change(&self, voice: Voice, settings: &Settings) {
        let shown_on = ShownOn { voice: Arc::new(voice), displays: settings.displays.clone() };
        *self.shown_on.write().unwrap_or_else(PoisonError::into_inner) = shown_on;
    }

    fn shown_on(&self) -> ShownOn {
        self.shown_on.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How the kiosk speaks.
    pub fn voice(&self) -> Arc<Voice> {
        self.shown_on().voice
    }

    /// What one of them shows now, as a PNG; without a name, what all of them say, in this size or
    /// the usual one. It takes a moment.
    ///
    /// # Errors
    ///
    /// There is no such display, or nothing to be seen yet.
    pub fn snapshot(
        &self,
        name: Option<&str>,
        size: Option<(u32, u32)>,
    ) -> Result<Vec<u8>, String> {
        let ShownOn { voice, displays } = self.shown_on();
        let kind = match name {
            Some(name) => Some(&displays.get(name).ok_or_else(|| unknown(name, &displays))?.kind),
            None => None,
        };
        let words = voice.words(&self.told.borrow()).ok_or("nothing is shown yet")?;
        Ok(picture(&words, kind, size))
    }

    /// Whether no customer has anything to read.
    pub fn are_free(&self) -> bool {
        self.told.borrow().is_free()
    }

    /// Shows the picture for trying on all displays, for a while.
    pub fn try_out(&self) -> Duration {
        self.told.send_modify(|told| told.trial = Some(trial()));
        let told = self.told.clone();
        tokio::spawn(async move {
            tokio::time::sleep(TRIED_FOR).await;
            told.send_modify(|told| told.trial = None);
        });
        TRIED_FOR
    }
}

fn unknown(name: &str, displays: &BTreeMap<String, DisplaySettings>) -> String {
    let known: Vec<&str> = displays.keys().map(String::as_str).collect();
    let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
    format!("there is no display \"{name}\"; configured: {known}")
}

/// Everything that a display has to be able to show, and nothing that a customer could act upon.
fn trial() -> Words {
    let line = Phrase::new("0123456789 ÄÖÜ äöü ß éèç ñ € £ kioskd").or("ÄÖÜ ß éèç ñ €£");
    Words {
        price: Some("€12.34".to_owned()),
        countdown: Some(Countdown { left: 30, of: 60 }),
        note: Some(Phrase::new("A technician tries the displays.")),
        link: Some("https://stripe.com/terminal".to_owned()),
        ..Words::new(Mood::Waiting, Phrase::new("Test"), line)
    }
}

/// Words as a display of this kind shows them, on its first page.
fn picture(words: &Words, kind: Option<&DisplayKind>, size: Option<(u32, u32)>) -> Vec<u8> {
    let of_pixels =
        |look: &Look, own: (u32, u32)| encode(&pixels(words, size.unwrap_or(own), look, 0));
    match kind {
        Some(DisplayKind::Ssd1306(oled)) => {
            encode_dots(&dots(words, oled.size.0, oled.size.1, 0), DOT)
        }
        Some(DisplayKind::Hd44780(lcd)) => {
            encode_dots(&characters::dots(words, Grid::of(lcd), 0), DOT)
        }
        Some(DisplayKind::Framebuffer(screen)) => {
            of_pixels(&Look::load(&screen.style).0, USUAL_SIZE)
        }
        Some(DisplayKind::Png(png)) => of_pixels(&Look::load(&png.style).0, png.size),
        Some(DisplayKind::Terminal | DisplayKind::Signal(_)) | None => {
            of_pixels(&Look::plain(Theme::Dark), USUAL_SIZE)
        }
    }
}
