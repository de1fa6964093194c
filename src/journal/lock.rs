//! One kioskd for one state: a lock on a file beside the database.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use super::error::JournalError;

/// A child inherits the lock until it has become another program. If kioskd is killed in that moment
/// the next one finds the lock held by nobody who will keep it.
const BRIEFLY: Duration = Duration::from_millis(500);

/// Between two tries.
const PAUSE: Duration = Duration::from_millis(5);

/// Held for as long as the value lives, through every reopening of the database. The kernel drops
/// it with the process, so that a kill leaves nothing to clean up; the file itself stays.
#[derive(Debug)]
pub(super) struct StateLock {
    _file: File,
}

impl StateLock {
    /// Takes the lock, or says which process has it.
    pub(super) fn take(state_dir: &Path) -> Result<Self, JournalError> {
        let path = state_dir.join("lock");
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(|error| JournalError::from_io(&path, error))?;
        match lock(&file) {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(JournalError::Locked { path, pid: read_pid(&mut file) });
            }
            Err(TryLockError::Error(error)) => return Err(JournalError::from_io(&path, error)),
        }
        // The pid only serves the other one's message: a full disk must not keep us from starting.
        let _ = write_pid(&mut file);
        Ok(Self { _file: file })
    }
}

/// Waits for a lock that is only held briefly.
fn lock(file: &File) -> Result<(), TryLockError> {
    let limit = Instant::now() + BRIEFLY;
    loop {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) if Instant::now() < limit => std::thread::sleep(PAUSE),
            result => return result,
        }
    }
}

/// Fixed width, so that no leftover of a longer pid remains and nothing needs to be truncated.
fn write_pid(file: &mut File) -> std::io::Result<()> {
    file.write_all(format!("{:<10}\n", std::process::id()).as_bytes())
}

fn read_pid(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.take(16).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_child_holds_for_a_moment_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let held = StateLock::take(folder.path()).unwrap();
        let child = std::thread::spawn(move || {
            std::thread::sleep(BRIEFLY / 10);
            drop(held);
        });
        StateLock::take(folder.path()).unwrap();
        child.join().unwrap();
    }
}
