//! Accounts: what passwd, shadow, group and the name services say. Changes are made by shadow's own
//! tools, never by editing the files.

use std::ops::RangeInclusive;
use std::path::PathBuf;

use super::files::{FileError, read_text};
use super::recall;
use super::run::{RunError, Tool};

/// Uids that systemd documents as unused and useradd's allocator never gives out
/// (systemd `docs/UIDS-GIDS.md`, v255).
pub const UIDS: RangeInclusive<u32> = 60578..=61183;

/// Why an account could not be looked up.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// A file could not be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// `getent` failed.
    #[error(transparent)]
    Run(#[from] RunError),
    /// Every uid of [`UIDS`] is taken.
    #[error("no uid from {} to {} is free", UIDS.start(), UIDS.end())]
    NoUid,
}

/// A line of passwd(5).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Passwd {
    /// Login name.
    pub name: String,
    /// User id.
    pub uid: u32,
    /// Id of the primary group.
    pub gid: u32,
    /// The comment field.
    pub gecos: String,
    /// Home.
    pub home: PathBuf,
    /// Login shell.
    pub shell: PathBuf,
}

impl Passwd {
    pub(super) fn parse(line: &str) -> Option<Self> {
        let fields: Vec<&str> = line.trim_end_matches('\n').split(':').collect();
        let [name, _, uid, gid, gecos, home, shell] = fields.as_slice() else { return None };
        Some(Self {
            name: (*name).to_owned(),
            uid: uid.parse().ok()?,
            gid: gid.parse().ok()?,
            gecos: (*gecos).to_owned(),
            home: PathBuf::from(home),
            shell: PathBuf::from(shell),
        })
    }
}

/// The account of this name, from `/etc/passwd` first, then from the name services: a static binary
/// has no NSS of its own, so `getent` is asked.
pub fn account(name: &str) -> Result<Option<Passwd>, AccountError> {
    if let Some(line) = local_line("/etc/passwd", name)? {
        return Ok(Passwd::parse(&line));
    }
    Ok(getent("passwd", name)?.as_deref().and_then(Passwd::parse))
}

/// The account of this name in `/etc/passwd` alone.
pub fn local_account(name: &str) -> Result<Option<Passwd>, AccountError> {
    Ok(local_line("/etc/passwd", name)?.as_deref().and_then(Passwd::parse))
}

/// Whether the name services, which sshd asks, know an account; none where they can't be asked.
#[must_use]
pub fn services_know(name: &str) -> Option<bool> {
    super::run::find("getent")?;
    getent("passwd", name).ok().map(|line| line.is_some())
}

/// Local accounts that people sign in to: root, and those with a uid of 1000 and above.
pub fn people() -> Result<Vec<Passwd>, AccountError> {
    let text = read_text("/etc/passwd")?.unwrap_or_default();
    let person = |entry: &Passwd| entry.uid == 0 || (1000..65_534).contains(&entry.uid);
    Ok(text.lines().filter_map(Passwd::parse).filter(person).collect())
}

/// Names of local accounts whose fifth part of the GECOS field begins like this.
pub fn marked(prefix: &str) -> Result<Vec<String>, AccountError> {
    let text = read_text("/etc/passwd")?.unwrap_or_default();
    let marked = text.lines().filter_map(Passwd::parse).filter(|entry| {
        entry.gecos.split(',').nth(4).is_some_and(|fifth| fifth.starts_with(prefix))
    });
    Ok(marked.map(|entry| entry.name).collect())
}

/// The gid of the group of this name.
pub fn group(name: &str) -> Result<Option<u32>, AccountError> {
    if let Some(gid) = local_group(name)? {
        return Ok(Some(gid));
    }
    let line = getent("group", name)?;
    Ok(line.and_then(|line| line.split(':').nth(2).and_then(|gid| gid.trim().parse().ok())))
}

/// The gid of the group of this name in `/etc/group` alone.
pub fn local_group(name: &str) -> Result<Option<u32>, AccountError> {
    let line = local_line("/etc/group", name)?;
    Ok(line.and_then(|line| line.split(':').nth(2).and_then(|gid| gid.trim().parse().ok())))
}

/// The day on which the account expires (shadow(5), field 8, days since 1970-01-01): outer `None`
/// when there is no shadow line, inner when the field is empty.
pub fn expiry_day(name: &str) -> Result<Option<Option<i64>>, AccountError> {
    Ok(local_line("/etc/shadow", name)?
        .map(|line| line.split(':').nth(7).and_then(|day| day.parse().ok())))
}

/// Whether `/etc/passwd` has the account, and says that its password is in shadow(5).
pub fn is_shadowed(name: &str) -> Result<bool, AccountError> {
    let line = local_line("/etc/passwd", name)?;
    Ok(line.is_some_and(|line| line.split(':').nth(1) == Some("x")))
}

/// Whether shadow, gshadow, subuid or subgid has a line of this name.
pub fn is_elsewhere(name: &str) -> Result<bool, AccountError> {
    for path in ["/etc/shadow", "/etc/gshadow", "/etc/subuid", "/etc/subgid"] {
        if local_line(path, name)?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A line of shadow(5), as far as logins depend on it. Days are counted from 1970-01-01.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Shadow {
    /// The password field: a hash, or what shuts passwords out.
    pub password: String,
    /// Day of the last change of the password; 0: it must be changed at the next login.
    pub changed: Option<i64>,
    /// Days after which the password must be changed.
    pub longest: Option<i64>,
    /// Days after that during which it may still be changed.
    pub inactive: Option<i64>,
    /// Day on which the account expires.
    pub expires: Option<i64>,
}

impl Shadow {
    fn parse(line: &str) -> Self {
        let fields: Vec<&str> = line.split(':').collect();
        let day = |index: usize| fields.get(index).and_then(|field| field.trim().parse().ok());
        Self {
            password: fields.get(1).copied().unwrap_or_default().to_owned(),
            changed: day(2),
            longest: day(4),
            inactive: day(6),
            expires: day(7),
        }
    }
}

/// The line of this name in `/etc/shadow`, which only root can read.
pub fn shadow(name: &str) -> Result<Option<Shadow>, AccountError> {
    Ok(local_line("/etc/shadow", name)?.as_deref().map(Shadow::parse))
}

/// Names of all groups of an account, its primary one first (id(1)); none where that can't be told.
#[must_use]
pub fn groups_of(name: &str) -> Vec<String> {
    let out = Tool::new("id").args(["-Gn", "--", name]).run();
    out.map(|out| out.stdout.split_ascii_whitespace().map(str::to_owned).collect())
        .unwrap_or_default()
}

/// Ids of all groups of an account; a static binary has no name services of its own, so id(1) is asked.
#[must_use]
pub fn gids_of(name: &str) -> Vec<u32> {
    let out = recall::ask(Tool::new("id").args(["-G", "--", name]));
    out.map(|out| out.stdout.split_ascii_whitespace().filter_map(|gid| gid.parse().ok()).collect())
        .unwrap_or_default()
}

/// Whether an account is the only member of a group, as far as the name services list accounts.
#[must_use]
pub fn is_alone_in(gid: u32, uid: u32) -> bool {
    let list = |args: &[&str]| Tool::new("getent").args(args.iter().copied()).run();
    let gid_text = gid.to_string();
    let (Ok(passwd), Ok(group)) = (list(&["passwd"]), list(&["group", "--", &gid_text])) else {
        return false;
    };
    let entries: Vec<Passwd> = passwd.stdout.lines().filter_map(Passwd::parse).collect();
    let name = entries.iter().find(|entry| entry.uid == uid).map(|entry| entry.name.as_str());
    let mut primary = entries.iter().filter(|entry| entry.gid == gid).map(|entry| entry.uid);
    let members = group.stdout.trim().rsplit(':').next().unwrap_or_default().to_owned();
    let mut members = members.split(',').filter(|member| !member.is_empty()).peekable();
    let any = members.peek().is_some() || primary.clone().next().is_some();
    any && primary.all(|other| other == uid) && members.all(|member| Some(member) == name)
}

/// Where useradd puts homes.
pub fn home_base() -> PathBuf {
    let defaults = Tool::new("useradd").arg("-D").run().map(|out| out.stdout).unwrap_or_default();
    let base = defaults.lines().find_map(|line| line.strip_prefix("HOME=")).unwrap_or("/home");
    PathBuf::from(if base.starts_with('/') { base } else { "/home" })
}

/// The lowest uid of [`UIDS`] that nobody has: not as uid or gid in the local files or the name
/// services, not inside a subordinate range (a container's user), not of a running process.
pub fn free_uid() -> Result<u32, AccountError> {
    let text = |path| Ok::<_, AccountError>(read_text(path)?.unwrap_or_default());
    let (passwd, group) = (text("/etc/passwd")?, text("/etc/group")?);
    let ranges = format!("{}\n{}", text("/etc/subuid")?, text("/etc/subgid")?);
    let running = super::processes::uids();
    for uid in UIDS {
        let taken = has_id(&passwd, uid)
            || has_id(&group, uid)
            || in_range(&ranges, uid)
            || running.contains(&uid)
            || users::get_user_by_uid(uid).is_some()
            || getent("passwd", &uid.to_string())?.is_some()
            || getent("group", &uid.to_string())?.is_some();
        if !taken {
            return Ok(uid);
        }
    }
    Err(AccountError::NoUid)
}

pub(super) fn has_id(file: &str, id: u32) -> bool {
    file.lines().any(|line| line.split(':').nth(2).and_then(|field| field.parse().ok()) == Some(id))
}

/// Whether a line of subuid(5) or subgid(5), `name:first:count`, covers the id.
pub(super) fn in_range(file: &str, id: u32) -> bool {
    file.lines().any(|line| {
        let mut fields = line.split(':').skip(1).map(|field| field.trim().parse::<u64>());
        match (fields.next(), fields.next()) {
            (Some(Ok(first)), Some(Ok(count))) => {
                (first..first.saturating_add(count)).contains(&u64::from(id))
            }
            _ => false,
        }
    })
}

fn local_line(path: &str, name: &str) -> Result<Option<String>, AccountError> {
    let text = read_text(path)?.unwrap_or_default();
    Ok(line_of(&text, name).map(str::to_owned))
}

/// The line of this name.
pub(super) fn line_of<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    text.lines().find(|line| line.split(':').next() == Some(name))
}

/// getent(1): exit 2 means that there is no such entry.
fn getent(database: &str, key: &str) -> Result<Option<String>, AccountError> {
    match recall::ask(Tool::new("getent").args([database, key]).allow(&[2])) {
        Ok(out) if out.code() == 2 => Ok(None),
        Ok(out) => Ok(out.stdout.lines().next().map(str::to_owned)),
        // Without getent there are no name services to ask (musl and busybox systems).
        Err(RunError::Missing { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passwd_line_is_read_whole_or_not_at_all() {
        let line = "cafe24:x:60578:60578:Support,,,,mark:/home/cafe24:/bin/bash";
        let entry = Passwd::parse(line).unwrap();
        assert_eq!((entry.uid, entry.gecos.as_str()), (60578, "Support,,,,mark"));
        assert_eq!(Passwd::parse("cafe24:x:abc:0::/:/bin/sh"), None);
        assert_eq!(Passwd::parse("cafe24:x:1"), None);
    }

    #[test]
    fn subordinate_ranges_cover_their_ids() {
        let file = "podman:60570:10\nbad line\nother:100000:65536\n";
        assert!(in_range(file, 60578) && !in_range(file, 60580) && in_range(file, 100_000));
    }

    #[test]
    fn ids_are_compared_as_numbers() {
        assert!(
            has_id("a:x:60578:1::/:/bin/sh", 60578) && !has_id("a:x:605789:1::/:/bin/sh", 60578)
        );
    }

    #[test]
    fn this_machine_has_a_free_uid_and_root_is_known() {
        assert!(UIDS.contains(&free_uid().unwrap()));
        assert_eq!(account("root").unwrap().unwrap().uid, 0);
        assert_eq!(account("no-such-account-here").unwrap(), None);
    }
}
