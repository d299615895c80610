//! The only code that touches the machine.

pub mod files;
pub mod run;
