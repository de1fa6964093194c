//! Amounts of money: integer minor units with their currency.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A currency of Stripe's, as a lower-case ISO 4217 code.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency([u8; 3]);

/// Currencies whose minor unit is the major unit. Source: Stripe, "Zero-decimal currencies".
const ZERO_DECIMAL: [&str; 15] = [
    "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf",
    "xof", "xpf",
];

/// Currencies with three decimals. Source: Stripe, "Three-decimal currencies".
const THREE_DECIMAL: [&str; 5] = ["bhd", "jod", "kwd", "omr", "tnd"];

/// Two-decimal currencies of which no fraction can be charged. Source: Stripe, "Special cases".
const WHOLE_UNITS_ONLY: [&str; 2] = ["isk", "ugx"];

/// Stripe's smallest charge by currency, in minor units. Source: Stripe, "Minimum charge amounts".
const MINIMUM: [(&str, u64); 15] = [
    ("usd", 50),
    ("eur", 50),
    ("cad", 50),
    ("aud", 50),
    ("chf", 50),
    ("nzd", 50),
    ("sgd", 50),
    ("gbp", 30),
    ("jpy", 50),
    ("dkk", 250),
    ("nok", 300),
    ("sek", 300),
    ("pln", 200),
    ("czk", 1500),
    ("huf", 17_500),
];

/// The most that Stripe takes in one payment: eight digits of minor units.
const MAXIMUM: u64 = 99_999_999;

impl Currency {
    /// The ISO 4217 code in lower case, as Stripe writes it.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("???")
    }

    /// How many digits stand behind the decimal mark.
    pub fn decimals(self) -> u32 {
        if ZERO_DECIMAL.contains(&self.code()) {
            0
        } else if THREE_DECIMAL.contains(&self.code()) {
            3
        } else {
            2
        }
    }

    /// The smallest amount that Stripe charges in this currency, in minor units (1 where it
    /// publishes none).
    pub fn minimum(self) -> u64 {
        MINIMUM.iter().find(|(code, _)| *code == self.code()).map_or(1, |(_, least)| *least)
    }
}

impl FromStr for Currency {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let code: [u8; 3] = text
            .as_bytes()
            .try_into()
            .map_err(|_| MoneyError::UnknownCurrency { text: text.to_owned() })?;
        if code.iter().all(u8::is_ascii_lowercase) {
            Ok(Self(code))
        } else {
            Err(MoneyError::UnknownCurrency { text: text.to_owned() })
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// An amount in minor units of one currency (250 usd is $2.50). Never negative.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Money {
    /// Minor units, as Stripe counts them.
    pub amount: u64,
    /// The currency of the amount.
    pub currency: Currency,
}

/// What can be wrong with an amount that somebody wrote.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Not three lower-case letters.
    #[error("\"{text}\" is not a currency; write three lower-case letters such as \"usd\"")]
    UnknownCurrency {
        /// What was written.
        text: String,
    },
    /// Not a decimal number of major units.
    #[error("\"{text}\" is not a price; write a decimal such as \"2.50\"")]
    NotDecimal {
        /// What was written.
        text: String,
    },
    /// More digits behind the point than the currency has.
    #[error("\"{text}\" has more decimals than {currency} has ({allowed})")]
    TooFine {
        /// What was written.
        text: String,
        /// The currency.
        currency: Currency,
        /// Digits that the currency has behind the point.
        allowed: u32,
    },
    /// The currency takes whole units only.
    #[error("\"{text}\" is not a whole number of {currency}; Stripe takes no fractions of it")]
    NotWhole {
        /// What was written.
        text: String,
        /// The currency.
        currency: Currency,
    },
    /// Under Stripe's minimum or over its maximum.
    #[error("{amount} is outside what Stripe charges ({least} to {most})")]
    OutOfRange {
        /// The amount.
        amount: Money,
        /// The least that can be charged.
        least: Money,
        /// The most that can be charged.
        most: Money,
    },
}

impl Money {
    /// An amount of minor units.
    pub fn new(amount: u64, currency: Currency) -> Self {
        Self { amount, currency }
    }

    /// Reads a price in major units, such as `2.50`, and checks that Stripe can charge it.
    pub fn price(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let money = Self::decimal(text, currency)?;
        let (least, most) = (currency.minimum(), MAXIMUM);
        if (least..=most).contains(&money.amount) {
            Ok(money)
        } else {
            Err(MoneyError::OutOfRange {
                amount: money,
                least: Self::new(least, currency),
                most: Self::new(most, currency),
            })
        }
    }

    /// Reads an amount in major units, such as `0.20`, whether Stripe can charge it or not.
    pub fn decimal(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let not_decimal = || MoneyError::NotDecimal { text: text.to_owned() };
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        let dangling_point = text.contains('.') && fraction.is_empty();
        if whole.is_empty() || dangling_point || !digits(whole) || !digits(fraction) {
            return Err(not_decimal());
        }
        let decimals = currency.decimals();
        let written = u32::try_from(fraction.len()).map_err(|_| not_decimal())?;
        if written > decimals {
            let text = text.to_owned();
            return Err(MoneyError::TooFine { text, currency, allowed: decimals });
        }
        let missing = 10_u64.pow(decimals - written);
        let amount = format!("{whole}{fraction}")
            .parse::<u64>()
            .ok()
            .and_then(|digits| digits.checked_mul(missing))
            .ok_or_else(not_decimal)?;
        if WHOLE_UNITS_ONLY.contains(&currency.code()) && amount % 100 != 0 {
            return Err(MoneyError::NotWhole { text: text.to_owned(), currency });
        }
        Ok(Self::new(amount, currency))
    }

    /// The amount in major units with all the digits of the currency, such as `2.50`.
    pub fn decimal_text(self) -> String {
        let decimals = self.currency.decimals();
        if decimals == 0 {
            return self.amount.to_string();
        }
        let unit = 10_u64.pow(decimals);
        let width = usize::try_from(decimals).unwrap_or(2);
        format!("{}.{:0width$}", self.amount / unit, self.amount % unit)
    }

    /// The sum, or `None` if the currencies differ or it overflows.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        let amount = self.amount.checked_add(other.amount)?;
        (self.currency == other.currency).then_some(Self::new(amount, self.currency))
    }
}

/// `2.50 USD`: the form of logs and technicians. Displays for customers format by locale.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = self.currency.code().to_ascii_uppercase();
        write!(f, "{} {code}", self.decimal_text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usd() -> Currency {
        "usd".parse().unwrap()
    }

    #[test]
    fn prices_are_exact_minor_units() {
        for (text, currency, minor) in
            [("2.50", "usd", 250), ("2", "usd", 200), ("2.5", "eur", 250), ("120", "jpy", 120)]
        {
            let money = Money::price(text, currency.parse().unwrap()).unwrap();
            assert_eq!(money.amount, minor, "{text} {currency}");
        }
        assert_eq!(Money::price("1.250", "kwd".parse().unwrap()).unwrap().amount, 1250);
    }

    #[test]
    fn what_is_not_a_price_is_refused() {
        for text in
            ["", ".", "2.", ".5", "-1", "2,50", "1e3", "2.505", " 2.50", "99999999999999999999"]
        {
            assert!(Money::price(text, usd()).is_err(), "{text:?}");
        }
        assert!(Money::price("1.5", "jpy".parse().unwrap()).is_err());
        assert!(Money::price("1.50", "isk".parse().unwrap()).is_err());
        assert!("USD".parse::<Currency>().is_err());
        assert!("usdx".parse::<Currency>().is_err());
    }

    #[test]
    fn a_price_under_stripes_minimum_says_what_is_allowed() {
        let error = Money::price("0.49", usd()).unwrap_err().to_string();
        assert_eq!(error, "0.49 USD is outside what Stripe charges (0.50 USD to 999999.99 USD)");
    }

    #[test]
    fn sums_never_mix_currencies() {
        let eur = Money::new(1, "eur".parse().unwrap());
        assert_eq!(Money::new(1, usd()).checked_add(eur), None);
        assert_eq!(Money::new(u64::MAX, usd()).checked_add(Money::new(1, usd())), None);
    }
}
