//! Stripe's own SDKs for Python and Node sell with the simulator: clients that we did not write
//! cannot tell it from Stripe.
//!
//! The programs stand in `tests/sdk/`; `.ci/sdks`, which `make test` runs, installs what they need
//! under `target/sdk/`. Where it is not installed, the tests say so and are skipped.

#![expect(clippy::unwrap_used, reason = "a test that panics says where")]

use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use kioskd::simulator::http::LoggedRequest;

mod schema;

/// `kioskd simulate`, ended with the test.
struct Simulator {
    process: Child,
    base: String,
}

impl Simulator {
    fn start() -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kioskd"));
        command.args(["simulate", "--listen", "127.0.0.1:0"]);
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let base = line.trim().rsplit(' ').next().unwrap().to_owned();
        assert!(base.starts_with("http://127.0.0.1:"), "it said {line:?}");
        Self { process, base }
    }

    /// What it was asked, oldest first.
    fn requests(&self) -> Vec<LoggedRequest> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let text = runtime.block_on(async {
            let reply = client.get(format!("{}/simulator/requests", self.base)).send().await;
            reply.unwrap().text().await.unwrap()
        });
        serde_json::from_str(&text).unwrap()
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn installed() -> PathBuf {
    project().join("target/sdk")
}

/// Whether the SDKs are there as they are pinned. If not, that is said where nothing hides it.
fn are_installed() -> bool {
    let pinned = |name| fs::read_to_string(project().join("tests/sdk").join(name)).unwrap();
    let pinned = pinned("requirements.txt") + &pinned("package-lock.json");
    let is = fs::read_to_string(installed().join("installed")).is_ok_and(|found| found == pinned);
    if !is {
        let reason = "\nSKIPPED: Stripe's SDKs are not installed under target/sdk/ as tests/sdk/ \
                      pins them. Run .ci/sdks, or make test.\n\n";
        io::stderr().write_all(reason.as_bytes()).unwrap();
    }
    is
}

/// Runs a program of `tests/sdk/` against a simulator of its own.
#[track_caller]
fn sells(interpreter: &str, program: &str) {
    if !are_installed() {
        return;
    }
    let simulator = Simulator::start();
    let python = installed().join("python/bin");
    let path = std::env::var("PATH").unwrap_or_default();
    let output = Command::new(interpreter)
        .arg(project().join("tests/sdk").join(program))
        .arg(&simulator.base)
        .current_dir(installed().join("node"))
        .env("PATH", format!("{}:{path}", python.display()))
        .env("NO_PROXY", "127.0.0.1")
        .env("no_proxy", "127.0.0.1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} failed:\n{said}{complained}");
    assert!(said.contains("done: Stripe's SDK"), "{program} ended early:\n{said}{complained}");
    let wrong = schema::judge_log(&simulator.requests());
    assert!(wrong.is_empty(), "Stripe's schema says otherwise:\n{}", wrong.join("\n"));
}

#[test]
fn stripes_sdk_for_python_sells() {
    let python = installed().join("python/bin/python");
    sells(python.to_str().unwrap(), "server_driven.py");
}

#[test]
fn stripes_sdk_for_node_sells() {
    sells("node", "server_driven.mjs");
}
