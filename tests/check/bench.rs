//! The engineer's machine, the customer's server, another server, the router between them, and one
//! round of breaking, asking, mending.

use std::time::Duration;

use lab::{Cases, Host, Key, KeyKind, Net};
use serde_json::Value;

pub(crate) const SERVER: &str = "203.0.113.10";
pub(crate) const OUTER: &str = "198.51.100.1:20170";
pub(crate) const PROGRAM: &str = "/run/test/support-access";
/// What is typed where nothing else is said.
pub(crate) const TYPED: &str = "rocky@203.0.113.10 -i /home/eng/k";
/// The same with a receipt alone.
pub(crate) const BY_RECEIPT: &str = "--receipt /run/test/receipt -i /home/eng/k";
/// Through the router's port.
pub(crate) const BY_PORT: &str =
    "rocky@203.0.113.10 --via 198.51.100.1:20170 --receipt /run/test/receipt -i /home/eng/k";

const ENGINEER: &str = "192.0.2.7";
pub(crate) const OTHER: &str = "203.0.113.66";
const ROUTER: &str = "198.51.100.1";

/// How a cause is mended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Mend {
    /// `check --fix` does it.
    Fix,
    /// The printed command, on the engineer's machine.
    Here,
    /// The printed command on the server asks the doctor, whose command mends it.
    Doctor,
    /// The printed command, on the router.
    Router,
    /// The printed INBOUND rule, set in the provider's firewall.
    Rule,
    /// What the text says, typed: other words.
    Typed(&'static str),
    /// What the text says, done on the engineer's machine as root.
    Engineer(&'static str),
    /// What the text says, done on the router.
    RouterByHand(&'static str),
    /// What the text says, done on the server.
    Server(&'static str),
}

/// One way to break the way in.
pub(crate) struct Case {
    /// The cause that must be named first.
    pub(crate) id: &'static str,
    /// What is typed.
    pub(crate) words: &'static str,
    /// What breaks it: scripts for the server, the router, and the engineer's root.
    pub(crate) server: &'static str,
    pub(crate) router: &'static str,
    pub(crate) engineer: &'static str,
    pub(crate) mend: Mend,
    /// Puts right on the server what the mending leaves.
    pub(crate) restore: &'static str,
}

impl Case {
    pub(crate) const fn new(id: &'static str, words: &'static str, mend: Mend) -> Self {
        Self { id, words, server: "", router: "", engineer: "", mend, restore: "" }
    }

    pub(crate) const fn server(mut self, script: &'static str) -> Self {
        self.server = script;
        self
    }

    pub(crate) const fn router(mut self, script: &'static str) -> Self {
        self.router = script;
        self
    }

    pub(crate) const fn engineer(mut self, script: &'static str) -> Self {
        self.engineer = script;
        self
    }

    pub(crate) const fn restore(mut self, script: &'static str) -> Self {
        self.restore = script;
        self
    }
}

pub(crate) struct Bench {
    pub(crate) server: Host,
    pub(crate) engineer: Host,
    pub(crate) router: Host,
    pub(crate) other: Host,
    pub(crate) key: Key,
}

impl Bench {
    pub(crate) fn new() -> Self {
        let net = Net::new();
        let server = Host::boot(&net, "customer", SERVER);
        let other = Host::boot(&net, "other", OTHER);
        let router = Host::boot(&net, "router", ROUTER);
        let engineer = Host::boot(&net, "engineer", ENGINEER);
        let key = Key::generate(KeyKind::Ed25519);
        let program = std::fs::read(env!("CARGO_BIN_EXE_support-access")).unwrap();
        for (host, path) in
            [(&engineer, PROGRAM), (&server, PROGRAM), (&server, "/usr/local/sbin/support-access")]
        {
            host.put(path, &program, 0o755);
        }
        server.put("/run/test/k.pub", key.public(), 0o644);
        for account in ["rocky", "debian"] {
            server.ok(&format!(
                "useradd -m -s /bin/bash {account} && cd /home/{account} && \
                 install -d -m 700 -o {account} -g {account} .ssh && \
                 install -m 600 -o {account} -g {account} /run/test/k.pub .ssh/authorized_keys"
            ));
        }
        server.ok("cp -a /etc/ssh /run/test/ssh.good");
        engineer.ok(
            "useradd -m -s /bin/bash eng && echo 'eng ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/eng",
        );
        router.forwards();
        // What comes through the router must go back through it.
        for host in [&server, &other] {
            host.ok("ip route replace 192.0.2.0/24 via 198.51.100.1");
        }
        let bench = Self { server, engineer, router, other, key };
        bench.open("");
        bench.restore("");
        bench.connects(TYPED);
        bench
    }

    /// Opens a grant and hands the receipt over, as text in the server's language.
    pub(crate) fn open(&self, words: &str) {
        let from = if words.contains("--from") { "" } else { "--from 192.0.2.7" };
        let said = self.server.ok(&format!(
            "{PROGRAM} delete >/dev/null; {PROGRAM} grant --key /run/test/k.pub --no-verify {from} {words}"
        ));
        self.engineer.put("/run/test/receipt", said, 0o644);
    }

    /// Makes everything as it was at first: what a case broke on the ways between, the engineer's own
    /// files, and his memory of the server.
    fn restore(&self, script: &str) {
        self.server.ok(&format!("true; {script}"));
        self.server.ok("nft flush ruleset; rm -f /etc/hosts.deny /etc/ssh/sshd_config.d/*; \
             systemctl reset-failed ssh 2>/dev/null; systemctl restart ssh");
        self.router.ok("nft flush ruleset");
        self.engineer.put("/home/eng/k", self.key.private(), 0o600);
        self.engineer.put("/home/eng/k.pub", self.key.public(), 0o644);
        self.engineer.ok("rm -rf /home/eng/.ssh /run/test/agent; pkill ssh-agent; \
             install -d -m 700 -o eng -g eng /home/eng/.ssh; chown eng: /home/eng/k /home/eng/k.pub; \
             ip route replace 203.0.113.0/24 dev eth0");
        self.remember();
    }

    /// Lets the engineer know the server's keys.
    fn remember(&self) {
        let keys = self.server.ok("cat /etc/ssh/ssh_host_*_key.pub");
        let lines: Vec<String> = keys.lines().map(|key| format!("{SERVER} {key}\n")).collect();
        self.engineer.put("/home/eng/.ssh/known_hosts", lines.concat(), 0o600);
        self.engineer.ok("chown eng: /home/eng/.ssh/known_hosts");
    }

    /// A check of the engineer's, a plain user, behind whatever else he types first.
    pub(crate) fn check_after(&self, first: &str, words: &str, without: &str) -> (Value, i32) {
        // An agent of a case's own is at a known place.
        let agent = "[ ! -S /run/test/agent ] || export SSH_AUTH_SOCK=/run/test/agent";
        let line = format!("{agent}\n{first}\n{words} --json");
        let output = self
            .engineer
            .command(&line)
            .user("eng")
            .env("SUPPORT_ACCESS_WITHOUT_CAUSE", without)
            .env("SSH_ASKPASS", "/run/test/ask")
            .env("SSH_ASKPASS_REQUIRE", "force")
            .run();
        let start = output.stdout.find("{\n").unwrap_or_default();
        let document = serde_json::from_str(&output.stdout[start..])
            .unwrap_or_else(|error| panic!("{error}: {output}"));
        (document, output.code)
    }

    pub(crate) fn check(&self, words: &str) -> (Value, i32) {
        self.check_after("", &format!("{PROGRAM} check {words}"), "")
    }

    /// The check says connected, and nothing else.
    #[track_caller]
    pub(crate) fn connects(&self, words: &str) {
        let (document, code) = self.check(words);
        assert!(code == 0 && document["connected"] == true, "exit {code}: {document:#}");
        assert!(ids(&document).is_empty() && document["result"] == "ok", "{document:#}");
    }

    fn round(&self, case: &Case) {
        self.engineer.ok(&format!("true; {}", case.engineer));
        self.router.ok(&format!("true; {}", case.router));
        self.server.ok(&format!("true; {}", case.server));
        let line = format!("{PROGRAM} check {}", case.words);
        let (document, code) = self.check(case.words);
        assert!(code == 6 && document["result"] == "problems", "exit {code}: {document:#}");
        let named = ids(&document);
        assert_eq!(named.first().map(String::as_str), Some(case.id), "{document:#}");
        let (without, _) = self.check_after("", &line, case.id);
        let others = ids(&without);
        assert!(!others.iter().any(|id| id == case.id), "named without its detector: {without:#}");
        let words = self.mend(case, &document["findings"][0]);
        if let Some(words) = words {
            // A daemon that was started anew need not listen at once.
            let ready = (0..10).any(|turn| {
                std::thread::sleep(Duration::from_millis(if turn == 0 { 0 } else { 500 }));
                self.check(&words).1 == 0
            });
            let said = self.check(&words);
            assert!(ready, "not connected after the mending: {:#}", said.0);
            self.connects(&words);
        }
    }

    /// Mends it; says what is typed then, unless that was part of it.
    fn mend(&self, case: &Case, finding: &Value) -> Option<String> {
        let printed = || finding["fix"].as_str().unwrap_or_else(|| panic!("no fix: {finding:#}"));
        let is_at = |place: &str| assert_eq!(finding["where"], place, "{finding:#}");
        match case.mend {
            Mend::Fix => {
                is_at("here");
                let (document, code) = self.check(&format!("{} --fix", case.words));
                assert_eq!((code, ids(&document)), (0, vec![]), "{document:#}");
                assert_eq!(document["fixed"][0]["command"], finding["fix"], "{document:#}");
            }
            Mend::Here => {
                is_at("here");
                self.follow(case, printed());
                return None;
            }
            Mend::Doctor => {
                is_at("server");
                self.ask_doctor(printed());
            }
            Mend::Router => {
                is_at("router");
                self.router.ok(printed());
            }
            Mend::Rule => {
                let rule = &finding["rule"];
                assert_eq!(rule["protocol"], "TCP");
                let from = rule["from"][0].as_str().unwrap();
                self.router.ok(&format!(
                    "nft insert rule ip fw forward ip saddr {from} tcp dport {} accept",
                    rule["port"]
                ));
            }
            Mend::Typed(words) => return Some(words.to_owned()),
            Mend::Engineer(script) => drop(self.engineer.ok(script)),
            Mend::RouterByHand(script) => drop(self.router.ok(script)),
            Mend::Server(script) => drop(self.server.ok(script)),
        }
        Some(case.words.to_owned())
    }

    /// Runs what is printed, in the same shell, until the check says connected.
    fn follow(&self, case: &Case, printed: &str) {
        let mut line = printed.to_owned();
        for _ in 0..3 {
            let check = format!("{PROGRAM} check");
            let (document, code) = if line.starts_with(&check) {
                self.check_after("", &line, "")
            } else {
                self.check_after(&line, &format!("{check} {}", case.words), "")
            };
            if code == 0 {
                assert!(document["connected"] == true, "{document:#}");
                return;
            }
            let finding = &document["findings"][0];
            assert_eq!(finding["where"], "here", "{document:#}");
            finding["fix"].as_str().unwrap().clone_into(&mut line);
        }
        panic!("{}: still not connected after: {line}", case.id);
    }

    /// Asks the doctor as the check says, and does what he says.
    fn ask_doctor(&self, line: &str) {
        for _ in 0..3 {
            let output = self.server.run(&format!("{line} --json"));
            let document: Value =
                serde_json::from_str(&output.stdout).unwrap_or_else(|e| panic!("{e}: {output}"));
            let Some(first) = ids(&document).first().cloned() else { return };
            let fix = document["findings"][0]["fix"].as_str();
            self.server.ok(fix.unwrap_or_else(|| panic!("{first} has no fix: {document:#}")));
        }
    }
}

pub(crate) fn ids(document: &Value) -> Vec<String> {
    let findings = document["findings"].as_array().cloned().unwrap_or_default();
    findings.iter().map(|finding| finding["id"].as_str().unwrap().to_owned()).collect()
}

/// `CHECK_ONLY=id` tries the cases of one cause.
fn wanted(case: &Case) -> bool {
    std::env::var("CHECK_ONLY").map_or(true, |only| only.split(',').any(|id| id == case.id))
}

/// All cases of one file, one after the other between the same hosts; what fails leaves sick ones,
/// so the next case gets new ones.
pub(crate) fn run(cases: &[Case]) {
    let table = Cases::new("check");
    let cases: Vec<&Case> = cases.iter().filter(|case| wanted(case)).collect();
    if cases.is_empty() {
        return;
    }
    let mut bench = Bench::new();
    for case in &cases {
        let mut whole = false;
        table.case(case.id, || {
            bench.round(case);
            bench.restore(case.restore);
            bench.connects(TYPED);
            whole = true;
        });
        if !whole {
            bench = Bench::new();
        }
    }
    table.finish(cases.len() as u64);
}
