//! A process on the bench.

use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::rig::wait_for;

/// A process of ours, ended with the test.
pub struct Process(pub Child);

impl Process {
    /// Starts it; what it says goes to a file.
    pub fn start(command: &mut Command, log: &Path) -> Self {
        let out = File::options().create(true).append(true).open(log).unwrap();
        let err = out.try_clone().unwrap();
        let child = command.stdin(Stdio::null()).stdout(out).stderr(err).spawn().unwrap();
        Self(child)
    }

    /// A simulator with these words more, and where it listens.
    pub fn simulator(words: &[&str], log: &Path) -> (Self, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kioskd"));
        command.args(["simulate", "--listen", "127.0.0.1:0"]).args(words);
        let simulator = Self::start(&mut command, log);
        let base = wait_for("the simulator's address", || {
            let text = std::fs::read_to_string(log).ok()?;
            let (_, address) = text.lines().next()?.split_once("on ")?;
            Some(address.to_owned())
        });
        (simulator, base)
    }

    /// SIGKILL: nothing is tidied up.
    pub fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
