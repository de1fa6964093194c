//! Another version is installed over the running one, as the package does it: no new sales until the
//! restart, then a stop that waits for whoever is in front, and the next one goes on with the same
//! journal.

use kioskd::daemon::driver::{Driver, Event};
use kioskd::kiosk::service::Drained;

use crate::auditor::Millis;
use crate::troubles::Trouble;
use crate::world::{Coming, World};

/// So long a stop waits for the sale that is under way.
const STOP_LIMIT: Millis = 45_000;

impl World {
    /// Files are being replaced: no new sale from now on, and the stop follows.
    pub fn upgrade(&mut self) {
        self.tally.count("start: of another version");
        let files = self.rng.u64(1_000..120_000);
        self.kept_away += files + STOP_LIMIT;
        let (by, since) = ("user 0".to_owned(), self.kiosks_now().wall);
        self.turn(Event::Drain(Drained { by, why: Some("upgrade".to_owned()), since }));
        self.after(files, Coming::Trouble(Trouble::Stop));
    }

    /// The daemon is told to stop.
    pub fn stop(&mut self) {
        if self.driver.is_some() {
            self.power.stop_by.get_or_insert(self.now + STOP_LIMIT);
            self.after(STOP_LIMIT, Coming::Trouble(Trouble::StopLimit));
            self.turn(Event::Stopping);
        }
    }

    /// It stops once nobody is in front, or when it may wait no longer, and the next one starts.
    pub fn stops_if_it_may(&mut self) {
        let Some(by) = self.power.stop_by else { return };
        if self.driver.as_ref().is_some_and(Driver::may_stop) || self.now >= by {
            self.ends("kioskd stops", None);
            self.reread_disk();
            self.forget_what_was_only_told();
            let starts = self.rng.u64(500..5_000);
            self.starts_after(starts);
        }
    }
}
