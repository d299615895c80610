//! Whether a login from here works, and where it ends: the way to a server in the order in which a
//! login goes it, from this side.
//!
//! A [`Call`] is one login that was tried by the system's ssh, with all that was looked up beside it.
//! A [`Cause`] looks at it and finds, or does not. Adding one is adding a row to its stage's `CAUSES`,
//! with its function, its texts (`text/cause/outside.rs`) and its case (`tests/check/`).

mod banner;
mod call;
pub mod causes;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzz;
mod host_key;
mod key;
mod reach;
mod receipt;
mod session;
mod user;

pub use call::{Asked, Call};
pub use receipt::{Receipt, ReceiptProblem};

use crate::host::run::Tool;
use crate::text::cause::Told;

/// Where on the way a cause stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Ord, PartialOrd)]
pub enum Stage {
    /// From the name to an address.
    Name,
    /// From here to the host.
    Route,
    /// The connection.
    Tcp,
    /// Whether SSH is spoken there.
    Banner,
    /// Whether it is the right host.
    HostKey,
    /// The key's file on this side.
    Key,
    /// Whether the server takes user and key.
    User,
    /// What comes after.
    Session,
}

impl Stage {
    /// All, in their order.
    pub const ALL: [Self; 8] = [
        Self::Name,
        Self::Route,
        Self::Tcp,
        Self::Banner,
        Self::HostKey,
        Self::Key,
        Self::User,
        Self::Session,
    ];

    /// The word in JSON and in lists.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Route => "route",
            Self::Tcp => "tcp",
            Self::Banner => "banner",
            Self::HostKey => "host-key",
            Self::Key => "key",
            Self::User => "user",
            Self::Session => "session",
        }
    }
}

/// One reason why a login from here does not work.
#[derive(Debug)]
pub struct Cause {
    /// Its stable name.
    pub id: &'static str,
    /// Where on the way it stands.
    pub stage: Stage,
    /// What is told about it.
    pub told: &'static Told,
    /// Whether it is at work.
    pub look: fn(&Call) -> Option<Finding>,
}

impl Cause {
    const fn new(
        id: &'static str,
        stage: Stage,
        told: &'static Told,
        look: fn(&Call) -> Option<Finding>,
    ) -> Self {
        Self { id, stage, told, look }
    }
}

/// A cause that was seen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Finding {
    /// What shows it; untrusted text may be part of it.
    pub evidence: Vec<String>,
    /// What mends it.
    pub fix: Fix,
    /// What a firewall must let in.
    pub rule: Option<Rule>,
}

impl Finding {
    fn new(evidence: Vec<String>, fix: Fix) -> Self {
        Self { evidence, fix, rule: None }
    }
}

/// What mends it.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Fix {
    /// What the text says; no one command does it.
    #[default]
    Told,
    /// A command for this machine, for its user to decide.
    Here(String),
    /// A command for the server.
    There(String),
    /// A command for the machine that forwards the port.
    Router(String),
    /// A command for this machine, which `--fix` runs.
    Safe(Tool),
}

impl Fix {
    /// The command, if there is one.
    #[must_use]
    pub fn command(&self) -> Option<String> {
        match self {
            Self::Told => None,
            Self::Here(line) | Self::There(line) | Self::Router(line) => Some(line.clone()),
            Self::Safe(tool) => Some(tool.line()),
        }
    }
}

/// An INBOUND rule, as a cloud's console asks for it.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Rule {
    /// Always `TCP`.
    pub protocol: &'static str,
    /// The port.
    pub port: u16,
    /// Addresses that are to be let in.
    pub from: Vec<String>,
}

/// Looks for every cause, in order.
#[must_use]
pub fn examine(call: &Call) -> Vec<(&'static Cause, Finding)> {
    let seen = |cause: &'static Cause| {
        (!switched_off(cause.id)).then(|| (cause.look)(call)).flatten().map(|it| (cause, it))
    };
    let mut found: Vec<(&Cause, Finding)> = causes::all().filter_map(seen).collect();
    let other = found.len() > 1;
    found.retain(|(cause, _)| !other || cause.id != "unexplained");
    found
}

/// For the tests' own proof that they fail without a cause's detector: never in a release.
fn switched_off(id: &str) -> bool {
    cfg!(debug_assertions)
        && std::env::var("SUPPORT_ACCESS_WITHOUT_CAUSE").is_ok_and(|off| off == id)
}
