//! A vending machine and its bus interface, played on a pseudoterminal: what a Qibixx MDB-USB
//! writes, and what the machine behind it does. It takes nothing on trust: an approval that nobody
//! asked for is a complaint, and whatever it lets out is counted.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use super::{Board, Jack, PATIENCE};

/// The machine's side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// The interface's cashless device is off.
    Off,
    /// On, and the machine does not want it.
    Disabled,
    /// On, and wanted.
    Enabled,
    /// A session with a credit is open.
    Session,
    /// A customer has chosen, and the machine waits for money.
    Asking,
    /// It was approved: the motor turns.
    Turning,
}

struct Inside {
    state: State,
    /// Whether the card comes first.
    with_sessions: bool,
    slot: String,
    let_out: Vec<String>,
    approved: Vec<String>,
    denied: usize,
    said: Vec<String>,
    jack: Jack,
    board: Option<Board>,
}

/// A machine that lives in a thread of its own. Clones are the same machine.
#[derive(Clone)]
pub struct VendingMachine(Arc<Mutex<Inside>>);

impl VendingMachine {
    /// A machine whose interface is not plugged in yet.
    pub fn new() -> Self {
        let jack = Jack::new();
        let inside = Inside {
            state: State::Off,
            with_sessions: false,
            slot: String::new(),
            let_out: Vec::new(),
            approved: Vec::new(),
            denied: 0,
            said: Vec::new(),
            jack,
            board: None,
        };
        let machine = Self(Arc::new(Mutex::new(inside)));
        let living = Arc::downgrade(&machine.0);
        std::thread::spawn(move || {
            while let Some(inside) = living.upgrade() {
                let is_idle = !inside.lock().expect("a machine").live();
                drop(inside);
                if is_idle {
                    std::thread::sleep(Duration::from_millis(2));
                }
            }
        });
        machine
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().expect("a machine")
    }

    /// The port for kioskd's configuration.
    pub fn device(&self) -> PathBuf {
        self.inside().jack.path().to_owned()
    }

    /// Plugs the interface in, which is off.
    pub fn plug_in(&self) {
        let mut inside = self.inside();
        inside.board = Some(inside.jack.plug_in());
        inside.state = State::Off;
    }

    /// Pulls it out. The machine goes on by itself.
    pub fn unplug(&self) {
        let mut inside = self.inside();
        let board = inside.board.take().expect("an interface");
        inside.jack.unplug(board);
    }

    /// A customer chooses, if the machine lets them.
    pub fn choose(&self, amount: &str, slot: &str) -> bool {
        let mut inside = self.inside();
        let may = match inside.state {
            State::Enabled => !inside.with_sessions,
            State::Session => inside.with_sessions,
            State::Off | State::Disabled | State::Asking | State::Turning => false,
        };
        let may = may && inside.board.is_some();
        if may {
            slot.clone_into(&mut inside.slot);
            inside.state = State::Asking;
            inside.say(&format!("c,STATUS,VEND,{amount},{slot}"));
        }
        may
    }

    /// The same, as soon as it lets them.
    #[track_caller]
    pub fn wait_and_choose(&self, amount: &str, slot: &str) {
        self.wait("to be enabled", || self.choose(amount, slot));
    }

    /// The customer wants the money back, or the machine has waited for long enough.
    pub fn give_up(&self) {
        let mut inside = self.inside();
        if inside.state == State::Asking {
            inside.end_session();
        }
    }

    /// The motor stops: the product falls, or does not.
    pub fn stop(&self, falls: bool) {
        let mut inside = self.inside();
        assert_eq!(inside.state, State::Turning, "nothing turns");
        if falls {
            let slot = inside.slot.clone();
            inside.let_out.push(slot);
        }
        inside.say(if falls { "c,VEND,SUCCESS" } else { "c,ERR,VEND 3" });
        inside.end_vend();
    }

    /// The session ends without a word about the product, which stays inside.
    pub fn end_without_result(&self) {
        self.inside().end_session();
    }

    /// The machine resets the bus. What it had been approved for has come out.
    pub fn reset(&self) {
        let mut inside = self.inside();
        if inside.state == State::Turning {
            let slot = inside.slot.clone();
            inside.let_out.push(slot);
        }
        inside.begin();
    }

    /// The machine lets nobody choose a session's product before there is a credit.
    pub fn wants_sessions(&self) {
        self.inside().with_sessions = true;
    }

    /// Bytes that are no protocol.
    pub fn make_noise(&self, bytes: &[u8]) {
        let inside = self.inside();
        if let Some(board) = &inside.board {
            board.send_bytes(bytes);
        }
    }

    /// What came out of it: slots.
    pub fn let_out(&self) -> Vec<String> {
        self.inside().let_out.clone()
    }

    /// What was approved: amounts.
    pub fn approved(&self) -> Vec<String> {
        self.inside().approved.clone()
    }

    /// How often it was denied.
    pub fn denied(&self) -> usize {
        self.inside().denied
    }

    /// Whether a motor turns.
    pub fn is_turning(&self) -> bool {
        self.inside().state == State::Turning
    }

    /// Whether customers can choose.
    pub fn is_enabled(&self) -> bool {
        matches!(self.inside().state, State::Enabled | State::Session)
    }

    /// Everything that was said so far, both ways.
    pub fn said(&self) -> Vec<String> {
        self.inside().said.clone()
    }

    /// Waits for a motor to turn.
    #[track_caller]
    pub fn wait_for_approval(&self) {
        self.wait("an approval", || self.is_turning());
    }

    #[track_caller]
    fn wait(&self, what: &str, is_so: impl Fn() -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !is_so() {
            assert!(Instant::now() < deadline, "in vain: {what}; {:?}", self.said());
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Inside {
    fn say(&mut self, line: &str) {
        if let Some(board) = &self.board {
            board.send_line(line);
            self.said.push(format!("machine  {line}"));
        }
    }

    /// The machine speaks to the cashless device, and wants it.
    fn begin(&mut self) {
        self.state = State::Disabled;
        for line in ["c,STATUS,INACTIVE", "r,ACK", "c,STATUS,DISABLED"] {
            self.say(line);
        }
        self.state = State::Enabled;
        self.say("c,STATUS,ENABLED");
    }

    fn end_vend(&mut self) {
        self.say("c,STATUS,IDLE");
        if self.with_sessions {
            self.state = State::Session;
        } else {
            self.state = State::Enabled;
            self.say("c,STATUS,ENABLED");
        }
    }

    fn end_session(&mut self) {
        self.state = State::Enabled;
        self.say("c,STATUS,ENABLED");
    }

    /// Hears one line, if there is one.
    fn live(&mut self) -> bool {
        let line = self.board.as_mut().and_then(|board| board.next_line(Duration::ZERO));
        let Some(line) = line else { return false };
        self.said.push(format!("kioskd   {line}"));
        let words: Vec<&str> = line.split(',').collect();
        match (&words[..], self.state) {
            (["C", "0"], _) => {
                self.state = State::Off;
                self.say("c,0");
            }
            (["C", "SETCONF", setting], State::Off) => self.say(&format!("c,SETCONF,{setting}")),
            (["C", "1"], State::Off) => {
                self.say("c,1");
                self.begin();
            }
            (["C", "START", credit], State::Enabled) if self.with_sessions => {
                self.state = State::Session;
                self.say(&format!("c,STATUS,IDLE,{credit}"));
            }
            (["C", "VEND", amount], State::Asking) => {
                self.approved.push((*amount).to_owned());
                self.state = State::Turning;
                self.say("r,ACK");
            }
            (["C", "STOP"], State::Asking) => {
                self.denied += 1;
                self.end_vend();
            }
            (["C", "STOP"], State::Session) => self.end_session(),
            _ => self.say(&format!("c,ERR,\"{} -1\"", words.get(1).unwrap_or(&""))),
        }
        true
    }
}
