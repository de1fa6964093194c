//! Reasons not to sell: each is raised and cleared, and says what a technician can do.

mod call_code;

use std::collections::BTreeMap;
use std::time::Duration;

use crate::ids::{ControllerId, DispenserName, ProductCode};
use crate::money::Currency;
use crate::sale::input::Obstacle;
use crate::time::{Moment, WallTime};

/// Why the kiosk does not sell, or not everything. What may be the cause of another comes before it:
/// people read the first.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Reason {
    /// Stripe cannot be reached, or does not answer.
    Link {
        /// What stands between.
        obstacle: Obstacle,
    },
    /// Stripe rejects the API key (401).
    KeyRejected,
    /// The API key lacks a permission (403).
    KeyTooNarrow {
        /// What it may not do.
        denied: Denied,
    },
    /// A command to the reader was answered with "offline".
    ReaderOffline,
    /// The same, at the hours at which readers restart every night.
    ReaderRestarting,
    /// One command after the other times out at a reader that Stripe calls online.
    ReaderDeaf,
    /// The reader is busy with itself: an update, or a change of its settings.
    ReaderUpdating,
    /// Another system's payment stands on the reader.
    ReaderInUse,
    /// The reader refuses payments for a reason of its own.
    ReaderRefuses {
        /// Stripe's code.
        code: String,
    },
    /// Stripe does not know the reader with this key.
    ReaderNotFound,
    /// The reader has not been seen since the daemon started.
    Starting,
    /// The reader is assigned to another board: this one may be a clone.
    ReaderAssignedElsewhere {
        /// The other board's serial.
        controller: String,
        /// What its kiosk is called.
        kiosk: Option<String>,
        /// This board's serial.
        ours: ControllerId,
    },
    /// The reader is assigned to no board yet, or this board has just claimed it.
    ReaderUnassigned,
    /// The reader is of the other mode (live or test) than the API key.
    ReaderWrongMode {
        /// Whether the reader takes real money.
        live: bool,
    },
    /// The reader has no location at Stripe, without which it takes no payments.
    ReaderNoLocation,
    /// The reader stands in a country where, by our table, readers take another currency.
    ReaderWrongCountry {
        /// The country (ISO 3166) of its location.
        country: String,
        /// The currency that readers take there.
        takes: &'static str,
        /// The kiosk's.
        ours: Currency,
    },
    /// The account cannot take cards at a reader in this currency.
    NoCardPresent,
    /// Stripe refuses to make the PaymentIntent.
    PaymentsRefused {
        /// Stripe's code.
        code: String,
    },
    /// Stripe refuses the price of a product.
    PriceRefused {
        /// The product.
        product: ProductCode,
        /// Stripe's code.
        code: String,
    },
    /// Stripe does not know a PaymentIntent of ours with this key: never a conclusion.
    PaymentNotFound,
    /// As many delivered sales wait for their money as may.
    Exposure,
    /// A hold will lapse soon, and its sale is not settled.
    DeadlineNear,
    /// The journal cannot be written.
    Journal,
    /// Somebody else has used this kiosk's names: a cloned card or a restored image.
    Clone,
    /// Open sales are of the other mode (live or test) than the API key.
    OtherMode,
    /// The journal is new, and what an earlier one may have left at Stripe is still looked for.
    Sweeping,
    /// A person has taken the kiosk out of service.
    Drained {
        /// Who, as the system names them.
        by: String,
        /// Why, in their words.
        why: Option<String>,
    },
    /// A dispenser cannot be reached.
    DispenserAway {
        /// Which.
        dispenser: DispenserName,
    },
    /// Nothing is left of a product that is counted.
    SoldOut {
        /// Which.
        product: ProductCode,
    },
}

/// What a key may not do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Denied {
    /// Read the reader.
    ReadReader,
    /// Send commands to the reader.
    DriveReader,
    /// Make a PaymentIntent.
    CreatePayment,
    /// Read a PaymentIntent.
    ReadPayment,
    /// Cancel a PaymentIntent.
    CancelPayment,
    /// Capture a PaymentIntent.
    CapturePayment,
    /// Refund what was charged at the tap, or read its refunds: a product that does not come could
    /// not be given back.
    RefundPayment,
    /// Refund what was sold, or read its refunds, where only a person asks for that.
    RefundSold,
}

/// How a reason affects selling.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stops {
    /// Nothing is sold while it stands.
    Everything,
    /// Nothing is sold until this long after it was last confirmed: then one selection is let
    /// through, and its sale tells.
    UntilTried {
        /// That long.
        after: Duration,
    },
    /// Other things are sold.
    Something,
    /// It concerns old sales, not the next one.
    Nothing,
}

/// After this long a reader that was called offline gets one selection let through: its status may
/// lag, and only a payment tells.
pub const READER_HALF_OPEN_AFTER: Duration = Duration::from_secs(15);

/// The same for what somebody has to mend at Stripe: it should not take a restart to be noticed.
pub const REFUSAL_HALF_OPEN_AFTER: Duration = Duration::from_mins(5);

impl Reason {
    /// The word for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Link { obstacle } => link_code(*obstacle),
            Self::KeyRejected => "api_key_rejected",
            Self::KeyTooNarrow { .. } => "api_key_too_narrow",
            Self::ReaderOffline => "reader_offline",
            Self::ReaderRestarting => "reader_restarting",
            Self::ReaderDeaf => "reader_deaf",
            Self::ReaderUpdating => "reader_updating",
            Self::ReaderInUse => "reader_in_use",
            Self::ReaderRefuses { .. } => "reader_refuses",
            Self::ReaderNotFound => "reader_not_found",
            Self::ReaderAssignedElsewhere { .. } => "reader_assigned_elsewhere",
            Self::ReaderUnassigned => "reader_unassigned",
            Self::ReaderWrongMode { .. } => "reader_wrong_mode",
            Self::ReaderNoLocation => "reader_no_location",
            Self::ReaderWrongCountry { .. } => "reader_wrong_country",
            Self::NoCardPresent => "no_card_present",
            Self::PaymentsRefused { .. } => "payments_refused",
            Self::PriceRefused { .. } => "price_refused",
            Self::PaymentNotFound => "payment_not_found",
            Self::Exposure => "exposure",
            Self::DeadlineNear => "deadline_near",
            Self::Journal => "journal",
            Self::Clone => "clone",
            Self::OtherMode => "other_mode",
            Self::Sweeping => "sweeping",
            Self::Drained { .. } => "drained",
            Self::SoldOut { .. } => "sold_out",
            Self::DispenserAway { .. } => "dispenser_away",
        }
    }

    /// What is wrong, for a technician.
    pub fn what(&self) -> String {
        match self {
            Self::Starting => "the reader has not been seen since the start".into(),
            Self::Link { obstacle } => link_what(*obstacle).into(),
            Self::KeyRejected => "Stripe rejects the API key".into(),
            Self::KeyTooNarrow { denied } => format!("the API key may not {}", denied.what()),
            Self::ReaderOffline => "the card reader is offline".into(),
            Self::ReaderRestarting => "the card reader restarts, as it does every night".into(),
            Self::ReaderDeaf => {
                "the card reader does not answer: Stripe calls it online, its commands time out"
                    .into()
            }
            Self::ReaderUpdating => {
                "the card reader is busy with itself: an update or a change of settings".into()
            }
            Self::ReaderInUse => "the reader is in use by another system".into(),
            Self::ReaderRefuses { code } => format!("the reader refuses payments: {code}"),
            Self::ReaderNotFound => "Stripe does not show the reader to this API key".into(),
            // What another system wrote there may be anything: it is quoted.
            Self::ReaderAssignedElsewhere { controller, kiosk, ours } => {
                let kiosk = kiosk.as_ref().map(|kiosk| format!(" (kiosk {kiosk:?})"));
                let kiosk = kiosk.unwrap_or_default();
                format!(
                    "the reader is assigned to board {controller:?}{kiosk}; this board is {:?}",
                    ours.as_str()
                )
            }
            Self::ReaderUnassigned => "the reader is being assigned to this board".into(),
            Self::ReaderWrongMode { live: true } => {
                "the reader is a live one, and the API key is for test mode".into()
            }
            Self::ReaderWrongMode { live: false } => {
                "the reader is registered in test mode, and the API key is a live one".into()
            }
            Self::ReaderNoLocation => "the reader has no location at Stripe".into(),
            Self::ReaderWrongCountry { country, takes, ours } => format!(
                "the reader stands in {country}, where readers take {takes} only; kiosk.currency \
                 is {ours}"
            ),
            Self::NoCardPresent => {
                "the Stripe account cannot take cards at a reader in this currency".into()
            }
            Self::PaymentsRefused { code } => format!("Stripe refuses payments: {code}"),
            Self::PriceRefused { product, code } => {
                format!("Stripe refuses the price of product {product}: {code}")
            }
            Self::PaymentNotFound => {
                "Stripe does not know a PaymentIntent of an open sale with this API key".into()
            }
            Self::Exposure => "too many delivered sales wait for their money".into(),
            Self::DeadlineNear => "a hold lapses soon, and its sale is not settled".into(),
            Self::Journal => "the journal cannot be written".into(),
            Self::Clone => "another kiosk uses this one's names (a cloned card?)".into(),
            Self::OtherMode => {
                "open sales are of the other mode (live or test) than the key".into()
            }
            Self::Sweeping => {
                "the journal is new: what an earlier one left at Stripe is looked for first".into()
            }
            Self::Drained { by, why: None } => format!("{by} has taken it out of service"),
            Self::Drained { by, why: Some(why) } => {
                format!("{by} has taken it out of service: {why:?}")
            }
            Self::SoldOut { product } => format!("product {product} is sold out"),
            Self::DispenserAway { dispenser } => {
                format!("dispenser \"{dispenser}\" cannot be reached")
            }
        }
    }

    /// What to do about it.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Starting => "wait; if it stays, check the network",
            Self::Link { obstacle } => link_remedy(*obstacle),
            Self::KeyRejected => {
                "install a valid key as credential stripe-api-key, then reload or restart kioskd"
            }
            Self::KeyTooNarrow { .. } => {
                "give the key this permission in Stripe's Dashboard, or install another and reload"
            }
            Self::ReaderOffline => "check the reader's power and network, then restart it",
            Self::ReaderRestarting => "nothing: it is back within minutes",
            Self::ReaderDeaf => "restart the reader: switch its power off and on",
            Self::ReaderUpdating => "wait; if it stays for an hour, restart the reader",
            Self::ReaderInUse => "find the other system that uses this reader and stop it",
            Self::ReaderRefuses { .. } => "check the reader's location and settings at Stripe",
            Self::ReaderNotFound => "check stripe.reader, and the key's account and permissions",
            Self::ReaderAssignedElsewhere { .. } => {
                "stop the other board and run here: kioskd reader assign --take-over; or give this \
                 kiosk its own reader"
            }
            Self::ReaderUnassigned => "wait some seconds; if it stays: kioskd check --online",
            Self::ReaderWrongMode { .. } => {
                "set stripe.reader to a reader of the key's mode, or install the other key"
            }
            Self::ReaderNoLocation => "give the reader a location in Stripe's Dashboard, Terminal",
            Self::ReaderWrongCountry { .. } => {
                "correct the reader's location at Stripe, or kiosk.currency and the prices"
            }
            Self::NoCardPresent => {
                "enable in-person payments in Stripe's Dashboard; check kiosk.currency"
            }
            Self::PaymentsRefused { .. } => {
                "see what Stripe's Dashboard says of the account; check kiosk.currency"
            }
            Self::PriceRefused { .. } => "change this product's price",
            Self::PaymentNotFound => "install a key of the account that the sale was opened with",
            Self::Exposure => "see kioskd sales --open: once they are settled, it sells again",
            Self::DeadlineNear => "see kioskd sales --open, and mend what keeps it from settling",
            Self::Journal => "check that kiosk.state_dir is writable and its disk not full",
            Self::Clone => "stop the other kiosk, or give this one a new kiosk.id and journal",
            Self::OtherMode => "install the key they were opened with until they are settled",
            Self::Sweeping => "wait, ten minutes at most; if it stays, check the network",
            Self::Drained { .. } => "kioskd resume, when the work is done",
            Self::SoldOut { .. } => "fill it, and say so: kioskd stock CODE COUNT, or --all",
            Self::DispenserAway { .. } => {
                "see why: kioskd hardware list; check power, cable, device path, a printer's paper"
            }
        }
    }

    /// How it affects selling.
    pub fn stops(&self) -> Stops {
        match self {
            Self::Starting
            | Self::Link { .. }
            | Self::KeyRejected
            | Self::ReaderInUse
            | Self::ReaderNotFound
            | Self::ReaderAssignedElsewhere { .. }
            | Self::ReaderUnassigned
            | Self::ReaderWrongMode { .. }
            | Self::Exposure
            | Self::Journal
            | Self::Clone
            | Self::Sweeping
            | Self::Drained { .. } => Stops::Everything,
            Self::KeyTooNarrow { denied } => denied.stops(),
            Self::ReaderOffline
            | Self::ReaderRestarting
            | Self::ReaderDeaf
            | Self::ReaderUpdating => Stops::UntilTried { after: READER_HALF_OPEN_AFTER },
            Self::ReaderRefuses { .. }
            | Self::ReaderNoLocation
            | Self::NoCardPresent
            | Self::PaymentsRefused { .. } => Stops::UntilTried { after: REFUSAL_HALF_OPEN_AFTER },
            Self::PriceRefused { .. } | Self::DispenserAway { .. } | Self::SoldOut { .. } => {
                Stops::Something
            }
            // Only inferred: Stripe itself would refuse the prompt.
            Self::ReaderWrongCountry { .. }
            | Self::PaymentNotFound
            | Self::DeadlineNear
            | Self::OtherMode => Stops::Nothing,
        }
    }

    /// Whether the reader's answer to a command proves it to be over.
    pub fn is_over_when_reader_answers(&self) -> bool {
        match self {
            Self::ReaderOffline
            | Self::ReaderRestarting
            | Self::ReaderDeaf
            | Self::ReaderUpdating => true,
            Self::Starting
            | Self::Link { .. }
            | Self::KeyRejected
            | Self::KeyTooNarrow { .. }
            | Self::ReaderInUse
            | Self::ReaderRefuses { .. }
            | Self::ReaderNotFound
            | Self::ReaderAssignedElsewhere { .. }
            | Self::ReaderUnassigned
            | Self::ReaderWrongMode { .. }
            | Self::ReaderNoLocation
            | Self::ReaderWrongCountry { .. }
            | Self::NoCardPresent
            | Self::PaymentsRefused { .. }
            | Self::PriceRefused { .. }
            | Self::PaymentNotFound
            | Self::Exposure
            | Self::DeadlineNear
            | Self::Journal
            | Self::Clone
            | Self::OtherMode
            | Self::Sweeping
            | Self::Drained { .. }
            | Self::SoldOut { .. }
            | Self::DispenserAway { .. } => false,
        }
    }
}

impl Denied {
    /// What is tried again by itself stops everything until it works; what only a sale tries is
    /// tried by one.
    fn stops(self) -> Stops {
        match self {
            Self::ReadReader
            | Self::ReadPayment
            | Self::CancelPayment
            | Self::CapturePayment
            | Self::RefundPayment => Stops::Everything,
            Self::RefundSold => Stops::Nothing,
            Self::DriveReader | Self::CreatePayment => {
                Stops::UntilTried { after: REFUSAL_HALF_OPEN_AFTER }
            }
        }
    }

    fn what(self) -> &'static str {
        match self {
            Self::ReadReader => "read the reader (Terminal Readers: read)",
            Self::DriveReader => "send commands to the reader (Terminal Readers: write)",
            Self::CreatePayment => "make payments (PaymentIntents: write)",
            Self::ReadPayment => "read payments (PaymentIntents: read)",
            Self::CancelPayment => "cancel payments (PaymentIntents: write)",
            Self::CapturePayment => "capture payments (PaymentIntents: write)",
            Self::RefundPayment | Self::RefundSold => {
                "refund payments (Charges and Refunds: write)"
            }
        }
    }
}

fn link_code(obstacle: Obstacle) -> &'static str {
    match obstacle {
        Obstacle::Name | Obstacle::Network => "no_network",
        Obstacle::Connection | Obstacle::Silence => "stripe_unreachable",
        Obstacle::Certificate => "tls_untrusted",
        Obstacle::Clock => "clock_wrong",
        Obstacle::Stranger => "captive_portal",
        Obstacle::Failing => "stripe_failing",
    }
}

fn link_what(obstacle: Obstacle) -> &'static str {
    match obstacle {
        Obstacle::Name => "the kiosk has no network: Stripe's name cannot be resolved",
        Obstacle::Network => "the kiosk has no network: there is no way to Stripe",
        Obstacle::Connection => "Stripe cannot be connected to, though the network is there",
        Obstacle::Silence => "Stripe does not answer: requests go out and bring no reply",
        Obstacle::Certificate => {
            "what answers in Stripe's place cannot prove that it is Stripe (TLS)"
        }
        Obstacle::Clock => {
            "Stripe's certificate is not valid at this time: the kiosk's clock must be wrong (TLS)"
        }
        Obstacle::Stranger => "something else answers in Stripe's place: a portal or a proxy",
        Obstacle::Failing => "Stripe answers with errors of its own",
    }
}

fn link_remedy(obstacle: Obstacle) -> &'static str {
    match obstacle {
        Obstacle::Name => "check the network cable or Wi-Fi, then the name server",
        Obstacle::Network => "check the network cable or Wi-Fi, then the router",
        Obstacle::Connection => "check the router's firewall and stripe.api_base",
        Obstacle::Silence => "check the network's quality; then see status.stripe.com",
        Obstacle::Certificate => {
            "find what intercepts TLS here, and let api.stripe.com past it; \
             if nothing does, update ca-certificates"
        }
        Obstacle::Clock => {
            "let the clock be set (NTP, port 123), and kioskd goes on by itself; \
             if `date` is right, something intercepts TLS here"
        }
        Obstacle::Stranger => "log in to the network's portal, or let this kiosk past it",
        Obstacle::Failing => "wait, and see status.stripe.com",
    }
}

/// A point in time, on both clocks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Since {
    /// For waits.
    pub moment: Moment,
    /// For people.
    pub wall: WallTime,
}

/// A reason that stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Standing {
    /// Since when.
    pub since: Since,
    /// When it was last found to be so.
    pub confirmed: Moment,
}

/// The reasons that stand now.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Reasons(BTreeMap<Reason, Standing>);

impl Reasons {
    /// Raises a reason; one that stands already keeps its time, and is confirmed.
    pub fn raise(&mut self, reason: Reason, now: Since) {
        let new = Standing { since: now, confirmed: now.moment };
        self.0.entry(reason).or_insert(new).confirmed = now.moment;
    }

    /// Raises the reason why Stripe is out of reach. Only one such stands at a time; what comes in
    /// the place of another keeps its time.
    pub fn raise_link(&mut self, obstacle: Obstacle, now: Since) {
        let before = self.link();
        self.clear_link();
        let since = before.map_or(now, |(_, standing)| standing.since);
        let standing = Standing { since, confirmed: now.moment };
        self.0.insert(Reason::Link { obstacle }, standing);
    }

    /// Stripe is within reach again.
    pub fn clear_link(&mut self) {
        self.0.retain(|reason, _| !matches!(reason, Reason::Link { .. }));
    }

    /// What keeps Stripe out of reach.
    pub fn link(&self) -> Option<(Obstacle, Standing)> {
        self.0.iter().find_map(|(reason, standing)| {
            let Reason::Link { obstacle } = reason else { return None };
            Some((*obstacle, *standing))
        })
    }

    /// Clears a reason.
    pub fn clear(&mut self, reason: &Reason) {
        self.0.remove(reason);
    }

    /// Clears all that the test picks.
    pub fn clear_if(&mut self, over: impl Fn(&Reason, Standing) -> bool) {
        self.0.retain(|reason, standing| !over(reason, *standing));
    }

    /// Since when a reason stands.
    pub fn since(&self, reason: &Reason) -> Option<Since> {
        self.0.get(reason).map(|standing| standing.since)
    }

    /// When a reason that stands was last found to be so.
    pub fn confirmed(&self, reason: &Reason) -> Option<Moment> {
        self.0.get(reason).map(|standing| standing.confirmed)
    }

    /// All that stand.
    pub fn iter(&self) -> impl Iterator<Item = (&Reason, Standing)> {
        self.0.iter().map(|(reason, standing)| (reason, *standing))
    }
}
