//! The page for people, `/guide/`: as `scripts/publish` fills it from a policy, as nginx serves it, as
//! Chromium shows it, and its commands as a customer runs them.
#![allow(clippy::expect_used, clippy::panic, reason = "these are tests")]
#![allow(clippy::disallowed_methods, reason = "the tests look for themselves")]
#![allow(clippy::print_stderr, reason = "a check that can't run says so")]

mod browser;
mod commands;
mod links;
mod other;
mod reading;
mod scene;
#[path = "../stage/mod.rs"]
mod stage;
mod using;
