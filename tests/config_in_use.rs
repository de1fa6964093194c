//! Whatever is pushed, in whatever order, and wherever it is cut: the configuration that is in use was
//! right as a whole when somebody pushed it.
//!
//! Played over the loading, the reload and the last good configuration that `kioskd run` uses, in a
//! folder, without a process.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set up its bench may panic, and the line tells where"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use kioskd::config::{self, ConfigError, Loaded, instance, last_good};
use kioskd::daemon::configuration::{OnLastGood, Running, in_short};
use kioskd::time::WallTime;
use proptest::prelude::*;

/// One thing that happens.
#[derive(Clone, Debug)]
enum Step {
    /// A file is written: cut at this byte, if it is as long as that.
    Push { file: usize, text: String, cut: Option<usize> },
    /// A file is taken away.
    Remove { file: usize },
    /// SIGHUP.
    Reload,
    /// The customer is done, and nobody else is there.
    Free,
    /// The power is cut, and comes back.
    Restart,
    /// The card has lost, or cut, what was kept.
    Damage { at: usize },
}

/// The files of a kiosk, in the order in which they are read.
const FILES: [&str; 4] = ["kioskd.toml", "conf.d/10.toml", "conf.d/20.toml", "conf.d/30.toml"];

/// A kiosk whose files are pushed, with a customer in front of it most of the time.
struct Kiosk {
    folder: tempfile::TempDir,
    running: Option<Running>,
    /// Each configuration that was ever right as a whole, by what it comes to.
    right: BTreeSet<String>,
    time: i64,
}

impl Kiosk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("conf.d")).unwrap();
        fs::create_dir(folder.path().join("state")).unwrap();
        Self { folder, running: None, right: BTreeSet::new(), time: 1_790_000_000_000 }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("kioskd.toml")
    }

    fn load(&mut self) -> Result<Loaded, ConfigError> {
        let loaded = config::load(&self.path(), &[]);
        if let Ok(loaded) = &loaded {
            self.right.insert(what_it_comes_to(loaded));
        }
        loaded
    }

    /// What `kioskd run` does before it opens anything.
    fn start(&mut self) {
        self.running = match self.load() {
            Ok(loaded) => {
                self.keep(&loaded);
                Some(Running::new(loaded, None))
            }
            Err(error) => {
                let state = instance::state_dir(&self.path(), &[]);
                let found = last_good::find(&state, &self.path()).ok().flatten();
                found.map(|last_good::LastGood { loaded, kept }| {
                    let because = in_short(&error);
                    Running::new(loaded, Some(OnLastGood { kept, because }))
                })
            }
        };
    }

    fn keep(&mut self, loaded: &Loaded) {
        self.time += 1;
        let state = &loaded.settings.kiosk.state_dir;
        last_good::keep(state, loaded, WallTime(self.time)).unwrap();
    }

    fn play(&mut self, step: &Step) {
        match step {
            Step::Push { file, text, cut } => {
                let text =
                    text.replace("STATE", self.folder.path().join("state").to_str().unwrap());
                let end = cut.map_or(text.len(), |cut| cut.min(text.len()));
                fs::write(self.folder.path().join(FILES[*file]), &text.as_bytes()[..end]).unwrap();
            }
            Step::Remove { file } => {
                drop(fs::remove_file(self.folder.path().join(FILES[*file])));
            }
            Step::Reload => {
                let loaded = self.load();
                if let Some(running) = &mut self.running {
                    running.offer(loaded, WallTime(self.time));
                }
            }
            Step::Free => {
                if let Some(running) = &mut self.running
                    && running.take().is_some()
                {
                    let loaded = running.loaded().clone();
                    self.keep(&loaded);
                }
            }
            Step::Restart => self.start(),
            Step::Damage { at } => {
                let kept = self.folder.path().join("state/last-good.toml");
                if let Ok(text) = fs::read(&kept) {
                    fs::write(&kept, &text[..*at % (text.len() + 1)]).unwrap();
                }
            }
        }
    }

    /// What runs was right as a whole; and what was kept of it, if it is there, too.
    fn audit(&self) {
        let Some(running) = &self.running else { return };
        let runs = what_it_comes_to(running.loaded());
        assert!(self.right.contains(&runs), "nobody has pushed this:\n{runs}");
        let state = self.folder.path().join("state");
        if let Ok(Some(found)) = last_good::find(&state, &self.path()) {
            assert!(self.right.contains(&what_it_comes_to(&found.loaded)));
        }
    }
}

/// All that counts, key by key.
fn what_it_comes_to(loaded: &Loaded) -> String {
    let keys = loaded.document().by_key();
    let lines: Vec<String> = keys.iter().map(|(key, value)| format!("{key} = {value}")).collect();
    lines.join("\n")
}

fn main_file() -> impl Strategy<Value = String> {
    // Prices and names that a cut makes others; a currency and a reader, which all waits for.
    let currency = prop_oneof![3 => Just("usd"), 1 => Just("jpy")];
    (1_u32..99, currency, 1_u32..3, any::<bool>()).prop_map(|(price, currency, reader, more)| {
        let price = if currency == "jpy" { format!("{price}00") } else { format!("{price}.00") };
        let more = if more { "[display.main]\nkind = \"terminal\"\n" } else { "" };
        format!(
            "[kiosk]\nstate_dir = \"STATE\"\nid = \"bench\"\ncurrency = \"{currency}\"\n\
             [stripe]\nreader = \"tmr_{reader}\"\n\
             [product.A1]\nname = \"Cola\"\nprice = \"{price}\"\n\
             [dispenser.main]\nkind = \"serial\"\ndevice = \"/dev/ttyUSB1\"\n{more}"
        )
    })
}

fn drop_in() -> impl Strategy<Value = String> {
    prop_oneof![
        (1_u32..99).prop_map(|price| format!("[product.A1]\nprice = \"{price}.50\"\n")),
        (1_u32..9).prop_map(|n| format!(
            "[product.B{n}]\nname = \"Tea\"\nprice = \"{n}.10\"\nstock = {n}\n"
        )),
        Just("[kiosk]\nphone = \"+1 555 0100\"\nmessage_time = \"5s\"\n".to_owned()),
        Just("[product.A1]\nprice = \"three\"\n".to_owned()),
        Just("[product.A1]\ncolour = \"red\"\n".to_owned()),
        Just("[product.C1\n".to_owned()),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let cut = prop::option::weighted(0.3, 0_usize..400);
    let pushed = (Just(0), main_file(), cut.clone());
    let laid_over = (1..FILES.len(), drop_in(), cut);
    let push = |(file, text, cut)| Step::Push { file, text, cut };
    prop_oneof![
        3 => pushed.prop_map(push),
        4 => laid_over.prop_map(push),
        2 => (0..FILES.len()).prop_map(|file| Step::Remove { file }),
        5 => Just(Step::Reload),
        4 => Just(Step::Free),
        3 => Just(Step::Restart),
        1 => (0_usize..2000).prop_map(|at| Step::Damage { at }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn what_is_in_use_was_right_as_a_whole(
        first in main_file(),
        steps in prop::collection::vec(step(), 1..40),
    ) {
        let mut kiosk = Kiosk::new();
        kiosk.play(&Step::Push { file: 0, text: first, cut: None });
        kiosk.start();
        prop_assert!(kiosk.running.is_some());
        for step in &steps {
            let ran = kiosk.running.is_some();
            kiosk.play(step);
            kiosk.audit();
            let stays = ran && !matches!(step, Step::Restart);
            prop_assert!(!stays || kiosk.running.is_some(), "only a start can end without one");
        }
    }

    #[test]
    fn a_kiosk_that_ran_once_runs_again_whatever_was_pushed(
        first in main_file(),
        pushed in prop::collection::vec(step(), 1..20),
    ) {
        let mut kiosk = Kiosk::new();
        kiosk.play(&Step::Push { file: 0, text: first, cut: None });
        kiosk.start();
        for step in pushed.iter().filter(|step| !matches!(step, Step::Damage { .. })) {
            // A file that does not say any more where the kiosk keeps its things finds nothing there;
            // in /etc/kioskd that folder is a default, and systemd names it.
            let is_main = matches!(step, Step::Push { file: 0, cut: Some(_), .. } | Step::Remove { file: 0 });
            if !is_main {
                kiosk.play(step);
            }
        }
        kiosk.start();
        kiosk.audit();
        prop_assert!(kiosk.running.is_some());
    }
}
