//! The table: what was measured, against what was wanted.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// Whether a figure is as good as it should be.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub enum Verdict {
    /// It is.
    Met,
    /// It is not.
    Missed,
    /// There is no target for it.
    Told,
}

impl Verdict {
    /// Met or missed.
    pub fn of(met: bool) -> Self {
        if met { Self::Met } else { Self::Missed }
    }

    fn mark(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Missed => "**missed**",
            Self::Told => "",
        }
    }
}

/// One line of the table.
#[derive(Clone, Serialize, Deserialize, Debug)]
pub struct Row {
    /// What was measured, and in what.
    pub figure: String,
    /// What it should be.
    pub target: String,
    /// kioskd, Python, Node.
    pub cells: [String; 3],
    /// What has to be said of it.
    pub note: String,
    /// How good it is.
    pub verdict: Verdict,
}

impl Row {
    /// A line about kioskd alone: there is nothing at the peers to be compared with.
    pub fn alone(
        figure: impl Into<String>,
        target: impl Into<String>,
        cell: String,
        verdict: Verdict,
        note: impl Into<String>,
    ) -> Self {
        let none = || "—".to_owned();
        let (figure, target, note) = (figure.into(), target.into(), note.into());
        Self { figure, target, cells: [cell, none(), none()], note, verdict }
    }
}

/// What one part of the benchmark has found.
#[derive(Clone, Serialize, Deserialize, Debug)]
pub struct Part {
    /// Its lines.
    pub rows: Vec<Row>,
}

fn results() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/bench")
}

/// Keeps what a part has found until it is measured again.
pub fn keep(name: &str, part: &Part) {
    fs::create_dir_all(results()).expect("a folder for results");
    let kept = Kept { at: jiff::Timestamp::now(), part: part.clone() };
    let json = serde_json::to_string_pretty(&kept).expect("plain data");
    fs::write(results().join(format!("{name}.json")), json).expect("a file");
}

#[derive(Serialize, Deserialize)]
struct Kept {
    at: jiff::Timestamp,
    part: Part,
}

/// The whole table of these parts, as Markdown.
pub fn table(parts: &[&str]) -> String {
    let mut text = String::from(
        "| figure | target | kioskd | Python | Node | | |\n|---|---|---|---|---|---|---|\n",
    );
    let mut days = Vec::new();
    for name in parts {
        let Ok(json) = fs::read(results().join(format!("{name}.json"))) else { continue };
        let kept: Kept = serde_json::from_slice(&json).expect("a result of this program");
        days.push(kept.at);
        for row in kept.part.rows {
            let [kioskd, python, node] = &row.cells;
            let mark = row.verdict.mark();
            text += &format!(
                "| {} | {} | {kioskd} | {python} | {node} | {mark} | {} |\n",
                row.figure, row.target, row.note
            );
        }
    }
    let day = |at: &jiff::Timestamp| at.strftime("%Y-%m-%d %H:%M").to_string();
    let from = days.iter().min().map(day).unwrap_or_default();
    let to = days.iter().max().map(day).unwrap_or_default();
    format!("Measured from {from} to {to} (UTC) on {}.\n\n{text}", machine())
}

/// What it ran on.
fn machine() -> String {
    let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let models: Vec<&str> = cpus
        .lines()
        .filter_map(|line| line.strip_prefix("model name")?.split_once(": ").map(|(_, name)| name))
        .collect();
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let model = models.first().copied().unwrap_or("an unknown processor");
    format!("{} cores of {model}, Linux {}", models.len(), kernel.trim())
}

/// Writes the table into `docs/performance.md`, between its marks.
pub fn write(table: &str) {
    const BEGIN: &str = "<!-- begin: make bench -->\n";
    const END: &str = "<!-- end: make bench -->";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/performance.md");
    let page = fs::read_to_string(&path).expect("docs/performance.md");
    let (before, rest) = page.split_once(BEGIN).expect("the mark before the table");
    let (_, after) = rest.split_once(END).expect("the mark behind the table");
    fs::write(&path, format!("{before}{BEGIN}\n{table}\n{END}{after}")).expect("the page");
}
