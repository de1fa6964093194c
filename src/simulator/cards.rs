//! The cards that a simulated customer may hold to the reader: Stripe's test cards.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

use super::body::{Object, nulls};
use super::error::SimulatorError;

/// One of Stripe's test cards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Card {
    number: &'static str,
    brand: &'static str,
    funding: &'static str,
    country: &'static str,
    verdict: Verdict,
}

/// An issuer's reason to decline, out of those that Stripe passes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct DeclineCode(&'static str);

impl DeclineCode {
    /// Every reason that the simulator knows. Source: Stripe's page on decline codes.
    pub const ALL: [Self; 29] = [
        Self("approve_with_id"),
        Self("call_issuer"),
        Self("card_not_supported"),
        Self("card_velocity_exceeded"),
        Self("currency_not_supported"),
        Self("do_not_honor"),
        Self("do_not_try_again"),
        Self("duplicate_transaction"),
        Self("expired_card"),
        Self("fraudulent"),
        Self("generic_decline"),
        Self("incorrect_pin"),
        Self("insufficient_funds"),
        Self("invalid_account"),
        Self("invalid_amount"),
        Self("issuer_not_available"),
        Self("lost_card"),
        Self("not_permitted"),
        Self("offline_pin_required"),
        Self("online_or_offline_pin_required"),
        Self("pickup_card"),
        Self("pin_try_exceeded"),
        Self("processing_error"),
        Self("reenter_transaction"),
        Self("restricted_card"),
        Self("stolen_card"),
        Self("transaction_not_allowed"),
        Self("try_again_later"),
        Self("withdrawal_count_limit_exceeded"),
    ];

    /// The `code` of the error that carries it.
    fn error_code(self) -> &'static str {
        match self.0 {
            "expired_card" | "processing_error" => self.0,
            _ => "card_declined",
        }
    }
}

impl<'de> Deserialize<'de> for DeclineCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        let found = Self::ALL.into_iter().find(|known| known.0 == code);
        let known = || Self::ALL.map(|known| known.0).join(", ");
        found.ok_or_else(|| D::Error::custom(format!("{code} is not one of {}", known())))
    }
}

/// What the issuer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Approves,
    Declines {
        code: &'static str,
        decline_code: &'static str,
    },
    /// The last two digits of the amount decide, as with Stripe's physical test card.
    ByAmount,
}

/// A declined authorization, as `last_payment_error` and the charge tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Decline {
    pub(super) code: &'static str,
    pub(super) decline_code: &'static str,
}

const fn approves(number: &'static str, brand: &'static str, funding: &'static str) -> Card {
    Card { number, brand, funding, country: "US", verdict: Verdict::Approves }
}

const fn abroad(card: Card, country: &'static str) -> Card {
    Card { country, ..card }
}

const fn declines(number: &'static str, code: &'static str, decline_code: &'static str) -> Card {
    let verdict = Verdict::Declines { code, decline_code };
    Card { number, brand: "visa", funding: "credit", country: "US", verdict }
}

impl Card {
    /// A Visa credit card that pays.
    pub const VISA: Self = approves("4242424242424242", "visa", "credit");
    /// A Visa debit card that pays.
    pub const VISA_DEBIT: Self = approves("4000056655665556", "visa", "debit");
    /// A Mastercard that pays.
    pub const MASTERCARD: Self = approves("5555555555554444", "mastercard", "credit");
    /// A prepaid Mastercard that pays.
    pub const MASTERCARD_PREPAID: Self = approves("5105105105105100", "mastercard", "prepaid");
    /// An American Express card that pays.
    pub const AMEX: Self = approves("378282246310005", "amex", "credit");
    /// A Discover card that pays.
    pub const DISCOVER: Self = approves("6011111111111117", "discover", "credit");
    /// A British Visa card that pays.
    pub const VISA_GB: Self = abroad(approves("4000008260000000", "visa", "credit"), "GB");
    /// A Canadian Interac card that pays, at the tap.
    pub const INTERAC: Self = abroad(approves("4506445006931933", "interac", "debit"), "CA");
    /// A JCB card that pays.
    pub const JCB: Self = approves("3566002020360505", "jcb", "credit");
    /// A UnionPay card that pays.
    pub const UNIONPAY: Self = approves("6200000000000005", "unionpay", "credit");
    /// Declined without a reason.
    pub const DECLINED: Self = declines("4000000000000002", "card_declined", "generic_decline");
    /// Declined: not enough money.
    pub const INSUFFICIENT_FUNDS: Self =
        declines("4000000000009995", "card_declined", "insufficient_funds");
    /// Declined: reported as lost.
    pub const LOST: Self = declines("4000000000009987", "card_declined", "lost_card");
    /// Declined: reported as stolen.
    pub const STOLEN: Self = declines("4000000000009979", "card_declined", "stolen_card");
    /// Declined: expired.
    pub const EXPIRED: Self = declines("4000000000000069", "expired_card", "expired_card");
    /// Declined: the issuer could not process it.
    pub const PROCESSING_ERROR: Self =
        declines("4000000000000119", "processing_error", "processing_error");
    /// Declined: used too often or for too much.
    pub const VELOCITY_EXCEEDED: Self =
        declines("4000000000006975", "card_declined", "card_velocity_exceeded");
    /// Stripe's physical test card: the last two digits of the amount decide.
    pub const PHYSICAL_TEST_CARD: Self = Self {
        number: "4000009990000122",
        brand: "visa",
        funding: "credit",
        country: "US",
        verdict: Verdict::ByAmount,
    };

    /// Every card there is.
    pub const ALL: [Self; 18] = [
        Self::VISA,
        Self::VISA_DEBIT,
        Self::MASTERCARD,
        Self::MASTERCARD_PREPAID,
        Self::AMEX,
        Self::DISCOVER,
        Self::VISA_GB,
        Self::INTERAC,
        Self::JCB,
        Self::UNIONPAY,
        Self::DECLINED,
        Self::INSUFFICIENT_FUNDS,
        Self::LOST,
        Self::STOLEN,
        Self::EXPIRED,
        Self::PROCESSING_ERROR,
        Self::VELOCITY_EXCEEDED,
        Self::PHYSICAL_TEST_CARD,
    ];

    /// The test card of a number.
    pub fn from_number(number: &str) -> Result<Self, SimulatorError> {
        let found = Self::ALL.into_iter().find(|card| card.number == number);
        found.ok_or_else(|| SimulatorError::UnknownCard { number: number.to_owned() })
    }

    /// Its number.
    pub fn number(&self) -> &'static str {
        self.number
    }

    /// Its brand, as Stripe writes it.
    pub fn brand(&self) -> &'static str {
        self.brand
    }

    /// `credit`, `debit` or `prepaid`.
    pub fn funding(&self) -> &'static str {
        self.funding
    }

    /// The country that it was issued in: two letters, ISO 3166.
    pub fn country(&self) -> &'static str {
        self.country
    }

    /// The last four digits of its number.
    pub fn last4(&self) -> &'static str {
        self.number.get(self.number.len() - 4..).unwrap_or(self.number)
    }

    /// `card_present`, or `interac_present` for an Interac card.
    pub fn method_type(&self) -> &'static str {
        if self.is_interac() { "interac_present" } else { "card_present" }
    }

    /// Whether it is charged at the tap and never captured by hand.
    pub fn is_interac(&self) -> bool {
        self.brand == "interac"
    }

    /// The same card, which its issuer declines.
    pub(super) fn declined_with(self, reason: DeclineCode) -> Self {
        let verdict = Verdict::Declines { code: reason.error_code(), decline_code: reason.0 };
        Self { verdict, ..self }
    }

    pub(super) fn decline(&self, amount: u64) -> Option<Decline> {
        match self.verdict {
            Verdict::Approves => None,
            Verdict::Declines { code, decline_code } => Some(Decline { code, decline_code }),
            Verdict::ByAmount => {
                let decline_code = match amount % 100 {
                    1 => "call_issuer",
                    5 => "generic_decline",
                    55 => "incorrect_pin",
                    65 => "withdrawal_count_limit_exceeded",
                    75 => "pin_try_exceeded",
                    _ => return None,
                };
                Some(Decline { code: "card_declined", decline_code })
            }
        }
    }

    /// What both kinds of `payment_method_details` say about the card itself.
    pub(super) fn write_details(&self, json: &mut Object) {
        self.write_common(json);
        json.put("network", self.brand);
        json.fixed(nulls!["emv_auth_data", "generated_card", "network_transaction_id"]);
    }

    /// What a payment method, too, says about the card itself.
    pub(super) fn write_common(&self, json: &mut Object) {
        json.put("brand", self.brand);
        json.put("country", self.country);
        json.put("fingerprint", format_args!("fp{}", self.number));
        json.put("funding", self.funding);
        json.put("last4", self.last4());
        json.fixed(concat!(
            r#""cardholder_name":null,"exp_month":12,"exp_year":2034,"#,
            r#""preferred_locales":["en"],"read_method":"contactless_emv""#
        ));
    }
}

impl Decline {
    pub(super) fn message(&self) -> &'static str {
        match self.decline_code {
            "insufficient_funds" => "Your card has insufficient funds.",
            "expired_card" => "Your card has expired.",
            "processing_error" => "An error occurred while processing your card. Try again later.",
            "incorrect_pin" => "Your card's PIN is incorrect.",
            _ => "Your card was declined.",
        }
    }
}
