//! A real host with the program on it, and what is asked of everything that the program says.
#![allow(dead_code, reason = "each test program needs its own part of this")]

use lab::{Changes, Command, Host, Key, KeyKind, Net, Output};

/// Where the program lies on a host, as if just downloaded.
pub(crate) const PROGRAM: &str = "/opt/support-access";
/// The customer's server.
pub(crate) const CUSTOMER: &str = "203.0.113.10";
/// The engineer's address, from which access is allowed.
pub(crate) const ENGINEER: &str = "192.0.2.7";
/// The account of the built-in policy.
pub(crate) const ACCOUNT: &str = "cafe24";

/// The last lines that there may be.
pub(crate) const WORDS: [&str; 12] = [
    "granted",
    "unchanged",
    "updated",
    "extended",
    "deleted",
    "nothing-to-delete",
    "expired",
    "dry-run",
    "ok",
    "problems",
    "refused",
    "failed",
];

/// A customer's server, and the key of the engineer who is to come.
pub(crate) struct Server {
    pub(crate) host: Host,
    pub(crate) key: Key,
    pub(crate) net: Net,
}

impl Server {
    /// Boots a Debian 12 server with the program and the engineer's public key on it.
    pub(crate) fn boot() -> Self {
        let net = Net::new();
        let host = Host::boot(&net, "customer", CUSTOMER);
        Self::furnish(host, net, lab::stripped(env!("CARGO_BIN_EXE_support-access")))
    }

    /// Puts program and key on a host.
    pub(crate) fn furnish(host: Host, net: Net, program: &[u8]) -> Self {
        let key = Key::generate(KeyKind::Ed25519);
        // In memory, as install.sh unpacks it; snapshots of the disk then need not look at it.
        host.ok("mount -t tmpfs tmpfs /opt");
        host.put(PROGRAM, program, 0o755);
        host.put("/root/engineer.pub", key.public(), 0o644);
        Self { host, key, net }
    }

    /// The options that open access for the engineer.
    pub(crate) fn opening() -> String {
        format!("--key /root/engineer.pub --from {ENGINEER} --expires 2h")
    }

    /// The program with these words.
    pub(crate) fn program(&self, words: &str) -> Command<'_> {
        self.host.command(&format!("{PROGRAM} {words}"))
    }

    /// Opens access, which must succeed.
    pub(crate) fn grant(&self, more: &str) -> String {
        let output = self.program(&format!("{} {more}", Self::opening())).run();
        assert_eq!(output.code, 0, "{output}");
        output.stdout
    }

    /// Ends it, which must succeed and leave nothing.
    pub(crate) fn delete(&self) -> String {
        let output = self.program("delete").run();
        assert_eq!(output.code, 0, "{output}");
        output.stdout
    }

    /// Signs in from the engineer's address, which a host of his must have.
    pub(crate) fn engineer(&self) -> Host {
        Host::boot(&self.net, "engineer", ENGINEER)
    }
}

/// What differs between two snapshots, without the files that journald writes in its own time.
pub(crate) fn without_journald(changes: Changes) -> Changes {
    changes.except("/var/log/journal").except("/run/log").except("/run/systemd/journal")
}

/// The `RESULT:` line's word; an error if there is not exactly one such line, the last.
pub(crate) fn result_word(stdout: &str) -> Result<&str, String> {
    let count = stdout.lines().filter(|line| line.trim_start().starts_with("RESULT:")).count();
    let last = stdout.lines().last().unwrap_or_default();
    let word = last.strip_prefix("RESULT: ").and_then(|rest| rest.split(' ').next());
    match word {
        Some(word) if count == 1 && WORDS.contains(&word) && stdout.ends_with('\n') => Ok(word),
        _ => Err(format!("{count} lines begin with RESULT:, the last line is {last:?}")),
    }
}

/// What would move a terminal's cursor, colour or title, or turn the direction of writing.
pub(crate) fn raw_signs(text: &str) -> Vec<char> {
    let odd = |c: &char| {
        (c.is_control() && !"\n\t".contains(*c))
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    text.chars().filter(odd).collect()
}

/// Whether a text has Korean in it.
pub(crate) fn is_korean(text: &str) -> bool {
    text.chars().any(|c| ('가'..='힣').contains(&c))
}

/// The one JSON document on stdout.
pub(crate) fn document(output: &Output) -> Result<serde_json::Value, String> {
    let value: serde_json::Value = serde_json::from_str(&output.stdout)
        .map_err(|error| format!("stdout is no JSON document: {error}"))?;
    if value["schema"] == 1 { Ok(value) } else { Err(format!("schema is {}", value["schema"])) }
}
