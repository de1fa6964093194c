//! What there is to see when a world is over, and how it is judged: by the same auditor as the
//! simulation's.

use std::collections::BTreeMap;

use kioskd::journal::{Filter, Journal};
use serde_json::Value;

use crate::auditor::watch::{Sent, Watch};
use crate::auditor::{Evidence, Finding, Record, end, sale_of};
use crate::machine::{Done, Said, Vend, books};
use crate::wire::Request;
use crate::world::World;

/// Who lived so much longer than a line took, read it.
const READ_WITHIN: i64 = 1_500;

/// A line that comes this shortly before a decision may have come too late for it.
const TOO_LATE: i64 = 500;

/// A fact, when it was noted, and of which sale.
pub type Noted = (i64, String, Value);

/// Everything.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// What the auditor judges at the end.
    pub evidence: Evidence,
    /// What is on disk, by when it was noted.
    pub facts: Vec<Noted>,
    /// What was sent to Stripe.
    pub requests: Vec<Request>,
    /// What was sent to the board.
    pub vends: Vec<Vend>,
    /// How the sale that came last has ended.
    pub last: Option<String>,
    /// What is wrong with the journal itself.
    pub damage: Vec<String>,
}

impl Seen {
    /// Reads everything. The daemon has stopped.
    pub fn of(world: &World) -> Self {
        let mut seen = Self { requests: world.wire.requests(), ..Self::default() };
        let Done { goods, vends, said } = world.machine.done();
        seen.vends = vends;
        seen.evidence.goods = goods;
        seen.evidence.books = books(world.stripe);
        let journal = Journal::open(&world.path().join("state")).unwrap();
        let all = Filter { open_only: false, limit: u32::MAX, before: None };
        for summary in journal.summaries(&all).unwrap() {
            let stored = journal.sale(&summary.sale).unwrap().unwrap();
            let sale = summary.sale.to_string();
            seen.last.get_or_insert_with(|| summary.outcome.unwrap_or(summary.phase));
            seen.damage.extend(stored.damage.map(|damage| format!("{sale}: {damage}")));
            let fact = |body: &str| serde_json::from_str::<Value>(body).unwrap();
            let facts = stored.rows.iter().map(|row| (row.at.0, sale.clone(), fact(&row.body)));
            seen.facts.extend(facts);
            let facts = stored.rows.iter().map(|row| fact(&row.body)).collect();
            seen.evidence.sales.insert(sale, Record { facts });
        }
        let told = said.iter().filter(|said| seen.was_heard(said, &world.life.lives()));
        seen.evidence.told_delivered = told.map(|said| said.sale.clone()).collect();
        seen
    }

    /// Whether the daemon that had asked heard the answer, and before the money was decided.
    fn was_heard(&self, said: &Said, lives: &[(i64, i64)]) -> bool {
        let lived = |(from, to): &(i64, i64)| {
            *from <= said.asked && said.at < to.saturating_sub(READ_WITHIN)
        };
        let undecided = |(at, sale, fact): &Noted| {
            *sale != said.sale || fact["fact"] != "settlement_decided" || *at > said.at + TOO_LATE
        };
        lives.iter().any(lived) && self.facts.iter().all(undecided)
    }

    /// Judges it all.
    pub fn audit(&self) -> Vec<Finding> {
        let mut findings = self.watched();
        findings.extend(end::audit(&self.evidence));
        let broken = |what: &String| Finding { invariant: "history_is_whole", what: what.clone() };
        findings.extend(self.damage.iter().map(broken));
        findings
    }

    /// Goes through it in the order of time, with what is on disk in the end: an effect whose fact
    /// is not there rested on nothing.
    fn watched(&self) -> Vec<Finding> {
        let mut watch = Watch::default();
        let facts = self.facts.iter().map(|fact| (fact.0, Moment::Noted(fact)));
        let sent = self.requests.iter().map(|request| (request.at, Moment::Sent(request)));
        let vends = self.vends.iter().map(|vend| (vend.at, Moment::Vend(vend)));
        let mut moments: Vec<_> = facts.chain(sent).chain(vends).collect();
        // Stable: of the same millisecond, what was noted comes first.
        moments.sort_by_key(|(at, _)| *at);
        let mut flight = 0;
        for (_, moment) in moments {
            match moment {
                Moment::Noted((_, sale, fact)) => watch.flushed(sale, fact.clone()),
                Moment::Sent(request) => {
                    flight += 1;
                    watch.sent(flight, &sent_as(request));
                    // Whether it was good, the wire does not tell.
                    watch.answered(flight, true);
                }
                Moment::Vend(vend) => self.watch_vend(&mut watch, vend),
            }
        }
        watch.findings().to_vec()
    }

    fn watch_vend(&self, watch: &mut Watch, vend: &Vend) {
        watch.vend_is_written_ahead(&vend.order);
        let unknown = Record::default();
        let record = self.evidence.sales.get(sale_of(&vend.order)).unwrap_or(&unknown);
        let price = (record.price(), record.currency());
        watch.fires_only_on_money(&vend.order, price, 0, &vend.money);
        if vend.heard {
            watch.fires_once(&vend.order);
        }
    }

    /// How the sales ended, and how often.
    pub fn outcomes(&self) -> BTreeMap<String, u64> {
        let mut outcomes = BTreeMap::new();
        for record in self.evidence.sales.values() {
            let waits = || record.attention().map(|why| format!("needs_attention ({why})"));
            let outcome = record.outcome().map(str::to_owned).or_else(waits);
            *outcomes.entry(outcome.unwrap_or_else(|| "not over".to_owned())).or_default() += 1;
        }
        outcomes
    }

    /// Sales for which more than one card was authorized or more than the price was taken.
    pub fn double_charges(&self) -> usize {
        let doubled = |finding: &&Finding| finding.invariant == "charged_once";
        end::audit(&self.evidence).iter().filter(doubled).count()
    }
}

enum Moment<'a> {
    Noted(&'a Noted),
    Sent(&'a Request),
    Vend(&'a Vend),
}

/// The harness does not see which commands overlap: that is the simulation's.
fn sent_as(request: &Request) -> Sent<'_> {
    let (line, params) = (request.line.as_str(), request.params.as_slice());
    Sent { line, params, key: request.key.as_deref(), is_reader_command: false }
}
