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
            "\\n' >/etc/ssh/sshd_config.d/01-test.conf; systemctl reset-failed ssh; systemctl restart ssh"
        )
    };
}

/// Takes that setting away.
pub(crate) const MENDED: Mend = Mend::Server(
    "rm /etc/ssh/sshd_config.d/01-test.conf; systemctl reset-failed ssh; systemctl restart ssh",
);

pub(crate) const SERVER: &str = "203.0.113.10";
pub(crate) const CLIENT: &str = "192.0.2.7";
/// The account that is signed in to, as on a server of the customer's own.
pub(crate) const ACCOUNT: &str = "rocky";
pub(crate) const PROGRAM: &str = "/run/test/support-access";
/// On the engineer's own host.
const PRIVATE: &str = "/run/test/engineer";
pub(crate) const PUBLIC: &str = "/run/test/engineer.pub";
/// The public half of a case's own key.
const OTHER: &str = "/run/test/other.pub";
/// Its private half, on the engineer's host.
const OTHER_PRIVATE: &str = "/run/test/other";

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
    /// Whether the engineer wants a shell at a terminal, and not a command.
    pub(crate) terminal: bool,
    /// The only release on which it can be broken that way, and why.
    pub(crate) only: Option<(Suite, &'static str)>,
    /// Whether it is a warning: the engineer gets in all the time.
    pub(crate) warns: bool,
    /// Another port than 22.
    pub(crate) port: u16,
    /// What the engineer does first: a script for his own host.
    pub(crate) engineer: &'static str,
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
            terminal: false,
            only: None,
            warns: false,
            port: 22,
            engineer: "true",
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

    pub(crate) const fn terminal(mut self) -> Self {
        self.terminal = true;
        self
    }

    pub(crate) const fn only(mut self, suite: Suite, why: &'static str) -> Self {
        self.only = Some((suite, why));
        self
    }

    pub(crate) const fn warns(mut self) -> Self {
        self.warns = true;
        self
    }

    pub(crate) const fn client(mut self, arguments: &'static [&'static str]) -> Self {
        self.client = arguments;
        self
    }

    pub(crate) const fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    pub(crate) const fn engineer(mut self, script: &'static str) -> Self {
        self.engineer = script;
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

/// A login of which nothing is expected but that it works.
const HEALTHY: Case = Case::new("", "", Mend::Fix);

/// Server and engineer.
pub(crate) struct Bench {
    pub(crate) host: Host,
    engineer: Host,
    _net: Net,
}

impl Bench {
    pub(crate) fn new(suite: Suite) -> Self {
        let net = Net::new();
        let host = suite.boot(&net, "customer", SERVER);
        let engineer = Host::boot(&net, "engineer", CLIENT);
        let key = Key::generate(KeyKind::Ed25519);
        engineer.put(PRIVATE, key.private(), 0o600);
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
             { systemctl reset-failed ssh; systemctl restart ssh; } || true";
        host.ok(config);
        let bench = Self { host, engineer, _net: net };
        assert!(bench.comes_to(true, &HEALTHY, &[]), "the server is healthy at first");
        bench
    }

    /// Whether the engineer's ssh comes to do what is expected of it. What was printed and done may be a
    /// reload, which is over before sshd has read its configuration.
    fn comes_to(&self, expected: bool, case: &Case, client: &[&str]) -> bool {
        (0..20).any(|turn| {
            std::thread::sleep(Duration::from_millis(if turn == 0 { 0 } else { 300 }));
            self.gets_in(case, client) == expected
        })
    }

    /// Whether a real ssh of the engineer's runs a command there, or brings him to a terminal.
    fn gets_in(&self, case: &Case, client: &[&str]) -> bool {
        // ssh takes the first of several values, so the case's come first.
        let client: Vec<String> = client.iter().map(|word| format!("'{word}'")).collect();
        let Case { port, account, .. } = case;
        let private = if case.key.is_some() { OTHER_PRIVATE } else { PRIVATE };
        let line = format!(
            "ssh -F/dev/null {} -p{port} -i{private} -oBatchMode=yes -oIdentitiesOnly=yes \
             -oStrictHostKeyChecking=no -oUserKnownHostsFile=/dev/null -oConnectTimeout=3 \
             {account}@{SERVER}",
            client.join(" ")
        );
        if case.terminal {
            // What is typed is echoed, so that what is waited for must not be in it.
            let typed = "echo 'echo in-$((40+2)); tty; exit'";
            let screen = self.engineer.run(&format!("{typed} | timeout 30 {line} -tt")).stdout;
            return screen.contains("in-42") && screen.contains("/dev/pts/");
        }
        self.engineer.run(&format!("{line} -T 'echo in-$((40+2))'")).stdout.contains("in-42")
    }

    fn doctor(&self, case: &Case, more: &str, without: &str) -> (serde_json::Value, i32) {
        let (account, port) = (case.account, case.port);
        let key = if case.key.is_some() { OTHER } else { PUBLIC };
        let line = format!(
            "{PROGRAM} doctor --account {account} --port {port} --from {CLIENT} --key {key} --json {more}"
        );
        let output = self.host.command(&line).env("SUPPORT_ACCESS_WITHOUT_CAUSE", without).run();
        let document =
            serde_json::from_str(&output.stdout).unwrap_or_else(|e| panic!("{e}: {output}"));
        (document, output.code)
    }

    /// The engineer gets in, and the doctor finds nothing.
    pub(crate) fn finds_nothing(&self) {
        self.is_healthy(&[]);
    }

    /// The doctor finds nothing.
    pub(crate) fn finds_nothing_by_itself(&self) {
        let (document, code) = self.doctor(&HEALTHY, "", "");
        assert!(code == 0 && ids(&document).is_empty(), "exit {code}: {document:#}");
    }

    /// One round.
    fn round(&self, case: &Case) {
        if let Some(key) = case.key.map(Key::generate_with) {
            self.host.put(OTHER, key.public(), 0o644);
            self.engineer.put(OTHER_PRIVATE, key.private(), 0o600);
        }
        self.host.ok(case.breaks);
        self.engineer.ok(case.engineer);
        assert!(self.comes_to(case.warns, case, case.client), "ssh gets in: {}", !case.warns);
        let (document, code) = self.doctor(case, "", "");
        let named = ids(&document);
        let expected: Vec<&str> = [&[case.id], case.also].concat();
        let problems = if case.warns { 0 } else { 6 };
        let first = &document["findings"][0];
        let contradicted = case.warns && first["severity"] == "refuses";
        assert!(!contradicted || first["confirmed"] == false, "{document:#}");
        assert!(
            code == problems && named == expected,
            "exit {code}, named {named:?}: {document:#}"
        );
        let (document, _) = self.doctor(case, "", case.id);
        assert!(!ids(&document).contains(&case.id.to_owned()), "named without its detector");
        assert_ne!(ids(&document), expected, "nothing is missing without its detector");
        self.mend(case);
        // Another port is the client's to name, where it is the client that must change.
        let Case { account, terminal, port, key, .. } = *case;
        let (healthy, client) = match case.mend {
            Mend::Client(arguments) => (Case { terminal, ..HEALTHY }, arguments),
            _ => (Case { account, terminal, port, key, ..HEALTHY }, case.client),
        };
        assert!(self.comes_to(true, &healthy, client), "ssh does not get in after the mending");
        self.host.ok(case.restore);
        self.is_healthy(&[]);
    }

    /// Where nothing is wrong the doctor finds nothing, and has ruled these out.
    pub(crate) fn is_healthy(&self, ruled_out: &[&str]) {
        assert!(self.comes_to(true, &HEALTHY, &[]), "not healthy");
        let (document, code) = self.doctor(&HEALTHY, "", "");
        let has = |id: &&&str| {
            document["ruled_out"].as_array().is_some_and(|ids| ids.contains(&(**id).into()))
        };
        let missing: Vec<_> = ruled_out.iter().filter(|id| !has(id)).collect();
        assert!(code == 0 && ids(&document).is_empty() && missing.is_empty(), "{document:#}");
    }

    /// Where the engineer gets in but something is on the way, the doctor warns of it.
    pub(crate) fn warns(&self, id: &str) {
        assert!(self.comes_to(true, &HEALTHY, &[]), "it refuses already");
        let (document, code) = self.doctor(&HEALTHY, "", "");
        let severity = &document["findings"][0]["severity"];
        assert!(code == 0 && ids(&document) == [id] && severity == "warns", "{code} {document:#}");
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

/// `DOCTOR_ONLY=id` tries the cases of one cause.
fn wanted(case: &Case) -> bool {
    std::env::var("DOCTOR_ONLY").map_or(true, |only| only.split(',').any(|id| id == case.id))
}

/// All cases of one file, one after the other on one server of each release; what fails leaves a
/// sick server, so the next case gets a new one.
pub(crate) fn run(suite: Suite, cases: &[Case]) {
    let table = Cases::new(&format!("doctor: {suite:?}"));
    let cases: Vec<&Case> = cases.iter().filter(|case| wanted(case)).collect();
    if cases.is_empty() {
        return;
    }
    let mut bench = Bench::new(suite);
    let mut tried = 0;
    for case in cases {
        if let Some((_, why)) = case.only.filter(|(only, _)| *only != suite) {
            table.skip(case.id, why);
            continue;
        }
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
    table.finish(tried);
}
