//! Serial boards for tests: a pseudoterminal whose far end kioskd opens as a serial port.
//!
//! ```ignore
//! let mut jack = Jack::new();          // jack.path() goes into the configuration
//! let mut keypad = jack.plug_in();
//! keypad.press("A1");
//! jack.unplug(keypad);                 // the device vanishes
//! ```
//!
//! Everything blocks, with a limit, and panics when the limit is over. A line sent before kioskd
//! has told that it is connected is dropped by it, as with a real board.

#![allow(dead_code, reason = "each test binary uses a part of it")]

pub mod vending;

use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};

/// Longer than anything that these tests wait for takes on a slow machine.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A board: what it sends arrives at kioskd's serial port, and the other way round.
///
/// Dropping it hangs the port up.
pub struct Board {
    master: OwnedFd,
    /// Kept open, so that the board does not notice whether kioskd is there.
    slave: OwnedFd,
    path: PathBuf,
    unread: Vec<u8>,
}

impl Board {
    /// A new board with a device path of its own.
    pub fn new() -> Self {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let master = openpt(flags).expect("a pty");
        grantpt(&master).expect("a pty that is ours");
        unlockpt(&master).expect("a pty that is unlocked");
        let name = ptsname(&master, Vec::new()).expect("a pty with a name");
        let path = PathBuf::from(std::ffi::OsString::from_vec(name.into_bytes()));
        let slave_flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let slave = rustix::fs::open(&path, slave_flags, Mode::empty()).expect("the far end");
        // Else what is sent before kioskd opens it would be echoed.
        let mut modes = tcgetattr(&slave).expect("modes");
        modes.make_raw();
        tcsetattr(&slave, OptionalActions::Now, &modes).expect("raw mode");
        rustix::fs::fcntl_setfl(&master, OFlags::NONBLOCK).expect("a pty that never blocks");
        Self { master, slave, path, unread: Vec::new() }
    }

    /// The device for kioskd's configuration.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The port's settings as kioskd left them.
    pub fn modes(&self) -> Termios {
        tcgetattr(&self.slave).expect("modes")
    }

    /// Sends a key, as a selection board does: `A1`, `CANCEL`, `PAY`, `REMOVE A1`.
    pub fn press(&self, key: &str) {
        self.send_line(key);
    }

    /// Sends a line and its LF.
    pub fn send_line(&self, line: &str) {
        self.send_bytes(format!("{line}\n").as_bytes());
    }

    /// Sends bytes as they are, waiting for kioskd to take them if need be.
    pub fn send_bytes(&self, mut bytes: &[u8]) {
        let deadline = Instant::now() + PATIENCE;
        while !bytes.is_empty() {
            assert!(self.wait_for(PollFlags::OUT, deadline), "kioskd does not take bytes");
            match rustix::io::write(&self.master, bytes) {
                Ok(count) => bytes = &bytes[count..],
                Err(rustix::io::Errno::AGAIN | rustix::io::Errno::INTR) => {}
                Err(error) => panic!("cannot send: {error}"),
            }
        }
    }

    /// The next line that kioskd sent, without its LF; `None` if none came in time.
    pub fn next_line(&mut self, limit: Duration) -> Option<String> {
        let deadline = Instant::now() + limit;
        loop {
            if let Some(end) = self.unread.iter().position(|&byte| byte == b'\n') {
                let line: Vec<u8> = self.unread.drain(..=end).collect();
                return Some(String::from_utf8_lossy(&line[..end]).into_owned());
            }
            if !self.wait_for(PollFlags::IN, deadline) {
                return None;
            }
            let mut bytes = [0; 512];
            match rustix::io::read(&self.master, &mut bytes) {
                Ok(count) => self.unread.extend_from_slice(&bytes[..count]),
                Err(rustix::io::Errno::AGAIN | rustix::io::Errno::INTR) => {}
                Err(error) => panic!("cannot read: {error}"),
            }
        }
    }

    /// What kioskd has sent since, as bytes.
    pub fn take_bytes(&mut self) -> Vec<u8> {
        let mut bytes = [0; 512];
        while let Ok(count) = rustix::io::read(&self.master, &mut bytes) {
            self.unread.extend_from_slice(&bytes[..count]);
        }
        std::mem::take(&mut self.unread)
    }

    /// The next line that kioskd sent, which must come in time.
    #[track_caller]
    pub fn expect_line(&mut self, limit: Duration) -> String {
        let line = self.next_line(limit);
        line.unwrap_or_else(|| panic!("no line within {limit:?}; unread: {:?}", self.unread))
    }

    fn wait_for(&self, flags: PollFlags, deadline: Instant) -> bool {
        let left = deadline.saturating_duration_since(Instant::now());
        let left = Timespec::try_from(left).expect("a short time");
        let mut fds = [PollFd::new(&self.master, flags)];
        match poll(&mut fds, Some(&left)) {
            Ok(ready) => ready > 0,
            Err(rustix::io::Errno::INTR) => Instant::now() < deadline,
            Err(error) => panic!("cannot poll: {error}"),
        }
    }
}

/// A place where boards are plugged in: one path, as under `/dev/serial/by-id`.
pub struct Jack {
    path: PathBuf,
    _directory: tempfile::TempDir,
}

impl Jack {
    /// An empty jack: nothing is at its path.
    pub fn new() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        Self { path: directory.path().join("board"), _directory: directory }
    }

    /// The device for kioskd's configuration.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Plugs in a new board. There must be none.
    pub fn plug_in(&self) -> Board {
        let board = Board::new();
        std::os::unix::fs::symlink(board.path(), &self.path).expect("an empty jack");
        board
    }

    /// Pulls the board out: its path vanishes, and the open port hangs up.
    pub fn unplug(&self, board: Board) {
        std::fs::remove_file(&self.path).expect("a board in the jack");
        drop(board);
    }
}
