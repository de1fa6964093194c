//! Hangs on purpose, in builds with debug assertions only: the watchdog has to notice.

use crate::daemon::journal_thread::Job;
use crate::daemon::run::Tasks;

/// Makes the driver, the journal's thread or the task of this name hang. False if there is none.
pub(super) fn hang(name: &str, tasks: &Tasks) -> bool {
    match name {
        "driver" => loop {
            std::thread::park();
        },
        "journal" => tasks.journal.send(Job::Hang).is_ok(),
        task => tasks.devices.watchdog.hang(task),
    }
}
