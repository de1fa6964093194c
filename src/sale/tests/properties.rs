//! What holds whatever happens, in any order.

use proptest::prelude::*;

use super::two_steps::{card, no_prepaid, read, step};
use super::*;
use crate::sale::fact::Because;

fn statuses() -> impl Strategy<Value = IntentStatus> {
    prop_oneof![
        Just(IntentStatus::RequiresPaymentMethod),
        Just(IntentStatus::RequiresConfirmation),
        Just(IntentStatus::Pending),
        Just(IntentStatus::RequiresCapture),
        Just(IntentStatus::Succeeded),
        Just(IntentStatus::Canceled),
    ]
}

fn actions() -> impl Strategy<Value = Option<ActionStatus>> {
    prop_oneof![
        Just(None),
        Just(Some(ActionStatus::InProgress)),
        Just(Some(ActionStatus::Succeeded)),
        Just(Some(failed("card_declined"))),
        Just(Some(failed("customer_canceled"))),
        Just(Some(failed("connection_error"))),
    ]
}

fn charged(interac: bool) -> IntentSeen {
    IntentSeen { charge: Some(ChargeSeen { interac, ..charge(5) }), ..captured() }
}

fn refunds() -> impl Strategy<Value = Vec<RefundSeen>> {
    let status = prop_oneof![
        3 => Just(RefundStatus::Succeeded),
        2 => Just(RefundStatus::Pending),
        1 => Just(RefundStatus::Failed),
        1 => Just(RefundStatus::RequiresAction),
        1 => Just(RefundStatus::Canceled),
    ];
    let one =
        (1_u32..4, 1_u64..=250, status, any::<bool>()).prop_map(|(n, amount, status, ours)| {
            let mut refund = refund(n, amount, status);
            refund.sale = refund.sale.filter(|_| ours);
            refund
        });
    prop::collection::vec(one, 0..3)
}

fn results() -> impl Strategy<Value = Result<Seen, Trouble>> {
    let refusals = prop_oneof![
        Just(Refusal::ReaderBusy),
        Just(Refusal::ReaderTimeout),
        Just(Refusal::ReaderOffline),
        Just(Refusal::WrongState),
        Just(Refusal::StripeFailed),
        Just(Refusal::NotFound),
    ];
    prop_oneof![
        4 => (statuses(), actions(), 0_i64..60).prop_map(|(status, action, age)| {
            let mut intent = if status == IntentStatus::RequiresCapture {
                paid(age)
            } else {
                with_status(status.clone())
            };
            if status == IntentStatus::Succeeded {
                intent = charged(age % 2 == 0);
            }
            Ok(seen(action, intent))
        }),
        1 => (statuses(), actions()).prop_map(|(status, action)| {
            let action = action.unwrap_or(ActionStatus::InProgress);
            Ok(step("confirm_payment_intent", action, with_status(status)))
        }),
        2 => any::<bool>().prop_map(|taken| {
            let funding = if taken { "credit" } else { "prepaid" };
            Ok(read(card("visa", funding), ActionStatus::Succeeded))
        }),
        2 => (refunds(), statuses()).prop_map(|(refunds, status)| {
            let intent = if status == IntentStatus::Succeeded { captured() } else { with_status(status) };
            Ok(Seen { refunds: Some(refunds), ..seen(None, intent) })
        }),
        2 => actions().prop_map(|status| {
            let mut seen = Seen { intent: None, ..seen(status, captured()) };
            if let Some(action) = seen.reader.as_mut().and_then(|reader| reader.action.as_mut()) {
                action.kind = "refund_payment".into();
            }
            Ok(seen)
        }),
        1 => Just(unanswered()),
        1 => Just(Err(Trouble::NotSent { obstacle: Obstacle::Connection, why: "refused".into() })),
        1 => refusals.prop_map(refused),
    ]
}

/// One thing that happens on the bench.
#[derive(Clone, Debug)]
enum Step {
    Answer(Box<Result<Seen, Trouble>>),
    Vend(VendNews),
    Wait(u64),
    Cancel,
    Stop,
    ReaderLost,
    Restart(bool),
    NotListed,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let vend = prop_oneof![
        Just(VendNews::Sent),
        Just(VendNews::Delivered),
        Just(VendNews::Failed { reason: "jam".into() }),
        Just(VendNews::NeverSent { why: "closed".into() }),
        Just(VendNews::Unclear { why: "cut".into() }),
        Just(VendNews::Busy),
        Just(VendNews::NotKnown),
    ];
    let step = prop_oneof![
        6 => results().prop_map(|result| Step::Answer(Box::new(result))),
        2 => vend.prop_map(Step::Vend),
        1 => (1_u64..40).prop_map(Step::Wait),
        1 => prop_oneof![Just(Step::Wait(86_400)), Just(Step::NotListed)],
        1 => Just(Step::Cancel),
        1 => Just(Step::Stop),
        1 => Just(Step::ReaderLost),
        1 => any::<bool>().prop_map(Step::Restart),
    ];
    prop::collection::vec(step, 1..40)
}

/// A sale in one step or in two.
fn bench(two_steps: bool, at_the_tap: bool) -> Bench {
    Bench::with(|opened| {
        if two_steps {
            no_prepaid(opened);
        }
        if at_the_tap {
            opened.policy.capture = CaptureMode::Automatic;
            opened.policy.interac = true;
        }
    })
}

fn play(bench: &mut Bench, step: &Step) {
    match step {
        Step::Answer(result) => {
            if bench.want().call().is_some() {
                bench.answer((**result).clone());
            } else if bench.want() == Want::FindIntent {
                bench.reply(Call::Create { n: bench.sale.keys.create }, (**result).clone());
            }
        }
        Step::Vend(news) => drop(bench.dispenser(news.clone())),
        Step::Wait(seconds) => drop(bench.wait(*seconds)),
        Step::Cancel => drop(bench.give(&Input::CancelPressed)),
        Step::NotListed => drop(bench.give(&Input::NotListed)),
        Step::Stop => drop(bench.give(&Input::Stopping)),
        Step::ReaderLost => drop(bench.give(&Input::ReaderLost)),
        Step::Restart(same) => {
            let boot = if *same { bench.sale.boot.to_string() } else { "boot-2".into() };
            bench.restart(&boot);
        }
    }
}

fn check(bench: &Bench) {
    let facts = &bench.facts;
    let position = |wanted: fn(&Fact) -> bool| facts.iter().position(wanted);
    let settlements: Vec<_> =
        facts.iter().filter(|fact| matches!(fact, Fact::SettlementDecided { .. })).collect();
    // A decision changes only by what a look showed.
    let changes = settlements.iter().skip(1);
    let observed = |fact: &&Fact| {
        let Fact::SettlementDecided { because, .. } = fact else { return false };
        matches!(
            because,
            Because::FoundCaptured | Because::FoundUncaptured | Because::FoundPartlyRefunded
        )
    };
    assert!(changes.copied().all(|fact| observed(&fact)), "decided once: {facts:?}");
    let refunds = facts.iter().filter(|fact| matches!(fact, Fact::RefundConfirmed { .. })).count();
    assert!(refunds <= 1, "one refund: {facts:?}");
    if let Some(vend) = position(|fact| matches!(fact, Fact::VendIntended { .. })) {
        let paid = position(|fact| matches!(fact, Fact::Authorized(_)));
        assert!(paid.is_some_and(|paid| paid < vend), "no vend before an authorization");
    }
    let restarts = facts.iter().filter(|fact| matches!(fact, Fact::Restarted { .. })).count();
    assert!(bench.vends() <= 1 + restarts, "only a restart lets the board be asked to fire");
    let closed = position(|fact| matches!(fact, Fact::Closed { .. }));
    assert!(closed.is_none_or(|at| at + 1 == facts.len()), "nothing follows the end: {facts:?}");
    let confirmed = position(|fact| matches!(fact, Fact::ConfirmIntended { .. }));
    let read = position(|fact| matches!(fact, Fact::Collected { .. }));
    assert!(confirmed.is_none_or(|at| read.is_some_and(|read| read < at)), "read, then confirmed");
    let sold = bench.outcome() == Some(Outcome::Sold);
    let captured = position(|fact| matches!(fact, Fact::Captured { .. })).is_some();
    assert!(captured || !sold, "sold is paid: {facts:?}");
    let over = bench.outcome().is_some();
    let returned = bench.outcome() == Some(Outcome::Refunded);
    let elsewhere = position(|fact| matches!(fact, Fact::SettledElsewhere { .. })).is_some();
    let released = bench.outcome() == Some(Outcome::Released);
    let accounted = sold || returned || released || refunds > 0 || elsewhere;
    assert!(!over || !captured || accounted, "nothing is kept for nothing: {facts:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_the_rules_hold(steps in steps(), two_steps in any::<bool>(), at_the_tap in any::<bool>()) {
        let mut bench = bench(two_steps, at_the_tap);
        for step in &steps {
            play(&mut bench, step);
            check(&bench);
        }
    }

    #[test]
    fn every_prefix_of_a_history_can_be_restarted(
        steps in steps(),
        same in any::<bool>(),
        two_steps in any::<bool>(),
        at_the_tap in any::<bool>(),
    ) {
        let mut bench = bench(two_steps, at_the_tap);
        for step in &steps {
            play(&mut bench, step);
        }
        for cut in bench.cuts.clone() {
            let facts = bench.facts[..cut].to_vec();
            let sale = Sale::fold(&facts).unwrap();
            let mut bench = Bench { sale, now: bench.now, facts, cuts: vec![] };
            let boot = if same { "boot-1" } else { "boot-3" };
            bench.restart(boot);
            check(&bench);
            let idle = bench.want() == Want::Nothing;
            let waits = matches!(bench.sale.phase, Phase::NeedsAttention { .. });
            let over = matches!(bench.sale.phase, Phase::Closed { .. });
            prop_assert!(idle == over || waits, "an open sale always wants something");
            prop_assert!(!matches!(bench.want(), Want::Dispense { .. }), "the board is asked first");
            prop_assert!(!matches!(bench.want(), Want::PromptReader { .. }), "look first");
            prop_assert!(!matches!(bench.want(), Want::ConfirmIntent { .. }), "look first");
        }
    }

    #[test]
    fn nothing_is_ever_vended_for_what_was_found_at_stripe(steps in steps()) {
        let mut bench = super::adopted::adopted(UnknownVend::Release);
        for step in &steps {
            play(&mut bench, step);
            check(&bench);
        }
        prop_assert_eq!(bench.vends(), 0);
    }

    #[test]
    fn facts_survive_the_journal(steps in steps(), two_steps in any::<bool>(), at_the_tap in any::<bool>()) {
        let mut bench = bench(two_steps, at_the_tap);
        for step in &steps {
            play(&mut bench, step);
        }
        for fact in &bench.facts {
            let body = serde_json::to_string(fact).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Fact>(&body).unwrap(), fact);
        }
    }
}
