//! Processes of a benchmark: started here, ended by their own handles, and looked at through /proc.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Nothing that is waited for here takes longer, also on a loaded machine.
const LIMIT: Duration = Duration::from_mins(2);

/// kioskd as it is shipped, unless `KIOSKD` names another.
pub fn program() -> Command {
    let built = concat!(env!("CARGO_MANIFEST_DIR"), "/target/release/kioskd");
    Command::new(std::env::var_os("KIOSKD").unwrap_or_else(|| built.into()))
}

/// Waits until something is so. `what` is said if it never is.
#[track_caller]
pub fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + LIMIT;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A process of ours, ended with whoever holds it.
pub struct Process(Child);

impl Process {
    /// Starts `command`; what it says is added to the file `log`.
    pub fn start(command: &mut Command, log: &Path) -> Self {
        let out = File::options().create(true).append(true).open(log).expect("a log");
        let err = out.try_clone().expect("a log");
        let started = command.stdin(Stdio::null()).stdout(out).stderr(err).spawn();
        Self(started.unwrap_or_else(|error| panic!("{command:?} cannot be started: {error}")))
    }

    /// Its number.
    pub fn pid(&self) -> u32 {
        self.0.id()
    }

    /// SIGTERM, and waits until it has ended.
    pub fn terminate(mut self) {
        let pid = rustix::process::Pid::from_child(&self.0);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM)
            .expect("a process of ours");
        drop(self.0.wait());
    }

    /// What it takes at the moment.
    pub fn usage(&self) -> Usage {
        Usage::of(self.pid()).expect("a process that runs")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// What a process has taken so far.
#[derive(Clone, Copy, Default, Debug)]
pub struct Usage {
    /// Resident memory, in KiB.
    pub resident: u64,
    /// The most of it so far, in KiB.
    pub peak: u64,
    /// The part of the resident memory that is its own and no file's, in KiB.
    pub own: u64,
    /// Processor time, in microseconds.
    pub cpu: u64,
    /// How often one of its threads went to sleep and was woken.
    pub wakeups: u64,
    /// What it has written to disks, in bytes.
    pub written: u64,
}

impl Usage {
    fn of(pid: u32) -> Option<Self> {
        let folder = Path::new("/proc").join(pid.to_string());
        let status = fields(&folder.join("status"))?;
        let mut usage = Self {
            resident: *status.get("VmRSS")?,
            peak: *status.get("VmHWM")?,
            own: *status.get("RssAnon")?,
            written: fields(&folder.join("io"))?.get("write_bytes").copied()?,
            ..Self::default()
        };
        for thread in fs::read_dir(folder.join("task")).ok()?.flatten() {
            // A thread may end between the two.
            let Some(status) = fields(&thread.path().join("status")) else { continue };
            usage.wakeups += status.get("voluntary_ctxt_switches").copied().unwrap_or(0);
            let Ok(times) = fs::read_to_string(thread.path().join("schedstat")) else { continue };
            let nanos: u64 = times.split(' ').next()?.parse().ok()?;
            usage.cpu += nanos / 1000;
        }
        Some(usage)
    }
}

/// The lines `name: number` of a file of the kernel's.
fn fields(path: &Path) -> Option<BTreeMap<String, u64>> {
    let text = fs::read_to_string(path).ok()?;
    let number = |value: &str| value.split_whitespace().next()?.parse().ok();
    let field = |line: &str| {
        let (name, value) = line.split_once(':')?;
        Some((name.to_owned(), number(value)?))
    };
    Some(text.lines().filter_map(field).collect())
}
