//! The package is installed, refuses to run unconfigured, is configured, and sells; and what a
//! technician reads of all that.

use std::path::Path;
use std::time::Instant;

use crate::world::World;

/// What a person would type, and what it said.
struct Page(String);

impl Page {
    fn of(world: &mut World, commands: &[&str]) -> Self {
        let mut text = String::new();
        for command in commands {
            let output = world.guest().run(command);
            text.push_str(&format!("$ {command}\n{}", output.text));
            let code = output.code;
            text.push_str(&if code == 0 {
                "\n".into()
            } else {
                format!("(ended with {code})\n\n")
            });
        }
        Self(text)
    }

    /// It is as it stands in `tests/vm/snapshots/`; `KIOSKD_BLESS=1` writes it there.
    #[track_caller]
    fn is(&self, name: &str) {
        let found = masked(&self.0);
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vm/snapshots");
        let file = folder.join(name);
        if std::env::var_os("KIOSKD_BLESS").is_some() {
            std::fs::create_dir_all(folder).unwrap();
            std::fs::write(&file, &found).unwrap();
            return;
        }
        let expected = std::fs::read_to_string(&file).unwrap_or_default();
        assert_eq!(found, expected, "{name}: if this is better, KIOSKD_BLESS=1 writes it");
    }
}

/// Without times, ids and numbers of processes, so that two runs agree.
fn masked(text: &str) -> String {
    // What apt has to do for others depends on what else is installed.
    let lines = text.lines().filter(|line| !line.starts_with("Processing triggers"));
    let lines = lines.map(|line| {
        let line = line.find(" kiosk ").map_or(line, |at| &line[at + 1..]);
        line.split_inclusive([' ', ';', ',', ')', '(', '[', ']', '\'', '"', '`'])
            .map(word)
            .collect()
    });
    let lines: Vec<String> = lines.collect();
    lines.join("\n") + "\n"
}

fn word(word: &str) -> String {
    let ends = [' ', ';', ',', ')', '(', '[', ']', '\'', '"', '`', ':', '.'];
    let bare = word.trim_end_matches(ends);
    let is_hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    let name = if bare.starts_with("20") && bare.contains('T') && bare.ends_with('Z') {
        "TIME"
    } else if bare.len() == 26 && bare.starts_with("01") {
        "SALE"
    } else if bare.starts_with("pi_") {
        "pi_…"
    } else if bare.starts_with("req_") {
        "req_…"
    } else if bare.len() >= 12 && is_hex(bare) {
        "ID"
    } else if !bare.is_empty() && word.ends_with(']') && bare.bytes().all(|b| b.is_ascii_digit()) {
        "PID"
    } else {
        return word.to_owned();
    };
    word.replacen(bare, name, 1)
}

/// Without what came before the sale, which comes in another order each time, and without calls
/// that went well, with their explanations.
fn of_the_sale(page: &str) -> String {
    let (status, journal) = page.split_once("journalctl -x -u kioskd\n").unwrap_or((page, ""));
    let mut lines: Vec<&str> = Vec::new();
    let mut is_left_out = true;
    for line in journal.lines() {
        if !line.starts_with("░░") {
            let is_call = line.contains(" in ") && line.contains(" /v1/");
            is_left_out = is_call || (lines.is_empty() && !line.contains("was chosen"));
        }
        if !is_left_out {
            lines.push(line);
        }
    }
    format!("{status}journalctl -x -u kioskd   (from the sale on)\n{}", lines.join("\n"))
}

/// Shows it.
pub fn shown(world: &mut World) {
    let begun = Instant::now();
    let guest = world.guest();
    guest.must("mkdir -p /media && mount -o ro /dev/vdc /media");
    // Something comes all the time, so that udevd is likely to read the rules before the groups.
    let plugs = "while sleep 0.5; do udevadm trigger --action=change /sys/class/mem/null; done";
    guest.must(&format!("systemd-run --quiet --unit=plugs sh -c '{plugs}'"));
    let apt = "DEBIAN_FRONTEND=noninteractive apt-get install -qq /media/kioskd.deb";
    let said = guest.must(apt);
    guest.must("systemctl stop plugs");
    let took = begun.elapsed().as_secs_f64();
    let state = guest.run("systemctl is-active kioskd").text;
    assert_eq!(state.trim(), "inactive", "nobody has configured it");
    println!("1. installed in {took:.0} s; the service is {}", state.trim());

    // Whatever it says, systemd has to have heard it.
    let said: Vec<&str> = said.lines().skip_while(|line| !line.starts_with("kioskd: ")).collect();
    let commands = ["systemctl start kioskd", "kioskd check", "kioskd status"];
    let Page(page) = Page::of(world, &commands);
    let page = format!("$ apt install ./kioskd_*.deb\n{}\n\n{page}", said.join("\n"));
    Page(page).is("unconfigured.txt");
    println!("   without a configuration: tests/vm/snapshots/unconfigured.txt");

    let guest = world.guest();
    guest.must("systemctl stop kioskd; systemctl reset-failed kioskd; journalctl --rotate -q");
    let config = include_str!("kiosk.toml");
    guest.must(&format!("cat >/etc/kioskd/kioskd.toml <<'END'\n{config}END"));
    guest.must("install -m 0600 /dev/stdin /etc/kioskd/stripe-api-key <<<rk_test_first");
    guest.must("journalctl -q --vacuum-time=1s; sleep 1; systemctl enable --now kioskd");
    world.wait_until_ready();
    world.sell();
    // Their driver was loaded for the daemon.
    let groups = world.guest().must("udevadm settle; stat --format=%G /dev/i2c-*");
    let are_right = !groups.is_empty() && groups.lines().all(|group| group == "i2c");
    assert!(are_right, "udevd knows no groups: {groups}");
    let status = world.guest().must("systemctl show -P StatusText kioskd");
    println!("   with one: sold through serial boards; STATUS={}", status.trim());
    let commands = ["kioskd status", "journalctl -x -u kioskd"];
    let Page(page) = Page::of(world, &commands);
    Page(of_the_sale(&page)).is("sold.txt");
    println!("   what a technician reads of that: tests/vm/snapshots/sold.txt");
}
