//! One login from here: tried, and all that is looked up beside it.

use std::net::IpAddr;
use std::path::PathBuf;

use super::receipt::Receipt;
use super::{Cause, Rule, Stage};
use crate::host::client::{self, Config, Heard, Identity, Known, Login};
use crate::host::run::{RunError, quote};
use crate::policy::{Endpoint, Policy};

/// Other ports on which sshd is often found.
const USUAL_PORTS: [u16; 3] = [22, 2222, 10022];

/// Which login is meant.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// Who; the user of this machine or of ssh's configuration otherwise.
    pub user: Option<String>,
    /// The server's own name or address.
    pub at: Endpoint,
    /// Where it is reached through another machine's port.
    pub via: Option<Endpoint>,
    /// The key's file, by its whole path.
    pub key: Option<PathBuf>,
    /// What the customer sent.
    pub receipt: Option<Receipt>,
    /// Where the receipt was read from, for the command that tries again.
    pub receipt_file: Option<String>,
    /// Where the agent is.
    pub agent: Option<String>,
    /// This program, as a shell calls it.
    pub program: String,
}

impl Asked {
    /// Where the connection goes.
    #[must_use]
    pub fn door(&self) -> &Endpoint {
        self.via.as_ref().unwrap_or(&self.at)
    }

    fn login(&self) -> Login {
        let keys = self.receipt.as_ref().map(|it| it.host_keys.clone()).filter(|it| !it.is_empty());
        Login {
            user: self.user.clone(),
            host: self.door().host.clone(),
            port: self.door().port.or(self.via.as_ref().map(Endpoint::port)),
            key: self.key.clone(),
            // Through a forwarded port the server is still known by its own name.
            alias: self.via.is_some().then(|| self.at.known_as()),
            trusted: keys,
            agent: self.agent.clone(),
        }
    }

    /// The same check with another user or place.
    pub(super) fn again(&self, user: &str, at: &Endpoint) -> String {
        let mut words = Vec::new();
        let host = if at.host.contains(':') { format!("[{}]", at.host) } else { at.host.clone() };
        let port = at.port.map(|port| format!(":{port}")).unwrap_or_default();
        words.push(format!("{user}@{host}{port}"));
        if let Some(key) = &self.key {
            words.extend(["-i".to_owned(), key.display().to_string()]);
        }
        if let Some(file) = &self.receipt_file {
            words.extend(["--receipt".to_owned(), file.clone()]);
        }
        if let Some(via) = &self.via {
            words.extend(["--via".to_owned(), via.to_string()]);
        }
        let words: Vec<String> = words.iter().map(|word| quote(word)).collect();
        format!("{} check {}", self.program, words.join(" "))
    }
}

/// A login that was tried.
#[derive(Debug)]
pub struct Call {
    /// Which.
    pub asked: Asked,
    /// How it went.
    pub heard: Heard,
    /// Who, in the end.
    pub user: String,
    /// Which port, in the end.
    pub port: u16,
    /// The key's file, if one was named or ssh complained of one.
    pub key: Option<(PathBuf, Identity)>,
    /// What this machine remembers of the host.
    pub known: Vec<Known>,
    /// The file in which a host's key would be put down.
    pub known_hosts: String,
    /// By which name.
    pub known_as: String,
    /// Our own address, as far as it can be told from here.
    pub source: Option<IpAddr>,
    /// A port on which an SSH server answers, where the one that was asked for refuses.
    pub other_port: Option<u16>,
}

impl Call {
    /// Tries it.
    pub fn new(asked: Asked) -> Result<Self, RunError> {
        let login = asked.login();
        let config = login.config()?;
        let heard = login.knock(&config)?;
        let first = |name: &str| config.get(name).and_then(|values| values.first()).cloned();
        let user = first("user").unwrap_or_default();
        let port = first("port").and_then(|port| port.parse().ok()).unwrap_or(asked.door().port());
        let known_as = match (&asked.via, &asked.receipt) {
            (Some(_), None) => asked.at.known_as(),
            // As a plain ssh would look it up.
            _ => first("hostkeyalias").unwrap_or_else(|| {
                let host = first("hostname").unwrap_or_else(|| asked.door().host.to_lowercase());
                Endpoint { host, port: Some(port) }.known_as()
            }),
        };
        let (known_hosts, known) = remembered(&config, &known_as);
        // A resolver's answer is ssh's; without one an address that was typed is as good.
        let address = heard.address.or_else(|| asked.door().host.parse().ok());
        let key = asked.key.clone().or_else(|| complained_of(&heard, &config));
        let other_port = address
            .filter(|_| heard.complains("Connection refused") && asked.via.is_none())
            .and_then(|address| {
                let own = asked.receipt.iter().flat_map(|it| &it.ways).map(Endpoint::port);
                own.chain(USUAL_PORTS).find(|it| *it != port && client::answers(address, *it))
            });
        Ok(Self {
            key: key.map(|path| (path.clone(), client::inspect(&path))),
            source: address.and_then(client::source),
            asked,
            heard,
            user,
            port,
            known,
            known_hosts,
            known_as,
            other_port,
        })
    }

    /// Whether the server let the user in and a command ran.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.heard.authenticated && self.heard.ran()
    }

    /// Where the connection went, in the end.
    #[must_use]
    pub fn door(&self) -> Endpoint {
        Endpoint { port: Some(self.port), ..self.asked.door().clone() }
    }

    /// Where on the way a cause stands; one that is not known, where the login came to its end.
    #[must_use]
    pub fn stage(&self, cause: &Cause) -> Stage {
        let heard = &self.heard;
        match () {
            () if cause.id != "unexplained" => cause.stage,
            () if heard.authenticated => Stage::Session,
            () if heard.trusted => Stage::User,
            () if heard.host_key.is_some() => Stage::HostKey,
            () if heard.connected => Stage::Banner,
            () => Stage::Tcp,
        }
    }

    /// Our own address as far as a rule could name it: behind a router it is another.
    pub(super) fn own_address(&self) -> Option<IpAddr> {
        self.source.filter(|own| match own {
            IpAddr::V4(own) => !own.is_private() && !own.is_loopback(),
            IpAddr::V6(own) => !own.is_unique_local() && !own.is_loopback(),
        })
    }

    /// What a firewall must let in: the receipt's addresses, the policy's for its own account, else
    /// ours.
    pub(super) fn rule(&self) -> Rule {
        let policy = Policy::builtin().ok().filter(|policy| policy.account.as_str() == self.user);
        let from = match (&self.asked.receipt, policy) {
            (Some(receipt), _) if !receipt.from.is_empty() => {
                receipt.from.iter().map(ToString::to_string).collect()
            }
            (_, Some(policy)) => policy.from.iter().map(ToString::to_string).collect(),
            _ => self.own_address().iter().map(ToString::to_string).collect(),
        };
        let port = self.asked.via.as_ref().map_or(self.port, |_| self.asked.at.port());
        Rule { protocol: "TCP", port, from }
    }

    /// The command with which the server itself says why.
    pub(super) fn doctor(&self, key: Option<&str>) -> String {
        let mut words =
            format!("sudo /usr/local/sbin/support-access doctor --account {}", quote(&self.user));
        if let Some(own) = self.own_address() {
            words = format!("{words} --from {own}");
        }
        let port = if self.asked.via.is_some() { self.asked.at.port() } else { self.port };
        if port != 22 {
            words = format!("{words} --port {port}");
        }
        match key {
            Some(key) => format!("echo {} | {words} --key -", quote(key)),
            None => words,
        }
    }
}

/// The file for new entries, and what the files say.
fn remembered(config: &Config, name: &str) -> (String, Vec<Known>) {
    let files = ["userknownhostsfile", "globalknownhostsfile"];
    let files = files.into_iter().filter_map(|it| config.get(it)?.first());
    let files: Vec<PathBuf> = files.flat_map(|it| it.split(' ')).map(client::expanded).collect();
    let first = files.first().map(|it| it.display().to_string()).unwrap_or_default();
    (first, files.iter().flat_map(|file| client::known(name, file)).collect())
}

/// The key's file that ssh took up by itself and could not use: one of those that it was to try.
fn complained_of(heard: &Heard, config: &Config) -> Option<PathBuf> {
    let files: Vec<PathBuf> =
        config.get("identityfile")?.iter().map(|it| client::expanded(it)).collect();
    heard.complaints.iter().find_map(|line| {
        let sign = match () {
            () if line.starts_with("Permissions 0") => '\'',
            () if line.starts_with("Load key ") => '"',
            () => return None,
        };
        let file = PathBuf::from(line.split(sign).nth(1)?);
        files.contains(&file).then_some(file)
    })
}
