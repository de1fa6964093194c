//! `kioskd simulate`: a simulated Stripe on a socket.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::cli::{Environment, Exit, complain, complain_of, print, runtime};
use crate::ids::ReaderId;
use crate::simulator::http::{Tls, Wire};
use crate::simulator::{Model, ReaderSetup, Setup, http};
use crate::telemetry::log;

#[derive(clap::Args)]
#[command(long_about = "Run a simulated Stripe with a reader, for tests without hardware or an \
    account.\n\nPoint stripe.api_base at it and stripe.reader at the simulated reader; any key \
    that begins with rk_test_ will do. The customer's card is presented with\n  curl -H 'Authorization: Bearer rk_test_x' \
    -X POST http://ADDRESS/v1/test_helpers/terminal/readers/READER/present_payment_method\nWhat \
    Stripe would have in its books stands at http://ADDRESS/simulator/books.\n\nA page about \
    everything else, such as faults of the wire and of the reader, revoked keys and answers that \
    Stripe leaves open, stands at http://ADDRESS/simulator/.")]
pub(super) struct Arguments {
    /// Where to listen: a loopback address; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8420")]
    listen: SocketAddr,
    /// All ids that it makes follow from this number
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,
    /// The simulated reader
    #[arg(long, value_name = "ID", default_value = "tmr_simulated")]
    reader: ReaderId,
    /// Speak TLS, with HTTP/2 and HTTP/1.1: the certificate in PEM, and those between it and its
    /// authority
    ///
    /// The kiosk has to trust the authority: see stripe.ca_file.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The certificate's private key in PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Close connections on which nothing is asked for so long, such as 60s or 5m
    #[arg(long, value_name = "TIME", value_parser = time)]
    idle_timeout: Option<Duration>,
}

fn time(text: &str) -> Result<Duration, &'static str> {
    let time = crate::config::duration(text).filter(|time| !time.is_zero());
    time.ok_or("write a number and a unit, such as 60s or 5m")
}

pub(super) fn run(arguments: &Arguments, environment: &Environment) -> Exit {
    log::start(&environment.log_settings());
    if !arguments.listen.ip().is_loopback() {
        complain_of(
            "kioskd: the simulator has no secrets and no rights: it listens on loopback only",
        );
        return Exit::Usage;
    }
    let tls = match arguments.tls_cert.as_ref().zip(arguments.tls_key.as_ref()) {
        None => None,
        Some((certificate, key)) => match Tls::of_files(certificate, key) {
            Ok(tls) => Some(tls),
            Err(error) => {
                complain(&error);
                return Exit::Usage;
            }
        },
    };
    let idle_timeout = arguments.idle_timeout;
    let runtime = match runtime() {
        Ok(runtime) => runtime,
        Err(exit) => return exit,
    };
    let setup = Setup {
        seed: arguments.seed,
        readers: vec![ReaderSetup::new(arguments.reader.clone())],
        ..Setup::default()
    };
    let model = Arc::new(Mutex::new(Model::new(setup)));
    let served = runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(arguments.listen).await?;
        let address = listener.local_addr()?;
        let scheme = if tls.is_some() { "https" } else { "http" };
        print(&format!("a simulated Stripe listens on {scheme}://{address}\n"));
        http::serve_as(Wire { tls, idle_timeout }, listener, model).await
    });
    match served {
        Ok(()) => Exit::Done,
        Err(error) => {
            complain(&error);
            Exit::Failed
        }
    }
}
