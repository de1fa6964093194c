//! The auditor: sees Stripe's books, what left the machine, and the journal's list of sales, and
//! nothing of how kioskd came by them.

use std::collections::BTreeMap;
use std::fmt;

use crate::ids::{OrderId, Slot};
use crate::journal::Summary;
use crate::money::{Currency, Money};
use crate::simulator::{Books, IntentBook};

/// What the three books say, and where they disagree.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Audit {
    sales: usize,
    sold: usize,
    captured: Money,
    delivered: Money,
    double_charges: usize,
    /// Each disagreement as a sentence.
    pub findings: Vec<String>,
}

/// Compares the three books. `price_of` tells what a slot's product costs.
pub fn audit(
    books: &Books,
    goods: &[(OrderId, Slot)],
    journal: &[Summary],
    currency: Currency,
    price_of: impl Fn(&Slot) -> Option<Money>,
) -> Audit {
    let mut findings = Vec::new();
    let mut intents: BTreeMap<&str, Vec<&IntentBook>> = BTreeMap::new();
    for intent in &books.payment_intents {
        if let Some(sale) = intent.metadata.get("sale") {
            intents.entry(sale).or_default().push(intent);
        }
    }
    let mut delivered = 0;
    let mut double_charges = 0;
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for summary in journal {
        let id = summary.sale.as_str();
        let own = intents.remove(id).unwrap_or_default();
        let given = goods.iter().filter(|(order, _)| sale_of(order) == id);
        let value: u64 =
            given.clone().filter_map(|(_, slot)| price_of(slot)).map(|m| m.amount).sum();
        delivered += value;
        double_charges += usize::from(charges(&own) > 1);
        findings.extend(disagreements(summary, &own, value));
        for (order, _) in given {
            *times.entry(order.as_str()).or_default() += 1;
        }
    }
    for (order, times) in times.into_iter().filter(|(_, times)| *times > 1) {
        findings.push(format!("order {order}: {times} products came out"));
    }
    for (sale, own) in &intents {
        // A press that died before its first flush may leave a PaymentIntent that was never
        // prompted: it can never be paid, so it is untidy and no disagreement about money.
        if charges(own) > 0 {
            findings
                .push(format!("Stripe charged for sale {sale}, which the journal does not know"));
        }
    }
    let captured = kept(&books.payment_intents.iter().collect::<Vec<_>>());
    Audit {
        sales: journal.len(),
        sold: journal.iter().filter(|sale| sale.outcome.as_deref() == Some("sold")).count(),
        captured: Money::new(captured, currency),
        delivered: Money::new(delivered, currency),
        double_charges,
        findings,
    }
}

/// The sale of an order: each item but the first has a lower-case letter of its own behind it.
fn sale_of(order: &OrderId) -> &str {
    order.as_str().trim_end_matches(|last: char| last.is_ascii_lowercase())
}

fn kept(intents: &[&IntentBook]) -> u64 {
    intents.iter().map(|intent| intent.amount_received.saturating_sub(intent.refunded)).sum()
}

/// How often a customer's card was authorized or charged for one sale.
fn charges(intents: &[&IntentBook]) -> u64 {
    intents.iter().map(|intent| intent.authorized_charges.max(intent.captured_charges)).sum()
}

fn disagreements(summary: &Summary, intents: &[&IntentBook], value: u64) -> Vec<String> {
    let id = &summary.sale;
    let (captured, charges) = (kept(intents), charges(intents));
    let held: u64 = intents.iter().map(|intent| intent.amount_capturable).sum();
    let price = summary.amount.amount;
    let says_kept = match summary.outcome.as_deref() {
        Some("sold") => captured >= price,
        Some("partly_sold") => captured > 0 && captured < price,
        Some(_) | None => captured == 0,
    };
    let waits_for_a_person = summary.phase == "needs_attention";
    let checks = [
        (charges > 1, format!("sale {id}: the card was charged {charges} times")),
        (
            captured != value && !waits_for_a_person,
            format!("sale {id}: {captured} kept for goods worth {value}"),
        ),
        (held > 0 && !waits_for_a_person, format!("sale {id}: {held} are still on hold")),
        (
            !says_kept && !waits_for_a_person,
            format!("sale {id}: the journal and Stripe disagree on the sale"),
        ),
        (summary.open && !waits_for_a_person, format!("sale {id} is not over: {}", summary.phase)),
    ];
    checks.into_iter().filter(|(wrong, _)| *wrong).map(|(_, what)| what).collect()
}

impl Audit {
    /// Whether the three books agree.
    pub fn agrees(&self) -> bool {
        self.findings.is_empty()
    }
}

/// The demo's last line.
impl fmt::Display for Audit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "sales {}, sold {}, captured {}, delivered {}, double charges {}",
            self.sales, self.sold, self.captured, self.delivered, self.double_charges
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulator::IntentStatus;
    use crate::time::WallTime;

    fn usd() -> Currency {
        "usd".parse().unwrap()
    }

    fn intent(captured: u64, charges: u64) -> IntentBook {
        IntentBook {
            id: "pi_1".parse().unwrap(),
            status: IntentStatus::Succeeded,
            currency: usd(),
            amount: 250,
            amount_received: captured,
            amount_capturable: 0,
            refunded: 0,
            refunds: 0,
            metadata: [("sale".to_owned(), "S1".to_owned())].into(),
            created: 0,
            canceled_at: None,
            expired: false,
            authorized_charges: charges,
            captured_charges: charges,
            declined_charges: 0,
            charged_at: None,
        }
    }

    fn findings(intents: Vec<IntentBook>, goods: usize, outcome: &str) -> Vec<String> {
        let books = Books { payment_intents: intents, totals: BTreeMap::new() };
        let goods = vec![("S1".parse().unwrap(), "11".parse().unwrap()); goods];
        let summary = Summary {
            sale: "S1".parse().unwrap(),
            opened_at: WallTime(0),
            product: "A1".into(),
            amount: Money::new(250, usd()),
            phase: "closed".into(),
            outcome: Some(outcome.into()),
            intent: None,
            open: false,
        };
        audit(&books, &goods, &[summary], usd(), |_| Some(Money::new(250, usd()))).findings
    }

    #[test]
    fn an_honest_sale_is_not_complained_about() {
        assert!(findings(vec![intent(250, 1)], 1, "sold").is_empty());
        assert!(findings(vec![intent(0, 0)], 0, "abandoned").is_empty());
    }

    #[test]
    fn each_kind_of_fraud_is_found() {
        assert!(!findings(vec![intent(250, 1), intent(250, 1)], 1, "sold").is_empty());
        assert!(!findings(vec![intent(250, 1)], 0, "sold").is_empty());
        assert!(!findings(vec![intent(250, 1)], 2, "sold").is_empty());
        assert!(!findings(vec![intent(0, 0)], 1, "abandoned").is_empty());
        assert!(!findings(vec![intent(250, 1)], 1, "abandoned").is_empty());
        assert!(!findings(vec![intent(0, 0)], 0, "sold").is_empty());
    }
}
