//! Which cards are taken, where a card is looked at before it is confirmed.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// What Stripe says of a brand or funding that it cannot tell, and what an absent one counts as.
const UNKNOWN: &str = "unknown";

/// A card that was read and not authorized. Source: Stripe, PaymentMethod object, `card_present`.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct CardSeen {
    /// Such as `visa`.
    pub brand: Option<String>,
    /// `credit`, `debit`, `prepaid` or `unknown`.
    pub funding: Option<String>,
    /// Where it was issued: two letters, ISO 3166.
    pub country: Option<String>,
    /// Its last four digits.
    pub last4: Option<String>,
}

/// Kinds of cards, in Stripe's words. An empty set says nothing of its property.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct CardKinds {
    /// Such as `visa`; `unknown` stands for a card that does not say.
    pub brands: BTreeSet<String>,
    /// `credit`, `debit`, `prepaid`, `unknown`.
    pub funding: BTreeSet<String>,
    /// Two letters each, ISO 3166, upper case.
    pub countries: BTreeSet<String>,
}

/// Which cards a kiosk takes: for each property what stands in `accept`, or everything where
/// nothing stands there, and nothing that stands in `reject`.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct CardRules {
    /// Only these are taken.
    #[serde(default)]
    pub accept: CardKinds,
    /// These are not.
    #[serde(default)]
    pub reject: CardKinds,
}

/// Why a card is not taken.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotTaken {
    /// Cards of its brand are not.
    Brand {
        /// Such as `amex`.
        brand: String,
    },
    /// Cards of its kind are not.
    Funding {
        /// Such as `prepaid`.
        funding: String,
    },
    /// Cards of its country are not.
    Country {
        /// Two letters, or `unknown`.
        country: String,
    },
}

impl CardKinds {
    /// Whether it says nothing at all.
    pub fn is_empty(&self) -> bool {
        self.brands.is_empty() && self.funding.is_empty() && self.countries.is_empty()
    }
}

impl CardRules {
    /// Why this card is not taken, if it is not.
    pub fn refuse(&self, card: &CardSeen) -> Option<NotTaken> {
        let (accept, reject) = (&self.accept, &self.reject);
        let refused = |value: &str, accepted: &BTreeSet<String>, rejected: &BTreeSet<String>| {
            rejected.contains(value) || !(accepted.is_empty() || accepted.contains(value))
        };
        let said = |value: &Option<String>| value.as_deref().unwrap_or(UNKNOWN).to_owned();
        let brand = said(&card.brand);
        let funding = said(&card.funding);
        let country = said(&card.country);
        if refused(&brand, &accept.brands, &reject.brands) {
            Some(NotTaken::Brand { brand })
        } else if refused(&funding, &accept.funding, &reject.funding) {
            Some(NotTaken::Funding { funding })
        } else if refused(&country, &accept.countries, &reject.countries) {
            Some(NotTaken::Country { country })
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(brand: &str, funding: &str, country: &str) -> CardSeen {
        let some = |text: &str| Some(text.to_owned());
        CardSeen { brand: some(brand), funding: some(funding), country: some(country), last4: None }
    }

    fn set(words: &[&str]) -> BTreeSet<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn kinds_say_something_as_soon_as_one_property_is_named() {
        let none = CardKinds::default;
        assert!(none().is_empty());
        assert!(!CardKinds { brands: set(&["visa"]), ..none() }.is_empty());
        assert!(!CardKinds { funding: set(&["prepaid"]), ..none() }.is_empty());
        assert!(!CardKinds { countries: set(&["US"]), ..none() }.is_empty());
    }

    #[test]
    fn without_rules_every_card_is_taken() {
        let rules = CardRules::default();
        assert_eq!(rules.refuse(&card("visa", "prepaid", "FR")), None);
        assert_eq!(rules.refuse(&CardSeen::default()), None);
    }

    #[test]
    fn what_is_accepted_shuts_out_the_rest_of_its_property_only() {
        let accept = CardKinds { brands: set(&["visa", "mastercard"]), ..CardKinds::default() };
        let rules = CardRules { accept, ..CardRules::default() };
        assert_eq!(rules.refuse(&card("visa", "prepaid", "FR")), None);
        let brand = "amex".to_owned();
        assert_eq!(rules.refuse(&card("amex", "credit", "US")), Some(NotTaken::Brand { brand }));
    }

    #[test]
    fn what_is_rejected_is_not_taken_even_if_its_brand_is_accepted() {
        let rules = CardRules {
            accept: CardKinds { brands: set(&["visa"]), ..CardKinds::default() },
            reject: CardKinds { funding: set(&["prepaid"]), ..CardKinds::default() },
        };
        let funding = "prepaid".to_owned();
        assert_eq!(
            rules.refuse(&card("visa", "prepaid", "US")),
            Some(NotTaken::Funding { funding })
        );
        assert_eq!(rules.refuse(&card("visa", "debit", "US")), None);
    }

    #[test]
    fn a_card_that_does_not_say_is_unknown() {
        let us = CardKinds { countries: set(&["US"]), ..CardKinds::default() };
        let only_us = CardRules { accept: us.clone(), ..CardRules::default() };
        let not_us = CardRules { reject: us, ..CardRules::default() };
        let silent = CardSeen { country: None, ..card("visa", "credit", "US") };
        let country = UNKNOWN.to_owned();
        assert_eq!(only_us.refuse(&silent), Some(NotTaken::Country { country }));
        assert_eq!(not_us.refuse(&silent), None);
    }
}
