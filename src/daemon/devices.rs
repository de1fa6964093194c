//! Inputs and dispensers: a task each, and their news in the driver's words.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::sync::mpsc::{self, error::TrySendError};
use tokio::task::JoinHandle;

use crate::config::{DispenserKind, DispenserSettings, InputSettings, Settings};
use crate::daemon::clock;
use crate::daemon::driver::Event;
use crate::daemon::hardware::Hardware;
use crate::daemon::machines::Asking;
use crate::daemon::policy::unknown_vend;
use crate::daemon::run::Message;
use crate::daemon::told::ToldBoards;
use crate::dispenser::command::Program;
use crate::dispenser::escpos::Printer;
use crate::dispenser::gpio::{Chip, Relays, longest};
use crate::dispenser::{self, Answer, DispenserNews, NewsSender, Order};
use crate::ids::{DispenserName, KioskId};
use crate::input::evdev::{self, Evdev};
use crate::input::gpio::{Chardev, Gpio, Rppal};
use crate::input::matrix::{self, Matrix};
use crate::input::reader::ReaderScreen;
use crate::input::{self, InputNews, Key, NamedInputNews};
use crate::kiosk::Dispenser;
use crate::mdb::{DispenserEnd, InputEnd};
use crate::pulse::Pulse;
use crate::sale::input::VendNews;
use crate::serial::{Link, PortSettings};
use crate::wiring::BackendKind;

/// News of devices that wait to be put into the driver's words.
const QUEUE: usize = 64;

/// Orders waiting for a dispenser.
const ORDERS: usize = 16;

/// What is told of itself when its time is over is not told too late.
const TO_TELL: Duration = Duration::from_secs(3);

/// Who hears the news of devices.
#[derive(Debug)]
pub struct Listeners {
    /// The loop.
    pub messages: mpsc::Sender<Message>,
    /// Whoever watches the hardware.
    pub hardware: Hardware,
}

/// The dispensers, as far as sales have to know them.
pub fn dispensers(settings: &Settings) -> BTreeMap<DispenserName, Dispenser> {
    let known = |dispenser: &DispenserSettings| Dispenser {
        vend_timeout: match &dispenser.kind {
            DispenserKind::Serial(serial) => serial.timeout,
            DispenserKind::Command(command) => command.timeout + TO_TELL,
            DispenserKind::Gpio(gpio) => longest(gpio) + TO_TELL,
            DispenserKind::Mdb(machine) => machine.timeout,
            DispenserKind::Escpos(printer) => printer.timeout + TO_TELL,
        },
        promise: dispenser.kind.promise(),
        unknown_vend: dispenser.unknown_vend.map(unknown_vend),
        asks: matches!(dispenser.kind, DispenserKind::Mdb(_)),
    };
    let all = settings.dispensers.iter();
    all.map(|(name, dispenser)| (name.clone(), known(dispenser))).collect()
}

/// Starts an input. Of a vending machine it is this end of its bus, and of the reader's screen where
/// the answers come from.
pub fn start_input(
    (name, kind): (&str, &InputSettings),
    (end, chosen): (Option<InputEnd>, Option<mpsc::Receiver<String>>),
    (news, pulse): (mpsc::Sender<NamedInputNews>, Pulse),
) -> Option<JoinHandle<()>> {
    let name = name.to_owned();
    Some(match kind {
        InputSettings::Serial(serial) => {
            let port = PortSettings { device: serial.device.clone(), baud: serial.baud };
            tokio::spawn(input::run(name, Link::new(port), news, pulse))
        }
        InputSettings::Gpio(gpio) => match gpio.backend {
            BackendKind::Chardev => {
                let lines = Gpio::<Chardev>::new(gpio.clone());
                tokio::spawn(input::run(name, lines, news, pulse))
            }
            BackendKind::Rppal => {
                let lines = Gpio::<Rppal>::new(gpio.clone());
                tokio::spawn(input::run(name, lines, news, pulse))
            }
        },
        InputSettings::Matrix(keypad) => match keypad.backend {
            BackendKind::Chardev => {
                let keypad = Matrix::<matrix::Chardev>::new(keypad.clone());
                tokio::spawn(input::run(name, keypad, news, pulse))
            }
            BackendKind::Rppal => {
                let keypad = Matrix::<matrix::Rppal>::new(keypad.clone());
                tokio::spawn(input::run(name, keypad, news, pulse))
            }
        },
        InputSettings::Evdev(keyboard) => {
            let keyboard = Evdev::<evdev::Device>::new(keyboard.clone());
            tokio::spawn(input::run(name, keyboard, news, pulse))
        }
        InputSettings::Mdb(_) => tokio::spawn(input::run(name, end?, news, pulse)),
        InputSettings::Reader(_) => {
            tokio::spawn(input::run(name, ReaderScreen::new(chosen?), news, pulse))
        }
        InputSettings::Stdin => tokio::spawn(input::stdin::run(name, news, pulse)),
    })
}

/// Puts what inputs say into the driver's words: whatever is sent to where this returns. `asking`
/// says what the questions of vending machines mean.
pub fn hear_inputs(
    listeners: &Listeners,
    asking: BTreeMap<String, Asking>,
) -> mpsc::Sender<NamedInputNews> {
    let (sender, mut news) = mpsc::channel::<NamedInputNews>(QUEUE);
    let (messages, hardware) = (listeners.messages.clone(), listeners.hardware.clone());
    tokio::spawn(async move {
        let mut boards = ToldBoards::default();
        while let Some(NamedInputNews { input, news }) = news.recv().await {
            hardware.input(&input, &news);
            let asks = asking.get(&input);
            let Some(message) = input_message(&input, news, asks, &mut boards) else { continue };
            if messages.send(message).await.is_err() {
                return;
            }
        }
    });
    sender
}

fn input_message(
    name: &str,
    news: InputNews,
    asks: Option<&Asking>,
    boards: &mut ToldBoards,
) -> Option<Message> {
    match news {
        InputNews::Key(Key::Select(code)) => Some(Message::Select { code, answer: None }),
        InputNews::Key(Key::Cancel) => Some(Message::Event(Event::CancelPressed)),
        InputNews::Key(Key::Pay) => Some(Message::Pay { answer: None }),
        InputNews::Key(Key::Language) => Some(Message::Event(Event::LanguagePressed)),
        InputNews::Key(Key::Remove(code)) => Some(Message::Remove { code, answer: None }),
        InputNews::Asked { sale, slot, price } => {
            let asked = asks?.asked(slot, price);
            Some(Message::Event(Event::Asked { asked, sale }))
        }
        InputNews::Withdrawn { sale } => Some(Message::Event(Event::Withdrawn { sale })),
        InputNews::Typing { text } => Some(Message::Event(Event::Typed { text })),
        InputNews::Connected => {
            boards.connected(name, "the input", clock::now().since());
            None
        }
        InputNews::Disconnected { why } => {
            boards.gone(name, "the input", &why, clock::now().since());
            None
        }
        InputNews::Stuck { what } => {
            boards.stuck(name, &what, clock::now().since());
            None
        }
        InputNews::Freed { what } => {
            boards.freed(name, &what, clock::now().since());
            None
        }
        InputNews::Garbage { total } => {
            boards.unreadable(name, total, clock::now().since());
            None
        }
    }
}

/// Lines that are at rest.
pub type Outputs = BTreeMap<DispenserName, Relays<Chip>>;

/// Puts to rest whatever hangs on lines: whoever let them go may have left a motor running.
pub fn outputs_at_rest(settings: &Settings) -> Outputs {
    let of_lines = |(name, dispenser): (&DispenserName, &DispenserSettings)| match &dispenser.kind {
        DispenserKind::Gpio(gpio) => Some((name.clone(), Relays::new(gpio.clone()))),
        DispenserKind::Serial(_)
        | DispenserKind::Command(_)
        | DispenserKind::Mdb(_)
        | DispenserKind::Escpos(_) => None,
    };
    settings.dispensers.iter().filter_map(of_lines).collect()
}

/// Starts a dispenser, and returns where its orders go. Of lines that are at rest already it is these,
/// and of a vending machine this end of its bus.
pub fn start_dispenser(
    (name, dispenser): (&DispenserName, &DispenserSettings),
    kiosk: &KioskId,
    (lines, end): (Option<Relays<Chip>>, Option<DispenserEnd>),
    (news, pulse): (NewsSender, Pulse),
) -> Option<(mpsc::Sender<Order>, JoinHandle<()>)> {
    let (sender, orders) = mpsc::channel(ORDERS);
    let name = name.clone();
    let task = match &dispenser.kind {
        DispenserKind::Serial(serial) => {
            let port = PortSettings { device: serial.device.clone(), baud: serial.baud };
            let board = dispenser::serial::Board::new(port);
            tokio::spawn(dispenser::run(name, board, orders, news, pulse))
        }
        DispenserKind::Command(command) => {
            let program = Program::new(command.clone());
            tokio::spawn(dispenser::run(name, program, orders, news, pulse))
        }
        DispenserKind::Gpio(gpio) => {
            let relays = lines.unwrap_or_else(|| Relays::new(gpio.clone()));
            tokio::spawn(dispenser::run(name, relays, orders, news, pulse))
        }
        DispenserKind::Mdb(_) => tokio::spawn(dispenser::run(name, end?, orders, news, pulse)),
        DispenserKind::Escpos(printer) => {
            let printer = Printer::new(printer.clone(), kiosk.clone());
            tokio::spawn(dispenser::run(name, printer, orders, news, pulse))
        }
    };
    Some((sender, task))
}

/// Puts what dispensers say into the driver's words: whatever is sent to where this returns.
pub fn hear_dispensers(listeners: &Listeners) -> NewsSender {
    let (sender, mut news) = mpsc::channel::<(DispenserName, DispenserNews)>(QUEUE);
    let (messages, hardware) = (listeners.messages.clone(), listeners.hardware.clone());
    tokio::spawn(async move {
        let mut boards = ToldBoards::default();
        while let Some((name, news)) = news.recv().await {
            hardware.dispenser(name.as_str(), &news);
            let Some(event) = dispenser_event(name, news, &mut boards) else { continue };
            if messages.send(Message::Event(event)).await.is_err() {
                return;
            }
        }
    });
    sender
}

fn dispenser_event(
    name: DispenserName,
    news: DispenserNews,
    boards: &mut ToldBoards,
) -> Option<Event> {
    let vend = |order, news| Some(Event::Vend { order, news });
    match news {
        DispenserNews::Connected => {
            boards.connected(name.as_str(), "the dispenser", clock::now().since());
            Some(Event::DispenserReachable(name))
        }
        DispenserNews::Disconnected { why } => {
            boards.gone(name.as_str(), "the dispenser", &why, clock::now().since());
            Some(Event::DispenserAway(name))
        }
        DispenserNews::NeverSent { id, why } => vend(id, VendNews::NeverSent { why }),
        DispenserNews::Unclear { id, why } => vend(id, VendNews::Unclear { why }),
        DispenserNews::Sent { id } => vend(id, VendNews::Sent),
        DispenserNews::Answered { id, answer } => vend(id, vend_news(answer)),
        DispenserNews::Remarked { what } => {
            boards.remarked(name.as_str(), &what, clock::now().since());
            None
        }
        DispenserNews::Garbage { total } => {
            boards.unreadable(name.as_str(), total, clock::now().since());
            None
        }
    }
}

fn vend_news(answer: Answer) -> VendNews {
    match answer {
        Answer::Ok | Answer::Done => VendNews::Delivered,
        Answer::Fail { reason } | Answer::Failed { reason } => VendNews::Failed { reason },
        Answer::Busy => VendNews::Busy,
        Answer::Unknown => VendNews::NotKnown,
    }
}

/// Gives an order to a dispenser. One that cannot be taken was never sent.
pub fn order(
    dispensers: &BTreeMap<DispenserName, mpsc::Sender<Order>>,
    name: &DispenserName,
    order: Order,
    messages: impl FnOnce() -> mpsc::Sender<Message>,
) {
    let rejected = match dispensers.get(name) {
        Some(orders) => match orders.try_send(order) {
            Ok(()) => return,
            Err(TrySendError::Full(order) | TrySendError::Closed(order)) => order,
        },
        // The sale was opened when the configuration still had it.
        None => order,
    };
    if let Order::Vend(vend) = rejected {
        let why = format!("dispenser \"{name}\" takes no orders");
        let event = Event::Vend { order: vend.id, news: VendNews::NeverSent { why } };
        let messages = messages();
        tokio::spawn(async move { messages.send(Message::Event(event)).await });
    }
}
