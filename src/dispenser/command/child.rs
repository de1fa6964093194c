//! A program of the operator's, run within bounds.
//!
//! It leads a process group of its own, and when it has ended, or its time is over, or this daemon
//! ends in good order, whatever is left of that group is killed. It inherits no descriptor, and of
//! the environment nothing. What outlives a killed daemon, or leaves the group, is systemd's to
//! end, which stops the whole control group.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStderr, ChildStdin, Command};
use tokio::time::{sleep, timeout};

use super::user::Identity;

/// All that it gets of an environment.
const ENVIRONMENT: [(&str, &str); 2] =
    [("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"), ("LANG", "C.UTF-8")];
/// How much of what it complains of is kept: its last words.
const KEPT: usize = 1024;
/// The longest reason, in characters: as long as a line of a board.
const LONGEST_REASON: usize = 64;
/// How long its last words may take to arrive once it has ended.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ended {
    /// It has ended by itself.
    Exited {
        /// The exit status.
        code: i32,
        /// The last line that it has written to standard error.
        complaint: Option<String>,
    },
    /// A signal or this daemon has ended it, or nobody knows.
    Broken {
        /// For people.
        why: String,
    },
}

/// A program that runs.
pub(super) struct Running {
    child: Child,
    group: Group,
    stdin: Option<ChildStdin>,
    stderr: Option<ChildStderr>,
    input: Vec<u8>,
    limit: Duration,
}

/// Its process group: killed when nobody waits for it any more.
struct Group(Option<Pid>);

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // An empty one is none.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

/// Starts it; an error means that not one instruction of it has run.
pub(super) fn start(
    program: &Path,
    arguments: &[String],
    identity: Option<Identity>,
    (input, limit): (String, Duration),
) -> Result<Running, String> {
    let mut command = Command::new(program);
    command.args(arguments).env_clear().envs(ENVIRONMENT).current_dir("/").process_group(0);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    if let Some(Identity { user, group }) = identity {
        command.uid(user).gid(group);
    }
    let mut child =
        command.spawn().map_err(|error| format!("{} cannot be run: {error}", program.display()))?;
    let group = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    let (stdin, stderr) = (child.stdin.take(), child.stderr.take());
    Ok(Running { child, group: Group(group), stdin, stderr, input: input.into_bytes(), limit })
}

impl Running {
    /// Hears it out.
    pub(super) async fn end(self) -> Ended {
        let Self { mut child, group, stdin, mut stderr, input, limit } = self;
        let mut tail = Vec::new();
        let status = tokio::select! {
            status = child.wait() => Some(status),
            () = talk(stdin, &input, stderr.as_mut(), &mut tail) => None,
            () = sleep(limit) => None,
        };
        let Some(status) = status else {
            // The leader is not reaped yet, so that the group's number is still its own.
            drop(group);
            let _reaped = child.wait().await;
            return Ended::Broken { why: format!("it took more than {} s", limit.as_secs()) };
        };
        // Whoever holds the other end keeps nobody waiting.
        let _ = timeout(LAST_WORDS, listen(stderr.as_mut(), &mut tail)).await;
        match status.map(|status| (status, status.code())) {
            Ok((_, Some(code))) => Ended::Exited { code, complaint: last_line(&tail) },
            Ok((status, None)) => Ended::Broken { why: format!("it ended with {status}") },
            Err(error) => Ended::Broken { why: format!("how it ended is not known: {error}") },
        }
    }
}

/// Hands it its input and hears what it complains of, for ever.
async fn talk(
    stdin: Option<ChildStdin>,
    input: &[u8],
    stderr: Option<&mut ChildStderr>,
    tail: &mut Vec<u8>,
) {
    let feed = async {
        if let Some(mut stdin) = stdin {
            // One that does not read its input does not need it.
            let _ = stdin.write_all(input).await;
        }
    };
    tokio::join!(feed, listen(stderr, tail));
    std::future::pending::<()>().await;
}

/// Reads all of it and keeps the end.
async fn listen(stderr: Option<&mut ChildStderr>, tail: &mut Vec<u8>) {
    let Some(stderr) = stderr else { return };
    let mut bytes = [0; 512];
    while let Ok(count @ 1..) = stderr.read(&mut bytes).await {
        tail.extend_from_slice(&bytes[..count]);
        let extra = tail.len().saturating_sub(KEPT);
        tail.drain(..extra);
    }
}

/// The last line with something in it, printable and bounded.
fn last_line(tail: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(tail);
    let line = text.lines().map(str::trim).rfind(|line| !line.is_empty())?;
    let printable = line.chars().filter(|c| !c.is_control()).take(LONGEST_REASON);
    Some(printable.collect()).filter(|line: &String| !line.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_words_are_a_printable_line() {
        assert_eq!(last_line(b"").as_deref(), None);
        assert_eq!(last_line(b"\n \n\x07\n").as_deref(), None);
        assert_eq!(last_line(b"Traceback\n  ...\npaper out\n\n").as_deref(), Some("paper out"));
        assert_eq!(last_line(b"a\x1b[31mred\n").as_deref(), Some("a[31mred"));
        let long = "x".repeat(500);
        assert_eq!(last_line(long.as_bytes()).map(|line| line.len()), Some(LONGEST_REASON));
        assert!(last_line(b"\xff\xfe").is_some(), "what is no text is shown as such");
    }
}
