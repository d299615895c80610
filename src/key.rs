//! The key files of those who sign in: what stands in one, what is damaged there, and the same key in
//! another format. Functions over bytes; nothing here touches the machine.

mod armor;
mod der;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzz;
mod lines;
mod look;
mod open;
mod openssh;
mod pem;
mod ppk;
mod public;
mod secret;
mod seen;
mod taken;
mod wire;

pub use look::look;
pub use open::{mended, open};
pub use ppk::Seal;
pub use public::{Certificate, Public};
pub use secret::{OpenError, Secret, new_ed25519, new_p256};
pub use seen::{Flawed, Format, Held, Looked};
pub use taken::{SYSTEMS, refusal};
