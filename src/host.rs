//! The only code that touches the machine.

pub mod run;
