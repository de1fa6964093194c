//! `kioskd.toml(5)` and `docs/configuration.md`, from the comments of the example that the package
//! installs, as the program itself reads them for its schema: one text for all.

use std::fmt::Write as _;
use std::path::PathBuf;

use kioskd::config::reference::{Reference, ReferenceKey, ReferenceTable, reference};
use roff::{Roff, bold, roman};

use crate::Document;

pub(super) fn man_page() -> Document {
    let Reference { opening, tables } = reference();
    let mut roff = Roff::new();
    let source = format!("kioskd {}", env!("CARGO_PKG_VERSION"));
    roff.control("TH", ["kioskd.toml", "5", "", source.as_str(), "kioskd"]);
    roff.control("SH", ["NAME"]);
    roff.text([roman("kioskd.toml - the configuration of kioskd")]);
    roff.control("SH", ["SYNOPSIS"]);
    roff.text([roman("/etc/kioskd/kioskd.toml, /etc/kioskd/conf.d/*.toml")]);
    roff.control("SH", ["DESCRIPTION"]);
    prose(&mut roff, &opening, "PP");
    for ReferenceTable { header, words, keys, notes } in &tables {
        roff.control("SH", [format!("[{header}]").as_str()]);
        prose(&mut roff, words, "PP");
        for ReferenceKey { name, value, is_default, words } in keys {
            roff.control("TP", []).text([bold(name.as_str())]);
            prose(&mut roff, words, "IP");
            let label = if *is_default { "Default: " } else { "Example: " };
            roff.control("br", []).text([roman(label), bold(value.as_str())]);
        }
        if !notes.is_empty() {
            roff.control("PP", []);
            prose(&mut roff, notes, "PP");
        }
    }
    roff.control("SH", ["SEE ALSO"]);
    roff.text([roman("kioskd(8), kioskd-check(8), kioskd-config(8)")]);
    (PathBuf::from("man/kioskd.toml.5"), roff.to_roff().into_bytes())
}

/// Paragraphs, each begun by this macro; lines that are set in stand by themselves.
fn prose(roff: &mut Roff, lines: &[String], paragraph: &str) {
    for line in lines {
        if line.is_empty() {
            roff.control(paragraph, []);
        } else if line.starts_with(' ') {
            roff.control("br", []).text([roman(line.clone())]);
        } else {
            roff.text([roman(line.clone())]);
        }
    }
}

/// `docs/configuration.md`.
pub(super) fn page() -> Document {
    let Reference { opening, tables } = reference();
    let mut page = String::from(
        "# Every key of the configuration\n\n<!-- Made from config/kioskd.toml: change the comments \
         there, then KIOSKD_BLESS=1 cargo test --example documents. -->\n\n",
    );
    paragraphs(&mut page, &opening);
    for ReferenceTable { header, words, keys, notes } in &tables {
        // Writing to a String cannot fail.
        let _ = writeln!(page, "## `[{header}]`\n");
        paragraphs(&mut page, words);
        for ReferenceKey { name, value, is_default, words } in keys {
            let label = if *is_default { "Default" } else { "Example" };
            let _ = writeln!(page, "### `{name}`\n");
            paragraphs(&mut page, words);
            let _ = writeln!(page, "{label}: `{value}`\n");
        }
        paragraphs(&mut page, notes);
    }
    let page = page.trim_end().to_owned() + "\n";
    (PathBuf::from("configuration.md"), page.into_bytes())
}

/// Lines that are set in are already what Markdown sets in.
fn paragraphs(page: &mut String, lines: &[String]) {
    for line in lines {
        let _ = writeln!(page, "{line}");
    }
    if !lines.is_empty() {
        page.push('\n');
    }
}
