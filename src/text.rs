//! Every word that a person reads, in English and Korean.

mod words;

pub use words::{Lang, Words};
