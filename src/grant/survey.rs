//! From the terms and this server to the facts of a grant, or to the refusal that says what is in the
//! way. Reads, and never writes.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use super::journal::{FOLDER, Facts, State};
use super::step::{self, PlanError, Standing};
use crate::host::sshd::{self, Config, HostKey, KeyFileError, Sshd, SshdError};
use crate::host::{
    accounts, addresses, clock, files, hex, processes, random, run, sha256, sudo, systemd,
};
use crate::policy::{Endpoint, Sudo, Terms};
use crate::text::refusal::Refusal;

/// What a grant needs besides the terms and the server.
#[derive(Clone, Debug)]
pub struct Inputs {
    /// The address of the customers' line.
    pub origin: Option<String>,
    /// Where the policy came from, as shown to people.
    pub policy: String,
    /// Fingerprint of the key that signed it.
    pub signed_by: Option<String>,
    /// The signers that were trusted.
    pub signers: Option<String>,
    /// Where the server is reached from outside.
    pub public: Option<Endpoint>,
    /// The customer's ticket.
    pub ticket: Option<String>,
    /// Language for what the timer writes.
    pub lang: crate::text::Lang,
    /// Variables with which the policy was fetched just now; `None` where it was not.
    pub fetched_with: Option<BTreeMap<String, String>>,
}

/// The sshd that the engineer will meet.
#[derive(Clone, Debug)]
pub struct Door {
    /// The program and its listeners.
    pub sshd: Sshd,
    /// Its configuration for this account and the first address.
    pub config: Config,
    /// This server's addresses on which it listens.
    pub addresses: Vec<IpAddr>,
    /// Its host keys.
    pub host_keys: Vec<HostKey>,
}

/// Looks at the sshd that listens on the port.
pub fn door(account: &str, port: u16, from: IpAddr) -> Result<Door, PlanError> {
    processes::visible()?;
    let sshd = Sshd::find(port).map_err(sshd_refusal)?;
    if sshd.listeners.is_empty() {
        return Err(Refusal::SshdStopped.into());
    }
    let heard: Vec<IpAddr> = sshd.at(port).map(|listener| listener.addr).collect();
    if heard.is_empty() {
        let mut ports: Vec<u16> = sshd.listeners.iter().map(|listener| listener.port).collect();
        ports.sort_unstable();
        ports.dedup();
        let found = ports.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        return Err(Refusal::OtherPort { wanted: port, found }.into());
    }
    let any = |v6: bool| {
        heard.iter().any(|addr| addr.is_unspecified() && (addr.is_ipv6() || addr.is_ipv6() == v6))
    };
    let addresses: Vec<IpAddr> = addresses::own()
        .into_iter()
        .filter(|own| heard.contains(own) || any(own.is_ipv6()))
        .collect();
    let like = |own: &&IpAddr| own.is_ipv6() == from.is_ipv6();
    let local = addresses.iter().find(like).copied().unwrap_or(IpAddr::from([127, 0, 0, 1]));
    let config = sshd.effective(account, from, local, port).map_err(sshd_refusal)?;
    let host_keys = sshd::host_keys(&config);
    Ok(Door { sshd, config, addresses, host_keys })
}

fn sshd_refusal(error: SshdError) -> PlanError {
    match error {
        SshdError::Missing => Refusal::NoSshd.into(),
        other => Refusal::SshdConfig { detail: other.to_string() }.into(),
    }
}

fn key_file_refusal(error: KeyFileError) -> Refusal {
    match error {
        KeyFileError::None { user } => Refusal::NoKeyFile { user },
        KeyFileError::Shared { path } => Refusal::SharedKeyFile { path },
        KeyFileError::Unusable { path } => Refusal::OddKeyFile { path },
    }
}

/// The facts of a new grant.
pub fn new_facts(terms: &Terms, inputs: &Inputs, door: &Door) -> Result<Facts, PlanError> {
    for tool in ["useradd", "usermod", "userdel"] {
        if run::find(tool).is_none() {
            return Err(Refusal::NoTool { tool: tool.to_owned() }.into());
        }
    }
    // Through a link of the customer's, the record would come to stand among his own files.
    let folder = files::look(Path::new(FOLDER), files::Trust::Root)?;
    if folder.is_some_and(|meta| meta.kind != files::Kind::Dir) {
        return Err(Refusal::NotOurs { path: FOLDER.to_owned() }.into());
    }
    let account = terms.account.as_str();
    let uid = match accounts::account(account)? {
        // Whose it is, the account's own step says; a uid is not needed for that.
        Some(found) => found.uid,
        None => accounts::free_uid()?,
    };
    let homes = accounts::home_base();
    // Useradd would make it, and userdel leave it.
    if files::look(&homes, files::Trust::Root)?.is_none() {
        return Err(Refusal::NoHomes { path: homes.display().to_string() }.into());
    }
    let home = homes.join(account);
    let id = hex(random()?);
    let now = clock::now();
    let mut facts = Facts {
        id,
        version: crate::VERSION.to_owned(),
        program: sha256(step::own_bytes()?),
        installed: step::installs()?,
        provider: terms.provider.clone(),
        origin: inputs.origin.clone(),
        policy: inputs.policy.clone(),
        serial: Some(terms.serial),
        signed_by: inputs.signed_by.clone(),
        signers: inputs.signers.clone(),
        lang: inputs.lang,
        account: account.to_owned(),
        uid,
        home,
        shell: shell(),
        keys: Vec::new(),
        from: Vec::new(),
        port: terms.port,
        sudo: false,
        notafter: false,
        started: now,
        deadline: now + seconds(terms.lifetime),
        longest: seconds(terms.longest),
        boot: clock::boot(),
        public: inputs.public.clone(),
        ticket: inputs.ticket.clone(),
        key_file: PathBuf::new(),
        key_folders: Vec::new(),
        earlier_key_files: Vec::new(),
        other_key_files: Vec::new(),
        withdrawn: Vec::new(),
        fetched_with: inputs.fetched_with.clone().unwrap_or_default(),
        key_expiry: None,
        scheduler: systemd::scheduler().ok_or(Refusal::NoScheduler)?,
    };
    fill(&mut facts, terms, door)?;
    Ok(facts)
}

/// The facts of a live grant under these terms: its account, uid, beginning and end stay.
pub fn amended(
    state: &State,
    terms: &Terms,
    inputs: &Inputs,
    door: &Door,
) -> Result<Facts, PlanError> {
    let mut facts = state.facts.clone();
    crate::VERSION.clone_into(&mut facts.version);
    facts.program = sha256(step::own_bytes()?);
    facts.port = terms.port;
    facts.longest = seconds(terms.longest);
    facts.policy.clone_from(&inputs.policy);
    // The policy that is kept may be older than the one that took keys away.
    facts.serial = facts.serial.max(Some(terms.serial));
    if let Some(with) = &inputs.fetched_with {
        facts.fetched_with.clone_from(with);
    }
    facts.signed_by.clone_from(&inputs.signed_by);
    facts.signers.clone_from(&inputs.signers);
    if inputs.origin.is_some() {
        facts.origin.clone_from(&inputs.origin);
    }
    if inputs.public.is_some() {
        facts.public.clone_from(&inputs.public);
    }
    if inputs.ticket.is_some() {
        facts.ticket.clone_from(&inputs.ticket);
    }
    fill(&mut facts, terms, door)?;
    Ok(facts)
}

/// What follows from terms and sshd, for new and for live grants.
fn fill(facts: &mut Facts, terms: &Terms, door: &Door) -> Result<(), PlanError> {
    if door.config.get("pubkeyauthentication").is_some_and(|value| value.eq_ignore_ascii_case("no"))
    {
        return Err(Refusal::KeysOff.into());
    }
    facts.keys = terms
        .keys
        .iter()
        .map(|key| {
            format!("{} {}", key.line_without_comment(), key.comment()).trim_end().to_owned()
        })
        .collect();
    facts.from = terms.from.iter().map(ToString::to_string).collect();
    facts.sudo = terms.sudo == Sudo::Full;
    let sudo = match sudo::find() {
        // A sudo that does not work is none of ours to complain of, unless we need it.
        Err(_) if !facts.sudo => None,
        found => found?,
    };
    if facts.sudo && sudo.is_none() {
        return Err(Refusal::NoSudo.into());
    }
    facts.notafter = sudo.is_some_and(|sudo| sudo.knows_notafter);
    let file = sshd::key_file(&door.config, &facts.account, &facts.home, facts.uid)
        .map_err(key_file_refusal)?;
    if facts.key_file != file {
        move_keys(facts, file);
    }
    let others = sshd::key_files(&door.config, &facts.account, &facts.home, facts.uid);
    let other = |path: &PathBuf| path.starts_with(&facts.home) && *path != facts.key_file;
    facts.other_key_files = others.into_iter().filter(other).collect();
    set_deadline(facts, door, facts.deadline);
    Ok(())
}

/// Lets the keys stand in this file, and remembers where they stood before.
fn move_keys(facts: &mut Facts, file: PathBuf) {
    let folders = missing_folders(&file, &facts.home);
    let new = folders.into_iter().filter(|folder| !facts.key_folders.contains(folder));
    let new: Vec<PathBuf> = new.collect();
    facts.key_folders.extend(new);
    facts.earlier_key_files.retain(|earlier| *earlier != file);
    let before = std::mem::replace(&mut facts.key_file, file);
    if before != PathBuf::new() {
        facts.earlier_key_files.push(before);
    }
}

/// Moves the end, in every form that a layer needs it in.
pub fn set_deadline(facts: &mut Facts, door: &Door, deadline: i64) {
    facts.deadline = deadline;
    facts.key_expiry = door.sshd.expiry_form().format(deadline);
}

/// Folders on the way to a key file outside the home that are not there yet, outermost first.
fn missing_folders(file: &Path, home: &Path) -> Vec<PathBuf> {
    let mut missing = Vec::new();
    if file.starts_with(home) {
        return missing;
    }
    for folder in file.ancestors().skip(1) {
        if files::look(folder, files::Trust::Root).is_ok_and(|meta| meta.is_some())
            || folder == Path::new("/")
        {
            break;
        }
        missing.insert(0, folder.to_owned());
    }
    missing
}

fn shell() -> PathBuf {
    let shells = ["/bin/bash", "/usr/bin/bash", "/bin/sh"];
    shells
        .iter()
        .map(PathBuf::from)
        .find(|path| path.exists())
        .unwrap_or_else(|| PathBuf::from("/bin/sh"))
}

fn seconds(lifetime: crate::policy::Lifetime) -> i64 {
    i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX)
}

/// Accounts of the provider's earlier script that are on this server. They have no journal; a key of
/// the policy's list in their key file tells them from an account that merely has the name.
pub fn legacy(
    terms: &[crate::policy::Legacy],
    grant: Option<&Facts>,
) -> Result<Vec<String>, PlanError> {
    let mut found = Vec::new();
    for entry in terms {
        let name = entry.account.as_str();
        if grant.is_some_and(|facts| {
            facts.account == name && matches!(step::standing(facts), Ok(Standing::Ours(_)))
        }) {
            continue;
        }
        let Some(account) = accounts::account(name)? else { continue };
        let trust = files::Trust::Owner(account.uid);
        let file = account.home.join(".ssh/authorized_keys");
        let text = files::read(&file, trust, 1 << 20).ok().flatten().unwrap_or_default();
        let text = String::from_utf8_lossy(&text).into_owned();
        let known = text
            .lines()
            .flat_map(fingerprints)
            .any(|f| entry.keys.iter().any(|k| k.to_string() == f));
        if known || entry.keys.is_empty() {
            found.push(name.to_owned());
        }
    }
    Ok(found)
}

/// Accounts that carry a grant's mark but are not the grant of the journal: a journal was lost.
pub fn orphans(grant: Option<&Facts>) -> Result<Vec<String>, PlanError> {
    let marked = accounts::marked("support-access ")?;
    Ok(marked.into_iter().filter(|name| grant.is_none_or(|facts| facts.account != *name)).collect())
}

/// Fingerprints of whatever in a key line looks like a key; options before it are skipped.
fn fingerprints(line: &str) -> Vec<String> {
    let words: Vec<&str> = line.split_ascii_whitespace().collect();
    words
        .windows(2)
        .filter_map(|pair| {
            format!("{} {}", pair[0], pair[1]).parse::<crate::policy::AuthorizedKey>().ok()
        })
        .map(|key| key.fingerprint().to_string())
        .collect()
}
