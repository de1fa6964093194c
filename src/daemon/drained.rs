//! That a person has taken the kiosk out of service, kept in `kiosk.state_dir`: no restart, crash or
//! update puts a machine back into service whose door is open.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::daemon::clock;
use crate::kiosk::service::Drained;

/// Longer than whatever [`DrainFile::write`] makes.
const MOST_BYTES: u64 = 8 * 1024;

/// The file. It is there while the kiosk is out of service.
#[derive(Clone, Debug)]
pub(super) struct DrainFile {
    folder: PathBuf,
}

impl DrainFile {
    pub(super) fn in_folder(state_dir: &Path) -> Self {
        Self { folder: state_dir.to_owned() }
    }

    fn path(&self) -> PathBuf {
        self.folder.join("drained.json")
    }

    /// What it says. A file that cannot be read or understood says so all the same: somebody wrote
    /// it.
    pub(super) fn read(&self) -> Option<Drained> {
        let unreadable = |why: String| {
            let why = Some(format!("{} cannot be read: {why}", self.path().display()));
            Some(Drained { by: "somebody".into(), why, since: clock::now().wall })
        };
        let mut text = String::new();
        let read = File::open(self.path())
            .and_then(|file| file.take(MOST_BYTES).read_to_string(&mut text));
        match read {
            Ok(_) => serde_json::from_str(&text).map_or_else(|e| unreadable(e.to_string()), Some),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => unreadable(error.to_string()),
        }
    }

    /// Writes it, on disk when this returns, whole or not at all.
    pub(super) fn write(&self, drained: &Drained) -> std::io::Result<()> {
        let new = self.folder.join("drained.json.new");
        let mut file =
            OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
        file.write_all(&serde_json::to_vec(drained)?)?;
        file.sync_all()?;
        std::fs::rename(&new, self.path())?;
        self.sync_folder()
    }

    /// Takes it away, on disk when this returns.
    pub(super) fn remove(&self) -> std::io::Result<()> {
        match std::fs::remove_file(self.path()) {
            Ok(()) => self.sync_folder(),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn sync_folder(&self) -> std::io::Result<()> {
        File::open(&self.folder)?.sync_all()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::WallTime;

    #[test]
    fn what_was_written_is_read_until_it_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let file = DrainFile::in_folder(folder.path());
        assert_eq!(file.read(), None);
        let why = Some("the door is \"open\"\n".to_owned());
        let drained = Drained { by: "user 0".into(), why, since: WallTime(1_790_000_000_123) };
        file.write(&drained).unwrap();
        assert_eq!(file.read(), Some(drained));
        file.remove().unwrap();
        assert_eq!(file.read(), None);
        file.remove().unwrap();
    }

    #[test]
    fn a_damaged_file_keeps_the_kiosk_out_of_service() {
        let folder = tempfile::tempdir().unwrap();
        let file = DrainFile::in_folder(folder.path());
        for rubbish in ["", "{", "{\"by\": 1}", "\u{fffd}"] {
            std::fs::write(file.path(), rubbish).unwrap();
            let why = file.read().unwrap().why.unwrap();
            assert!(why.contains("drained.json cannot be read"), "{why}");
        }
        std::fs::write(file.path(), [0xff, 0xfe]).unwrap();
        assert!(file.read().is_some());
    }
}
