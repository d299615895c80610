//! What is told about each cause of a refused login.

use super::Lang;

/// The texts of one cause: English first, then Korean.
#[derive(Debug)]
pub struct Told {
    /// What it is, in a line.
    pub name: [&'static str; 2],
    /// What happens and why.
    pub why: [&'static str; 2],
    /// What to do.
    pub todo: [&'static str; 2],
}

/// One of two texts.
#[must_use]
pub fn choose(texts: &[&'static str; 2], lang: Lang) -> &'static str {
    match lang {
        Lang::En => texts[0],
        Lang::Ko => texts[1],
    }
}

/// One cause a block: name, why, what to do; each in English and Korean.
macro_rules! told {
    ($( $id:ident { $n:literal, $nk:literal; $w:literal, $wk:literal; $t:literal, $tk:literal; } )+) => {
        $(
            #[allow(missing_docs, reason = "each text documents itself")]
            pub const $id: Told = Told { name: [$n, $nk], why: [$w, $wk], todo: [$t, $tk] };
        )+
    };
}

pub mod account;
pub mod files;
pub mod keys;
pub mod methods;
pub mod network;
pub mod outside;
pub mod pam;
pub mod proofs;
pub mod session;
pub mod sshd;
