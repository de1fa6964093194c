//! The account is tried: the driver's part. When, and what follows, is decided in
//! `kiosk/account.rs`.

use crate::daemon::driver::{Driver, Now};
use crate::daemon::flights::{Flight, Purpose};
use crate::ids::{IdempotencyKey, PaymentIntentId};
use crate::kiosk::account::AccountWish;
use crate::sale::duty::Pace;
use crate::sale::input::{Seen, Trouble};
use crate::sale::key::spare_key;
use crate::stripe::Request;
use crate::time::Moment;

impl Driver {
    /// Makes a PaymentIntent to see what the account takes, if it is time.
    pub(super) fn pursue_account(&mut self, now: Moment) {
        if self.kiosk.account_wish(now) == AccountWish::Date {
            let jitter = self.rng.f64();
            self.kiosk.date_trial(jitter, now);
        }
        match self.kiosk.account_wish(now) {
            AccountWish::Nothing | AccountWish::Date => {}
            AccountWish::Wait(at) => self.wake_at(at),
            AccountWish::Try(trial) => {
                let (purpose, request) = (Purpose::Trial, Request::TryAccount { trial });
                self.start_when_due(
                    Flight { purpose, request, asked: now, sent: now },
                    Pace::AT_ONCE,
                );
            }
        }
    }

    /// A trial has ended: the PaymentIntent is cancelled at once. One that may exist all the same
    /// is left to the sweep.
    pub(super) fn account_tried(&mut self, result: &Result<Seen, Trouble>, now: Now) {
        if self.kiosk.account_tried(result) {
            self.kiosk.sweep_again(now.moment);
        }
        let intent = result.as_ref().ok().and_then(|seen| seen.intent.as_ref());
        let key = intent.and_then(|intent| Some((intent.id.clone(), spare_key(&intent.id, 1)?)));
        if let Some((intent, key)) = key {
            self.cancel_trial(intent, key, now.moment);
        }
    }

    /// If it fails, the next sweep finds it.
    pub(super) fn cancel_trial(
        &mut self,
        intent: PaymentIntentId,
        key: IdempotencyKey,
        now: Moment,
    ) {
        let request = Request::CancelIntent { intent, key };
        self.start(Flight { purpose: Purpose::Spare, request, asked: now, sent: now });
    }
}
