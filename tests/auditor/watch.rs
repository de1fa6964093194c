//! What must hold at every instant, judged as it happens.

use super::promises::Said;
use std::collections::{BTreeMap, BTreeSet};

use super::{Finding, Millis, item, sale_of};

/// A look may be this old when something is cleared on it: it may take three seconds to come back,
/// and holds for one more.
const LOOKED_WITHIN: Millis = 4_000;

/// A vend may begin this much after the authorization counted as young: the flush and the port.
pub const FIRED_WITHIN: Millis = 8_000;

/// More turns than this in one second are a loop that spins.
const MOST_TURNS: u32 = 300;

/// A call as it leaves the kiosk.
#[derive(Clone, Debug)]
pub struct Sent<'a> {
    /// GET or POST, and the path.
    pub line: &'a str,
    /// Its parameters.
    pub params: &'a [(String, String)],
    /// Its idempotency key.
    pub key: Option<&'a str>,
    /// Whether the reader itself has to answer it.
    pub is_reader_command: bool,
}

/// What Stripe knows of a sale's money at an instant.
#[derive(Clone, Debug)]
pub struct Money {
    /// The PaymentIntent's status.
    pub status: String,
    /// What can be captured, or was.
    pub covers: u64,
    /// Its currency.
    pub currency: String,
    /// How long ago the card was authorized, by Stripe's clock, in milliseconds.
    pub age: Option<Millis>,
}

/// The newest prompt, and what was seen of the reader since.
#[derive(Clone, Default, Debug)]
struct Prompt {
    key: Option<String>,
    /// Looks that left after it.
    looks: BTreeSet<u64>,
    /// Whether one of them was answered.
    is_seen: bool,
}

/// The watcher.
#[derive(Clone, Default, Debug)]
pub struct Watch {
    findings: Vec<Finding>,
    keys: BTreeMap<String, (String, Vec<(String, String)>)>,
    commands: BTreeSet<u64>,
    fired: BTreeSet<String>,
    turns: (Millis, u32),
    /// Sales of which the card has forgotten facts.
    forgotten: BTreeSet<String>,
    /// Sales whose record is damaged.
    damaged: BTreeSet<String>,
    /// PaymentIntents that a reader was asked to prompt for.
    prompted: BTreeSet<String>,
    /// The newest prompt.
    prompt: Prompt,
    /// Facts that are on disk, by sale.
    flushed: BTreeMap<String, Vec<serde_json::Value>>,
}

impl Watch {
    /// What was found so far.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Notes a breach.
    pub fn find(&mut self, invariant: &'static str, what: String) {
        if self.findings.len() < 20 {
            self.findings.push(Finding { invariant, what });
        }
    }

    /// Facts of a sale are on disk.
    pub fn flushed(&mut self, sale: &str, fact: serde_json::Value) {
        self.flushed.entry(sale.to_owned()).or_default().push(fact);
    }

    /// Whether a person has decided about a sale, as far as it was ever on disk.
    pub fn is_decided_by_people(&self, sale: &str) -> bool {
        let decides = |fact: &serde_json::Value| {
            ["refund_asked", "resolved"].iter().any(|kind| fact["fact"] == *kind)
        };
        self.flushed.get(sale).is_some_and(|facts| facts.iter().any(decides))
    }

    /// How many facts of a sale are on disk.
    pub fn flushed_facts(&self, sale: &str) -> usize {
        self.flushed.get(sale).map_or(0, Vec::len)
    }

    /// The disk has no other sales than these (after a power cut).
    pub fn only_these_are_left<'a>(&mut self, sales: impl Iterator<Item = &'a str>) {
        let left: BTreeSet<&str> = sales.collect();
        self.flushed.retain(|sale, _| left.contains(sale.as_str()));
    }

    /// The disk has these facts of a sale, and no others (after a power cut).
    pub fn restored(&mut self, sale: &str, facts: Vec<serde_json::Value>) {
        self.flushed.insert(sale.to_owned(), facts);
    }

    /// The card has forgotten facts of a sale, among them perhaps a number that a key had.
    pub fn forgotten(&mut self, sale: &str) {
        self.forgotten.insert(sale.to_owned());
    }

    /// A sale's record is damaged from now on.
    pub fn damaged(&mut self, sale: &str) {
        self.damaged.insert(sale.to_owned());
    }

    /// A process died: its calls are nobody's any more.
    pub fn died(&mut self) {
        self.commands.clear();
        self.prompt.looks.clear();
    }

    /// A call leaves.
    pub fn sent(&mut self, flight: u64, sent: &Sent<'_>) {
        self.one_key_one_request(sent);
        self.one_command_at_a_time(flight, sent);
        self.looked_before_the_next_prompt(flight, sent);
        self.written_ahead(sent);
        self.no_prompt_for_a_sale_that_is_over(sent);
        self.nothing_rests_on_a_damaged_record(sent);
    }

    /// A call has been answered, well or not.
    pub fn answered(&mut self, flight: u64, is_good: bool) {
        self.commands.remove(&flight);
        if self.prompt.looks.remove(&flight) && is_good {
            self.prompt.is_seen = true;
        }
    }

    /// A key names one request, byte for byte, for ever: else Stripe replays what was not meant.
    fn one_key_one_request(&mut self, sent: &Sent<'_>) {
        let Some(key) = sent.key else { return };
        let request = (sent.line.to_owned(), sent.params.to_vec());
        if let Some(before) = self.keys.get(key) {
            let forgotten = parts(key).is_some_and(|(sale, ..)| self.forgotten.contains(sale));
            if *before != request && !forgotten {
                let what = format!("key {key}: {before:?}, then {request:?}");
                self.find("one_key_one_request", what);
            }
        } else {
            self.keys.insert(key.to_owned(), request);
        }
    }

    /// Two commands at once race for one screen, and nobody knows whose prompt a card pays.
    fn one_command_at_a_time(&mut self, flight: u64, sent: &Sent<'_>) {
        if !sent.is_reader_command {
            return;
        }
        if !self.commands.is_empty() {
            self.find("one_command_at_a_time", format!("{} beside another", sent.line));
        }
        self.commands.insert(flight);
    }

    /// A prompt that failed may stand on the reader all the same, and one that ended may have been
    /// paid: what it came to is seen before there is another. The same again, under its key, is none.
    fn looked_before_the_next_prompt(&mut self, flight: u64, sent: &Sent<'_>) {
        let prompt = &mut self.prompt;
        let sees_reader = sent.line.starts_with("GET /v1/terminal/readers/");
        // Where nothing is to be seen of the reader, the payment is looked at.
        let sees_payment =
            sent.line.starts_with("GET /v1/payment_intents/") && !sent.line.ends_with("/search");
        if sees_reader || sees_payment || sent.line.ends_with("/cancel_action") {
            prompt.looks.insert(flight);
        }
        let Some((_, "process" | "collect" | "confirm", _)) = sent.key.and_then(parts) else {
            return;
        };
        let is_another = prompt.key.as_deref() != sent.key;
        let is_blind = is_another && prompt.key.is_some() && !prompt.is_seen;
        if is_another {
            let key = sent.key.map(str::to_owned);
            *prompt = Prompt { key, ..Prompt::default() };
        }
        if is_blind {
            self.find("looked_before_the_next_prompt", sent.line.to_owned());
        }
    }

    /// What may move money rests on facts that are on disk: else a restart does not know of it.
    fn written_ahead(&mut self, sent: &Sent<'_>) {
        let Some((sale, operation, n)) = sent.key.and_then(parts) else { return };
        let facts = self.flushed.get(sale).map(Vec::as_slice).unwrap_or_default();
        let has = |kind: &str| facts.iter().any(|fact| fact["fact"] == kind);
        let decided = |way: &str| {
            let by = |fact: &serde_json::Value| {
                let settlement = &fact["settlement"];
                settlement == way || settlement.get(way).is_some()
            };
            let ordered = |fact: &serde_json::Value| {
                let decision = &fact["decision"];
                decision == way || decision.get(way).is_some()
            };
            facts.iter().any(|fact| match fact["fact"].as_str() {
                Some("settlement_decided") => by(fact),
                Some("resolved") => ordered(fact),
                Some("refund_asked") => way == "refund",
                _ => false,
            })
        };
        let numbered = |kind: &str| {
            facts.iter().any(|fact| fact["fact"] == kind && fact["n"].as_u64() == Some(n))
        };
        if matches!(operation, "process" | "collect") {
            let intent = sent.params.iter().find(|(name, _)| name == "payment_intent");
            self.prompted.extend(intent.map(|(_, id)| id.clone()));
        }
        let ok = match operation {
            "create" => true,
            "process" | "collect" => has("opened") && (n == 1 || numbered("prompt_intended")),
            "confirm" => numbered("confirm_intended"),
            "capture" => decided("capture"),
            "refund" => decided("refund"),
            // What nobody was ever asked to pay may be cancelled without a record: there is none
            // where the daemon died before its first flush.
            "cancel" => has("opened") || !self.prompted.iter().any(|id| sent.line.contains(id)),
            _ => has("opened"),
        };
        if !ok {
            let kinds: Vec<_> = facts.iter().filter_map(|fact| fact["fact"].as_str()).collect();
            self.find("written_ahead", format!("{} with only {kinds:?} on disk", sent.line));
        }
    }

    /// Whoever pays for a sale that is over pays for nothing.
    fn no_prompt_for_a_sale_that_is_over(&mut self, sent: &Sent<'_>) {
        let Some((sale, "process" | "collect" | "confirm", _)) = sent.key.and_then(parts) else {
            return;
        };
        let facts = self.flushed.get(sale).map(Vec::as_slice).unwrap_or_default();
        if facts.last().is_some_and(|fact| fact["fact"] == "closed") {
            self.find("no_prompt_for_a_sale_that_is_over", format!("{sale}: {}", sent.line));
        }
    }

    /// What cannot be read whole is not guessed: a person settles it.
    fn nothing_rests_on_a_damaged_record(&mut self, sent: &Sent<'_>) {
        let sale = sent.key.and_then(parts).map(|(sale, ..)| sale);
        if let Some(sale) = sale.filter(|sale| self.damaged.contains(*sale)) {
            self.find("nothing_rests_on_a_damaged_record", format!("{sale}: {}", sent.line));
        }
    }

    /// Another system's payment is another customer's: it is cleared only if it came up after the
    /// look that had shown the reader free, or ours.
    pub fn strangers_are_left_alone(&mut self, sent_at: Millis, stranger_since: Option<Millis>) {
        if let Some(since) = stranger_since
            && since + LOOKED_WITHIN < sent_at
        {
            let what = format!(
                "a payment of another system's, there since {since}, cancelled by a command of {sent_at}"
            );
            self.find("strangers_are_left_alone", what);
        }
    }

    /// A vend that is not on disk when it is ordered would be ordered again after a restart.
    pub fn vend_is_written_ahead(&mut self, order: &str) {
        let facts = self.flushed.get(sale_of(order)).map(Vec::as_slice).unwrap_or_default();
        let of = |fact: &serde_json::Value| fact["item"].as_u64().unwrap_or(1);
        let wanted = u64::try_from(item(order)).unwrap_or_default();
        let intended =
            |fact: &serde_json::Value| fact["fact"] == "vend_intended" && of(fact) == wanted;
        if !facts.iter().any(intended) {
            self.find("written_ahead", format!("{order}: VEND without its fact on disk"));
        }
    }

    /// Goods leave only for money that is there, all of it, from a moment ago, and once.
    pub fn fires_only_on_money(
        &mut self,
        order: &str,
        (price, currency): (u64, &str),
        window: Millis,
        money: &[Money],
    ) {
        let covered = money.iter().any(|money| {
            matches!(money.status.as_str(), "requires_capture" | "succeeded")
                && money.covers >= price
                && money.currency == currency
                && money.age.is_none_or(|age| age <= window + FIRED_WITHIN)
        });
        if !covered {
            self.find("fires_only_on_money", format!("VEND {order} for {money:?}"));
        }
    }

    /// Whoever paid for one thing does not want another, nor a neighbour's slot of another machine.
    pub fn gives_what_was_chosen(
        &mut self,
        order: &str,
        chosen: &(String, String),
        told: &(String, String),
    ) {
        if chosen != told {
            self.find("gives_what_was_chosen", format!("VEND {order} at {told:?}, not {chosen:?}"));
        }
    }

    /// A board that is told twice gives twice.
    pub fn fires_once(&mut self, order: &str) {
        if !self.fired.insert(order.to_owned()) {
            self.find("fires_once", format!("VEND {order} again"));
        }
    }

    /// The customer acts upon what the display says about money: it must be so. `about`: the sales
    /// that it may be about, with Stripe's money and whether goods came out.
    pub fn display_does_not_lie(&mut self, said: Said, about: &[(String, Vec<Money>, bool)]) {
        let live = |money: &Money| {
            matches!(money.status.as_str(), "requires_capture" | "succeeded" | "processing")
        };
        let refunded = |money: &Money| money.status == "refunded";
        let is_true = |(_, money, given): &(String, Vec<Money>, bool)| match said {
            Said::Paid { .. } => *given,
            Said::NotCharged => !money.iter().any(live),
            Said::Refunded => money.iter().any(refunded),
            Said::PartPaid { kept } => {
                *given && money.iter().any(|money| live(money) && money.covers >= kept)
            }
            // Promises: the end shows whether they are kept.
            Said::PartWillBePaid { .. }
            | Said::HoldWillBeReleased
            | Said::WillBeRefunded
            | Said::Owed { .. } => true,
        };
        if !about.is_empty() && !about.iter().any(is_true) {
            self.find("display_does_not_lie", format!("it says {said:?} of one of {about:?}"));
        }
    }

    /// A turn of the driver. A loop that spins starves whatever else the board does.
    pub fn turns_are_bounded(&mut self, at: Millis) {
        let second = at / 1000;
        if self.turns.0 != second {
            self.turns = (second, 0);
        }
        self.turns.1 += 1;
        if self.turns.1 == MOST_TURNS {
            self.find("turns_are_bounded", format!("{MOST_TURNS} turns in second {second}"));
        }
    }
}

/// Sale, operation and number of a key. `None` for one that concerns no sale.
fn parts(key: &str) -> Option<(&str, &str, u64)> {
    let (rest, n) = key.rsplit_once(':')?;
    let (sale, operation) = rest.split_once(':')?;
    (sale != "kiosk").then_some(())?;
    Some((sale, operation, n.parse().ok()?))
}
