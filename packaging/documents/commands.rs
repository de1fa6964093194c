//! The commands, from the same description that the program itself reads its arguments by.

use std::io;
use std::path::{Path, PathBuf};

use clap::Command;
use clap_complete::Shell;
use clap_mangen::Man;
use roff::{Roff, bold, roman};

use crate::Document;

/// Where more can be read, for the page of the whole program.
const FILES: [(&str, &str); 7] = [
    ("/etc/kioskd/kioskd.toml", "The configuration, see kioskd.toml(5)."),
    ("/etc/kioskd/conf.d/*.toml", "What is laid over it, in the order of the names."),
    ("/etc/kioskd/stripe-api-key", "The API key, mode 0600: systemd hands it to the daemon."),
    (
        "/var/lib/kioskd/",
        "The journal of all sales. Never delete it while a sale is open, never put an old copy \
         back, never run one copy in two machines.",
    ),
    ("/run/kioskd/control.sock", "The control socket. The group kioskd may ask, sell and drain."),
    ("/usr/share/doc/kioskd/operations.md", "For a technician with ten minutes."),
    (
        "/usr/share/doc/kioskd/hardware.md",
        "How inputs and dispensers are wired, what they promise.",
    ),
];

/// A page for the program and one for each command.
pub(super) fn man_pages() -> io::Result<Vec<Document>> {
    let mut command = kioskd::cli::command().disable_help_subcommand(true);
    command.build();
    let mut pages = Vec::new();
    add_pages(&command, &mut pages)?;
    Ok(pages)
}

fn add_pages(command: &Command, pages: &mut Vec<Document>) -> io::Result<()> {
    for inner in command.get_subcommands().filter(|inner| !inner.is_hide_set()) {
        add_pages(inner, pages)?;
    }
    let page = Man::new(command.clone())
        .section("8")
        .source(format!("kioskd {}", env!("CARGO_PKG_VERSION")))
        .manual("kioskd");
    let mut text = Vec::new();
    page.render(&mut text)?;
    let text = String::from_utf8(text).map_err(io::Error::other)?;
    // What stands behind the options is about exit codes, mostly.
    let text = text.replace(".SH EXTRA\n", ".SH NOTES\n") + &ending(command).to_roff();
    pages.push((Path::new("man").join(page.get_filename()), text.into_bytes()));
    Ok(())
}

/// What clap cannot know.
fn ending(command: &Command) -> Roff {
    let mut roff = Roff::new();
    let is_program = command.get_name() == "kioskd";
    if is_program {
        roff.control("SH", ["FILES"]);
        for (path, what) in FILES {
            roff.control("TP", []).text([bold(path)]).text([roman(what)]);
        }
    }
    roff.control("SH", ["SEE ALSO"]);
    let others = if is_program { "" } else { "kioskd(8), " };
    roff.text([roman(format!("{others}kioskd.toml(5), systemctl(1), journalctl(1)"))]);
    roff
}

/// Completions, each under the name that its shell looks for.
pub(super) fn completions() -> Vec<Document> {
    let shells = [(Shell::Bash, "kioskd"), (Shell::Zsh, "_kioskd"), (Shell::Fish, "kioskd.fish")];
    let document = |(shell, name): (Shell, &str)| {
        let mut text = Vec::new();
        clap_complete::generate(shell, &mut kioskd::cli::command(), "kioskd", &mut text);
        (PathBuf::from("completions").join(name), text)
    };
    shells.into_iter().map(document).collect()
}
