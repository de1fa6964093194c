//! Hints from outside: only a reason to look, never the truth.

use super::*;

/// Posts a hint to the control socket, and returns the status of the reply.
pub(crate) fn hint(rig: &Rig, body: &str) -> u16 {
    let socket = rig.path().join("run/control.sock");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let client = reqwest::Client::builder().unix_socket(socket).build().unwrap();
        let request =
            client.post("http://kioskd/v1/hint").header("content-type", "application/json");
        request.body(body.to_owned()).send().await.unwrap().status().as_u16()
    })
}

#[test]
fn a_hint_makes_an_idle_kiosk_look_at_its_reader_at_once() {
    let rig = Rig::ready();
    let before = count(&rig, "GET", READER);
    assert_eq!(hint(&rig, "{\"reader\": \"tmr_simulated\"}"), 204);
    wait_for("a look at the reader", || (count(&rig, "GET", READER) > before).then_some(()));
    assert_eq!(rig.status().unwrap()["state"], "ready");
    assert!(rig.sales().is_empty(), "it opens nothing");
}

#[test]
fn a_hint_that_says_more_than_which_reader_is_refused() {
    let rig = Rig::ready();
    assert_eq!(hint(&rig, "{\"reader\": \"tmr_simulated\", \"status\": \"paid\"}"), 400);
    assert_eq!(hint(&rig, "paid"), 400);
}
