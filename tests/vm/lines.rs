//! Buttons, a keypad of rows and columns, and a relay with a drop sensor, on lines of the kernel.
//!
//! The chip is the kernel's own simulated one, gpio-sim, which `.ci/gpio-sim` builds; what is wired to
//! it is played by `tests/vm/played/lines`. kioskd finds it by its label, as it finds a Raspberry
//! Pi's.

use std::time::{Duration, Instant};

use crate::machine::Behavior;
use crate::people::Person;
use crate::wired::{self, Told};
use crate::world::{Ended, Visit, World};

const CONFIG: &str = r#"
[payment]
customer_timeout = "2m"

[product.A1]
dispenser = "relays"

[product.B2]
dispenser = "main"

[input.buttons]
kind = "gpio"
lines = { 17 = "A1", 27 = "CANCEL" }
debounce = "200ms"

[input.pad]
kind = "matrix"
rows = [5, 6]
columns = [12, 16]
layout = ["A1", "B2"]
code_length = 2
scan = "50ms"
debounce = "200ms"

[dispenser.relays]
kind = "gpio"
lines = { 11 = 23 }
active = "low"
pulse = "8s"
sensor = 25
sensor_kind = "drop"
timeout = "12s"
unknown_vend = "release"
"#;

/// Buttons, keypad and relay: what goes and comes with the chip.
const DEVICES: usize = 3;

const PLUG: &str = "python3 /media/lines plug";
const UNPLUG: &str = "python3 /media/lines unplug";

/// In cents.
const PRICE: u64 = 250;

/// How long lines bounce while a customer is asked for a card.
const NOISY_FOR: u64 = 10;

/// Shows it, where the chip could be built.
pub fn shown(world: &mut World) {
    if world.guest().run("modprobe gpio-simulator").code != 0 {
        println!("SKIPPED, SINCE IT COULD NOT BE BUILT: the kernel's simulated GPIO chip");
        return;
    }
    world.guest().must(&format!(
        "mountpoint -q /media || mount -o ro /dev/vdc /media\n\
         mountpoint -q /sys/kernel/config || mount -t configfs none /sys/kernel/config\n\
         mountpoint -q /sys/kernel/debug || mount -t debugfs none /sys/kernel/debug\n\
         {PLUG} && udevadm settle && systemd-run --quiet --unit=relay python3 /media/lines watch 23 25"
    ));
    wired::configure(world, CONFIG);
    let list = world.guest().must("kioskd hardware list");
    println!("10. lines of {}", list.lines().find(|line| line.contains("gpiochip")).unwrap_or("?"));
    world.hand = Some(presses);
    let pulse = sold(world);
    println!("   a button pressed, paid, the relay on for {pulse}: sold, captured once");
    world.hand = Some(types);
    let pulse = sold(world);
    println!("   typed on a keypad of rows and columns, the relay on for {pulse}: sold");
    world.hand = Some(presses);
    nothing_falls(world);
    lines_bounce(world);
    chip_comes_and_goes(world);
    chip_is_lost_before_the_card(world);
    chip_is_lost_for_good(world);
    chip_is_lost_in_the_vend(world);
    killed_in_the_vend(world);
    world.guest().must(&format!("systemctl stop relay; {UNPLUG}"));
    wired::remove(world);
}

fn presses(key: &str) -> String {
    let line = if key == "CANCEL" { 27 } else { 17 };
    format!("python3 /media/lines press {line} 0.7")
}

/// Each key stands at one row and one column, as the configuration has it.
fn types(code: &str) -> String {
    let of_key = |key| match key {
        'A' => "5 12",
        '1' => "5 16",
        'B' => "6 12",
        _ => "6 16",
    };
    let keys = code.chars().map(|key| format!("python3 /media/lines key {} 1.2", of_key(key)));
    keys.collect::<Vec<_>>().join("; sleep 0.8; ")
}

/// How long the relay was on, and whether something fell: a line for each time.
fn pulses(world: &mut World) -> Vec<String> {
    // The one who watches looks now and then.
    std::thread::sleep(Duration::from_millis(500));
    let text = world.guest().must("cat /run/pulses 2>/dev/null || true");
    text.lines().map(str::to_owned).collect()
}

/// Somebody pays for a product that comes out, after one pulse.
#[track_caller]
fn sold(world: &mut World) -> String {
    ends(world, &mut Visit::honest(), "sold", 1)
}

/// The visit goes on to this end, after so many pulses; the last one.
#[track_caller]
fn ends(world: &mut World, visit: &mut Visit, outcome: &str, expected: usize) -> String {
    let before = pulses(world).len();
    ends_after(world, visit, outcome, before, expected)
}

/// The same, of which a pulse may have begun: so many there were before the visit.
#[track_caller]
fn ends_after(
    world: &mut World,
    visit: &mut Visit,
    outcome: &str,
    before: usize,
    expected: usize,
) -> String {
    let kept = wired::kept(world);
    world.serve(visit);
    world.expect_last(outcome);
    let pulses = pulses(world).split_off(before);
    assert_eq!(pulses.len(), expected, "{pulses:?}");
    let price = if outcome == "sold" { PRICE } else { 0 };
    assert_eq!((wired::kept(world), wired::held(world)), (kept + price, 0));
    pulses.last().cloned().unwrap_or_default()
}

/// The customer stands before the reader, and presents a card after `wait`.
#[track_caller]
fn asked_for_a_card(world: &mut World, wait: u64) -> Visit {
    let mut visit = Visit::of(Person::slow(wait), Behavior::Gives(300));
    let presents = |status: &serde_json::Value| status["sale"]["phase"] == "presenting";
    assert_eq!(world.serve_until(&mut visit, presents), Ended::Seen);
    visit
}

/// The relay is on for a product that never falls.
#[track_caller]
fn relay_is_on(world: &mut World) -> Visit {
    world.guest().must("touch /run/jammed");
    let mut visit = Visit::honest();
    let vends = |status: &serde_json::Value| status["sale"]["phase"] == "vending";
    assert_eq!(world.serve_until(&mut visit, vends), Ended::Seen);
    world.guest().must("until [ $(python3 /media/lines level 23) = 0 ]; do :; done");
    visit
}

fn nothing_falls(world: &mut World) {
    world.guest().must("touch /run/jammed");
    let pulse = ends(world, &mut Visit::honest(), "released", 1);
    world.guest().must("rm /run/jammed");
    println!("   nothing falls, the relay on for {pulse}: not charged");
}

fn lines_bounce(world: &mut World) {
    let (sales, mut visit) = (wired::sales(world), asked_for_a_card(world, 500));
    let (before, begun) = (wired::processor_time(world), Instant::now());
    let noise = format!("nice -n -20 python3 /media/lines noise {NOISY_FOR} 17 27 12 16");
    let rate = world.guest().must(&noise);
    let took = wired::processor_time(world).saturating_sub(before);
    let all = begun.elapsed();
    assert!(took < all / 2, "{took:?} of the processor in {all:?}");
    ends(world, &mut visit, "sold", 1);
    assert_eq!(wired::sales(world), sales + 1, "noise has chosen something");
    println!(
        "   lines of buttons and keypad bounce, {}: sold, no other sale, {:.1} s of the processor in \
         {:.1} s",
        rate.trim(),
        took.as_secs_f64(),
        all.as_secs_f64()
    );
}

fn chip_comes_and_goes(world: &mut World) {
    let told = wired::come_and_go(world, DEVICES, UNPLUG, PLUG);
    println!("   the chip gone and back, nobody there; the journal in all:");
    for line in told {
        println!("     {line}");
    }
    sold(world);
}

fn chip_is_lost_before_the_card(world: &mut World) {
    wired::restart(world);
    let mut visit = asked_for_a_card(world, 500);
    Told::Gone.by(world, DEVICES, UNPLUG);
    Told::Connected.by(world, DEVICES, PLUG);
    ends(world, &mut visit, "sold", 1);
    println!("   gone and back while a card is awaited: sold, one line each way and device");
}

fn chip_is_lost_for_good(world: &mut World) {
    wired::restart(world);
    let mut visit = asked_for_a_card(world, 500);
    Told::Gone.by(world, DEVICES, UNPLUG);
    ends(world, &mut visit, "released", 0);
    Told::Connected.by(world, DEVICES, PLUG);
    println!("   gone while a card is awaited, back after the sale: not charged");
    sold(world);
}

fn chip_is_lost_in_the_vend(world: &mut World) {
    wired::restart(world);
    let before = pulses(world).len();
    let mut visit = relay_is_on(world);
    Told::Gone.by(world, DEVICES, UNPLUG);
    Told::Connected.by(world, DEVICES, &format!("rm /run/jammed; {PLUG}"));
    ends_after(world, &mut visit, "released", before, 1);
    println!(
        "   gone and back while the relay is on: nobody can tell, unknown_vend decides: released"
    );
    sold(world);
}

fn killed_in_the_vend(world: &mut World) {
    let before = pulses(world).len();
    let mut visit = relay_is_on(world);
    let safe = world.guest().must(
        "systemctl kill --signal=KILL kioskd; begun=$(date +%s%N)\n\
         until [ $(python3 /media/lines level 23) = 1 ]; do :; done\n\
         echo $(( ($(date +%s%N) - begun) / 1000000 )); systemctl show -P SubState kioskd; \
         rm /run/jammed",
    );
    let (millis, state) = safe.trim().split_once('\n').unwrap_or_default();
    assert_ne!(state, "running", "the daemon is back already: it has done it");
    world.wait_until_ready();
    ends_after(world, &mut visit, "released", before, 1);
    println!(
        "   killed while the relay is on: seen off after {millis} ms ({state}), then released"
    );
    sold(world);
}
