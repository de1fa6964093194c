//! The daemon's lives and deaths. Only what was started here is ever ended, by its own handle.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use fastrand::Rng;

use crate::points::{Aim, Site};

/// Milliseconds since 1970.
pub fn now() -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    i64::try_from(now.unwrap_or_default().as_millis()).unwrap_or(i64::MAX)
}

/// What a thread that has panicked leaves behind is still evidence.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The program under test: of the same profile as this test, unless `KIOSKD` names another.
pub fn program() -> Command {
    let other = std::env::var_os("KIOSKD");
    Command::new(other.unwrap_or_else(|| env!("CARGO_BIN_EXE_kioskd").into()))
}

/// A process of ours, ended with whoever holds it.
pub struct Process(Child);

impl Process {
    /// Starts `command`; what it says is added to the file `log`.
    pub fn start(command: &mut Command, log: &Path) -> Self {
        let out = File::options().create(true).append(true).open(log).unwrap();
        let err = out.try_clone().unwrap();
        let started = command.stdin(Stdio::null()).stdout(out).stderr(err).spawn();
        Self(started.unwrap())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[derive(Default)]
struct State {
    process: Option<Process>,
    aim: Option<Aim>,
    armed_at: Option<Instant>,
    died_at: Option<Instant>,
    /// From when to when it lived.
    lives: Vec<(i64, i64)>,
    kills: BTreeMap<String, u64>,
    chronicle: Vec<(i64, String)>,
}

/// The daemon of one world.
pub struct Life {
    folder: PathBuf,
    state: Mutex<State>,
    rng: Mutex<Rng>,
}

impl Life {
    /// One whose configuration, journal and log are in `folder`.
    pub fn new(folder: &Path, seed: u64) -> Self {
        let rng = Mutex::new(Rng::with_seed(seed));
        Self { folder: folder.to_owned(), state: Mutex::default(), rng }
    }

    /// Notes what happened.
    pub fn tell(&self, line: String) {
        lock(&self.state).chronicle.push((now(), line));
    }

    /// What happened, oldest first.
    pub fn chronicle(&self) -> Vec<(i64, String)> {
        lock(&self.state).chronicle.clone()
    }

    /// Draws a number below `most`.
    pub fn draw(&self, most: u64) -> u64 {
        lock(&self.rng).u64(0..most)
    }

    /// A command of the program under test, with this kiosk's configuration.
    pub fn kioskd(&self, arguments: &[&str]) -> Command {
        let mut command = program();
        command.args(arguments).arg("--config").arg(self.folder.join("kioskd.toml"));
        command
    }

    /// Starts the daemon.
    pub fn start(&self) {
        self.start_as(&mut self.kioskd(&["run"]), "daemon.log");
    }

    /// Starts what the daemon lives in: what it says is added to the file `log` of the folder.
    pub fn start_as(&self, command: &mut Command, log: &str) {
        let process = Process::start(command, &self.folder.join(log));
        let mut state = lock(&self.state);
        let line = format!("kioskd starts, process {}", process.0.id());
        state.chronicle.push((now(), line));
        state.process = Some(process);
        state.died_at = None;
        state.armed_at = state.aim.map(|_| Instant::now());
        state.lives.push((now(), i64::MAX));
    }

    /// Says where it shall be killed next.
    pub fn arm(&self, aim: Option<Aim>) {
        let mut state = lock(&self.state);
        state.aim = aim;
        state.armed_at = aim.map(|_| Instant::now());
    }

    /// The daemon passes a place: it is killed if that is the one. Whether it was.
    pub fn reached(&self, site: Site) -> bool {
        let mut state = lock(&self.state);
        let alive = state.process.is_some();
        if !alive || !state.aim.as_mut().is_some_and(|aim| aim.meets(site)) {
            return false;
        }
        kill(&mut state, site.to_string());
        true
    }

    /// Kills it if it was to die about now.
    pub fn tick(&self) {
        let mut state = lock(&self.state);
        let Some(Aim::After(wait)) = state.aim else { return };
        let due = state.armed_at.is_some_and(|at| at.elapsed() >= Duration::from_millis(wait));
        if due && state.process.is_some() {
            kill(&mut state, "at a random moment".to_owned());
        }
    }

    /// For how long it has been dead.
    pub fn dead_for(&self) -> Option<Duration> {
        lock(&self.state).died_at.map(|at| at.elapsed())
    }

    /// How it ended, if it did so by itself.
    pub fn ended_by_itself(&self) -> Option<ExitStatus> {
        let mut state = lock(&self.state);
        let ended = state.process.as_mut()?.0.try_wait().unwrap()?;
        state.process = None;
        state.died_at = Some(Instant::now());
        Some(ended)
    }

    /// SIGTERM; how it ended, if it did within a minute.
    pub fn terminate(&self) -> Option<ExitStatus> {
        let mut process = lock(&self.state).process.take()?;
        let pid = rustix::process::Pid::from_child(&process.0);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        let deadline = Instant::now() + Duration::from_mins(1);
        while Instant::now() < deadline {
            if let Some(ended) = process.0.try_wait().unwrap() {
                lock(&self.state).end_life();
                return Some(ended);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        None
    }

    /// Ends it for good.
    pub fn end(&self) {
        drop(lock(&self.state).process.take());
    }

    /// From when to when it lived, each time.
    pub fn lives(&self) -> Vec<(i64, i64)> {
        lock(&self.state).lives.clone()
    }

    /// How often it was killed, by place.
    pub fn kills(&self) -> BTreeMap<String, u64> {
        lock(&self.state).kills.clone()
    }

    /// How often it was killed.
    pub fn deaths(&self) -> u64 {
        lock(&self.state).kills.values().sum()
    }
}

impl State {
    fn end_life(&mut self) {
        if let Some(life) = self.lives.last_mut() {
            life.1 = now();
        }
    }
}

/// SIGKILL: when this returns, the process is gone.
fn kill(state: &mut State, place: String) {
    drop(state.process.take());
    state.aim = None;
    state.died_at = Some(Instant::now());
    state.end_life();
    state.chronicle.push((now(), format!("KILLED: {place}")));
    *state.kills.entry(place).or_default() += 1;
}
