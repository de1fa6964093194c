//! The line between a kiosk and Stripe: TCP that takes its time.
//!
//! ```text
//! kiosk ──▶ one way ──▶ Stripe      each chunk arrives so much later than it was sent
//!       ◀── one way ◀──
//! ```
//!
//! A new connection costs a round trip before its first byte leaves, as TCP's handshake does: over
//! loopback the kernel answers at once. A connection on which nothing has moved for a while is
//! closed, as servers and the carriers' address translation do.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

/// How often a silent connection is looked at.
const LOOKS: Duration = Duration::from_secs(1);

/// What the line is like.
#[derive(Clone, Copy)]
pub struct Nature {
    /// From one end to the other.
    pub one_way: Duration,
    /// A connection that is silent for so long is closed.
    pub forgets_after: Duration,
}

/// A line, as long as it is held.
pub struct Line {
    address: SocketAddr,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    over: AtomicBool,
    opened: AtomicU64,
}

impl Line {
    /// A line to the server at `far`.
    pub fn start(far: SocketAddr, nature: Nature) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("a port of its own");
        let state = Arc::new(State::default());
        let seen = Arc::clone(&state);
        thread::spawn(move || {
            for near in listener.incoming() {
                if seen.over.load(Ordering::Relaxed) {
                    return;
                }
                let Ok(near) = near else { continue };
                seen.opened.fetch_add(1, Ordering::Relaxed);
                // A server that is gone closes the connection, as it would without the line.
                drop(connect(near, far, nature));
            }
        });
        Self { address, state }
    }

    /// Where the kiosk connects to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many connections there were.
    pub fn opened(&self) -> u64 {
        self.state.opened.load(Ordering::Relaxed)
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.state.over.store(true, Ordering::Relaxed);
        // Wakes the listener, which then sees that it is over.
        drop(TcpStream::connect(self.address));
    }
}

fn connect(near: TcpStream, far: SocketAddr, nature: Nature) -> io::Result<()> {
    let begun = Instant::now();
    let far = TcpStream::connect(far)?;
    for end in [&near, &far] {
        end.set_nodelay(true)?;
        end.set_read_timeout(Some(LOOKS))?;
    }
    let moved = Arc::new(Moved { begun, millis: AtomicU64::new(0) });
    let established = begun + 2 * nature.one_way;
    carry(near.try_clone()?, far.try_clone()?, nature, established, Arc::clone(&moved));
    carry(far, near, nature, begun, moved);
    Ok(())
}

/// When a connection last moved a byte.
struct Moved {
    begun: Instant,
    millis: AtomicU64,
}

impl Moved {
    fn now(&self) {
        let millis = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.millis.store(millis, Ordering::Relaxed);
    }

    fn silent_for(&self) -> Duration {
        let moved = Duration::from_millis(self.millis.load(Ordering::Relaxed));
        self.begun.elapsed().saturating_sub(moved)
    }
}

/// One direction: whoever reads stamps each chunk, whoever writes waits until it is due.
fn carry(
    mut from: TcpStream,
    mut to: TcpStream,
    nature: Nature,
    not_before: Instant,
    moved: Arc<Moved>,
) {
    let (sender, chunks) = mpsc::channel::<(Instant, Vec<u8>)>();
    thread::spawn(move || {
        let mut buffer = [0; 16 * 1024];
        loop {
            match from.read(&mut buffer) {
                Ok(0) => return,
                Ok(count) => {
                    moved.now();
                    let due = Instant::now().max(not_before) + nature.one_way;
                    if sender.send((due, buffer[..count].to_vec())).is_err() {
                        return;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    if moved.silent_for() >= nature.forgets_after {
                        return;
                    }
                }
                Err(_) => return,
            }
        }
    });
    thread::spawn(move || {
        for (due, chunk) in chunks {
            thread::sleep(due.saturating_duration_since(Instant::now()));
            if to.write_all(&chunk).is_err() {
                break;
            }
        }
        // Both directions end together: nothing here speaks with half a connection.
        drop(to.shutdown(Shutdown::Both));
    });
}
