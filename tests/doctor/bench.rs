//! The customer's server with an account of his own, the engineer who wants in, and one round of
//! breaking, asking, mending.

use std::time::Duration;

use lab::{Cases, Host, Key, KeyKind, Net, Suite};

/// Puts a setting in front of all others, and lets sshd read it.
macro_rules! config {
    ($lines:literal) => {
        concat!(
            "printf '",
            $lines,
            "\\n' >/etc/ssh/sshd_config.d/01-test.conf; systemctl reload ssh"
        )
    };
}

/// Takes that setting away.
pub(crate) const MENDED: Mend =
    Mend::Server("rm /etc/ssh/sshd_config.d/01-test.conf; systemctl reload ssh");

const SERVER: &str = "203.0.113.10";
const CLIENT: &str = "192.0.2.7";
/// The account that is signed in to, as on a server of the customer's own.
pub(crate) const ACCOUNT: &str = "rocky";
const PROGRAM: &str = "/run/test/support-access";
const PUBLIC: &str = "/run/test/engineer.pub";
/// The public half of a case's own key.
const OTHER: &str = "/run/test/other.pub";

/// How a cause is mended.
#[derive(Clone, Copy)]
pub(crate) enum Mend {
    /// `doctor --fix` does it.
    Fix,
    /// The command that the doctor prints, run as it is.
    Printed,
    /// What its text says, which is no one command: done on the server by this line.
    Server(&'static str),
    /// What its text says, on the engineer's side: other arguments for ssh.
    Client(&'static [&'static str]),
}

/// One way to break a server.
pub(crate) struct Case {
    /// The cause that the doctor must name first.
    pub(crate) id: &'static str,
    /// What breaks it: a script for the server's root.
    pub(crate) breaks: &'static str,
    /// How it is mended.
    pub(crate) mend: Mend,
    /// What is still to be put back after the mending, so that the next case finds a healthy server.
    pub(crate) restore: &'static str,
    /// Causes that must be named after the first one, in order.
    pub(crate) also: &'static [&'static str],
    /// More arguments for the engineer's ssh, with which it fails.
    pub(crate) client: &'static [&'static str],
    /// Another account than [`ACCOUNT`].
    pub(crate) account: &'static str,
    /// Another key than the engineer's usual one, made by ssh-keygen with these arguments; its public
    /// half is [`OTHER`] on the server. A client's mending is to use the usual one.
    pub(crate) key: Option<&'static [&'static str]>,
}

impl Case {
    pub(crate) const fn new(id: &'static str, breaks: &'static str, mend: Mend) -> Self {
        Self {
            id,
            breaks,
            mend,
            restore: "true",
            also: &[],
            client: &[],
            account: ACCOUNT,
            key: None,
        }
    }

    pub(crate) const fn restore(mut self, script: &'static str) -> Self {
        self.restore = script;
        self
    }

    pub(crate) const fn also(mut self, ids: &'static [&'static str]) -> Self {
        self.also = ids;
        self
    }

    pub(crate) const fn client(mut self, arguments: &'static [&'static str]) -> Self {
        self.client = arguments;
        self
    }

    pub(crate) const fn key(mut self, arguments: &'static [&'static str]) -> Self {
        self.key = Some(arguments);
        self
    }

    pub(crate) const fn account(mut self, name: &'static str) -> Self {
        self.account = name;
        self
    }
}

/// Server and engineer.
pub(crate) struct Bench {
    pub(crate) host: Host,
    engineer: Host,
    key: Key,
    _net: Net,
}

impl Bench {
    pub(crate) fn new(suite: Suite) -> Self {
        let net = Net::new();
        let host = suite.boot(&net, "customer", SERVER);
        let engineer = Host::boot(&net, "engineer", CLIENT);
        let key = Key::generate(KeyKind::Ed25519);
        let program = std::fs::read(env!("CARGO_BIN_EXE_support-access")).unwrap();
        host.put(PROGRAM, program, 0o755);
        host.put(PUBLIC, key.public(), 0o644);
        host.ok(&format!(
            "useradd -m -s /bin/bash {ACCOUNT} && install -d -m 700 -o {ACCOUNT} -g {ACCOUNT} \
             /home/{ACCOUNT}/.ssh && install -m 600 -o {ACCOUNT} -g {ACCOUNT} {PUBLIC} \
             /home/{ACCOUNT}/.ssh/authorized_keys && cp -a /etc/ssh /run/test/ssh.good"
        ));
        // Failed logins on purpose would have us shut out (OpenSSH 9.8 and later).
        let config = "sshd -T | grep -qi '^persourcepenalties' && \
             echo 'PerSourcePenalties no' >/etc/ssh/sshd_config.d/00-lab.conf && \
             systemctl reload ssh || true";
        host.ok(config);
        let bench = Self { host, engineer, key, _net: net };
        assert!(bench.comes_to(true, &bench.key, ACCOUNT, &[]), "the server is healthy at first");
        bench
    }

    /// Whether the engineer's ssh comes to do what is expected of it. A reload is over before sshd has
    /// read its configuration.
    fn comes_to(&self, expected: bool, key: &Key, account: &str, client: &[&str]) -> bool {
        (0..20).any(|turn| {
            std::thread::sleep(Duration::from_millis(if turn == 0 { 0 } else { 300 }));
            self.gets_in(key, account, client) == expected
        })
    }

    /// Whether a real ssh of the engineer's runs a command there.
    fn gets_in(&self, key: &Key, account: &str, client: &[&str]) -> bool {
        let mut attempt = self.engineer.ssh(key, &format!("{account}@{SERVER}"));
        for argument in client {
            attempt = attempt.option(argument);
        }
        attempt.command("echo in-$((40+2))").run().stdout.contains("in-42")
    }

    fn doctor(&self, case: &Case, more: &str, without: &str) -> (serde_json::Value, i32) {
        let account = case.account;
        let key = if case.key.is_some() { OTHER } else { PUBLIC };
        let line = format!(
            "{PROGRAM} doctor --account {account} --from {CLIENT} --key {key} --json {more}"
        );
        let output = self.host.command(&line).env("SUPPORT_ACCESS_WITHOUT_CAUSE", without).run();
        let document =
            serde_json::from_str(&output.stdout).unwrap_or_else(|e| panic!("{e}: {output}"));
        (document, output.code)
    }

    /// The engineer gets in, and the doctor finds nothing.
    pub(crate) fn finds_nothing(&self) {
        assert!(self.comes_to(true, &self.key, ACCOUNT, &[]), "ssh does not get in");
        self.finds_nothing_by_itself();
    }

    /// The doctor finds nothing.
    pub(crate) fn finds_nothing_by_itself(&self) {
        let healthy = Case::new("", "", Mend::Fix);
        let (document, code) = self.doctor(&healthy, "", "");
        assert!(code == 0 && ids(&document).is_empty(), "exit {code}: {document:#}");
    }

    /// One round.
    fn round(&self, case: &Case) {
        let other = case.key.map(Key::generate_with);
        let key = other.as_ref().unwrap_or(&self.key);
        self.host.put(OTHER, key.public(), 0o644);
        self.host.ok(case.breaks);
        assert!(self.comes_to(false, key, case.account, case.client), "ssh gets in all the same");
        let (document, code) = self.doctor(case, "", "");
        let named = ids(&document);
        let expected: Vec<&str> = [&[case.id], case.also].concat();
        assert!(code == 6 && named == expected, "exit {code}, named {named:?}: {document:#}");
        let (document, _) = self.doctor(case, "", case.id);
        assert!(!ids(&document).contains(&case.id.to_owned()), "named without its detector");
        assert_ne!(ids(&document), expected, "nothing is missing without its detector");
        self.mend(case);
        let (key, client): (_, &[&str]) = match case.mend {
            Mend::Client(arguments) => (&self.key, arguments),
            _ => (key, &[]),
        };
        assert!(self.comes_to(true, key, ACCOUNT, client), "ssh does not get in after the mending");
        self.host.ok(case.restore);
        self.finds_nothing_by_itself();
    }

    fn mend(&self, case: &Case) {
        match case.mend {
            Mend::Fix => {
                let (document, code) = self.doctor(case, "--fix", "");
                assert_eq!((code, ids(&document)), (0, vec![]), "{document:#}");
            }
            Mend::Printed => {
                // One after the other, as a customer would: the first finding's first.
                for _ in 0..=case.also.len() {
                    let (document, _) = self.doctor(case, "", "");
                    let line = document["findings"][0]["fix"].as_str().unwrap_or("true").to_owned();
                    self.host.ok(&line);
                }
            }
            Mend::Server(script) => drop(self.host.ok(script)),
            Mend::Client(_) => {}
        }
    }
}

fn ids(document: &serde_json::Value) -> Vec<String> {
    let findings = document["findings"].as_array().cloned().unwrap_or_default();
    findings.iter().map(|finding| finding["id"].as_str().unwrap().to_owned()).collect()
}

/// All cases of one file, one after the other on one server of each release; what fails leaves a
/// sick server, so the next case gets a new one.
pub(crate) fn run(suite: Suite, cases: &[Case]) {
    let table = Cases::new(&format!("doctor: {suite:?}"));
    let mut bench = Bench::new(suite);
    // To try one while it is written.
    let only = std::env::var("DOCTOR_ONLY").ok();
    let wanted = |case: &&Case| only.as_deref().is_none_or(|only| only == case.id);
    let mut tried = 0;
    for case in cases.iter().filter(wanted) {
        tried += 1;
        let mut whole = false;
        table.case(case.id, || {
            bench.round(case);
            whole = true;
        });
        if !whole {
            bench = Bench::new(suite);
        }
    }
    table.finish(if only.is_some() { tried } else { cases.len() as u64 });
}
