//! The operator's program that switches the reader's power is run when it helps, and not again.

use super::*;

/// A clear is refused where there is nothing to clear, so that it does not show whether the reader
/// answers again.
#[test]
fn the_power_of_a_reader_is_not_switched_again_and_again_without_a_new_silence() {
    let mut bench = Bench::ready();
    let mut setup = bench.driver.kiosk().setup().clone();
    setup.power_cycle_every = Some(Duration::from_mins(10));
    bench.driver = Driver::new(setup, &[], 7, Bench::at(bench.now));
    bench.turn(Event::DispenserReachable("main".parse().unwrap()));
    bench.claim();
    let (reader, wall) = ("tmr_simulated".parse().unwrap(), Bench::at(bench.now).wall);
    bench.model.set_up(|setup| setup.cancel_needs_action = true, wall);
    bench.model.deafen_reader(&reader, wall).unwrap();
    bench.select("S1");
    for _ in 0..60 {
        bench.flush();
        bench.answer_all();
        bench.wait(Duration::from_secs(1));
    }
    assert_eq!(bench.power_cycles, 1, "{:?}", bench.facts);
    let (off, left) = (Duration::from_secs(5), simulator::LeftBehind::Failed);
    bench.model.power_cycle_reader(&reader, off, left, Bench::at(bench.now).wall).unwrap();
    for _ in 0..360 {
        bench.wait(Duration::from_secs(10));
        bench.flush();
        bench.answer_all();
    }
    assert_eq!(bench.power_cycles, 1, "it was not silent since");
}
