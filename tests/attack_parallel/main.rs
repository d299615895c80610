//! Attacks on the lock: many runs at once, runs that wait while others change what they were asked
//! about, and whatever may stand where the lock file does.
#![allow(clippy::expect_used, clippy::panic, reason = "what the cases share fails as tests do")]
#![allow(clippy::print_stdout, reason = "how the runs ended is worth a look")]

#[path = "../common/mod.rs"]
mod common;
mod lock_file;
mod together;
mod waiting;

const CLASS: &str = "many at once";
const LOCK: &str = "/run/support-access.lock";
