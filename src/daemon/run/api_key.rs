//! A new API key is taken into use.

use super::Tasks;
use crate::config::{ApiKey, Mode};
use crate::daemon::driver::Driver;
use crate::daemon::tell;
use crate::telemetry::names::machine;

/// Takes a new API key into use. One of the other mode would not know the open sales: it needs a
/// restart, which a person asks for.
///
/// # Errors
///
/// Why the old one stays in use.
pub(super) fn take_key(driver: &Driver, tasks: &mut Tasks, key: &ApiKey) -> Result<(), String> {
    if (key.mode() == Mode::Live) != driver.kiosk().setup().livemode {
        let mode = key.mode();
        return Err(format!("the new API key is of {mode} mode: restart kioskd to use it"));
    }
    let client = tasks.client.with_key(key.reveal());
    tasks.client = client.map_err(|error| format!("the old API key stays in use: {error}"))?;
    tell::life(machine::KEY_REPLACED, &format!("the API key was read again: {key}"));
    Ok(())
}
