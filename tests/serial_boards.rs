//! Selection boards and dispensers over real pseudoterminals.

mod boards;

use std::path::Path;
use std::time::{Duration, Instant};

use boards::{Board, Jack, PATIENCE};
use kioskd::dispenser::{self, Answer, DispenserNews, Order, Vend};
use kioskd::ids::{DispenserName, OrderId, ProductCode, SaleId, Slot};
use kioskd::input::{self, InputNews, Key, NamedInputNews};
use kioskd::money::Money;
use kioskd::pulse::Pulse;
use kioskd::serial::{Link, PortSettings};
use rustix::termios::{ControlModes, LocalModes};
use tokio::sync::mpsc;

/// Long enough to see that nothing more is written.
const QUIET: Duration = Duration::from_millis(300);

/// Runs a task of kioskd's on a thread with a runtime of its own, as long as the test lasts.
fn in_background(task: impl Future<Output = ()> + Send + 'static) {
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(task);
    });
}

fn settings(device: &Path) -> PortSettings {
    PortSettings { device: device.to_owned(), baud: 19_200 }
}

/// The next news, in time.
#[track_caller]
fn next<T>(news: &mut mpsc::Receiver<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match news.try_recv() {
            Ok(one) => return one,
            Err(error) => assert!(Instant::now() < deadline, "no news: {error}"),
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Of a task that nobody asks.
fn pulse() -> Pulse {
    let (_, asked) = tokio::sync::watch::channel(0);
    kioskd::pulse::pair(asked).0
}

struct Keys(mpsc::Receiver<NamedInputNews>);

impl Keys {
    fn listen(device: &Path) -> Self {
        let (sender, news) = mpsc::channel(32);
        let board = Link::new(settings(device));
        in_background(input::run("keypad".to_owned(), board, sender, pulse()));
        Self(news)
    }

    #[track_caller]
    fn next(&mut self) -> InputNews {
        let named = next(&mut self.0);
        assert_eq!(named.input, "keypad");
        named.news
    }

    /// Each opening that fails before is told.
    #[track_caller]
    fn expect_connected(&mut self) {
        let mut news = self.next();
        while matches!(news, InputNews::Disconnected { .. }) {
            news = self.next();
        }
        assert_eq!(news, InputNews::Connected);
    }

    #[track_caller]
    fn expect_key(&mut self, line: &str) {
        assert_eq!(self.next(), InputNews::Key(Key::parse(line).expect("a key")));
    }
}

struct Dispenser {
    orders: mpsc::Sender<Order>,
    news: mpsc::Receiver<(DispenserName, DispenserNews)>,
}

impl Dispenser {
    fn start(device: &Path) -> Self {
        let (orders, taken) = mpsc::channel(8);
        let (sender, news) = mpsc::channel(8);
        let name = DispenserName::new("main").expect("a name");
        let board = dispenser::serial::Board::new(settings(device));
        in_background(dispenser::run(name, board, taken, sender, pulse()));
        Self { orders, news }
    }

    fn vend(&self, sale: &str, slot: &str) {
        let vend = Vend {
            id: id(sale),
            slot: Slot::new(slot).expect("a slot"),
            sale: SaleId::new(sale).expect("a sale id"),
            product: ProductCode::new("A1").expect("a code"),
            name: "Cola".to_owned(),
            price: Money::new(250, "usd".parse().expect("a currency")),
        };
        self.orders.try_send(Order::Vend(Box::new(vend))).expect("room for an order");
    }

    fn status(&self, sale: &str) {
        self.orders.try_send(Order::Status { id: id(sale) }).expect("room for an order");
    }

    #[track_caller]
    fn next(&mut self) -> DispenserNews {
        let (name, news) = next(&mut self.news);
        assert_eq!(name.as_str(), "main");
        news
    }

    /// Each opening that fails before is told.
    #[track_caller]
    fn expect_connected(&mut self) {
        let mut news = self.next();
        while matches!(news, DispenserNews::Disconnected { .. }) {
            news = self.next();
        }
        assert_eq!(news, DispenserNews::Connected);
    }

    #[track_caller]
    fn expect_disconnected(&mut self) {
        let news = self.next();
        assert!(matches!(news, DispenserNews::Disconnected { .. }), "{news:?}");
    }

    #[track_caller]
    fn expect_answer(&mut self, sale: &str, answer: Answer) {
        assert_eq!(self.next(), DispenserNews::Answered { id: id(sale), answer });
    }

    #[track_caller]
    fn expect_never_sent(&mut self, expected: &str) {
        let news = self.next();
        let never =
            matches!(&news, DispenserNews::NeverSent { id: order, .. } if *order == id(expected));
        assert!(never, "{news:?}");
    }

    #[track_caller]
    fn expect_unclear(&mut self, expected: &str) {
        let news = self.next();
        let unclear =
            matches!(&news, DispenserNews::Unclear { id: order, .. } if *order == id(expected));
        assert!(unclear, "{news:?}");
    }
}

fn id(sale: &str) -> OrderId {
    OrderId::new(sale).expect("a sale id")
}

#[test]
fn keys_arrive_with_lf_or_crlf_and_in_pieces() {
    let board = Board::new();
    let mut keys = Keys::listen(board.path());
    keys.expect_connected();
    board.press("A1");
    keys.expect_key("A1");
    board.send_bytes(b"PAY\r\nREMOVE A1\r\n");
    keys.expect_key("PAY");
    keys.expect_key("REMOVE A1");
    for piece in [&b"CA"[..], b"NCE", b"L", b"\r", b"\n"] {
        board.send_bytes(piece);
        std::thread::sleep(Duration::from_millis(5));
    }
    keys.expect_key("CANCEL");
}

#[test]
fn garbage_is_counted_and_the_next_good_line_works() {
    let board = Board::new();
    let mut keys = Keys::listen(board.path());
    keys.expect_connected();
    board.send_bytes(b"\x00\xff\xfe\n");
    assert_eq!(keys.next(), InputNews::Garbage { total: 1 });
    board.send_bytes(&[&[b'x'; 1000][..], b"\nno key\nA1\n"].concat());
    keys.expect_key("A1");
    assert_eq!(keys.next(), InputNews::Garbage { total: 3 });
}

#[test]
fn opening_sets_the_port_up_and_lets_no_second_program_in() {
    let board = Board::new();
    let mut keys = Keys::listen(board.path());
    keys.expect_connected();
    let modes = board.modes();
    let expected = ControlModes::CS8 | ControlModes::CLOCAL | ControlModes::CREAD;
    assert!(modes.control_modes.contains(expected));
    assert!(!modes.control_modes.intersects(ControlModes::HUPCL | ControlModes::CRTSCTS));
    assert!(!modes.local_modes.intersects(LocalModes::ECHO | LocalModes::ICANON));
    assert_eq!(modes.output_speed(), 19_200);

    let mut second = Keys::listen(board.path());
    let why = "another program is using it".to_owned();
    assert_eq!(second.next(), InputNews::Disconnected { why });
}

#[test]
fn what_was_sent_before_the_port_opened_is_dropped() {
    let board = Board::new();
    board.press("A1");
    let mut keys = Keys::listen(board.path());
    keys.expect_connected();
    board.press("B1");
    keys.expect_key("B1");
}

#[test]
fn a_board_that_is_pulled_out_and_put_back_is_heard_again() {
    let jack = Jack::new();
    let mut keys = Keys::listen(jack.path());
    let missing = keys.next();
    assert!(matches!(missing, InputNews::Disconnected { .. }), "{missing:?}");
    for _round in 0..2 {
        let board = jack.plug_in();
        keys.expect_connected();
        board.press("A1");
        keys.expect_key("A1");
        jack.unplug(board);
        let gone = keys.next();
        assert!(matches!(gone, InputNews::Disconnected { .. }), "{gone:?}");
    }
}

#[test]
fn a_flood_of_keys_blocks_nobody_and_keys_work_after_it() {
    let board = Board::new();
    let mut keys = Keys::listen(board.path());
    keys.expect_connected();
    // Nobody takes news meanwhile, and all is read all the same.
    board.send_bytes("A1\n".repeat(10_000).as_bytes());
    let deadline = Instant::now() + PATIENCE;
    let (mut flooded, mut dropped) = (0, 0);
    while flooded + dropped < 10_000 {
        match keys.next() {
            InputNews::Key(_) => flooded += 1,
            InputNews::Garbage { total } => dropped = total,
            other @ (InputNews::Connected
            | InputNews::Typing { .. }
            | InputNews::Asked { .. }
            | InputNews::Withdrawn { .. }
            | InputNews::Disconnected { .. }
            | InputNews::Stuck { .. }
            | InputNews::Freed { .. }) => panic!("{other:?}"),
        }
        assert!(Instant::now() < deadline, "{flooded} keys and {dropped} dropped");
    }
    assert!(flooded < 200, "{flooded} keys of the flood got through");
    let cancel = InputNews::Key(Key::Cancel);
    while Instant::now() < deadline {
        board.press("CANCEL");
        std::thread::sleep(Duration::from_millis(100));
        if std::iter::from_fn(|| keys.0.try_recv().ok()).any(|named| named.news == cancel) {
            return;
        }
    }
    panic!("no key after the flood");
}

#[test]
fn a_vend_is_written_once_however_often_it_is_ordered() {
    let mut board = Board::new();
    let mut dispenser = Dispenser::start(board.path());
    dispenser.expect_connected();
    dispenser.vend("s1", "11");
    dispenser.vend("s1", "11");
    dispenser.vend("s2", "12");
    assert_eq!(board.expect_line(PATIENCE), "VEND s1 11");
    assert_eq!(board.expect_line(PATIENCE), "VEND s2 12");
    assert_eq!(board.next_line(QUIET), None);
    assert_eq!(dispenser.next(), DispenserNews::Sent { id: id("s1") });
    dispenser.expect_unclear("s1");
    assert_eq!(dispenser.next(), DispenserNews::Sent { id: id("s2") });
}

#[test]
fn answers_are_passed_on_whatever_sale_they_name() {
    let mut board = Board::new();
    let mut dispenser = Dispenser::start(board.path());
    dispenser.expect_connected();
    dispenser.status("s1");
    assert_eq!(board.expect_line(PATIENCE), "STATUS s1");
    board.send_line("BUSY s1");
    dispenser.expect_answer("s1", Answer::Busy);
    board.send_bytes(b"FAIL s1 jam\r\nOK stranger\nboot v1.2\n");
    dispenser.expect_answer("s1", Answer::Fail { reason: "jam".to_owned() });
    dispenser.expect_answer("stranger", Answer::Ok);
    assert_eq!(dispenser.next(), DispenserNews::Garbage { total: 1 });
}

#[test]
fn a_vend_while_the_board_is_away_is_refused_and_never_kept() {
    let jack = Jack::new();
    let mut dispenser = Dispenser::start(jack.path());
    dispenser.expect_disconnected();
    dispenser.vend("s1", "11");
    dispenser.status("s1");
    dispenser.expect_never_sent("s1");

    let mut board = jack.plug_in();
    dispenser.expect_connected();
    assert_eq!(board.next_line(QUIET), None, "nothing was kept");
    dispenser.vend("s2", "11");
    assert_eq!(dispenser.next(), DispenserNews::Sent { id: id("s2") });
    assert_eq!(board.expect_line(PATIENCE), "VEND s2 11");

    // Gone after it was sent: a repeat is no definite failure.
    jack.unplug(board);
    dispenser.expect_disconnected();
    dispenser.vend("s2", "11");
    dispenser.expect_unclear("s2");
    let mut board = jack.plug_in();
    dispenser.expect_connected();
    dispenser.vend("s2", "11");
    dispenser.expect_unclear("s2");
    assert_eq!(board.next_line(QUIET), None, "not even to a new board");
}

#[test]
fn a_board_that_takes_no_bytes_leaves_the_vend_unclear_and_spoils_the_next_line() {
    let mut board = Board::new();
    let mut dispenser = Dispenser::start(board.path());
    dispenser.expect_connected();
    // The board reads nothing, until the kernel takes no more.
    let mut sent = 0;
    let news = loop {
        dispenser.vend(&format!("s{sent:031}"), "11");
        let news = dispenser.next();
        if !matches!(news, DispenserNews::Sent { .. }) {
            break news;
        }
        sent += 1;
    };
    assert!(matches!(news, DispenserNews::Unclear { .. }), "{news:?} after {sent}");
    dispenser.expect_disconnected();
    while board.next_line(QUIET).is_some() {}
    dispenser.expect_connected();
    dispenser.vend("last", "12");
    assert_eq!(dispenser.next(), DispenserNews::Sent { id: id("last") });
    assert!(board.expect_line(PATIENCE).ends_with('\x18'), "what was left is spoiled");
    assert_eq!(board.expect_line(PATIENCE), "VEND last 12");
}
