//! Readers that are updating, deaf, without power, or late.

use super::*;

const MINUTE: Duration = Duration::from_mins(1);

#[test]
fn an_updating_reader_is_busy_with_nothing_to_see_and_has_an_end() {
    let mut shop = Shop::open();
    let intent = shop.create(&[]);
    let for_ms = Some(60_000);
    shop.model.put_fault(&reader(), Fault::Updating { for_ms }, shop.now).unwrap();
    for _ in 0..2 {
        assert_refused(&shop.prompt(&intent), 400, "terminal_reader_busy");
        assert_refused(&shop.on_reader("cancel_action"), 400, "terminal_reader_busy");
        assert_eq!(shop.action(), Value::Null);
    }
    shop.wait(MINUTE);
    assert_eq!(shop.prompt(&intent).status, 200);
    shop.model.put_fault(&reader(), Fault::Updating { for_ms: None }, shop.now).unwrap();
    shop.wait(Duration::from_hours(24));
    assert_refused(&shop.on_reader("cancel_action"), 400, "terminal_reader_busy");
    shop.model.end_reader_update(&reader(), shop.now).unwrap();
    assert_eq!(shop.on_reader("cancel_action").status, 200);
}

#[test]
fn a_deaf_reader_hears_again_after_a_power_cycle() {
    let mut shop = Shop::open();
    let intent = shop.create(&[]);
    shop.model.deafen_reader(&reader(), shop.now).unwrap();
    assert_refused(&shop.prompt(&intent), 400, "terminal_reader_timeout");
    assert_refused(&shop.on_reader("cancel_action"), 400, "terminal_reader_timeout");
    assert_eq!(shop.action(), Value::Null);
    shop.model.power_cycle_reader(&reader(), MINUTE, LeftBehind::Stuck, shop.now).unwrap();
    assert_refused(&shop.prompt(&intent), 400, "terminal_reader_offline");
    assert_eq!(shop.model.reader_screen(&reader()), Screen::Offline);
    assert_eq!(shop.model.next_event(), Some(WallTime(shop.now.0 + 60_000)));
    shop.wait(MINUTE);
    assert_eq!(shop.prompt(&intent).status, 200);
}

#[test]
fn a_power_cycle_ends_the_prompt_and_leaves_the_action_stuck_or_failed() {
    for (left, status) in [(LeftBehind::Stuck, "in_progress"), (LeftBehind::Failed, "failed")] {
        let mut shop = Shop::open();
        let intent = shop.create(&[]);
        shop.prompt(&intent);
        shop.model.power_cycle_reader(&reader(), MINUTE, left, shop.now).unwrap();
        shop.wait(MINUTE);
        assert_eq!(shop.action()["status"], status);
        shop.model.present_card(&reader(), Card::VISA, shop.now).unwrap_err();
        assert_eq!(shop.on_reader("cancel_action").status, 200);
        assert_eq!(shop.prompt(&intent).status, 200);
    }
}

#[test]
fn a_power_cycle_does_not_undo_an_authorization_under_way() {
    let mut shop = Shop::open();
    let intent = shop.create(&[]);
    shop.prompt(&intent);
    shop.model.present_card(&reader(), Card::VISA, shop.now).unwrap();
    shop.model.power_cycle_reader(&reader(), MINUTE, LeftBehind::Failed, shop.now).unwrap();
    assert_eq!(shop.action()["failure_code"], "connection_error");
    assert_eq!(shop.status(&intent), "requires_payment_method");
    shop.wait(Duration::from_millis(1500));
    assert_eq!(shop.status(&intent), "requires_capture");
}

#[test]
fn a_prompt_ends_by_itself_failed_or_gone_unless_a_card_came() {
    for (action, status) in
        [(EndedPrompt::Failed, "failed".into()), (EndedPrompt::Gone, Value::Null)]
    {
        let mut shop = Shop::open();
        let fault = Fault::PromptEnds { after_ms: 60_000, action };
        for _ in 0..2 {
            shop.model.put_fault(&reader(), fault, shop.now).unwrap();
        }
        let intent = shop.create(&[]);
        shop.prompt(&intent);
        assert_eq!(shop.model.next_event(), Some(WallTime(shop.now.0 + 60_000)));
        shop.wait(MINUTE);
        assert_eq!(shop.action()["status"], status);
        assert_eq!(shop.status(&intent), "requires_payment_method");
        shop.model.present_card(&reader(), Card::VISA, shop.now).unwrap_err();
        assert_eq!(shop.prompt(&intent).status, 200);
        shop.tap(Card::VISA);
        shop.wait(MINUTE);
        assert_eq!(shop.action()["status"], "succeeded");
    }
}

#[test]
fn another_system_replaces_a_prompt_and_not_an_authorization() {
    for (fault, kind) in [
        (Fault::ForeignDisplay, "set_reader_display"),
        (Fault::ForeignAction, "process_payment_intent"),
    ] {
        let mut shop = Shop::open();
        let intent = shop.create(&[]);
        shop.prompt(&intent);
        shop.model.put_fault(&reader(), fault, shop.now).unwrap();
        let action = shop.action();
        assert_eq!((&action["type"], &action["status"]), (&kind.into(), &"in_progress".into()));
        assert_ne!(action[kind]["payment_intent"], intent.as_str());
        assert_eq!(shop.status(&intent), "requires_payment_method");
        shop.on_reader("cancel_action");
        shop.prompt(&intent);
        shop.model.present_card(&reader(), Card::VISA, shop.now).unwrap();
        let refused = shop.model.put_fault(&reader(), fault, shop.now).unwrap_err();
        assert_eq!(refused, SimulatorError::Busy { reader: reader() });
    }
}

#[test]
fn the_status_of_the_object_may_be_untrue_both_ways() {
    let mut shop = Shop::open();
    let intent = shop.create(&[]);
    let get = Request::get("/v1/terminal/readers/tmr_simulated");
    shop.model.show_reader_status(&reader(), Some(false), Some(MINUTE * 60), shop.now).unwrap();
    let object = shop.call(&get).body;
    assert_eq!(object["status"], "offline");
    assert_eq!(object["last_seen_at"], shop.now.0 - 3_600_000);
    assert_eq!(shop.prompt(&intent).status, 200);
    shop.on_reader("cancel_action");
    shop.model.show_reader_status(&reader(), Some(true), None, shop.now).unwrap();
    shop.model.set_reader_online(&reader(), false, shop.now).unwrap();
    shop.wait(MINUTE * 60);
    assert_eq!(shop.call(&get).body["status"], "online");
    assert_refused(&shop.prompt(&intent), 400, "terminal_reader_offline");
    shop.model.show_reader_status(&reader(), None, None, shop.now).unwrap();
    assert_eq!(shop.call(&get).body["status"], "offline");
}

#[test]
fn a_timed_out_command_may_prompt_late() {
    let mut shop = Shop::open();
    let fault = Fault::Timeout { prompts: true, after_ms: 30_000 };
    shop.model.put_fault(&reader(), fault, shop.now).unwrap();
    let intent = shop.create(&[]);
    assert_refused(&shop.prompt(&intent), 400, "terminal_reader_timeout");
    shop.wait(Duration::from_millis(29_999));
    assert_eq!(shop.action(), Value::Null);
    shop.wait(Duration::from_millis(1));
    assert_eq!(shop.action()["status"], "in_progress");
    shop.tap(Card::VISA);
    assert_eq!(shop.status(&intent), "requires_capture");
}

#[test]
fn a_late_prompt_comes_neither_for_a_canceled_intent_nor_over_a_running_payment() {
    let mut shop = Shop::open();
    let fault = Fault::Timeout { prompts: true, after_ms: 5_000 };
    for _ in 0..2 {
        shop.model.put_fault(&reader(), fault, shop.now).unwrap();
    }
    let (first, second) = (shop.create(&[]), shop.create(&[]));
    assert_refused(&shop.prompt(&first), 400, "terminal_reader_timeout");
    assert_refused(&shop.prompt(&second), 400, "terminal_reader_timeout");
    shop.act(&first, "cancel", &[]);
    let third = shop.create(&[]);
    assert_eq!(shop.prompt(&third).status, 200);
    shop.wait(Duration::from_secs(10));
    assert_eq!(shop.action()["process_payment_intent"]["payment_intent"], third.as_str());
}
