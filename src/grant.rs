//! The time-limited access: what it is made of, its journal, and how it is made and undone.

pub mod carry;
pub mod end;
pub mod facts;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzz;
pub mod journal;
pub mod lost;
pub mod newer;
pub mod proof;
pub mod step;
pub mod survey;
pub mod visits;
pub mod withdraw;
