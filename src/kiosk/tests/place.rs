//! Where the reader stands is said by the daemon itself, stops nothing, and is over by itself.

use super::*;
use crate::kiosk::place::PlaceWish;

fn at(location: &str) -> ReaderSeen {
    let mut seen = reader(None);
    seen.registration.location = Some(location.into());
    seen
}

fn first(location: &str) -> PlaceWish {
    PlaceWish { location: location.parse().unwrap(), every: None }
}

/// Whether the location is read again after a while.
fn is_read_rarely(bench: &Bench) -> bool {
    let every = bench.kiosk.place_wish().and_then(|wish| wish.every);
    every.is_some_and(|every| every >= Duration::from_mins(30))
}

fn in_canada() -> Reason {
    let ours = "usd".parse().unwrap();
    Reason::ReaderWrongCountry { country: "CA".into(), takes: "cad", ours }
}

impl Bench {
    fn read(&mut self, location: &str, country: Result<&str, Trouble>) {
        let country = country.map(|country| Some(country.to_owned()));
        self.kiosk.place_read(location.parse().unwrap(), country, self.since());
    }
}

/// A kiosk that sells in usd, and whose reader stands in Canada.
fn abroad() -> Bench {
    let mut bench = Bench::ready();
    bench.read("tml_1", Ok("CA"));
    bench
}

#[test]
fn the_location_is_read_once_after_the_first_look_and_never_again_if_it_fits() {
    let mut bench = Bench::started();
    assert_eq!(bench.kiosk.place_wish(), None);
    bench.look(reader(None));
    assert_eq!(bench.kiosk.place_wish(), Some(first("tml_1")));
    bench.read("tml_1", Ok("US"));
    assert_eq!(bench.kiosk.place_wish(), None);
    bench.look(reader(None));
    assert_eq!(bench.kiosk.place_wish(), None);
}

#[test]
fn nothing_is_read_while_a_customer_is_served_or_stripe_is_out_of_reach() {
    let mut bench = Bench::ready();
    bench.select("S1").unwrap();
    assert_eq!(bench.kiosk.place_wish(), None);
    let mut bench = Bench::ready();
    let lost = || Trouble::NotSent { obstacle: Obstacle::Network, why: "no route".into() };
    for _ in 0..2 {
        bench.hear(Call::Look, Err(lost()));
    }
    assert_eq!(bench.kiosk.place_wish(), None);
}

#[test]
fn a_reader_in_another_country_is_said_so_and_sells_on() {
    let mut bench = abroad();
    assert!(bench.stands(&in_canada()));
    assert_eq!(bench.view(), View::Idle);
    let status = bench.kiosk.status(bench.now);
    assert_eq!(status.state, crate::kiosk::status::State::Ready);
    assert_eq!(status.reasons[0].code, "reader_wrong_country");
    let what = "the reader stands in CA, where readers take cad only; kiosk.currency is usd";
    assert_eq!(status.reasons[0].what, what);
    assert!(is_read_rarely(&bench));
    bench.select("S1").unwrap();
}

#[test]
fn other_reasons_are_none_of_its_business() {
    let mut bench = abroad();
    bench.hear(Call::Prompt { n: 1 }, Err(Trouble::Refused(Refusal::ReaderOffline)));
    for country in ["CA", "US"] {
        bench.read("tml_1", Ok(country));
        assert!(bench.stands(&Reason::ReaderOffline), "{country}");
    }
}

#[test]
fn it_is_over_once_the_location_is_moved_or_the_reader_is_given_another() {
    let mut bench = abroad();
    bench.read("tml_1", Ok("US"));
    assert!(!bench.stands(&in_canada()));
    assert_eq!(bench.kiosk.place_wish(), None);
    let mut bench = abroad();
    bench.wait(1);
    bench.look(at("tml_2"));
    assert!(!bench.stands(&in_canada()));
    assert_eq!(bench.kiosk.place_wish(), Some(first("tml_2")));
    bench.read("tml_2", Ok("US"));
    assert_eq!(bench.kiosk.place_wish(), None);
}

#[test]
fn a_reader_without_a_location_stands_in_no_country() {
    let mut bench = abroad();
    bench.wait(1);
    let mut nowhere = reader(None);
    nowhere.registration.location = None;
    bench.look(nowhere);
    assert!(!bench.stands(&in_canada()));
    assert_eq!(bench.kiosk.place_wish(), None);
}

#[test]
fn a_card_that_is_authorized_proves_the_table_wrong() {
    let mut bench = abroad();
    bench.select("S1").unwrap();
    bench.look(reader(None));
    bench.reply(Call::Create { n: 1 }, Ok(IntentStatus::RequiresPaymentMethod));
    bench.reply(Call::Prompt { n: 1 }, Ok(IntentStatus::RequiresPaymentMethod));
    assert!(bench.stands(&in_canada()), "a prompt is no payment");
    bench.reply(Call::Look, Ok(IntentStatus::RequiresCapture));
    assert!(!bench.stands(&in_canada()));
    bench.look(reader(None));
    assert!(!bench.stands(&in_canada()), "and it stays so");
}

#[test]
fn a_location_that_is_not_shown_is_no_reason_for_anything() {
    for refusal in [Refusal::Forbidden, Refusal::NotFound] {
        for mut bench in [Bench::ready(), abroad()] {
            bench.hear(Call::ReadLocation, Err(Trouble::Refused(refusal.clone())));
            bench.read("tml_1", Err(Trouble::Refused(refusal.clone())));
            assert_eq!(bench.kiosk.reasons().iter().count(), 0, "{refusal}");
            assert!(is_read_rarely(&bench), "the permission may come");
        }
    }
}

#[test]
fn a_location_that_is_not_answered_is_asked_again_and_says_nothing_of_the_link() {
    let mut bench = Bench::ready();
    let silence = || Trouble::Unknown { obstacle: Obstacle::Silence, why: "reset".into() };
    for _ in 0..5 {
        bench.hear(Call::ReadLocation, Err(silence()));
        bench.read("tml_1", Err(silence()));
    }
    bench.read("tml_1", Err(Trouble::Refused(Refusal::StripeFailed)));
    assert_eq!(bench.kiosk.reasons().iter().count(), 0);
    assert_eq!(bench.kiosk.place_wish(), Some(first("tml_1")));
}

#[test]
fn what_no_table_knows_fits() {
    let mut bench = Bench::ready();
    bench.read("tml_1", Ok("AQ"));
    assert_eq!(bench.kiosk.reasons().iter().count(), 0);
    assert_eq!(bench.kiosk.place_wish(), None);
}

#[test]
fn a_new_key_reads_it_again_and_what_was_seen_stands_until_then() {
    let mut bench = abroad();
    bench.kiosk.key_replaced();
    bench.wait(1);
    bench.look(reader(None));
    assert!(bench.stands(&in_canada()));
    assert_eq!(bench.kiosk.place_wish(), Some(first("tml_1")));
    bench.read("tml_1", Err(Trouble::Refused(Refusal::Forbidden)));
    assert!(!bench.stands(&in_canada()));
}
