//! `kioskd config import BUNDLE`: a signed drop-in is checked and put in place.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::cli::{ConfigArguments, Environment, Exit, complain, complain_of, print};
use crate::config::bundle::{Bundle, BundleError, Installed};
use crate::config::instance;

#[derive(clap::Args)]
#[command(
    long_about = "Check a signed bundle, put it into conf.d, and let the daemon take it.\n\n\
        A bundle is a drop-in whose first line is its title, as in `# kioskd bundle 50-prices 17`: it \
        becomes conf.d/50-prices.toml. It is taken if minisign's signature is of a trusted key, if it \
        is newer than what is there, and if the whole configuration is right with it. Otherwise \
        nothing is changed.",
    after_help = "Exit codes: 0 in place, 1 refused, or the daemon could not be told, 2 usage, 78 the \
        configuration would be wrong."
)]
pub(super) struct Arguments {
    /// The bundle
    #[arg(value_name = "BUNDLE")]
    bundle: PathBuf,
    /// Its signature; otherwise BUNDLE.minisig
    #[arg(long, value_name = "FILE")]
    signature: Option<PathBuf>,
    /// Who is trusted: public keys of minisign's
    #[arg(long, value_name = "FILE", default_value = "/etc/kioskd/trusted.pub")]
    trusted: PathBuf,
    /// Take it although it is not newer, or replaces what is no bundle
    ///
    /// Signature and configuration have to be right all the same.
    #[arg(long)]
    force: bool,
    /// Put it in place, and leave the daemon as it is
    #[arg(long)]
    no_reload: bool,
    /// The unit to reload; otherwise the one that has this configuration
    #[arg(long, value_name = "UNIT", conflicts_with = "no_reload")]
    unit: Option<String>,
    #[command(flatten)]
    config: ConfigArguments,
}

pub(super) fn run(arguments: &Arguments, environment: &Environment) -> Exit {
    let configuration = arguments.config.path();
    let unit = match unit(arguments) {
        Ok(unit) => unit,
        Err(exit) => return exit,
    };
    let signature = arguments.signature.clone().unwrap_or_else(|| beside(&arguments.bundle));
    let opened = Bundle::open(&arguments.bundle, &signature, &arguments.trusted);
    let installed = opened.and_then(|bundle| {
        // Signed, but still another's text: no control character of it reaches the terminal.
        print(&format!("signed: {}\n", bundle.comment.escape_debug()));
        let installed = bundle.install(configuration, &environment.variables, arguments.force)?;
        Ok((bundle, installed))
    });
    let (bundle, installed) = match installed {
        Ok(installed) => installed,
        Err(error) => {
            complain(&error);
            complain_of("Nothing was changed.");
            let is_wrong = matches!(error, BundleError::Configuration(_));
            return if is_wrong { Exit::Configuration } else { Exit::Failed };
        }
    };
    print(&text(&bundle, &installed));
    let Some(unit) = unit else {
        print("the daemon was not told (--no-reload)\n");
        return Exit::Done;
    };
    reload(&unit)
}

/// What is to be reloaded, if anything is: asked before anything is changed.
fn unit(arguments: &Arguments) -> Result<Option<String>, Exit> {
    if arguments.no_reload {
        return Ok(None);
    }
    let named = arguments.unit.clone();
    let Some(unit) = named.or_else(|| instance::unit(arguments.config.path())) else {
        complain_of(
            "kioskd: no unit of systemd's is known for this configuration\n  to do: name it with --unit, \
             or say --no-reload and reload the daemon yourself\nNothing was changed.",
        );
        return Err(Exit::Usage);
    };
    Ok(Some(unit))
}

fn beside(bundle: &Path) -> PathBuf {
    let mut name = bundle.as_os_str().to_owned();
    name.push(".minisig");
    PathBuf::from(name)
}

fn text(bundle: &Bundle, installed: &Installed) -> String {
    let title = &bundle.title;
    let path = installed.path.display();
    let place = match &installed.before {
        _ if installed.was_there => format!("was in place already: {path}"),
        Some(before) => format!("is in place of {}: {path}", before.version),
        None => format!("is in place: {path}"),
    };
    let doubts = installed.loaded.warnings.iter().map(|doubt| format!("warning: {doubt}\n"));
    let doubts: String = doubts.collect();
    let hash = &installed.loaded.hash;
    format!(
        "{doubts}{} {} {place} (the configuration has hash {hash})\n",
        title.name, title.version
    )
}

/// Tells the running daemon, through systemd.
fn reload(unit: &str) -> Exit {
    let is_active = systemctl(&["is-active", "--quiet", unit]);
    let reloaded = match is_active {
        Ok(false) => {
            print(&format!("{unit} does not run; it takes the configuration when it starts\n"));
            return Exit::Done;
        }
        Ok(true) => systemctl(&["reload", unit]),
        Err(error) => Err(error),
    };
    match reloaded {
        Ok(true) => {
            print(&format!(
                "the daemon was told: systemctl reload {unit}; `kioskd config diff` shows what it \
                 runs on\n"
            ));
            Exit::Done
        }
        Ok(false) => {
            complain_of(&format!(
                "kioskd: the file is in place, and the reload has failed: systemctl reload {unit}\n  \
                 to do: journalctl -u {unit} -n 20 says why"
            ));
            Exit::Failed
        }
        Err(error) => {
            complain_of(&format!(
                "kioskd: the file is in place, and the daemon was not told: systemctl cannot be run: \
                 {error}\n  to do: reload it yourself, with --no-reload here"
            ));
            Exit::Failed
        }
    }
}

/// Whether it succeeded. What it has to say goes where ours goes.
fn systemctl(arguments: &[&str]) -> std::io::Result<bool> {
    let mut command = Command::new("systemctl");
    let status = command.args(arguments).stdin(Stdio::null()).status()?;
    Ok(status.success())
}
