//! The line that customers paste: install.sh as `scripts/publish` fills it in, run by real shells
//! on a throw-away copy of this machine, against a real nginx with TLS. Needs root.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests work on files of their own and fail loudly"
)]

mod again;
mod ahead;
mod cut;
mod fault;
mod folder;
mod head;
mod pass_through;
mod proxy;
mod publish;
mod refuse;
mod signal;
mod site;
mod stall;
mod tool;
mod world;

/// The shells that a customer's `sh` may be.
const SHELLS: [&str; 4] = ["dash", "bash", "busybox ash", "mksh"];

/// The line, as the README shows it, with the shell named.
fn line(shell: &str, args: &str) -> String {
    format!("curl -sLf {} | {shell} -s -- {args}", site::URL)
}
