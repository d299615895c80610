//! The only code that touches the machine.

pub mod door;
pub mod inside;
mod namespace;
mod netlink;
pub mod run;
pub mod sshd;
