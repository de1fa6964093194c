//! One open serial port.
//!
//! Opened by hand rather than with a crate: HUPCL must be cleared, DTR left as the kernel raised
//! it, and the file descriptor reached without `unsafe`.

use std::io;
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags};
use rustix::fs::{FlockOperation, Mode, OFlags};
use rustix::io::Errno;
use rustix::termios::{self, ControlModes, InputModes, OptionalActions, QueueSelector};
use tokio::io::unix::AsyncFd;
use tokio::time::{Instant, timeout, timeout_at};

use super::PortSettings;

/// The longest that a line may take to be handed to the kernel. 64 bytes take 70 ms at 9600 baud.
const WRITE_LIMIT: Duration = Duration::from_secs(2);

/// Device numbers of the far ends of pseudoterminals (Linux, `devices.txt`).
const PTY_MAJORS: std::ops::RangeInclusive<u32> = 136..=143;

/// Why a port could not be opened. The caller tries again.
#[derive(Debug, thiserror::Error)]
pub enum PortError {
    /// There is no such device, or we may not open it.
    #[error("cannot open it")]
    Open(#[source] Errno),
    /// Another program holds it.
    #[error("another program is using it")]
    InUse,
    /// It opened, but is no serial port, or not one that can do this speed.
    #[error("it does not take the settings of a serial port")]
    Settings(#[source] Errno),
    /// The runtime could not wait for it.
    #[error("cannot wait for it")]
    Wait(#[source] io::Error),
}

/// An open port: raw bytes, 8N1, no flow control.
#[derive(Debug)]
pub struct Port {
    fd: AsyncFd<OwnedFd>,
}

impl Port {
    /// Opens the port. Neither DTR nor RTS is touched, and HUPCL is cleared, so that a board which
    /// resets on DTR is not reset when the daemon restarts.
    ///
    /// On a thread of its own, since a USB device may take seconds to open.
    pub async fn open(settings: PortSettings) -> Result<Self, PortError> {
        let opened = tokio::task::spawn_blocking(move || open_device(&settings)).await;
        let fd = opened.map_err(|error| PortError::Wait(error.into()))??;
        #[expect(
            deprecated,
            reason = "its successor is unsafe, which this crate forbids; sound here, since the \
                      descriptor is owned and neither replaced nor closed while it is registered"
        )]
        let registered = AsyncFd::new(fd);
        Ok(Self { fd: registered.map_err(PortError::Wait)? })
    }

    /// Drops what arrives within `time`, and says whether that ended in the middle of a line.
    pub async fn discard(&self, time: Duration) -> io::Result<bool> {
        let end = Instant::now() + time;
        let mut mid_line = false;
        let mut bytes = [0; 512];
        while let Ok(read) = timeout_at(end, self.read(&mut bytes)).await {
            let count = read?;
            mid_line = bytes[..count].last() != Some(&b'\n');
            // Looked at here too, since reading a flood never waits.
            if Instant::now() >= end {
                break;
            }
        }
        Ok(mid_line)
    }

    /// Waits for bytes, at least one. Can be dropped while waiting without losing any.
    pub async fn read(&self, bytes: &mut [u8]) -> io::Result<usize> {
        loop {
            let mut ready = self.fd.readable().await?;
            match ready.try_io(|fd| Ok(rustix::io::read(fd, &mut *bytes)?)) {
                Ok(Ok(0)) => return Err(io::Error::other("the device hung up")),
                Ok(Ok(count)) => return Ok(count),
                Ok(Err(error)) if error.kind() == io::ErrorKind::Interrupted => {}
                Ok(Err(error)) => return Err(error),
                Err(_would_block) => {}
            }
        }
    }

    /// Hands all bytes to the kernel, in one call if it takes them. After an error any number of
    /// them may have left.
    pub async fn write(&self, bytes: &[u8]) -> io::Result<()> {
        match timeout(WRITE_LIMIT, self.write_all(bytes)).await {
            Ok(result) => result,
            Err(_elapsed) => Err(io::Error::other("the device does not take bytes")),
        }
    }

    async fn write_all(&self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let mut ready = self.fd.writable().await?;
            match ready.try_io(|fd| Ok(rustix::io::write(fd, bytes)?)) {
                Ok(Ok(count)) => bytes = bytes.get(count..).unwrap_or_default(),
                Ok(Err(error)) if error.kind() == io::ErrorKind::Interrupted => {}
                Ok(Err(error)) => return Err(error),
                Err(_would_block) => {}
            }
        }
        Ok(())
    }

    /// Whether the device is gone, though no read has told so yet.
    pub fn hung_up(&self) -> bool {
        let mut fds = [PollFd::new(&self.fd, PollFlags::empty())];
        let now = rustix::event::Timespec { tv_sec: 0, tv_nsec: 0 };
        let looked = rustix::event::poll(&mut fds, Some(&now));
        looked.is_ok()
            && fds[0].revents().intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL)
    }

    /// Closes a broken port on a thread of its own, dropping what the device has not taken: the
    /// kernel may wait 30 s for a device that takes nothing.
    pub fn close(self) {
        tokio::task::spawn_blocking(move || {
            let _gone_already = termios::tcflush(&self.fd, QueueSelector::OFlush);
        });
    }
}

fn open_device(settings: &PortSettings) -> Result<OwnedFd, PortError> {
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let fd = match rustix::fs::open(&settings.device, flags, Mode::empty()) {
        Ok(fd) => fd,
        Err(Errno::BUSY) => return Err(PortError::InUse),
        Err(error) => return Err(PortError::Open(error)),
    };
    rustix::fs::flock(&fd, FlockOperation::NonBlockingLockExclusive)
        .map_err(|_would_block| PortError::InUse)?;
    configure(&fd, settings.baud).map_err(PortError::Settings)?;
    Ok(fd)
}

fn configure(fd: &OwnedFd, baud: u32) -> Result<(), Errno> {
    let mut modes = termios::tcgetattr(fd)?;
    modes.make_raw();
    modes.input_modes.remove(InputModes::IXON | InputModes::IXOFF | InputModes::IXANY);
    let unwanted = ControlModes::HUPCL
        | ControlModes::CRTSCTS
        | ControlModes::CSTOPB
        | ControlModes::PARENB
        | ControlModes::CSIZE;
    modes.control_modes.remove(unwanted);
    modes.control_modes.insert(ControlModes::CS8 | ControlModes::CREAD | ControlModes::CLOCAL);
    modes.set_speed(baud)?;
    termios::tcsetattr(fd, OptionalActions::Now, &modes)?;
    // Keeps out programs that do not look at the lock. Not on a pty, where the mark would outlive
    // a killed daemon and shut out the next one.
    if !PTY_MAJORS.contains(&rustix::fs::major(rustix::fs::fstat(fd)?.st_rdev)) {
        termios::ioctl_tiocexcl(fd)?;
    }
    termios::tcflush(fd, QueueSelector::IFlush)
}
