//! Where the reader stands is read: the driver's part. When, and what follows, is decided in
//! `kiosk/place.rs`.

use crate::daemon::driver::{Driver, Now};
use crate::daemon::flights::{Flight, Purpose};
use crate::ids::LocationId;
use crate::sale::duty::Pace;
use crate::sale::input::{Seen, Trouble};
use crate::stripe::meaning::{Answer, NoAnswer};
use crate::stripe::{Request, reply};
use crate::time::Moment;

impl Driver {
    /// Reads the reader's location, if it is time.
    pub(super) fn pursue_place(&mut self, now: Moment) {
        let Some(wish) = self.kiosk.place_wish() else { return };
        let location = wish.location;
        let request = Request::ReadLocation { location: location.clone() };
        let purpose = Purpose::Place { location };
        let pace = wish.every.map_or(Pace::AT_ONCE, Pace::Every);
        self.start_when_due(Flight { purpose, request, asked: now, sent: now }, pace);
    }

    /// A location was asked for: what its reply means, and the reply.
    pub(super) fn place_read(
        &mut self,
        location: LocationId,
        understood: &Result<Seen, Trouble>,
        result: &Result<Answer, NoAnswer>,
        now: Now,
    ) {
        let body = result.as_ref().map(|answer| answer.body.as_slice()).unwrap_or_default();
        let country = || reply::country(body).ok().flatten();
        let read = understood.as_ref().map(|_| country()).map_err(Clone::clone);
        self.kiosk.place_read(location, read, now.since());
    }
}
