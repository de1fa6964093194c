//! Mistakes that the modelled driver makes when it is told to: proof that the audit can fail.

use kioskd::sale::duty::Pace;
use kioskd::sale::input::{ActionStatus, Call, Reply, Seen, Trouble};
use kioskd::sale::{Input, Phase, Want};

use crate::names;
use crate::stripe::{Intent, Snapshot, Status};
use crate::world::World;

/// A mistake.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Bug {
    /// Effects do not wait for the disk.
    FiresBeforeTheFlush,
    /// A prompt of unknown fate is sent again with the next key, and nobody looks before.
    PromptsAgainWithoutLooking,
    /// A reader that lost its link is taken for an issuer that declined.
    TakesAnErrorForADecline,
    /// The PaymentIntent is said to be cancelled, and is not.
    ForgetsTheFence,
    /// The money is captured while the dispenser is fired.
    CapturesBeforeTheVend,
}

impl World {
    /// What the driver wants, with the mistake that it was told to make.
    pub fn mistake(&mut self, want: Want) -> Want {
        let Some(bug) = self.rules.bug else { return want };
        let Some(daemon) = &self.daemon else { return want };
        let retracts = matches!(daemon.sale.phase, Phase::Retracting { .. });
        match (bug, &daemon.sale.phase, want) {
            (Bug::ForgetsTheFence, _, Want::CancelIntent { intent, n }) if retracts => {
                let mut seen = Snapshot { date: self.date(), ..Snapshot::NOTHING };
                let number = names::number_of(&intent);
                let shown = self.stripe.intent(number).copied();
                seen.intent = shown.map(|i| (number, Intent { status: Status::Canceled, ..i }));
                let (call, asked) = (Call::Cancel { n }, self.now());
                let result = Ok(seen.seen());
                self.give(&Input::Replied(Box::new(Reply { call, asked, result })));
                Want::Nothing
            }
            (Bug::CapturesBeforeTheVend, Phase::Vending { .. }, want) => {
                self.call(Call::Capture { n: 1 }, Pace::AT_ONCE, self.now());
                want
            }
            (
                Bug::PromptsAgainWithoutLooking,
                Phase::Prompting { prompt, doubt: Some(_), .. },
                _,
            ) => {
                self.call(Call::Prompt { n: prompt.n + 1 }, Pace::AT_ONCE, self.now());
                Want::Nothing
            }
            (_, _, want) => want,
        }
    }

    /// What a reply says, with the mistake that the driver was told to make.
    pub fn misread(&self, result: &mut Result<Seen, Trouble>) {
        if self.rules.bug != Some(Bug::TakesAnErrorForADecline) {
            return;
        }
        let Ok(seen) = result else { return };
        let action = seen.reader.as_mut().and_then(|reader| reader.action.as_mut());
        if let Some(ActionStatus::Failed { code, .. }) = action.map(|action| &mut action.status)
            && code == "connection_error"
        {
            "card_declined".clone_into(code);
        }
    }
}
