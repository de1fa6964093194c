//! The last configuration that the kiosk ran on, kept in `kiosk.state_dir`: what a start falls back
//! to when the files cannot be used, because somebody pushed a wrong one, or half of one.
//!
//! It is a configuration in one file, and is checked like any other when it is read. Its first line
//! has a hash of the rest, so that a damaged one is known as such.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::{Loaded, finish, hex, layers, toml};
use crate::time::WallTime;

/// Its name in the folder.
const FILE: &str = "last-good.toml";

/// Longer than whatever the files of a kiosk come to.
const MOST_BYTES: u64 = 16 * 1024 * 1024;

const HASHED: &str = "# sha256 = ";
const KEPT: &str = "# kept = ";

/// A configuration that the kiosk once ran on.
#[derive(Clone, PartialEq, Debug)]
pub struct LastGood {
    /// It.
    pub loaded: Loaded,
    /// When it was kept (RFC 3339): at the start or the reload that took it.
    pub kept: String,
}

/// There is one, and it cannot be used.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the last good configuration {} cannot be used: {why}", path.display())]
pub struct Unusable {
    /// The file.
    pub path: PathBuf,
    /// Why not.
    pub why: String,
}

/// Keeps a configuration in this folder: on disk when this returns, whole or not at all, and only
/// for the daemon's own user to read.
///
/// # Errors
///
/// The folder cannot be written. What was kept before is still there.
pub fn keep(folder: &Path, loaded: &Loaded, at: WallTime) -> io::Result<()> {
    let mut rest = format!(
        "{KEPT}{at}\n# The configuration {} of kioskd {}, written by kioskd itself: see \"When the \
         configuration is\n# wrong\" in operations.md. Nobody reads changes that are made here.\n\n",
        loaded.hash,
        env!("CARGO_PKG_VERSION"),
    );
    rest.push_str(&toml(&loaded.effective, false));
    let text = format!("{HASHED}{}\n{rest}", hash(&rest));
    let new = folder.join(format!("{FILE}.new"));
    let mut file =
        OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&new, folder.join(FILE))?;
    File::open(folder)?.sync_all()
}

/// What was kept in this folder, if anything. `asked` is the configuration that was asked for, which
/// a reload will read again.
///
/// # Errors
///
/// The file is damaged, or this version of kioskd refuses it, or it is another folder's.
pub fn find(folder: &Path, asked: &Path) -> Result<Option<LastGood>, Unusable> {
    let path = folder.join(FILE);
    let unusable = |why: String| Unusable { path: path.clone(), why };
    let Some(text) = read(&path).map_err(|error| unusable(error.to_string()))? else {
        return Ok(None);
    };
    let damaged = || unusable("it is damaged".to_owned());
    let (first, rest) = text.split_once('\n').ok_or_else(damaged)?;
    if first.strip_prefix(HASHED) != Some(&hash(rest)) {
        return Err(damaged());
    }
    let kept = rest.lines().next().and_then(|line| line.strip_prefix(KEPT)).ok_or_else(damaged)?;
    let merged = layers::of_whole_text(&path, &text);
    let loaded = merged.and_then(|merged| finish(&path, merged)?.with_authorities());
    let loaded = loaded.map_err(|error| unusable(error.to_string()))?;
    let state_dir = &loaded.settings.kiosk.state_dir;
    if !is_same(state_dir, folder) {
        return Err(unusable(format!("it is of a kiosk that keeps it in {}", state_dir.display())));
    }
    let loaded = Loaded { source: asked.to_owned(), ..loaded };
    Ok(Some(LastGood { loaded, kept: kept.to_owned() }))
}

fn read(path: &Path) -> io::Result<Option<String>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut text = String::new();
    file.take(MOST_BYTES).read_to_string(&mut text)?;
    Ok(Some(text))
}

/// Whether two paths are one folder, also by way of a link.
fn is_same(one: &Path, other: &Path) -> bool {
    let real = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    one == other || real(one) == real(other)
}

fn hash(text: &str) -> String {
    hex(Sha256::digest(text.as_bytes()).iter())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::config::load;

    /// A folder with a configuration that keeps its things there.
    fn kiosk() -> (tempfile::TempDir, Loaded) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("kioskd.toml");
        let text = format!(
            "[kiosk]\nid = \"lobby\"\nstate_dir = \"{}\"\n[stripe]\nreader = \"tmr_1\"\n\
             [product.A1]\nname = \"Cola\"\nprice = \"2.50\"\n\
             [dispenser.main]\nkind = \"serial\"\ndevice = \"/dev/ttyUSB1\"\n",
            folder.path().display()
        );
        std::fs::write(&file, text).unwrap();
        let loaded = load(&file, &[]).unwrap();
        (folder, loaded)
    }

    #[test]
    fn what_was_kept_is_found_with_the_same_settings() {
        let (folder, loaded) = kiosk();
        assert_eq!(find(folder.path(), &loaded.source), Ok(None));
        keep(folder.path(), &loaded, WallTime(1_790_000_000_123)).unwrap();
        let found = find(folder.path(), &loaded.source).unwrap().unwrap();
        assert_eq!(found.loaded.settings, loaded.settings);
        assert_eq!((&found.loaded.hash, &found.loaded.source), (&loaded.hash, &loaded.source));
        assert_eq!(found.kept, "2026-09-21T14:13:20.123Z");
        assert_eq!(found.loaded.files, [folder.path().join(FILE)]);
        let mode = std::fs::metadata(folder.path().join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_damaged_one_is_never_taken() {
        let (folder, loaded) = kiosk();
        let path = folder.path().join(FILE);
        keep(folder.path(), &loaded, WallTime(1)).unwrap();
        let whole = std::fs::read(&path).unwrap();
        for end in 0..whole.len() {
            std::fs::write(&path, &whole[..end]).unwrap();
            assert!(find(folder.path(), &loaded.source).is_err(), "cut at {end}");
        }
        for at in 0..whole.len() {
            let mut flipped = whole.clone();
            flipped[at] ^= 1;
            std::fs::write(&path, &flipped).unwrap();
            assert!(find(folder.path(), &loaded.source).is_err(), "a bit of byte {at}");
        }
    }

    #[test]
    fn that_of_another_folder_is_not_taken() {
        let (folder, loaded) = kiosk();
        keep(folder.path(), &loaded, WallTime(1)).unwrap();
        let other = tempfile::tempdir().unwrap();
        std::fs::copy(folder.path().join(FILE), other.path().join(FILE)).unwrap();
        let why = find(other.path(), &loaded.source).unwrap_err().to_string();
        assert!(why.contains("it is of a kiosk that keeps it in"), "{why}");
    }
}
