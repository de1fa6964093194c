//! One reader, one controller: a cloned card goes out of order and says so, and a person can move
//! the reader. The other board is played through the API, as its own kioskd would use it.

use serde_json::{Value, json};

use crate::rig::{Rig, VISA, wait_for};

const OTHER: &str = "board-of-the-other";

/// What the kiosk's reasons say, `what` and `do` together.
fn reason(rig: &Rig, code: &str) -> Option<String> {
    let status = rig.status()?;
    let reasons = status["reasons"].as_array()?;
    let reason = reasons.iter().find(|reason| reason["code"] == code)?;
    Some(format!("{} {}", reason["what"], reason["do"]))
}

fn state(rig: &Rig) -> String {
    let status = wait_for("the status", || rig.status());
    status["state"].as_str().unwrap().to_owned()
}

/// Another board writes its name on the reader; an empty one takes it off.
fn assigned_to(rig: &Rig, controller: &str) {
    let form = format!(
        "metadata[kioskd_controller]={controller}&metadata[kioskd_kiosk]={}",
        if controller.is_empty() { "" } else { "lobby-9" }
    );
    rig.api("/v1/terminal/readers/tmr_simulated", &form);
}

/// Another board prompts the reader for a sale of its own.
fn the_other_prompts(rig: &Rig) -> String {
    let form = "amount=700&currency=usd&allowed_payment_method_types[]=card_present\
                &capture_method=manual&metadata[sale]=OTHERSALE&metadata[kiosk]=lobby-9";
    let intent = rig.api("/v1/payment_intents", form);
    let id = intent["id"].as_str().unwrap().to_owned();
    let path = "/v1/terminal/readers/tmr_simulated/process_payment_intent";
    rig.api(path, &format!("payment_intent={id}"));
    id
}

fn command(rig: &Rig, arguments: &[&str]) -> (String, Option<i32>) {
    let output = rig.kioskd(arguments);
    let text = [output.stdout, output.stderr].concat();
    (String::from_utf8(text).unwrap(), output.status.code())
}

fn show(rig: &Rig) -> Value {
    let (text, code) = command(rig, &["reader", "show", "--json"]);
    assert_eq!(code, Some(0), "{text}");
    serde_json::from_str(&text).unwrap()
}

fn is_write_to_the_reader(path: &str) -> bool {
    path.starts_with("/v1/terminal/readers/")
}

#[test]
fn a_new_reader_is_claimed_once_and_a_restart_finds_it_ours() {
    let mut rig = Rig::ready();
    let shown = show(&rig);
    assert_eq!(shown["assignment"], "ours");
    assert_eq!(shown["controller"], shown["this_controller"]);
    assert_eq!(shown["kiosk"], "bench");
    assert_eq!(shown["location"], "tml_simulated");
    rig.kill();
    rig.start();
    let claims = |rig: &Rig| {
        let requests = rig.requests();
        let claim = requests.iter().filter(|request| {
            request.method.as_str() == "POST"
                && request.path == "/v1/terminal/readers/tmr_simulated"
        });
        claim.count()
    };
    assert_eq!(claims(&rig), 1);
    rig.keypad.press("A1");
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold"]);
    rig.audit();
    assert_eq!(claims(&rig), 1);
    assert_eq!(command(&rig, &["reader", "assign"]).1, Some(0), "it is ours already");
    assert_eq!(claims(&rig), 1);
}

#[test]
fn a_clone_goes_out_of_order_says_so_and_touches_nothing_until_a_person_takes_over() {
    let mut rig = Rig::without_daemon();
    assigned_to(&rig, OTHER);
    let theirs = the_other_prompts(&rig);
    let before = rig.requests().len();
    rig.start_as(std::process::Command::new(env!("CARGO_BIN_EXE_kioskd")));
    let said = wait_for("the reason", || reason(&rig, "reader_assigned_elsewhere"));
    for part in [OTHER, "lobby-9", "kioskd reader assign --take-over"] {
        assert!(said.contains(part), "{said}");
    }
    assert_eq!(state(&rig), "out_of_order");
    // A key pressed before the board's port is open is dropped.
    wait_for("the keypad", || {
        rig.log().contains("the input \"keypad\" is connected").then_some(())
    });
    rig.keypad.press("A1");
    let log = wait_for("the refusal of the key", || {
        rig.log().contains("no sale was opened").then(|| rig.log())
    });
    assert!(log.contains("The machine needs service."), "{log}");
    let (text, code) = command(&rig, &["reader", "assign"]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains(OTHER) && text.contains("--take-over"), "{text}");
    let (text, code) = command(&rig, &["reader", "reset"]);
    assert_eq!(code, Some(1), "{text}");
    let (page, code) = command(&rig, &["reader", "show"]);
    assert_eq!(code, Some(0), "{page}");
    assert!(page.contains("ANOTHER BOARD") && page.contains(&theirs), "{page}");
    let writes = rig.requests().split_off(before);
    let writes: Vec<_> =
        writes.iter().filter(|request| request.method.as_str() == "POST").collect();
    assert!(writes.is_empty(), "{writes:?}");
    rig.tap(VISA);
    wait_for("the other's card", || {
        let books = rig.books();
        let intent = books.payment_intents.iter().find(|intent| intent.id.as_str() == theirs)?;
        (intent.authorized_charges == 1).then_some(())
    });

    let (text, code) = command(&rig, &["reader", "assign", "--take-over"]);
    assert_eq!(code, Some(0), "{text}");
    wait_for("the kiosk to be ready", || (state(&rig) == "ready").then_some(()));
    assert!(rig.log().contains("orders: assign, take over"), "{}", rig.log());
    rig.keypad.press("A1");
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold"]);
    let books = rig.books();
    assert_eq!(books.totals.values().map(|totals| totals.held).sum::<u64>(), 700, "theirs");
}

#[test]
fn a_kiosk_whose_reader_is_taken_over_stops_selling_settles_and_comes_back() {
    let rig = Rig::ready();
    rig.keypad.press("A1");
    rig.wait_for_prompt();
    assigned_to(&rig, OTHER);
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold"], "the card on the reader was ours");
    wait_for("the reason", || reason(&rig, "reader_assigned_elsewhere"));
    let theirs = the_other_prompts(&rig);
    let before = rig.requests().len();
    rig.keypad.press("A1");
    wait_for("the refusal of the key", || rig.log().contains("no sale was opened").then_some(()));
    rig.tap(VISA);
    let later = rig.requests().split_off(before);
    assert!(
        !later.iter().any(|request| {
            request.method.as_str() == "POST" && is_write_to_the_reader(&request.path)
        }),
        "{later:?}"
    );
    assert_eq!(rig.sales().len(), 1);
    let shown = show(&rig);
    assert_eq!(shown["assignment"], "elsewhere");
    assert_eq!(shown["action"]["payment_intent"], theirs);
    assigned_to(&rig, "");
    wait_for("the kiosk to claim it again", || (state(&rig) == "ready").then_some(()));
    assert_eq!(show(&rig)["assignment"], "ours");
}

#[test]
fn a_take_over_unseen_is_noticed_before_the_next_customer_is_prompted() {
    let rig = Rig::ready();
    assigned_to(&rig, OTHER);
    rig.keypad.press("A1");
    assert_eq!(rig.outcomes(), ["abandoned"]);
    assert!(reason(&rig, "reader_assigned_elsewhere").is_some());
    let prompted =
        rig.requests().iter().any(|request| request.path.ends_with("process_payment_intent"));
    assert!(!prompted);
    rig.audit();
}

#[test]
fn a_person_clears_another_systems_prompt_and_the_log_says_who() {
    let rig = Rig::ready();
    rig.fault(&json!({"reader": "tmr_simulated", "fault": "foreign_action"}));
    let (page, _) = command(&rig, &["reader", "show"]);
    assert!(page.contains("of another system"), "{page}");
    wait_for("the reason", || reason(&rig, "reader_in_use"));
    let (text, code) = command(&rig, &["reader", "reset"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("another system"), "{text}");
    wait_for("the kiosk to be ready", || (state(&rig) == "ready").then_some(()));
    let uid = rustix::process::getuid().as_raw();
    assert!(rig.log().contains(&format!("user {uid} orders: reset reader")), "{}", rig.log());
    let (text, code) = command(&rig, &["reader", "reset"]);
    assert_eq!((text.as_str(), code), ("nothing stood on the reader\n", Some(0)));
}

#[test]
fn a_reader_that_a_sale_holds_is_not_reset() {
    let rig = Rig::ready();
    rig.keypad.press("A1");
    rig.wait_for_prompt();
    let (text, code) = command(&rig, &["reader", "reset"]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("is on the reader"), "{text}");
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold"]);
    rig.audit();
}

#[test]
fn without_a_daemon_there_is_nobody_to_ask_about_the_reader() {
    let rig = Rig::without_daemon();
    for arguments in [["reader", "show"], ["reader", "assign"], ["reader", "reset"]] {
        assert_eq!(command(&rig, &arguments).1, Some(69));
    }
}
