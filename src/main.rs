//! Arguments in, an exit code out. The only reader of the environment.

use std::process::ExitCode;

use kioskd::cli::{self, Environment};

fn main() -> ExitCode {
    let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        Some((name.into_string().ok()?, value.into_string().ok()?))
    };
    let environment = Environment { variables: std::env::vars_os().filter_map(text).collect() };
    ExitCode::from(cli::main(std::env::args_os(), &environment).code())
}
