//! `support-access key`, held against ssh-keygen's and puttygen's own output.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests work on files of their own and fail loudly"
)]

mod broken;
mod convert;
mod damage;
mod hostile;
mod inspect;
mod new;
mod passphrase;
mod second;
mod shop;
