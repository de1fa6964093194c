//! The operator's program that switches a deaf reader's power off and on.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

use crate::daemon::{notify, tell};

/// The program may take this long.
const LIMIT: Duration = Duration::from_mins(1);

/// Runs the program, without arguments and in a process group of its own, which is killed with all
/// that is in it if it takes too long.
pub async fn cycle(program: PathBuf) {
    let name = program.display();
    tell::reader_power(true, &format!("the reader's power is switched off and on: {name}"));
    let mut command = Command::new(&program);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
    notify::keep_from(&mut command);
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => {
            tell::reader_power(false, &format!("{name} cannot be run: {error}"));
            return;
        }
    };
    let group = child.id().and_then(|id| i32::try_from(id).ok());
    match tokio::time::timeout(LIMIT, child.wait()).await {
        Ok(Ok(status)) if status.success() => {
            tell::reader_power(true, "the reader's power was switched off and on");
        }
        Ok(Ok(status)) => tell::reader_power(false, &format!("{name} ended with {status}")),
        Ok(Err(error)) => tell::reader_power(false, &format!("{name}: {error}")),
        Err(_) => {
            if let Some(group) = group.and_then(rustix::process::Pid::from_raw) {
                let kill = rustix::process::Signal::KILL;
                let _ = rustix::process::kill_process_group(group, kill);
            }
            tell::reader_power(false, &format!("{name} took too long and was killed"));
        }
    }
}
