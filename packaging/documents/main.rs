//! Writes what the package has to read and to complete with: man pages, the reference of the
//! configuration and shell completions, made from the program's own commands and from the commented
//! configuration; and the licences of what is
//! linked into it.
//!
//! `cargo run --example documents -- FOLDER`. An example, not a hidden command: who runs a kiosk
//! has no use for it, and the program that handles money stays smaller.

mod commands;
mod configuration;
mod licences;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// A file of the package: where it stands below the folder, and what is in it.
type Document = (PathBuf, Vec<u8>);

fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1) else {
        return complain("usage: documents FOLDER");
    };
    let everything = || -> io::Result<Vec<Document>> {
        let mut documents = documents()?;
        documents.push(licences::notices()?);
        Ok(documents)
    };
    match everything().and_then(|documents| write(Path::new(&folder), &documents)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => complain(&error.to_string()),
    }
}

fn documents() -> io::Result<Vec<Document>> {
    let mut documents = commands::man_pages()?;
    documents.push(configuration::man_page());
    documents.push(configuration::page());
    documents.extend(commands::completions());
    Ok(documents)
}

/// Writes them into a folder of their own: what an earlier version wrote is taken away.
fn write(folder: &Path, documents: &[Document]) -> io::Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    for (name, text) in documents {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap_or(folder))?;
        fs::write(path, text)?;
    }
    Ok(())
}

#[expect(clippy::print_stderr, reason = "what a person at the terminal has to know")]
fn complain(text: &str) -> ExitCode {
    eprintln!("{text}");
    ExitCode::FAILURE
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::PathBuf;

    use clap::Command;

    use super::documents;

    fn written() -> BTreeMap<PathBuf, String> {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        documents().unwrap().into_iter().map(|(path, bytes)| (path, text(bytes))).collect()
    }

    /// The names of all commands that a person may see, as man pages are named.
    fn names(command: &Command, prefix: &str, found: &mut Vec<String>) {
        let name = format!("{prefix}{}", command.get_name());
        for inner in command.get_subcommands().filter(|inner| !inner.is_hide_set()) {
            names(inner, &format!("{name}-"), found);
        }
        found.push(name);
    }

    #[test]
    fn each_command_has_a_man_page_that_says_what_it_does() {
        let written = written();
        let mut commands = Vec::new();
        names(&kioskd::cli::command(), "", &mut commands);
        assert!(commands.contains(&"kioskd-reader-assign".to_owned()), "{commands:?}");
        for command in commands {
            let page = &written[&PathBuf::from(format!("man/{command}.8"))];
            let line = format!("{} \\- ", command.replace('-', "\\-"));
            assert!(page.contains(&line), "{command}: no {line:?} in\n{page}");
        }
    }

    #[test]
    fn what_a_command_says_at_length_stands_in_its_page() {
        let written = written();
        for (page, words) in
            [("drain", "through restarts"), ("busy", "reboots"), ("demo", "script")]
        {
            let page = &written[&PathBuf::from(format!("man/kioskd-{page}.8"))];
            assert!(page.contains(words), "{page}");
        }
    }

    #[test]
    fn each_key_of_the_configuration_stands_in_its_man_page() {
        let page = &written()[&PathBuf::from("man/kioskd.toml.5")];
        let example = include_str!("../../config/kioskd.toml");
        let mut count = 0;
        for line in example.lines() {
            let line = line.strip_prefix('#').unwrap_or(line);
            let Some((key, _)) = line.split_once(" = ") else { continue };
            if key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') {
                count += 1;
                assert!(page.contains(&format!("\\fB{key}\\fR")), "{key} is not in\n{page}");
            }
        }
        assert!(count > 40, "{count} keys");
    }

    #[test]
    fn the_reference_in_docs_is_made_from_the_example() {
        let page = &written()[&PathBuf::from("configuration.md")];
        let path = std::path::Path::new("docs/configuration.md");
        if std::env::var_os("KIOSKD_BLESS").is_some() {
            std::fs::write(path, page).unwrap();
        }
        let found = std::fs::read_to_string(path).unwrap_or_default();
        assert!(found == *page, "docs/configuration.md is old: KIOSKD_BLESS=1 writes it anew");
    }

    #[test]
    fn each_shell_completes_each_command() {
        let written = written();
        for file in ["completions/kioskd", "completions/_kioskd", "completions/kioskd.fish"] {
            let text = &written[&PathBuf::from(file)];
            for command in kioskd::cli::command().get_subcommands() {
                assert!(text.contains(command.get_name()), "{file}: {}", command.get_name());
            }
        }
    }
}
