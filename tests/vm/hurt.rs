//! What the field does to a kiosk while it runs, and that it heals without a visit.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::machine::Behavior;
use crate::people::Person;
use crate::world::{Ended, FORM, Visit, World};

/// A disk that is full is seen within so many customers: the journal's file has room for some.
const CUSTOMERS: usize = 40;

/// A key that was read is tried within seconds.
const RELOADED_WITHIN: Duration = Duration::from_secs(30);

fn pid(world: &mut World) -> String {
    world.guest().must("systemctl show -P MainPID kioskd")
}

fn is_out_of_order(status: &Value) -> bool {
    status["state"] == "out_of_order"
}

fn has(status: &Value, code: &str) -> bool {
    status["reasons"].as_array().is_some_and(|all| all.iter().any(|reason| reason["code"] == code))
}

/// The key is revoked, another one is put in its place, and the service is told.
pub fn its_key_is_revoked(world: &mut World) {
    let before = pid(world);
    world.ask_stripe(("POST", "/simulator/keys/revoke", FORM, "key=rk_test_first"));
    let ended = world.serve_until(&mut Visit::honest(), |status| has(status, "api_key_rejected"));
    assert_eq!(ended, Ended::Seen);
    let guest = world.guest();
    guest.must("install -m 0600 /dev/stdin /etc/kioskd/stripe-api-key <<<rk_test_second");
    guest.must("systemctl reload kioskd");
    let begun = Instant::now();
    let is_ready = |world: &World| world.status().unwrap_or_default()["state"] == "ready";
    while !is_ready(world) {
        if begun.elapsed() > RELOADED_WITHIN {
            // So that the other trials have a kiosk that sells.
            world.guest().must("systemctl restart kioskd");
            world.wait_until_ready();
            panic!("the new key was not in use {RELOADED_WITHIN:?} after the reload");
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    let took = begun.elapsed();
    world.sell();
    assert_eq!(pid(world), before, "the same process");
    let took = took.as_secs_f64();
    println!("6. key revoked and replaced: ready {took:.1} s after the reload, sold, same process");
}

/// Customers come until the kiosk says that it cannot write; how many were served.
#[track_caller]
fn until_it_cannot_write(world: &mut World) -> usize {
    for served in 0..CUSTOMERS {
        let mut visit = Visit::honest();
        if world.serve_until(&mut visit, |status| has(status, "journal")) == Ended::Seen {
            // Whoever stands there may still hold a card to the reader.
            world.linger(&mut visit, Duration::from_secs(3));
            return served;
        }
    }
    panic!("{CUSTOMERS} customers were served by a kiosk that cannot write");
}

/// The state partition runs full, and somebody makes room.
pub fn its_disk_is_full(world: &mut World) {
    let before = pid(world);
    world.guest().run("dd if=/dev/zero of=/var/lib/kioskd/filler bs=4k status=none; sync");
    let served = until_it_cannot_write(world);
    world.wait_for("out of order", is_out_of_order);
    world.guest().must("rm /var/lib/kioskd/filler");
    let took = world.wait_until_ready().as_secs_f64();
    world.sell();
    world.audit();
    assert_eq!(pid(world), before, "the same process");
    println!(
        "7. disk full: {served} customers served, then out of order; ready {took:.1} s after room was \
         made, sold, the books agree"
    );
}

/// The state partition becomes read-only, as after an error of the card, and writable again.
pub fn its_disk_is_read_only(world: &mut World) {
    let before = pid(world);
    // All of them: there is no other way while files are open for writing.
    world.guest().must("echo u >/proc/sysrq-trigger");
    world.guest().must("until grep -q '/var/lib/kioskd ext4 ro' /proc/mounts; do sleep 0.1; done");
    let served = until_it_cannot_write(world);
    world.wait_for("out of order", is_out_of_order);
    world.guest().must("mount -o remount,rw /var/lib/kioskd");
    // Where somebody has a file open that was deleted, ext4 wants a reboot first.
    world.guest().run("mount -o remount,rw /");
    let took = world.wait_until_ready().as_secs_f64();
    world.sell();
    world.audit();
    assert_eq!(pid(world), before, "the same process");
    println!(
        "   read-only: {served} customers served, then out of order; ready {took:.1} s after it was \
         writable, sold, the books agree"
    );
}

/// A newer package is installed while somebody pays.
pub fn it_is_upgraded_in_mid_sale(world: &mut World) {
    let before = pid(world);
    world.guest().must(
        "dpkg-deb -R /media/kioskd.deb /var/tmp/next && \
         sed -i 's/^Version: .*/&+next/' /var/tmp/next/DEBIAN/control && \
         dpkg-deb --root-owner-group -b /var/tmp/next /var/tmp/next.deb",
    );
    // A second of theirs is one of the guest's, in which apt has hardly begun.
    let mut visit = Visit::of(Person::slow(2_000), Behavior::Gives(300));
    let presents = |status: &Value| status["sale"]["phase"] == "presenting";
    assert_eq!(world.serve_until(&mut visit, presents), Ended::Seen);
    world.guest().must(
        "systemd-run --quiet --unit=upgrade --property=RemainAfterExit=yes \
         --setenv=DEBIAN_FRONTEND=noninteractive apt-get install -y /var/tmp/next.deb",
    );
    world.serve(&mut visit);
    world.guest().must(
        "until systemctl show -P SubState upgrade | grep -q 'exited\\|failed'; do sleep 0.5; done; \
         systemctl is-active upgrade && systemctl stop upgrade",
    );
    world.wait_until_ready();
    world.expect_sold();
    let version = world.guest().must("dpkg-query -W -f '${Version}' kioskd");
    assert!(version.ends_with("+next"), "{version}");
    assert_ne!(pid(world), before, "the new binary runs");
    world.sell();
    world.audit();
    println!(
        "4. upgraded to {version} while a customer paid: the product, one charge; it sells on"
    );
}
