//! In service or not: a person's drain, which lasts until a person ends it, and the daemon's stop.

use serde::{Deserialize, Serialize};

use crate::kiosk::Kiosk;
use crate::kiosk::out_of_order::{Reason, Since};
use crate::time::{Moment, WallTime};

/// Who has taken the kiosk out of service. It outlives the daemon.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drained {
    /// Who, as the system names them.
    pub by: String,
    /// Why, in their words.
    pub why: Option<String>,
    /// Since when (milliseconds since 1970).
    pub since: WallTime,
}

impl Kiosk {
    /// A person takes the kiosk out of service, or says it again in other words: no new sale until
    /// [`Kiosk::resume`]. Whoever is in front is served.
    pub fn drain(&mut self, Drained { by, why, since }: Drained, now: Moment) {
        self.resume();
        self.reasons.raise(Reason::Drained { by, why }, Since { moment: now, wall: since });
        self.empty_cart();
    }

    /// The kiosk is in service again, unless it is about to stop.
    pub fn resume(&mut self) {
        self.reasons.clear_if(|reason, _| matches!(reason, Reason::Drained { .. }));
    }

    /// The daemon is about to stop: no new sale from now on.
    pub fn stop(&mut self) {
        self.stopping = true;
        self.empty_cart();
    }

    /// Whether no new sale is taken, on purpose.
    pub(super) fn is_draining(&self) -> bool {
        let drained = |(reason, _): (&Reason, _)| matches!(reason, Reason::Drained { .. });
        self.stopping || self.reasons.iter().any(drained)
    }
}
