//! Power cuts at random moments of a stream of sales.

use std::time::{Duration, Instant};

use crate::points::Aim;
use crate::world::{Ended, Visit, World};

/// A customer of a sound kiosk is done within some seconds: a random moment falls into one of the
/// first few visits.
const RANDOM_WITHIN: u64 = 15_000;

/// How long somebody stays before a dark machine.
const LINGERS: u64 = 4_000;

/// Cuts `CUTS=5` times, and audits it each time.
pub fn again_and_again(world: &mut World) {
    let cuts = crate::number("CUTS").unwrap_or(5);
    let begun = Instant::now();
    for cut in 1..=cuts {
        let mut visit = until_the_power_is_cut(world);
        let lingers = world.rng.u64(0..LINGERS);
        world.linger(&mut visit, Duration::from_millis(lingers));
        let booted = Instant::now();
        world.power_on();
        world.wait_until_ready();
        let took = booted.elapsed().as_secs_f64();
        let seen = world.audit();
        let (sales, vends) = (seen.evidence.sales.len(), seen.vends.len());
        println!(
            "   cut {cut} of {cuts}: ready after {took:.1} s; {sales} sales, {vends} vends so far, \
             the books agree"
        );
    }
    world.sell();
    let seen = world.audit();
    println!("3. {cuts} power cuts in {:.0} s, then sold:", begun.elapsed().as_secs_f64());
    for (place, times) in world.life.kills() {
        println!("   {times:>4}  cut: {place}");
    }
    for (outcome, times) in seen.outcomes() {
        println!("   {times:>4}  sales: {outcome}");
    }
    println!("   {} double charges, 0 findings", seen.double_charges());
}

/// Customers come and go until then. Who stands there.
fn until_the_power_is_cut(world: &mut World) -> Visit {
    // Half of them anywhere, half where it hurts: at a call or a line.
    let moment = Aim::After(world.rng.u64(0..RANDOM_WITHIN));
    let place = Aim::draw(&mut world.rng);
    let is_place = !matches!(place, Aim::At(crate::points::Site::Write, _));
    world.life.arm(Some(if is_place && world.rng.bool() { place } else { moment }));
    let armed = Instant::now();
    loop {
        let mut visit = Visit::draw(&mut world.rng);
        if world.serve_until(&mut visit, |_| false) == Ended::Cut {
            return visit;
        }
        // A place that nobody passes.
        if armed.elapsed() > Duration::from_mins(1) {
            world.life.arm(Some(moment));
        }
    }
}
