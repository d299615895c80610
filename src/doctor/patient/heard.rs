//! What sshd's log tells of those who come from where the login comes.

use std::net::IpAddr;

use super::super::Unseen;
use super::Patient;
use crate::host::authlog::Entry;
use crate::host::clock;
use crate::host::sshd::fits_address;

impl Patient {
    /// What sshd wrote about connections from where the login comes, since it last read its
    /// configuration; newest first.
    pub(in crate::doctor) fn heard(&self) -> Result<impl Iterator<Item = &Entry>, Unseen> {
        let sshd = self.daemon()?;
        if self.asked.from_anywhere {
            return Err(Unseen::NoSource);
        }
        let loaded = self.config().ok().and_then(|config| sshd.loaded(config));
        let since = loaded.map_or(0, clock::seconds);
        let asked = |address| self.asked.from.iter().any(|it| fits_address(address, &it.label));
        Ok(self
            .log()
            .iter()
            .filter(move |entry| entry.at >= since && peer(&entry.text).is_some_and(asked)))
    }

    /// What it wrote about the newest of these connections.
    pub(in crate::doctor) fn last_heard(&self) -> Result<Vec<&Entry>, Unseen> {
        let mut heard = self.heard()?.peekable();
        let newest = heard.peek().map(|entry| entry.pid);
        Ok(heard.filter(|entry| Some(entry.pid) == newest).collect())
    }
}

/// Where a connection comes from, in a message of sshd's. What stands before may be of the client's
/// own making, such as a name.
fn peer(text: &str) -> Option<IpAddr> {
    const NEGOTIATE: &str = "Unable to negotiate with ";
    let by_port = || text.rsplit_once(" port ")?.0.rsplit(' ').next();
    let word = if let Some(rest) = text.strip_prefix(NEGOTIATE) {
        rest.split(' ').next()
    } else if text.starts_with("Connection ") || text.starts_with("Disconnect") {
        by_port()
    } else {
        text.rsplit_once(" from ").and_then(|(_, rest)| rest.split(' ').next()).or_else(by_port)
    };
    let word = word?;
    let inner = word.strip_prefix('[').and_then(|rest| rest.split(']').next());
    inner.unwrap_or(word).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peers_in_messages_of_sshd() {
        for (text, address) in [
            ("Invalid user admin from 192.0.2.7 port 4444", "192.0.2.7"),
            ("Invalid user a from 198.51.100.1 port 1 from 192.0.2.7 port 4444", "192.0.2.7"),
            (
                "Unable to negotiate with 192.0.2.7 port 4444: no matching cipher found. Their offer: a from 198.51.100.1 port 9 [preauth]",
                "192.0.2.7",
            ),
            (
                "drop connection #0 from [192.0.2.7]:4444 on [203.0.113.10]:22 penalty: failed authentication",
                "192.0.2.7",
            ),
            (
                "drop connection #0 from [2001:db8::7]:4444 on [2001:db8::10]:22 past Maxstartups",
                "2001:db8::7",
            ),
            ("User rocky from 192.0.2.7 not allowed because listed in DenyUsers", "192.0.2.7"),
            (
                "Connection closed by invalid user x from 198.51.100.1 192.0.2.7 port 4444 [preauth]",
                "192.0.2.7",
            ),
            (
                "Disconnecting authenticating user rocky 192.0.2.7 port 4444: Too many authentication failures [preauth]",
                "192.0.2.7",
            ),
            (
                "error: maximum authentication attempts exceeded for rocky from 192.0.2.7 port 4444 ssh2 [preauth]",
                "192.0.2.7",
            ),
            ("refused connect from 192.0.2.7 (192.0.2.7)", "192.0.2.7"),
            (
                "Accepted publickey for rocky from 2001:db8::7 port 4444 ssh2: ED25519 SHA256:x",
                "2001:db8::7",
            ),
        ] {
            assert_eq!(peer(text), address.parse().ok(), "{text}");
        }
        assert_eq!(peer("Server listening on 0.0.0.0 port 22."), "0.0.0.0".parse().ok());
        assert_eq!(peer("Received signal 15; terminating."), None);
    }
}
