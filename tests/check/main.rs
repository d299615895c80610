//! Each cause that a check knows, with real hosts: the way from an engineer's machine to a server is
//! broken, `check` names the cause first and does not with its detector switched off, the command that
//! it prints is run where it says, and `check` says connected.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests work on files of their own and fail loudly"
)]

mod bench;
mod host_keys;
mod hostile;
mod keys;
mod manners;
mod own_config;
mod reach;
mod table;
mod users;
