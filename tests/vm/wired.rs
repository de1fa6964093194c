//! What the trials on the guest's own hardware share: how it is configured, what became of money,
//! and what the journal says of what comes and goes.

use std::time::{Duration, Instant};

use crate::machine::books;
use crate::world::World;

/// Devices are looked for every two seconds.
const NOTICED_WITHIN: Duration = Duration::from_secs(30);

/// After so long whatever repeats has repeated.
const QUIET_FOR: Duration = Duration::from_secs(6);

const DROP_IN: &str = "/etc/kioskd/conf.d/wired.toml";

/// Configures it beside what there is, and waits until it sells.
pub fn configure(world: &mut World, config: &str) {
    world.guest().must(&format!(
        "mkdir -p $(dirname {DROP_IN}) && cat >{DROP_IN} <<'END'\n{config}END\n\
         kioskd check --without-key && systemctl restart kioskd"
    ));
    world.wait_until_ready();
}

/// A new life of the daemon: what comes and goes several times an hour is told once in each.
pub fn restart(world: &mut World) {
    world.guest().must("systemctl restart kioskd");
    world.wait_until_ready();
}

/// Takes that away.
pub fn remove(world: &mut World) {
    world.hand = None;
    world.guest().must(&format!("rm {DROP_IN} && systemctl restart kioskd"));
    world.wait_until_ready();
}

/// What was taken from customers' cards and kept, in cents.
pub fn kept(world: &World) -> u64 {
    let intents = books(world.stripe).payment_intents;
    intents.iter().map(|intent| intent.amount_received - intent.refunded).sum()
}

/// What customers' cards hold that was neither taken nor let go.
pub fn held(world: &World) -> u64 {
    books(world.stripe).payment_intents.iter().map(|intent| intent.amount_capturable).sum()
}

/// How many sales there were.
pub fn sales(world: &World) -> usize {
    books(world.stripe).payment_intents.len()
}

/// Which devices have gone and come so far, as the journal has it.
#[derive(Clone, Copy)]
pub enum Told {
    Gone,
    Connected,
}

impl Told {
    /// Its lines, from the daemon.
    pub fn lines(self, guest: &mut crate::guest::Guest) -> Vec<String> {
        let id = match self {
            Self::Gone => "b198e946d8854f3f8e2255554fb72d83",
            Self::Connected => "a4f80b3d96e745d2987e1c5b2d63fa17",
        };
        let text = guest.must(&format!("journalctl -q -o cat -u kioskd MESSAGE_ID={id} || true"));
        text.lines().map(str::to_owned).collect()
    }

    /// Does it, and waits until `devices` more lines are there; they are all that come. Those lines.
    #[track_caller]
    pub fn by(self, world: &mut World, devices: usize, command: &str) -> Vec<String> {
        let before = self.lines(world.guest()).len();
        world.guest().must(command);
        let begun = Instant::now();
        loop {
            let lines = self.lines(world.guest()).split_off(before);
            assert!(lines.len() <= devices, "{command}: {lines:#?}");
            assert!(begun.elapsed() < NOTICED_WITHIN, "{command}: {lines:#?}");
            if lines.len() == devices {
                return lines;
            }
            std::thread::sleep(Duration::from_millis(200));
        }
    }
}

/// Something is taken away and given back while nobody is there: a line of the journal for each
/// device and each way, and no more while it stays so.
pub fn come_and_go(world: &mut World, devices: usize, unplug: &str, plug: &str) -> Vec<String> {
    let all = |world: &mut World| {
        [Told::Gone, Told::Connected].map(|told| told.lines(world.guest()).len())
    };
    let before = all(world);
    let mut told = Told::Gone.by(world, devices, unplug);
    std::thread::sleep(QUIET_FOR);
    told.extend(Told::Connected.by(world, devices, plug));
    std::thread::sleep(QUIET_FOR);
    assert_eq!(all(world), before.map(|lines| lines + devices), "after {told:#?}");
    told
}

/// How long the daemon has had the processor.
pub fn processor_time(world: &mut World) -> Duration {
    let text = world.guest().must("systemctl show -P CPUUsageNSec kioskd");
    Duration::from_nanos(text.trim().parse().unwrap_or_default())
}
