//! A printer of tickets for tests: it speaks ESC/POS, prints onto paper that can be read, and has
//! whatever printers have.
//!
//! ```ignore
//! let mut jack = Jack::new();            // jack.address goes into the configuration
//! jack.plug_in();
//! jack.with(|printer| printer.cover_is_open = true);
//! ```

#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::collections::VecDeque;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::boards::Board;

/// What it answers besides its fixed bits. Source: Epson, "DLE EOT".
const FIXED: u8 = 0x12;
const OFFLINE: u8 = 0x08;
const COVER_OPEN: u8 = 0x04;
const PAPER_STOP: u8 = 0x20;
const PAPER_OUT: u8 = 0x60;

/// The printer itself.
#[derive(Default)]
pub struct Printer {
    /// What was sent to it and is not worked off.
    memory: VecDeque<u8>,
    /// What it has printed: a line each, with its style before it.
    pub paper: Vec<String>,
    /// What is no command that it knows.
    pub rubbish: Vec<u8>,
    /// How many zeros it has passed over.
    pub zeros: usize,
    line: String,
    is_bold: bool,
    is_large: bool,
    is_centered: bool,
    code: String,
    page: u8,
    pub cover_is_open: bool,
    /// The cover is closed once it was told that it is open.
    pub closes_by_itself: bool,
    pub paper_is_out: bool,
    /// How many lines are left, if that is bounded.
    pub lines_left: Option<usize>,
    /// It answers nothing.
    pub is_silent: bool,
    /// It says what is no answer, all the time.
    pub babbles: bool,
    /// It never answers GS r.
    pub works_nothing_off: bool,
    /// It says nothing of why it is offline.
    pub knows_no_cause: bool,
    /// It works off so many bytes at a time, a few milliseconds each.
    pub pace: Option<usize>,
    /// It is gone so many bytes after the first ticket has begun.
    pub vanishes_after: Option<usize>,
    /// Tickets that are begun wait for one of `let_go`.
    pub waits: bool,
    pub let_go: usize,
    /// How many tickets were begun: ESC @ with GS r behind it.
    pub begun: usize,
    is_begun: bool,
    was_initialized: bool,
    heard: usize,
}

/// The next command is not there as a whole, or has to wait.
struct Waits;

impl Printer {
    /// Takes bytes, works off what it can, and returns what it says.
    pub fn hear(&mut self, bytes: &[u8]) -> Vec<u8> {
        let room = self.vanishes_after.map_or(usize::MAX, |bytes| bytes.saturating_sub(self.heard));
        let bytes = if self.begun > 0 { &bytes[..bytes.len().min(room)] } else { bytes };
        self.heard += if self.begun > 0 { bytes.len() } else { 0 };
        let mut said = Vec::new();
        for &byte in bytes {
            self.memory.push_back(byte);
            // Answered at once, whatever stands before it.
            let end = self.memory.len().saturating_sub(3);
            let last: Vec<u8> = self.memory.range(end..).copied().collect();
            if let [0x10, 0x04, question] = last[..] {
                self.memory.truncate(end);
                said.extend(self.status(question).filter(|_| !self.is_silent));
            }
        }
        let mut left = self.pace.unwrap_or(usize::MAX);
        while left > 0 && !self.is_offline() && !self.memory.is_empty() {
            let before = self.memory.len();
            match self.work() {
                Ok(answer) => said.extend(answer.filter(|_| !self.is_silent)),
                Err(Waits) => break,
            }
            left = left.saturating_sub(before - self.memory.len());
        }
        said
    }

    fn is_offline(&self) -> bool {
        self.cover_is_open || self.paper_is_out
    }

    fn status(&mut self, question: u8) -> Option<u8> {
        let offline = if self.is_offline() { OFFLINE } else { 0 };
        let cover = if self.cover_is_open { COVER_OPEN } else { 0 };
        let (stop, out) = if self.paper_is_out { (PAPER_STOP, PAPER_OUT) } else { (0, 0) };
        match question {
            1 => Some(FIXED | offline),
            2 if self.knows_no_cause => None,
            2 => {
                self.cover_is_open &= !self.closes_by_itself;
                Some(FIXED | cover | stop)
            }
            4 => Some(FIXED | out),
            _ => panic!("DLE EOT {question}"),
        }
    }

    /// Works one command off, and returns what it says to that.
    fn work(&mut self) -> Result<Option<u8>, Waits> {
        let memory: Vec<u8> = self.memory.iter().copied().take(600).collect();
        let was_initialized = std::mem::take(&mut self.was_initialized);
        let (length, answer) = match memory[..] {
            [0x1b, b'@', ..] => {
                let page = 0;
                (self.line, self.page, self.was_initialized) = (String::new(), page, true);
                (self.is_bold, self.is_large, self.is_centered) = (false, false, false);
                (2, None)
            }
            [0x1d, b'r', 1, ..] => {
                if was_initialized && self.is_waiting() {
                    self.was_initialized = true;
                    return Err(Waits);
                }
                (3, Some(0).filter(|_| !self.works_nothing_off))
            }
            [0x1d, b'a', 0, ..] => (3, None),
            [0, ..] => {
                self.zeros += 1;
                self.was_initialized = was_initialized;
                (1, None)
            }
            [0x1b, b't', page, ..] => {
                self.page = page;
                (3, None)
            }
            [0x1b, b'E', is_on @ (0 | 1), ..] => {
                self.is_bold = is_on == 1;
                (3, None)
            }
            [0x1b, b'a', is_on @ (0 | 1), ..] => {
                self.is_centered = is_on == 1;
                (3, None)
            }
            [0x1d, b'!', size @ (0 | 0x11), ..] => {
                self.is_large = size != 0;
                (3, None)
            }
            [0x1d, b'V', b'B', 0, ..] => {
                self.put("[cut]");
                (4, None)
            }
            [0x1d, b'(', b'k', low, high, ..] => {
                let length = usize::from(u16::from_le_bytes([low, high]));
                self.qr(memory.get(5..5 + length).ok_or(Waits)?);
                (5 + length, None)
            }
            [b'\n', ..] => {
                let line = std::mem::take(&mut self.line);
                self.put(&line);
                (1, None)
            }
            [byte @ (b' '..=b'~'), ..] => {
                self.line.push(char::from(byte));
                (1, None)
            }
            [byte @ 0x80..=0xff, ..] => {
                self.line.push_str(&format!("<{}:{byte:02x}>", self.page));
                (1, None)
            }
            [0x1b | 0x1d, ..] if memory.len() < 4 => return Err(Waits),
            [byte, ..] => {
                self.rubbish.push(byte);
                (1, None)
            }
            [] => return Err(Waits),
        };
        self.memory.drain(..length);
        Ok(answer)
    }

    /// Whether the ticket that has begun has to wait.
    fn is_waiting(&mut self) -> bool {
        if !std::mem::replace(&mut self.is_begun, true) {
            self.begun += 1;
        }
        let waits = self.waits && self.let_go == 0;
        if !waits {
            self.is_begun = false;
            self.let_go = self.let_go.saturating_sub(1);
        }
        waits
    }

    fn qr(&mut self, command: &[u8]) {
        match command {
            [b'1', b'A', b'2', 0] | [b'1', b'C', 6] | [b'1', b'E', b'1'] => {}
            [b'1', b'P', b'0', text @ ..] => {
                self.code = String::from_utf8_lossy(text).into_owned();
            }
            [b'1', b'Q', b'0'] => {
                let code = std::mem::take(&mut self.code);
                self.put(&format!("[qr] {code}"));
            }
            _ => self.rubbish.extend(command),
        }
    }

    fn put(&mut self, text: &str) {
        let mark = |is_on, mark| if is_on { mark } else { "" };
        let centered = mark(self.is_centered, "[centered] ");
        let large = mark(self.is_large, "[large] ");
        self.paper.push(format!("{centered}{large}{}{text}", mark(self.is_bold, "[bold] ")));
        if let Some(left) = &mut self.lines_left {
            *left = left.saturating_sub(1);
            self.paper_is_out |= *left == 0;
        }
    }

    /// How many tickets it has cut off.
    pub fn cuts(&self) -> usize {
        self.paper.iter().filter(|line| *line == "[cut]").count()
    }

    fn has_vanished(&self) -> bool {
        self.vanishes_after.is_some_and(|bytes| self.heard >= bytes)
    }
}

/// A place in the network where a printer is plugged in.
pub struct Jack {
    /// For the configuration.
    pub address: String,
    printer: Arc<Mutex<Printer>>,
    plugged: Option<(Arc<Mutex<bool>>, JoinHandle<()>)>,
}

impl Jack {
    /// Nobody listens there.
    pub fn new() -> Self {
        let free = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = free.local_addr().expect("its address").to_string();
        Self { address, printer: Arc::default(), plugged: None }
    }

    /// Looks at the printer, or changes it.
    pub fn with<T>(&self, change: impl FnOnce(&mut Printer) -> T) -> T {
        change(&mut self.printer.lock().expect("no test panics while it has it"))
    }

    pub fn plug_in(&mut self) {
        let listener = TcpListener::bind(&self.address).expect("a free port");
        listener.set_nonblocking(true).expect("a listener");
        let is_over = Arc::new(Mutex::new(false));
        let (printer, over) = (Arc::clone(&self.printer), Arc::clone(&is_over));
        let thread = std::thread::spawn(move || serve(&listener, &printer, &over));
        self.plugged = Some((is_over, thread));
    }

    pub fn unplug(&mut self) {
        let (is_over, thread) = self.plugged.take().expect("a printer");
        *is_over.lock().expect("a flag") = true;
        thread.join().expect("a thread that ends");
    }
}

impl Drop for Jack {
    fn drop(&mut self) {
        if self.plugged.is_some() && !std::thread::panicking() {
            self.unplug();
        }
    }
}

/// One connection at a time, as with most printers: the last one counts.
fn serve(listener: &TcpListener, printer: &Mutex<Printer>, is_over: &Mutex<bool>) {
    let mut connection: Option<TcpStream> = None;
    while !*is_over.lock().expect("a flag") {
        if let Ok((stream, _)) = listener.accept() {
            stream.set_nonblocking(true).expect("a connection");
            connection = Some(stream);
        }
        let mut bytes = [0; 512];
        let count = connection.as_mut().map_or(0, |stream| stream.read(&mut bytes).unwrap_or(0));
        let mut printer = printer.lock().expect("no test panics while it has it");
        let mut said = printer.hear(&bytes[..count]);
        if printer.babbles {
            said.extend([0x11; 4096]);
        }
        if printer.has_vanished() {
            return;
        }
        drop(printer);
        if let Some(stream) = &mut connection {
            let _gone = stream.write_all(&said);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Serves it on a port for a while.
pub fn serve_port(board: &mut Board, printer: &mut Printer, time: Duration) {
    let end = std::time::Instant::now() + time;
    while std::time::Instant::now() < end {
        let said = printer.hear(&board.take_bytes());
        board.send_bytes(&said);
        std::thread::sleep(Duration::from_millis(2));
    }
}
