//! What must hold for every kind of dispenser, tried on each: a board on a pseudoterminal, a program,
//! relays and a printer that are played, and a vending machine on its bus.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set up its bench may panic, and the line tells where"
)]

#[path = "../boards/mod.rs"]
mod boards;
#[path = "../printer/mod.rs"]
mod printer;
mod printers;
mod programs;
mod rigs;
mod script;

use std::time::{Duration, Instant};

use boards::PATIENCE;
use kioskd::dispenser::{self, Answer, Device, DispenserNews, Order, Vend};
use kioskd::ids::{DispenserName, OrderId};
use kioskd::money::Money;
use kioskd::pulse::Pulse;
use printers::OnPrinter;
use rigs::{OnBus, OnLines, OnPort, Script};
use tokio::sync::mpsc;

/// Long enough to see that nothing more happens.
const QUIET: Duration = Duration::from_millis(400);

/// A kind of dispenser, and whoever plays what is behind it. Nothing is there in the beginning.
trait Rig: Sized {
    /// Whether it takes a second order while it is at the first.
    const TAKES_TWO: bool;
    /// Whether it says something of an order of an earlier life.
    const CAN_BE_ASKED: bool;

    fn new() -> Self;
    /// What the daemon drives.
    fn device(&self) -> impl FnOnce() -> Self::Device + Send + 'static;
    type Device: Device;
    fn plug_in(&mut self);
    fn unplug(&mut self);
    /// Lets the order that is under way end, well or badly.
    fn end(&mut self, order: &str, is_good: bool);
    /// Does what it does without being told: hears and answers.
    fn live(&mut self, time: Duration);
    /// A customer chooses, where that is done at the machine itself.
    fn choose(&mut self) {}
    /// How many times something was set in motion.
    fn vends(&mut self) -> usize;
}

/// The task that serves it.
struct Daemon {
    orders: mpsc::Sender<Order>,
    news: mpsc::Receiver<(DispenserName, DispenserNews)>,
}

impl Daemon {
    fn start<R: Rig>(rig: &R) -> Self {
        let (orders, taken) = mpsc::channel(8);
        let (sender, news) = mpsc::channel(64);
        let name = DispenserName::new("main").expect("a name");
        let device = rig.device();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(async {
                dispenser::run(name, device(), taken, sender, pulse()).await;
            });
        });
        Self { orders, news }
    }

    fn vend(&self, rig: &mut impl Rig, order: &str) {
        rig.choose();
        let vend = Vend {
            id: id(order),
            slot: "11".parse().expect("a slot"),
            sale: "sale1".parse().expect("a sale id"),
            product: "A1".parse().expect("a code"),
            name: "Cola".to_owned(),
            price: Money::new(250, "usd".parse().expect("a currency")),
        };
        self.orders.try_send(Order::Vend(Box::new(vend))).expect("room for an order");
    }

    fn status(&self, order: &str) {
        self.orders.try_send(Order::Status { id: id(order) }).expect("room for an order");
    }

    /// The next news; what is away is told again and again.
    #[track_caller]
    fn next(&mut self, rig: &mut impl Rig) -> DispenserNews {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.news.try_recv() {
                Ok((_, news)) => return news,
                Err(error) => assert!(Instant::now() < deadline, "no news: {error}"),
            }
            rig.live(Duration::from_millis(5));
        }
    }

    #[track_caller]
    fn expect_connected(&mut self, rig: &mut impl Rig) {
        let mut news = self.next(rig);
        while matches!(news, DispenserNews::Disconnected { .. }) {
            news = self.next(rig);
        }
        assert_eq!(news, DispenserNews::Connected);
    }

    #[track_caller]
    fn expect_answer(&mut self, rig: &mut impl Rig, order: &str, answer: Answer) {
        assert_eq!(self.next(rig), DispenserNews::Answered { id: id(order), answer });
    }

    /// Nothing is said for a while, but that it is away.
    #[track_caller]
    fn expect_quiet(&mut self, rig: &mut impl Rig) {
        rig.live(QUIET);
        while let Ok((_, news)) = self.news.try_recv() {
            assert!(matches!(news, DispenserNews::Disconnected { .. }), "{news:?}");
        }
    }

    #[track_caller]
    fn expect_never_sent(&mut self, rig: &mut impl Rig, order: &str) {
        loop {
            let news = self.next(rig);
            if matches!(&news, DispenserNews::NeverSent { id: of, .. } if *of == id(order)) {
                return;
            }
            assert!(matches!(news, DispenserNews::Disconnected { .. }), "{news:?}");
        }
    }

    #[track_caller]
    fn expect_unclear(&mut self, rig: &mut impl Rig, order: &str) {
        let news = self.next(rig);
        let is_it = matches!(&news, DispenserNews::Unclear { id: of, .. } if *of == id(order));
        assert!(is_it, "{news:?}");
    }
}

fn id(order: &str) -> OrderId {
    OrderId::new(order).expect("an order's id")
}

/// Of a task that nobody asks.
fn pulse() -> Pulse {
    let (_, asked) = tokio::sync::watch::channel(0);
    kioskd::pulse::pair(asked).0
}

fn connected<R: Rig>() -> (R, Daemon) {
    let mut rig = R::new();
    rig.plug_in();
    let mut daemon = Daemon::start(&rig);
    daemon.expect_connected(&mut rig);
    (rig, daemon)
}

fn failed<R: Rig>(daemon: &mut Daemon, rig: &mut R, order: &str) {
    let DispenserNews::Answered { id: of, answer: Answer::Fail { .. } } = daemon.next(rig) else {
        panic!("order {order} has not failed");
    };
    assert_eq!(of, id(order));
}

fn is_vended_once_however_often_it_is_ordered<R: Rig>() {
    let (mut rig, mut daemon) = connected::<R>();
    daemon.vend(&mut rig, "o1");
    assert_eq!(daemon.next(&mut rig), DispenserNews::Sent { id: id("o1") });
    daemon.vend(&mut rig, "o1");
    daemon.expect_unclear(&mut rig, "o1");
    rig.end("o1", true);
    daemon.expect_answer(&mut rig, "o1", Answer::Ok);
    daemon.vend(&mut rig, "o1");
    daemon.expect_unclear(&mut rig, "o1");
    daemon.expect_quiet(&mut rig);
    assert_eq!(rig.vends(), 1);
    daemon.vend(&mut rig, "o2");
    assert_eq!(daemon.next(&mut rig), DispenserNews::Sent { id: id("o2") });
    rig.end("o2", false);
    failed(&mut daemon, &mut rig, "o2");
    daemon.vend(&mut rig, "o2");
    daemon.expect_unclear(&mut rig, "o2");
    daemon.expect_quiet(&mut rig);
    assert_eq!(rig.vends(), 2, "what has failed is not tried again either");
}

fn an_order_while_it_is_away_is_refused_and_never_kept<R: Rig>() {
    let mut rig = R::new();
    let mut daemon = Daemon::start(&rig);
    let away = daemon.next(&mut rig);
    assert!(matches!(away, DispenserNews::Disconnected { .. }), "{away:?}");
    daemon.vend(&mut rig, "o1");
    daemon.status("o1");
    daemon.expect_never_sent(&mut rig, "o1");
    rig.plug_in();
    daemon.expect_connected(&mut rig);
    daemon.expect_quiet(&mut rig);
    assert_eq!(rig.vends(), 0, "nothing was kept");
    daemon.vend(&mut rig, "o2");
    assert_eq!(daemon.next(&mut rig), DispenserNews::Sent { id: id("o2") });
    rig.end("o2", true);
    daemon.expect_answer(&mut rig, "o2", Answer::Ok);
    assert_eq!(rig.vends(), 1);
    rig.unplug();
    daemon.vend(&mut rig, "o3");
    daemon.expect_never_sent(&mut rig, "o3");
    assert_eq!(rig.vends(), 1);
}

fn of_two_orders_at_once_each_is_vended_at_most_once<R: Rig>() {
    let (mut rig, mut daemon) = connected::<R>();
    daemon.vend(&mut rig, "o1");
    daemon.vend(&mut rig, "o2");
    assert_eq!(daemon.next(&mut rig), DispenserNews::Sent { id: id("o1") });
    if R::TAKES_TWO {
        assert_eq!(daemon.next(&mut rig), DispenserNews::Sent { id: id("o2") });
    } else {
        daemon.expect_never_sent(&mut rig, "o2");
    }
    rig.end("o1", true);
    daemon.expect_answer(&mut rig, "o1", Answer::Ok);
    daemon.expect_quiet(&mut rig);
    assert_eq!(rig.vends(), 1 + usize::from(R::TAKES_TWO));
}

fn an_answer_may_come_late<R: Rig>() {
    let (mut rig, mut daemon) = connected::<R>();
    daemon.vend(&mut rig, "o1");
    assert_eq!(daemon.next(&mut rig), DispenserNews::Sent { id: id("o1") });
    daemon.expect_quiet(&mut rig);
    rig.end("o1", true);
    daemon.expect_answer(&mut rig, "o1", Answer::Ok);
}

fn what_became_of_an_order_is_told_whenever_it_is_asked_for<R: Rig>() {
    let (mut rig, mut daemon) = connected::<R>();
    daemon.vend(&mut rig, "o1");
    assert_eq!(daemon.next(&mut rig), DispenserNews::Sent { id: id("o1") });
    daemon.status("o1");
    daemon.expect_answer(&mut rig, "o1", Answer::Busy);
    rig.end("o1", true);
    daemon.expect_answer(&mut rig, "o1", Answer::Ok);
    daemon.status("o1");
    daemon.expect_answer(&mut rig, "o1", Answer::Done);
    daemon.vend(&mut rig, "o2");
    assert_eq!(daemon.next(&mut rig), DispenserNews::Sent { id: id("o2") });
    rig.end("o2", false);
    failed(&mut daemon, &mut rig, "o2");
    daemon.status("o2");
    let news = daemon.next(&mut rig);
    let is_failed = matches!(
        &news,
        DispenserNews::Answered { id: of, answer: Answer::Failed { .. } } if *of == id("o2")
    );
    assert!(is_failed, "{news:?}");
}

fn of_an_earlier_life_only_who_remembers_says_that_it_never_heard<R: Rig>() {
    let (mut rig, mut daemon) = connected::<R>();
    daemon.status("before");
    if R::CAN_BE_ASKED {
        daemon.expect_answer(&mut rig, "before", Answer::Unknown);
    } else {
        daemon.expect_quiet(&mut rig);
    }
    assert_eq!(rig.vends(), 0);
}

/// Each of these for each kind.
macro_rules! for_each_kind {
    ($($behavior:ident),+ $(,)?) => {
        mod on_a_port {
            $(#[test] fn $behavior() { super::$behavior::<super::OnPort>(); })+
        }
        mod as_a_program {
            $(#[test] fn $behavior() { super::$behavior::<super::Script>(); })+
        }
        mod on_a_bus {
            $(#[test] fn $behavior() { super::$behavior::<super::OnBus>(); })+
        }
        mod on_lines {
            $(#[test] fn $behavior() { super::$behavior::<super::OnLines>(); })+
        }
        mod on_a_printer {
            $(#[test] fn $behavior() { super::$behavior::<super::OnPrinter>(); })+
        }
    };
}

for_each_kind!(
    is_vended_once_however_often_it_is_ordered,
    an_order_while_it_is_away_is_refused_and_never_kept,
    of_two_orders_at_once_each_is_vended_at_most_once,
    an_answer_may_come_late,
    what_became_of_an_order_is_told_whenever_it_is_asked_for,
    of_an_earlier_life_only_who_remembers_says_that_it_never_heard,
);
