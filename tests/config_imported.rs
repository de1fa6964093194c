//! `kioskd config import`: only what is signed, newer and right as a whole gets into `conf.d`, and
//! all of it or nothing.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set up its bench may panic, and the line tells where"
)]

use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use kioskd::config::{self, bundle::Bundle};
use minisign::KeyPair;

const CONFIG: &str = "[kiosk]\nid = \"lobby-3\"\n[stripe]\nreader = \"tmr_1\"\n\
    [product.A1]\nname = \"Cola\"\nprice = \"2.50\"\n\
    [input.keypad]\nkind = \"serial\"\ndevice = \"/dev/ttyUSB0\"\n\
    [dispenser.main]\nkind = \"serial\"\ndevice = \"/dev/ttyUSB1\"\n";
const PRICES: &str = "# kioskd bundle 50-prices 17\n[product.A1]\nprice = \"2.75\"\n";

/// What is in a folder, by name: whether it is a file and no link, its mode, and its contents.
type Files = BTreeMap<String, (bool, u32, Vec<u8>)>;

/// A kiosk's configuration, a fleet's key, and what is sent to the kiosk.
struct Bench {
    dir: tempfile::TempDir,
    key: KeyPair,
}

impl Bench {
    fn new() -> Self {
        let bench = Self {
            dir: tempfile::tempdir().unwrap(),
            key: KeyPair::generate_unencrypted_keypair().unwrap(),
        };
        for folder in ["etc/conf.d", "sent", "bin"] {
            fs::create_dir_all(bench.path(folder)).unwrap();
        }
        fs::write(bench.path("etc/kioskd.toml"), CONFIG).unwrap();
        fs::write(bench.path("trusted.pub"), public(&bench.key)).unwrap();
        bench
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Lays a bundle down with its signature.
    fn send(&self, text: impl AsRef<[u8]>) -> PathBuf {
        let bundle = self.path("sent/bundle");
        let signature = sign(&self.key, text.as_ref(), "prices of November");
        fs::write(&bundle, text).unwrap();
        fs::write(self.path("sent/bundle.minisig"), signature).unwrap();
        bundle
    }

    fn command(&self, options: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kioskd"));
        self.arguments(&mut command, options);
        command
    }

    fn arguments(&self, command: &mut Command, options: &[&str]) {
        command.args(["config", "import"]).arg(self.path("sent/bundle"));
        command.arg("--trusted").arg(self.path("trusted.pub"));
        command.arg("--config").arg(self.path("etc")).args(options);
    }

    /// What an import that does not reload says, and its exit code.
    fn import(&self, options: &[&str]) -> (String, Option<i32>) {
        told(&self.command(&[options, &["--no-reload"]].concat()).output().unwrap())
    }

    /// What is in `conf.d`, hidden files as well.
    fn drop_ins(&self) -> Files {
        let entries = fs::read_dir(self.path("etc/conf.d")).unwrap();
        let entry = |entry: std::io::Result<fs::DirEntry>| {
            let entry = entry.unwrap();
            let metadata = fs::symlink_metadata(entry.path()).unwrap();
            let name = entry.file_name().into_string().unwrap();
            let mode = metadata.permissions().mode() & 0o777;
            (name, (metadata.is_file(), mode, fs::read(entry.path()).unwrap_or_default()))
        };
        entries.map(entry).collect()
    }

    fn price(&self) -> i64 {
        let loaded = config::load(&self.path("etc"), &[]).unwrap();
        loaded.settings.products[&"A1".parse().unwrap()].price.amount.try_into().unwrap()
    }

    /// The import is refused with this exit code and these words, and changes nothing.
    #[track_caller]
    fn refuses(&self, options: &[&str], code: i32, wanted: &str) {
        let before = self.drop_ins();
        let (text, found) = self.import(options);
        assert_eq!(found, Some(code), "{text}");
        assert!(text.contains(wanted), "no {wanted:?} in\n{text}");
        assert!(text.contains("to do: ") && text.contains("Nothing was changed."), "{text}");
        assert_eq!(self.drop_ins(), before, "{text}");
    }

    /// A systemctl that notes how it was called, and answers like this.
    fn systemd_answers(&self, is_active: i32, reload: i32) {
        let program = self.path("bin/systemctl");
        let script = format!(
            "#!/bin/sh\necho \"$@\" >>{log}\ncase $1 in is-active) exit {is_active} ;; esac\n\
             exit {reload}\n",
            log = self.path("calls").display()
        );
        fs::write(&program, script).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// An import that reloads.
    fn import_and_reload(&self, options: &[&str]) -> (String, Option<i32>) {
        told(&self.command(options).env("PATH", self.path("bin")).output().unwrap())
    }
}

fn public(key: &KeyPair) -> String {
    key.pk.to_box().unwrap().into_string()
}

fn sign(key: &KeyPair, bytes: &[u8], comment: &str) -> String {
    let signed =
        minisign::sign(Some(&key.pk), &key.sk, Cursor::new(bytes), Some(comment), None).unwrap();
    signed.into_string()
}

fn told(output: &Output) -> (String, Option<i32>) {
    let text = [output.stdout.clone(), output.stderr.clone()].concat();
    (String::from_utf8(text).unwrap(), output.status.code())
}

#[test]
fn a_signed_bundle_takes_its_place_and_only_a_newer_one_replaces_it() {
    let bench = Bench::new();
    bench.send(PRICES);
    let (text, code) = bench.import(&[]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("signed: prices of November\n50-prices 17 is in place: "), "{text}");
    let installed = bench.drop_ins();
    assert_eq!(installed["50-prices.toml"], (true, 0o644, PRICES.as_bytes().to_vec()));
    assert_eq!((installed.len(), bench.price()), (1, 275));

    let (text, code) = bench.import(&[]);
    assert_eq!(code, Some(0), "the same once more is no failure: {text}");
    assert!(text.contains("was in place already"), "{text}");
    assert_eq!(bench.drop_ins(), installed);

    for version in ["16", "17"] {
        let other = PRICES.replace("2.75", "2.00").replace("17", version);
        bench.send(&other);
        let wanted = format!("50-prices {version} is not newer than 50-prices 17");
        bench.refuses(&[], 1, &wanted);
        assert_eq!(bench.import(&["--force"]).1, Some(0));
        assert_eq!(bench.price(), 200);
        bench.send(PRICES);
        assert_eq!(bench.import(&["--force"]).1, Some(0));
    }
    bench.send(PRICES.replace("17", "18").replace("2.75", "3.00"));
    let (text, code) = bench.import(&[]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("50-prices 18 is in place of 17"), "{text}");
    assert_eq!(bench.price(), 300);
}

#[test]
fn a_configuration_in_the_present_folder_is_found_by_its_bare_name() {
    let bench = Bench::new();
    fs::remove_dir(bench.path("etc/conf.d")).unwrap();
    let bundle = bench.send(PRICES);
    let mut command = Command::new(env!("CARGO_BIN_EXE_kioskd"));
    command.args(["config", "import", "--no-reload", "--config", "kioskd.toml"]).arg(bundle);
    command.arg("--trusted").arg(bench.path("trusted.pub")).current_dir(bench.path("etc"));
    let (text, code) = told(&command.output().unwrap());
    assert_eq!((code, bench.price()), (Some(0), 275), "{text}");
}

#[test]
fn conf_d_is_made_where_there_is_none_and_can_be_read_by_the_daemon() {
    let bench = Bench::new();
    fs::remove_dir(bench.path("etc/conf.d")).unwrap();
    bench.send(PRICES);
    let mut command = Command::new("sh");
    command.args(["-c", "umask 077; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_kioskd")]);
    bench.arguments(&mut command, &["--no-reload"]);
    assert!(command.status().unwrap().success());
    let mode = |name: &str| fs::metadata(bench.path(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("etc/conf.d"), mode("etc/conf.d/50-prices.toml")), (0o755, 0o644));
}

#[test]
fn what_nobody_trusted_has_signed_is_refused() {
    let bench = Bench::new();
    let bundle = bench.send(PRICES);
    let signature = bench.path("sent/bundle.minisig");
    fs::write(&bundle, PRICES.replace("2.75", "0.75")).unwrap();
    bench.refuses(&["--force"], 1, "was changed or cut off");
    let theirs = KeyPair::generate_unencrypted_keypair().unwrap();
    bench.send(PRICES);
    fs::write(&signature, sign(&theirs, PRICES.as_bytes(), "mine")).unwrap();
    bench.refuses(&["--force"], 1, "with a key that is not in");
    let ours = sign(&bench.key, PRICES.as_bytes(), "prices of November");
    fs::write(&signature, ours.replace("November", "December")).unwrap();
    bench.refuses(&["--force"], 1, "was changed or cut off");
    for damaged in ["", "\n", "hello\n", "untrusted comment: x\nAAAA\ntrusted comment: y\nAAAA\n"] {
        fs::write(&signature, damaged).unwrap();
        bench.refuses(&["--force"], 1, "the signature");
    }
    fs::write(&signature, [0xff, 0xfe, b'\n']).unwrap();
    bench.refuses(&[], 1, "is no text");
    fs::write(&signature, ours.repeat(100)).unwrap();
    bench.refuses(&[], 1, "is longer than 16384 bytes");
    fs::remove_file(&signature).unwrap();
    bench.refuses(&[], 1, "minisig\" is not there\n  to do: sign the bundle");

    fs::write(bench.path("elsewhere"), &ours).unwrap();
    let elsewhere = bench.path("elsewhere");
    let elsewhere = ["--signature", elsewhere.to_str().unwrap()];
    let secret = bench.key.sk.to_box(None).unwrap().into_string();
    for (keys, wanted) in [
        (secret.as_str(), "holds no public key"),
        ("", "holds no public key"),
        (&public(&theirs), "with a key that is not in"),
    ] {
        fs::write(bench.path("trusted.pub"), keys).unwrap();
        bench.refuses(&elsewhere, 1, wanted);
    }
    fs::remove_file(bench.path("trusted.pub")).unwrap();
    bench.refuses(&elsewhere, 1, "trusted.pub\" is not there\n  to do: install the fleet's public");
    let both = format!("{}{}", public(&theirs), public(&bench.key));
    fs::write(bench.path("trusted.pub"), both).unwrap();
    assert_eq!(bench.import(&elsewhere).1, Some(0), "a fleet may be between two keys");
}

#[test]
fn a_signature_does_not_make_a_wrong_bundle_right() {
    let bench = Bench::new();
    let long = format!("{PRICES}# {}", "x".repeat(1024 * 1024));
    for (text, code, wanted) in [
        ("[product.A1]\nprice = \"2.75\"\n", 1, "has no title"),
        (&PRICES.replace(" 17", ""), 1, "without a name and a version"),
        (&PRICES.replace("50-prices", "../kioskd"), 1, "a name is"),
        (&PRICES.replace("50-prices", "/etc/passwd"), 1, "a name is"),
        (&PRICES.replace("17", "1.7"), 1, "a version is"),
        (&long, 1, "is longer than 1048576 bytes"),
        (&PRICES.replace("2.75", "cheap"), 78, "bundle:3: product.A1.price"),
        (&PRICES.replace("price", "prise"), 78, "bundle:3: product.A1.prise"),
        (
            &format!("{PRICES}[stripe]\nreader = \"rk_live_51HabcDEF\"\n"),
            78,
            "looks like a restricted API key",
        ),
        // Right by itself, and wrong with what is installed.
        (&PRICES.replace("A1", "A2"), 78, "product.A2.name: is missing"),
        (&PRICES.replace("[product.A1]", "[product."), 78, "bundle:2"),
    ] {
        bench.send(text);
        bench.refuses(&["--force"], code, wanted);
    }
    bench.send([PRICES.as_bytes(), b"# caf\xe9\n"].concat());
    bench.refuses(&[], 1, "is not UTF-8 text");
    fs::remove_file(bench.path("sent/bundle")).unwrap();
    bench.refuses(&[], 1, "bundle\" is not there");
    fs::create_dir(bench.path("sent/bundle")).unwrap();
    bench.refuses(&[], 1, "is not a regular file");
    fs::remove_dir(bench.path("sent/bundle")).unwrap();
    assert!(Command::new("mkfifo").arg(bench.path("sent/bundle")).status().unwrap().success());
    bench.refuses(&[], 1, "is not a regular file");
}

#[test]
fn a_configuration_that_is_wrong_without_it_takes_a_bundle_that_mends_it() {
    let bench = Bench::new();
    let broken = bench.path("etc/conf.d/50-prices.toml");
    fs::write(&broken, "# kioskd bundle 50-prices 3\n[product.A1\n").unwrap();
    assert!(config::load(&bench.path("etc"), &[]).is_err());
    bench.send(PRICES);
    assert_eq!(bench.import(&[]).1, Some(0));
    assert_eq!(bench.price(), 275);
    fs::write(bench.path("etc/conf.d/60-other.toml"), "nonsense").unwrap();
    bench.send(PRICES.replace("17", "18"));
    bench.refuses(&["--force"], 78, "60-other.toml:1");
}

#[test]
fn what_a_person_has_written_is_not_replaced_unasked() {
    let bench = Bench::new();
    bench.send(PRICES);
    let place = bench.path("etc/conf.d/50-prices.toml");
    fs::write(&place, "[product.A1]\nprice = \"9.99\"\n").unwrap();
    bench.refuses(&[], 1, "is there and is no bundle");
    fs::write(&place, "# kioskd bundle 40-prices 1\n").unwrap();
    bench.refuses(&[], 1, "is there and is a bundle of another name");
    assert_eq!(bench.import(&["--force"]).1, Some(0));

    fs::remove_file(&place).unwrap();
    let target = bench.path("target");
    fs::write(&target, "# kioskd bundle 50-prices 1\n").unwrap();
    symlink(&target, &place).unwrap();
    bench.refuses(&[], 1, "is there and is not a regular file");
    symlink(&target, bench.path("etc/conf.d/.50-prices.toml.new")).unwrap();
    assert_eq!(bench.import(&["--force"]).1, Some(0));
    assert_eq!(fs::read_to_string(&target).unwrap(), "# kioskd bundle 50-prices 1\n");
    let only = [("50-prices.toml".to_owned(), (true, 0o644, PRICES.as_bytes().to_vec()))];
    assert_eq!(bench.drop_ins(), Files::from(only), "no link is followed");
}

/// Cut off anywhere, or with a byte changed anywhere, neither bundle nor signature gets in.
#[test]
fn nothing_that_is_cut_off_or_damaged_is_ever_taken() {
    let bench = Bench::new();
    let bundle = bench.send(PRICES);
    let signature = bench.path("sent/bundle.minisig");
    let trusted = bench.path("trusted.pub");
    let open = || Bundle::open(&bundle, &signature, &trusted);
    assert!(open().is_ok());
    for path in [&bundle, &signature] {
        let whole = fs::read(path).unwrap();
        for end in 0..whole.len() {
            fs::write(path, &whole[..end]).unwrap();
            assert!(open().is_err(), "{path:?} is taken with {end} bytes of {}", whole.len());
        }
        // The first line of a signature is a comment that nobody has signed.
        let unsigned = if *path == signature { line_end(&whole) } else { 0 };
        for at in unsigned..whole.len() - usize::from(*path == signature) {
            let mut damaged = whole.clone();
            damaged[at] ^= 1;
            fs::write(path, &damaged).unwrap();
            assert!(open().is_err(), "{path:?} is taken with byte {at} changed");
        }
        fs::write(path, &whole).unwrap();
    }
}

fn line_end(bytes: &[u8]) -> usize {
    bytes.iter().position(|byte| *byte == b'\n').unwrap()
}

/// Killed at each call that changes a file: the old one is in place or the new one, whole, and the
/// next import succeeds.
#[test]
fn a_power_cut_leaves_the_old_one_or_the_new_one() {
    let old = PRICES.as_bytes().to_vec();
    let new = PRICES.replace("17", "18").replace("2.75", "3.00").into_bytes();
    let mut seen = [0; 2];
    for call in ["mkdir", "unlink", "write", "fchmod", "fsync", "rename"] {
        let mut nth = 0;
        loop {
            nth += 1;
            let bench = Bench::new();
            bench.send(&old);
            assert_eq!(bench.import(&[]).1, Some(0));
            bench.send(&new);
            let mut command = Command::new("strace");
            command.args(["-qq", "-o", "/dev/null", "-e", &format!("trace={call}"), "-e"]);
            command.arg(format!("inject={call}:signal=KILL:when={nth}"));
            command.arg(env!("CARGO_BIN_EXE_kioskd")).env("TMPDIR", bench.path("sent"));
            bench.arguments(&mut command, &["--no-reload"]);
            let ended = command.output().unwrap().status;
            let found = fs::read(bench.path("etc/conf.d/50-prices.toml")).unwrap();
            assert!(found == old || found == new, "{}", String::from_utf8_lossy(&found));
            assert_eq!(bench.price(), if found == old { 275 } else { 300 });
            if ended.success() {
                assert!(nth > 1, "{call} is never called");
                break;
            }
            assert_eq!(ended.signal(), Some(9), "{ended:?}");
            seen[usize::from(found == new)] += 1;
            let (text, code) = bench.import(&[]);
            assert_eq!(code, Some(0), "after the kill at {call} {nth}: {text}");
            assert_eq!((bench.price(), bench.drop_ins().len()), (300, 1));
        }
    }
    assert!(seen[0] >= 5 && seen[1] >= 2, "kills with the old one in place, and the new: {seen:?}");
}

/// What a kill cannot show: the file is on disk before its name is, and then the name.
#[test]
fn the_file_is_flushed_before_it_is_renamed_and_the_folder_after() {
    let bench = Bench::new();
    bench.send(PRICES);
    let log = bench.path("trace");
    let mut command = Command::new("strace");
    command.args(["-y", "-e", "trace=fsync,fdatasync,rename,renameat,renameat2", "-o"]);
    command.arg(&log).arg(env!("CARGO_BIN_EXE_kioskd"));
    bench.arguments(&mut command, &["--no-reload"]);
    assert!(command.output().unwrap().status.success());
    let log = fs::read_to_string(log).unwrap();
    let at = |call: &str, what: &str| {
        let found = log.lines().position(|line| line.starts_with(call) && line.contains(what));
        found.unwrap_or_else(|| panic!("no {call} of {what} in\n{log}"))
    };
    let order =
        [at("fsync", ".toml.new>"), at("rename", "50-prices.toml\""), at("fsync", "conf.d>")];
    assert!(order.is_sorted(), "{log}");
}

#[test]
fn the_daemon_is_told_and_what_came_of_it_is_said() {
    let bench = Bench::new();
    bench.send(PRICES);
    let calls = || fs::read_to_string(bench.path("calls")).unwrap_or_default();
    let (text, code) = bench.import_and_reload(&[]);
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("no unit of systemd's is known for this configuration"), "{text}");
    assert!(bench.drop_ins().is_empty(), "{text}");

    let unit = ["--unit", "kioskd@left"];
    let (text, code) = bench.import_and_reload(&unit);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("systemctl cannot be run"), "{text}");
    assert_eq!(bench.price(), 275, "in place all the same, and said so: {text}");
    bench.systemd_answers(3, 0);
    let (text, code) = bench.import_and_reload(&unit);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("kioskd@left does not run; it takes the configuration"), "{text}");
    assert_eq!(calls(), "is-active --quiet kioskd@left\n");
    bench.systemd_answers(0, 0);
    let (text, code) = bench.import_and_reload(&unit);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("the daemon was told: systemctl reload kioskd@left"), "{text}");
    assert!(calls().ends_with("\nreload kioskd@left\n"), "{}", calls());
    bench.systemd_answers(0, 1);
    let (text, code) = bench.import_and_reload(&unit);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("the reload has failed: systemctl reload kioskd@left"), "{text}");

    let before = calls();
    bench.send(PRICES.replace("2.75", "1.00"));
    assert_eq!(bench.import_and_reload(&unit).1, Some(1));
    assert_eq!(calls(), before, "what was refused is no reason to reload");
}

#[test]
fn control_characters_of_a_comment_do_not_reach_the_terminal() {
    let bench = Bench::new();
    bench.send(PRICES);
    let nasty = sign(&bench.key, PRICES.as_bytes(), "a\u{1b}[2Jb");
    fs::write(bench.path("sent/bundle.minisig"), nasty).unwrap();
    let (text, code) = bench.import(&[]);
    assert_eq!(code, Some(0), "{text}");
    assert!(!text.contains('\u{1b}') && text.contains("signed: a\\u{1b}[2Jb"), "{text}");
}

#[test]
fn two_imports_at_once_do_not_mix_and_a_folder_that_cannot_be_made_is_said_so() {
    let bench = Bench::new();
    bench.send(PRICES);
    let held = fs::File::open(bench.path("etc")).unwrap();
    held.try_lock().unwrap();
    bench.refuses(&[], 1, "another import into");
    drop(held);
    // Whoever may not write hears that; root may always, so that a file stands in the folder's way.
    fs::remove_dir(bench.path("etc/conf.d")).unwrap();
    fs::create_dir(bench.path("elsewhere")).unwrap();
    symlink(bench.path("elsewhere/none"), bench.path("etc/conf.d")).unwrap();
    let (text, code) = bench.import(&[]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("cannot be written\n  to do: import as root"), "{text}");
    fs::remove_file(bench.path("etc/conf.d")).unwrap();
    assert_eq!(bench.import(&[]).1, Some(0));
    let kept: &Path = &bench.path("etc/conf.d/50-prices.toml");
    assert_eq!(fs::read(kept).unwrap(), PRICES.as_bytes());
}
