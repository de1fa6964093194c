//! The parts of the Debian package that need no package to be tried: `make deb` builds one, and a
//! virtual machine installs it.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot read the package may panic, and the line tells where"
)]

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use kioskd::journal::Journal;

const SCRIPTS: [&str; 4] = ["preinst", "postinst", "prerm", "postrm"];

fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn script(name: &str) -> PathBuf {
    project().join("packaging/debian").join(name)
}

fn text(path: impl AsRef<Path>) -> String {
    let path = project().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What `Cargo.toml` says of the package.
fn package() -> toml::Table {
    let manifest: toml::Table = text("Cargo.toml").parse().unwrap();
    manifest["package"]["metadata"]["deb"].as_table().unwrap().clone()
}

fn is_there(pattern: &str) -> bool {
    let Some((folder, ending)) = pattern.rsplit_once("/*") else {
        return project().join(pattern).is_file();
    };
    let entries = fs::read_dir(project().join(folder)).unwrap();
    entries.flatten().any(|entry| entry.file_name().to_string_lossy().ends_with(ending))
}

#[test]
fn every_file_of_the_package_is_there_or_is_built() {
    let package = package();
    let assets = package["assets"].as_array().unwrap();
    let source = |asset: &toml::Value| asset[0].as_str().unwrap().to_owned();
    let missing: Vec<String> = assets
        .iter()
        .map(source)
        .filter(|source| !source.starts_with("target/") && !is_there(source))
        .collect();
    assert_eq!(missing, [""; 0]);
    assert!(assets.len() > 10);
}

#[test]
fn every_unit_every_rule_and_every_drop_in_is_packed() {
    let package = package();
    let assets = package["assets"].as_array().unwrap();
    let sources: Vec<&str> = assets.iter().map(|asset| asset[0].as_str().unwrap()).collect();
    for folder in ["sysusers.d", "tmpfiles.d", "udev", "polkit", "watchdog", "systemd", "catalog"] {
        let Ok(entries) = fs::read_dir(project().join("packaging").join(folder)) else { continue };
        for entry in entries {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let path = format!("packaging/{folder}/{name}");
            assert!(sources.contains(&path.as_str()), "{path} is not in [package.metadata.deb]");
        }
    }
    assert!(sources.contains(&"systemd/*.service") && sources.contains(&"systemd/*.path"));
}

/// Runs what waits for quiet, with a systemctl that only writes down what it is told, and returns that.
fn reloads_when_quiet(meanwhile: impl FnOnce(&Path)) -> (Vec<String>, Option<i32>) {
    let folder = tempfile::tempdir().unwrap();
    let (watched, programs) = (folder.path().join("etc"), folder.path().join("bin"));
    fs::create_dir_all(watched.join("conf.d")).unwrap();
    fs::create_dir(&programs).unwrap();
    let (systemctl, told) = (programs.join("systemctl"), folder.path().join("told"));
    let play = format!("#!/bin/sh\necho \"$*\" >>{}\n", told.display());
    fs::write(&systemctl, play).unwrap();
    fs::set_permissions(&systemctl, fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
    let mut waits = Command::new(project().join("packaging/reload-when-quiet"))
        .arg(&watched)
        .arg("kioskd.service")
        .env("PATH", path)
        .spawn()
        .unwrap();
    meanwhile(&watched);
    let code = waits.wait().unwrap().code();
    let told = fs::read_to_string(told).unwrap_or_default();
    (told.lines().filter(|line| line.starts_with("reload")).map(str::to_owned).collect(), code)
}

#[test]
fn many_files_that_are_pushed_are_one_reload() {
    let (reloads, code) = reloads_when_quiet(|watched| {
        for number in 0..8 {
            fs::write(watched.join(format!("conf.d/{number}.toml")), "# pushed\n").unwrap();
            std::thread::sleep(Duration::from_millis(250));
        }
    });
    assert_eq!((reloads, code), (vec!["reload kioskd.service".to_owned()], Some(0)));
}

#[test]
fn a_unit_of_each_kind_watches_what_its_kiosk_reads() {
    for (name, folder) in [("kioskd-reload", "/etc/kioskd"), ("kioskd-reload@", "/etc/kioskd/%i")] {
        let watched = directives(&format!("systemd/{name}.path"));
        assert!(watched.contains(&format!("PathChanged={folder}/conf.d")), "{watched:?}");
        let started = directives(&format!("systemd/{name}.service"));
        let kiosk = if name.ends_with('@') { "kioskd@%i" } else { "kioskd" };
        let runs = format!("ExecStart=/usr/lib/kioskd/reload-when-quiet {folder} {kiosk}.service");
        assert!(started.contains(&runs), "{started:?}");
    }
}

/// The lines of a Raspberry Pi's header by their BCM numbers, and the pins that they are at.
const HEADER: [(u8, u8); 28] = [
    (0, 27),
    (1, 28),
    (2, 3),
    (3, 5),
    (4, 7),
    (5, 29),
    (6, 31),
    (7, 26),
    (8, 24),
    (9, 21),
    (10, 19),
    (11, 23),
    (12, 32),
    (13, 33),
    (14, 8),
    (15, 10),
    (16, 36),
    (17, 11),
    (18, 12),
    (19, 35),
    (20, 38),
    (21, 40),
    (22, 15),
    (23, 16),
    (24, 18),
    (25, 22),
    (26, 37),
    (27, 13),
];

/// The lines that are named with their pins, as `BCM 17 (pin 11)` or `BCM 17 · pin 11`.
fn wired(text: &str) -> BTreeSet<(u8, u8)> {
    let number = |text: &str| {
        let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        text[..digits].parse::<u8>().ok()
    };
    let named = text.split("BCM ").skip(1).filter_map(|after| {
        // Behind the number, and perhaps what the line is called, stands the pin.
        let (between, pin) = after.split_once("pin ")?;
        (between.chars().count() <= 12).then_some((number(after)?, number(pin)?))
    });
    named.collect()
}

#[test]
fn every_line_in_the_documents_is_at_its_pin() {
    let documents = text("docs/hardware.md");
    let told = wired(&documents);
    assert!(told.len() >= 12, "{told:?}");
    for line in &told {
        assert!(HEADER.contains(line), "BCM {} is not at pin {}", line.0, line.1);
    }
    for (line, pin) in HEADER {
        assert!(
            documents.contains(&format!("| {line} | {pin} |")),
            "BCM {line} is not in the table"
        );
    }
    for picture in pictures() {
        let shown = wired(&text(&picture));
        assert!(!shown.is_empty() && shown.is_subset(&told), "{picture}: {shown:?}");
    }
}

/// Those that are drawn. The others are screens.
fn pictures() -> Vec<String> {
    let paths = fs::read_dir(project().join("docs/pictures")).unwrap().map(|it| it.unwrap().path());
    let drawn = paths.filter(|path| path.extension().is_some_and(|end| end == "svg"));
    let name =
        |path: std::path::PathBuf| format!("docs/pictures/{}", path.file_name().unwrap().display());
    drawn.map(name).collect()
}

#[test]
fn the_pictures_of_the_documents_stand_alone() {
    let documents = text("docs/hardware.md");
    assert!(pictures().len() >= 5);
    for picture in pictures() {
        let name = picture.strip_prefix("docs/").unwrap();
        assert!(documents.contains(&format!("]({name})")), "{picture} is shown nowhere");
        let drawn = text(&picture);
        for part in ["<title", "<desc", "fill=\"#ffffff\""] {
            assert!(drawn.contains(part), "{picture} has no {part}");
        }
        for stranger in ["<script", "href", "url(", "<image", "<style"] {
            assert!(!drawn.contains(stranger), "{picture} has {stranger}");
        }
    }
    for shown in documents.split("](pictures/").skip(1) {
        let name = shown.split(')').next().unwrap();
        assert!(project().join("docs/pictures").join(name).is_file(), "there is no picture {name}");
    }
    let package = package();
    let assets = package["assets"].as_array().unwrap();
    let is_packed = |source: &str| assets.iter().any(|asset| asset[0].as_str() == Some(source));
    assert!(is_packed("docs/hardware.md") && is_packed("docs/pictures/*.svg"));
}

#[test]
fn the_scripts_are_shell_and_stop_at_the_first_failure() {
    for name in SCRIPTS {
        let path = script(name);
        let checked = Command::new("sh").arg("-n").arg(&path).output().unwrap();
        assert!(checked.status.success(), "{name}: {checked:?}");
        assert!(text(&path).contains("\nset -e\n"), "{name}");
        assert!(fs::metadata(&path).unwrap().permissions().mode() & 0o111 != 0, "{name}");
        let unknown = Command::new(&path).arg("whatever").output().unwrap();
        assert_eq!(unknown.status.code(), Some(1), "{name} takes what dpkg never says");
    }
}

/// The directives of a unit, without what is said about them.
fn directives(unit: &str) -> Vec<String> {
    let is_one = |line: &&str| !line.is_empty() && !line.starts_with('#');
    text(unit).lines().filter(is_one).map(str::to_owned).collect()
}

#[test]
fn the_units_of_one_kiosk_and_of_several_differ_in_names_only() {
    let of_several = directives("systemd/kioskd@.service");
    let renamed = of_several.iter().map(|line| {
        line.replace(" (%i)", "")
            .replace("--instance %i", "--config /etc/kioskd/kioskd.toml")
            .replace("RuntimeDirectory=kioskd-%i", "RuntimeDirectory=kioskd")
            .replace("/%i", "")
    });
    assert_eq!(directives("systemd/kioskd.service"), renamed.collect::<Vec<_>>());
    assert!(of_several.iter().filter(|line| line.contains("%i")).count() >= 5);
}

/// The tools of systemd judge the units where they are at hand.
fn analyzed(arguments: &[&str]) -> Option<Output> {
    let output = Command::new("systemd-analyze").args(arguments).current_dir(project()).output();
    if output.is_err() {
        let reason = b"\nSKIPPED: there is no systemd-analyze here to judge the units\n\n";
        std::io::stderr().write_all(reason).unwrap();
    }
    output.ok()
}

#[test]
fn the_units_have_no_more_rights_than_they_need() {
    for unit in ["systemd/kioskd.service", "systemd/kioskd@.service"] {
        let judged = analyzed(&["security", "--offline=yes", "--threshold=15", "--no-pager", unit]);
        let Some(judged) = judged else { return };
        let said = String::from_utf8_lossy(&judged.stdout);
        assert!(judged.status.success(), "{unit} is exposed to more than 1.5: {said}");
    }
}

#[test]
fn the_newest_entry_of_the_changelog_is_of_this_version() {
    let changelog = text("packaging/debian/changelog");
    let version = env!("CARGO_PKG_VERSION");
    assert!(changelog.starts_with(&format!("kioskd ({version}-1) ")), "{changelog}");
}

fn preinst(root: &Path) -> Output {
    let mut command = Command::new(script("preinst"));
    command.args(["upgrade", "0.0.1-1"]).env("DPKG_ROOT", root).output().unwrap()
}

/// The number behind these words, in a line of its own.
fn number(text: &str, before: &str) -> u32 {
    let line = text.lines().find_map(|line| line.strip_prefix(before)).unwrap();
    line.trim_end_matches(';').parse().unwrap()
}

#[test]
fn the_package_knows_the_schema_that_the_program_knows() {
    let program = text("src/journal/migrations.rs");
    let program = number(&program, "pub(super) const KNOWN: u32 = ");
    assert_eq!(number(&text(script("preinst")), "KNOWN="), program);
}

#[test]
fn a_package_that_is_older_than_the_journal_is_refused_before_anything_is_replaced() {
    let known = number(&text(script("preinst")), "KNOWN=");
    let root = tempfile::tempdir().unwrap();
    assert!(preinst(root.path()).status.success(), "no journal yet");

    let elsewhere = root.path().join("data");
    let states = [root.path().join("var/lib/kioskd"), root.path().join("var/lib/kioskd/two")];
    fs::create_dir_all(root.path().join("etc/kioskd/conf.d")).unwrap();
    let drop_in = format!("[kiosk]\nstate_dir = \"{}\" # a partition\n", elsewhere.display());
    fs::write(root.path().join("etc/kioskd/conf.d/state.toml"), drop_in).unwrap();
    for state in states.iter().chain([&elsewhere]) {
        drop(Journal::open(state).unwrap());
        let taken = preinst(root.path());
        assert!(taken.status.success(), "{taken:?}");

        // As a later version leaves it: the schema stands at byte 60.
        let path = state.join("journal.db");
        let journal = OpenOptions::new().write(true).open(&path).unwrap();
        journal.write_all_at(&(known + 1).to_be_bytes(), 60).unwrap();
        let refused = preinst(root.path());
        assert_eq!(refused.status.code(), Some(1), "{}: {refused:?}", path.display());
        let said = String::from_utf8(refused.stderr).unwrap();
        let line = format!(
            "{} has schema {}, and this version knows up to {known}",
            path.display(),
            known + 1
        );
        assert!(said.contains(&line), "{said}");
        fs::remove_file(path).unwrap();
    }
}
