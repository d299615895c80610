//! What `sshd -T` says: the configuration that is in force for one user and one source.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

/// The effective configuration. Keys are kept in lower case: sshd prints them in CamelCase from
/// 10.4 on, and all in lower case before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    values: BTreeMap<String, Vec<String>>,
}

impl Config {
    /// Reads the output of `sshd -T`: one `key value` a line, some keys on several lines.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for line in text.lines() {
            let (key, value) = line.split_once(' ').unwrap_or((line, ""));
            if !key.is_empty() {
                values.entry(key.to_ascii_lowercase()).or_default().push(value.trim().to_owned());
            }
        }
        Self { values }
    }

    /// The first value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.all(key).first().map(String::as_str)
    }

    /// The values of a key, one for each line that has it.
    #[must_use]
    pub fn all(&self, key: &str) -> &[String] {
        self.values.get(&key.to_ascii_lowercase()).map_or(&[], Vec::as_slice)
    }

    /// The words of all lines of a key, as in `authorizedkeysfile` or `allowusers`.
    pub fn words(&self, key: &str) -> impl Iterator<Item = &str> {
        self.all(key).iter().flat_map(|value| value.split_ascii_whitespace())
    }

    /// Whether a key is `yes`.
    #[must_use]
    pub fn is_yes(&self, key: &str) -> bool {
        self.get(key).is_some_and(|value| value.eq_ignore_ascii_case("yes"))
    }

    /// The ports that are configured, which need not be those that are listened on.
    #[must_use]
    pub fn ports(&self) -> Vec<u16> {
        self.words("port").filter_map(|word| word.parse().ok()).collect()
    }

    /// The command that replaces whatever the client asks for, if there is one.
    #[must_use]
    pub fn forced_command(&self) -> Option<&str> {
        self.get("forcecommand").filter(|value| !value.eq_ignore_ascii_case("none"))
    }

    /// The folder that sessions are locked into, if there is one.
    #[must_use]
    pub fn chroot(&self) -> Option<&str> {
        self.get("chrootdirectory").filter(|value| !value.eq_ignore_ascii_case("none"))
    }
}

/// Why there is no file that could hold this account's keys and nobody else's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFileError {
    /// `AuthorizedKeysFile none`, or nothing at all.
    #[error("sshd reads no key file for {user} (AuthorizedKeysFile none)")]
    None {
        /// The account.
        user: String,
    },
    /// Every file named is the same for all users.
    #[error(
        "AuthorizedKeysFile {path} is shared by all users; a key in it would open every account"
    )]
    Shared {
        /// The first such file.
        path: String,
    },
    /// A name with a token that sshd does not define, or that leads out of its folder.
    #[error("AuthorizedKeysFile {path} is not a name that can be worked out")]
    Unusable {
        /// The first such name.
        path: String,
    },
}

/// The file that sshd reads for this account: the first of `AuthorizedKeysFile` that is the
/// account's alone, with its tokens filled in, relative names under the home.
pub fn key_file(
    config: &Config,
    user: &str,
    home: &Path,
    uid: u32,
) -> Result<PathBuf, KeyFileError> {
    let mut refusal = KeyFileError::None { user: user.to_owned() };
    for (index, pattern) in config.words("authorizedkeysfile").enumerate() {
        let error = match expand(pattern, user, home, uid) {
            Ok(path) => return Ok(path),
            Err(error) => error,
        };
        if index == 0 {
            refusal = error;
        }
    }
    Err(refusal)
}

/// Every file in which sshd looks for keys of this account, those shared by all users among them;
/// names that can't be worked out are left out.
#[must_use]
pub fn key_files(config: &Config, user: &str, home: &Path, uid: u32) -> Vec<PathBuf> {
    let expanded = config.words("authorizedkeysfile").filter_map(|pattern| {
        match expand(pattern, user, home, uid) {
            Ok(path) => Some(path),
            Err(KeyFileError::Shared { path }) => Some(PathBuf::from(path)),
            Err(_) => None,
        }
    });
    expanded.collect()
}

fn expand(pattern: &str, user: &str, home: &Path, uid: u32) -> Result<PathBuf, KeyFileError> {
    if pattern.eq_ignore_ascii_case("none") {
        return Err(KeyFileError::None { user: user.to_owned() });
    }
    let unusable = || KeyFileError::Unusable { path: pattern.to_owned() };
    let mut name = String::new();
    let mut own = !pattern.starts_with('/');
    let mut rest = pattern.chars();
    while let Some(c) = rest.next() {
        if c != '%' {
            name.push(c);
            continue;
        }
        match rest.next() {
            Some('%') => {
                name.push('%');
                continue;
            }
            Some('h') => name.push_str(home.to_str().ok_or_else(unusable)?),
            Some('u') => name.push_str(user),
            Some('U') => name.push_str(&uid.to_string()),
            _ => return Err(unusable()),
        }
        own = true;
    }
    if !own {
        return Err(KeyFileError::Shared { path: pattern.to_owned() });
    }
    let path = if name.starts_with('/') { PathBuf::from(name) } else { home.join(name) };
    if !path.is_absolute() || path.components().any(|part| part == Component::ParentDir) {
        return Err(unusable());
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(value: &str) -> Result<String, KeyFileError> {
        let config = Config::parse(&format!("authorizedkeysfile {value}\n"));
        key_file(&config, "cafe24", Path::new("/home/cafe24"), 60578)
            .map(|path| path.display().to_string())
    }

    #[test]
    fn old_and_new_spelling_read_alike() {
        let old = Config::parse(
            "port 22\nport 2222\nusepam yes\nallowusers a\nallowusers b@192.0.2.0/24\nforcecommand none\n",
        );
        let new = Config::parse(
            "Port 22\nPort 2222\nUsePAM yes\nAllowUsers a\nAllowUsers b@192.0.2.0/24\nForceCommand none\n",
        );
        assert_eq!(old, new);
        assert_eq!(old.ports(), [22, 2222]);
        assert!(old.is_yes("UsePAM") && !old.is_yes("strictmodes"));
        assert_eq!(old.all("AllowUsers"), ["a", "b@192.0.2.0/24"]);
        assert_eq!((old.forced_command(), old.chroot(), old.get("banner")), (None, None, None));
    }

    #[test]
    fn the_first_file_that_is_the_accounts_own() {
        for (value, expected) in [
            (".ssh/authorized_keys .ssh/authorized_keys2", "/home/cafe24/.ssh/authorized_keys"),
            ("/etc/ssh/keys/%u", "/etc/ssh/keys/cafe24"),
            ("/etc/ssh/keys/%U.pub", "/etc/ssh/keys/60578.pub"),
            ("%h/.ssh/100%%", "/home/cafe24/.ssh/100%"),
            ("/etc/ssh/all_keys .ssh/authorized_keys", "/home/cafe24/.ssh/authorized_keys"),
            ("none .ssh/authorized_keys", "/home/cafe24/.ssh/authorized_keys"),
        ] {
            assert_eq!(file(value).unwrap(), expected, "{value}");
        }
    }

    #[test]
    fn a_file_for_everybody_is_refused() {
        assert_eq!(file("none"), Err(KeyFileError::None { user: "cafe24".into() }));
        assert_eq!(file(""), Err(KeyFileError::None { user: "cafe24".into() }));
        let shared = KeyFileError::Shared { path: "/etc/ssh/all_keys".into() };
        assert_eq!(file("/etc/ssh/all_keys"), Err(shared));
        let percent = KeyFileError::Shared { path: "/etc/ssh/100%%".into() };
        assert_eq!(file("/etc/ssh/100%%"), Err(percent));
        for value in ["/etc/%x", ".ssh/%", "../%u", "/etc/keys/%u/../all"] {
            assert!(matches!(file(value), Err(KeyFileError::Unusable { .. })), "{value}");
        }
    }
}
