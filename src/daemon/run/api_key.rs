//! A new API key is taken into use.

use super::Tasks;
use crate::config::{ApiKey, Mode};
use crate::daemon::driver::Driver;
use crate::daemon::tell;
use crate::telemetry::names::machine;

/// Takes a new API key into use. One of the other mode would not know the open sales: it needs a
/// restart, which a person asks for.
pub(super) fn take_key(driver: &Driver, tasks: &mut Tasks, key: &ApiKey) -> bool {
    if (key.mode() == Mode::Live) != driver.kiosk().setup().livemode {
        let mode = key.mode();
        tell::key_kept(&format!("the new API key is of {mode} mode: restart kioskd to use it"));
        return false;
    }
    match tasks.client.with_key(key.reveal()) {
        Ok(client) => {
            tasks.client = client;
            let what = format!("the API key was read again: {key}");
            tell::life(machine::KEY_REPLACED, &what);
            true
        }
        Err(error) => {
            tell::key_kept(&format!("the old API key stays in use: {error}"));
            false
        }
    }
}
