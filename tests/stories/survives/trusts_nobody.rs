//! HTTPS with whoever answers in Stripe's place: nothing is said to one who cannot prove that he is
//! Stripe, and the technician reads what is wrong.

use serde_json::Value;
use tokio_rustls::rustls::version;

use super::tls_front::{Authority, Front, Serves, Valid, behind_tls};
use super::*;

/// A kiosk that trusts an authority, and what it meets on the way to Stripe.
struct Meeting {
    rig: Rig,
    front: Front,
    /// Stripe as it should be.
    stripe: Serves,
}

impl Meeting {
    fn with(choose: impl FnOnce(&Authority) -> Serves) -> Self {
        let authority = Authority::new("an authority");
        let mut rig = Rig::without_daemon();
        let front = Front::of(&rig, choose(&authority));
        rig.start_as(behind_tls(&rig, &front, &authority));
        Self { rig, front, stripe: authority.signs("localhost", Valid::Now) }
    }

    /// The reason is named, nothing is sold, and no request was sent.
    #[track_caller]
    fn is_named(&self, code: &str) -> Value {
        let reason = self.rig.wait_for_reason(code);
        assert_eq!(self.rig.status().unwrap()["state"], "out_of_order");
        self.rig.keypad.press("A1");
        let what = reason["what"].as_str().unwrap();
        wait_for_words(&self.rig, &format!("no sale was opened: out of order: {what}"));
        assert!(self.rig.sales().is_empty());
        assert_eq!(self.front.trusted(), 0, "a stranger gets nothing but a hello");
        assert!(!self.front.was_spoken_to_in_clear());
        assert!(self.front.accepted() > 1, "and is asked again");
        reason
    }

    /// Stripe is there again, and a customer is served.
    #[track_caller]
    fn heals(&self) {
        self.front.serve(self.stripe.clone());
        sell_one(&self.rig);
        self.rig.audit();
        assert!(!self.front.was_spoken_to_in_clear());
    }
}

#[track_caller]
fn assert_says(reason: &Value, field: &str, words: &str) {
    assert!(reason[field].as_str().unwrap().contains(words), "{words}: {reason}");
}

#[test]
fn a_server_that_speaks_only_tls_1_3_or_only_1_2_is_talked_to() {
    for speaks in [&version::TLS13, &version::TLS12] {
        let meeting = Meeting::with(|a| a.signs_for("localhost", Valid::Now, &[speaks]));
        wait_until_ready(&meeting.rig);
        assert!(meeting.front.trusted() > 0, "{speaks:?}");
    }
}

#[test]
fn a_certificate_of_an_unknown_authority() {
    let stranger = Authority::new("somebody else");
    let meeting = Meeting::with(|_| stranger.signs("localhost", Valid::Now));
    let reason = meeting.is_named("tls_untrusted");
    assert_says(&reason, "do", "intercepts TLS");
    meeting.heals();
}

#[test]
fn a_certificate_for_another_host() {
    let meeting = Meeting::with(|a| a.signs("elsewhere.example", Valid::Now));
    meeting.is_named("tls_untrusted");
}

#[test]
fn a_certificate_that_has_run_out() {
    let meeting = Meeting::with(|a| a.signs("localhost", Valid::NoLonger));
    let reason = meeting.is_named("clock_wrong");
    assert_says(&reason, "what", "the kiosk's clock");
    assert_says(&reason, "do", "NTP");
    meeting.heals();
}

#[test]
fn a_certificate_that_is_not_valid_yet() {
    Meeting::with(|a| a.signs("localhost", Valid::NotYet)).is_named("clock_wrong");
}

#[test]
fn a_server_that_resets_during_the_handshake() {
    Meeting::with(|_| Serves::Reset).is_named("stripe_unreachable");
}

#[test]
fn plain_http_where_https_is_expected() {
    Meeting::with(|_| Serves::PlainHttp).is_named("tls_untrusted");
}

#[test]
fn a_stranger_who_comes_between_while_a_customer_chooses() {
    let meeting = Meeting::with(|a| a.signs("localhost", Valid::Now));
    let (rig, front) = (&meeting.rig, &meeting.front);
    wait_until_ready(rig);
    let (trusted, asked) = (front.trusted(), rig.requests().len());
    front.serve(Authority::new("somebody else").signs("localhost", Valid::Now));
    rig.keypad.press("A1");
    rig.wait_for_reason("tls_untrusted");
    assert_eq!(front.trusted(), trusted, "a stranger gets nothing but a hello");
    assert_eq!(rig.requests().len(), asked);
    front.serve(meeting.stripe.clone());
    assert_eq!(rig.outcomes(), ["abandoned"]);
    rig.audit();
    assert!(!front.was_spoken_to_in_clear());
}

#[test]
fn a_redirect_to_another_host_is_not_followed() {
    let authority = Authority::new("an authority");
    let elsewhere_rig = Rig::without_daemon();
    let elsewhere = Front::of(&elsewhere_rig, authority.signs("localhost", Valid::Now));
    let reply = format!(
        "HTTP/1.1 302 Found\r\nlocation: https://localhost:{}/v1/\r\ncontent-length: 0\r\n\r\n",
        elsewhere.port
    );
    let meeting = Meeting::with(|a| a.signs_for_a_reply("localhost", reply));
    meeting.rig.wait_for_reason("captive_portal");
    assert!(meeting.front.trusted() > 0);
    assert_eq!(elsewhere.accepted(), 0);
}
