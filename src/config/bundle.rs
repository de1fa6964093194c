//! Signed bundles: a drop-in whose first line says what it is, and a signature of it.
//!
//! ```text
//! # kioskd bundle 50-prices 17        ─► conf.d/50-prices.toml, unless 17 or a later one is there
//! [product.A1]
//! price = "2.50"
//! ```
//!
//! One file on purpose. It is put in place by one rename, so that no power cut leaves a half of it;
//! it holds no paths, links or sizes that could mislead an unpacker; what can be said in several
//! drop-ins can be said in one; and its version stands in what is installed, where nothing can
//! separate the two. The title is a comment, so that the file is a plain drop-in to everybody else.

mod install;
mod signature;

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::layers::MOST_BYTES;
use super::problem::ConfigError;

/// How the first line begins.
const TITLE: &str = "# kioskd bundle ";
/// What it looks like, for messages.
const EXAMPLE: &str = "# kioskd bundle 50-prices 17";
/// The longest name: a file's, with its ending, on any system.
const LONGEST_NAME: usize = 64;

/// A bundle that someone who is trusted has signed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bundle {
    /// Where it was read.
    path: PathBuf,
    /// What it is called, and how new it is.
    pub title: Title,
    /// What the signer has said of it; signed as well.
    pub comment: String,
    /// All of it, with the title.
    text: String,
}

/// What the first line of a bundle says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Title {
    /// The name of the drop-in that it becomes, without its ending.
    pub name: String,
    /// Each one that is published has a greater one than those before.
    pub version: u64,
}

/// A bundle that was put in place.
#[derive(Clone, PartialEq, Debug)]
pub struct Installed {
    /// The drop-in.
    pub path: PathBuf,
    /// What stood there before. None: nothing, or no bundle.
    pub before: Option<Title>,
    /// Whether it was in place already, byte for byte.
    pub was_there: bool,
    /// What the configuration comes to with it.
    pub loaded: super::Loaded,
}

/// Why a bundle is not taken. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// A file cannot be read.
    #[error("{what} {path:?} cannot be read\n  to do: let the user who imports read it (root may)")]
    Unreadable {
        /// What it is for.
        what: &'static str,
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file is not what it should be.
    #[error("{what} {path:?} {wrong}\n  to do: {fix}")]
    Unfit {
        /// What it is for.
        what: &'static str,
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        wrong: String,
        /// What to do about it.
        fix: &'static str,
    },
    /// Somebody else has signed it.
    #[error(
        "{signature:?} was made with a key that is not in {trusted:?}\n  to do: sign it with the \
         fleet's key; if the key has changed, install its new public key first"
    )]
    OtherKey {
        /// The signature.
        signature: PathBuf,
        /// The keys that are trusted.
        trusted: PathBuf,
    },
    /// The signature is not of these bytes.
    #[error(
        "the signature {signature:?} is not of this {bundle:?}: one of the two was changed or cut \
         off after it was signed\n  to do: fetch both again; if it stays, find out who changed them"
    )]
    Forged {
        /// The signature.
        signature: PathBuf,
        /// The bundle.
        bundle: PathBuf,
    },
    /// What is installed is as new, or newer.
    #[error(
        "{name} {offered} is not newer than {name} {installed}, which is installed\n  to do: give \
         what you publish a greater version each time; to go back all the same: --force"
    )]
    NotNewer {
        /// The bundle's name.
        name: String,
        /// Its version.
        offered: u64,
        /// That of the one in place.
        installed: u64,
    },
    /// What would be replaced is no bundle.
    #[error(
        "{path:?} is there and {why}\n  to do: move it away, give the bundle another name, or \
         replace it with --force"
    )]
    Foreign {
        /// The drop-in.
        path: PathBuf,
        /// What it is instead.
        why: &'static str,
    },
    /// The configuration would be wrong with it.
    #[error(transparent)]
    Configuration(#[from] ConfigError),
    /// Another import is under way.
    #[error(
        "another import into {folder:?} is under way\n  to do: wait for its end, then try again"
    )]
    Busy {
        /// The folder of the configuration.
        folder: PathBuf,
    },
    /// It cannot be written.
    #[error(
        "{path:?} cannot be written\n  to do: import as root (sudo), and look at the disk (df)"
    )]
    Unwritable {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl Bundle {
    /// Reads a bundle, and believes nothing of it before its signature is found to be of a key that
    /// is trusted.
    pub fn open(path: &Path, signature: &Path, trusted: &Path) -> Result<Self, BundleError> {
        let bytes = read("the bundle", path, MOST_BYTES)?;
        let comment = signature::verify(path, &bytes, signature, trusted)?;
        let unfit = |wrong: &str, fix| BundleError::Unfit {
            what: "the bundle",
            path: path.to_owned(),
            wrong: wrong.to_owned(),
            fix,
        };
        let text = String::from_utf8(bytes)
            .map_err(|_| unfit("is not UTF-8 text", "a bundle is a drop-in, not an archive"))?;
        let title = Title::of(&text).map_err(|wrong| {
            let fix = "begin it with a line such as `# kioskd bundle 50-prices 17`: name, version";
            unfit(&wrong, fix)
        })?;
        Ok(Self { path: path.to_owned(), title, comment, text })
    }

    /// Puts it into `conf.d` beside the configuration, if all that this comes to is right.
    ///
    /// `force` takes one that is not newer, or that replaces what is no bundle. It never takes a
    /// configuration that is wrong.
    pub fn install(
        &self,
        configuration: &Path,
        environment: &[(String, String)],
        force: bool,
    ) -> Result<Installed, BundleError> {
        install::install(self, configuration, environment, force)
    }
}

impl Title {
    fn of(text: &str) -> Result<Self, String> {
        let line = text.lines().next().unwrap_or_default();
        let Some(rest) = line.strip_prefix(TITLE) else {
            return Err(format!("has no title: its first line is not like {EXAMPLE:?}"));
        };
        let words: Vec<&str> = rest.split_whitespace().collect();
        let [name, version] = words.as_slice() else {
            return Err(format!("has a title without a name and a version, as in {EXAMPLE:?}"));
        };
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if name.len() > LONGEST_NAME || name.starts_with('-') || !name.chars().all(is_part) {
            return Err(format!(
                "is called {name:?}; a name is 1 to {LONGEST_NAME} ASCII letters, digits, '-' or '_'"
            ));
        }
        let is_number = version.bytes().all(|byte| byte.is_ascii_digit());
        let number = version.parse().ok().filter(|number| is_number && *number > 0);
        let Some(version) = number else {
            return Err(format!(
                "has the version {version:?}; a version is a whole number from 1 to {}",
                u64::MAX
            ));
        };
        Ok(Self { name: (*name).to_owned(), version })
    }
}

/// Reads a file of a length that can be expected.
fn read(what: &'static str, path: &Path, most: u64) -> Result<Vec<u8>, BundleError> {
    let unreadable = |source: io::Error| {
        if source.kind() != ErrorKind::NotFound {
            return BundleError::Unreadable { what, path: path.to_owned(), source };
        }
        BundleError::Unfit {
            what,
            path: path.to_owned(),
            wrong: "is not there".to_owned(),
            fix: signature::missing(what),
        }
    };
    let unfit = |wrong: String| BundleError::Unfit {
        what,
        path: path.to_owned(),
        wrong,
        fix: "check that it is the right file",
    };
    // Asked before opening: opening a pipe that nobody writes to would wait for ever.
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(unfit("is not a regular file".to_owned()));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(most + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > most) {
        return Err(unfit(format!("is longer than {most} bytes")));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_has_a_name_that_is_no_path_and_a_version() {
        let title = Title::of("# kioskd bundle 50-prices 17\n[product.A1]\n").unwrap();
        assert_eq!((title.name.as_str(), title.version), ("50-prices", 17));
        let long = format!("# kioskd bundle {} 1", "x".repeat(65));
        for (line, wanted) in [
            ("", "no title"),
            ("[product.A1]", "no title"),
            ("\u{feff}# kioskd bundle prices 1", "no title"),
            ("# kioskd bundle ", "without a name and a version"),
            ("# kioskd bundle prices", "without a name and a version"),
            ("# kioskd bundle prices 1 2", "without a name and a version"),
            ("# kioskd bundle ../prices 1", "a name is"),
            ("# kioskd bundle /etc/passwd 1", "a name is"),
            ("# kioskd bundle .prices 1", "a name is"),
            ("# kioskd bundle -rf 1", "a name is"),
            ("# kioskd bundle pr\u{ef}ces 1", "a name is"),
            (&long, "a name is"),
            ("# kioskd bundle prices 0", "a version is"),
            ("# kioskd bundle prices -1", "a version is"),
            ("# kioskd bundle prices +1", "a version is"),
            ("# kioskd bundle prices 1.2", "a version is"),
            ("# kioskd bundle prices 18446744073709551616", "a version is"),
        ] {
            let wrong = Title::of(line).unwrap_err();
            assert!(wrong.contains(wanted), "{line:?}: {wrong}");
        }
    }
}
