//! How many sales the simulation plays in a second: what a night of it finds depends on that.

use std::process::Command;

use crate::report::{Part, Row, Verdict};

/// Plays both simulations, as `make soak` does.
pub fn run() -> Part {
    let core = rate("small_world", "whatever_happens", "400000");
    let kiosk = rate("simulation", "whatever_goes_wrong", "5000");
    let row = |figure: &str, target: f64, rate: f64| {
        Row::alone(
            format!("simulated sales a second a core, {figure}"),
            format!("≥ {target:.0}"),
            format!("{rate:.0}"),
            Verdict::of(rate >= target),
            "both cores busy; the same seeds each time",
        )
    };
    Part {
        rows: vec![row("the core alone", 20_000.0, core), row("the whole kiosk", 1500.0, kiosk)],
    }
}

/// From the line `N sales … S s` that a simulation ends with.
fn rate(program: &str, test: &str, runs: &str) -> f64 {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(env!("CARGO_MANIFEST_DIR")).env("FROM", "1").env("RUNS", runs);
    command.args(["test", "--locked", "--profile", "soak", "--test", program, test]);
    let output = command.args(["--", "--nocapture"]).output().expect("cargo");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{program}: {said}");
    let found = said.lines().find_map(|line| {
        let (sales, rest) = line.split_once(" sales")?;
        let (before, _) = rest.split_once(" s")?;
        let seconds: f64 = before.rsplit(' ').next()?.parse().ok()?;
        Some((sales.parse::<f64>().ok()?, seconds))
    });
    let (sales, seconds) = found.unwrap_or_else(|| panic!("{program} says no rate: {said}"));
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    #[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "a few cores")]
    let cores = cores as f64;
    sales / seconds / cores
}
