//! Printers of tickets.

use super::super::origins::KeyPath;
use super::super::problem::quoted;
use super::super::raw::RawDispenser;
use super::{Check, values};
use crate::wiring::printer::{
    CodePage, EscposDispenser, LONGEST_LINE, PrinterAt, TicketError, TicketLine, Word,
};

/// The keys of the kind.
pub(super) const KEYS: &[&str] = &[
    "unknown_vend",
    "timeout",
    "device",
    "baud",
    "address",
    "ask_status",
    "code_page",
    "width",
    "ticket",
];

/// The widest paper has some hundred characters in its smallest letters.
const WIDEST: usize = 100;
/// As many lines as fit into the memory of a small printer.
const MOST_LINES: usize = 50;

const CODE_PAGES: [(&str, CodePage); 8] = [
    ("pc437", CodePage::Pc437),
    ("pc850", CodePage::Pc850),
    ("pc852", CodePage::Pc852),
    ("pc858", CodePage::Pc858),
    ("pc866", CodePage::Pc866),
    ("wpc1250", CodePage::Wpc1250),
    ("wpc1251", CodePage::Wpc1251),
    ("wpc1252", CodePage::Wpc1252),
];

impl Check<'_> {
    pub(super) fn printer(
        &mut self,
        table: &KeyPath,
        raw: &RawDispenser,
    ) -> Option<EscposDispenser> {
        let at = self.printer_at(table, raw);
        let code_page = self.choice(&table.join("code_page"), &raw.code_page, &CODE_PAGES);
        let width = self.count(&table.join("width"), raw.width, WIDEST);
        let ticket = self.ticket(&table.join("ticket"), &raw.ticket);
        let timeout = self.duration(&table.join("timeout"), &raw.timeout, values::VEND_TIMEOUT);
        Some(EscposDispenser {
            at: at?,
            ask_status: raw.ask_status,
            code_page: code_page?,
            width: width?,
            ticket: ticket?,
            timeout: timeout?,
        })
    }

    /// A printer has one way to it.
    fn printer_at(&mut self, table: &KeyPath, raw: &RawDispenser) -> Option<PrinterAt> {
        let key = table.join("address");
        match (&raw.device, &raw.address) {
            (Some(device), None) => {
                let baud = self.baud(&table.join("baud"), raw.baud);
                let path = self.absolute(&table.join("device"), device);
                Some(PrinterAt::Device { path: path?, baud: baud? })
            }
            (None, Some(address)) => {
                let baud = table.join("baud");
                if self.merged.origins.is_set(&baud) {
                    let wrong = "is set for a printer in a network";
                    self.wrong(&baud, wrong, "device with baud, or address", "remove it");
                }
                let is_host = |host: &str| {
                    !host.is_empty() && !host.contains(|c: char| c.is_control() || c == ' ')
                };
                let parts = address.rsplit_once(':');
                let is_right = parts.is_some_and(|(host, port)| {
                    is_host(host) && port.parse::<u16>().is_ok_and(|port| port > 0)
                });
                if is_right {
                    return Some(PrinterAt::Address(address.clone()));
                }
                let wrong = format!("{} is no host and port", quoted(address));
                let fix = "write the printer's address; its port is 9100 most of the time";
                self.wrong(&key, wrong, "HOST:PORT, such as \"192.168.1.50:9100\"", fix);
                None
            }
            (Some(_), Some(_)) => {
                let wrong = "is set beside device, and a printer has one way to it";
                self.wrong(&key, wrong, "device or address", "remove one of the two");
                None
            }
            (None, None) => {
                if !self.is_refused(&table.join("device")) && !self.is_refused(&key) {
                    let wrong = "has neither device nor address: nobody knows where the printer is";
                    let fix = "add, for example: device = \"/dev/usb/lp0\", or address = \
                               \"192.168.1.50:9100\"";
                    self.wrong(table, wrong, "device or address", fix);
                }
                None
            }
        }
    }

    fn ticket(&mut self, key: &KeyPath, raw: &[String]) -> Option<Vec<TicketLine>> {
        if raw.is_empty() || raw.len() > MOST_LINES {
            let fix = "write the lines of the ticket, or remove the key";
            let wrong = format!("has {} lines", raw.len());
            self.wrong(key, wrong, format!("1 to {MOST_LINES}"), fix);
            return None;
        }
        let mut lines = Vec::new();
        for text in raw {
            match TicketLine::parse(text) {
                Ok(line) => lines.push(line),
                Err(error) => self.no_line(key, text, &error),
            }
        }
        (lines.len() == raw.len()).then_some(lines)
    }

    fn no_line(&mut self, key: &KeyPath, text: &str, error: &TicketError) {
        let text = quoted(text);
        let (wrong, allowed, fix) = match error {
            TicketError::UnknownWord { word } => {
                let word = quoted(&format!("{{{word}}}"));
                let words = Word::ALL.map(|(word, _)| format!("{{{word}}}")).join(", ");
                (
                    format!("{word} in {text} stands for nothing"),
                    words,
                    "write one of these, or no braces",
                )
            }
            TicketError::Control => {
                let wrong = format!("{text} has a control character in it");
                (wrong, "printable characters".to_owned(), "write each line as a text of its own")
            }
            TicketError::TooLong { length } => {
                let wrong = format!("{text} is {length} characters long");
                (wrong, format!("up to {LONGEST_LINE} characters"), "write two lines")
            }
            TicketError::TooLongForCode => {
                let wrong = format!("{text} may become too long for a QR code");
                (wrong, "a link, or a number".to_owned(), "write less into it")
            }
        };
        self.wrong(key, wrong, allowed, fix);
    }
}
