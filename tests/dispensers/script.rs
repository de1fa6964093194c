//! Scripts that can be run.

use std::path::Path;
use std::process::Command;

/// Writes one. Another process does: what this one has open for writing, a child that is just being
/// made by another test would keep open, and nobody could run it.
pub(crate) fn write(path: &Path, text: &str) {
    let write = "printf '%s' \"$1\" > $2.draft; chmod 700 $2.draft; mv $2.draft $2";
    let written = Command::new("/bin/sh").args(["-c", write, "sh", text]).arg(path).status();
    assert!(written.expect("a shell").success());
}
