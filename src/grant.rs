//! The time-limited access: what it is made of, its journal, and how it is made and undone.

pub mod journal;
mod leftovers;
pub mod step;
