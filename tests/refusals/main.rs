//! Every way to be told no, on real servers: a clear message in both languages, its exit code, its
//! last word, and an untouched disk, or a full way back where only the proof can tell. Needs root.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::too_many_lines,
    reason = "tests work on files of their own and fail loudly; a table is as long as it is"
)]

mod handed;
mod journal;
mod key_files;
mod keys;
mod lock;
mod other_port;
mod policy;
mod sites;
mod sshd;
#[path = "../support/mod.rs"]
mod support;
mod system;
mod table;
mod typed;
