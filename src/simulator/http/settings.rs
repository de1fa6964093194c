//! Console calls that change what account and readers are like.

use super::fields::{FieldError, Fields};
use super::now;
use crate::ids::ReaderId;
use crate::simulator::{CancelWhileAuthorizing, Model, Setup, SimulatorError};

/// The names that the form of an account may have.
const ACCOUNT: [&str; 15] = [
    "authorization_lasts_ms",
    "authorization_takes_ms",
    "cancel_needs_action",
    "cancel_while_authorizing",
    "card_present",
    "interac_present",
    "keys_last_ms",
    "lists_lag_ms",
    "livemode",
    "offline_shows_after_ms",
    "processes_again",
    "reader_error_status",
    "refund_takes_ms",
    "search_lags_ms",
    "shows_processing",
];

/// Changes the account as a form has it: all of it, or nothing if something is wrong.
pub(super) fn change_account(model: &mut Model, body: &[u8]) -> Result<(), FieldError> {
    let fields = Fields::read(body, &ACCOUNT)?;
    let mut changed = model.setup().clone();
    change_setup(&mut changed, &fields)?;
    model.set_up(|setup| *setup = changed, now());
    Ok(())
}

fn change_setup(setup: &mut Setup, fields: &Fields) -> Result<(), FieldError> {
    for (name, duration) in [
        ("authorization_lasts_ms", &mut setup.authorization_lasts),
        ("authorization_takes_ms", &mut setup.authorization_takes),
        ("keys_last_ms", &mut setup.keys_last),
        ("lists_lag_ms", &mut setup.lists_lag),
        ("offline_shows_after_ms", &mut setup.offline_shows_after),
        ("refund_takes_ms", &mut setup.refund_takes),
        ("search_lags_ms", &mut setup.search_lags),
    ] {
        *duration = fields.millis(name)?.unwrap_or(*duration);
    }
    for (name, flag) in [
        ("cancel_needs_action", &mut setup.cancel_needs_action),
        ("livemode", &mut setup.livemode),
        ("processes_again", &mut setup.processes_again),
        ("shows_processing", &mut setup.shows_processing),
    ] {
        *flag = fields.parse(name)?.unwrap_or(*flag);
    }
    for kind in ["card_present", "interac_present"] {
        if let Some(may) = fields.parse::<bool>(kind)? {
            setup.payment_method_types.retain(|listed| listed != kind);
            setup.payment_method_types.extend(may.then(|| kind.to_owned()));
        }
    }
    let words = [
        ("lock_timeout", CancelWhileAuthorizing::LockTimeout),
        ("cancels", CancelWhileAuthorizing::Cancels),
    ];
    let cancels = fields.word("cancel_while_authorizing", &words)?;
    setup.cancel_while_authorizing = cancels.unwrap_or(setup.cancel_while_authorizing);
    let status = fields.parse("reader_error_status")?;
    setup.reader_error_status = status.unwrap_or(setup.reader_error_status);
    Ok(())
}

/// Changes what a reader is and where it stands. An empty location is none.
pub(super) fn change_reader(
    model: &mut Model,
    reader: &ReaderId,
    body: &[u8],
) -> Result<(), SettingError> {
    let names = ["device_type", "label", "livemode", "location", "serial_number"];
    let fields = Fields::read(body, &names)?;
    let livemode = fields.parse("livemode")?;
    model.change_reader(reader, |setup| {
        setup.livemode = livemode.or(setup.livemode);
        if let Some(location) = fields.text("location") {
            setup.location = Some(location.to_owned()).filter(|location| !location.is_empty());
        }
        for (name, text) in [
            ("device_type", &mut setup.device_type),
            ("label", &mut setup.label),
            ("serial_number", &mut setup.serial_number),
        ] {
            if let Some(value) = fields.text(name) {
                value.clone_into(text);
            }
        }
    })?;
    Ok(())
}

/// Makes a location, or moves it to another country.
pub(super) fn put_location(model: &mut Model, id: &str, body: &[u8]) -> Result<(), FieldError> {
    let fields = Fields::read(body, &["country"])?;
    let country = fields.text("country").ok_or(FieldError::Missing { name: "country" })?;
    let (id, country) = (id.to_owned(), country.to_owned());
    model.set_up(|setup| drop(setup.locations.insert(id, country)), now());
    Ok(())
}

/// Why a reader was not changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum SettingError {
    /// The form is wrong.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// There is no such reader.
    #[error(transparent)]
    Simulator(#[from] SimulatorError),
}
