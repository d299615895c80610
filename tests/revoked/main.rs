//! Promise 9 and the design's Trust: what the provider withdraws is gone from every server within the
//! hour, with its sessions; whoever else speaks for the site can take nothing, and nobody can give.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "what tests share fails as tests do"
)]
#![allow(clippy::disallowed_methods, reason = "a site's own files")]
#![allow(clippy::print_stderr, reason = "what was measured is told")]

#[path = "../common/mod.rs"]
mod common;

mod asked;
mod believed;
mod killed;
mod scale;
mod scene;
mod stubborn;
mod withdrawn;
