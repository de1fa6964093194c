//! The Ansible role of `packaging/ansible/`, with Ansible itself: three kiosks, each a daemon with
//! its boards and its own simulated Stripe, reached by the connection `local`.
//!
//! `.ci/ansible`, which `make test` runs, installs Ansible under `target/ansible/`. Where it is not
//! installed, the test says so and is skipped.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set up its bench may panic, and the line tells where"
)]

#[path = "../boards/mod.rs"]
mod boards;
#[path = "../stories/machine.rs"]
#[allow(dead_code, reason = "the stories use the rest of the bench")]
mod machine;
#[path = "../stories/process.rs"]
mod process;
#[path = "../stories/rig.rs"]
#[allow(dead_code, unused_imports, reason = "the stories use the rest of the bench")]
mod rig;
#[path = "../schema/mod.rs"]
mod schema;

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use rig::{Rig, VISA, wait_for};

fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Kiosks that sell, and a folder with what is pushed to them.
struct Fleet {
    kiosks: Vec<Rig>,
    files: tempfile::TempDir,
}

/// What a rollout said, and whether it went through.
struct Rollout {
    text: String,
    succeeded: bool,
}

impl Fleet {
    fn of(kiosks: usize) -> Option<Self> {
        if !project().join("target/ansible/installed").exists() {
            let why = "SKIPPED: Ansible is not installed: run .ci/ansible (`make test` does)";
            // Not through the test's captured output: who skips says so.
            let _ = writeln!(io::stderr(), "{why}");
            return None;
        }
        let mut kiosks: Vec<Rig> = (0..kiosks).map(|_| Rig::without_daemon()).collect();
        for kiosk in &mut kiosks {
            kiosk.start_as(Command::new(env!("CARGO_BIN_EXE_kioskd")));
        }
        kiosks.iter().for_each(Rig::wait_until_ready);
        Some(Self { kiosks, files: tempfile::tempdir().unwrap() })
    }

    /// A price list on the machine of whoever pushes it.
    fn write(&self, name: &str, text: &str) -> String {
        let path = self.files.path().join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    /// Each kiosk is a host whose files lie in a folder of its own, and is reloaded as its unit does it.
    fn inventory(&self) -> PathBuf {
        let host = |(number, kiosk): (usize, &Rig)| {
            let folder = kiosk.path().display();
            let kioskd = env!("CARGO_BIN_EXE_kioskd");
            let variables = json!({
                "kioskd_config_dir": folder.to_string(),
                "kioskd_reload_command": format!("{kioskd} reload --config {folder}"),
            });
            (format!("kiosk-{}", number + 1), variables)
        };
        let hosts: serde_json::Map<String, Value> =
            self.kiosks.iter().enumerate().map(host).collect();
        let owner = Command::new("id").arg("-un").output().unwrap().stdout;
        let variables = json!({
            "ansible_connection": "local",
            "ansible_become": false,
            "ansible_python_interpreter": python(),
            "kioskd_command": env!("CARGO_BIN_EXE_kioskd"),
            "kioskd_owner": String::from_utf8(owner).unwrap().trim(),
            "kioskd_enabled": false,
            "kioskd_settle_seconds": 1,
        });
        let path = self.files.path().join("inventory.json");
        let inventory = json!({ "kiosks": { "hosts": hosts, "vars": variables } });
        fs::write(&path, inventory.to_string()).unwrap();
        path
    }

    /// Runs the playbook that is shipped, with these variables.
    fn roll_out(&self, variables: &Value) -> Rollout {
        self.roll_out_to("kiosks", variables)
    }

    /// The same, for some of the kiosks.
    fn roll_out_to(&self, kiosks: &str, variables: &Value) -> Rollout {
        let mut command = Command::new(project().join("target/ansible/bin/ansible-playbook"));
        command.arg(project().join("packaging/ansible/rollout.yml"));
        command
            .args(["--limit", kiosks])
            .arg("-i")
            .arg(self.inventory())
            .arg("-e")
            .arg(variables.to_string());
        // Nobody's own settings count here.
        command.env("ANSIBLE_CONFIG", self.write("ansible.cfg", "[defaults]\n"));
        command.env("ANSIBLE_HOME", self.files.path());
        command.env("ANSIBLE_PIPELINING", "1");
        command.env("LC_ALL", "C.UTF-8").env("ANSIBLE_NOCOLOR", "1");
        let output = command.output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        Rollout { text: String::from_utf8(text).unwrap(), succeeded: output.status.success() }
    }

    /// What is in `conf.d` of each kiosk.
    fn drop_ins(&self) -> Vec<Vec<(String, String)>> {
        self.kiosks.iter().map(|kiosk| files(&kiosk.path().join("conf.d"))).collect()
    }

    /// What each daemon runs on.
    fn hashes(&self) -> Vec<Value> {
        self.kiosks.iter().map(|kiosk| kiosk.status().unwrap()["config"]["hash"].clone()).collect()
    }
}

impl Rollout {
    /// It stopped at the first kiosk, with these words, and did not reach the others.
    #[track_caller]
    fn assert_stopped_at_the_first(&self, words: &str) {
        let text = &self.text;
        assert!(!self.succeeded, "{text}");
        assert!(text.contains(words), "no {words:?} in\n{text}");
        assert!(text.contains("kiosk-1") && !text.contains("kiosk-2"), "{text}");
    }
}

fn python() -> String {
    project().join("target/ansible/bin/python").display().to_string()
}

fn files(folder: &Path) -> Vec<(String, String)> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<(String, String)> = entries
        .map(|entry| entry.unwrap())
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read_to_string(entry.path()).unwrap())
        })
        .collect();
    files.sort();
    files
}

/// A customer comes, pays this price and gets the product.
#[track_caller]
fn sells(kiosk: &Rig, price: u64) {
    let before = kiosk.sales().len();
    kiosk.keypad.press("A1");
    kiosk.wait_for_prompt();
    kiosk.tap(VISA);
    wait_for("the sale to be over", || {
        let sales = kiosk.sales();
        (sales.len() == before + 1 && sales.iter().all(|sale| sale["outcome"] == "sold"))
            .then_some(())
    });
    let paid = kiosk.books().payment_intents.last().unwrap().amount_received;
    assert_eq!(paid, price);
}

const NAME: &str = "50-prices.toml";
const GOOD: &str = "[product.A1]\nprice = \"2.75\"\n";
const BROKEN: &str = "[product.A1]\nprice = \"cheap\"\nprise = \"2.50\"\n";

#[test]
fn a_good_price_list_reaches_all_and_a_broken_one_stops_at_the_first_which_still_sells() {
    let Some(fleet) = Fleet::of(3) else { return };
    let before = fleet.hashes();
    let list = fleet.write(NAME, GOOD);
    let push = json!({ "kioskd_drop_ins": [list], "kioskd_api_key": "rk_test_of_the_fleet" });
    let done = fleet.roll_out(&push);
    assert!(done.succeeded, "{}", done.text);
    assert!(!done.text.contains("rk_test_of_the_fleet"), "the key is shown: {}", done.text);
    let good = vec![vec![(NAME.to_owned(), GOOD.to_owned())]; 3];
    assert_eq!(fleet.drop_ins(), good, "{}", done.text);
    let runs_on = fleet.hashes();
    assert!(runs_on.iter().zip(&before).all(|(new, old)| new != old), "{}", done.text);
    for kiosk in &fleet.kiosks {
        let key = kiosk.path().join("stripe-api-key");
        assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_to_string(&key).unwrap(), "rk_test_of_the_fleet\n");
    }
    fleet.write(NAME, BROKEN);
    let stopped = fleet.roll_out(&push);
    stopped.assert_stopped_at_the_first("product.A1.price");
    assert!(stopped.text.contains("product.A1.prise"), "all that is wrong: {}", stopped.text);
    assert_eq!(fleet.drop_ins(), good, "{}", stopped.text);
    assert_eq!(fleet.hashes(), runs_on);
    fleet.kiosks.iter().for_each(|kiosk| sells(kiosk, 275));
}

#[test]
fn a_refused_reload_stops_at_the_first_and_so_does_a_bundle_that_nobody_signed() {
    let Some(fleet) = Fleet::of(2) else { return };
    let push = json!({ "kioskd_drop_ins": [fleet.write(NAME, GOOD)] });
    let mut refused = push.clone();
    refused["kioskd_reload_command"] = json!("false");
    fleet.roll_out(&refused).assert_stopped_at_the_first("Reload kioskd");
    let untouched: Vec<bool> = fleet.drop_ins().iter().map(Vec::is_empty).collect();
    assert_eq!(untouched, [false, true]);
    sells(&fleet.kiosks[0], 250);
    let again = fleet.roll_out_to("kiosk-1", &push);
    assert!(again.succeeded, "{}", again.text);
    let only_reloaded = "changed=2 ";
    assert!(again.text.contains(only_reloaded), "no file is touched twice: {}", again.text);
    sells(&fleet.kiosks[0], 275);
    sells(&fleet.kiosks[1], 250);

    let key = minisign::KeyPair::generate_unencrypted_keypair().unwrap();
    let title = format!("# kioskd bundle 60-bundle 1\n{GOOD}");
    let bundle = fleet.write("bundle", &title);
    let signed = minisign::sign(Some(&key.pk), &key.sk, title.as_bytes(), None, None).unwrap();
    fleet.write("bundle.minisig", &signed.into_string());
    let trusted = fleet.write("fleet.pub", &key.pk.to_box().unwrap().into_string());
    let mut push = json!({ "kioskd_bundles": [bundle], "kioskd_trusted_key": trusted });
    push["kioskd_drop_ins_absent"] = json!([NAME]);
    let done = fleet.roll_out_to("kiosk-1", &push);
    assert!(done.succeeded, "{}", done.text);
    let taken = [vec![("60-bundle.toml".to_owned(), title.clone())], Vec::new()];
    assert_eq!(fleet.drop_ins(), taken, "{}", done.text);

    fleet.write("bundle", &title.replace("bundle 1", "bundle 2"));
    push["kioskd_drop_ins_absent"] = json!([]);
    fleet.roll_out(&push).assert_stopped_at_the_first("was changed or cut off");
    assert_eq!(fleet.drop_ins(), taken);
    sells(&fleet.kiosks[0], 275);
}
