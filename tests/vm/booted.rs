//! How long it takes from power-on until a customer can pay.

use kioskd::telemetry::names::machine;

use crate::world::World;

/// Shows it: the system goes down in order, and comes up again.
pub fn shown(world: &mut World) {
    world.power_off();
    let up = world.power_on().as_secs_f64();
    world.wait_until_ready();
    let guest = world.guest();
    guest.must("systemctl is-system-running --wait || true");
    let micros = |text: String| text.trim().parse::<f64>().unwrap_or(f64::NAN) / 1e6;
    let activated = |guest: &mut crate::guest::Guest, of: &str| {
        micros(guest.must(&format!("systemctl show -P {of}TimestampMonotonic kioskd")))
    };
    let (ready, begun) = (activated(guest, "ActiveEnter"), activated(guest, "InactiveExit"));
    let all = guest.must("systemd-analyze time --no-pager");
    let blame = guest.must("systemd-analyze blame --no-pager");
    let of_kioskd = blame.lines().find(|line| line.contains("kioskd.service")).unwrap_or("?");
    let place = blame.lines().position(|line| line.contains("kioskd.service")).unwrap_or(0) + 1;
    // The life's event "kioskd is ready": READY=1 comes before the reader was seen.
    let id = machine::READY.message_id;
    let sells =
        guest.must(&format!("journalctl -q -b -o short-monotonic -n 1 -u kioskd MESSAGE_ID={id}"));
    println!(
        "9. READY=1 {ready:.1} s after the kernel began, {:.1} s after its own start",
        ready - begun
    );
    println!("   can sell, in seconds after the kernel began: {}", sells.trim());
    println!("   blame: {} (number {place} of {})", of_kioskd.trim(), blame.lines().count());
    println!("   {}", all.lines().next().unwrap_or_default());
    println!("   the agent answers {up:.1} s after power-on");
}
