//! Which cards are taken: `payment.accept` and `payment.reject`.

use std::collections::BTreeSet;

use super::super::origins::KeyPath;
use super::super::problem::{nearest, quoted};
use super::super::raw::{RawCards, RawPayment};
use super::Check;
use crate::sale::cards::{CardKinds, CardRules};

/// Source: Stripe, PaymentMethod object, `card_present.brand` and `interac_present.brand`.
const BRANDS: [&str; 12] = [
    "amex",
    "cartes_bancaires",
    "diners",
    "discover",
    "eftpos_au",
    "interac",
    "jcb",
    "link",
    "mastercard",
    "unionpay",
    "visa",
    "unknown",
];

/// Source: Stripe, PaymentMethod object, `card_present.funding`.
const FUNDING: [&str; 4] = ["credit", "debit", "prepaid", "unknown"];

impl Check<'_> {
    /// The rules, which only a flow that looks at the card first can follow.
    pub(super) fn cards(&mut self, payment: &KeyPath, raw: &RawPayment) -> Option<CardRules> {
        let (accepting, rejecting) = (payment.join("accept"), payment.join("reject"));
        let accept = self.kinds(&accepting, &raw.accept);
        let reject = self.kinds(&rejecting, &raw.reject);
        let rules = CardRules { accept: accept?, reject: reject? };
        if raw.flow == "process" {
            let unused = [(accepting, &rules.accept), (rejecting, &rules.reject)];
            for (table, _) in unused.into_iter().filter(|(_, kinds)| !kinds.is_empty()) {
                let wrong = "with payment.flow = \"process\" a card is not known before it is \
                             authorized";
                let fix = "write flow = \"collect_confirm\" below [payment], or remove this table";
                self.wrong(&table, wrong, "payment.flow = \"collect_confirm\"", fix);
            }
            return Some(rules);
        }
        for (name, accepted, rejected) in [
            ("brands", &rules.accept.brands, &rules.reject.brands),
            ("funding", &rules.accept.funding, &rules.reject.funding),
            ("countries", &rules.accept.countries, &rules.reject.countries),
        ] {
            for word in accepted.intersection(rejected) {
                let wrong = format!("{word:?} is accepted as well");
                let allowed = "each kind of card in one of payment.accept and payment.reject";
                self.wrong(&rejecting.join(name), wrong, allowed, "remove it from one of them");
            }
        }
        Some(rules)
    }

    fn kinds(&mut self, table: &KeyPath, raw: &RawCards) -> Option<CardKinds> {
        let brands = self.words(&table.join("brands"), &raw.brands, &BRANDS);
        let funding = self.words(&table.join("funding"), &raw.funding, &FUNDING);
        let countries = self.countries(&table.join("countries"), &raw.countries);
        Some(CardKinds { brands: brands?, funding: funding?, countries: countries? })
    }

    fn words(
        &mut self,
        key: &KeyPath,
        words: &[String],
        allowed: &[&'static str],
    ) -> Option<BTreeSet<String>> {
        let strangers = words.iter().filter(|word| !allowed.contains(&word.as_str()));
        let strangers: Vec<&String> = strangers.collect();
        for word in &strangers {
            let fix = match nearest(word, allowed.iter().copied()) {
                Some(near) => format!("write {near:?} if that is meant"),
                None => "write some of these".to_owned(),
            };
            let wrong = format!("{} is none of the choices", quoted(word));
            let allowed: Vec<String> = allowed.iter().map(|word| format!("{word:?}")).collect();
            self.wrong(key, wrong, allowed.join(", "), fix);
        }
        strangers.is_empty().then(|| words.iter().cloned().collect())
    }

    fn countries(&mut self, key: &KeyPath, words: &[String]) -> Option<BTreeSet<String>> {
        let is_code = |word: &&String| {
            word.len() == 2 && word.bytes().all(|letter| letter.is_ascii_uppercase())
        };
        let strangers: Vec<&String> = words.iter().filter(|word| !is_code(word)).collect();
        for word in &strangers {
            let wrong = format!("{} is no country's code", quoted(word));
            let allowed = "two letters of ISO 3166 in upper case, such as \"US\"";
            self.wrong(key, wrong, allowed, "write the code of the country");
        }
        strangers.is_empty().then(|| words.iter().cloned().collect())
    }
}
