//! systemd's journal gets each line with its message id and its fields, and its catalog explains
//! them: the files that are made of `src/telemetry/names/` are up to date, and systemd takes them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};

use kioskd::telemetry::{catalog, names};

use crate::rig::{Rig, VISA, wait_for};

const CATALOG: &str = "packaging/catalog/kioskd.catalog";
const MANUAL: &str = "docs/operations.md";

fn in_the_repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The manual with what stands between the marks of `what` made anew.
fn with_section(manual: &str, what: &str, made: &str) -> String {
    let begin = format!("<!-- {what}: made from src/telemetry/names/ -->\n");
    let end = format!("<!-- end of {what} -->\n");
    let (before, rest) = manual.split_once(&begin).expect("the mark where it begins");
    let (_, after) = rest.split_once(&end).expect("the mark where it ends");
    format!("{before}{begin}\n{made}\n{end}{after}")
}

#[track_caller]
fn is_as_made(path: &str, found: &str, made: &str) {
    if std::env::var_os("KIOSKD_BLESS").is_some() {
        fs::write(in_the_repository(path), made).unwrap();
        return;
    }
    let hint = "KIOSKD_BLESS=1 cargo test --test stories catalog writes it";
    assert!(found == made, "{path} is not what src/telemetry/names/ says: {hint}");
}

#[test]
fn the_message_catalog_is_made_of_the_names() {
    let found = fs::read_to_string(in_the_repository(CATALOG)).unwrap_or_default();
    is_as_made(CATALOG, &found, &catalog::catalog());
}

#[test]
fn the_manual_has_the_tables_of_the_catalog() {
    let found = fs::read_to_string(in_the_repository(MANUAL)).unwrap();
    let made = with_section(&found, "reasons", &catalog::reasons());
    let made = with_section(&made, "lines", &catalog::lines());
    is_as_made(MANUAL, &found, &made);
}

fn skipped(why: &str) {
    let _ = writeln!(std::io::stderr(), "SKIPPED what_the_journal_says: {why}");
}

/// What a command prints, if it is there and works.
fn printed(command: &mut Command) -> Option<String> {
    let output = command.output().ok()?;
    let text = String::from_utf8(output.stdout).unwrap();
    output.status.success().then_some(text)
}

#[test]
fn systemd_takes_the_catalog() {
    if Command::new("journalctl").arg("--version").output().is_err() {
        return skipped("journalctl is not here, so systemd was not asked about the catalog");
    }
    let root = tempfile::tempdir().unwrap();
    let source = root.path().join("usr/lib/systemd/catalog");
    fs::create_dir_all(&source).unwrap();
    fs::create_dir_all(root.path().join("var/lib/systemd/catalog")).unwrap();
    fs::copy(in_the_repository(CATALOG), source.join("kioskd.catalog")).unwrap();
    let journalctl = |argument: &str| {
        let mut command = Command::new("journalctl");
        command.arg("--root").arg(root.path()).arg(argument);
        command
    };
    printed(&mut journalctl("--update-catalog")).expect("the catalog is compiled");
    let database = root.path().join("var/lib/systemd/catalog/database");
    assert!(fs::metadata(database).unwrap().len() > 10_000);
    let Some(dump) = printed(&mut journalctl("--dump-catalog")) else {
        return skipped("this journalctl dumps no catalog of another root");
    };
    for name in names::all() {
        let id = format!("-- {}\nSubject: {}", name.message_id, name.subject);
        assert!(dump.contains(&id), "{} is not in the dump", name.word);
    }
}

/// One line as the journal gets it. Source: systemd, "Native Journal Protocol".
fn fields(datagram: &[u8]) -> BTreeMap<String, String> {
    let mut fields = BTreeMap::new();
    let mut rest = datagram;
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
        let head = String::from_utf8(rest[..end].to_vec()).unwrap();
        rest = &rest[end + 1..];
        if let Some((name, value)) = head.split_once('=') {
            fields.insert(name.to_owned(), value.to_owned());
            continue;
        }
        let (length, value) = rest.split_at(8);
        let length = usize::try_from(u64::from_le_bytes(length.try_into().unwrap())).unwrap();
        fields.insert(head, String::from_utf8(value[..length].to_vec()).unwrap());
        rest = &value[length + 1..];
    }
    fields
}

/// A journal of the story's own: what arrives in its socket.
struct Journal {
    socket: PathBuf,
    lines: Arc<Mutex<Vec<BTreeMap<String, String>>>>,
}

impl Journal {
    fn listen(folder: &Path) -> Self {
        let socket = folder.join("socket");
        let listener = UnixDatagram::bind(&socket).unwrap();
        let lines = Arc::new(Mutex::new(Vec::new()));
        let heard = lines.clone();
        std::thread::spawn(move || {
            let mut datagram = vec![0; 1 << 16];
            while let Ok(length) = listener.recv(&mut datagram) {
                if length > 0 {
                    heard.lock().unwrap().push(fields(&datagram[..length]));
                }
            }
        });
        Self { socket, lines }
    }

    fn lines(&self) -> Vec<BTreeMap<String, String>> {
        self.lines.lock().unwrap().clone()
    }

    /// The program, seeing this journal in the place of the machine's.
    fn seen_by(&self, program: &str) -> Command {
        let mut command = Command::new("unshare");
        let script = "mount -t tmpfs none /run && mkdir -p /run/systemd/journal && \
                      mount --bind \"$1\" /run/systemd/journal && shift && exec \"$@\"";
        command.args(["-Urm", "sh", "-c", script, "sh"]).arg(self.socket.parent().unwrap());
        command.arg(program).env("JOURNAL_STREAM", "1:1");
        command
    }
}

#[test]
fn each_line_reaches_the_journal_with_its_id_and_its_fields() {
    if !Command::new("unshare").args(["-Urm", "true"]).status().is_ok_and(|it| it.success()) {
        return skipped("no name space of one's own here, so the journal's socket is not played");
    }
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::listen(folder.path());
    let mut rig = Rig::without_daemon();
    rig.start_as(journal.seen_by(env!("CARGO_BIN_EXE_kioskd")));
    wait_for("the kiosk to be ready", || {
        rig.status().filter(|status| status["state"] == "ready").map(drop)
    });
    rig.keypad.press("A1");
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold"]);
    let is_end = |line: &BTreeMap<String, String>| line.contains_key("OUTCOME");
    wait_for("the last line", || journal.lines().iter().any(is_end).then_some(()));

    let lines = journal.lines();
    let sale = rig.sales()[0]["id"].as_str().unwrap().to_owned();
    let captured = lines.iter().find(|line| line["MESSAGE"] == "2.50 USD captured").unwrap();
    assert_eq!(captured["SALE"], sale);
    assert!(captured["PAYMENT_INTENT"].starts_with("pi_"), "{captured:?}");
    assert!(captured["REQUEST_ID"].starts_with("req_"), "{captured:?}");
    assert_eq!(captured["READER"], "tmr_simulated");
    assert_eq!(captured["EVENT"], "sale_step");
    assert_eq!(captured["SYSLOG_IDENTIFIER"], "kioskd");
    assert_eq!(captured["PRIORITY"], "6", "{captured:?}");
    let end = lines.iter().find(|line| is_end(line)).unwrap();
    assert_eq!((end["OUTCOME"].as_str(), end["PHASE"].as_str()), ("sold", "closed"));
    assert_eq!(end["MESSAGE_ID"], names::sales::SOLD.message_id);

    let known: BTreeSet<&str> = names::all().map(|name| name.message_id).collect();
    for line in &lines {
        let all = format!("{line:?}");
        assert!(!all.contains("rk_test_bench"), "the key is never logged: {all}");
        assert!(!line.keys().any(|name| name.starts_with("F_")), "{all}");
        if line["PRIORITY"].as_str() < "7" {
            assert!(line.get("MESSAGE_ID").is_some_and(|id| known.contains(id.as_str())), "{all}");
        }
    }
}
