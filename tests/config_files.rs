//! Configurations that must load and ones that must not: a case is a file, or a folder.
//!
//! `tests/config/good/*` must load. `tests/config/bad/NAME.toml` (or the folder `NAME`) must fail
//! with the text of `NAME.txt`; one of `tests/config/doubtful` must load, and warn with that text.
//! `NAME.env` beside a case holds its environment, `NAME=VALUE` a line.
//! `KIOSKD_BLESS=1 cargo test --test config_files` writes the texts anew; read the difference.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use kioskd::config::{
    self, CaptureMode, ConfigError, DispenserKind, DispenserSettings, DisplayKind, DisplaySettings,
    Flow, InputSettings, Loaded, ReaderInput, ReaderStyle, SerialDispenser, SerialInput, Settings,
    UnknownVend,
};
use kioskd::ids::DispenserName;
use kioskd::locale::Locale;
use kioskd::money::Money;
use kioskd::wiring::display::OledBus;
use kioskd::wiring::printer::{CodePage, EscposDispenser, PrinterAt, TicketLine};
use kioskd::wiring::{
    BackendKind, CommandDispenser, EvdevInput, GpioDispenser, GpioInput, Level, MatrixInput,
    MdbDispenser, MdbInput, MdbMode, PriceFrom, Pull, Reverse, Sensor, Stroke, TypingRules, Until,
    WhichKeyboard,
};

/// What the keys of `kind = "gpio"` are where nobody sets them.
fn gpio_by_default() -> GpioInput {
    GpioInput {
        chip: None,
        backend: BackendKind::Chardev,
        lines: [(17, "A1".to_owned()), (27, "CANCEL".to_owned())].into(),
        pull: Pull::Up,
        active: Level::Low,
        debounce: Duration::from_millis(20),
        hold: Duration::ZERO,
        stuck_after: Duration::from_secs(30),
    }
}

/// A keypad like that of the example.
fn pad_by_default() -> MatrixInput {
    MatrixInput {
        chip: None,
        backend: BackendKind::Chardev,
        rows: vec![5, 6, 13, 19],
        columns: vec![12, 16, 20, 21],
        keys: Vec::new(),
        typing: TypingRules { code_length: Some(2), typing_timeout: Duration::from_secs(10) },
        scan: Duration::from_millis(5),
        debounce: Duration::from_millis(20),
        stuck_after: Duration::from_secs(30),
    }
}

/// What the keys of `kind = "command"` are where nobody sets them, but for two without a default.
fn tickets_by_default() -> DispenserKind {
    let status = PathBuf::from("/usr/local/lib/kiosk/ticket-printed");
    DispenserKind::Command(CommandDispenser {
        program: "/usr/local/lib/kiosk/print-ticket".into(),
        arguments: Vec::new(),
        status: Some((status, vec!["{order}".to_owned()])),
        user: Some("tickets".to_owned()),
        timeout: Duration::from_secs(20),
    })
}

/// What the keys of `kind = "gpio"` are where nobody sets them, but for those without a default.
fn relays_by_default() -> DispenserKind {
    let slot = |name: &str| name.parse().expect("a slot");
    DispenserKind::Gpio(GpioDispenser {
        chip: Some("/dev/gpiochip0".into()),
        lines: [(slot("11"), 23), (slot("12"), 24)].into(),
        active: Level::High,
        pulse: Duration::from_millis(800),
        sensor: Some(Sensor {
            line: 25,
            until: Until::Drop { timeout: Duration::from_secs(20) },
            active: Level::Low,
            pull: Pull::Up,
            debounce: Duration::from_millis(1),
        }),
        reverse: Some(Reverse {
            lines: [(slot("11"), 26)].into(),
            pulse: Duration::from_millis(200),
        }),
    })
}

/// What the keys of `kind = "mdb"` are where nobody sets them, but for those without a default.
fn machine_by_default() -> MdbInput {
    MdbInput {
        device: "/dev/serial/by-id/usb-Qibixx_MDB-HAT_0-if00".into(),
        baud: 115_200,
        mode: MdbMode::AlwaysIdle,
        price_from: PriceFrom::Machine,
        otherwise: Some("coffee".parse().expect("a code")),
        setup: Vec::new(),
    }
}

/// What the keys of `kind = "escpos"` are where nobody sets them.
fn printer_by_default(at: PrinterAt) -> DispenserKind {
    let lines =
        ["# {product}", "^ {price}", "-", "{time}, {kiosk}", "Sale {sale}", "qr {order}", "cut"];
    DispenserKind::Escpos(EscposDispenser {
        at,
        ask_status: true,
        code_page: CodePage::Pc858,
        width: 32,
        ticket: lines.map(|line| TicketLine::parse(line).expect("a line")).to_vec(),
        timeout: Duration::from_secs(20),
    })
}

/// Takes out the dispensers of the example that are commented out; they have the defaults.
fn take_further_dispensers(dispensers: &mut BTreeMap<DispenserName, DispenserSettings>) {
    let usb = PrinterAt::Device { path: "/dev/usb/lp0".into(), baud: 9600 };
    let network = PrinterAt::Address("192.168.1.50:9100".to_owned());
    for (name, kind) in [
        ("tickets", tickets_by_default()),
        ("relays", relays_by_default()),
        ("receipts", printer_by_default(usb)),
        ("network", printer_by_default(network)),
    ] {
        let found = dispensers.remove(&name.parse().expect("a name"));
        assert_eq!(found, Some(DispenserSettings { kind, unknown_vend: None }), "{name}");
    }
}

/// The cases of a folder, in the order of their names.
fn cases(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(Path::new("tests/config").join(folder)).expect("the cases' folder");
    let paths: BTreeSet<PathBuf> =
        entries.map(|entry| entry.expect("a case's entry").path()).collect();
    let is_case =
        |path: &PathBuf| path.is_dir() || path.extension().is_some_and(|ending| ending == "toml");
    paths.into_iter().filter(is_case).collect()
}

fn load(case: &Path) -> Result<Loaded, ConfigError> {
    let lines = fs::read_to_string(case.with_extension("env")).unwrap_or_default();
    let pair = |line: &str| {
        let (name, value) = line.split_once('=').expect("NAME=VALUE");
        (name.to_owned(), value.to_owned())
    };
    let environment: Vec<(String, String)> = lines.lines().map(pair).collect();
    config::load(case, &environment)
}

#[test]
fn good_configurations_load() {
    let cases = cases("good");
    assert!(!cases.is_empty());
    for case in cases {
        if let Err(error) = load(&case) {
            panic!("{}: {error}", case.display());
        }
    }
}

#[test]
fn every_key_reaches_its_setting() {
    let settings = load(Path::new("tests/config/good/everything.toml")).unwrap().settings;
    let (kiosk, stripe, payment) = (&settings.kiosk, &settings.stripe, &settings.payment);
    assert_eq!((kiosk.id.as_str(), kiosk.currency.code()), ("lobby-3", "jpy"));
    assert_eq!(kiosk.languages, [Locale::new("de-CH").unwrap()]);
    assert_eq!(kiosk.state_dir, Path::new("/srv/kioskd"));
    assert_eq!(kiosk.runtime_dir, Path::new("/tmp/kioskd"));
    assert_eq!((stripe.api_base.as_str(), stripe.reader.as_str()), ("http://[::1]:12111", "tmr_1"));
    assert!(kiosk.cart);
    assert_eq!(kiosk.cart_limit, 20);
    assert_eq!(stripe.api_key_file.as_deref(), Some(Path::new("/etc/kioskd/key")));
    assert_eq!(stripe.ca_file.as_deref(), Some(Path::new("/etc/kioskd/authorities.pem")));
    assert_eq!((payment.flow, payment.capture), (Flow::CollectConfirm, CaptureMode::AfterVend));
    assert_eq!((payment.interac, payment.customer_cancellation), (false, false));
    assert_eq!((payment.max_attempts, payment.unknown_vend), (10, UnknownVend::Hold));
    assert_eq!(payment.customer_timeout, Duration::from_secs(90));
    assert_eq!(payment.resume_window, Duration::from_mins(10));
    assert_eq!(payment.vend_grace, Duration::from_millis(1500));
    assert!(payment.reader_display);
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    let (accept, reject) = (&payment.cards.accept, &payment.cards.reject);
    assert_eq!(accept.brands, words(&["visa", "mastercard", "unknown"]));
    assert_eq!((&accept.countries, &accept.funding), (&words(&["US", "GB"]), &words(&[])));
    assert_eq!((&reject.funding, &reject.brands), (&words(&["prepaid"]), &words(&[])));

    let tea = &settings.products[&"A.1".parse().unwrap()];
    assert_eq!((tea.name.as_str(), tea.price.to_string().as_str()), ("お茶", "120 JPY"));
    assert_eq!((tea.slot.as_str(), tea.dispenser.as_str()), ("11", "left"));
    let keypad = SerialInput { device: "/dev/ttyUSB0".into(), baud: 115_200 };
    assert_eq!(settings.inputs["keypad"], InputSettings::Serial(keypad));
    assert_eq!(settings.inputs["keys"], InputSettings::Stdin);
    let buttons = GpioInput {
        chip: Some("/dev/gpiochip4".into()),
        lines: [(4, "A.1".to_owned()), (17, "REMOVE a-1".to_owned()), (27, "PAY".to_owned())]
            .into(),
        pull: Pull::None,
        active: Level::High,
        debounce: Duration::ZERO,
        hold: Duration::from_secs(2),
        stuck_after: Duration::from_mins(1),
        ..gpio_by_default()
    };
    assert_eq!(settings.inputs["buttons"], InputSettings::Gpio(buttons));
    let pad = MatrixInput {
        chip: Some("/dev/gpiochip5".into()),
        rows: vec![0, 1],
        columns: vec![2, 3],
        keys: vec![
            vec![('1', Stroke::Character('1')), ('2', Stroke::Character('2'))],
            vec![('*', Stroke::Clear), ('#', Stroke::Enter)],
        ],
        typing: TypingRules { code_length: None, typing_timeout: Duration::from_secs(5) },
        scan: Duration::from_millis(10),
        debounce: Duration::from_millis(30),
        stuck_after: Duration::from_mins(2),
        ..pad_by_default()
    };
    assert_eq!(settings.inputs["pad"], InputSettings::Matrix(pad));
    let header = GpioInput { backend: BackendKind::Rppal, ..gpio_by_default() };
    let header = GpioInput { lines: [(4, "CANCEL".to_owned())].into(), ..header };
    assert_eq!(settings.inputs["header"], InputSettings::Gpio(header));
    assert_eq!(settings.displays["main"].kind, DisplayKind::Terminal);
}

#[test]
fn every_key_of_a_dispenser_reaches_its_setting() {
    let settings = load(Path::new("tests/config/good/everything.toml")).unwrap().settings;
    for (name, device, seconds) in [("left", "/dev/ttyUSB1", 300), ("right", "/dev/ttyUSB2", 20)] {
        let timeout = Duration::from_secs(seconds);
        let board = SerialDispenser { device: device.into(), baud: 9600, timeout };
        let found = &settings.dispensers[&name.parse().unwrap()];
        let unknown_vend = Some(UnknownVend::Capture).filter(|_| name == "right");
        let kind = DispenserKind::Serial(board);
        assert_eq!(*found, DispenserSettings { kind, unknown_vend });
    }
    let DispenserKind::Command(tickets) = &settings.dispensers[&"tickets".parse().unwrap()].kind
    else {
        panic!("tickets are printed by a program")
    };
    assert_eq!(tickets.program, Path::new("/usr/local/lib/kiosk/print-ticket"));
    assert_eq!((tickets.arguments.len(), tickets.timeout), (7, Duration::from_secs(45)));
    let (status, arguments) = tickets.status.as_ref().unwrap();
    assert_eq!(status, Path::new("/usr/local/lib/kiosk/ticket-printed"));
    assert_eq!((arguments[0].as_str(), tickets.user.as_deref()), ("{order}", Some("tickets")));
    let DispenserKind::Gpio(coils) = &settings.dispensers[&"coils".parse().unwrap()].kind else {
        panic!("the coils are relays")
    };
    assert_eq!(coils.chip.as_deref(), Some(Path::new("/dev/gpiochip4")));
    assert_eq!((coils.lines.len(), coils.active), (2, Level::Low));
    let home = Sensor {
        line: 0,
        until: Until::Home,
        active: Level::High,
        pull: Pull::None,
        debounce: Duration::ZERO,
    };
    assert_eq!((coils.pulse, coils.sensor.as_ref()), (Duration::from_mins(2), Some(&home)));
    let reverse = coils.reverse.as_ref().unwrap();
    assert_eq!((reverse.lines.len(), reverse.pulse), (1, Duration::from_secs(10)));
}

#[test]
fn every_key_of_a_printer_reaches_its_setting() {
    let settings = load(Path::new("tests/config/good/everything.toml")).unwrap().settings;
    let of = |name: &str| settings.dispensers[&name.parse().unwrap()].kind.clone();
    let DispenserKind::Escpos(slips) = of("slips") else { panic!("the slips are printed") };
    assert_eq!(slips.at, PrinterAt::Device { path: "/dev/ttyS1".into(), baud: 38400 });
    assert_eq!((slips.ask_status, slips.width), (false, 48));
    assert_eq!((slips.code_page, slips.timeout), (CodePage::Wpc1252, Duration::from_secs(8)));
    assert_eq!(slips.ticket[..], ["Enter {code}", "cut"].map(|l| TicketLine::parse(l).unwrap()));
    let at = PrinterAt::Address("[fd00::7]:9100".to_owned());
    assert_eq!(of("lobby"), printer_by_default(at));
}

#[test]
fn every_key_of_a_keyboard_reaches_its_setting() {
    let settings = load(Path::new("tests/config/good/everything.toml")).unwrap().settings;
    let functions =
        [(55, Stroke::Cancel), (78, Stroke::Pay), (28, Stroke::Clear), (1, Stroke::Enter)];
    let scanner = EvdevInput {
        keyboard: WhichKeyboard::At("/dev/input/event3".into()),
        functions: functions.into(),
        typing: TypingRules { code_length: Some(3), typing_timeout: Duration::from_mins(1) },
        stuck_after: Duration::from_mins(10),
    };
    assert_eq!(settings.inputs["scanner"], InputSettings::Evdev(scanner));
    let numbers = EvdevInput {
        keyboard: WhichKeyboard::Usb { vendor: 0x1a2c, product: 9 },
        functions: BTreeMap::new(),
        typing: TypingRules { code_length: None, typing_timeout: Duration::from_secs(10) },
        stuck_after: Duration::from_secs(30),
    };
    assert_eq!(settings.inputs["numbers"], InputSettings::Evdev(numbers));
}

#[test]
fn every_key_of_a_vending_machine_reaches_its_setting() {
    let settings = load(Path::new("tests/config/good/vending_machine.toml")).unwrap().settings;
    let machine = MdbInput {
        device: "/dev/ttyACM0".into(),
        baud: 9600,
        mode: MdbMode::Session { credit: Money::new(2000, "eur".parse().unwrap()) },
        price_from: PriceFrom::Config,
        otherwise: Some("any".parse().unwrap()),
        setup: vec!["mdb-currency-code=0x1978".to_owned(), "mdb-decimal-places=2".to_owned()],
    };
    assert_eq!(settings.inputs["machine"], InputSettings::Mdb(machine));
    let bus = &settings.dispensers[&"bus".parse().unwrap()];
    let timeout = Duration::from_secs(45);
    let kind = DispenserKind::Mdb(MdbDispenser { input: "machine".to_owned(), timeout });
    let unknown_vend = Some(UnknownVend::Hold);
    assert_eq!(*bus, DispenserSettings { kind, unknown_vend });
}

/// What each case of a folder says is what stands beside it.
fn assert_said(folder: &str, at_least: usize, say: impl Fn(&Path) -> String) {
    let bless = std::env::var_os("KIOSKD_BLESS").is_some();
    let cases = cases(folder);
    assert!(cases.len() >= at_least, "only {} cases found", cases.len());
    let mut differing = Vec::new();
    for case in cases {
        let found = say(&case);
        let beside = case.with_extension("txt");
        if bless {
            fs::write(&beside, &found).expect("the text is written");
        }
        let expected = fs::read_to_string(&beside).unwrap_or_default();
        if found != expected {
            differing.push(format!("{}\nexpected:\n{expected}found:\n{found}", beside.display()));
        }
    }
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}

#[test]
fn bad_configurations_say_what_is_wrong() {
    assert_said("bad", 60, |case| match load(case) {
        Ok(_) => panic!("{} loads", case.display()),
        Err(error) => format!("{error}\n"),
    });
}

#[test]
fn doubtful_configurations_load_and_say_what_may_not_be_meant() {
    assert_said("doubtful", 15, |case| match load(case) {
        Ok(loaded) => {
            loaded.warnings.iter().fold(String::new(), |said, doubt| format!("{said}{doubt}\n"))
        }
        Err(error) => panic!("{}: {error}", case.display()),
    });
}

#[test]
fn no_expected_text_is_left_without_its_case() {
    for folder in ["bad", "doubtful"] {
        let cases: BTreeSet<PathBuf> =
            cases(folder).iter().map(|case| case.with_extension("")).collect();
        for entry in fs::read_dir(Path::new("tests/config").join(folder)).unwrap() {
            let path = entry.unwrap().path();
            assert!(cases.contains(&path.with_extension("")), "{} has no case", path.display());
        }
    }
}

#[test]
fn the_shipped_example_loads_and_says_the_defaults_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kioskd.toml");
    let text = fs::read_to_string("config/kioskd.toml").unwrap();
    fs::write(&file, &text).unwrap();
    let refused = load(&file).unwrap_err().to_string();
    assert!(refused.contains("stripe.reader: is still the example's"), "{refused}");
    let text = text.replace("tmr_your_reader_id", "tmr_1");
    fs::write(&file, &text).unwrap();
    let loaded = load(&file).unwrap();
    assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings);

    // With every commented key switched on, the settings stay the same, but for what has no default.
    let is_key = |line: &str| {
        line.strip_prefix('#').is_some_and(|rest| {
            let is_name = |(key, _): (&str, &str)| {
                key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
            };
            rest.starts_with('[') || rest.split_once(" = ").is_some_and(is_name)
        })
    };
    let switched_on: Vec<&str> =
        text.lines().map(|line| if is_key(line) { &line[1..] } else { line }).collect();
    fs::write(&file, switched_on.join("\n")).unwrap();
    let mut explicit = load(&file).unwrap();
    assert!(explicit.settings.stripe.api_key_file.take().is_some());
    assert!(explicit.settings.stripe.ca_file.take().is_some());
    assert!(explicit.settings.reader.restart_window.take().is_some());
    assert!(explicit.settings.reader.power_cycle.take().is_some());
    let cola = explicit.settings.products.get_mut(&"A1".parse().unwrap()).unwrap();
    assert_eq!(cola.stock.take(), Some(12));
    take_what_customers_read(&mut explicit.settings);
    let InputSettings::Gpio(buttons) = explicit.settings.inputs.remove("buttons").unwrap() else {
        panic!("the buttons are of another kind");
    };
    assert_eq!(buttons, GpioInput { chip: Some("/dev/gpiochip0".into()), ..gpio_by_default() });
    let InputSettings::Matrix(pad) = explicit.settings.inputs.remove("pad").unwrap() else {
        panic!("the keypad is of another kind");
    };
    assert_eq!((&pad.rows[..], &pad.columns[..]), (&[5, 6, 13, 19][..], &[12, 16, 20, 21][..]));
    assert_eq!(
        pad.keys[2],
        [
            ('7', Stroke::Character('7')),
            ('8', Stroke::Character('8')),
            ('9', Stroke::Character('9')),
            ('C', Stroke::Cancel),
        ]
    );
    assert_eq!(
        pad.keys[3],
        [
            ('*', Stroke::Clear),
            ('0', Stroke::Character('0')),
            ('#', Stroke::Enter),
            ('D', Stroke::Pay),
        ]
    );
    for name in ["scanner", "numbers"] {
        let keyboard = explicit.settings.inputs.remove(name);
        assert!(matches!(keyboard, Some(InputSettings::Evdev(_))), "{keyboard:?}");
    }
    let explicit_typing =
        TypingRules { code_length: Some(2), typing_timeout: Duration::from_secs(10) };
    assert_eq!(pad.typing, explicit_typing);
    assert_eq!(pad, MatrixInput { keys: pad.keys.clone(), ..pad_by_default() });
    machines_say_their_defaults(&mut explicit.settings);
    take_further_dispensers(&mut explicit.settings.dispensers);
    for dispenser in explicit.settings.dispensers.values_mut() {
        assert_eq!(dispenser.unknown_vend.take(), Some(UnknownVend::Release), "as payment's");
    }
    assert_eq!(explicit.settings, loaded.settings);
    assert!(explicit.origins.iter().count() > loaded.origins.iter().count() + 15);
}

/// The vending machines of the example, which are taken out.
fn machines_say_their_defaults(settings: &mut Settings) {
    let machine = settings.inputs.remove("machine");
    assert_eq!(machine, Some(InputSettings::Mdb(machine_by_default())));
    let screen = ReaderInput {
        title: "What would you like?".to_owned(),
        style: ReaderStyle::Buttons,
        poll: Duration::from_secs(2),
    };
    assert_eq!(settings.inputs.remove("screen"), Some(InputSettings::Reader(screen)));
    let drinks = settings.inputs.remove("drinks");
    assert!(matches!(drinks, Some(InputSettings::Mdb(_))), "{drinks:?}");
    for name in ["machine", "drinks"] {
        let found = settings.dispensers.remove(&name.parse().expect("a name"));
        let timeout = Duration::from_secs(20);
        let kind = DispenserKind::Mdb(MdbDispenser { input: name.to_owned(), timeout });
        assert_eq!(found, Some(DispenserSettings { kind, unknown_vend: None }));
    }
    assert!(settings.products.remove(&"coffee".parse().expect("a code")).is_some());
}

/// Takes out what the example says of texts and displays, which has no default.
fn take_what_customers_read(settings: &mut Settings) {
    let kiosk = &mut settings.kiosk;
    assert_eq!((kiosk.languages.len(), kiosk.phone.take().is_some()), (3, true));
    kiosk.languages.truncate(1);
    assert_eq!(std::mem::take(&mut settings.texts).len(), 1);
    let kinds = displays_of_the_example(settings);
    assert_eq!(
        kinds,
        ["lamp", "lcd", "lcd_on_lines", "oled", "oled_on_spi", "picture", "screen", "sound"]
    );
}

/// Takes the example's displays out, but for the one that is not commented out: their names.
fn displays_of_the_example(settings: &mut Settings) -> Vec<String> {
    let (main, others) =
        std::mem::take(&mut settings.displays).into_iter().partition(|(name, _)| name == "main");
    settings.displays = main;
    let others: BTreeMap<String, DisplaySettings> = others;
    let DisplayKind::Ssd1306(oled) = &others["oled"].kind else { panic!("{others:?}") };
    let device = "/dev/i2c-1".into();
    assert_eq!(oled.bus, OledBus::I2c { device, address: 0x3c });
    assert_eq!((others["oled"].care.dim_after, others["oled"].care.shift), (TEN_MINUTES, true));
    assert_eq!((others["lcd"].care.dim_after, others["lcd"].care.shift), (Duration::ZERO, false));
    others.into_keys().collect()
}

const TEN_MINUTES: Duration = Duration::from_mins(10);
