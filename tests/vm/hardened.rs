//! The units are what they claim to be.

use crate::world::World;

/// `systemd-analyze security` may say this at most.
const EXPOSED: f64 = 1.5;

/// Shows it.
pub fn shown(world: &mut World) {
    let guest = world.guest();
    let text = guest.must("systemd-analyze security --no-pager kioskd.service");
    let last = text.lines().rev().find(|line| line.contains("exposure level")).unwrap_or(&text);
    let score = last.split_whitespace().find_map(|word| word.parse::<f64>().ok());
    println!("5. {}", last.trim_start_matches(|c: char| !c.is_ascii_alphabetic()));
    assert!(score.is_some_and(|score| score <= EXPOSED), "more than {EXPOSED}: {last}");

    let listed = guest.must(
        "dpkg -L kioskd | grep -E '/systemd/system/[^/]+[.](service|socket|target|timer|path)$'",
    );
    for unit in listed.lines() {
        // Of a template, some instance is verified.
        let name = unit.rsplit('/').next().unwrap_or_default().replace("@.", "@left.");
        let output = guest.run(&format!("systemd-analyze verify --man=no {name}"));
        assert!(output.code == 0 && output.text.is_empty(), "{unit}: {}", output.text);
        println!("   systemd-analyze verify {name}: silent");
    }
}
