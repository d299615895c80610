//! Real Debian hosts in namespaces, for the tests of `support-access`.
//!
//! A test makes a network, boots hosts on it, does things on them, and looks at what changed:
//!
//! ```no_run
//! use lab::{Host, Key, KeyKind, Net};
//!
//! let net = Net::new();
//! let customer = Host::boot(&net, "customer", "203.0.113.10");
//! let engineer = Host::boot(&net, "engineer", "192.0.2.7");
//! let key = Key::generate(KeyKind::Ed25519);
//!
//! let before = customer.snapshot();
//! customer.put("/root/.ssh/authorized_keys", key.public(), 0o600);
//! assert_eq!(engineer.ssh(&key, "root@203.0.113.10").command("id -u").ok(), "0\n");
//! println!("{}", customer.changes_since(&before));
//! ```
//!
//! A host is a Debian root made by `debootstrap`, under an overlay, with systemd as process 1
//! (or sysvinit, see [`Suite::Sysvinit`]); it
//! boots in about half a second. All of it is gone when the test process is, however that ends.

mod cases;
mod change;
mod command;
mod host;
mod key;
mod machine;
mod needs;
mod net;
mod run;
mod running;
mod site;
mod snapshot;
mod ssh;
mod stripped;
mod suite;
mod tree;
mod using;

pub use cases::Cases;
pub use change::{Aspect, Change, Changes, Place, What};
pub use command::Command;
pub use host::Host;
pub use key::{Key, KeyKind};
pub use machine::{Kept, Machine};
pub use needs::missing;
pub use net::Net;
pub use running::{Output, Running};
pub use site::Site;
pub use snapshot::Snapshot;
pub use ssh::{Session, SshAttempt};
pub use stripped::stripped;
pub use suite::Suite;
