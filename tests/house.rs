//! House rules that no lint sees. Each rule is a pure function over a path and a text, so that it
//! is tested on made-up lines as well: a rule that catches nothing protects nothing.
//!
//! A failure names file and line and says why the rule is there. Exceptions stand in tables, each
//! with its reason.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot read the sources may panic, and the line tells where"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

#[path = "house/rooms.rs"]
mod rooms;
#[path = "house/source.rs"]
mod source;

use rooms::{ROOMS, is_room, room, tests_may};
use source::{Line, heads, lines, says};

/// Files that may be longer than [`LONGEST`], with why.
const LONG: [(&str, &str); 2] = [
    ("src/sale/fact.rs", "a closed list: every fact with its fields and what they mean"),
    ("src/kiosk/out_of_order.rs", "a closed list: every reason, what is wrong and what to do"),
];

/// More lines than this, and nobody finds at night the one that decided.
const LONGEST: usize = 500;

/// What the pure rooms may not say, beyond what clippy.toml refuses them.
const IMPURE: [(&str, &str); 14] = [
    ("async", "the core never waits"),
    (".await", "the core never waits"),
    ("tokio", "the core never waits"),
    ("tracing", "the core says what happened in facts; the daemon logs them"),
    ("std::fs", "the core does no I/O"),
    ("std::net", "the core does no I/O"),
    ("std::env", "settings are arguments"),
    ("SystemTime", "time is an argument"),
    ("Instant::now", "time is an argument"),
    ("rand", "randomness is an argument"),
    ("fastrand", "randomness is an argument"),
    ("getrandom", "randomness is an argument"),
    ("reqwest", "the core does no I/O"),
    ("rusqlite", "the core does no I/O"),
];

/// Words in the name of a file that say nothing of what is in it.
const EMPTY_NAMES: [&str; 8] =
    ["util", "utils", "common", "helper", "helpers", "misc", "manager", "managers"];

/// Where the sources were once built. Put together here, so that this file does not hold them.
const BUILD_MACHINES: [&str; 3] =
    [concat!("/", "work", "/"), concat!("/", "root", "/"), concat!("/", "tmp/wt")];

/// A breach of a rule: where, and why that is one.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Breach {
    at: String,
    why: String,
}

fn breach(path: &str, line: usize, why: impl Into<String>) -> Breach {
    Breach { at: format!("{path}:{line}"), why: why.into() }
}

// The rules.

fn impure(path: &str, text: &str) -> Vec<Breach> {
    if !matches!(room(path), Some("sale" | "kiosk")) {
        return Vec::new();
    }
    let lines = lines(text);
    let said = lines.iter().flat_map(|Line { number, code, .. }| {
        let words = IMPURE.iter().filter(|(word, _)| says(code, word));
        words.map(|(word, why)| breach(path, *number, format!("`{word}` in a pure room: {why}")))
    });
    // Also as `use std::{collections::BTreeMap, fs}`.
    let grouped = heads(&lines, "std").into_iter().filter_map(|(number, name)| {
        let word = format!("std::{name}");
        let (_, why) = IMPURE.iter().find(|(impure, _)| *impure == word)?;
        Some(breach(path, number, format!("`{word}` in a pure room: {why}")))
    });
    let mut found: Vec<Breach> = said.chain(grouped).collect();
    found.sort();
    found.dedup();
    found
}

fn against_the_direction(path: &str, text: &str) -> Vec<Breach> {
    let Some(room) = room(path) else { return Vec::new() };
    let Some((_, may, why)) = ROOMS.iter().find(|(name, _, _)| *name == room) else {
        let why = format!("room `{room}` is not in ROOMS: say there what it may import, and why");
        return vec![breach(path, 1, why)];
    };
    let lines = lines(text);
    let mut named = heads(&lines, "crate");
    // Out of the room by the back door: as many `super::` as the file lies deep.
    let depth = path.matches('/').count() + usize::from(!path.ends_with("/mod.rs")) - 1;
    let back_door = vec!["super"; depth.max(1)].join("::");
    named.extend(heads(&lines, &back_door).into_iter().filter(|(_, name)| is_room(name)));
    named
        .into_iter()
        .filter(|(_, name)| name != room && is_room(name) && !may.contains(&name.as_str()))
        .filter(|(_, name)| !tests_may(path, name))
        .map(|(line, name)| breach(path, line, format!("`{room}` may not use `{name}`: {why}")))
        .collect()
}

fn too_long(path: &str, text: &str) -> Vec<Breach> {
    let length = text.lines().count();
    let listed = LONG.iter().any(|(long, _)| *long == path);
    if length > LONGEST && !listed {
        let why =
            format!("{length} lines: beyond {LONGEST}, cut it by what it is about, or list it");
        return vec![breach(path, length, why)];
    }
    if length <= LONGEST && listed {
        return vec![breach(path, length, "short again: take it off the list LONG")];
    }
    Vec::new()
}

fn emptily_named(path: &str) -> Vec<Breach> {
    let words = path.split(['/', '_', '-', '.']);
    let empty = words.filter(|word| EMPTY_NAMES.contains(word));
    empty.map(|word| breach(path, 1, format!("`{word}` says nothing of what is in it"))).collect()
}

fn unfinished(path: &str, text: &str) -> Vec<Breach> {
    let mut found = Vec::new();
    for Line { number, code, comment } in lines(text) {
        let mut note = |why: &str| found.push(breach(path, number, why));
        if says(&code, "todo!") || says(&code, "unimplemented!") {
            note("what is not there yet is not called yet");
        }
        if code.contains("#[ignore") {
            note("a test that never runs protects nothing: make it run, or take it out");
        }
        if says(&comment, "FIXME") || says(&comment, "XXX") {
            note("mend it now, or open an issue: nobody reads this again");
        }
        if is_code(&comment) {
            note("code that is commented out: the history keeps it");
        }
    }
    found
}

fn undocumented(path: &str, text: &str) -> Vec<Breach> {
    if text.starts_with("//!") {
        return Vec::new();
    }
    vec![breach(path, 1, "begins without `//!`: whoever opens a file asks first what it is for")]
}

/// A line that is written elsewhere has no message id, and nothing explains it.
fn logs_without_a_name(path: &str, text: &str) -> Vec<Breach> {
    if !path.starts_with("src/") || path == "src/daemon/tell.rs" {
        return Vec::new();
    }
    let lines = lines(text);
    let logged = lines.iter().filter(|line| says(&line.code, "tracing::"));
    let why = "log lines are written in src/daemon/tell.rs, which gives each its message id";
    logged.map(|line| breach(path, line.number, why)).collect()
}

fn names_a_build_machine(path: &str, text: &str) -> Vec<Breach> {
    let lines = text.lines().enumerate().flat_map(|(index, line)| {
        BUILD_MACHINES.iter().filter(|place| line.contains(**place)).map(move |place| {
            breach(path, index + 1, format!("`{place}…` exists only where this was written"))
        })
    });
    lines.collect()
}

/// `files`: all sources by path. A file that no other declares is never compiled, and its tests
/// never run.
fn undeclared(files: &BTreeMap<String, String>) -> Vec<Breach> {
    let mut found = Vec::new();
    for path in files.keys() {
        let item = path.strip_suffix("/mod.rs").or(path.strip_suffix(".rs")).unwrap_or(path);
        let Some((folder, name)) = item.rsplit_once('/') else { continue };
        if matches!(name, "main" | "lib") {
            continue;
        }
        let parents = [".rs", "/mod.rs", "/main.rs", "/lib.rs"].map(|end| format!("{folder}{end}"));
        let mut parents = parents.iter().filter_map(|parent| files.get(parent)).peekable();
        let declares = |text: &String| {
            lines(text).iter().any(|line| line.code.trim_end().ends_with(&format!("mod {name};")))
        };
        if parents.peek().is_some() && !parents.any(declares) {
            found.push(breach(path, 1, format!("no `mod {name};` above it: it never runs")));
        }
    }
    found
}

/// The obvious kind only: a statement's first word, and the end of a line of code.
fn is_code(comment: &str) -> bool {
    let starts = ["let ", "fn ", "use ", "pub ", "mod ", "return "];
    let Some(text) = comment.strip_prefix("// ") else { return false };
    let text = text.trim();
    starts.iter().any(|start| text.starts_with(start)) && text.ends_with([';', '{', '(', '}'])
}

// The sources.

/// Every text file of the project by its path, but for what is built and what git ignores.
fn project() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let ignored = fs::read_to_string(root.join(".gitignore")).unwrap_or_default();
    let ignored: Vec<&str> = ignored.lines().filter_map(|line| line.strip_prefix('/')).collect();
    let mut files = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            // A folder of cargo's own, whatever it is called, is marked by this file.
            let built = path.join("CACHEDIR.TAG").exists();
            if name == ".git" || built || ignored.contains(&name.trim_end_matches('/')) {
                continue;
            }
            if path.is_dir() && !path.is_symlink() {
                folders.push(path);
            } else if let Ok(text) = fs::read_to_string(&path) {
                files.insert(name, text);
            }
        }
    }
    assert!(files.contains_key("src/sale/mod.rs"), "the sources are not where they should be");
    files
}

fn sources() -> BTreeMap<String, String> {
    let mut files = project();
    let is_rust = |path: &str| Path::new(path).extension().is_some_and(|end| end == "rs");
    let is_ours = |path: &str| path.starts_with("src/") || path.starts_with("tests/");
    files.retain(|path, _| is_rust(path) && is_ours(path));
    files
}

#[track_caller]
fn assert_kept(breaches: &[Breach]) {
    let list: Vec<String> = breaches.iter().map(|b| format!("  {}: {}", b.at, b.why)).collect();
    assert!(breaches.is_empty(), "a house rule is broken:\n{}", list.join("\n"));
}

#[track_caller]
fn assert_kept_by(files: &BTreeMap<String, String>, rule: impl Fn(&str, &str) -> Vec<Breach>) {
    let found: Vec<Breach> = files.iter().flat_map(|(path, text)| rule(path, text)).collect();
    assert_kept(&found);
}

#[test]
fn the_pure_rooms_touch_no_clock_no_disk_and_no_network() {
    assert_kept_by(&sources(), impure);
}

#[test]
fn dependencies_point_one_way() {
    assert_kept_by(&sources(), against_the_direction);
}

#[test]
fn no_file_is_too_long_to_be_read() {
    assert_kept_by(&sources(), too_long);
    for (path, _) in LONG {
        assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(path).exists(), "{path} is gone");
    }
}

#[test]
fn every_file_is_named_after_what_is_in_it() {
    assert_kept_by(&project(), |path, _| emptily_named(path));
}

#[test]
fn nothing_is_left_half_done() {
    assert_kept_by(&sources(), unfinished);
}

#[test]
fn every_file_begins_by_saying_what_it_is_for() {
    assert_kept_by(&sources(), undocumented);
}

#[test]
fn every_log_line_has_a_name() {
    assert_kept_by(&sources(), logs_without_a_name);
    let line = "tracing::warn!(\"x\");";
    assert_eq!(struck(&logs_without_a_name("src/serial/link.rs", line)), ["src/serial/link.rs:1"]);
    assert_eq!(logs_without_a_name("src/daemon/tell.rs", line), []);
    assert_eq!(logs_without_a_name("src/telemetry/log.rs", "tracing_subscriber::registry()"), []);
}

#[test]
fn no_file_names_the_machine_it_was_written_on() {
    assert_kept_by(&project(), names_a_build_machine);
}

#[test]
fn every_story_and_every_module_is_declared() {
    assert_kept(&undeclared(&sources()));
}

// The rules themselves.

/// Where a rule strikes.
fn struck(breaches: &[Breach]) -> Vec<&str> {
    breaches.iter().map(|breach| breach.at.as_str()).collect()
}

#[test]
fn impurity_is_caught_in_pure_rooms_and_in_code_only() {
    for bad in [
        "async fn f() {}",
        "let x = f().await;",
        "use tokio::sync::mpsc;",
        "tracing::info!(\"x\");",
        "let x = std::fs::read(p);",
        "use std::{collections::BTreeMap, fs};",
        "use std::{\n    collections::BTreeMap,\n    env,\n};",
        "let t = SystemTime::now();",
        "let x = std::time::Instant::now();",
        "rand::random()",
        "let c = '\"'; tokio::spawn(f); // \"",
    ] {
        assert_eq!(impure("src/sale/made_up.rs", bad).len(), 1, "{bad}");
        assert_eq!(impure("src/daemon/made_up.rs", bad), [], "{bad}");
    }
    for good in [
        "// tokio waits elsewhere",
        "/* async\n tokio */ let x = 1;",
        "let brand = \"tokio\";",
        "let x = awaited;",
        "let raw = r#\"a \" tokio\"#;",
        "fn f<'a>(x: &'a str) {} // async",
    ] {
        assert_eq!(impure("src/kiosk/made_up.rs", good), [], "{good}");
    }
}

#[test]
fn imports_against_the_direction_are_caught() {
    let bad = [
        ("src/money.rs", "use crate::ids::SaleId;"),
        ("src/sale/x.rs", "use crate::kiosk::View;"),
        ("src/sale/mod.rs", "use super::stripe::Client;"),
        ("src/sale/x.rs", "use super::super::stripe::Client;"),
        ("src/stripe/x.rs", "use crate::{\n    ids::SaleId,\n    journal::{Journal, Row},\n};"),
        ("src/journal/x.rs", "fn f() -> crate::sale::Fact {}"),
        ("src/display/x.rs", "use crate::serial::port;"),
        ("src/serial/x.rs", "use crate::daemon::Event;"),
        ("src/simulator/x.rs", "use crate::sale::Sale;"),
        ("src/new_room/x.rs", "fn f() {}"),
        ("src/daemon/driver.rs", "use crate::simulator::Model;"),
        ("src/kiosk/tests.rs", "use crate::stripe::Client;"),
    ];
    for (path, text) in bad {
        assert_eq!(against_the_direction(path, text).len(), 1, "{path}: {text}");
    }
    let good = [
        ("src/time.rs", "/// See [`crate::ids::BootId`].\n"),
        ("src/input/x.rs", "use crate::serial::lines;"),
        ("src/sale/tests/x.rs", "use super::super::input::Input;"),
        ("src/config/keys.rs", "mod tests {\n    use super::super::raw::Raw;\n}"),
        ("src/main.rs", "use kioskd::cli;"),
        ("src/daemon/tests.rs", "use crate::simulator::Model;"),
    ];
    for (path, text) in good {
        assert_eq!(against_the_direction(path, text), [], "{path}: {text}");
    }
}

#[test]
fn long_and_emptily_named_files_are_caught() {
    assert_eq!(struck(&too_long("src/x.rs", &"x\n".repeat(501))), ["src/x.rs:501"]);
    assert_eq!(too_long("src/x.rs", &"x\n".repeat(500)), []);
    assert_eq!(too_long("src/sale/fact.rs", &"x\n".repeat(501)), []);
    assert_eq!(struck(&too_long("src/sale/fact.rs", "x\n")), ["src/sale/fact.rs:1"]);
    for bad in ["src/utils.rs", "src/sale/sale_manager.rs", "tests/common/mod.rs"] {
        assert_eq!(emptily_named(bad).len(), 1, "{bad}");
    }
    assert_eq!(emptily_named("src/sale/vend.rs"), []);
}

#[test]
fn half_done_work_is_caught() {
    for bad in [
        "fn f() { todo!() }",
        "unimplemented!(\"later\")",
        "    #[ignore = \"slow\"]",
        concat!("// FIX", "ME: later"),
        concat!("let x = 1; // X", "XX"),
        "    // let x = 1;",
        "// use crate::money::Money;",
        "// fn f() {",
    ] {
        assert_eq!(struck(&unfinished("src/x.rs", bad)), ["src/x.rs:1"], "{bad}");
    }
    for good in ["// let it be known", "let todo = \"todo!()\";", "/// use it as\n/// a guide;"] {
        assert_eq!(unfinished("src/x.rs", good), [], "{good}");
    }
}

#[test]
fn undocumented_and_undeclared_files_are_caught() {
    assert_eq!(struck(&undocumented("src/x.rs", "use std::fmt;\n//! Late.\n")), ["src/x.rs:1"]);
    assert_eq!(undocumented("src/x.rs", "//! Early.\n"), []);
    let files = [
        ("tests/stories/main.rs", "//! Stories.\nmod told;\n// mod untold;\n"),
        ("tests/stories/told.rs", ""),
        ("tests/stories/untold.rs", ""),
        ("tests/alone.rs", ""),
        ("src/lib.rs", "pub mod sale;"),
        ("src/sale/mod.rs", "#[cfg(test)]\nmod tests;\npub(crate) mod vend;"),
        ("src/sale/vend.rs", ""),
        ("src/sale/tests/mod.rs", ""),
        ("src/sale/tests/lost.rs", ""),
    ];
    let files = files.map(|(path, text)| (path.to_owned(), text.to_owned())).into();
    let lost = ["src/sale/tests/lost.rs:1", "tests/stories/untold.rs:1"];
    assert_eq!(struck(&undeclared(&files)), lost);
}

#[test]
fn paths_of_build_machines_are_caught() {
    for place in BUILD_MACHINES {
        let text = format!("one\nsee {place}x\n");
        assert_eq!(struck(&names_a_build_machine("docs/x.md", &text)), ["docs/x.md:2"]);
    }
    assert_eq!(names_a_build_machine("docs/x.md", "/var/lib/kioskd, https://x.y/workshop/"), []);
}
