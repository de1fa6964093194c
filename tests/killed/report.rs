//! How a failing world is told: what broke, how to play it again, and what happened around it.

use crate::world::World;

/// Sales whose story is told.
const MOST_SALES: usize = 4;

/// Milliseconds around what concerns a sale.
const AROUND: i64 = 2_000;

/// Lines that are told; all stand in the folder.
const MOST_LINES: usize = 400;

/// Tells it, and keeps the folder.
pub fn of(world: &mut World) -> String {
    world.keep();
    let mut text = format!("world of seed {}, {:?}:\n", world.seed, world.manner);
    for finding in &world.findings {
        text.push_str(&format!("  {}: {}\n", finding.invariant, finding.what));
    }
    text.push_str(&format!("again: SEED={} WORLDS=1 KILLS=60\n", world.seed));
    text.push_str(&format!("kept: {}\n", world.path().display()));
    let chronicle = world.life.chronicle();
    let sales = named(world, &chronicle);
    text.push_str(&stories(world, &sales));
    let about = |line: &str| sales.iter().any(|sale| line.contains(sale.as_str()));
    let times: Vec<i64> =
        chronicle.iter().filter(|(_, line)| about(line)).map(|(at, _)| *at).collect();
    let near = |at: i64| times.iter().any(|time| (time - at).abs() <= AROUND);
    let begun = chronicle.first().map_or(0, |(at, _)| *at);
    let told = |(at, line): &(i64, String)| {
        let since = at - begun;
        format!("{:>6}.{:03}  {line}\n", since / 1000, since % 1000)
    };
    let all: String = chronicle.iter().map(told).collect();
    drop(std::fs::write(world.path().join("chronicle.txt"), all));
    let relevant: Vec<_> =
        chronicle.iter().filter(|(at, _)| times.is_empty() || near(*at)).collect();
    let skipped = relevant.len().saturating_sub(MOST_LINES);
    text.extend(relevant.into_iter().skip(skipped).map(told));
    text
}

/// The sales that the findings name.
fn named(world: &World, chronicle: &[(i64, String)]) -> Vec<String> {
    let words = world.findings.iter().flat_map(|finding| {
        finding.what.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| word.len() == 26)
    });
    let known = |word: &&str| chronicle.iter().any(|(_, line)| line.contains(word));
    let mut sales: Vec<String> = words.filter(known).map(str::to_owned).collect();
    sales.sort();
    sales.dedup();
    sales.truncate(MOST_SALES);
    sales
}

/// What `kioskd sales ID` says of each.
fn stories(world: &World, sales: &[String]) -> String {
    world.life.arm(None);
    world.life.start();
    let begun = std::time::Instant::now();
    while world.status().is_none() && begun.elapsed().as_secs() < 10 {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let mut text = String::new();
    for sale in sales {
        if let Ok(output) = world.life.kioskd(&["sales", sale]).output() {
            text.push_str(&String::from_utf8_lossy(&output.stdout));
        }
    }
    world.life.end();
    text
}
