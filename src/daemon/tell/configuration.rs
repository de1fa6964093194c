//! What the log says of reloads, and of the last good configuration.

use super::{Name, Weight};
use crate::config::ConfigError;
use crate::config::last_good::Unusable;
use crate::daemon::configuration::{OnLastGood, in_short};
use crate::stripe::transport::ClientError;
use crate::telemetry::names::configuration;

/// Tells that another configuration is in use, and what of it is not.
pub fn reloaded((old, new): (&str, &str), at_next_start: &[String]) {
    if old != new {
        let name = configuration::RELOADED;
        line!(Weight::Step, name, "reload: configuration {new} is in use, in the place of {old}");
    } else if at_next_start.is_empty() {
        let name = configuration::RELOADED;
        line!(Weight::Step, name, "reload: the files say what runs already, configuration {new}");
    }
    if !at_next_start.is_empty() {
        let names = at_next_start.join(", ");
        let name = configuration::RELOAD_DEFERRED;
        line!(Weight::Trouble, name, "reload: these take effect at the next start: {names}");
    }
}

/// Tells that a configuration waits for the customer to be done.
pub fn reload_waits(hash: &str) {
    let name = configuration::RELOAD_WAITS;
    line!(Weight::Step, name, "reload: configuration {hash} waits until the customer is done");
}

/// Tells that a reload changes nothing.
pub fn reload_refused(error: &ConfigError) {
    let (name, why) = (configuration::RELOAD_REFUSED, in_short(error));
    line!(Weight::Alarm, name, "reload: refused, the old configuration runs on: {why}");
}

/// Tells that the certificates of the new configuration are not trusted, though it is in use.
pub fn authorities_kept(error: &ClientError) {
    let name = configuration::AUTHORITIES_KEPT;
    line!(Weight::Alarm, name, "the old certificates of stripe.ca_file stay in use: {error}");
}

/// Tells that a start has fallen back.
pub fn on_last_good(OnLastGood { kept, because }: &OnLastGood) {
    let name = configuration::ON_LAST_GOOD;
    let what = format!("running on the last good configuration of {kept}, because {because}");
    line!(Weight::Alarm, name, "{what}");
}

/// Tells that there is nothing to fall back to.
pub fn last_good_unusable(unusable: &Unusable) {
    line!(Weight::Alarm, configuration::LAST_GOOD_UNUSABLE, "{unusable}");
}

/// Tells that the configuration was not kept.
pub fn last_good_not_kept(error: &std::io::Error) {
    let name = configuration::LAST_GOOD_NOT_KEPT;
    line!(Weight::Trouble, name, "the configuration could not be kept for a later start: {error}");
}
