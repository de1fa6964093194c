//! Tickets from a printer in the network: sold when there is paper, turned away when there is none.

use crate::printer::Jack;
use crate::rig::{PRICE, Rig, VISA, wait_for};

/// A kiosk whose cola is a ticket, and a place for its printer.
fn rig() -> (Rig, Jack) {
    let (rig, jack) = (Rig::without_daemon(), Jack::new());
    rig.configure(&format!(
        "[product.A1]\ndispenser = \"tickets\"\n\
         [product.C1]\nname = \"Tea\"\nprice = \"2.00\"\nslot = \"31\"\ndispenser = \"main\"\n\
         [dispenser.tickets]\nkind = \"escpos\"\naddress = \"{}\"\n",
        jack.address
    ));
    (rig, jack)
}

/// Waits until the kiosk says this of its printer.
#[track_caller]
fn wait_for_printer(rig: &Rig, jack: &Jack, words: &str) {
    let device = format!("printer at {}\n", jack.address);
    wait_for(words, || {
        let output = rig.kioskd(&["hardware", "list"]);
        let text = String::from_utf8_lossy(&output.stdout);
        let (_, of_printer) = text.split_once(&device)?;
        of_printer.trim_start().starts_with(words).then_some(())
    });
}

#[test]
fn a_ticket_is_printed_for_who_has_paid() {
    let (mut rig, mut jack) = rig();
    jack.plug_in();
    rig.start();
    wait_for_printer(&rig, &jack, "connected since");
    rig.keypad.press("A1");
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold"]);
    let intent = &rig.books().payment_intents[0];
    assert_eq!(intent.amount_received, PRICE);
    let sale = &intent.metadata["sale"];
    let paper = jack.with(|printer| printer.paper.clone());
    assert_eq!(paper[..3], ["[centered] [large] Cola", "[centered] 2.50 USD", &"-".repeat(32)]);
    assert!(paper[3].ends_with(", bench"), "{paper:?}");
    let rest = [format!("Sale {sale}"), format!("[centered] [qr] {sale}"), "[cut]".to_owned()];
    assert_eq!(paper[4..], rest);
}

#[test]
fn without_paper_nothing_is_sold_and_with_paper_it_goes_on() {
    let (mut rig, mut jack) = rig();
    jack.with(|printer| printer.paper_is_out = true);
    jack.plug_in();
    rig.start();
    wait_for_printer(&rig, &jack, "gone since");
    let is_told = |line: &str| line.contains("the dispenser \"tickets\"") && line.contains("paper");
    wait_for("the line that tells it", || rig.log().lines().any(is_told).then_some(()));
    let pressed = rig.kioskd(&["hardware", "press", "A1"]);
    assert_eq!(pressed.status.code(), Some(1), "{pressed:?}");
    assert!(rig.sales().is_empty(), "nothing is sold that cannot be printed");
    assert!(rig.books().payment_intents.is_empty(), "and nobody's card is asked for");
    jack.with(|printer| printer.paper_is_out = false);
    wait_for_printer(&rig, &jack, "connected since");
    rig.keypad.press("A1");
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold"]);
    assert_eq!(jack.with(|printer| printer.cuts()), 1);
}

#[test]
fn a_printer_that_is_pulled_in_the_middle_is_paid_as_the_policy_says_and_prints_nothing_twice() {
    let (mut rig, mut jack) = rig();
    jack.plug_in();
    jack.with(|printer| printer.vanishes_after = Some(100));
    rig.start();
    wait_for_printer(&rig, &jack, "connected since");
    rig.keypad.press("A1");
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["released"]);
    jack.unplug();
    jack.with(|printer| printer.vanishes_after = None);
    jack.plug_in();
    wait_for_printer(&rig, &jack, "connected since");
    assert_eq!(jack.with(|printer| printer.begun), 1);
}
