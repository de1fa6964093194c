//! What a printer hangs on: a port, the kernel's device of a USB printer, or a network.

use std::error::Error;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use tokio::io::unix::AsyncFd;
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use crate::serial::PortSettings;
use crate::serial::port::Port;
use crate::wiring::printer::PrinterAt;

/// How long a printer in the network may take to be reached.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// How long a printer may take no byte: it prints, and its memory may be full meanwhile.
const WRITE_LIMIT: Duration = Duration::from_secs(10);
/// How much is written at once: at 9600 baud some 70 ms, far below a port's own limit.
const PIECE: usize = 64;
/// What arrives this soon after a port was opened was said to somebody else.
const SETTLE: Duration = Duration::from_millis(50);
/// The wait after a USB printer has said that it has nothing to say, which some do at once.
const NOTHING_SAID: Duration = Duration::from_millis(50);
/// The kernel's number of USB printers, `/dev/usb/lp0` to `lp15`. Source: Linux, `devices.txt`.
const USB_MAJOR: u32 = 180;

/// An open way to a printer.
pub(super) enum Wire {
    Serial(Port),
    Usb(AsyncFd<OwnedFd>),
    Net(TcpStream),
}

/// A write that failed.
pub(super) struct Broken {
    /// Whether it is certain that no byte has left.
    pub(super) is_whole_left: bool,
    /// For people.
    pub(super) why: String,
}

impl Wire {
    pub(super) async fn open(at: &PrinterAt) -> Result<Self, String> {
        match at {
            PrinterAt::Address(address) => {
                let connected = timeout(CONNECT_LIMIT, TcpStream::connect(address)).await;
                let stream = connected.map_err(|_elapsed| "it cannot be reached".to_owned())?;
                let stream = stream.map_err(|error| format!("it cannot be reached: {error}"))?;
                stream.set_nodelay(true).map_err(|error| error.to_string())?;
                Ok(Self::Net(stream))
            }
            PrinterAt::Device { path, .. } if is_usb_printer(path) => {
                open_usb(path.clone()).await.map(Self::Usb)
            }
            PrinterAt::Device { path, baud } => {
                let settings = PortSettings { device: path.clone(), baud: *baud };
                let port = Port::open(settings).await.map_err(|error| match error.source() {
                    Some(source) => format!("{error}: {source}"),
                    None => error.to_string(),
                })?;
                let _mid_line = port.discard(SETTLE).await.map_err(|error| error.to_string())?;
                Ok(Self::Serial(port))
            }
        }
    }

    /// Waits for bytes, at least one. May be dropped and called again, and none is lost by that.
    pub(super) async fn read(&self, bytes: &mut [u8]) -> Result<usize, String> {
        let read = match self {
            Self::Serial(port) => port.read(bytes).await,
            Self::Usb(fd) => read_usb(fd, bytes).await,
            Self::Net(stream) => read_net(stream, bytes).await,
        };
        read.map_err(|error| error.to_string())
    }

    /// Hands over all bytes.
    pub(super) async fn write(&self, bytes: &[u8]) -> Result<(), Broken> {
        let mut left = bytes;
        while !left.is_empty() {
            let piece = &left[..left.len().min(PIECE)];
            let why = match timeout(WRITE_LIMIT, self.write_some(piece)).await {
                Ok(Ok(count)) => {
                    left = left.get(count..).unwrap_or_default();
                    continue;
                }
                Ok(Err(error)) => error.to_string(),
                Err(_elapsed) => "it takes no more bytes".to_owned(),
            };
            // A port may have taken a part of the piece that it failed at.
            let may_be_less = matches!(self, Self::Serial(_));
            let is_whole_left = left.len() == bytes.len() && !may_be_less;
            return Err(Broken { is_whole_left, why });
        }
        Ok(())
    }

    async fn write_some(&self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Serial(port) => port.write(bytes).await.map(|()| bytes.len()),
            Self::Usb(fd) => loop {
                let mut ready = fd.writable().await?;
                match ready.try_io(|fd| Ok(rustix::io::write(fd, bytes)?)) {
                    Ok(Err(error)) if error.kind() == io::ErrorKind::Interrupted => {}
                    Ok(written) => return written,
                    Err(_would_block) => {}
                }
            },
            Self::Net(stream) => loop {
                stream.writable().await?;
                match stream.try_write(bytes) {
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                    written => return written,
                }
            },
        }
    }

    /// Whether it is gone, though no read has told so yet.
    pub(super) fn hung_up(&self) -> bool {
        match self {
            Self::Serial(port) => port.hung_up(),
            Self::Usb(fd) => has_hung_up(fd.as_fd()),
            Self::Net(stream) => has_hung_up(stream.as_fd()),
        }
    }

    pub(super) fn close(self) {
        if let Self::Serial(port) = self {
            port.close();
        }
    }
}

/// What is not there is taken for a port, whose opening says so.
fn is_usb_printer(path: &Path) -> bool {
    rustix::fs::stat(path).is_ok_and(|device| {
        let is_device = rustix::fs::FileType::from_raw_mode(device.st_mode)
            == rustix::fs::FileType::CharacterDevice;
        is_device && rustix::fs::major(device.st_rdev) == USB_MAJOR
    })
}

async fn open_usb(path: PathBuf) -> Result<AsyncFd<OwnedFd>, String> {
    let open = move || {
        let flags = OFlags::RDWR | OFlags::NONBLOCK | OFlags::CLOEXEC;
        rustix::fs::open(path, flags, Mode::empty())
    };
    // On a thread of its own, since a USB device may take seconds to open.
    let opened = tokio::task::spawn_blocking(open).await.map_err(|error| error.to_string())?;
    let fd = opened.map_err(|error| match error {
        Errno::BUSY => "another program is using it".to_owned(),
        _ => format!("cannot open it: {error}"),
    })?;
    #[expect(
        deprecated,
        reason = "its successor is unsafe, which this crate forbids; sound here, since the \
                  descriptor is owned and neither replaced nor closed while it is registered"
    )]
    let registered = AsyncFd::new(fd);
    registered.map_err(|error| format!("cannot wait for it: {error}"))
}

async fn read_usb(fd: &AsyncFd<OwnedFd>, bytes: &mut [u8]) -> io::Result<usize> {
    loop {
        let mut ready = fd.readable().await?;
        match ready.try_io(|fd| Ok(rustix::io::read(fd, &mut *bytes)?)) {
            Ok(Ok(0)) => sleep(NOTHING_SAID).await,
            // One that only listens: what else is wrong with it shows when it is written to.
            Ok(Err(error)) if error.raw_os_error() == Some(Errno::INVAL.raw_os_error()) => {
                return std::future::pending().await;
            }
            Ok(Err(error)) if error.kind() == io::ErrorKind::Interrupted => {}
            Ok(read) => return read,
            Err(_would_block) => {}
        }
    }
}

async fn read_net(stream: &TcpStream, bytes: &mut [u8]) -> io::Result<usize> {
    loop {
        stream.readable().await?;
        match stream.try_read(bytes) {
            Ok(0) => return Err(io::Error::other("it has closed the connection")),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            read => return read,
        }
    }
}

fn has_hung_up(fd: BorrowedFd<'_>) -> bool {
    let mut fds = [PollFd::from_borrowed_fd(fd, PollFlags::RDHUP)];
    let looked = poll(&mut fds, Some(&Timespec { tv_sec: 0, tv_nsec: 0 }));
    let gone = PollFlags::RDHUP | PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL;
    looked.is_ok() && fds[0].revents().intersects(gone)
}
