//! While a customer is served, whoever is about to restart the machine is asked to wait: by a lock of
//! systemd-logind's, held by `systemd-inhibit`. Without logind there is none, and nothing is lost: a
//! sale survives a restart, its customer has to wait.

use std::process::Stdio;

use tokio::process::{Child, Command};
use tokio::task::{JoinHandle, spawn_blocking};

use crate::daemon::notify;

/// The lock, while it is held.
#[derive(Debug, Default)]
pub struct Inhibitor {
    holder: Option<JoinHandle<Option<Child>>>,
    /// Whether the lock was asked for, so that one that cannot be had is not asked for in each turn.
    wanted: bool,
}

impl Inhibitor {
    /// Takes the lock, or gives it back.
    pub fn hold(&mut self, is_serving: bool) {
        if self.wanted == is_serving {
            return;
        }
        self.wanted = is_serving;
        // Dropped, the holder is killed, and with it the lock is gone. A process begins on another
        // thread: it takes milliseconds, in which nothing would be sent to Stripe.
        self.holder = is_serving.then(|| spawn_blocking(lock));
    }
}

/// What holds the lock for as long as it lives, but not for longer than any customer takes. logind
/// may refuse: see packaging/polkit.
fn lock() -> Option<Child> {
    let mut command = Command::new("systemd-inhibit");
    command
        .args(["--what=shutdown:sleep", "--mode=block", "--who=kioskd"])
        .args(["--why=a customer is being served", "sleep", "900"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    notify::keep_from(&mut command);
    // Not every machine has it, and none needs it.
    command.spawn().ok()
}
