//! Watches the journal's files, so that the daemon can be killed between two of its writes.

use std::mem::MaybeUninit;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::inotify::{self, CreateFlags, WatchFlags};

use crate::life::Life;
use crate::points::Site;

/// How often it looks whether it is still wanted.
const LOOKS_UP: Timespec = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };

/// The watcher.
pub struct Writes {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Writes {
    /// Watches the folder of a journal.
    pub fn to(folder: &Path, life: Arc<Life>) -> Self {
        let flags = CreateFlags::NONBLOCK | CreateFlags::CLOEXEC;
        let queue = inotify::init(flags).unwrap();
        inotify::add_watch(&queue, folder, WatchFlags::MODIFY).unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let ends = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            let mut bytes = [MaybeUninit::uninit(); 4096];
            let mut written = inotify::Reader::new(&queue, &mut bytes);
            while !ends.load(Ordering::Relaxed) {
                let _ = poll(&mut [PollFd::new(&queue, PollFlags::IN)], Some(&LOOKS_UP));
                while let Ok(event) = written.next() {
                    let name = event.file_name().map(|name| name.to_bytes().to_owned());
                    if name.is_some_and(|name| name.starts_with(b"journal.db")) {
                        life.reached(Site::Write);
                    }
                }
            }
        });
        Self { stop, thread: Some(thread) }
    }
}

impl Drop for Writes {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
