//! Buttons and keypads that cannot be had: the journal says why, once, and the kiosk sells.

use std::path::Path;
use std::time::Duration;

use crate::rig::{Rig, VISA, wait_for};

/// Each is tried again every two seconds, some times within this.
const SOME_TRIES: Duration = Duration::from_secs(7);

/// The lines that tell of an input.
fn told(rig: &Rig, input: &str) -> Vec<String> {
    let name = format!("the input \"{input}\"");
    let is_of_it = |line: &&str| line.contains(&name) && !line.contains("DEBUG");
    rig.log().lines().filter(is_of_it).map(str::to_owned).collect()
}

#[test]
fn what_is_not_there_is_told_once_and_does_not_keep_the_kiosk_from_selling() {
    let mut rig = Rig::without_daemon();
    rig.configure(
        "[input.expander]\nkind = \"gpio\"\nchip = \"/dev/no-such-chip\"\nlines = { 4 = \"A1\" }\n\
         [input.header]\nkind = \"gpio\"\nbackend = \"rppal\"\nlines = { 17 = \"A1\" }\n\
         [input.pad]\nkind = \"matrix\"\nchip = \"/dev/no-such-pad\"\nrows = [1, 2]\n\
         columns = [3, 5]\nlayout = [\"A1\", \"B2\"]\ncode_length = 2\n\
         [input.scanner]\nkind = \"evdev\"\ndevice = \"/dev/input/by-id/no-such-scanner\"\n\
         [input.numbers]\nkind = \"evdev\"\nvendor = 0xffff\nproduct = 0xfffe\n",
    );
    rig.start();
    let expected = [
        ("pad", "/dev/no-such-pad: "),
        ("scanner", "/dev/input/by-id/no-such-scanner: No such file or directory"),
        ("numbers", ""),
        ("expander", "/dev/no-such-chip: "),
        ("header", "backend = \"rppal\" is for a Raspberry Pi: write backend = \"chardev\""),
    ];
    // On a Raspberry Pi its header is there.
    let is_pi = Path::new("/proc/device-tree/model").exists();
    let expected = || expected.iter().filter(|(input, _)| !is_pi || *input != "header");
    for (input, why) in expected() {
        let line = wait_for("the line that tells it", || told(&rig, input).into_iter().next());
        assert!(line.contains(why), "{line}");
    }
    std::thread::sleep(SOME_TRIES);
    for (input, _) in expected() {
        assert_eq!(told(&rig, input).len(), 1, "{:#?}", told(&rig, input));
    }
    rig.keypad.press("A1");
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold"]);
    assert_eq!(rig.terminate(), Some(0));
}
