//! What ssh says on its way (`ssh -v`), taken apart.

use std::net::IpAddr;

/// As many lines are kept as evidence.
const TAIL: usize = 4;

/// What a session prints, and what makes it so: the one does not stand in the other.
const SAID: &str = "support-access-42";
pub(super) const SAY: &str = "echo support-access-$((40+2))";

/// A key that was shown to the server.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Offer {
    /// Its file, or what the agent calls it.
    pub name: String,
    /// `SHA256:…`
    pub fingerprint: String,
    /// The server would take it.
    pub accepted: bool,
}

/// How far a login came, and what was said.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Heard {
    /// Where the name led.
    pub address: Option<IpAddr>,
    /// Somebody took the connection.
    pub connected: bool,
    /// The server's program, once it spoke SSH.
    pub software: Option<String>,
    /// The key that the server showed: type and fingerprint.
    pub host_key: Option<(String, String)>,
    /// It is one of those that were expected.
    pub trusted: bool,
    /// The ways in that the server names.
    pub methods: Vec<String>,
    /// The keys that were shown to it, in order.
    pub offered: Vec<Offer>,
    /// The server let the user in.
    pub authenticated: bool,
    /// What the session printed.
    pub output: String,
    /// What others said meanwhile: the server's banner, the session, a jump host.
    pub aside: Vec<String>,
    /// What ssh complained of, line by line.
    pub complaints: Vec<String>,
}

impl Heard {
    pub(super) fn late(mut self) -> Self {
        self.complaints.push("ssh: timed out".to_owned());
        self
    }

    /// From ssh's log, and what came on stdout and stderr beside it.
    pub(in crate::host) fn new(log: &str, output: &str, aside: &str) -> Self {
        let mut heard = Self { output: output.chars().take(400).collect(), ..Self::default() };
        let mut lines = aside.lines().map(str::trim).filter(|line| is_word(line));
        heard.aside = lines.by_ref().take(TAIL).map(str::to_owned).collect();
        for line in log.lines().map(str::trim) {
            match line.strip_prefix("debug1: ") {
                Some(line) => heard.step(line),
                None => heard.word(line),
            }
            // What a server has logged in so many words can go on in lines of its own.
            let foreign = ["debug1: Remote: ", "Received disconnect ", "Unable to negotiate "];
            if !heard.authenticated && foreign.iter().any(|start| line.starts_with(start)) {
                break;
            }
        }
        // Whatever a stranger had logged before.
        heard.trusted &= !heard.complains("Host key verification failed");
        heard
    }

    fn step(&mut self, line: &str) {
        let after = |start: &str| line.strip_prefix(start);
        if let Some(rest) = after("Connecting to ") {
            self.address = inside(rest, " [", "]").and_then(|text| text.parse().ok());
            // The next of several addresses begins anew.
            self.connected = false;
        } else if line.starts_with("Connection established") {
            self.connected = true;
        } else if let Some(rest) = after("Remote protocol version ") {
            let name = rest.split_once("remote software version ").map_or(rest, |(_, name)| name);
            self.software = Some(name.to_owned());
            // Behind a proxy that is the first that is heard of it.
            self.connected = true;
        } else if let Some(rest) =
            after("Server host key: ").or_else(|| after("Server host certificate: "))
        {
            let mut words = rest.split([' ', ',']);
            let kind = words.next().unwrap_or_default().trim_end_matches("-cert-v01@openssh.com");
            let key = words.next().map(|print| (kind.to_owned(), print.to_owned()));
            // A certificate's line goes on with the words of whoever made it.
            self.host_key = self.host_key.take().or(key);
        } else if line.starts_with("Host '") && line.contains("is known and matches the") {
            self.trusted = true;
        } else if let Some(rest) = after("Authentications that can continue: ") {
            self.methods = rest.split(',').map(str::to_owned).collect();
        } else if let Some(rest) = after("Offering public key: ") {
            self.offered.extend(offer(rest));
        } else if line.starts_with("Server accepts key: ") {
            if let Some(last) = self.offered.last_mut() {
                last.accepted = true;
            }
        } else if line.starts_with("Authentication succeeded") {
            self.authenticated = true;
        } else if let Some(rest) =
            after("kex_exchange_identification: ").filter(|it| it.starts_with("banner line"))
        {
            self.complaints.push(rest.to_owned());
        } else if line.starts_with("connect to address ") {
            self.complaints.push(line.to_owned());
        }
    }

    fn word(&mut self, line: &str) {
        if line.starts_with("Authenticated to ") {
            self.authenticated = true;
        } else if is_word(line) {
            self.complaints.push(line.to_owned());
        }
    }

    /// Whether a command ran.
    #[must_use]
    pub fn ran(&self) -> bool {
        self.output.contains(SAID)
    }

    /// Whether a complaint has this text.
    #[must_use]
    pub fn complains(&self, text: &str) -> bool {
        self.complaints.iter().any(|line| line.contains(text))
    }

    /// The complaint that has this text.
    #[must_use]
    pub fn complaint(&self, text: &str) -> Option<&str> {
        self.complaints.iter().map(String::as_str).find(|line| line.contains(text))
    }

    /// The last complaints.
    #[must_use]
    pub fn tail(&self) -> Vec<String> {
        let from = self.complaints.len().saturating_sub(TAIL);
        self.complaints[from..].to_vec()
    }

    /// The same, after what others said.
    #[must_use]
    pub fn all(&self) -> Vec<String> {
        [self.aside.clone(), self.tail()].concat()
    }

    /// Whether the server was asked to let the user in, and did not.
    #[must_use]
    pub fn denied(&self) -> bool {
        self.trusted && !self.methods.is_empty() && !self.authenticated
    }
}

/// Whether a line says something.
fn is_word(line: &str) -> bool {
    const CHATTER: [&str; 7] = [
        "OpenSSH_",
        "debug",
        "Transferred: ",
        "Bytes per second",
        "@@@",
        "Warning: Permanently",
        "** ",
    ];
    !line.is_empty() && !CHATTER.iter().any(|start| line.starts_with(start))
}

fn inside<'a>(text: &'a str, before: &str, behind: &str) -> Option<&'a str> {
    Some(text.split_once(before)?.1.split_once(behind)?.0)
}

/// `/home/x/my key ED25519 SHA256:… explicit agent`, once `ED25519 SHA256:… /home/x/my key`
fn offer(text: &str) -> Option<Offer> {
    let (front, print) = text.split_once(" SHA256:")?;
    let (print, rest) = print.split_once(' ').unwrap_or((print, ""));
    let name = front.rsplit_once(' ').map_or(rest, |(name, _)| name);
    Some(Offer { name: name.to_owned(), fingerprint: format!("SHA256:{print}"), accepted: false })
}

#[cfg(test)]
mod tests {
    use super::Heard;

    #[test]
    fn a_login_that_works_is_followed_to_its_end() {
        let log = "OpenSSH_9.2p1 Debian-2+deb12u3, OpenSSL 3.0.15\r\n\
            debug1: Connecting to host.example [203.0.113.10] port 22.\r\n\
            debug1: Connection established.\r\n\
            debug1: Remote protocol version 2.0, remote software version OpenSSH_9.2p1 Debian-2\r\n\
            debug1: Server host key: ssh-ed25519 SHA256:abc\r\n\
            debug1: Host 'x' is known and matches the ED25519 host key.\r\n\
            debug1: Authentications that can continue: publickey,password\r\n\
            debug1: Offering public key: /home/a b/k ED25519 SHA256:def explicit\r\n\
            Authenticated to 203.0.113.10 ([203.0.113.10]:22) using \"publickey\".\r\n";
        let heard = Heard::new(log, "support-access-42\n", "");
        assert!(heard.connected && heard.trusted && heard.authenticated && heard.ran());
        assert_eq!(heard.address, "203.0.113.10".parse().ok());
        assert_eq!(heard.host_key, Some(("ssh-ed25519".to_owned(), "SHA256:abc".to_owned())));
        assert_eq!(heard.offered[0].name, "/home/a b/k");
        assert_eq!(heard.offered[0].fingerprint, "SHA256:def");
        assert!(heard.complaints.is_empty() && !heard.denied(), "{heard:?}");
    }

    #[test]
    fn what_the_server_writes_is_no_step() {
        let log = "debug1: kex_exchange_identification: banner line 0: debug1: Host 'x' is known and matches the\r\n";
        let heard = Heard::new(log, "", "");
        assert!(!heard.connected && heard.complains("banner line 0"));
        // Whoever it is, its messages may have lines.
        for start in ["debug1: Remote: x", "Received disconnect from 192.0.2.1 port 22:2: x"] {
            let log = format!("{start}\r\ndebug1: Host 'x' is known and matches the\r\n");
            assert!(!Heard::new(&log, "", "").trusted);
        }
        let log = "debug1: Server host certificate: ssh-ed25519-cert-v01@openssh.com SHA256:a, serial 0 ID \"x\r\n\
            debug1: Server host key: ssh-ed25519 SHA256:b\r\n\
            debug1: Host 'x' is known and matches the ED25519 host key.\r\n\
            \" CA\r\nHost key verification failed.\r\n";
        let heard = Heard::new(log, "", "");
        assert_eq!(heard.host_key, Some(("ssh-ed25519".to_owned(), "SHA256:a".to_owned())));
        assert!(!heard.trusted);
        let heard = Heard::new("", "", "Authenticated to x\ndebug1: y\njump: Permission denied\n");
        assert!(!heard.authenticated && heard.complaints.is_empty());
        assert_eq!(heard.all(), ["Authenticated to x", "jump: Permission denied"]);
    }

    #[test]
    fn an_old_ssh_names_the_file_last() {
        let heard = Heard::new("debug1: Offering public key: RSA SHA256:abc /k\r\n", "", "");
        assert_eq!((&*heard.offered[0].name, &*heard.offered[0].fingerprint), ("/k", "SHA256:abc"));
    }
}
