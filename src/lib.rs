//! Temporary support access to a server: opened, proven, ended by itself.

pub mod check;
pub mod cli;
mod command;
pub mod doctor;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
pub mod grant;
pub mod host;
pub mod key;
pub mod policy;
pub mod text;

use std::process::ExitCode;

/// The program's version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The commit that it was built from, where that is known.
pub const COMMIT: Option<&str> = option_env!("SUPPORT_ACCESS_COMMIT");

/// Runs the program: words without the program's name in, exit code out.
pub fn run(args: &[String], env: &cli::Env) -> ExitCode {
    ExitCode::from(command::run(args, env))
}
