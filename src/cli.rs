//! What was typed or set in the environment, as a command. No I/O; a mix that means nothing can't be
//! built.

mod args;
mod common;
mod key;
mod language;
mod usage;
mod verb;

pub use key::{Convert, Key, New, Passphrase, To};
pub use language::language;

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::policy::{AccountName, Endpoint, HttpsUrl, Lifetime, Origin, Source, Sudo, Target};
use crate::text::refusal::Refusal;
use crate::text::usage::Usage;
use crate::text::{Lang, Words};

/// The variables by which something is fetched: proxies and CA certificates.
pub const FETCHING: [&str; 8] = [
    "https_proxy",
    "HTTPS_PROXY",
    "all_proxy",
    "ALL_PROXY",
    "no_proxy",
    "NO_PROXY",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
];

/// The variables that we look at, already read.
#[derive(Clone, Debug, Default)]
pub struct Env {
    /// `CAFE24DEL`
    pub delete: Option<String>,
    /// `SUPPORT_ACCESS_ORIGIN`, set by install.sh: the address of the customers' line.
    pub origin: Option<String>,
    /// `SUPPORT_ACCESS_POLICY`, set by install.sh: the policy's URL.
    pub policy: Option<String>,
    /// `SUPPORT_ACCESS_POLICY_FILE`, set by install.sh: what that URL answered a moment ago.
    pub policy_file: Option<String>,
    /// `SUPPORT_ACCESS_SIGNERS`, set by install.sh: a file as in `allowed_signers(5)`.
    pub signers: Option<String>,
    /// `LC_ALL`, `LC_MESSAGES`, `LC_CTYPE` and `LANG`, in this order.
    pub locale: [Option<String>; 4],
    /// `TERM`
    pub term: Option<String>,
    /// Whether `NO_COLOR` is set and not empty.
    pub no_color: bool,
    /// `SSH_AUTH_SOCK`: where the user's own agent is.
    pub agent: Option<String>,
    /// Those of [`FETCHING`] that are set.
    pub fetching: BTreeMap<String, String>,
}

impl Env {
    /// The address of the customers' line. A broken one is no reason to fail; it is only shown.
    #[must_use]
    pub fn origin(&self) -> Option<HttpsUrl> {
        self.origin.as_deref().and_then(|text| text.parse().ok())
    }
}

/// What to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Open access, or change what is open.
    Grant(Box<Grant>),
    /// End it.
    Delete {
        /// Say only what would happen.
        dry_run: bool,
        /// Where the provider's list of earlier accounts is.
        policy: PolicySource,
    },
    /// Show it.
    Audit {
        /// Where the provider's list of earlier accounts is.
        policy: PolicySource,
    },
    /// Say why a login is refused.
    Doctor(Box<Doctor>),
    /// Try a login from here, and say where it ends.
    Check(Box<Check>),
    /// Look at key files, convert them, make a pair.
    Key(Box<Key>),
    /// The timer's own: end what is over, undo what was never completed.
    Expire,
    /// The publisher's own: judge a policy file and print its fields.
    PolicyCheck {
        /// The file.
        policy: Origin,
    },
    /// Print a help page.
    Help(&'static str),
    /// Print the version.
    Version,
}

/// Where the policy is, and whose signature it must carry.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PolicySource {
    /// `--policy`, or what install.sh says; `None` is the built-in policy.
    pub origin: Option<Origin>,
    /// `--signers`, likewise.
    pub signers: Option<String>,
    /// A file with what the origin answered a moment ago.
    pub fetched: Option<String>,
}

/// How long.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Time {
    /// The policy's own lifetime.
    Usual,
    /// `--expires`
    Expires(Lifetime),
    /// `--extend`
    Extend(Lifetime),
}

/// What a grant is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Grant {
    /// Where the policy is.
    pub policy: PolicySource,
    /// `--key`, as often as given.
    pub keys: Vec<Origin>,
    /// `--expires` or `--extend`.
    pub time: Time,
    /// `--from`
    pub from: Vec<Source>,
    /// `--account`
    pub account: Option<AccountName>,
    /// `--port`
    pub port: Option<u16>,
    /// `--sudo`
    pub sudo: Option<Sudo>,
    /// `--ticket`
    pub ticket: Option<String>,
    /// Not `--no-verify`.
    pub verify: bool,
    /// `--dry-run`
    pub dry_run: bool,
    /// `--public`
    pub public: Option<Endpoint>,
    /// The address of the customers' line.
    pub origin: Option<HttpsUrl>,
    /// The variables by which something is fetched, but for those with a password in them: they are
    /// kept with the grant, for its timer.
    pub fetched_with: BTreeMap<String, String>,
}

/// Which login the doctor is asked about.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Doctor {
    /// `--account`: any account's name, not only one that a grant could make.
    pub account: Option<String>,
    /// `--from`
    pub from: Vec<Source>,
    /// `--key`, as often as given: public halves.
    pub keys: Vec<Origin>,
    /// `--port`
    pub port: Option<u16>,
    /// `--fix`
    pub fix: bool,
    /// `--list`
    pub list: bool,
}

/// Which login is checked from here.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Check {
    /// `[USER@]HOST[:PORT]`; what the receipt says otherwise.
    pub target: Option<Target>,
    /// `-i`
    pub key: Option<PathBuf>,
    /// `--receipt`: a file or standard input.
    pub receipt: Option<Origin>,
    /// `--via`: where another machine's port leads to the server.
    pub via: Option<Endpoint>,
    /// `--fix`
    pub fix: bool,
    /// The user's own agent.
    pub agent: Option<String>,
}

/// How to say it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Manner {
    /// One JSON document instead of text.
    pub json: bool,
    /// `--lang`, if given.
    pub lang: Option<Lang>,
}

/// Why there is no command.
#[derive(Clone, Debug, PartialEq)]
pub enum Problem {
    /// Exit 2.
    Usage(Usage),
    /// Exit 4: flag and variable contradict each other.
    Refused(Refusal),
}

/// Reads a command line (without the program's name) and the environment. The manner is known even
/// where the command is wrong.
pub fn parse(args: &[String], env: &Env) -> (Manner, Result<Command, Problem>) {
    let manner = args::manner(args);
    let lang = language(manner.lang, env, Lang::Ko);
    (manner, args::command(args, env, lang))
}

/// All that can be typed: the man page and the completions are made of it (tests/pages). The program
/// itself does not call this.
#[must_use]
pub fn command_line() -> clap::Command {
    args::options()
}

fn field<T, E: Words>(option: &str, value: Result<T, E>, lang: Lang) -> Result<T, Problem> {
    value.map_err(|why| {
        Problem::Usage(Usage::BadField { option: option.to_owned(), why: why.say(lang) })
    })
}

#[cfg(test)]
mod tests;
