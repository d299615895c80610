//! A provider with a site and a signing key, and a customer's server with a grant from it.

use std::process::Command;

use lab::{Host, Key, KeyKind, Site, Snapshot, Suite};

use crate::common::{ACCOUNT, ALLOWED, CUSTOMER, JOURNAL, RESTART_SSHD, Ran, Server};

pub(crate) const NAME: &str = "support.example";
/// What the program remembers of the site.
const NEWER: &str = "/var/lib/support-access/newer";

/// nginx as usual, but that each of these files in its folder makes it another site: one that is
/// broken, that asks to sign in, that leads elsewhere, that hangs up, that sends a byte a second, or that
/// names any file with the tag that fits all.
const SERVER: &str = "server {
    listen 443 ssl;
    server_name {{name}};
    ssl_certificate {{certificate}};
    ssl_certificate_key {{key}};
    root {{root}};
    types {}
    default_type text/plain;
    location = /policy.toml {
        if (-f {{root}}/be-broken) { return 500; }
        if (-f {{root}}/be-a-portal) { rewrite ^ /portal.html last; }
        if (-f {{root}}/be-elsewhere) { return 302 http://{{name}}/policy.toml; }
        if (-f {{root}}/be-rude) { return 444; }
        if (-f {{root}}/be-slow) { set $limit_rate 1; }
        if (-f {{root}}/be-sly) { rewrite ^ /sly.toml last; }
    }
    location = /sly.toml {
        alias {{root}}/policy.toml;
        etag off;
        add_header ETag '*';
    }
    location = /portal.html { default_type text/html; }
}
";

/// The provider, and one customer of his.
pub(crate) struct Scene {
    pub(crate) server: Server,
    pub(crate) site: Site,
    folder: tempfile::TempDir,
    pub(crate) signer: Key,
    pub(crate) ann: Key,
    pub(crate) bob: Key,
    pub(crate) before: Snapshot,
}

impl Scene {
    /// A site with a policy of serial 5 with the keys of Ann and Bob, and a server that knows it.
    pub(crate) fn new(suite: Suite) -> Self {
        let server = Server::new(suite);
        let folder = tempfile::tempdir().expect("a folder for the site");
        let web = Site::serve_with(&server.net, NAME, "198.51.100.5", folder.path(), SERVER);
        server.host.knows(NAME, web.address());
        server.host.trusts(&web);
        let key = || Key::generate(KeyKind::Ed25519);
        let (signer, ann, bob) = (key(), key(), key());
        let signers = format!("support-access namespaces=\"support-access\" {}", signer.public());
        server.host.put("/run/test/signers", signers, 0o644);
        if suite == Suite::Trixie {
            // From OpenSSH 9.8 on whoever is refused too often is turned away for a while.
            let line = "PerSourcePenalties no\n";
            server.host.put("/etc/ssh/sshd_config.d/lab.conf", line, 0o644);
            server.host.ok(RESTART_SSHD);
        }
        // A tick of its own would do what a test is about to do, or be seen as its work.
        if suite != Suite::Sysvinit {
            server.host.hold_timer("support-access-expire.timer");
        }
        let before = server.host.snapshot();
        let scene = Self { server, site: web, folder, signer, ann, bob, before };
        scene.publish(&scene.policy(5, &[&scene.ann, &scene.bob], ""));
        scene
    }

    /// The same with access open.
    pub(crate) fn open(suite: Suite) -> Self {
        let scene = Self::new(suite);
        scene.grant("").is("granted", 0);
        scene
    }

    /// The customer's own line, as install.sh would pass it on.
    pub(crate) fn grant(&self, words: &str) -> Ran {
        let policy = format!("https://{NAME}/policy.toml");
        self.server.run(&format!("grant --policy {policy} --signers /run/test/signers {words}"))
    }

    pub(crate) fn policy(&self, serial: u64, keys: &[&Key], more: &str) -> String {
        let until = self.server.host.ok("date -u -d '+30 days' +%FT%TZ");
        let keys: Vec<String> =
            keys.iter().map(|key| format!("{:?}", key.public().trim())).collect();
        format!(
            "schema = 1\nserial = {serial}\nvalid-until = {}\nprovider = \"Example Support\"\n\
             language = \"en\"\nsite = \"https://{NAME}\"\naccount = \"{ACCOUNT}\"\n\
             from = [\"{ALLOWED}\"]\nport = 22\nlifetime = \"24h\"\nlongest = \"3d\"\n\
             sudo = \"none\"\nkeys = [{}]\n{more}",
            until.trim(),
            keys.join(", "),
        )
    }

    /// Puts a policy on the site, signed as `scripts/publish` does.
    pub(crate) fn publish(&self, text: &str) {
        self.serve(&self.signer.sign("support-access", text));
    }

    /// Puts any text in the policy's place, with a time that no file there had before: an entity tag
    /// of nginx tells seconds apart and sizes.
    pub(crate) fn serve(&self, file: &str) {
        let path = self.path("policy.toml");
        std::fs::write(&path, file).expect("the policy is written");
        let serial: usize = self.site.access_log().lines().count();
        let touched = Command::new("touch")
            .args(["-d", &format!("2026-01-01 + {serial} minutes")])
            .arg(&path)
            .status();
        assert!(touched.expect("touch runs").success());
    }

    /// A file in the site's folder.
    pub(crate) fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    /// Makes it so long ago that the site was asked that it is asked at the next look.
    pub(crate) fn let_time_pass(&self) {
        if !self.server.host.exists(NEWER) {
            // What it would remember if it had looked once.
            let journal = self.server.host.read(JOURNAL);
            let line = journal.lines().next().expect("the first line");
            let line: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
            let facts = &line["facts"];
            let seen = serde_json::json!({
                "id": facts["id"], "policy": facts["policy"], "tried": 1, "failures": 0,
                "at": facts["started"], "serial": facts["serial"],
            });
            self.server.host.put(NEWER, seen.to_string(), 0o600);
        }
        self.server.host.ok(&format!("sed -i 's/\"tried\":[0-9]*/\"tried\":1/' {NEWER}"));
    }

    /// Lets the timer's service look, when it is time to ask the site.
    #[track_caller]
    pub(crate) fn look(&self) {
        self.let_time_pass();
        self.server.expire();
    }

    /// The engineer's machine.
    pub(crate) fn engineer(&self) -> Host {
        self.server.engineer()
    }

    /// What the program remembers.
    pub(crate) fn seen(&self) -> serde_json::Value {
        serde_json::from_str(&self.server.host.read(NEWER)).expect("a record of JSON")
    }

    /// What `audit` says, as a document; it must find no problem.
    #[track_caller]
    pub(crate) fn audit(&self) -> serde_json::Value {
        self.server.run("audit --json").json("ok", 0)
    }

    /// The lines of the log with this action.
    pub(crate) fn log(&self, action: &str) -> Vec<serde_json::Value> {
        let text = self.server.host.read("/var/log/support-access.log");
        let lines = text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON"));
        lines.filter(|line: &serde_json::Value| line["action"] == action).collect()
    }

    /// Whether this key gets in.
    pub(crate) fn gets_in(engineer: &Host, key: &Key) -> bool {
        let output = engineer
            .ssh(key, &format!("{ACCOUNT}@{CUSTOMER}"))
            .from(ALLOWED)
            .command("id -un")
            .run();
        match output.code {
            0 => true,
            255 => false,
            _ => panic!("{output}"),
        }
    }
}
