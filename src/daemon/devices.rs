//! Inputs and dispensers: a task each, and their news in the driver's words.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::sync::mpsc::{self, error::TrySendError};

use crate::config::{DispenserKind, DispenserSettings, InputSettings, Settings};
use crate::daemon::clock;
use crate::daemon::driver::Event;
use crate::daemon::hardware::Hardware;
use crate::daemon::machines::{self, Asking, Machines};
use crate::daemon::policy::unknown_vend;
use crate::daemon::run::Message;
use crate::daemon::told::ToldBoards;
use crate::daemon::watchdog::Watchdog;
use crate::dispenser::command::Program;
use crate::dispenser::escpos::Printer;
use crate::dispenser::gpio::{Chip, Relays, longest};
use crate::dispenser::{self, Answer, DispenserNews, Order};
use crate::ids::DispenserName;
use crate::input::evdev::{self, Evdev};
use crate::input::gpio::{Chardev, Gpio, Rppal};
use crate::input::matrix::{self, Matrix};
use crate::input::reader::ReaderScreen;
use crate::input::{self, InputNews, Key, NamedInputNews};
use crate::kiosk::Dispenser;
use crate::sale::input::VendNews;
use crate::serial::{Link, PortSettings};
use crate::wiring::BackendKind;

/// News of devices that wait to be put into the driver's words.
const QUEUE: usize = 64;

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

/// Starts the inputs.
pub fn start_inputs(
    settings: &Settings,
    mut own: (&mut Machines, Option<mpsc::Receiver<String>>),
    listeners: &Listeners,
    watchdog: &mut Watchdog,
) {
    let (sender, mut news) = mpsc::channel::<NamedInputNews>(QUEUE);
    for (name, kind) in &settings.inputs {
        let pulse = watchdog.watch(format!("input \"{name}\""));
        let (name, sender) = (name.clone(), sender.clone());
        match kind {
            InputSettings::Serial(serial) => {
                let port = PortSettings { device: serial.device.clone(), baud: serial.baud };
                tokio::spawn(input::run(name, Link::new(port), sender, pulse));
            }
            InputSettings::Gpio(gpio) => match gpio.backend {
                BackendKind::Chardev => {
                    let lines = Gpio::<Chardev>::new(gpio.clone());
                    tokio::spawn(input::run(name, lines, sender, pulse));
                }
                BackendKind::Rppal => {
                    let lines = Gpio::<Rppal>::new(gpio.clone());
                    tokio::spawn(input::run(name, lines, sender, pulse));
                }
            },
            InputSettings::Matrix(keypad) => match keypad.backend {
                BackendKind::Chardev => {
                    let keypad = Matrix::<matrix::Chardev>::new(keypad.clone());
                    tokio::spawn(input::run(name, keypad, sender, pulse));
                }
                BackendKind::Rppal => {
                    let keypad = Matrix::<matrix::Rppal>::new(keypad.clone());
                    tokio::spawn(input::run(name, keypad, sender, pulse));
                }
            },
            InputSettings::Evdev(keyboard) => {
                let keyboard = Evdev::<evdev::Device>::new(keyboard.clone());
                tokio::spawn(input::run(name, keyboard, sender, pulse));
            }
            InputSettings::Mdb(_) => {
                if let Some(end) = own.0.inputs.remove(&name) {
                    tokio::spawn(input::run(name, end, sender, pulse));
                }
            }
            InputSettings::Reader(_) => {
                if let Some(chosen) = own.1.take() {
                    tokio::spawn(input::run(name, ReaderScreen::new(chosen), sender, pulse));
                }
            }
            InputSettings::Stdin => {
                tokio::spawn(input::stdin::run(name, sender, pulse));
            }
        }
    }
    let (messages, hardware) = (listeners.messages.clone(), listeners.hardware.clone());
    let asking = machines::asking(settings);
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

/// Starts the dispensers, and returns where their orders go.
pub fn start_dispensers(
    settings: &Settings,
    (mut outputs, mut machines): (Outputs, Machines),
    listeners: &Listeners,
    queue: usize,
    watchdog: &mut Watchdog,
) -> BTreeMap<DispenserName, mpsc::Sender<Order>> {
    let (sender, mut news) = mpsc::channel::<(DispenserName, DispenserNews)>(QUEUE);
    let mut orders = BTreeMap::new();
    for (name, dispenser) in &settings.dispensers {
        let (order_sender, order_queue) = mpsc::channel(queue);
        orders.insert(name.clone(), order_sender);
        let pulse = watchdog.watch(format!("dispenser \"{name}\""));
        let (name, sender) = (name.clone(), sender.clone());
        match &dispenser.kind {
            DispenserKind::Serial(serial) => {
                let port = PortSettings { device: serial.device.clone(), baud: serial.baud };
                let board = dispenser::serial::Board::new(port);
                tokio::spawn(dispenser::run(name, board, order_queue, sender, pulse));
            }
            DispenserKind::Command(command) => {
                let program = Program::new(command.clone());
                tokio::spawn(dispenser::run(name, program, order_queue, sender, pulse));
            }
            DispenserKind::Gpio(gpio) => {
                let taken = outputs.remove(&name);
                let relays = taken.unwrap_or_else(|| Relays::new(gpio.clone()));
                tokio::spawn(dispenser::run(name, relays, order_queue, sender, pulse));
            }
            DispenserKind::Mdb(machine) => {
                // Each input of the kind has one dispenser: the configuration says so.
                if let Some(end) = machines.dispensers.remove(&machine.input) {
                    tokio::spawn(dispenser::run(name, end, order_queue, sender, pulse));
                }
            }
            DispenserKind::Escpos(printer) => {
                let printer = Printer::new(printer.clone(), settings.kiosk.id.clone());
                tokio::spawn(dispenser::run(name, printer, order_queue, sender, pulse));
            }
        }
    }
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
    orders
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
