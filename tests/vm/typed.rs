//! A USB keypad, as far as the kernel can tell: uinput plays it, with `tests/vm/played/keyboard`.

use std::time::{Duration, Instant};

use crate::machine::Behavior;
use crate::people::Person;
use crate::wired::{self, Told};
use crate::world::{Ended, Visit, World};

const CONFIG: &str = r#"
[payment]
customer_timeout = "2m"

[input.scanner]
kind = "evdev"
vendor = 0x1a2c
product = 0x2124
"#;

/// It is there for the kernel, and udev has done with it, when this has ended.
const PLUG: &str = "rm -f /run/keyboard; \
    systemd-run --quiet --collect --unit=keyboard python3 /media/keyboard; \
    until [ -p /run/keyboard ]; do sleep 0.1; done; udevadm settle";
const UNPLUG: &str = "systemctl stop keyboard";

/// How long keys bounce while a customer is asked for a card.
const NOISY_FOR: u64 = 10;

/// Shows it.
pub fn shown(world: &mut World) {
    let guest = world.guest();
    guest.must("mountpoint -q /media || mount -o ro /dev/vdc /media");
    guest.must(&format!("modprobe uinput && {{ {PLUG}; }}"));
    wired::configure(world, CONFIG);
    world.hand = Some(types);
    world.sell();
    println!("11. a product's code typed on a keypad of the kernel (uinput): sold");
    let seen = world.guest().must("python3 /media/keyboard others");
    assert!(
        seen.contains(": nothing\n") && seen.contains("grab: Device or resource busy"),
        "{seen}"
    );
    println!("   of what is typed others see: {}", seen.trim().replace('\n', ", "));

    let told = wired::come_and_go(world, 1, UNPLUG, PLUG);
    println!("   unplugged and plugged in, nobody there; the journal in all:");
    for line in told {
        println!("     {line}");
    }
    world.sell();
    wired::restart(world);
    let mut visit = asked_for_a_card(world);
    Told::Gone.by(world, 1, UNPLUG);
    Told::Connected.by(world, 1, PLUG);
    world.serve(&mut visit);
    world.expect_sold();
    println!("   unplugged and plugged in while a card is awaited: sold, one line each way");
    world.sell();
    keys_bounce(world);
    world.sell();
    world.audit();
    world.guest().must(UNPLUG);
    wired::remove(world);
}

fn types(code: &str) -> String {
    format!("echo {code} >/run/keyboard")
}

#[track_caller]
fn asked_for_a_card(world: &mut World) -> Visit {
    let mut visit = Visit::of(Person::slow(500), Behavior::Gives(300));
    let presents = |status: &serde_json::Value| status["sale"]["phase"] == "presenting";
    assert_eq!(world.serve_until(&mut visit, presents), Ended::Seen);
    visit
}

fn keys_bounce(world: &mut World) {
    let (sales, mut visit) = (wired::sales(world), asked_for_a_card(world));
    let (before, begun) = (wired::processor_time(world), Instant::now());
    world.guest().must(&format!("rm -f /run/noise; echo NOISE {NOISY_FOR} >/run/keyboard"));
    let rate = world.guest().must("until [ -s /run/noise ]; do sleep 0.2; done; cat /run/noise");
    let took = wired::processor_time(world).saturating_sub(before);
    let all = begun.elapsed();
    // Of an emulated one, which does some twentieth of a real one's work.
    assert!(took < all * 3 / 4, "{took:?} of the processor in {all:?}");
    world.serve(&mut visit);
    world.expect_sold();
    // What is left of a code is forgotten after the typing timeout.
    std::thread::sleep(Duration::from_secs(11));
    assert_eq!(wired::sales(world), sales + 1, "noise has chosen something");
    println!(
        "   keys go down and up at random, {}: sold, no other sale, {:.1} s of the processor in \
         {:.1} s",
        rate.trim(),
        took.as_secs_f64(),
        all.as_secs_f64()
    );
}
