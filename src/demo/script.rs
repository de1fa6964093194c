//! Scripts: one command a line, played in virtual time.

use std::time::Duration;

use crate::demo::world::World;
use crate::ids::ProductCode;
use crate::journal::JournalError;
use crate::simulator::Card;

/// The script that is played where there is no terminal and none is named.
pub const DEFAULT: &str = include_str!("default.script");

/// How long a customer with a card in hand waits for the reader to ask.
const CARD_IN_HAND: Duration = Duration::from_mins(1);

/// How long a key press takes before the next command.
const KEY_PRESS: Duration = Duration::from_millis(20);

/// A sale that is not over by then never will be.
const SETTLED_WITHIN: Duration = Duration::from_mins(15);

/// One line of a script.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Command {
    /// `select A1`
    Select(ProductCode),
    /// `remove A1`
    Remove(ProductCode),
    /// `pay`
    Pay,
    /// `tap 4242424242424242`
    Tap(Card),
    /// `cancel`
    Cancel,
    /// `walk-away`
    WalkAway,
    /// `jam`
    Jam,
    /// `network down`, `network up`
    Network {
        /// Whether it is there.
        up: bool,
    },
    /// `crash`
    Crash,
    /// `wait 5s`
    Wait(Duration),
    /// `expect sold`
    Expect(Expected),
}

/// How a sale may be expected to end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Expected {
    /// Delivered and captured.
    Sold,
    /// No card was accepted.
    Declined,
    /// Cancelled, timed out or never prompted.
    Abandoned,
    /// A hold was released.
    Released,
    /// A part came out and was paid for.
    PartlySold,
    /// Charged and given back.
    Refunded,
    /// A person has to decide.
    NeedsAttention,
}

/// A line that is no command.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "line {line}: \"{text}\": {wrong}\n  commands: select CODE, remove CODE, pay, tap NUMBER, cancel, \
     walk-away, jam, network down|up, crash, wait 5s, \
     expect sold|partly_sold|declined|abandoned|released|refunded|needs_attention"
)]
pub struct ScriptError {
    /// Counted from 1.
    pub line: usize,
    text: String,
    wrong: String,
}

/// How a script was played.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Played {
    /// Expectations that were not met, and disagreements between the books.
    pub findings: Vec<String>,
    /// The last line.
    pub summary: String,
}

/// Reads a script. Empty lines and what follows a `#` are comments.
pub fn parse(text: &str) -> Result<Vec<(usize, Command)>, ScriptError> {
    let lines = text.lines().enumerate().map(|(n, line)| (n + 1, line));
    let mut commands = Vec::new();
    for (number, line) in lines {
        let line = line.split('#').next().unwrap_or_default().trim();
        if line.is_empty() {
            continue;
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        let command = command(&words).map_err(|wrong| ScriptError {
            line: number,
            text: line.to_owned(),
            wrong,
        })?;
        commands.push((number, command));
    }
    Ok(commands)
}

fn command(words: &[&str]) -> Result<Command, String> {
    match words {
        ["select", code] => {
            ProductCode::new(*code).map(Command::Select).map_err(|error| error.to_string())
        }
        ["remove", code] => {
            ProductCode::new(*code).map(Command::Remove).map_err(|error| error.to_string())
        }
        ["pay"] => Ok(Command::Pay),
        ["tap", number] => Card::from_number(number).map(Command::Tap).map_err(|_| {
            let known: Vec<&str> = Card::ALL.iter().map(Card::number).collect();
            format!("not one of Stripe's test cards: {}", known.join(", "))
        }),
        ["cancel"] => Ok(Command::Cancel),
        ["walk-away"] => Ok(Command::WalkAway),
        ["jam"] => Ok(Command::Jam),
        ["network", "down"] => Ok(Command::Network { up: false }),
        ["network", "up"] => Ok(Command::Network { up: true }),
        ["crash"] => Ok(Command::Crash),
        ["wait", time] => duration(time).map(Command::Wait),
        ["expect", outcome] => expected(outcome).map(Command::Expect),
        _ => Err("not a command".to_owned()),
    }
}

fn duration(text: &str) -> Result<Duration, String> {
    let day = Duration::from_hours(24 * 7);
    text.parse::<jiff::SignedDuration>()
        .ok()
        .and_then(|time| Duration::try_from(time).ok())
        .filter(|time| *time <= day)
        .ok_or_else(|| "not a time such as 5s or 2m, of a week at most".to_owned())
}

fn expected(word: &str) -> Result<Expected, String> {
    match word {
        "sold" => Ok(Expected::Sold),
        "declined" => Ok(Expected::Declined),
        "abandoned" => Ok(Expected::Abandoned),
        "released" => Ok(Expected::Released),
        "partly_sold" => Ok(Expected::PartlySold),
        "refunded" => Ok(Expected::Refunded),
        "needs_attention" => Ok(Expected::NeedsAttention),
        _ => Err("not an outcome".to_owned()),
    }
}

impl Expected {
    fn word(self) -> &'static str {
        match self {
            Self::Sold => "sold",
            Self::Declined => "declined",
            Self::Abandoned => "abandoned",
            Self::Released => "released",
            Self::PartlySold => "partly_sold",
            Self::Refunded => "refunded",
            Self::NeedsAttention => "needs_attention",
        }
    }
}

/// Plays a script to its end and lets everything settle. `out` gets each line as it happens.
pub fn play(
    world: &mut World,
    commands: &[(usize, Command)],
    mut out: impl FnMut(&str),
) -> Result<Played, JournalError> {
    let mut findings = Vec::new();
    for (line, command) in commands {
        if let Some(finding) = obey(world, command)? {
            findings.push(format!("line {line}: {finding}"));
        }
        world.take_told().iter().for_each(|line| out(line));
    }
    world.run_until(SETTLED_WITHIN, |world| world.is_alive() && world.is_settled())?;
    // Lazy facts follow within a second.
    world.run_for(Duration::from_secs(2))?;
    world.take_told().iter().for_each(|line| out(line));
    let audit = world.audit()?;
    findings.extend(audit.findings.iter().cloned());
    Ok(Played { findings, summary: audit.to_string() })
}

/// Carries out one command. Returns what is wrong, if its expectation is not met.
pub(super) fn obey(world: &mut World, command: &Command) -> Result<Option<String>, JournalError> {
    match command {
        Command::Select(code) => {
            world.select(code.clone());
            world.run_for(KEY_PRESS)?;
        }
        Command::Remove(code) => {
            world.remove(code.clone());
            world.run_for(KEY_PRESS)?;
        }
        Command::Pay => {
            world.pay();
            world.run_for(KEY_PRESS)?;
        }
        Command::Tap(card) => {
            let asked = world.run_until(CARD_IN_HAND, World::is_prompting)?;
            world.tap(*card, asked);
        }
        Command::Cancel => world.cancel(),
        Command::WalkAway => {
            world.run_until(SETTLED_WITHIN, |world| world.is_alive() && !world.has_customer())?;
        }
        Command::Jam => world.jam(),
        Command::Network { up } => world.network(*up),
        Command::Crash => world.crash(),
        Command::Wait(time) => world.run_for(*time)?,
        Command::Expect(expected) => return expect(world, *expected),
    }
    Ok(None)
}

fn expect(world: &mut World, expected: Expected) -> Result<Option<String>, JournalError> {
    let over = |world: &World| {
        world.latest().is_some_and(|sale| !sale.open || sale.phase == "needs_attention")
    };
    world.run_until(SETTLED_WITHIN, over)?;
    let Some(sale) = world.latest() else {
        return Ok(Some(format!("expected {}, but no sale was opened", expected.word())));
    };
    let found = sale.outcome.unwrap_or(sale.phase);
    let met = found == expected.word();
    Ok((!met).then(|| format!("expected {}, but sale {} is {found}", expected.word(), sale.sale)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kiosk::Setup;
    use crate::sale::fact::CaptureMode;
    use crate::simulator;

    fn played(script: &str) -> Played {
        played_by(script, |_| {})
    }

    fn play_with(script: &str, capture: CaptureMode) -> Played {
        played_by(script, |setup| setup.policy.capture = capture)
    }

    fn played_by(script: &str, change: impl FnOnce(&mut Setup)) -> Played {
        let dir = tempfile::tempdir().unwrap();
        let account = simulator::Setup::default();
        let mut world = World::with(dir.path(), account, change).unwrap();
        let mut told = Vec::new();
        let played =
            play(&mut world, &parse(script).unwrap(), |line| told.push(line.to_owned())).unwrap();
        assert!(played.findings.is_empty(), "{:#?}\n{}", played.findings, told.join("\n"));
        played
    }

    #[test]
    fn the_default_script_plays_as_it_says() {
        played(DEFAULT);
    }

    #[test]
    fn a_sale_is_summed_up() {
        let summary = played("select A1\ntap 4242424242424242\nexpect sold").summary;
        assert_eq!(
            summary,
            "sales 1, sold 1, captured 2.50 USD, delivered 2.50 USD, double charges 0"
        );
    }

    #[test]
    fn a_crash_at_any_moment_of_a_sale_leaves_the_books_right() {
        for millis in (0..6000).step_by(50) {
            played(&format!("select A1\nwait {millis}ms\ncrash\nwait 6s\nwalk-away"));
            played(&format!("select A1\ntap 4242424242424242\nwait {millis}ms\ncrash\nwait 30s"));
        }
    }

    const CART: &str = "select A1\nselect B1\nselect A1\n";

    fn with_carts(setup: &mut Setup) {
        setup.cart_limit = Some(10);
    }

    #[test]
    fn a_cart_is_sold_as_one_sale() {
        let script = "remove A1\npay\ntap 4242424242424242\nexpect sold";
        assert_eq!(
            played_by(&format!("{CART}{script}"), with_carts).summary,
            "sales 1, sold 1, captured 5.50 USD, delivered 5.50 USD, double charges 0"
        );
    }

    #[test]
    fn a_jam_in_a_cart_costs_the_customer_nothing() {
        let script = format!("{CART}pay\ntap 4242424242424242\nwait 5s\njam\nexpect partly_sold");
        let summary = "sales 1, sold 0, captured 5.00 USD, delivered 5.00 USD, double charges 0";
        assert_eq!(played_by(&script, with_carts).summary, summary);
        let at_the_tap = |setup: &mut Setup| {
            with_carts(setup);
            setup.policy.capture = CaptureMode::Automatic;
        };
        assert_eq!(played_by(&script, at_the_tap).summary, summary);
    }

    #[test]
    fn a_crash_or_an_outage_at_any_moment_of_a_cart_leaves_the_books_right() {
        for millis in (0..10_000).step_by(100) {
            for trouble in ["crash\nwait 1m", "network down\nwait 20s\nnetwork up\nwait 3m"] {
                for jam in ["", "wait 3s\njam\n"] {
                    let tap = "pay\ntap 4242424242424242";
                    let script = format!("{CART}{tap}\n{jam}wait {millis}ms\n{trouble}");
                    played_by(&script, with_carts);
                }
            }
        }
    }

    #[test]
    fn a_cart_is_emptied_by_cancel_and_by_time_and_has_no_room_without_end() {
        for left in ["cancel", "wait 31s"] {
            played_by(&format!("{CART}{left}\npay\nwait 5s\nselect B1\npay\ncancel"), with_carts);
        }
        let script = "select A1\n".repeat(12) + "pay\ntap 4242424242424242\nexpect sold";
        assert_eq!(
            played_by(&script, with_carts).summary,
            "sales 1, sold 1, captured 25.00 USD, delivered 25.00 USD, double charges 0"
        );
    }

    #[test]
    fn a_crash_in_the_very_moment_of_the_press_charges_nobody() {
        let dir = tempfile::tempdir().unwrap();
        let mut world = World::new(dir.path(), 1, false).unwrap();
        world.select("A1".parse().unwrap());
        world.crash();
        let played = play(&mut world, &[], |_| {}).unwrap();
        assert!(played.findings.is_empty(), "{:?}", played.findings);
        assert!(played.summary.starts_with("sales 0, sold 0, captured 0.00 USD"));
    }

    #[test]
    fn a_crash_or_an_outage_at_any_moment_of_a_charged_sale_leaves_the_books_right() {
        let both = |script: &str| {
            play_with(script, CaptureMode::Automatic);
            play_with(&format!("jam\n{script}"), CaptureMode::Automatic);
        };
        for millis in (0..7000).step_by(50) {
            let tap = "select A1\ntap 4242424242424242";
            both(&format!("{tap}\nwait {millis}ms\ncrash\nwait 1m"));
            both(&format!("{tap}\nwait {millis}ms\nnetwork down\nwait 20s\nnetwork up\nwait 3m"));
            both(&format!("{tap}\nwait {millis}ms\ncancel\nwait 1m"));
        }
    }

    #[test]
    fn a_jam_of_a_charged_sale_is_refunded() {
        let script = "select A1\njam\ntap 4242424242424242\nexpect refunded";
        play_with(script, CaptureMode::Automatic);
    }

    #[test]
    fn two_crashes_at_any_moment_leave_the_books_right() {
        for first in (0..5000).step_by(250) {
            for second in (0..3000).step_by(250) {
                played(&format!(
                    "select A1\ntap 4242424242424242\nwait {first}ms\ncrash\nwait 5s\n\
                     wait {second}ms\ncrash\nwait 1m"
                ));
            }
        }
    }

    #[test]
    fn a_network_that_goes_at_any_moment_leaves_the_books_right() {
        for millis in (0..6000).step_by(50) {
            for outage in ["2s", "20s", "2m"] {
                played(&format!(
                    "select A1\nwait {millis}ms\nnetwork down\nwait {outage}\nnetwork up\nwait 3m"
                ));
                played(&format!(
                    "select A1\ntap 4242424242424242\nwait {millis}ms\nnetwork down\n\
                     wait {outage}\nnetwork up\nwait 3m\nselect A1\ntap 4242424242424242\n\
                     expect sold"
                ));
            }
        }
    }

    #[test]
    fn a_cancel_at_any_moment_leaves_the_books_right() {
        for millis in (0..6000).step_by(50) {
            played(&format!("select A1\ntap 4242424242424242\nwait {millis}ms\ncancel"));
            played(&format!("select A1\nwait {millis}ms\ncancel"));
        }
    }

    #[test]
    fn where_a_card_is_looked_at_first_no_moment_is_worse_than_another() {
        for millis in (0..5000).step_by(200) {
            for trouble in
                ["crash\nwait 30s", "cancel", "network down\nwait 2s\nnetwork up\nwait 3m"]
            {
                for card in [Card::VISA, Card::MASTERCARD_PREPAID, Card::DECLINED] {
                    let number = card.number();
                    let script = format!("select A1\ntap {number}\nwait {millis}ms\n{trouble}");
                    played_by(&script, crate::demo::chaos::two_steps);
                }
            }
        }
    }

    #[test]
    fn a_line_that_is_no_command_says_what_is_allowed() {
        for bad in ["selekt A1", "tap 1", "wait soon", "expect luck", "network sideways"] {
            let error = parse(&format!("# fine\n{bad}")).unwrap_err();
            assert_eq!(error.line, 2);
            assert!(error.to_string().contains("commands: select CODE"), "{error}");
        }
    }

    #[test]
    fn an_expectation_that_is_not_met_is_a_finding() {
        let dir = tempfile::tempdir().unwrap();
        let mut world = World::new(dir.path(), 1, false).unwrap();
        let script = parse("select A1\ncancel\nexpect sold").unwrap();
        let played = play(&mut world, &script, |_| {}).unwrap();
        assert_eq!(played.findings, ["line 3: expected sold, but sale DEMO0001 is abandoned"]);
    }
}
