//! All that is known of a login and of this server, read once and changed by nothing here.

mod answer;
mod files;
mod heard;

use std::cell::OnceCell;
use std::net::IpAddr;
use std::ops::ControlFlow::{Break, Continue};
use std::path::PathBuf;

use crate::host::accounts::{self, Passwd, Shadow};
use crate::host::authlog::{self, Entry, Reach, Wanted};
use crate::host::door::{Report, Source};
use crate::host::firewall::{self, Fate, Packet};
use crate::host::pam::{self, Rule};
use crate::host::sshd::{Config, Sshd, SshdError};
use crate::host::startup::Startup;
use crate::host::{addresses, clock, is_root};
use crate::policy::AuthorizedKey;

pub(super) use files::KeyFile;

use super::{Finding, Unseen};

/// How far back the log is read, in seconds, and how many of sshd's messages at most.
const LOOK_BACK: i64 = clock::DAY;
const ENTRIES: usize = 5000;

/// An address that is nobody's (RFC 5737): stands for any, where nobody says from where.
pub const ANYWHERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

/// Which login it is about.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The account that is signed in to.
    pub account: String,
    /// From where, with the words that were typed for it.
    pub from: Vec<Source>,
    /// Whether nobody said from where, so that the addresses only stand for any.
    pub from_anywhere: bool,
    /// The port that is knocked on.
    pub port: u16,
    /// Public halves of the keys that are shown; none if they are not known.
    pub keys: Vec<AuthorizedKey>,
}

impl Asked {
    /// The address that the login comes from; the first, if there are several.
    fn from(&self) -> IpAddr {
        self.from.first().map_or(ANYWHERE, |source| source.addr)
    }
}

/// All that is known.
#[derive(Debug)]
pub struct Patient {
    /// The login.
    pub asked: Asked,
    /// Whether root looks.
    pub root: bool,
    /// The account; `None` where there is none.
    pub passwd: Result<Option<Passwd>, String>,
    /// Its line in shadow(5); `None` where there is none, or not root's to see.
    shadow: Option<Shadow>,
    /// Names of its groups.
    pub groups: Vec<String>,
    /// The sshd at the port.
    pub sshd: Result<Sshd, SshdError>,
    /// What its configuration on disk says for this login.
    pub config: Result<Config, String>,
    /// Where it looks for keys.
    pub key_files: Vec<KeyFile>,
    answer: OnceCell<Result<Report, String>>,
    pam: OnceCell<Result<Vec<Rule>, String>>,
    gids: OnceCell<Vec<u32>>,
    startup: OnceCell<Startup>,
    fates: OnceCell<Result<Vec<Fate>, String>>,
    other_files: OnceCell<Vec<(PathBuf, String)>>,
    log: OnceCell<(Vec<Entry>, Reach)>,
}

impl Patient {
    /// Looks at everything but sshd's own answer, which is asked for when it is needed.
    #[must_use]
    pub fn new(asked: Asked) -> Self {
        let passwd = accounts::account(&asked.account).map_err(|error| error.to_string());
        let known = passwd.as_ref().ok().and_then(Option::as_ref);
        let groups = known.map(|_| accounts::groups_of(&asked.account)).unwrap_or_default();
        let shadow = accounts::shadow(&asked.account).ok().flatten();
        let sshd = Sshd::find(asked.port);
        let config = match &sshd {
            Ok(sshd) => configuration(sshd, &asked),
            Err(error) => Err(error.to_string()),
        };
        Self::with(asked, passwd, groups, shadow, (sshd, config))
    }

    /// The same for an account that is still to be made, with a group of its own name, at a door that
    /// was looked at already. sshd is not asked: it does not know the account.
    #[must_use]
    pub fn planned(asked: Asked, passwd: Passwd, sshd: &Sshd, config: &Config) -> Self {
        let groups = vec![asked.account.clone()];
        let door = (Ok(sshd.clone()), Ok(config.clone()));
        let patient = Self::with(asked, Ok(Some(passwd)), groups, None, door);
        let _ = patient.answer.set(Err(Unseen::NoAccount.to_string()));
        patient
    }

    fn with(
        asked: Asked,
        passwd: Result<Option<Passwd>, String>,
        groups: Vec<String>,
        shadow: Option<Shadow>,
        (sshd, config): (Result<Sshd, SshdError>, Result<Config, String>),
    ) -> Self {
        let known = passwd.as_ref().ok().and_then(Option::as_ref);
        let key_files = match (&config, known) {
            (Ok(config), Some(passwd)) => files::key_files(config, passwd),
            _ => Vec::new(),
        };
        Self {
            root: is_root(),
            shadow,
            groups,
            sshd,
            config,
            key_files,
            passwd,
            asked,
            answer: OnceCell::new(),
            pam: OnceCell::new(),
            gids: OnceCell::new(),
            startup: OnceCell::new(),
            fates: OnceCell::new(),
            other_files: OnceCell::new(),
            log: OnceCell::new(),
        }
    }

    /// The account.
    pub fn account(&self) -> Result<&Passwd, Unseen> {
        match &self.passwd {
            Ok(Some(passwd)) => Ok(passwd),
            Ok(None) => Err(Unseen::NoAccount),
            Err(why) => Err(Unseen::Broken { why: why.clone() }),
        }
    }

    /// Ids of the account's groups; none where there is no account.
    pub(super) fn gids(&self) -> &[u32] {
        self.gids.get_or_init(|| {
            self.account().map(|passwd| accounts::gids_of(&passwd.name)).unwrap_or_default()
        })
    }

    /// What its shell reads before anything else; nothing where there is no account.
    pub(super) fn startup(&self) -> &Startup {
        self.startup.get_or_init(|| self.account().map(Startup::of).unwrap_or_default())
    }

    /// sshd's configuration for this login.
    pub fn config(&self) -> Result<&Config, Unseen> {
        self.config.as_ref().map_err(|_| if self.root { Unseen::NoSshd } else { Unseen::NotRoot })
    }

    /// The sshd, whose sockets only root can see.
    pub(super) fn daemon(&self) -> Result<&Sshd, Unseen> {
        if !self.root {
            return Err(Unseen::NotRoot);
        }
        self.sshd.as_ref().map_err(|_| Unseen::NoSshd)
    }

    /// The port that is knocked on, where an sshd listens, but not there.
    pub(super) fn missed_port(&self) -> Option<u16> {
        let sshd = self.daemon().ok()?;
        let port = self.asked.port;
        (!sshd.listeners.is_empty() && sshd.at(port).next().is_none()).then_some(port)
    }

    /// Whether the configuration on disk has a port.
    pub(super) fn is_configured(&self, port: u16) -> bool {
        self.config().is_ok_and(|config| config.ports().contains(&port))
    }

    /// What it says for a keyword, as a finding.
    pub(super) fn setting(&self, key: &str) -> Result<Finding, Unseen> {
        let value = self.config()?.get(key).unwrap_or_default();
        Ok(Finding::new(format!("sshd -T: {key} {value}")))
    }

    /// The account's line in shadow(5).
    pub fn shadow(&self) -> Result<&Shadow, Unseen> {
        let why = "/etc/shadow has no line for the account";
        self.shadow.as_ref().ok_or_else(|| {
            if self.root { Unseen::Broken { why: why.to_owned() } } else { Unseen::NotRoot }
        })
    }

    /// The address that the login comes from; the first, if there are several.
    #[must_use]
    pub fn from(&self) -> IpAddr {
        self.asked.from()
    }

    /// What the packet filter does with a connection from each address.
    pub fn fates(&self) -> Result<&[Fate], Unseen> {
        if !self.root {
            return Err(Unseen::NotRoot);
        }
        let judge = |source: &Source| {
            firewall::fate(&Packet {
                from: (!self.asked.from_anywhere).then_some(source.addr),
                port: self.asked.port,
                own: addresses::own(),
                interfaces: addresses::interfaces(),
            })
        };
        let fates = self.fates.get_or_init(|| self.asked.from.iter().map(judge).collect());
        fates.as_deref().map_err(|why| Unseen::Broken { why: why.clone() })
    }

    /// PAM's rules for sshd of one kind (`account`, `session`); none where sshd does not ask PAM.
    pub fn pam(&self, kind: &'static str) -> Result<impl Iterator<Item = &Rule>, Unseen> {
        let asks = self.config()?.is_yes("usepam");
        let service = self.config()?.get("pamservicename").unwrap_or("sshd");
        let rules = self.pam.get_or_init(|| pam::rules(service).map_err(|e| e.to_string()));
        let rules = rules.as_ref().map_err(|why| Unseen::Broken { why: why.clone() })?;
        Ok(rules.iter().filter(move |rule| asks && rule.kind == kind))
    }

    /// The command that sshd asks for keys, besides the files.
    #[must_use]
    pub fn keys_command(&self) -> Option<&str> {
        let command = self.config.as_ref().ok()?.get("authorizedkeyscommand")?;
        (!command.eq_ignore_ascii_case("none")).then_some(command)
    }

    /// Files in the home that sshd does not read, and that may have keys in them; with what is there.
    #[must_use]
    pub fn other_files(&self) -> &[(PathBuf, String)] {
        self.other_files.get_or_init(|| match self.account() {
            Ok(passwd) => files::others(passwd, &self.key_files),
            Err(_) => Vec::new(),
        })
    }

    /// What sshd and its PAM wrote of late, newest first; nothing where only root may read it.
    pub fn log(&self) -> &[Entry] {
        let (entries, _) = self.log.get_or_init(|| {
            let mut entries = Vec::new();
            let since = clock::now() - LOOK_BACK;
            let wanted = Wanted { since, sudo_of: None, only: &[] };
            let reach = authlog::newest_first(&wanted, &mut |entry| {
                if entry.program.starts_with("sshd") {
                    entries.push(entry);
                }
                if entries.len() < ENTRIES { Continue(()) } else { Break(()) }
            });
            (entries, reach)
        });
        entries
    }
}

fn configuration(sshd: &Sshd, asked: &Asked) -> Result<Config, String> {
    let from = asked.from();
    let own = addresses::own();
    let local = own.iter().copied().find(|own| own.is_ipv6() == from.is_ipv6());
    let local = local.unwrap_or(IpAddr::from([127, 0, 0, 1]));
    sshd.effective(&asked.account, from, local, asked.port).map_err(|error| error.to_string())
}
