//! Each cause that the doctor knows, on real servers: the server is broken that way, a real `ssh`
//! fails, the doctor names the cause first, its fix is carried out, and the real `ssh` gets in. With
//! the cause's detector switched off the doctor must not name it, or the test would prove nothing.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests work on files of their own and fail loudly"
)]

#[macro_use]
mod bench;

mod account;
mod files;
mod foreseen;
mod healthy;
mod keys;
mod network;
mod pam;
mod reads_only;
mod session;
mod sshd;
mod table;
mod verdict;
