//! What a simulated Stripe account is like.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::ids::ReaderId;

/// The account, its readers and the timings of one simulation. `Default` is an account in test
/// mode with one simulated reader, `tmr_simulated`.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Every id that the simulator makes follows from it.
    pub seed: u64,
    /// The readers of the account.
    pub readers: Vec<ReaderSetup>,
    /// The keys that are accepted; `None` takes any `sk_…` or `rk_…`.
    pub api_keys: Option<BTreeSet<String>>,
    /// What `livemode` says in every object.
    pub livemode: bool,
    /// The locations of the account (`tml_…`) and the country of each, such as `US`.
    pub locations: BTreeMap<String, String>,
    /// The method types that the account may use; others are dropped or refused as Stripe does.
    pub payment_method_types: BTreeSet<String>,
    /// From the tap to the issuer's answer.
    pub authorization_takes: Duration,
    /// How long the reader shows the result before it is idle again.
    pub result_shown: Duration,
    /// How long a hold lasts; afterwards the PaymentIntent is canceled (`automatic`).
    pub authorization_lasts: Duration,
    /// How long after its last signal a reader's `status` says `offline`. Commands fail at once.
    pub offline_shows_after: Duration,
    /// How long the result of an idempotency key is kept.
    pub keys_last: Duration,
    /// How long a refund is `pending`; zero: it succeeds at once.
    pub refund_takes: Duration,
    /// Whether the PaymentIntent is `processing` while the card is being authorized.
    pub shows_processing: bool,
    /// The HTTP status of `terminal_reader_…` errors. Stripe has been seen to use 400 and 409.
    pub reader_error_status: u16,
    /// Whether the action of `collect_payment_method` is `in_progress` while its card waits for the
    /// confirmation, and not `succeeded`. Stripe's documentation can be read both ways.
    pub collected_is_in_progress: bool,
    /// Whether another card may be collected for a PaymentIntent in `requires_confirmation`, once
    /// the reader was cleared. Stripe's documentation leaves it open.
    pub collects_again: bool,
    /// What canceling a PaymentIntent does while its card is being authorized.
    pub cancel_while_authorizing: CancelWhileAuthorizing,
    /// Whether a PaymentIntent that a reader prompts for may be processed again, which prompts
    /// anew; otherwise it is `terminal_reader_busy`. Stripe's documentation leaves it open.
    pub processes_again: bool,
    /// Whether `cancel_action` is refused where no action is in progress. Stripe's documentation
    /// leaves it open.
    pub cancel_needs_action: bool,
    /// How long a new PaymentIntent or refund is missing from lists, at least.
    pub lists_lag: Duration,
    /// How long a new PaymentIntent is missing from searches, at least. Source: Stripe, Search: up
    /// to a minute, and up to an hour in an outage.
    pub search_lags: Duration,
}

/// What canceling a PaymentIntent does while its card is being authorized. Stripe's documentation
/// leaves it open, so that a client must be right with both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CancelWhileAuthorizing {
    /// Refused with a 429 `lock_timeout`, not stored under the idempotency key.
    LockTimeout,
    /// The PaymentIntent is canceled and the card is not charged.
    Cancels,
}

/// A reader of the account.
#[derive(Clone, Debug)]
pub struct ReaderSetup {
    /// Its id.
    pub id: ReaderId,
    /// What the operator calls it.
    pub label: String,
    /// Stripe's name of the model, such as `simulated_wisepos_e`.
    pub device_type: String,
    /// Its serial number.
    pub serial_number: String,
    /// Where it stands (`tml_…`); without, it takes no payments.
    pub location: Option<String>,
    /// What its `livemode` says; `None`: what every other object's says.
    pub livemode: Option<bool>,
}

impl ReaderSetup {
    /// A simulated WisePOS E.
    pub fn new(id: ReaderId) -> Self {
        Self {
            serial_number: format!("SIMULATOR-{id}"),
            id,
            label: "Simulated reader".to_owned(),
            device_type: "simulated_wisepos_e".to_owned(),
            location: Some("tml_simulated".to_owned()),
            livemode: None,
        }
    }
}

impl Default for Setup {
    fn default() -> Self {
        let reader = ReaderId::new("tmr_simulated").expect("the text has the form of a reader id");
        let types = ["card", "card_present", "interac_present"];
        Self {
            seed: 1,
            readers: vec![ReaderSetup::new(reader)],
            api_keys: None,
            livemode: false,
            locations: BTreeMap::from([("tml_simulated".to_owned(), "US".to_owned())]),
            payment_method_types: types.map(str::to_owned).into(),
            authorization_takes: Duration::from_millis(1500),
            result_shown: Duration::from_secs(3),
            authorization_lasts: Duration::from_hours(48),
            offline_shows_after: Duration::from_mins(2),
            keys_last: Duration::from_hours(24),
            refund_takes: Duration::ZERO,
            shows_processing: false,
            reader_error_status: 400,
            collected_is_in_progress: false,
            collects_again: true,
            cancel_while_authorizing: CancelWhileAuthorizing::LockTimeout,
            processes_again: false,
            cancel_needs_action: false,
            lists_lag: Duration::ZERO,
            search_lags: Duration::ZERO,
        }
    }
}
