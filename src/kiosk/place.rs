//! Where the reader stands, and whether readers take the kiosk's currency there.
//!
//! Read once after the start, beside whatever else goes on; again if the reader is given another
//! location or the kiosk another key; and rarely while something is wrong. Which currency a country
//! has is a table of ours (`countries`), so that a mismatch is only inferred: it is said loudly,
//! and stops no sale that Stripe would take. A card that is authorized all the same proves the
//! table wrong. A location that Stripe does not show is no reason for anything.

use std::time::Duration;

use crate::ids::LocationId;
use crate::kiosk::countries::currency_of;
use crate::kiosk::kiosk::Kiosk;
use crate::kiosk::out_of_order::{Reason, Since};
use crate::sale::input::{Refusal, Trouble};

/// How often a location is read again that does not fit or is not shown. Ten thousand kiosks whose
/// keys may not read it ask some four times a second in all; Stripe allows an account 100.
const AGAIN_EVERY: Duration = Duration::from_hours(1);

/// What is known of the reader's location.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub(super) struct PlaceWatch {
    /// The location that was read last, and what was seen.
    read: Option<(LocationId, Place)>,
}

/// What a location was seen to be.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Place {
    /// Nothing speaks against it.
    Fits,
    /// In a country where readers take another currency.
    Elsewhere { country: String, takes: &'static str },
    /// Stripe does not show it to this key.
    Hidden,
}

/// The reader's location is to be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PlaceWish {
    /// Which.
    pub location: LocationId,
    /// The time since the last reading; none if this one was not read yet.
    pub every: Option<Duration>,
}

impl Kiosk {
    /// Whether the reader's location is to be read. Never before the reader was seen, and never
    /// while a customer is served or Stripe is out of reach.
    pub fn place_wish(&self) -> Option<PlaceWish> {
        if self.front.is_some() || self.is_blind() {
            return None;
        }
        let location = self.location()?;
        match self.place_of(&location) {
            None => Some(PlaceWish { location, every: None }),
            Some(Place::Fits) => None,
            Some(Place::Elsewhere { .. } | Place::Hidden) => {
                Some(PlaceWish { location, every: Some(AGAIN_EVERY) })
            }
        }
    }

    /// A location was read: the country that Stripe has on file of it. What brought no answer of
    /// Stripe's is asked again.
    pub fn place_read(
        &mut self,
        location: LocationId,
        country: Result<Option<String>, Trouble>,
        now: Since,
    ) {
        let place = match country {
            Ok(country) => self.place_in(country),
            Err(Trouble::Refused(Refusal::StripeFailed)) => return,
            Err(Trouble::Refused(_)) => Place::Hidden,
            Err(Trouble::NotSent { .. } | Trouble::Unknown { .. } | Trouble::NotYet { .. }) => {
                return;
            }
        };
        self.place.read = Some((location, place));
        self.judge_place(now);
    }

    /// Raises and clears what follows from where the reader stands. A location that was not read
    /// yet says nothing, but that the one before it is past.
    pub(super) fn judge_place(&mut self, now: Since) {
        let Some(location) = self.location() else {
            self.reasons.clear_if(|reason, _| is_places(reason));
            return;
        };
        let standing = match self.place_of(&location) {
            // With a new key the same location is read again: until then it is what it was.
            None if self.place.read.is_none() => return,
            Some(Place::Elsewhere { country, takes }) => self
                .currency()
                .map(|ours| Reason::ReaderWrongCountry { country: country.clone(), takes, ours }),
            None | Some(Place::Fits | Place::Hidden) => None,
        };
        self.reasons.clear_if(|reason, _| is_places(reason) && Some(reason) != standing.as_ref());
        if let Some(reason) = standing {
            self.reasons.raise(reason, now);
        }
    }

    /// A card was authorized at this reader: whatever the table says, Stripe takes the currency.
    pub(super) fn place_takes_payments(&mut self) {
        if let Some((_, place)) = &mut self.place.read {
            *place = Place::Fits;
        }
        self.reasons.clear_if(|reason, _| is_places(reason));
    }

    /// Another key may see more, or another account.
    pub(super) fn read_place_again(&mut self) {
        self.place.read = None;
    }

    fn place_in(&self, country: Option<String>) -> Place {
        let found = country.and_then(|country| Some((currency_of(&country)?, country)));
        match found.zip(self.currency()) {
            Some(((takes, country), ours)) if takes != ours.code() => {
                Place::Elsewhere { country, takes }
            }
            Some(_) | None => Place::Fits,
        }
    }

    fn place_of(&self, location: &LocationId) -> Option<&Place> {
        let (read, place) = self.place.read.as_ref()?;
        (read == location).then_some(place)
    }

    /// Where the newest look has shown the reader to stand.
    fn location(&self) -> Option<LocationId> {
        let (_, reader) = self.watch.seen.as_ref()?;
        reader.registration.location.as_deref()?.parse().ok()
    }

    /// All prices are in one.
    fn currency(&self) -> Option<crate::money::Currency> {
        self.setup.catalog.values().next().map(|product| product.price.currency)
    }
}

fn is_places(reason: &Reason) -> bool {
    matches!(reason, Reason::ReaderWrongCountry { .. })
}
