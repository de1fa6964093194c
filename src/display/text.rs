//! The words of each view, in one language. Every view has some: the mapping is this one function.

mod reasons;

use crate::kiosk::cart::CartLine;
use crate::kiosk::screen::Scarce;
use crate::kiosk::view::{BusyWith, Ending, Place, Rest, Shown};
use crate::kiosk::{Turned, View};
use crate::locale::{Argument, Speech};
use crate::money::Money;
use crate::sale::cards::{CardSeen, NotTaken};
use crate::sale::fact::{Decline, Retraction};

use super::fit::unbroken;
use super::words::{Countdown, Mood, Phrase, Words};

/// Whom a customer can call.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Help {
    /// The operator's telephone number.
    pub phone: Option<String>,
}

/// The words of a view.
pub fn words(view: &View, speech: &Speech, help: &Help) -> Words {
    Speaker { speech, help }.words(view)
}

struct Speaker<'a> {
    speech: &'a Speech,
    help: &'a Help,
}

impl Speaker<'_> {
    fn words(&self, view: &View) -> Words {
        let sorry = |why: Ending, line| self.two(Mood::Sorry, ending(why), line);
        let waits = |product, line| self.of(Mood::Waiting, product, line);
        match view {
            View::Idle => self.two(Mood::Inviting, "welcome", "choose"),
            View::Shelf { sold_out, few } => self.shelf(sold_out, few),
            View::Attract { product } => self.of(Mood::Inviting, product, self.say("choose")),
            View::Typing { text } => self.typing(text),
            View::Cart { lines, sum } => self.cart(lines, *sum),
            View::Connecting { product } => waits(product, self.say("one-moment")),
            View::ReaderBusy { product, with: BusyWith::OtherPayment } => {
                waits(product, self.say("reader-in-use-wait"))
            }
            View::ReaderBusy { product, with: BusyWith::Itself } => {
                waits(product, self.say("reader-updating-wait"))
            }
            View::Blind { product } => waits(product, self.say("no-card-now")),
            View::PresentCard { product, seconds_left, seconds_of, declined, not_taken } => {
                let line = match (declined, not_taken) {
                    (None, None) => self.say("present-card"),
                    (Some(decline), _) => self.say(declined_line(decline)),
                    (None, Some(why)) => self.after(why, "try-another-card"),
                };
                self.of(Mood::Asking, product, line).counting(*seconds_left, *seconds_of)
            }
            View::CardNotTaken { product, why } => waits(product, self.after(why, "wait-after")),
            View::Authorizing { product, card } => waits(product, self.authorizing(card.as_ref())),
            View::TakingBack { why } => self.two(Mood::Waiting, taking_back(why), "do-not-present"),
            View::Dispensing { product, place } => self.placed(product, *place, "here-it-comes"),
            View::Checking { product, place } => self.placed(product, *place, "checking"),
            View::ThankYou { product, receipt } => self.thanks(product, receipt.as_ref()),
            View::PartGiven { given, of, unknown, kept, rest, receipt } => {
                let came_out = (*unknown == 0).then_some((*given, *of));
                let words = self.part_given(came_out, self.part_paid(*kept, *rest));
                self.with_receipt(words, receipt.as_ref())
            }
            View::HoldWillBeReleased { why } => sorry(*why, "hold-will-be-released"),
            View::NotCharged { why } => sorry(*why, "not-charged"),
            View::WillBeRefunded { why } => sorry(*why, "will-be-refunded"),
            View::Refunded { why } => sorry(*why, "refunded"),
            View::PresentCardAgain { product, seconds_left, seconds_of } => {
                self.again(product).counting(*seconds_left, *seconds_of)
            }
            View::MoneyOwed { sale, amount } => {
                let (amount, sale) = (self.money(*amount), sale.to_string());
                let line = self.about("owed", &[("amount", amount.into()), ("sale", sale.into())]);
                Words::new(Mood::Sorry, self.say("sorry"), line)
            }
            View::OperatorDecides => self.two(Mood::Sorry, "sorry", "operator-decides"),
            View::NotNow { why } => Words::new(Mood::Sorry, self.say("not-now"), self.turned(why)),
            View::OutOfOrder { reason } => self.nothing_sold(reason),
            View::Wait => self.two(Mood::Waiting, "one-moment", "last-purchase"),
            View::Stopping => self.two(Mood::Closed, "out-of-order", "maintenance"),
        }
    }

    fn typing(&self, text: &str) -> Words {
        let headline = self.about("your-choice", &[("code", text.into())]);
        Words::new(Mood::Inviting, headline, self.say("type-on"))
    }

    fn thanks(&self, product: &Shown, receipt: Option<&String>) -> Words {
        let (amount, taken) = (self.money(product.price), self.goods(product));
        let line = self.about("paid-take", &[("amount", amount.into()), ("product", taken.into())]);
        self.with_receipt(Words::new(Mood::Glad, self.say("thank-you"), line), receipt)
    }

    /// How many of how many came out, unless nobody knows.
    fn part_given(&self, came_out: Option<(usize, usize)>, line: Phrase) -> Words {
        let headline = match came_out {
            Some((given, of)) => {
                self.about("only-came", &[("given", given.into()), ("of", of.into())])
            }
            None => self.say(ending(Ending::VendUnknown)),
        };
        Words::new(Mood::Sorry, headline, line)
    }

    /// The card is needed once more.
    fn again(&self, product: &Shown) -> Words {
        let name = self.first_of(product).longest().to_owned();
        let headline = self.about("did-not-come", &[("product", name.into())]);
        Words::new(Mood::Asking, headline, self.say("present-again"))
    }

    fn say(&self, name: &str) -> Phrase {
        self.about(name, &[])
    }

    fn about(&self, name: &str, arguments: &[(&str, Argument)]) -> Phrase {
        Phrase::of(self.speech.wordings(name, arguments))
    }

    fn money(&self, money: Money) -> String {
        self.speech.money(money)
    }

    fn two(&self, mood: Mood, headline: &str, line: &str) -> Words {
        Words::new(mood, self.say(headline), self.say(line))
    }

    /// About a product that is not paid yet.
    fn of(&self, mood: Mood, product: &Shown, line: Phrase) -> Words {
        let price = Some(unbroken(&self.money(product.price)));
        Words { price, ..Words::new(mood, self.first_of(product), line) }
    }

    /// The product, or the first of several.
    fn first_of(&self, product: &Shown) -> Phrase {
        let name = || product.name.as_str().into();
        match product.further {
            0 => Phrase::new(&product.name),
            more => self.about("product-and-more", &[("product", name()), ("more", more.into())]),
        }
    }

    /// What is to be taken.
    fn goods(&self, product: &Shown) -> String {
        match product.further {
            0 => product.name.clone(),
            more => self.about("products", &[("count", (more + 1).into())]).longest().to_owned(),
        }
    }

    /// The machine is at one of the products.
    fn placed(&self, product: &Shown, place: Place, line: &str) -> Words {
        let Place { number, of } = place;
        let name = product.name.as_str();
        let headline = if of == 1 {
            Phrase::new(name)
        } else {
            let told = [("product", name.into()), ("number", number.into()), ("of", of.into())];
            self.about("item-of", &told)
        };
        Words::new(Mood::Waiting, headline, self.say(line))
    }

    fn shelf(&self, sold_out: &[String], few: &[Scarce]) -> Words {
        let few = few.iter().map(|Scarce { name, left }| {
            let left = usize::try_from(*left).unwrap_or(usize::MAX);
            self.about("few-left", &[("product", name.as_str().into()), ("left", left.into())])
        });
        let sold_out = (!sold_out.is_empty())
            .then(|| self.about("sold-out-products", &[("products", sold_out.join(", ").into())]));
        let notes: Vec<Phrase> = few.chain(sold_out).collect();
        let all =
            |wording: fn(&Phrase) -> &str| notes.iter().map(wording).collect::<Vec<_>>().join(". ");
        let note = Some(Phrase::new(all(Phrase::longest)).or(all(Phrase::shortest)));
        Words { note, ..self.two(Mood::Inviting, "welcome", "choose") }
    }

    fn cart(&self, lines: &[CartLine], sum: Money) -> Words {
        let names = lines.iter().map(|CartLine { name, count }| match count {
            1 => name.clone(),
            count => format!("{count} {name}"),
        });
        let names = names.collect::<Vec<_>>().join(", ");
        let line = self.about("choose-or-pay", &[("products", names.into())]);
        let price = Some(unbroken(&self.money(sum)));
        Words { price, ..Words::new(Mood::Inviting, self.say("your-cart"), line) }
    }

    /// What a part costs, and what becomes of the rest: a promise until Stripe has confirmed it.
    fn part_paid(&self, kept: Money, rest: Rest) -> Phrase {
        let name = match rest {
            Rest::WillBeReleased => "part-will-be-released",
            Rest::NotCharged => "part-not-charged",
            Rest::WillBeRefunded => "part-will-be-refunded",
            Rest::Refunded => "part-refunded",
        };
        self.about(name, &[("kept", self.money(kept).into())])
    }

    fn authorizing(&self, card: Option<&CardSeen>) -> Phrase {
        let brand = card.and_then(|card| brand_name(card.brand.as_deref()?));
        let last4 = card.and_then(|card| card.last4.as_deref());
        match (brand, last4) {
            (Some(brand), Some(last4)) => {
                self.about("one-moment-card", &[("brand", brand.into()), ("last4", last4.into())])
            }
            (Some(_) | None, _) => self.say("one-moment"),
        }
    }

    /// Why a card was not taken, and what follows.
    fn after(&self, why: &NotTaken, then: &str) -> Phrase {
        let why = self.not_taken(why).wordings().map(str::to_owned).collect::<Vec<_>>();
        // Each length of the one beside the same length of the other.
        let both = |at: usize| {
            let why = why.get(at).or(why.last()).cloned().unwrap_or_default();
            let said = self.speech.wordings(then, &[("why", why.into())]);
            said.get(at).or(said.last()).cloned().unwrap_or_default()
        };
        Phrase::of((0..3).map(both).collect())
    }

    fn not_taken(&self, why: &NotTaken) -> Phrase {
        match why {
            NotTaken::Brand { brand } => match brand_name(brand) {
                Some(name) => self.about("not-taken-brand", &[("brand", name.into())]),
                None => self.say("not-taken-card"),
            },
            NotTaken::Funding { funding } => self.say(match funding.as_str() {
                "credit" => "not-taken-credit",
                "debit" => "not-taken-debit",
                "prepaid" => "not-taken-prepaid",
                _ => "not-taken-kind",
            }),
            NotTaken::Country { .. } => self.say("not-taken-country"),
        }
    }

    fn turned(&self, why: &Turned) -> Phrase {
        let of = |name, code: &crate::ids::ProductCode| {
            self.about(name, &[("code", code.to_string().into())])
        };
        match why {
            Turned::Unknown { code } => of("no-such-code", code),
            Turned::Disabled { code } => of("not-for-sale", code),
            Turned::SoldOut { code, left: 0 } => of("code-sold-out", code),
            Turned::SoldOut { code, left } => {
                let left = usize::try_from(*left).unwrap_or(usize::MAX);
                let told = [("code", code.to_string().into()), ("left", left.into())];
                self.about("code-few-left", &told)
            }
            Turned::Busy => self.say("one-moment"),
            Turned::OutOfOrder { reason } => self.say(reasons::line(reason)),
            Turned::Draining => self.say("maintenance"),
            Turned::CartFull => self.say("cart-full"),
            Turned::CartEmpty => self.say("cart-empty"),
            Turned::NotInCart { code } => of("not-in-cart", code),
            Turned::NoCart => self.say("choose"),
            Turned::AtMachine { .. } => self.say("choose-at-machine"),
            Turned::NoSuchSlot { .. } | Turned::NoSuchPrice { .. } => self.say("not-by-card"),
        }
    }

    fn with_receipt(&self, words: Words, receipt: Option<&String>) -> Words {
        match receipt {
            Some(url) => {
                Words { link: Some(url.clone()), note: Some(self.say("scan-receipt")), ..words }
            }
            None => words,
        }
    }
}

impl Words {
    fn counting(self, left: u64, of: u64) -> Self {
        Self { countdown: Some(Countdown { left, of: of.max(left) }), ..self }
    }
}

/// What to do after a decline. Source: Stripe, "Decline codes". Nobody is told before others that
/// a card is lost or stolen.
fn declined_line(decline: &Decline) -> &'static str {
    match decline.decline_code.as_deref().unwrap_or(&decline.code) {
        "insufficient_funds" => "decline-funds",
        "expired_card" => "decline-expired",
        "offline_pin_required" | "online_or_offline_pin_required" => "decline-insert",
        "incorrect_pin" | "invalid_pin" => "decline-pin",
        "pin_try_exceeded" => "decline-pin-often",
        "withdrawal_count_limit_exceeded" | "card_velocity_exceeded" => "decline-limit",
        "card_not_supported" | "currency_not_supported" | "transaction_not_allowed" => {
            "decline-card"
        }
        "processing_error"
        | "try_again_later"
        | "reenter_transaction"
        | "issuer_not_available"
        | "approve_with_id" => "decline-retry",
        _ => "decline-any",
    }
}

/// A brand as people write it.
fn brand_name(brand: &str) -> Option<&'static str> {
    Some(match brand {
        "amex" => "American Express",
        "cartes_bancaires" => "Cartes Bancaires",
        "diners" => "Diners Club",
        "discover" => "Discover",
        "eftpos_au" => "eftpos",
        "interac" => "Interac",
        "jcb" => "JCB",
        "mastercard" => "Mastercard",
        "unionpay" => "UnionPay",
        "visa" => "Visa",
        _ => return None,
    })
}

fn taking_back(why: &Retraction) -> &'static str {
    match why {
        Retraction::CancelledOnKiosk | Retraction::CancelledOnReader => "cancelling",
        Retraction::TimedOut => "time-is-up",
        Retraction::TooManyDeclines => "card-not-accepted",
        Retraction::Restarted
        | Retraction::Stopping
        | Retraction::StripeUnreachable
        | Retraction::ReaderUnavailable { .. }
        | Retraction::StripeRefused { .. }
        | Retraction::CancelledAtStripe
        | Retraction::LeftBehind => "sorry",
    }
}

fn ending(why: Ending) -> &'static str {
    match why {
        Ending::Cancelled => "cancelled",
        Ending::TimedOut => "time-is-up",
        Ending::Declined => "card-not-accepted",
        Ending::VendFailed => "vend-failed",
        Ending::VendUnknown => "went-wrong",
        Ending::Trouble => "did-not-work",
    }
}

#[cfg(test)]
mod tests;
