//! Configuration files, a drop-in, the environment, and the file of the API key.
//!
//! An input has up to four parts, with a line `---` between them: `kioskd.toml`,
//! `conf.d/10.toml`, lines `NAME=VALUE`, and the key's file.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use kioskd::config::{self, CredentialError, InputSettings, Loaded, Settings};
use tempfile::TempDir;

use super::folder;

/// What stands between two parts.
const BETWEEN: &[u8] = b"\n---\n";

/// A key's end, from which on nothing may be shown, is at least so long.
const SECRET: usize = 12;

/// Plays one input.
pub fn play(input: &[u8]) {
    thread_local!(static BENCH: Bench = Bench::new());
    BENCH.with(|bench| bench.play(input));
}

struct Bench {
    folder: TempDir,
    drop_in: PathBuf,
    key: PathBuf,
}

impl Bench {
    fn new() -> Self {
        let folder = folder();
        let drop_ins = folder.path().join("conf.d");
        fs::create_dir(&drop_ins).unwrap();
        let key = folder.path().join("key");
        fs::write(&key, "").unwrap();
        fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
        Self { drop_in: drop_ins.join("10.toml"), key, folder }
    }

    fn play(&self, input: &[u8]) {
        let mut parts = parts(input).into_iter();
        let mut part = || parts.next().unwrap_or_default();
        let (main, drop_in, variables, key) = (part(), part(), part(), part());
        let environment = environment(variables);
        fs::write(self.folder.path().join("kioskd.toml"), main).unwrap();
        fs::write(&self.drop_in, drop_in).unwrap();
        match config::load(self.folder.path(), &environment) {
            Ok(loaded) => {
                loads_again(&loaded, self.folder.path(), &environment);
                every_file_is_toml([main, drop_in]);
                cannot_be_wrong(&loaded.settings);
                self.reads_the_key(&loaded.settings, key);
            }
            Err(error) => {
                assert!(!error.problems.is_empty(), "an error says what is wrong");
                keeps_the_secret(input, &format!("{error} {error:?}"));
            }
        }
    }

    /// One line, and nothing else, is the key; and nobody is shown it.
    fn reads_the_key(&self, settings: &Settings, bytes: &[u8]) {
        fs::write(&self.key, bytes).unwrap();
        let mut stripe = settings.stripe.clone();
        stripe.api_key_file = Some(self.key.clone());
        match config::api_key(None, &stripe) {
            Ok(key) => {
                let line = bytes.strip_suffix(b"\n").unwrap_or(bytes);
                let line = line.strip_suffix(b"\r").unwrap_or(line);
                assert_eq!(key.reveal().as_bytes(), line);
                let name = format!("{key} {key:?}");
                assert!(name.len() < 40 && !name.contains(key.reveal()), "{name}");
                assert!(kioskd::stripe::Client::new(&stripe.api_base, key.reveal(), &[]).is_ok());
            }
            Err(error @ CredentialError::Malformed { .. }) => {
                keeps_the_secret(bytes, &format!("{error} {error:?}"));
            }
            Err(error) => panic!("the file is there, and ours alone: {error}"),
        }
    }
}

fn parts(mut input: &[u8]) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    while let Some(at) = input.windows(BETWEEN.len()).position(|window| window == BETWEEN) {
        parts.push(&input[..at]);
        input = &input[at + BETWEEN.len()..];
    }
    parts.push(input);
    parts
}

fn environment(bytes: &[u8]) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(bytes);
    let pair = |line: &str| {
        let (name, value) = line.split_once('=')?;
        Some((name.to_owned(), value.to_owned()))
    };
    text.lines().filter_map(pair).collect()
}

/// The same files are the same settings, and the same hash; asked for by the folder or by the file.
fn loads_again(loaded: &Loaded, folder: &Path, environment: &[(String, String)]) {
    let again = config::load(&folder.join("kioskd.toml"), environment).expect("it has just loaded");
    assert_eq!(again.settings, loaded.settings);
    assert_eq!((&again.hash, &again.files), (&loaded.hash, &loaded.files));
    assert_eq!(again.warnings, loaded.warnings);
}

/// Another reader of TOML takes the files too.
fn every_file_is_toml(files: [&[u8]; 2]) {
    for bytes in files {
        let text = std::str::from_utf8(bytes).expect("a file that loads is text");
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        assert!(text.parse::<toml::Table>().is_ok(), "{text}");
    }
}

fn cannot_be_wrong(settings: &Settings) {
    assert!(!settings.products.is_empty() && !settings.dispensers.is_empty());
    for (code, product) in &settings.products {
        assert_eq!(product.price.currency, settings.kiosk.currency);
        let least = product.price.currency.minimum();
        assert!(
            (least..=99_999_999).contains(&product.price.amount),
            "{code}: {:?}",
            product.price
        );
        assert!(settings.dispensers.contains_key(&product.dispenser), "{code}");
        let letters = product.name.chars();
        assert!((1..=64).contains(&letters.clone().count()), "{code}: {:?}", product.name);
        assert!(!letters.clone().any(char::is_control), "{code}: {:?}", product.name);
    }
    let kiosk = &settings.kiosk;
    assert!(kiosk.state_dir.is_absolute() && kiosk.runtime_dir.is_absolute());
    assert!((2..=20).contains(&kiosk.cart_limit));
    let payment = &settings.payment;
    assert!((1..=10).contains(&payment.max_attempts));
    assert!((1..=1000).contains(&payment.exposure_limit));
    let base = &settings.stripe.api_base;
    let local = ["http://localhost", "http://127.", "http://[::1]"];
    let is_local = local.iter().any(|local| base.starts_with(local));
    assert!(base.starts_with("https://") || is_local, "the key would go in the clear to {base}");
    assert!(!base.contains('@') && !base.ends_with('/'), "{base}");
    let stdin = settings.inputs.values().filter(|input| **input == InputSettings::Stdin).count();
    assert!(stdin <= 1, "{stdin} inputs read one terminal");
}

/// What follows `sk_live_` or `rk_test_` in the input, and stands nowhere else in it, is not shown by
/// a message.
fn keeps_the_secret(input: &[u8], message: &str) {
    const PREFIXES: [&str; 4] = ["sk_live_", "sk_test_", "rk_live_", "rk_test_"];
    let text = String::from_utf8_lossy(input);
    let is_key = |at: usize| {
        let before = &text[..at];
        let prefix = PREFIXES.iter().find_map(|prefix| before.strip_suffix(prefix));
        prefix.is_some_and(|before| !before.ends_with(|c: char| c.is_ascii_alphanumeric()))
    };
    for (start, prefix) in PREFIXES.iter().flat_map(|prefix| text.match_indices(prefix)) {
        let rest = &text[start + prefix.len()..];
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let secret = &rest[..end];
        if secret.len() >= SECRET && text.match_indices(secret).all(|(at, _)| is_key(at)) {
            assert!(!message.contains(secret), "a key is shown: {message}");
        }
    }
}
