//! The names that customers' scripts depend on, held fixed on a real server. Needs root.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests work on files of their own and fail loudly"
)]

mod debian_11;
mod document;
mod hostile;
mod languages;
mod names;
mod output;
#[path = "../support/mod.rs"]
mod support;
mod variable;
