//! Why a login with a key is refused: the causes that are known, looked for one by one in the order
//! in which a login meets them, and sshd's own answer beside them.
//!
//! A [`Patient`] is all that is known of a login and of this server, read once. A [`Cause`] looks at
//! it and finds, rules out, or says why it could not tell. Adding one is adding a row to its stage's
//! `CAUSES`, with its function, its texts and its test.

mod account;
mod blame;
pub mod causes;
mod files;
#[cfg(any(test, fuzzing))]
pub(crate) use keyfile::fuzz;
mod keyfile;
mod keys;
mod mend;
mod methods;
mod network;
mod pam;
mod patient;
mod proofs;
mod session;
mod sshd;
mod verdict;
mod way;

pub use keyfile::unreadable;
pub use patient::{ANYWHERE, Asked, Patient};

use crate::host::change::Change;
use crate::host::run::Tool;
use crate::text::cause::Told;
use crate::words;

/// Where in a login a cause stands; in sshd's own order.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Ord, PartialOrd)]
pub enum Stage {
    /// Before sshd hears of it: the daemon, ports, firewalls, bans.
    Network,
    /// What sshd's configuration allows at all.
    Sshd,
    /// The account: whether there is one, its shell, who is allowed.
    Account,
    /// Which proofs sshd asks for.
    Methods,
    /// The key file: where it is, whose, who may write to it.
    Files,
    /// The key and its line.
    Keys,
    /// What PAM says once the key was taken.
    Pam,
    /// The session.
    Session,
}

impl Stage {
    /// The word in JSON and in lists.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Sshd => "sshd",
            Self::Account => "account",
            Self::Methods => "methods",
            Self::Files => "files",
            Self::Keys => "keys",
            Self::Pam => "pam",
            Self::Session => "session",
        }
    }
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Severity {
    /// The login is refused, or the session does not come about.
    Refuses,
    /// It is not refused now, but may be soon (after a restart of sshd, say).
    Warns,
}

/// One reason why a login fails.
#[derive(Debug)]
pub struct Cause {
    /// Its stable name.
    pub id: &'static str,
    /// Where in a login it stands.
    pub stage: Stage,
    /// How bad it is.
    pub severity: Severity,
    /// Whether sshd's own answer, which is asked without a terminal and with a key line of our own,
    /// says nothing about it.
    pub unasked: bool,
    /// What is told about it.
    pub told: &'static Told,
    /// Whether it is at work here.
    pub look: fn(&Patient) -> Looked,
}

impl Cause {
    const fn new(
        id: &'static str,
        stage: Stage,
        told: &'static Told,
        look: fn(&Patient) -> Looked,
    ) -> Self {
        Self { id, stage, severity: Severity::Refuses, unasked: false, told, look }
    }

    /// sshd's own answer says nothing about it.
    const fn unasked(mut self) -> Self {
        self.unasked = true;
        self
    }

    /// Nobody is refused for it yet.
    const fn warns(mut self) -> Self {
        self.severity = Severity::Warns;
        self
    }
}

/// What looking for a cause came to: nothing, a finding, or that it could not be told.
pub type Looked = Result<Option<Finding>, Unseen>;

/// A cause seen on this server.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Finding {
    /// What shows it: file and mode, setting, line of a log. Untrusted text may be part of it.
    pub evidence: Vec<String>,
    /// What mends it.
    pub fix: Fix,
    /// What sshd itself says to it: `true`, that it refuses for this reason; `false`, that it lets
    /// the login in all the same; `None`, nothing.
    pub confirmed: Option<bool>,
    /// How bad it is here, where that is not what the table says.
    pub severity: Option<Severity>,
}

impl Finding {
    fn new(evidence: impl Into<String>) -> Self {
        Self { evidence: vec![evidence.into()], ..Self::default() }
    }

    fn with(mut self, fix: Fix) -> Self {
        self.fix = fix;
        self
    }

    fn is(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }
}

/// What mends a finding.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Fix {
    /// What the cause's own text says; no one command does it.
    #[default]
    Told,
    /// A command for this server, which is the customer's to decide.
    Run(String),
    /// A command, and the changes that `--fix` makes for it: safe, and to be taken back.
    Safe {
        /// As a person would type it.
        command: String,
        /// As we do it.
        changes: Vec<Change>,
    },
    /// A command or option for the engineer's own machine.
    Client(String),
}

impl Fix {
    /// A tool that may be run for the customer, shown as he would type it.
    fn safe(tool: Tool) -> Self {
        Self::Safe { command: tool.line(), changes: vec![Change::Run { tool }] }
    }

    /// The command, if there is one.
    #[must_use]
    pub fn command(&self) -> Option<&str> {
        match self {
            Self::Told => None,
            Self::Run(line) | Self::Client(line) | Self::Safe { command: line, .. } => Some(line),
        }
    }
}

words! {
    /// Why a cause could not be looked for.
    Unseen {
        NotRoot => "only root can see that", "root만 확인할 수 있습니다";
        NoSshd => "sshd could not be asked", "sshd에 확인할 수 없습니다";
        NoAccount => "there is no such account", "계정이 없습니다";
        NoKey => "the key is not known: --key FILE names its public half", "키를 알 수 없습니다. --key 파일로 공개 키를 지정해 주세요";
        NoKeyFile => "there is no key file", "공개키 파일이 없습니다";
        Earlier => "sshd refuses before that", "그 전에 sshd가 거부합니다";
        NoSource => "it is not known from where: --from ADDRESS names it", "접속하는 쪽 주소를 알 수 없습니다. --from 주소로 지정해 주세요";
        TooInvolved => "the rules are too involved to be judged with certainty", "규칙이 복잡하여 확실하게 판단할 수 없습니다";
        NotAsked { why: String } => "sshd's own answer is not known: {why}", "sshd의 응답을 확인하지 못했습니다: {why}";
        Broken { why: String } => "{why}", "{why}";
    }
}

/// What came of looking for one cause.
#[derive(Debug)]
pub struct Examined {
    /// Which.
    pub cause: &'static Cause,
    /// What came of it.
    pub looked: Looked,
}

impl Examined {
    /// How bad what was found is; `None` if nothing was.
    #[must_use]
    pub fn severity(&self) -> Option<Severity> {
        let found = self.looked.as_ref().ok()?.as_ref()?;
        Some(found.severity.unwrap_or(self.cause.severity))
    }
}

/// Looks for every cause, in order.
#[must_use]
pub fn examine(patient: &Patient) -> Vec<Examined> {
    let mut examined = look(patient, |_| true);
    verdict::settle(&mut examined, patient.answer().ok());
    examined
}

/// Looks for what would refuse a login that is still to be made possible: first what is sure, then
/// what is feared.
#[must_use]
pub fn foresee(patient: &Patient) -> [Vec<Examined>; 2] {
    [&causes::FORESEEN[..], &causes::FEARED].map(|ids| {
        let mut examined = look(patient, |cause| ids.contains(&cause.id));
        examined.retain(|it| it.severity().is_some());
        examined
    })
}

fn look(patient: &Patient, wanted: impl Fn(&Cause) -> bool) -> Vec<Examined> {
    causes::all()
        .filter(|cause| wanted(cause) && !switched_off(cause.id))
        .map(|cause| Examined { cause, looked: (cause.look)(patient) })
        .collect()
}

/// For the tests' own proof that they fail without a cause's detector: never in a release.
fn switched_off(id: &str) -> bool {
    cfg!(debug_assertions)
        && std::env::var("SUPPORT_ACCESS_WITHOUT_CAUSE").is_ok_and(|off| off == id)
}
