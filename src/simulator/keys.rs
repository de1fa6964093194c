//! API keys: which are revoked, and what the others may not do.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use super::calls::Call;
use super::error::{Refusal, SimulatorError};
use super::model::Model;
use super::request::Request;

/// A right of a restricted key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Right {
    /// Reads PaymentIntents.
    PaymentIntentsRead,
    /// Creates, changes, cancels and captures PaymentIntents.
    PaymentIntentsWrite,
    /// Captures: to Stripe a part of the former, here also to be had alone.
    Captures,
    /// Reads readers.
    ReadersRead,
    /// Commands readers.
    ReadersWrite,
    /// Reads locations.
    LocationsRead,
    /// Reads charges, also where another object is expanded by one.
    ChargesRead,
    /// Reads refunds.
    RefundsRead,
    /// Refunds.
    RefundsWrite,
    /// Reads the balance: no kiosk needs it.
    BalanceRead,
    /// Reads customers: no kiosk needs it.
    CustomersRead,
    /// Reads payouts: no kiosk needs it.
    PayoutsRead,
}

impl Right {
    /// Every right, and what it is called here.
    const NAMES: [(&'static str, Self); 12] = [
        ("payment_intents_read", Self::PaymentIntentsRead),
        ("payment_intents_write", Self::PaymentIntentsWrite),
        ("captures", Self::Captures),
        ("readers_read", Self::ReadersRead),
        ("readers_write", Self::ReadersWrite),
        ("locations_read", Self::LocationsRead),
        ("charges_read", Self::ChargesRead),
        ("refunds_read", Self::RefundsRead),
        ("refunds_write", Self::RefundsWrite),
        ("balance_read", Self::BalanceRead),
        ("customers_read", Self::CustomersRead),
        ("payouts_read", Self::PayoutsRead),
    ];

    /// Those that a restricted key has only if it was given them.
    const NOT_OF_A_KIOSK: [Self; 3] = [Self::BalanceRead, Self::CustomersRead, Self::PayoutsRead];

    /// The right that a call needs.
    pub(super) fn of(call: Call) -> Self {
        match call {
            Call::ListIntents | Call::SearchIntents | Call::RetrieveIntent(_) => {
                Self::PaymentIntentsRead
            }
            Call::CreateIntent | Call::UpdateIntent(_) | Call::CancelIntent(_) => {
                Self::PaymentIntentsWrite
            }
            Call::CaptureIntent(_) => Self::Captures,
            Call::ListReaders | Call::RetrieveReader(_) => Self::ReadersRead,
            Call::UpdateReader(_)
            | Call::ProcessIntent(_)
            | Call::CollectMethod(_)
            | Call::ConfirmIntent(_)
            | Call::RefundPayment(_)
            | Call::CancelAction(_)
            | Call::SetDisplay(_)
            | Call::CollectInputs(_)
            | Call::PresentCard(_) => Self::ReadersWrite,
            Call::ListRefunds | Call::RetrieveRefund(_) => Self::RefundsRead,
            Call::CreateRefund => Self::RefundsWrite,
            Call::RetrieveCharge(_) => Self::ChargesRead,
            Call::RetrieveLocation(_) => Self::LocationsRead,
            Call::RetrieveBalance => Self::BalanceRead,
            Call::ListCustomers => Self::CustomersRead,
            Call::ListPayouts => Self::PayoutsRead,
        }
    }

    /// What Stripe calls the permission.
    fn permission(self) -> &'static str {
        match self {
            Self::PaymentIntentsRead => "rak_payment_intent_read",
            Self::PaymentIntentsWrite | Self::Captures => "rak_payment_intent_write",
            Self::ReadersRead => "rak_terminal_reader_read",
            Self::ReadersWrite => "rak_terminal_reader_write",
            Self::LocationsRead => "rak_terminal_location_read",
            Self::ChargesRead => "rak_charge_read",
            Self::RefundsRead => "rak_refund_read",
            Self::RefundsWrite => "rak_refund_write",
            Self::BalanceRead => "rak_balance_read",
            Self::CustomersRead => "rak_customer_read",
            Self::PayoutsRead => "rak_payout_read",
        }
    }
}

impl FromStr for Right {
    type Err = SimulatorError;

    fn from_str(text: &str) -> Result<Self, SimulatorError> {
        let found = Self::NAMES.into_iter().find(|(name, _)| *name == text);
        let unknown = || SimulatorError::UnknownRight { name: text.to_owned() };
        found.map(|(_, right)| right).ok_or_else(unknown)
    }
}

/// What was done to a key.
#[derive(Clone, Debug, Default)]
struct KeyState {
    is_revoked: bool,
    lacks: BTreeSet<Right>,
    /// What it was given beyond what a kiosk needs.
    beyond: BTreeSet<Right>,
}

/// The state of every key.
#[derive(Clone, Debug, Default)]
pub(super) struct Keys {
    /// Of keys that were never named.
    others: KeyState,
    named: BTreeMap<String, KeyState>,
}

impl Keys {
    fn state(&self, key: &str) -> &KeyState {
        self.named.get(key).unwrap_or(&self.others)
    }

    /// Changes the state of a key, or of all.
    fn change(&mut self, key: Option<&str>, change: impl Fn(&mut KeyState)) {
        if let Some(key) = key {
            change(self.named.entry(key.to_owned()).or_insert_with(|| self.others.clone()));
        } else {
            change(&mut self.others);
            self.named.clear();
        }
    }
}

impl Model {
    /// A key, or every key, is refused with a 401 from now on.
    pub fn revoke_key(&mut self, key: Option<&str>) {
        self.keys.change(key, |state| state.is_revoked = true);
    }

    /// A key, or every key, is accepted again, with every right that a kiosk needs.
    pub fn restore_key(&mut self, key: Option<&str>) {
        self.keys.change(key, |state| *state = KeyState::default());
    }

    /// A key, or every key, lacks these rights and no others from now on: 403.
    pub fn limit_key(&mut self, key: Option<&str>, lacks: &BTreeSet<Right>) {
        self.keys.change(key, |state| state.lacks.clone_from(lacks));
    }

    /// A key, or every key, also has these rights from now on, which no kiosk needs.
    pub fn widen_key(&mut self, key: Option<&str>, rights: &BTreeSet<Right>) {
        self.keys.change(key, |state| state.beyond.clone_from(rights));
    }

    /// Refuses a request without a key that is accepted.
    pub(super) fn check_key(&self, request: &Request) -> Result<(), Refusal> {
        let Some(key) = request.api_key.as_deref().filter(|key| !key.is_empty()) else {
            let message = "You did not provide an API key. You need to provide your API key in \
                           the Authorization header, using Bearer auth.";
            return Err(Refusal::unauthorized(message));
        };
        let is_accepted = match &self.setup.api_keys {
            Some(keys) => keys.contains(key),
            None => key.starts_with("sk_") || key.starts_with("rk_"),
        };
        if !is_accepted {
            return Err(Refusal::unauthorized(format!(
                "Invalid API Key provided: {}",
                veiled(key)
            )));
        }
        if self.keys.state(key).is_revoked {
            return Err(Refusal::key_expired(&veiled(key)));
        }
        Ok(())
    }

    /// Refuses a request whose key lacks a right. That comes before the object is looked for.
    pub(super) fn check_right(&self, request: &Request, right: Right) -> Result<(), Refusal> {
        let key = request.api_key.as_deref().unwrap_or_default();
        let KeyState { lacks, beyond, .. } = self.keys.state(key);
        let is_restricted = !key.starts_with("sk_");
        let is_lacking = lacks.contains(&right)
            || (right == Right::Captures && lacks.contains(&Right::PaymentIntentsWrite))
            || (is_restricted
                && Right::NOT_OF_A_KIOSK.contains(&right)
                && !beyond.contains(&right));
        if is_lacking {
            return Err(Refusal::forbidden(forbidden_text(request, Some(right))));
        }
        Ok(())
    }
}

/// What Stripe says to a key that lacks a right.
pub(super) fn forbidden_text(request: &Request, right: Option<Right>) -> String {
    let key = veiled(request.api_key.as_deref().unwrap_or_default());
    let permission = right.map_or("read_write", Right::permission);
    format!(
        "The provided key '{key}' does not have the required permissions for this endpoint on \
         account 'acct_simulated'. Having the '{permission}' permission would allow this request \
         to continue."
    )
}

/// The start of a key.
fn veiled(key: &str) -> String {
    let start: String = key.chars().take(8).collect();
    format!("{start}****")
}
