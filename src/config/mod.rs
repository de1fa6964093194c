//! From files and the environment to [`Settings`], which cannot be wrong, and the API key.
//!
//! ```text
//! kioskd.toml ─┐ parse: each alone,          layers: merged     check: every value,
//! conf.d/*.toml┼─ unknown keys and wrong ──── by the `config` ── all that is wrong ─── Settings
//! KIOSKD__… ───┘ types, with their lines      crate → Raw        at once
//! ```
//!
//! Nothing here reads the environment: it is an argument of [`load`]. Where each value came from
//! is kept in [`Origins`], for messages and for showing it.

mod authorities;
pub mod bundle;
mod changes;
mod check;
mod credentials;
mod doubts;
mod duration;
mod effective;
mod environment;
pub mod instance;
mod keys;
pub mod last_good;
mod layers;
mod origins;
mod parse;
mod problem;
mod raw;
pub mod reference;
mod schema;
mod secret;
mod settings;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

pub use authorities::Authorities;
pub use changes::{Change, Reloaded, changes};
pub use credentials::{ApiKey, CredentialError, Mode, api_key, api_key_again};
pub use duration::parse as duration;
pub use effective::{Asked, ConfigDocument, Setting, toml, toml_value};
pub use origins::{KeyPath, Origin, Origins};
pub use problem::{ConfigError, Problem};
pub use schema::schema;
pub use settings::{
    CaptureMode, DispenserKind, DispenserSettings, DisplayKind, DisplaySettings, Flow,
    InputSettings, JournalSettings, KioskSettings, PaymentSettings, ProductSettings, ReaderInput,
    ReaderStyle, SerialDispenser, SerialInput, Settings, StripeSettings, UnknownVend,
};

/// How many bytes of the hash are shown: enough to tell configurations of a fleet apart.
const HASH_BYTES: usize = 6;

/// A configuration that can be used.
#[derive(Clone, PartialEq, Debug)]
pub struct Loaded {
    /// What to run on.
    pub settings: Settings,
    /// Twelve hex digits of SHA-256 over the effective settings: the same for the same settings,
    /// whichever files they stand in. It may change with the version of kioskd.
    pub hash: String,
    /// The file or folder that was asked for.
    pub source: PathBuf,
    /// The files that were read: the main one, then the drop-ins in their order.
    pub files: Vec<PathBuf>,
    /// Who set each value that is not a default.
    pub origins: Origins,
    /// What it all comes to, key by key, in the order of the sections.
    pub effective: Vec<Setting>,
    /// What is allowed and still likely not meant.
    pub warnings: Vec<Problem>,
    /// Who is trusted beside those whom the system trusts. Nobody before
    /// [`Loaded::with_authorities`].
    pub authorities: Authorities,
}

/// Reads, merges and checks the configuration.
///
/// `path` is a file, beside which `conf.d/*.toml` is read too, or a folder with a `kioskd.toml` and
/// a `conf.d` in it. `environment` may be the whole environment; only variables whose names begin
/// with `KIOSKD__` count.
///
/// The error holds everything that is wrong, not only the first.
pub fn load(path: &Path, environment: &[(String, String)]) -> Result<Loaded, ConfigError> {
    load_with(path, &[], environment)
}

/// The same as if these files stood in `conf.d`, each by its name, and in the place of one of that
/// name.
pub fn load_with(
    path: &Path,
    drop_ins: &[PathBuf],
    environment: &[(String, String)],
) -> Result<Loaded, ConfigError> {
    finish(path, layers::read(path, drop_ins, environment)?)
}

/// These settings as a configuration of its own: written down, parsed and checked like any other.
fn of_settings(path: &Path, effective: &[Setting]) -> Result<Loaded, ConfigError> {
    let text = toml(effective, false);
    let mut loaded = finish(path, layers::of_whole_text(path, &text)?)?;
    for setting in &mut loaded.effective {
        let given = effective.iter().find(|given| given.key == setting.key);
        setting.origin = given.map_or(Origin::Default, |given| given.origin.clone());
    }
    Ok(loaded)
}

fn finish(path: &Path, merged: layers::Merged) -> Result<Loaded, ConfigError> {
    let settings = check::settings(path, &merged)?;
    let defect = |error| {
        let origin = Origin::File { path: path.to_owned(), line: None };
        let wrong = format!("the settings cannot be written down: {error}");
        Problem::whole(origin, wrong, "report this as a defect of kioskd, with the files")
    };
    let hash = hash(&settings).map_err(defect)?;
    let effective = effective::settings(&merged, &settings).map_err(defect)?;
    let warnings = doubts::doubts(&merged, &settings);
    let (files, origins) = (merged.files, merged.origins);
    let source = path.to_owned();
    let authorities = Authorities::default();
    Ok(Loaded { settings, hash, source, files, origins, effective, warnings, authorities })
}

fn hash(settings: &Settings) -> Result<String, serde_json::Error> {
    let digest = Sha256::digest(serde_json::to_vec(settings)?);
    Ok(hex(digest.iter().take(HASH_BYTES)))
}

/// Two digits a byte.
fn hex<'a>(bytes: impl Iterator<Item = &'a u8>) -> String {
    let mut hex = String::new();
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = r#"
        [kiosk]
        id = "lobby-3"
        [stripe]
        reader = "tmr_1"
        [product.A1]
        name = "Cola"
        price = "2.50"
        [dispenser.main]
        kind = "serial"
        device = "/dev/ttyUSB1"
    "#;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("conf.d")).unwrap();
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        folder
    }

    fn variable(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn later_layers_win_and_the_rest_stays() {
        let folder = folder(&[
            ("kioskd.toml", SMALL),
            ("conf.d/20-last.toml", "[product.A1]\nprice = \"3.00\"\n"),
            ("conf.d/10-first.toml", "[product.A1]\nprice = \"9.00\"\nslot = \"11\"\n"),
            ("conf.d/30-off.toml.bak", "nonsense"),
            ("conf.d/.#40.toml", "nonsense"),
        ]);
        let environment = [variable("KIOSKD__KIOSK__ID", "lobby-4")];
        let loaded = load(folder.path(), &environment).unwrap();
        let product = &loaded.settings.products[&"A1".parse().unwrap()];
        assert_eq!(
            (product.name.as_str(), product.price.amount, product.slot.as_str()),
            ("Cola", 300, "11")
        );
        assert_eq!(product.dispenser.as_str(), "main");
        assert_eq!(loaded.settings.kiosk.id.as_str(), "lobby-4");
        assert_eq!(loaded.files.len(), 3);
        let origin = loaded.origins.of(&KeyPath::new(["kiosk", "id"]));
        assert_eq!(origin.to_string(), "environment variable KIOSKD__KIOSK__ID");
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
        #[test]
        fn a_damaged_file_loads_or_says_why(
            at in 0..SMALL.len(),
            length in 0_usize..40,
            put in "[\\[\\]\"=.#a-z0-9\n]{0,6}",
        ) {
            let end = (at + length).min(SMALL.len());
            let damaged = format!("{}{put}{}", &SMALL[..at], &SMALL[end..]);
            let folder = folder(&[("kioskd.toml", &damaged)]);
            if let Err(error) = load(folder.path(), &[]) {
                assert!(!error.problems.is_empty());
            }
        }
    }

    #[test]
    fn the_hash_follows_the_settings_not_the_files() {
        let whole = folder(&[("kioskd.toml", SMALL)]);
        let reader = "[stripe]\nreader = \"tmr_1\"";
        let rest = SMALL.replace("reader = \"tmr_1\"", "");
        let split = folder(&[("kioskd.toml", &rest), ("conf.d/reader.toml", reader)]);
        let hash = |folder: &tempfile::TempDir, environment: &[(String, String)]| {
            load(folder.path(), environment).unwrap().hash
        };
        assert_eq!(hash(&whole, &[]), hash(&split, &[]));
        assert_eq!(hash(&whole, &[]).len(), 12);
        let other = [variable("KIOSKD__PRODUCT__A1__PRICE", "2.51")];
        assert_ne!(hash(&whole, &[]), hash(&whole, &other));
    }

    #[test]
    fn a_file_that_is_too_long_is_not_read_to_its_end() {
        let folder = folder(&[("kioskd.toml", &"#".repeat(1024 * 1024 + 1))]);
        let error = load(folder.path(), &[]).unwrap_err().to_string();
        assert!(error.contains("is too long\n    allowed: at most 1 MiB"), "{error}");
    }

    #[test]
    fn a_file_that_is_not_utf8_is_named_with_the_line() {
        let folder = folder(&[]);
        let file = folder.path().join("kioskd.toml");
        std::fs::write(&file, b"[kiosk]\nid = \"caf\xe9\"\n").unwrap();
        let error = load(&file, &[]).unwrap_err().to_string();
        assert!(error.contains("kioskd.toml:2: is not UTF-8 text"), "{error}");
    }

    #[test]
    fn what_is_not_there_is_said_so() {
        let folder = folder(&[]);
        let error = load(folder.path(), &[]).unwrap_err().to_string();
        assert!(error.contains("the folder holds no kioskd.toml"), "{error}");
        let error = load(&folder.path().join("none.toml"), &[]).unwrap_err().to_string();
        assert!(error.contains("none.toml: there is no such file or folder"), "{error}");
        let error = load(Path::new("/dev/null"), &[]).unwrap_err().to_string();
        assert!(error.contains("is not a regular file"), "{error}");
    }

    #[test]
    fn an_api_key_in_the_wrong_place_is_not_repeated() {
        for (line, with) in [
            ("reader = \"tmr_1\"", "reader = \"sk_live_secret\""),
            ("reader = \"tmr_1\"", "reader = \"tmr_1\"\napi_key = \"sk_live_secret\""),
            ("reader = \"tmr_1\"", "reader = \"tmr_1\"\napi_base = \"https://sk_live_secret@x\""),
            ("reader = \"tmr_1\"", "reader = \"tmr_1\"\napi_key_file = \"sk_live_secret\""),
            ("reader = \"tmr_1\"", "reader = sk_live_secret"),
            ("reader = \"tmr_1\"", "reader = \"tmr_1\"\nsk_live_secret = 1"),
            ("[stripe]", "[sk_live_secret]"),
            ("[stripe]", "[payment.accept]\nbrands = \"sk_live_secret\"\n[stripe]"),
        ] {
            let folder = folder(&[("kioskd.toml", &SMALL.replace(line, with))]);
            let error = load(folder.path(), &[]).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("secret\""), "{error}");
            assert!(!error.to_string().contains("live_secret"), "{error}");
        }
    }
}
