//! `scripts/publish`: a site that can be trusted, laid out in one command, with the programs that
//! `scripts/build` made. Needs root, for the servers that serve it.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests work on files of their own and fail loudly"
)]

mod check;
mod faults;
mod killed;
mod policy_only;
mod refusals;
mod reproducible;
mod servers;
mod signed;
mod workshop;
mod write_once;
