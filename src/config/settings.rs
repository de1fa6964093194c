//! The settings that the rest of kioskd runs on. A [`Settings`] that exists is right: it is only
//! made by [`super::load`].

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;

use crate::ids::{DispenserName, KioskId, ProductCode, ReaderId, Slot};
use crate::locale::{Language, Locale};
use crate::money::{Currency, Money};
use crate::sale::cards::CardRules;
use crate::sale::goods::Promise;
use crate::wiring::display::{
    DisplayCare, LcdDisplay, OledDisplay, PngDisplay, ScreenDisplay, SignalDisplay,
};
use crate::wiring::printer::EscposDispenser;
use crate::wiring::{
    CommandDispenser, EvdevInput, GpioDispenser, GpioInput, MatrixInput, MdbDispenser, MdbInput,
    Until,
};

/// Everything that an operator can set.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Settings {
    /// This kiosk.
    pub kiosk: KioskSettings,
    /// How Stripe is reached.
    pub stripe: StripeSettings,
    /// What is known of the reader beside its id.
    pub reader: ReaderSettings,
    /// How a sale is paid.
    pub payment: PaymentSettings,
    /// How long sales are kept.
    pub journal: JournalSettings,
    /// What is sold, by what the customer presses. At least one.
    pub products: BTreeMap<ProductCode, ProductSettings>,
    /// Where selections come from, by name. May be empty: the control socket sells too.
    pub inputs: BTreeMap<String, InputSettings>,
    /// What delivers, by name. At least one.
    pub dispensers: BTreeMap<DispenserName, DispenserSettings>,
    /// What shows the customer each step, by name. May be empty.
    pub displays: BTreeMap<String, DisplaySettings>,
    /// What the operator has the kiosk say instead of its own texts: messages by their names.
    pub texts: BTreeMap<Language, BTreeMap<String, String>>,
}

/// This kiosk (`[kiosk]`).
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct KioskSettings {
    /// The kiosk as the operator calls it, in metadata at Stripe and in messages.
    pub id: KioskId,
    /// The currency of all prices.
    pub currency: Currency,
    /// The languages that customers choose among; the first is the kiosk's own.
    pub languages: Vec<Locale>,
    /// The number that customers call.
    pub phone: Option<String>,
    /// How long a message of thanks or regret stands.
    pub message_time: Duration,
    /// How long a receipt stands to be scanned.
    pub receipt_time: Duration,
    /// After so long without anybody the products are shown one after the other. Zero: never.
    pub attract_after: Duration,
    /// The folder of the journal; absolute.
    pub state_dir: PathBuf,
    /// The folder of the control socket; absolute.
    pub runtime_dir: PathBuf,
    /// Whether customers fill a cart before they pay.
    pub cart: bool,
    /// How many products a cart holds: 2 to 20.
    pub cart_limit: usize,
}

/// How Stripe is reached (`[stripe]`).
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct StripeSettings {
    /// Scheme, host and port without a slash at the end. Always `https`, but for hosts of this
    /// machine, where a simulator may stand.
    pub api_base: String,
    /// The reader that customers pay at.
    pub reader: ReaderId,
    /// The file of the API key where no systemd credential gives it; absolute.
    pub api_key_file: Option<PathBuf>,
    /// The file of certificates that are trusted beside the system's; absolute.
    pub ca_file: Option<PathBuf>,
}

/// What is known of the reader beside its id (`[reader]`).
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct ReaderSettings {
    /// Between which hours of the kiosk's own time readers restart every night.
    pub restart_window: Option<(jiff::civil::Time, jiff::civil::Time)>,
    /// A program that switches the reader's power off and on; absolute. It is run without
    /// arguments when the reader answers no command any more.
    pub power_cycle: Option<PathBuf>,
    /// How long after one such run the next may come.
    pub power_cycle_every: Duration,
}

/// How a sale is paid (`[payment]`).
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct PaymentSettings {
    /// In how many steps a card is taken.
    pub flow: Flow,
    /// When the money moves.
    pub capture: CaptureMode,
    /// Whether Interac cards are taken (Canada), which are charged at the tap.
    pub interac: bool,
    /// How long the reader waits for a card.
    pub customer_timeout: Duration,
    /// Whether the reader shows a cancel button.
    pub customer_cancellation: bool,
    /// How many times a sale may be paid for after a decline: 1 to 10.
    pub max_attempts: u32,
    /// How old an authorization may be for goods to be given after a restart or outage.
    pub resume_window: Duration,
    /// What becomes of the money when nobody can tell whether the goods came.
    pub unknown_vend: UnknownVend,
    /// How long an unknown vend may still be answered.
    pub vend_grace: Duration,
    /// How many delivered sales may wait for their money before nothing more is sold: 1 to 1000.
    pub exposure_limit: usize,
    /// Whether the reader shows the product and its price before it asks for the card.
    pub reader_display: bool,
    /// Which cards are taken. Everything, unless `flow` is `collect_confirm`.
    pub cards: CardRules,
}

/// How long sales are kept (`[journal]`).
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct JournalSettings {
    /// For how long closed sales are kept, 30 days at least. None: for ever.
    pub keep: Option<Duration>,
}

/// In how many steps a card is taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum Flow {
    /// `process`: the reader collects and confirms in one step.
    Process,
    /// `collect_confirm`: the card is looked at before it is confirmed.
    CollectConfirm,
}

/// When the money moves.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum CaptureMode {
    /// `after_vend`: authorized at the tap, captured once the goods are out.
    AfterVend,
    /// `automatic`: captured at the tap, refunded if the goods do not come.
    Automatic,
}

impl UnknownVend {
    /// As it is written.
    pub fn word(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Capture => "capture",
            Self::Hold => "hold",
        }
    }
}

/// What becomes of the money when nobody can tell whether the goods came.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum UnknownVend {
    /// `release`: the customer keeps the money.
    Release,
    /// `capture`: the operator takes the money.
    Capture,
    /// `hold`: a person decides.
    Hold,
}

/// A product (`[product.CODE]`).
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct ProductSettings {
    /// What customers read: 1 to 64 characters, none of them a control character.
    pub name: String,
    /// What it costs, at least Stripe's minimum.
    pub price: Money,
    /// Where it sits. Two products may share a slot.
    pub slot: Slot,
    /// What delivers it: one of [`Settings::dispensers`].
    pub dispenser: DispenserName,
    /// How many a full machine has, if it is counted: 0 to [`MOST`](crate::kiosk::stock::MOST).
    pub stock: Option<u32>,
    /// Whether it is not for sale.
    pub disabled: bool,
}

/// Where selections come from (`[input.NAME]`).
#[derive(Clone, PartialEq, Debug, Serialize)]
pub enum InputSettings {
    /// `serial`: a board that writes a line for each key.
    Serial(SerialInput),
    /// `gpio`: buttons on lines.
    Gpio(GpioInput),
    /// `matrix`: a keypad on lines.
    Matrix(MatrixInput),
    /// `evdev`: a keyboard of the kernel's.
    Evdev(EvdevInput),
    /// `mdb`: a vending machine that asks for money.
    Mdb(MdbInput),
    /// `reader`: the screen of the payment reader. At most one.
    Reader(ReaderInput),
    /// `stdin`: lines typed at the terminal. At most one.
    Stdin,
}

/// What there is to choose on the screen of the payment reader.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ReaderInput {
    /// What stands above it: 1 to 40 characters.
    pub title: String,
    /// How products are chosen.
    pub style: ReaderStyle,
    /// How often the reader is asked whether something was chosen.
    pub poll: Duration,
}

/// How products are chosen on a reader.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum ReaderStyle {
    /// `buttons`: each has one.
    Buttons,
    /// `numbers`: their codes are typed.
    Numbers,
}

/// A selection board at a serial port.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct SerialInput {
    /// The port; absolute, and nobody else's.
    pub device: PathBuf,
    /// Bits per second.
    pub baud: u32,
}

/// What delivers (`[dispenser.NAME]`).
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct DispenserSettings {
    /// What it is.
    pub kind: DispenserKind,
    /// What becomes of the money when nobody can tell whether its goods came, if not what
    /// [`PaymentSettings::unknown_vend`] says.
    pub unknown_vend: Option<UnknownVend>,
}

/// What kind of dispenser it is.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub enum DispenserKind {
    /// `serial`: a board that is asked by lines.
    Serial(SerialDispenser),
    /// `command`: a program that is run.
    Command(CommandDispenser),
    /// `gpio`: relays or motors on lines.
    Gpio(GpioDispenser),
    /// `mdb`: a vending machine that delivers what was asked for.
    Mdb(MdbDispenser),
    /// `escpos`: a printer of tickets.
    Escpos(EscposDispenser),
}

impl DispenserKind {
    /// What it can promise to tell.
    pub fn promise(&self) -> Promise {
        match self {
            // Its protocol has STATUS, and a board that answers UNKNOWN is believed within one boot.
            Self::Serial(_) => Promise::ALL,
            // It says how it ended, and of an earlier run only another program can tell.
            Self::Command(command) => {
                Promise { knows_delivery: true, can_be_asked: command.status.is_some() }
            }
            // It reports each vend, once.
            Self::Mdb(_) => Promise { knows_delivery: true, can_be_asked: false },
            // Only a drop sensor sees goods, and nothing remembers.
            Self::Gpio(gpio) => {
                let until = gpio.sensor.as_ref().map(|sensor| sensor.until);
                let knows_delivery = matches!(until, Some(Until::Drop { .. }));
                Promise { knows_delivery, can_be_asked: false }
            }
            // One that is not asked is only written to, and nothing remembers.
            Self::Escpos(printer) => {
                Promise { knows_delivery: printer.ask_status, can_be_asked: false }
            }
        }
    }
}

/// A dispenser board at a serial port.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct SerialDispenser {
    /// The port; absolute, and nobody else's.
    pub device: PathBuf,
    /// Bits per second.
    pub baud: u32,
    /// How long a vend may take before its outcome counts as unknown.
    pub timeout: Duration,
}

/// What shows the customer each step (`[display.NAME]`).
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct DisplaySettings {
    /// What it is.
    pub kind: DisplayKind,
    /// How it rests.
    pub care: DisplayCare,
}

/// What shows the customer each step.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub enum DisplayKind {
    /// `terminal`: text on the terminal. At most one.
    Terminal,
    /// `ssd1306`: dots.
    Ssd1306(OledDisplay),
    /// `hd44780`: characters.
    Hd44780(LcdDisplay),
    /// `framebuffer`: a screen.
    Framebuffer(ScreenDisplay),
    /// `png`: a picture in a file.
    Png(PngDisplay),
    /// `led` and `buzzer`: a lamp or a buzzer.
    Signal(SignalDisplay),
}
