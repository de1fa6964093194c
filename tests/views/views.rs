//! Every view, with what may stand in it.

use kioskd::display::text::Help;
use kioskd::kiosk::cart::CartLine;
use kioskd::kiosk::screen::Scarce;
use kioskd::kiosk::view::{BusyWith, Ending, Place, Rest, Shown};
use kioskd::kiosk::{Reason, Turned, View};
use kioskd::locale::Language;
use kioskd::money::Money;
use kioskd::sale::cards::{CardSeen, NotTaken};
use kioskd::sale::fact::{Decline, Retraction};

/// Whom the customers of these kiosks call.
pub(crate) fn help() -> Help {
    Help { phone: Some("0800 123456".to_owned()) }
}

/// What is sold where a language is spoken.
struct Shop {
    cola: &'static str,
    water: &'static str,
    long: &'static str,
    currency: &'static str,
    price: u64,
}

fn shop(language: Language) -> Shop {
    match language {
        Language::Japanese => Shop {
            cola: "コーラ",
            water: "ミネラルウォーター",
            long: "朝摘み宇治抹茶入り玄米茶 500ml",
            currency: "jpy",
            price: 180,
        },
        Language::English => Shop {
            cola: "Cola",
            water: "Sparkling water",
            long: "Roasted almonds with sea salt",
            currency: "usd",
            price: 250,
        },
        Language::German
        | Language::French
        | Language::Spanish
        | Language::Italian
        | Language::Dutch => Shop {
            cola: "Cola",
            water: "Mineralwasser",
            long: "Geröstete Mandeln mit Meersalz",
            currency: "eur",
            price: 250,
        },
    }
}

impl Shop {
    fn money(&self, amount: u64) -> Money {
        Money::new(amount, self.currency.parse().unwrap())
    }

    fn shown(&self, name: &str, further: usize) -> Shown {
        let price = self.money(self.price);
        Shown { code: "A1".parse().unwrap(), name: name.to_owned(), price, further }
    }
}

fn decline(code: &str) -> Decline {
    let (code, decline_code) = ("card_declined".into(), Some(code.into()));
    Decline { code, decline_code, charge: None }
}

type Named = (String, View);

/// All of them, each with a name that begins with the view's own.
pub(crate) fn every(language: Language) -> Vec<Named> {
    let shop = shop(language);
    let views = idle(&shop).into_iter().chain(paying(&shop)).chain(vending(&shop));
    let views = views.chain(ended(&shop)).chain(turned()).chain(out_of_order());
    let all: Vec<Named> =
        views.map(|(more, view)| (format!("{}{more}", name(&view)), view)).collect();
    for wanted in NAMES {
        assert!(all.iter().any(|(_, view)| name(view) == wanted), "there is no {wanted}");
    }
    all
}

/// A view whose own name is not among these does not compile; one that is made nowhere fails.
const NAMES: [&str; 28] = [
    "idle",
    "shelf",
    "attract",
    "typing",
    "cart",
    "connecting",
    "reader-busy",
    "blind",
    "present-card",
    "card-not-taken",
    "authorizing",
    "taking-back",
    "dispensing",
    "checking",
    "thank-you",
    "part-given",
    "not-charged",
    "hold-will-be-released",
    "will-be-refunded",
    "refunded",
    "present-card-again",
    "money-owed",
    "operator-decides",
    "not-now",
    "out-of-order",
    "wait",
    "stopping",
    "long-name",
];

fn name(view: &View) -> &'static str {
    match view {
        View::Connecting { product } if product.name.len() > 25 => "long-name",
        View::Idle => "idle",
        View::Shelf { .. } => "shelf",
        View::Attract { .. } => "attract",
        View::Typing { .. } => "typing",
        View::Cart { .. } => "cart",
        View::Connecting { .. } => "connecting",
        View::ReaderBusy { .. } => "reader-busy",
        View::Blind { .. } => "blind",
        View::PresentCard { .. } => "present-card",
        View::CardNotTaken { .. } => "card-not-taken",
        View::Authorizing { .. } => "authorizing",
        View::TakingBack { .. } => "taking-back",
        View::Dispensing { .. } => "dispensing",
        View::Checking { .. } => "checking",
        View::ThankYou { .. } => "thank-you",
        View::PartGiven { .. } => "part-given",
        View::NotCharged { .. } => "not-charged",
        View::HoldWillBeReleased { .. } => "hold-will-be-released",
        View::WillBeRefunded { .. } => "will-be-refunded",
        View::Refunded { .. } => "refunded",
        View::PresentCardAgain { .. } => "present-card-again",
        View::MoneyOwed { .. } => "money-owed",
        View::OperatorDecides => "operator-decides",
        View::NotNow { .. } => "not-now",
        View::OutOfOrder { .. } => "out-of-order",
        View::Wait => "wait",
        View::Stopping => "stopping",
    }
}

fn idle(shop: &Shop) -> Vec<Named> {
    let few = vec![Scarce { name: shop.water.into(), left: 1 }];
    let lines = vec![
        CartLine { name: shop.cola.into(), count: 2 },
        CartLine { name: shop.water.into(), count: 1 },
    ];
    vec![
        (String::new(), View::Idle),
        (String::new(), View::Shelf { sold_out: vec![shop.cola.into()], few }),
        (String::new(), View::Attract { product: shop.shown(shop.cola, 0) }),
        (String::new(), View::Typing { text: "1".into() }),
        (String::new(), View::Cart { lines, sum: shop.money(3 * shop.price) }),
    ]
}

fn paying(shop: &Shop) -> Vec<Named> {
    let cola = || shop.shown(shop.cola, 0);
    let presenting = |declined, not_taken, seconds_left| View::PresentCard {
        product: cola(),
        seconds_left,
        seconds_of: 60,
        declined,
        not_taken,
    };
    let amex = NotTaken::Brand { brand: "amex".into() };
    let prepaid = NotTaken::Funding { funding: "prepaid".into() };
    let card =
        CardSeen { brand: Some("visa".into()), last4: Some("4242".into()), ..CardSeen::default() };
    let mut views = vec![
        (String::new(), View::Connecting { product: cola() }),
        ("-several".into(), View::Connecting { product: shop.shown(shop.cola, 2) }),
        (String::new(), View::Connecting { product: shop.shown(shop.long, 0) }),
        (String::new(), View::ReaderBusy { product: cola(), with: BusyWith::OtherPayment }),
        ("-itself".into(), View::ReaderBusy { product: cola(), with: BusyWith::Itself }),
        (String::new(), View::Blind { product: cola() }),
        (String::new(), presenting(None, None, 60)),
        ("-soon-over".into(), presenting(None, None, 7)),
        ("-not-taken".into(), presenting(None, Some(prepaid), 42)),
        (String::new(), View::CardNotTaken { product: cola(), why: amex }),
        (String::new(), View::Authorizing { product: cola(), card: None }),
        ("-known".into(), View::Authorizing { product: cola(), card: Some(card) }),
    ];
    let declines = [
        "insufficient_funds",
        "expired_card",
        "offline_pin_required",
        "incorrect_pin",
        "pin_try_exceeded",
        "card_velocity_exceeded",
        "card_not_supported",
        "try_again_later",
        "generic_decline",
    ];
    views.extend(
        declines.map(|code| (format!("-{code}"), presenting(Some(decline(code)), None, 42))),
    );
    let backs = [Retraction::CancelledOnKiosk, Retraction::TimedOut, Retraction::TooManyDeclines];
    views.extend(backs.map(|why| (format!("-{why:?}"), View::TakingBack { why })));
    views
}

fn vending(shop: &Shop) -> Vec<Named> {
    let product = || shop.shown(shop.cola, 0);
    let one = Place { number: 1, of: 1 };
    let second = Place { number: 2, of: 3 };
    let again = || shop.shown(shop.cola, 0);
    vec![
        (String::new(), View::Dispensing { product: product(), place: one }),
        ("-second".into(), View::Dispensing { product: product(), place: second }),
        (String::new(), View::Checking { product: product(), place: one }),
        (
            String::new(),
            View::PresentCardAgain { product: again(), seconds_left: 117, seconds_of: 120 },
        ),
    ]
}

fn ended(shop: &Shop) -> Vec<Named> {
    let url =
        "https://pay.stripe.com/receipts/payment/CAcaFwoVYWNjdF8xTTJKVGtMa2RJd0h1N2l4KJ3u1sYG";
    let receipt = || Some(url.to_owned());
    let thanks =
        |further, receipt| View::ThankYou { product: shop.shown(shop.cola, further), receipt };
    let kept = shop.money(2 * shop.price);
    let part =
        |unknown, rest, receipt| View::PartGiven { given: 2, of: 3, unknown, kept, rest, receipt };
    let failed = Ending::VendFailed;
    let why = |why| View::NotCharged { why };
    let sale = "01M87RDF0167QJ1W0GK7BRH172".parse().unwrap();
    vec![
        (String::new(), thanks(0, None)),
        ("-several".into(), thanks(2, None)),
        ("-receipt".into(), thanks(0, receipt())),
        (String::new(), part(0, Rest::WillBeReleased, None)),
        ("-not-charged".into(), part(0, Rest::NotCharged, receipt())),
        ("-will-be-refunded".into(), part(0, Rest::WillBeRefunded, None)),
        ("-refunded".into(), part(1, Rest::Refunded, None)),
        (String::new(), why(failed)),
        ("-cancelled".into(), why(Ending::Cancelled)),
        ("-time-is-up".into(), why(Ending::TimedOut)),
        ("-declined".into(), why(Ending::Declined)),
        ("-trouble".into(), why(Ending::Trouble)),
        (String::new(), View::HoldWillBeReleased { why: Ending::VendUnknown }),
        (String::new(), View::WillBeRefunded { why: failed }),
        (String::new(), View::Refunded { why: failed }),
        (String::new(), View::MoneyOwed { sale, amount: shop.money(shop.price) }),
        (String::new(), View::OperatorDecides),
    ]
}

fn turned() -> Vec<Named> {
    let code = || "A1".parse().unwrap();
    let whys = [
        Turned::Unknown { code: code() },
        Turned::Disabled { code: code() },
        Turned::SoldOut { code: code(), left: 0 },
        Turned::SoldOut { code: code(), left: 1 },
        Turned::Busy,
        Turned::CartFull,
        Turned::CartEmpty,
        Turned::NotInCart { code: code() },
        Turned::AtMachine { code: code() },
        Turned::NoSuchSlot { slot: "7".parse().unwrap() },
    ];
    let numbered = whys.into_iter().enumerate();
    numbered.map(|(number, why)| (format!("-{number}"), View::NotNow { why })).collect()
}

fn out_of_order() -> Vec<Named> {
    let reasons = [
        Reason::Starting,
        Reason::KeyRejected,
        Reason::ReaderOffline,
        Reason::ReaderRestarting,
        Reason::ReaderUpdating,
        Reason::ReaderInUse,
        Reason::Journal,
        Reason::Drained { by: "user 0".into(), why: None },
        Reason::SoldOut { product: "A1".parse().unwrap() },
        Reason::DispenserAway { dispenser: "main".parse().unwrap() },
    ];
    let reasons =
        reasons.map(|reason| (format!("-{}", reason.code()), View::OutOfOrder { reason }));
    let others = [(String::new(), View::Wait), (String::new(), View::Stopping)];
    reasons.into_iter().chain(others).collect()
}
