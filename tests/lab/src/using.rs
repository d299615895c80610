//! What a test does on a running host.

use crate::run::{must, tool};
use crate::ssh::SshAttempt;
use crate::{Command, Host, Key, Output, Site};

impl Host {
    /// Runs a line of shell as root; see [`Command`] for the environment it gets.
    pub fn run(&self, line: &str) -> Output {
        self.command(line).run()
    }

    /// Runs a line of shell as root and returns its stdout; panics with all it said if it fails.
    pub fn ok(&self, line: &str) -> String {
        self.command(line).ok()
    }

    /// A line of shell that still needs some words about how to run it.
    pub fn command(&self, line: &str) -> Command<'_> {
        Command::new(self, line)
    }

    /// A sign-in from this host to `user@address`.
    pub fn ssh<'a>(&'a self, key: &'a Key, to: &str) -> SshAttempt<'a> {
        SshAttempt::new(self, key, to)
    }

    /// Writes a file as root, with this mode (say `0o600`); parents are made where missing.
    pub fn put(&self, path: &str, content: impl AsRef<[u8]>, mode: u32) {
        let path = quoted(path);
        let line = format!(
            "mkdir -p -- \"$(dirname -- {path})\" && (umask 077 && cat >{path}) && chmod {mode:o} -- {path}"
        );
        self.command(&line).stdin(content).ok();
    }

    /// What a file holds.
    pub fn read(&self, path: &str) -> String {
        String::from_utf8(self.read_bytes(path)).unwrap_or_else(|_| panic!("{path} is not UTF-8"))
    }

    /// What a file holds, byte for byte.
    pub fn read_bytes(&self, path: &str) -> Vec<u8> {
        self.command(&format!("cat -- {}", quoted(path))).start().bytes()
    }

    /// Whether there is anything of this name, be it a dangling link.
    pub fn exists(&self, path: &str) -> bool {
        let path = quoted(path);
        self.run(&format!("[ -e {path} ] || [ -L {path} ]")).succeeded()
    }

    /// Enters a name in the host's `/etc/hosts`.
    pub fn knows(&self, name: &str, address: &str) {
        self.ok(&format!("echo {} >>/etc/hosts", quoted(&format!("{address} {name}"))));
    }

    /// Lets the host pass on packets that are not its own, as a router does. It tells nobody of a
    /// shorter way: on the one switch there always is one, past its rules.
    pub fn forwards(&self) {
        let settings = ["ip_forward=1", "conf.all.send_redirects=0", "conf.eth0.send_redirects=0"];
        for setting in settings.map(|it| format!("net.ipv4.{it}")) {
            // In the host /proc/sys can't be written, or a test would set the machine's.
            must(
                tool("nsenter")
                    .args(["--net", "--target", &self.process_one().0.to_string(), "--"])
                    .args(["sysctl", "-q", "-w", &setting]),
            );
        }
    }

    /// Trusts the authority that signed this site's certificate, as an administrator would do it.
    pub fn trusts(&self, site: &Site) {
        let path = format!("/usr/local/share/ca-certificates/{}.crt", site.name());
        self.put(&path, site.ca_certificate(), 0o644);
        self.ok("update-ca-certificates");
    }
}

/// A word as the shell takes it literally.
pub(crate) fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}
