//! The names as systemd's message catalog, which `journalctl -x` shows below each line, and as the
//! tables of `docs/operations.md`. Both files are checked in: `KIOSKD_BLESS=1 cargo test --test
//! stories catalog` writes them anew.
//!
//! Source of the format: systemd, "Journal Message Catalogs".

use std::fmt::Write;

use crate::telemetry::names::{
    Name, alarms, all, business, calls, configuration, link_and_key, machine, reader, sales,
};

/// The width of a terminal, less what `journalctl` puts before each line.
const WIDTH: usize = 76;

/// The message catalog.
pub fn catalog() -> String {
    let mut text = String::from(
        "# What journalctl -x says of kioskd's lines. Made from src/telemetry/names/.\n",
    );
    for name in all() {
        text.push_str(&entry(name));
    }
    text
}

fn entry(name: &Name) -> String {
    let mut body = vec![
        wrapped("", &format!("What happened: {}", name.happened)),
        wrapped("", &format!("What kioskd does: {}", name.does)),
    ];
    body.push(match name.check {
        [only] => wrapped("", &format!("What to check: {only}")),
        steps => {
            let step = |(n, step)| wrapped("   ", &format!("{}. {step}", n + 1));
            let steps: String = steps.iter().enumerate().map(step).collect();
            format!("What to check, in this order:\n{steps}")
        }
    });
    format!(
        "\n-- {}\nSubject: {}\nDefined-By: kioskd\nDocumentation: man:kioskd(8)\n\n{}",
        name.message_id,
        name.subject,
        body.join("\n")
    )
}

/// Lines of words, each but the first indented. References to the manual lose their anchors, and
/// code its quotes: a terminal shows neither.
fn wrapped(indent: &str, text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in plain(text).split(' ') {
        let last = lines.last_mut().expect("there is one");
        if !last.is_empty() && last.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push(format!("{indent}{word}"));
        } else {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(word);
        }
    }
    lines.join("\n") + "\n"
}

fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, reference)) = rest.split_once('[') {
        let (words, after) = reference.split_once("](#").expect("only references have brackets");
        let (_, after) = after.split_once(')').expect("a reference ends");
        let _ = write!(plain, "{before}\"{words}\" in docs/operations.md");
        rest = after;
    }
    plain.push_str(rest);
    plain
}

/// The table of the reasons not to sell.
pub fn reasons() -> String {
    let files = [link_and_key::ALL, reader::ALL, business::ALL];
    table("`code`", &files.concat())
}

/// The tables of all other lines.
pub fn lines() -> String {
    let sections = [
        ("A person is needed", alarms::ALL),
        ("Sales", sales::ALL),
        ("Calls to Stripe", calls::ALL),
        ("The daemon and its boards", machine::ALL),
        ("The configuration", configuration::ALL),
    ];
    let section =
        |(title, names): (&str, &[Name])| format!("### {title}\n\n{}", table("`EVENT`", names));
    sections.map(section).join("\n")
}

fn table(head: &str, names: &[Name]) -> String {
    let mut table = format!(
        "| {head} | it means | kioskd | check, in this order | `MESSAGE_ID` |\n\
         |---|---|---|---|---|\n"
    );
    for name in names {
        let word = match name.event {
            "out_of_order" => format!("`{}`", name.word),
            event => format!("`{event}`"),
        };
        let check = match name.check {
            [only] => (*only).to_owned(),
            steps => {
                let step = |(n, step)| format!("{}. {step}", n + 1);
                steps.iter().enumerate().map(step).collect::<Vec<_>>().join(" ")
            }
        };
        let stop = if name.subject.ends_with('?') { "" } else { "." };
        let row = format!(
            "| {word} | {}{stop} {} | {} | {check} | `{}` |\n",
            name.subject, name.happened, name.does, name.message_id
        );
        // A field of the line, as a placeholder.
        table.push_str(&row.replace('@', ""));
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_says_what_happened_what_is_done_and_what_to_check() {
        let text = entry(&business::JOURNAL);
        let expected = format!(
            "\n-- {}\nSubject: The journal cannot be written\nDefined-By: kioskd\n\
             Documentation: man:kioskd(8)\n\n\
             What happened: A write to `kiosk.state_dir` failed.\n\n\
             What kioskd does: It sells and vends nothing, and tries again every two\n\
             seconds: it sells again when a write succeeds.\n\n\
             What to check, in this order:\n\
             1. Is the disk full? `df -h /var/lib/kioskd`.\n\
             2. Is it read-only, or broken? `dmesg`.\n\
             3. If it stays, the card is dying: see \"Files\" in docs/operations.md.\n",
            business::JOURNAL.message_id
        );
        assert_eq!(text, expected);
    }

    #[test]
    fn no_line_is_wider_than_a_terminal() {
        for line in catalog().lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }
}
