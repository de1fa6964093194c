//! SIGTERM: no new sale, the running one is taken back or finished, the rest stays in the journal.

use crate::rig::{Behavior, Rig, VISA, wait_for};

#[test]
fn an_idle_daemon_stops_at_once() {
    let mut rig = Rig::ready();
    assert_eq!(rig.terminate(), Some(0));
    assert!(!rig.path().join("run/control.sock").exists());
}

#[test]
fn a_prompt_is_taken_back_before_the_daemon_stops() {
    let mut rig = Rig::ready();
    rig.keypad.press("A1");
    rig.wait_for_prompt();
    assert_eq!(rig.terminate(), Some(0));
    let books = rig.books();
    assert!(books.payment_intents[0].canceled_at.is_some(), "{books:?}");
    rig.start();
    assert_eq!(rig.outcomes(), ["abandoned"]);
    rig.audit();
}

#[test]
fn a_vend_is_waited_for_before_the_daemon_stops() {
    let mut rig = Rig::ready();
    rig.machine.behave(Behavior::DropsSilently);
    rig.keypad.press("A1");
    rig.tap(VISA);
    wait_for("VEND", || (!rig.machine.delivered().is_empty()).then_some(()));
    assert_eq!(rig.terminate(), Some(0));
    rig.start();
    assert_eq!(rig.outcomes(), ["sold"]);
    rig.audit();
}
