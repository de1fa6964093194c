//! `kioskd check`: is the configuration right, and would the kiosk be able to sell?

mod findings;
mod machine;
mod online;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use self::findings::{Area, Findings, Grade};
use crate::cli::{ConfigArguments, Environment, Exit, complain, complain_of, print, runtime};
use crate::config::{self, ApiKey, Loaded};

#[derive(clap::Args)]
#[command(
    long_about = "Check the configuration, the API key's file and what is attached, without starting \
        anything.\n\n\
        Each line is ok, warn or FAIL, with what to do below. All that is wrong is said at once. A \
        warning never keeps kioskd from starting.",
    after_help = "Exit codes: 0 right, 1 something else failed, or a warning with --strict, 2 usage, \
        78 configuration or API key."
)]
pub(super) struct Arguments {
    /// The configurations, each by itself: files (with conf.d beside them), or folders
    #[arg(value_name = "FILE", conflicts_with_all = ["config", "instance"])]
    files: Vec<PathBuf>,
    #[command(flatten)]
    config: ConfigArguments,
    /// Check as if this drop-in stood in conf.d; may be given several times
    ///
    /// It takes its place there by its name, and that of one of the same name.
    #[arg(long = "with", value_name = "FILE")]
    drop_ins: Vec<PathBuf>,
    /// Look neither for the API key nor at this machine (to check files on another one)
    #[arg(long)]
    without_key: bool,
    /// Also ask Stripe: network, clock, key and its permissions, reader, location and account
    ///
    /// No daemon is needed, and a running one is not disturbed. The reader is only looked at. To
    /// find out whether the account takes card_present, a PaymentIntent over the price of the
    /// cheapest product is made and cancelled at once; no card is ever presented to it.
    #[arg(long, conflicts_with = "without_key")]
    online: bool,
    /// End with 1 if anything is warned of
    #[arg(long)]
    strict: bool,
    /// Print a JSON document
    #[arg(long)]
    json: bool,
}

/// A configuration with what was found.
struct Checked {
    source: PathBuf,
    loaded: Option<Loaded>,
    findings: Findings,
}

pub(super) fn run(arguments: &Arguments, environment: &Environment) -> Exit {
    let asked_for = match arguments.files.as_slice() {
        [] => vec![arguments.config.path().to_owned()],
        files => files.to_vec(),
    };
    let checked: Result<Vec<Checked>, Exit> =
        asked_for.iter().map(|path| check(path, arguments, environment)).collect();
    let checked = match checked {
        Ok(checked) => checked,
        Err(exit) => return exit,
    };
    if arguments.json {
        let all: Vec<Value> = checked.iter().map(document).collect();
        print(&format!("{:#}\n", json!({ "configurations": all })));
    }
    let exits: Vec<Exit> =
        checked.iter().map(|one| exit(&one.findings, arguments.strict)).collect();
    let worst = [Exit::Configuration, Exit::Failed].into_iter().find(|exit| exits.contains(exit));
    worst.unwrap_or(Exit::Done)
}

/// Checks one, and says what it found unless all of it comes as one document.
fn check(path: &Path, arguments: &Arguments, environment: &Environment) -> Result<Checked, Exit> {
    let mut findings = Findings::new();
    let tell = |text: &str| {
        if !arguments.json {
            print(text);
        }
    };
    if arguments.files.len() > 1 {
        tell(&format!("{}:\n", path.display()));
    }
    let loaded = config::load_with(path, &arguments.drop_ins, &environment.variables);
    let loaded =
        loaded.and_then(
            |loaded| {
                if arguments.without_key { Ok(loaded) } else { loaded.with_authorities() }
            },
        );
    let loaded = match loaded {
        Ok(loaded) => loaded,
        Err(error) => {
            error.problems.iter().for_each(|problem| findings.problem(Grade::Fail, problem));
            if !arguments.json {
                complain(&error);
            }
            return Ok(Checked { source: path.to_owned(), loaded: None, findings });
        }
    };
    describe(&loaded, &mut findings);
    let key = if arguments.without_key {
        None
    } else {
        let key = find_key(&loaded, environment, &mut findings);
        findings.look_at(Area::Machine);
        machine::examine(&loaded, &mut findings);
        key
    };
    if let Some(key) = key.filter(|_| arguments.online) {
        findings.look_at(Area::Stripe);
        let asked = runtime()?.block_on(online::examine(&loaded, &key, &mut findings));
        if let Err(error) = asked {
            complain(&error);
            return Err(Exit::Failed);
        }
    } else if arguments.online {
        complain_of("kioskd: without an API key Stripe is not asked");
    }
    tell(&findings.text());
    Ok(Checked { source: path.to_owned(), loaded: Some(loaded), findings })
}

fn describe(loaded: &Loaded, findings: &mut Findings) {
    let settings = &loaded.settings;
    let source = loaded.source.display();
    findings.ok(&format!("the configuration {source} is right (hash {})", loaded.hash));
    findings.ok(&format!(
        "kiosk {} with reader {}: {} products, {} inputs, {} dispensers, {} displays",
        settings.kiosk.id,
        settings.stripe.reader,
        settings.products.len(),
        settings.inputs.len(),
        settings.dispensers.len(),
        settings.displays.len(),
    ));
    loaded.warnings.iter().for_each(|doubt| findings.problem(Grade::Warn, doubt));
}

fn find_key(loaded: &Loaded, environment: &Environment, findings: &mut Findings) -> Option<ApiKey> {
    findings.look_at(Area::Key);
    let credentials = environment.get("CREDENTIALS_DIRECTORY").map(Path::new);
    match config::api_key(credentials, &loaded.settings.stripe) {
        Ok(key) => {
            findings.ok(&format!("there is an API key: {key}"));
            if !key.is_restricted() {
                findings.warn(
                    "this is an unrestricted secret key, with which everything may be done",
                    "give each kiosk a restricted one (rk_…) of its own",
                );
            }
            Some(key)
        }
        Err(error) => {
            let remedy =
                "see kioskd.toml(5), stripe.api_key_file; only to check files: --without-key";
            findings.fail(&error.to_string(), remedy);
            None
        }
    }
}

fn exit(findings: &Findings, strict: bool) -> Exit {
    if findings.failed(Area::Configuration) || findings.failed(Area::Key) {
        return Exit::Configuration;
    }
    match findings.worst() {
        Grade::Fail => Exit::Failed,
        Grade::Warn if strict => Exit::Failed,
        Grade::Warn | Grade::Ok => Exit::Done,
    }
}

fn document(checked: &Checked) -> Value {
    let loaded = checked.loaded.as_ref();
    json!({
        "source": checked.source.display().to_string(),
        "result": checked.findings.result(),
        "kiosk": loaded.map(|loaded| loaded.settings.kiosk.id.as_str()),
        "hash": loaded.map(|loaded| &loaded.hash),
        "findings": checked.findings.json(),
    })
}
