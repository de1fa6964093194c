//! Single values: text of a form, one of several words, numbers and durations within bounds.

use std::fmt::Display;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::civil::Time;

use super::super::duration;
use super::super::origins::KeyPath;
use super::super::problem::{nearest, quoted};
use super::super::settings::JournalSettings;
use super::Check;
use crate::kiosk::stock::MOST;
use crate::money::Currency;

/// Stripe's readers give up by themselves after a few minutes; less than ten seconds is no time to
/// find a card.
pub(super) const CUSTOMER_TIMEOUT: RangeInclusive<Duration> =
    Duration::from_secs(10)..=Duration::from_mins(5);
/// Longer, and the customer has left.
pub(super) const RESUME_WINDOW: RangeInclusive<Duration> =
    Duration::from_secs(5)..=Duration::from_mins(10);
/// Longer, and the next customer waits for a slot that will not answer.
pub(super) const VEND_GRACE: RangeInclusive<Duration> =
    Duration::from_secs(1)..=Duration::from_mins(5);
/// A reader takes minutes to start.
pub(super) const POWER_CYCLE_EVERY: RangeInclusive<Duration> =
    Duration::from_mins(10)..=Duration::from_hours(24);
/// Contacts bounce for some milliseconds; what a finger does lasts longer than the longest.
pub(super) const DEBOUNCE: RangeInclusive<Duration> = Duration::ZERO..=Duration::from_millis(200);
/// Nobody holds a button for longer to buy something.
pub(super) const HOLD: RangeInclusive<Duration> = Duration::ZERO..=Duration::from_secs(10);
/// Longer than any press, and soon enough to be of use.
pub(super) const STUCK_AFTER: RangeInclusive<Duration> =
    Duration::from_secs(15)..=Duration::from_mins(10);
/// No key may be missed, and no processor kept busy with looking.
pub(super) const SCAN: RangeInclusive<Duration> =
    Duration::from_millis(2)..=Duration::from_millis(50);
/// Longer than a customer looks for the next digit; the next one must not find it.
pub(super) const TYPING_TIMEOUT: RangeInclusive<Duration> =
    Duration::from_secs(2)..=Duration::from_mins(1);
/// Shorter, and no relay follows; longer, and no motor turns for one piece.
pub(super) const PULSE: RangeInclusive<Duration> =
    Duration::from_millis(10)..=Duration::from_mins(2);
/// A motor is turned back to free what it holds, not for good.
pub(super) const REVERSE: RangeInclusive<Duration> =
    Duration::from_millis(10)..=Duration::from_secs(10);
/// What falls past a drop sensor is seen for milliseconds.
pub(super) const SENSOR_DEBOUNCE: RangeInclusive<Duration> =
    Duration::ZERO..=Duration::from_millis(50);
/// How long machines turn.
pub(super) const VEND_TIMEOUT: RangeInclusive<Duration> =
    Duration::from_secs(1)..=Duration::from_mins(5);

/// The codes of a whole cart have to fit into one value of Stripe's metadata (500 characters), and
/// each item needs a letter of its own on the dispenser's wire.
pub(super) const MOST_IN_CART: usize = 20;
/// How long a message may stand.
pub(super) const MESSAGE_TIME: RangeInclusive<Duration> =
    Duration::from_secs(3)..=Duration::from_mins(5);
/// When products may be shown by themselves.
pub(super) const ATTRACT_AFTER: RangeInclusive<Duration> = Duration::ZERO..=Duration::from_hours(1);
/// The longest telephone number.
const LONGEST_PHONE: usize = 24;

/// How many days sales are kept: longer than any sweep looks back, and than people take to ask for
/// their money back; the most is for ever in all but name.
const KEEP: RangeInclusive<u32> = 30..=9999;
/// For what is kept for ever.
const FOREVER: &str = "forever";

/// How often a declined customer may try.
const ATTEMPTS: RangeInclusive<u32> = 1..=10;
/// What serial ports everywhere can do, in bits per second.
const BAUDS: [u32; 9] = [1200, 2400, 4800, 9600, 19200, 38400, 57600, 115_200, 230_400];

impl Check<'_> {
    /// A value that a type of the domain reads; its error says what is wrong and allowed.
    pub(super) fn parsed<'t, T, E: Display>(
        &mut self,
        key: &KeyPath,
        text: &'t str,
        parse: impl FnOnce(&'t str) -> Result<T, E>,
    ) -> Option<T> {
        match parse(text) {
            Ok(value) => Some(value),
            Err(error) => {
                // The error shows the text as it is, which must not be a key or break the line.
                let shown = quoted(text);
                let plain = format!("\"{text}\"");
                let wrong = error.to_string().replace(&plain, &shown);
                let problem = super::Problem::of_key(
                    self.origin(key),
                    key.clone(),
                    wrong,
                    "correct the value",
                );
                self.problems.push(problem);
                None
            }
        }
    }

    /// One of several words.
    pub(super) fn choice<T: Copy>(
        &mut self,
        key: &KeyPath,
        text: &str,
        choices: &[(&str, T)],
    ) -> Option<T> {
        let words = || choices.iter().map(|(word, _)| *word);
        if let Some((_, value)) = choices.iter().find(|(word, _)| *word == text) {
            return Some(*value);
        }
        let allowed = words().map(|word| format!("{word:?}")).collect::<Vec<_>>().join(", ");
        let fix = match nearest(text, words()) {
            Some(near) => format!("write {near:?} if that is meant"),
            None => "write one of these".to_owned(),
        };
        self.wrong(key, format!("{} is none of the choices", quoted(text)), allowed, fix);
        None
    }

    /// Whether Interac cards are taken: there are none but in Canadian dollars.
    pub(super) fn interac(
        &mut self,
        key: &KeyPath,
        value: bool,
        currency: Option<Currency>,
    ) -> Option<bool> {
        let Some(other) = currency.filter(|currency| value && currency.code() != "cad") else {
            return Some(value);
        };
        let wrong = format!("Interac cards pay in cad only, and kiosk.currency is \"{other}\"");
        self.wrong(key, wrong, "false, unless the currency is \"cad\"", "remove the key");
        None
    }

    /// A duration within bounds.
    pub(super) fn duration(
        &mut self,
        key: &KeyPath,
        text: &str,
        bounds: RangeInclusive<Duration>,
    ) -> Option<Duration> {
        let allowed = duration::written_range(&bounds);
        match duration::parse(text) {
            Some(duration) if bounds.contains(&duration) => return Some(duration),
            Some(duration) => {
                let side = if duration < *bounds.start() { "short" } else { "long" };
                let wrong = format!("{} is too {side}", quoted(text));
                self.wrong(key, wrong, allowed, "write a duration within these bounds");
            }
            None => {
                let wrong = format!("{} is not a duration", quoted(text));
                self.wrong(
                    key,
                    wrong,
                    allowed,
                    "write a number and a unit, such as \"8s\" or \"2m\"",
                );
            }
        }
        None
    }

    /// For how many days sales are kept.
    pub(super) fn keep(&mut self, key: &KeyPath, text: &str) -> Option<JournalSettings> {
        if text == FOREVER {
            return Some(JournalSettings { keep: None });
        }
        let days = text.strip_suffix('d').and_then(|days| days.trim_end().parse::<u32>().ok());
        if let Some(days) = days.filter(|days| KEEP.contains(days)) {
            let keep = Some(Duration::from_hours(24 * u64::from(days)));
            return Some(JournalSettings { keep });
        }
        let wrong = match days {
            Some(days) if days < *KEEP.start() => format!("{} is too short", quoted(text)),
            Some(_) => format!("{} is too long", quoted(text)),
            None => format!("{} is no number of days", quoted(text)),
        };
        let allowed = format!("\"{}d\" to \"{}d\", or {FOREVER:?}", KEEP.start(), KEEP.end());
        self.wrong(key, wrong, allowed, "write how many days sales are kept, such as \"400d\"");
        None
    }

    /// How often a customer may try.
    pub(super) fn attempts(&mut self, key: &KeyPath, value: i64) -> Option<u32> {
        let attempts = u32::try_from(value).ok().filter(|count| ATTEMPTS.contains(count));
        if attempts.is_none() {
            let allowed = format!("{} to {}", ATTEMPTS.start(), ATTEMPTS.end());
            self.wrong(key, format!("{value} is out of range"), allowed, "correct the number");
        }
        attempts
    }

    /// A count from 1 on.
    pub(super) fn count(&mut self, key: &KeyPath, value: i64, most: usize) -> Option<usize> {
        let count = usize::try_from(value).ok().filter(|count| (1..=most).contains(count));
        if count.is_none() {
            let allowed = format!("1 to {most}");
            self.wrong(key, format!("{value} is out of range"), allowed, "correct the number");
        }
        count
    }

    /// How many of a product a machine has.
    pub(super) fn stock(&mut self, key: &KeyPath, value: i64) -> Option<u32> {
        let stock = u32::try_from(value).ok().filter(|stock| *stock <= MOST);
        if stock.is_none() {
            let allowed = format!("0 to {MOST}");
            self.wrong(key, format!("{value} is out of range"), allowed, "correct the number");
        }
        stock
    }

    /// Two times of the day.
    pub(super) fn hours(&mut self, key: &KeyPath, text: &str) -> Option<(Time, Time)> {
        let time = |text: &str| {
            let (hour, minute) = text.trim().split_once(':')?;
            Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
        };
        let hours = text.split_once('-').and_then(|(from, to)| Some((time(from)?, time(to)?)));
        let hours = hours.filter(|(from, to)| from != to);
        if hours.is_none() {
            let wrong = format!("{} is no span of the day", quoted(text));
            let allowed = "two different times of the day, such as \"00:00-04:00\"";
            self.wrong(key, wrong, allowed, "write from when to when, in the kiosk's own time");
        }
        hours
    }

    /// The speed of a serial port.
    pub(super) fn baud(&mut self, key: &KeyPath, value: i64) -> Option<u32> {
        let baud = u32::try_from(value).ok().filter(|baud| BAUDS.contains(baud));
        if baud.is_none() {
            let allowed = BAUDS.map(|baud| baud.to_string()).join(", ");
            let wrong = format!("{value} is not a speed of serial ports");
            self.wrong(key, wrong, allowed, "write the speed that the board is set to");
        }
        baud
    }

    /// A path that does not depend on where kioskd was started.
    pub(super) fn absolute(&mut self, key: &KeyPath, text: &str) -> Option<PathBuf> {
        if Path::new(text).is_absolute() && !text.chars().any(char::is_control) {
            return Some(PathBuf::from(text));
        }
        let wrong = format!("{} is not an absolute path", quoted(text));
        self.wrong(key, wrong, "a path that begins with \"/\"", "write the whole path");
        None
    }

    /// A telephone number as people write it.
    pub(super) fn phone(&mut self, key: &KeyPath, text: &str) -> Option<String> {
        let is_of_numbers =
            |c: char| c.is_ascii_digit() || matches!(c, '+' | ' ' | '-' | '(' | ')' | '/' | '.');
        let is_right = text.chars().all(is_of_numbers)
            && text.chars().filter(char::is_ascii_digit).count() >= 3
            && text.len() <= LONGEST_PHONE;
        if is_right {
            return Some(text.to_owned());
        }
        let wrong = format!("{} is no telephone number", quoted(text));
        let allowed = format!(
            "3 digits or more, with + - / . ( ) and spaces, at most {LONGEST_PHONE} in all"
        );
        self.wrong(key, wrong, allowed, "write the number that customers shall call");
        None
    }

    /// Scheme, host and port of Stripe's API or of a simulator on this machine.
    pub(super) fn api_base(&mut self, key: &KeyPath, text: &str) -> Option<String> {
        match base_url(text) {
            Ok(base) => Some(base),
            Err(wrong) => {
                let allowed = "https://HOST, or http://HOST:PORT for a host of this machine \
                               (127.0.0.1, [::1], localhost)";
                let fix = "write \"https://api.stripe.com\", or remove the key";
                // What stands before an '@' may be a password.
                let shown = if text.contains('@') { "the value".to_owned() } else { quoted(text) };
                self.wrong(key, format!("{shown} {wrong}"), allowed, fix);
                None
            }
        }
    }
}

fn base_url(text: &str) -> Result<String, &'static str> {
    let url = reqwest::Url::parse(text).map_err(|_| "is not a URL")?;
    let host = url.host_str().ok_or("names no host")?;
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(host) => {}
        "http" => return Err("would send the API key unencrypted to another machine"),
        _ => return Err("is neither https nor http"),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("holds a user name or password");
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err("has a path, query or fragment");
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    match bare.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => Ipv4Addr::is_loopback(&address),
        Ok(IpAddr::V6(address)) => address == Ipv6Addr::LOCALHOST,
        Err(_) => host == "localhost",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_api_key_never_leaves_this_machine_unencrypted() {
        for good in [
            "https://api.stripe.com",
            "https://api.stripe.com/",
            "http://127.0.0.1:8080",
            "http://127.9.9.9",
            "http://[::1]:1",
            "http://localhost:12111",
            "https://proxy.example:8443",
        ] {
            assert_eq!(base_url(good), Ok(good.trim_end_matches('/').to_owned()));
        }
        for bad in [
            "http://api.stripe.com",
            "http://128.0.0.1",
            "http://localhost.example.com",
            "http://127.0.0.1.example.com",
            "http://[::2]",
            "http://user@127.0.0.1",
            "https://:pw@api.stripe.com",
            "https://api.stripe.com/v1",
            "https://api.stripe.com?x",
            "https://api.stripe.com#x",
            "ftp://api.stripe.com",
            "file:///etc/passwd",
            "api.stripe.com",
            "",
        ] {
            assert!(base_url(bad).is_err(), "{bad}");
        }
    }
}
