//! A vending machine on its bus, with the real kioskd: it asks for money, and delivers by itself.

use std::fs;
use std::time::{Duration, Instant};

use crate::boards::vending::VendingMachine;
use crate::rig::{DECLINED, PRICE, Rig, VISA, wait_for};

/// A kiosk with a vending machine, whose cola is in its slot 5, and with this in the input's table.
fn rig(more: &str) -> (Rig, VendingMachine) {
    let (rig, machine) = (Rig::without_daemon(), VendingMachine::new());
    machine.plug_in();
    rig.configure(&format!(
        "[product.A1]\ndispenser = \"bus\"\nslot = \"5\"\n\
         [input.bus]\nkind = \"mdb\"\ndevice = \"{}\"\n{more}\n\
         [dispenser.bus]\nkind = \"mdb\"\ntimeout = \"4s\"\n",
        machine.device().display()
    ));
    (rig, machine)
}

/// The same, ready to sell.
fn ready(more: &str) -> (Rig, VendingMachine) {
    let (mut rig, machine) = rig(more);
    rig.start();
    (rig, machine)
}

/// A customer chooses at the machine and pays, and the motor turns.
#[track_caller]
fn buy(rig: &Rig, machine: &VendingMachine, amount: &str, slot: &str) {
    machine.wait_and_choose(amount, slot);
    rig.tap(VISA);
    machine.wait_for_approval();
}

fn received(rig: &Rig) -> u64 {
    rig.books().payment_intents.iter().map(|intent| intent.amount_received).sum()
}

#[test]
fn a_whole_sale_as_both_sides_hear_it() {
    let (rig, machine) = ready("");
    buy(&rig, &machine, "1.20", "5");
    machine.stop(true);
    assert_eq!(rig.outcomes(), ["sold"]);
    assert_eq!(received(&rig), 120, "the machine's price");
    assert_eq!(machine.let_out(), ["5"]);
    let said = machine.said().join("\n");
    assert_eq!(said, include_str!("snapshots/vending_bus.txt").trim_end());
    let log = rig.log();
    assert!(log.contains("the vending machine asks 1.20 USD for A1, and 2.50 USD is"), "{log}");
    assert!(log.contains("the input \"bus\" is connected"), "{log}");
    assert!(log.contains("the dispenser \"bus\" is connected"), "{log}");
}

#[test]
fn what_does_not_come_out_is_not_paid() {
    let (rig, machine) = ready("");
    for (number, end) in (1..).zip(["failure", "silence"]) {
        buy(&rig, &machine, "2.50", "5");
        if end == "failure" {
            machine.stop(false);
        } else {
            machine.end_without_result();
        }
        wait_for("the release", || (rig.outcomes().len() == number).then_some(()));
    }
    assert_eq!(rig.outcomes(), ["released", "released"]);
    assert_eq!((received(&rig), machine.let_out().len()), (0, 0));
}

#[test]
fn a_reset_after_the_approval_counts_as_delivered() {
    let (rig, machine) = ready("");
    buy(&rig, &machine, "2.50", "5");
    machine.reset();
    assert_eq!(rig.outcomes(), ["sold"]);
    assert_eq!(received(&rig), PRICE);
    assert!(rig.log().contains("mdb_reset"), "{}", rig.log());
}

#[test]
fn a_customer_who_does_not_pay_is_denied_in_time() {
    let (rig, machine) = ready("");
    machine.wait_and_choose("2.50", "5");
    rig.wait_for_prompt();
    rig.cancel_on_reader();
    wait_for("the denial", || (machine.denied() == 1).then_some(()));
    wait_for("the end", || (rig.outcomes() == ["abandoned"]).then_some(()));
    machine.wait_and_choose("2.50", "5");
    for _ in 0..3 {
        rig.tap(DECLINED);
    }
    wait_for("the second denial", || (machine.denied() == 2).then_some(()));
    assert_eq!(rig.outcomes().len(), 2);
    assert_eq!((received(&rig), machine.approved().len()), (0, 0));
}

/// Whichever comes first: who gave up gets nothing and pays nothing, who was approved pays.
#[test]
fn an_approval_after_the_machine_gave_up_never_captures() {
    let (rig, machine) = ready("");
    for round in 0..6_u64 {
        machine.wait_and_choose("2.50", "5");
        rig.wait_for_prompt();
        if round == 0 {
            machine.give_up();
        } else {
            rig.tap(VISA);
            std::thread::sleep(Duration::from_millis(150 * (round - 1)));
            machine.give_up();
        }
        wait_for("an end", || {
            if machine.is_turning() {
                machine.stop(true);
            }
            let ended = u64::try_from(rig.outcomes().len()).ok()?;
            (ended == round + 1).then_some(())
        });
        let given = u64::try_from(machine.let_out().len()).unwrap();
        assert_eq!(received(&rig), given * PRICE, "round {round}: {:?}", rig.outcomes());
    }
    let outcomes = rig.outcomes();
    assert!(outcomes.iter().any(|outcome| *outcome != "sold"), "{outcomes:?}");
}

#[test]
fn who_cannot_be_served_is_told_at_once() {
    let (rig, machine) = ready("");
    machine.wait_and_choose("2.50", "77");
    wait_for("a denial", || (machine.denied() == 1).then_some(()));
    machine.wait_and_choose("0.10", "5");
    wait_for("a denial", || (machine.denied() == 2).then_some(()));
    machine.wait_and_choose("1.005", "5");
    wait_for("a denial", || (machine.denied() == 3).then_some(()));
    rig.kioskd(&["drain"]);
    machine.wait_and_choose("2.50", "5");
    wait_for("a denial", || (machine.denied() == 4).then_some(()));
    assert_eq!(rig.sales().len(), 0);
    let log = rig.log();
    for said in ["no product has slot 77", "0.10 USD, which Stripe", "\"1.005\", which is no"] {
        assert!(log.contains(said), "{said}: {log}");
    }
}

#[test]
fn a_key_of_the_kiosks_own_sends_the_customer_to_the_machine() {
    let (rig, machine) = ready("");
    machine.wait_and_choose("2.50", "77");
    wait_for("a denial", || (machine.denied() == 1).then_some(()));
    rig.keypad.press("A1");
    wait_for("the words", || rig.log().contains("chosen at the vending machine").then_some(()));
    assert_eq!(rig.sales().len(), 0);
}

#[test]
fn the_configured_price_is_charged_where_that_is_said_and_a_product_stands_for_the_rest() {
    let (rig, machine) = ready("price_from = \"config\"\notherwise = \"A1\"");
    buy(&rig, &machine, "1.20", "999");
    assert_eq!(machine.approved(), ["1.20"], "the machine's own amount");
    machine.stop(true);
    assert_eq!(rig.outcomes(), ["sold"]);
    assert_eq!((received(&rig), machine.let_out()), (PRICE, vec!["999".to_owned()]));
}

#[test]
fn where_the_card_comes_first_a_credit_stands_while_the_kiosk_is_free() {
    let (mut rig, machine) = rig("mode = \"session\"\ncredit = \"5.00\"");
    machine.wants_sessions();
    rig.start();
    buy(&rig, &machine, "2.50", "5");
    machine.stop(true);
    assert_eq!(rig.outcomes(), ["sold"]);
    let closes = |machine: &VendingMachine| {
        machine.said().iter().filter(|line| *line == "kioskd   C,STOP").count()
    };
    wait_for("the session's end", || (closes(&machine) == 1).then_some(()));
    buy(&rig, &machine, "2.50", "5");
    machine.stop(true);
    wait_for("the second sale", || (rig.outcomes().len() == 2).then_some(()));
    let said = machine.said();
    let starts = said.iter().filter(|line| line.contains("C,START,5.00")).count();
    assert!((2..=4).contains(&starts), "{said:?}");
    rig.kioskd(&["drain"]);
    wait_for("no credit", || (!machine.is_enabled() || closes(&machine) >= 2).then_some(()));
}

#[test]
fn an_interface_that_is_pulled_out_comes_back_by_itself() {
    let (rig, machine) = ready("");
    let count = |what: &str| rig.log().matches(what).count();
    machine.unplug();
    wait_for("the loss", || (count("the input \"bus\" is gone") == 1).then_some(()));
    machine.plug_in();
    for device in ["input", "dispenser"] {
        let of = |what: &str| count(&format!("the {device} \"bus\" is {what}"));
        wait_for("its return", || (of("connected") == 2).then_some(()));
        assert_eq!(of("gone"), 1, "one line each way: {}", rig.log());
    }
    // In the middle of a sale, before the tap: it is taken back.
    machine.wait_and_choose("2.50", "5");
    rig.wait_for_prompt();
    machine.unplug();
    wait_for("the end", || (rig.outcomes() == ["abandoned"]).then_some(()));
    machine.plug_in();
    // And after the approval: nobody can say any more, and the written policy decides.
    buy(&rig, &machine, "2.50", "5");
    machine.unplug();
    wait_for("the policy", || (rig.outcomes().len() == 2).then_some(()));
    assert_eq!(rig.outcomes().first().map(String::as_str), Some("released"));
    machine.plug_in();
    buy(&rig, &machine, "2.50", "5");
    machine.stop(true);
    wait_for("a sale", || (rig.outcomes().len() == 3).then_some(()));
    assert_eq!(received(&rig), PRICE);
}

#[test]
fn a_kiosk_that_is_stopped_switches_card_payment_off() {
    let (mut rig, machine) = ready("");
    wait_for("the machine", || machine.is_enabled().then_some(()));
    rig.terminate();
    wait_for("the farewell", || (machine.said().last()? == "machine  c,0").then_some(()));
    assert!(!machine.choose("2.50", "5"));
    rig.start();
    buy(&rig, &machine, "2.50", "5");
    machine.stop(true);
    assert_eq!(rig.outcomes(), ["sold"]);
}

#[test]
fn a_kiosk_that_is_killed_after_the_approval_decides_by_policy_and_approves_nothing_twice() {
    for (policy, outcome, kept) in [("release", "released", 0), ("capture", "sold", PRICE)] {
        let (mut rig, machine) = rig("");
        let drop_in = rig.path().join("conf.d/policy.toml");
        fs::write(drop_in, format!("[dispenser.bus]\nunknown_vend = \"{policy}\"\n")).unwrap();
        rig.start();
        buy(&rig, &machine, "2.50", "5");
        rig.kill();
        rig.start();
        assert_eq!(rig.outcomes(), [outcome]);
        assert_eq!((received(&rig), machine.approved().len()), (kept, 1), "{policy}");
        buy(&rig, &machine, "2.50", "5");
        machine.stop(true);
        wait_for("a sale", || (rig.outcomes().len() == 2).then_some(()));
    }
}

/// A cable beside a motor: what arrives is mostly rubbish, and the sale is right.
#[test]
fn noise_on_the_bus_neither_sells_nor_spoils_a_sale() {
    let (rig, machine) = ready("");
    machine.wait_and_choose("2.50", "5");
    rig.wait_for_prompt();
    let mut random = fastrand::Rng::with_seed(7);
    let until = Instant::now() + Duration::from_secs(3);
    while Instant::now() < until {
        let mut bytes: Vec<u8> = (0..200).map(|_| random.u8(..)).collect();
        bytes.push(b'\n');
        machine.make_noise(&bytes);
        std::thread::sleep(Duration::from_millis(20));
    }
    rig.tap(VISA);
    machine.wait_for_approval();
    machine.stop(true);
    assert_eq!(rig.outcomes(), ["sold"]);
    assert_eq!((rig.sales().len(), received(&rig)), (1, PRICE));
}
