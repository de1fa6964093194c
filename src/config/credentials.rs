//! Stripe's API key: where it comes from, and that nothing ever shows it.

use std::fmt;
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::settings::StripeSettings;

/// The systemd credential's name: a file in `$CREDENTIALS_DIRECTORY`.
const CREDENTIAL: &str = "stripe-api-key";
/// The longest key: Stripe's have about a hundred characters.
const MOST_BYTES: usize = 512;
/// The permission bits of others.
const OTHERS: u32 = 0o007;
/// Those of the group and of others.
const GROUP_AND_OTHERS: u32 = 0o077;
/// What keys begin with. Source: Stripe, "API keys".
const PREFIXES: [(&str, Mode, bool); 4] = [
    ("sk_live_", Mode::Live, false),
    ("sk_test_", Mode::Test, false),
    ("rk_live_", Mode::Live, true),
    ("rk_test_", Mode::Test, true),
];

/// Whether money really moves.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Real cards, real money.
    Live,
    /// A sandbox: test cards only.
    Test,
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Live => "live",
            Self::Test => "test",
        })
    }
}

/// A key of Stripe's API. Overwritten in memory when dropped; prints as its prefix.
#[derive(Clone)]
pub struct ApiKey {
    text: Zeroizing<String>,
    prefix: &'static str,
    mode: Mode,
    is_restricted: bool,
}

impl ApiKey {
    /// Takes a key if it has the form of one; else says what is wrong, without showing it.
    pub fn new(text: &str) -> Result<Self, &'static str> {
        if text.is_empty() {
            return Err("is empty");
        }
        if text.starts_with("pk_") {
            return Err("holds a publishable key; a secret or restricted one is needed");
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("holds spaces, line breaks or characters that no key has");
        }
        let found = PREFIXES
            .iter()
            .find(|(prefix, ..)| text.strip_prefix(prefix).is_some_and(|rest| !rest.is_empty()));
        let (prefix, mode, is_restricted) = *found.ok_or("holds no key of a known kind")?;
        Ok(Self { text: Zeroizing::new(text.to_owned()), prefix, mode, is_restricted })
    }

    /// The key itself, for the header of a request and nothing else.
    pub fn reveal(&self) -> &str {
        &self.text
    }

    /// Whether money really moves with it.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Whether it is a restricted key (`rk_…`), as a kiosk should have.
    pub fn is_restricted(&self) -> bool {
        self.is_restricted
    }
}

impl fmt::Display for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}…", self.prefix)
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiKey({self})")
    }
}

/// Why there is no API key. Never holds any part of it.
#[derive(Debug, thiserror::Error)]
pub enum CredentialError {
    /// Neither way of giving it was used.
    #[error(
        "no API key: give it as the systemd credential \"{CREDENTIAL}\" \
         (LoadCredentialEncrypted={CREDENTIAL} in the unit), or write it into a file of mode 0600 \
         and name that file in stripe.api_key_file"
    )]
    Missing,
    /// The file is there, or was named, and cannot be read.
    #[error(
        "the API key's file {} cannot be read; check that it exists and that the user that kioskd \
         runs as may read it",
        path.display()
    )]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Others than kioskd could have read it.
    #[error(
        "the API key's file {} has mode {mode:04o}, so that others can read it; run: chmod 0600 {} \
         and, if anyone else uses this machine, roll the key in Stripe's dashboard",
        path.display(),
        path.display()
    )]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// What is in it is no key.
    #[error(
        "the API key's file {} {wrong}; write one key into it, beginning with \"rk_live_\", \
         \"rk_test_\", \"sk_live_\" or \"sk_test_\"",
        path.display()
    )]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong with what it holds.
        wrong: &'static str,
    },
}

/// Reads the API key: the systemd credential if there is one, else the file that the settings name.
///
/// `credentials_directory` is `$CREDENTIALS_DIRECTORY`, which only `main` reads. systemd may grant
/// a credential by an access control list that shows as group bits, so only a file that *others*
/// can read is refused there; a file of the operator's must have mode 0600 or stricter.
pub fn api_key(
    credentials_directory: Option<&Path>,
    settings: &StripeSettings,
) -> Result<ApiKey, CredentialError> {
    if let Some(directory) = credentials_directory {
        match read(&directory.join(CREDENTIAL), OTHERS) {
            Err(CredentialError::Unreadable { source, .. })
                if source.kind() == ErrorKind::NotFound => {}
            found => return found,
        }
    }
    match &settings.api_key_file {
        Some(path) => read(path, GROUP_AND_OTHERS),
        None => Err(CredentialError::Missing),
    }
}

/// Reads the API key again: that which a reload has brought into the runtime folder, since systemd
/// before version 258 renews no credential of a service that runs; else as [`api_key`].
pub fn api_key_again(
    runtime_dir: &Path,
    credentials_directory: Option<&Path>,
    settings: &StripeSettings,
) -> Result<ApiKey, CredentialError> {
    match read(&runtime_dir.join(CREDENTIAL), GROUP_AND_OTHERS) {
        Err(CredentialError::Unreadable { source, .. }) if source.kind() == ErrorKind::NotFound => {
            api_key(credentials_directory, settings)
        }
        found => found,
    }
}

fn read(path: &Path, forbidden: u32) -> Result<ApiKey, CredentialError> {
    let unreadable =
        |source: io::Error| CredentialError::Unreadable { path: path.to_owned(), source };
    let malformed = |wrong| CredentialError::Malformed { path: path.to_owned(), wrong };
    // Asked before opening: opening a pipe that nobody writes to would wait for ever.
    if !std::fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(malformed("is not a regular file"));
    }
    let file = File::open(path).map_err(unreadable)?;
    // Of the opened file, not of the path: nothing can be swapped in between.
    let mode = file.metadata().map_err(unreadable)?.permissions().mode() & 0o7777;
    if mode & forbidden != 0 {
        return Err(CredentialError::Exposed { path: path.to_owned(), mode });
    }
    // Room for all of it from the start: growing would leave copies of the key behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(MOST_BYTES + 64));
    let limit = u64::try_from(MOST_BYTES + 1).unwrap_or(u64::MAX);
    file.take(limit).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() > MOST_BYTES {
        return Err(malformed("is too long for a key"));
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| malformed("is not text"))?;
    let line = text.strip_suffix('\n').unwrap_or(text);
    ApiKey::new(line.strip_suffix('\r').unwrap_or(line)).map_err(malformed)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn settings(api_key_file: Option<PathBuf>) -> StripeSettings {
        let reader = "tmr_1".parse().unwrap();
        let api_base = "https://api.stripe.com".to_owned();
        StripeSettings { api_base, reader, api_key_file, ca_file: None }
    }

    fn file(folder: &Path, name: &str, text: &str, mode: u32) -> PathBuf {
        let path = folder.join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        path
    }

    #[test]
    fn the_credential_comes_before_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = file(folder.path(), "key", "sk_test_file\n", 0o600);
        let from_file = api_key(Some(folder.path()), &settings(Some(path.clone()))).unwrap();
        assert_eq!(from_file.reveal(), "sk_test_file");
        file(folder.path(), "stripe-api-key", "rk_live_credential", 0o440);
        let key = api_key(Some(folder.path()), &settings(Some(path))).unwrap();
        assert_eq!(key.reveal(), "rk_live_credential");
        assert!(key.is_restricted());
        assert_eq!(key.mode(), Mode::Live);
    }

    #[test]
    fn a_key_that_a_reload_has_brought_comes_first() {
        let (runtime, credentials) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        file(credentials.path(), "stripe-api-key", "rk_live_old", 0o440);
        let again = || api_key_again(runtime.path(), Some(credentials.path()), &settings(None));
        assert_eq!(again().unwrap().reveal(), "rk_live_old");
        let path = file(runtime.path(), "stripe-api-key", "rk_live_new\n", 0o400);
        assert_eq!(again().unwrap().reveal(), "rk_live_new");
        fs::remove_file(&path).unwrap();
        file(runtime.path(), "stripe-api-key", "rk_live_new", 0o440);
        assert!(matches!(again(), Err(CredentialError::Exposed { .. })));
    }

    #[test]
    fn a_key_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        for mode in [0o640, 0o604, 0o620, 0o644] {
            let path = file(folder.path(), "key", "sk_test_x", mode);
            let error = api_key(None, &settings(Some(path))).unwrap_err();
            assert!(matches!(error, CredentialError::Exposed { .. }), "{mode:o}: {error}");
        }
        file(folder.path(), "stripe-api-key", "sk_test_x", 0o444);
        let error = api_key(Some(folder.path()), &settings(None)).unwrap_err().to_string();
        assert!(error.contains("has mode 0444"), "{error}");
    }

    #[test]
    fn what_is_no_key_is_refused_without_showing_it() {
        let folder = tempfile::tempdir().unwrap();
        for text in [
            "",
            "\n",
            "sk_live_",
            "hidden",
            "pk_live_hidden",
            "sk_live_hidden x",
            "sk_live_hidden\n\n",
            "sk_live_hïdden",
            " sk_live_hidden",
            "sk_org_live_hidden",
            &format!("sk_live_hidden{}", "x".repeat(600)),
        ] {
            let path = file(folder.path(), "key", text, 0o600);
            let error = api_key(None, &settings(Some(path))).unwrap_err();
            assert!(matches!(error, CredentialError::Malformed { .. }), "{text:?}: {error}");
            let shown = format!("{error} {error:?}");
            assert!(!shown.contains("dden"), "{shown}");
        }
    }

    #[test]
    fn a_key_prints_as_its_prefix() {
        let key = ApiKey::new("rk_live_secret").unwrap();
        assert_eq!(format!("{key} {key:?}"), "rk_live_… ApiKey(rk_live_…)");
    }

    #[test]
    fn no_key_at_all_names_both_ways() {
        let error = api_key(None, &settings(None)).unwrap_err().to_string();
        assert!(error.contains("\"stripe-api-key\"") && error.contains("stripe.api_key_file"));
        let named = settings(Some("/nonexistent/key".into()));
        let error = api_key(None, &named).unwrap_err().to_string();
        assert!(error.contains("/nonexistent/key cannot be read"), "{error}");
    }
}
