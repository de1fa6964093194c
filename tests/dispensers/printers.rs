//! Printers of tickets, in a network and on a port, and whatever happens to printers.

use std::fs;
use std::time::{Duration, Instant};

use kioskd::config::{self, DispenserKind};
use kioskd::dispenser::escpos::{Printer, ticket};
use kioskd::dispenser::{Answer, Begun, Device, Said, Vend};
use kioskd::ids::OrderId;
use kioskd::money::Money;
use kioskd::wiring::printer::{CodePage, EscposDispenser, PrinterAt, TicketLine};
use proptest::prelude::*;

use crate::Rig;
use crate::boards;
use crate::printer::{self, Jack};

/// The settings of a table, at this address.
fn settings(address: &str, more: &str) -> EscposDispenser {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kioskd.toml");
    let text = format!(
        "[kiosk]\nid = \"lobby-3\"\n[stripe]\nreader = \"tmr_1\"\n\
         [product.A1]\nname = \"Cola\"\nprice = \"2.50\"\n\
         [dispenser.main]\nkind = \"escpos\"\naddress = \"{address}\"\n{more}\n"
    );
    fs::write(&file, text).unwrap();
    let loaded = config::load(&file, &[]).unwrap_or_else(|error| panic!("{error}"));
    let (_, main) = loaded.settings.dispensers.into_iter().next().unwrap();
    let DispenserKind::Escpos(settings) = main.kind else { panic!("it is a printer") };
    settings
}

fn device(settings: EscposDispenser) -> Printer {
    Printer::new(settings, "lobby-3".parse().unwrap())
}

/// A printer in the network, whose tickets end when the suite says so.
pub(crate) struct OnPrinter(Jack);

impl Rig for OnPrinter {
    const TAKES_TWO: bool = false;
    const CAN_BE_ASKED: bool = false;
    type Device = Printer;

    fn new() -> Self {
        let jack = Jack::new();
        jack.with(|printer| printer.waits = true);
        Self(jack)
    }

    fn device(&self) -> impl FnOnce() -> Printer + Send + 'static {
        let settings = settings(&self.0.address, "timeout = \"1m\"");
        || device(settings)
    }

    fn plug_in(&mut self) {
        self.0.plug_in();
    }

    fn unplug(&mut self) {
        self.0.unplug();
    }

    /// The ticket is printed; or the cover is opened before it is, and closed again.
    fn end(&mut self, _: &str, is_good: bool) {
        self.0.with(|printer| {
            printer.let_go += 1;
            (printer.cover_is_open, printer.closes_by_itself) = (!is_good, true);
        });
    }

    fn live(&mut self, time: Duration) {
        std::thread::sleep(time);
    }

    fn vends(&mut self) -> usize {
        self.0.with(|printer| printer.begun)
    }
}

/// A printer in the network, and kioskd's side of it.
struct Bench {
    jack: Jack,
    device: Printer,
}

impl Bench {
    fn of(more: &str) -> Self {
        let mut jack = Jack::new();
        jack.plug_in();
        let device = device(settings(&jack.address, more));
        Self { jack, device }
    }

    async fn ready() -> Self {
        let mut bench = Self::of("");
        assert_eq!(bench.next().await, Said::Connected);
        bench
    }

    async fn next(&mut self) -> Said {
        tokio::time::timeout(boards::PATIENCE, self.device.next()).await.expect("it says something")
    }

    /// Says that it is away, and for this.
    async fn away(&mut self, why: &str) {
        let said = self.next().await;
        let is_it = matches!(&said, Said::Disconnected { why: of } if of.contains(why));
        assert!(is_it, "{said:?}");
    }

    /// Is away for a while, and back.
    async fn back(&mut self) {
        let mut said = self.next().await;
        while matches!(said, Said::Disconnected { .. }) {
            said = self.next().await;
        }
        assert_eq!(said, Said::Connected);
    }

    async fn begun(&mut self, id: &str) {
        assert_eq!(self.device.check(), Ok(()));
        assert_eq!(self.device.vend(&vend(id, "Cola")).await, Begun::Whole);
    }

    async fn unclear(&mut self, id: &str, why: &str) {
        let said = self.next().await;
        let is_it = matches!(
            &said,
            Said::Unclear { id: of, why: found } if of.as_str() == id && found.contains(why)
        );
        assert!(is_it, "{said:?}");
    }

    /// The whole ticket is on the paper, once, and nothing else is.
    fn is_printed(&self) {
        self.jack.with(|printer| {
            assert_eq!((printer.cuts(), printer.begun), (1, 1));
            assert_eq!((printer.paper.len(), &printer.rubbish[..]), (7, &b""[..]));
        });
    }
}

fn vend(id: &str, name: &str) -> Vend {
    Vend {
        id: OrderId::new(id).unwrap(),
        slot: "11".parse().unwrap(),
        sale: "sale1".parse().unwrap(),
        product: "A1".parse().unwrap(),
        name: name.to_owned(),
        price: Money::new(250, "usd".parse().unwrap()),
    }
}

fn ok(id: &str) -> Said {
    Said::Answers(vec![(OrderId::new(id).unwrap(), Answer::Ok)])
}

/// What these bytes look like on paper.
fn printed(settings: &EscposDispenser, vend: &Vend) -> printer::Printer {
    let told = ticket::Told { vend, kiosk: "lobby-3", time: "2026-11-27 14:05" };
    let mut printer = printer::Printer::default();
    assert!(printer.hear(&ticket::render(settings, told)).is_empty(), "nothing is asked");
    printer
}

#[test]
fn a_ticket_without_a_template_tells_what_was_bought_and_can_be_told_from_every_other() {
    let printer = printed(&settings("h:1", ""), &vend("sale1b", "Café ½ 茶"));
    let expected = [
        "[centered] [large] Caf<19:82> <19:ab> ?",
        "[centered] 2.50 USD",
        "--------------------------------",
        "2026-11-27 14:05, lobby-3",
        "Sale sale1",
        "[centered] [qr] sale1b",
        "[cut]",
    ];
    assert_eq!(printer.paper, expected);
}

#[test]
fn a_template_says_what_is_on_the_ticket() {
    let template = "code_page = \"wpc1252\"\nwidth = 6\nticket = [\"* {code}: {product}\", \"\", \
                    \"{} {order}\", \"-\", \"qr https://x.example/{order}?{product}\"]";
    let printer = printed(&settings("h:1", template), &vend("o7", "Thé"));
    let expected =
        ["[bold] A1: Th<16:e9>", "", "{} o7", "------", "[centered] [qr] https://x.example/o7?Thé"];
    assert_eq!(printer.paper, expected);
}

proptest! {
    /// A name that was a command could empty the paper roll, or answer for the printer.
    #[test]
    fn nothing_that_is_written_becomes_a_command(
        name in ".{0,64}",
        lines in proptest::collection::vec("(# |\\* |\\^ |qr )?.{0,40}(\\{(product|order)\\})?", 1..6),
        width in 1_usize..100,
    ) {
        let parsed: Vec<TicketLine> =
            lines.iter().filter_map(|line| TicketLine::parse(line).ok()).collect();
        let settings = EscposDispenser {
            at: PrinterAt::Address("h:1".to_owned()),
            ask_status: true,
            code_page: CodePage::Pc858,
            width,
            ticket: parsed,
            timeout: Duration::from_secs(20),
        };
        let printer = printed(&settings, &vend("o1", &name));
        prop_assert_eq!((printer.zeros, &printer.rubbish[..]), (0, &b""[..]));
        prop_assert_eq!(printer.paper.len(), settings.ticket.len());
        prop_assert!(!printer.paper.concat().contains(char::is_control), "{:?}", printer.paper);
    }
}

#[tokio::test]
async fn a_ticket_is_delivered_when_it_is_printed_and_not_before() {
    let mut bench = Bench::ready().await;
    bench.jack.with(|printer| printer.pace = Some(1));
    bench.begun("o1").await;
    assert_eq!(bench.next().await, ok("o1"));
    bench.is_printed();
}

#[tokio::test]
async fn what_keeps_it_from_printing_is_known_before_anything_is_sold() {
    let mut bench = Bench::ready().await;
    for (change, why) in [
        ((true, false, false), "its cover is open"),
        ((false, true, false), "it is out of paper"),
        ((true, true, false), "its cover is open"),
        ((true, false, true), "it is offline"),
    ] {
        bench.jack.with(|printer| {
            (printer.cover_is_open, printer.paper_is_out, printer.knows_no_cause) = change;
        });
        // It may just have been asked.
        let mut said = bench.next().await;
        while !matches!(&said, Said::Disconnected { why: of } if of.contains(why)) {
            assert!(matches!(said, Said::Disconnected { .. }), "{said:?}");
            said = bench.next().await;
        }
        assert!(bench.device.check().unwrap_err().contains(why));
    }
    bench.jack.with(|printer| printer.cover_is_open = false);
    bench.back().await;
    assert_eq!(bench.device.check(), Ok(()));
}

#[tokio::test]
async fn one_that_has_run_out_since_it_was_asked_is_asked_again_first() {
    let mut bench = Bench::ready().await;
    bench.jack.with(|printer| printer.paper_is_out = true);
    assert_eq!(bench.device.check(), Ok(()), "nobody has asked it yet");
    let begun = bench.device.vend(&vend("o1", "Cola")).await;
    assert_eq!(begun, Begun::Not { why: "it is out of paper".to_owned() });
    bench.away("out of paper").await;
    bench.jack.with(|printer| printer.paper_is_out = false);
    bench.back().await;
    bench.jack.with(|printer| assert_eq!((printer.begun, &printer.paper[..]), (0, &[][..])));
    bench.begun("o2").await;
    assert_eq!(bench.next().await, ok("o2"));
    bench.is_printed();
}

#[tokio::test]
async fn when_the_paper_ends_in_a_ticket_nobody_can_tell_what_it_is_worth() {
    let mut bench = Bench::ready().await;
    bench.jack.with(|printer| printer.lines_left = Some(3));
    bench.begun("o1").await;
    bench.unclear("o1", "out of paper").await;
    bench.away("out of paper").await;
    bench.jack.with(|printer| (printer.lines_left, printer.paper_is_out) = (None, false));
    bench.back().await;
    bench.is_printed();
}

#[tokio::test]
async fn one_that_takes_too_long_is_away_until_it_has_worked_that_off() {
    let mut bench = Bench::of("timeout = \"1s\"");
    assert_eq!(bench.next().await, Said::Connected);
    bench.jack.with(|printer| printer.pace = Some(0));
    let since = Instant::now();
    bench.begun("o1").await;
    // It does not even begin: nothing is printed for sure.
    assert!(matches!(bench.next().await, Said::Answers(answers)
        if matches!(&answers[..], [(_, Answer::Fail { reason })] if reason == "it is stuck")));
    assert!((1..4).contains(&since.elapsed().as_secs()), "{:?}", since.elapsed());
    bench.away("works nothing off").await;
    bench.jack.with(|printer| printer.pace = None);
    bench.back().await;
    bench.jack.with(|printer| assert_eq!(printer.paper.len(), 0));
}

#[tokio::test]
async fn a_ticket_that_takes_too_long_is_unclear_and_is_not_printed_again() {
    let mut bench = Bench::of("timeout = \"2s\"");
    assert_eq!(bench.next().await, Said::Connected);
    bench.jack.with(|printer| printer.pace = Some(1));
    bench.begun("o1").await;
    while bench.jack.with(|printer| printer.paper.is_empty()) {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    bench.jack.with(|printer| printer.pace = Some(0));
    bench.unclear("o1", "did not say in time").await;
    bench.away("works nothing off").await;
    bench.jack.with(|printer| printer.pace = None);
    bench.back().await;
    bench.is_printed();
}

/// Also if it was in the middle of a command, which takes what comes next for its own.
#[tokio::test]
async fn one_that_is_gone_in_the_middle_comes_back_and_prints_nothing_twice() {
    let template = format!("ticket = [\"{{product}}\", \"qr {}\", \"cut\"]", "x".repeat(190));
    let mut bench = Bench::of(&template);
    assert_eq!(bench.next().await, Said::Connected);
    let told = ticket::Told { vend: &vend("o1", "Cola"), kiosk: "lobby-3", time: "" };
    let whole = ticket::render(&settings("h:1", &template), told);
    let code = whole.windows(4).position(|bytes| bytes == b"xxxx").unwrap();
    bench.jack.with(|printer| printer.vanishes_after = Some(code + 10));
    bench.begun("o1").await;
    bench.unclear("o1", "").await;
    bench.away("").await;
    bench.jack.unplug();
    bench.jack.with(|printer| printer.vanishes_after = None);
    bench.jack.plug_in();
    let since = Instant::now();
    bench.back().await;
    assert!(since.elapsed() < Duration::from_mins(1), "{:?}", since.elapsed());
    bench.jack.with(|printer| assert_eq!(printer.paper, ["Cola"]));
    bench.begun("o2").await;
    assert_eq!(bench.next().await, ok("o2"));
    bench.jack.with(|printer| assert_eq!((printer.begun, printer.cuts()), (2, 1)));
}

#[tokio::test]
async fn one_that_says_nothing_is_away_until_it_is_no_longer_asked() {
    let mut bench = Bench::of("");
    bench.jack.with(|printer| printer.is_silent = true);
    bench.away("ask_status = false").await;
    let mut bench =
        Bench { device: device(settings(&bench.jack.address, "ask_status = false")), ..bench };
    bench.back().await;
    bench.begun("o1").await;
    assert_eq!(bench.next().await, ok("o1"));
    let deadline = Instant::now() + boards::PATIENCE;
    while bench.jack.with(|printer| printer.cuts()) == 0 {
        assert!(Instant::now() < deadline);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    bench.jack.unplug();
    bench.away("").await;
    assert!(bench.device.check().is_err());
}

#[tokio::test]
async fn one_that_babbles_keeps_nobody_from_his_work() {
    let mut bench = Bench::of("");
    bench.jack.with(|printer| (printer.babbles, printer.is_silent) = (true, true));
    bench.away("ask_status = false").await;
    bench.jack.with(|printer| (printer.babbles, printer.is_silent) = (false, false));
    bench.back().await;
    bench.jack.with(|printer| printer.babbles = true);
    let since = Instant::now();
    let begun = bench.device.vend(&vend("o1", "Cola")).await;
    assert!(since.elapsed() < Duration::from_secs(15), "{begun:?} after {:?}", since.elapsed());
}

#[tokio::test]
async fn one_that_never_says_that_it_has_worked_something_off_is_away() {
    let mut bench = Bench::of("");
    bench.jack.with(|printer| printer.works_nothing_off = true);
    bench.away("works nothing off (GS r)").await;
}

#[tokio::test]
async fn a_printer_on_a_port_is_asked_and_prints_as_well() {
    let jack = boards::Jack::new();
    let at = PrinterAt::Device { path: jack.path().to_owned(), baud: 9600 };
    let settings = EscposDispenser { at, ..settings("h:1", "") };
    let mut device = device(settings);
    assert!(matches!(device.next().await, Said::Disconnected { .. }), "nothing is there");
    let mut board = jack.plug_in();
    let thread = std::thread::spawn(move || {
        let mut printer = printer::Printer::default();
        let deadline = Instant::now() + boards::PATIENCE;
        while printer.cuts() == 0 && Instant::now() < deadline {
            printer::serve_port(&mut board, &mut printer, Duration::from_millis(50));
        }
        printer::serve_port(&mut board, &mut printer, Duration::from_millis(500));
        printer
    });
    while device.next().await != Said::Connected {}
    assert_eq!(device.vend(&vend("o1", "Cola")).await, Begun::Whole);
    assert_eq!(device.next().await, ok("o1"));
    let printer = thread.join().unwrap();
    assert_eq!((printer.paper.len(), &printer.rubbish[..]), (7, &b""[..]));
    // The port has hung up.
    while !matches!(device.next().await, Said::Disconnected { .. }) {}
}

#[tokio::test]
async fn what_is_no_printer_says_so() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let at = PrinterAt::Device { path: file.path().to_owned(), baud: 9600 };
    let mut device = device(EscposDispenser { at, ..settings("h:1", "") });
    let said = device.next().await;
    let is_it =
        matches!(&said, Said::Disconnected { why } if why.contains("settings of a serial port"));
    assert!(is_it, "{said:?}");
}
