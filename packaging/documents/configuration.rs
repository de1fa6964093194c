//! `kioskd.toml(5)`, from the comments of the example that the package installs: what a person reads
//! in the file and in the page is the same text. A test of the configuration's room holds the
//! example against the keys that the program knows.

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;

use roff::{Roff, bold, roman};

use crate::Document;

const EXAMPLE: &str = include_str!("../../config/kioskd.toml");

pub(super) fn man_page() -> io::Result<Document> {
    let mut roff = Roff::new();
    let source = format!("kioskd {}", env!("CARGO_PKG_VERSION"));
    roff.control("TH", ["kioskd.toml", "5", "", source.as_str(), "kioskd"]);
    roff.control("SH", ["NAME"]);
    roff.text([roman("kioskd.toml - the configuration of kioskd")]);
    roff.control("SH", ["SYNOPSIS"]);
    roff.text([roman("/etc/kioskd/kioskd.toml, /etc/kioskd/conf.d/*.toml")]);
    roff.control("SH", ["DESCRIPTION"]);
    let (opening, sections) = EXAMPLE
        .split_once("\n\n")
        .ok_or_else(|| io::Error::other("the example does not begin with a comment of its own"))?;
    prose(&mut roff, &comment(opening), "PP");
    body(&mut roff, sections);
    roff.control("SH", ["SEE ALSO"]);
    roff.text([roman("kioskd(8), kioskd-check(8)")]);
    Ok((PathBuf::from("man/kioskd.toml.5"), roff.to_roff().into_bytes()))
}

/// The sections with their keys: each comment belongs to what follows it.
fn body(roff: &mut Roff, text: &str) {
    let mut words = Vec::new();
    let mut tables = BTreeSet::new();
    let mut is_told = false;
    for line in text.lines() {
        // A table that is commented out has an example of another kind.
        let line = if line.starts_with("#[") { &line[1..] } else { line };
        if let Some(header) = line.strip_prefix('[') {
            let table = header.split(['.', ']']).next().unwrap_or(header);
            // A second product without a comment has nothing new to say.
            is_told = tables.insert(table) || !words.is_empty();
            if is_told {
                roff.control("SH", [line]);
                prose(roff, &std::mem::take(&mut words), "PP");
            }
        } else if let Some((key, value, is_default)) = setting(line) {
            let words = std::mem::take(&mut words);
            if is_told {
                entry(roff, key, &words);
                let tells_of_none = |line: &String| {
                    let line = line.to_lowercase();
                    line.contains("no default") || line.contains("required")
                };
                let has_none = words.iter().any(tells_of_none);
                let label = if is_default && !has_none { "Default: " } else { "Example: " };
                roff.control("br", []).text([roman(label), bold(value)]);
            }
        } else {
            words.extend(comment(line));
        }
    }
}

fn entry(roff: &mut Roff, key: &str, words: &[String]) {
    roff.control("TP", []).text([bold(key)]);
    prose(roff, words, "IP");
}

/// Key, value, and whether it is commented out, which shows a default.
fn setting(line: &str) -> Option<(&str, &str, bool)> {
    let bare = line.strip_prefix('#');
    let (key, value) = bare.unwrap_or(line).split_once(" = ")?;
    let is_key = key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    is_key.then_some((key, value, bare.is_some()))
}

/// The lines of a comment without their marks.
fn comment(text: &str) -> Vec<String> {
    let lines = text.lines().filter_map(|line| line.strip_prefix('#'));
    lines.map(|line| line.strip_prefix(' ').unwrap_or(line).to_owned()).collect()
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
