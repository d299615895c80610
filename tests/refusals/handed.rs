//! The policy that install.sh has fetched beside the program is judged as if its URL had answered so just
//! now; where it is not believed, the URL is asked and what that answers is told.

use lab::{Key, KeyKind, Output, Site};
use tempfile::TempDir;

use crate::policy;
use crate::support::{PROGRAM, Server};

const NAME: &str = "support.example";
const FILE: &str = "/opt/policy";

struct Scene {
    server: Server,
    folder: TempDir,
    site: Site,
    signer: Key,
    /// Believed by everybody.
    good: String,
    /// The same before it was signed.
    text: String,
}

impl Scene {
    fn new() -> Self {
        let server = Server::boot();
        let folder = tempfile::tempdir().unwrap();
        let site = Site::serve(&server.net, NAME, "198.51.100.5", folder.path());
        server.host.knows(NAME, site.address());
        server.host.trusts(&site);
        let signer = Key::generate(KeyKind::Ed25519);
        let line = format!("release namespaces=\"support-access\" {}", signer.public());
        server.host.put("/root/signers", line, 0o644);
        let until = server.host.ok("date -u -d '+30 days' +%FT%TZ");
        let valid = format!("serial = 7\nvalid-until = {}\n", until.trim_end());
        let text = policy::good(&server.key).replace("serial = 7\n", &valid);
        let good = signer.sign("support-access", &text);
        Self { server, folder, site, signer, good, text }
    }

    /// What the policy's URL answers; nothing is 404.
    fn answers(&self, text: Option<&str>) {
        let file = self.folder.path().join("policy.toml");
        let _ = std::fs::remove_file(&file);
        if let Some(text) = text {
            std::fs::write(file, text).unwrap();
        }
    }

    /// What was fetched beside the program.
    fn handed(&self, text: Option<&str>) {
        self.server.host.ok(&format!("rm -rf {FILE}"));
        if let Some(text) = text {
            self.server.host.put(FILE, text, 0o600);
        }
    }

    /// The program as install.sh starts it.
    fn run(&self, words: &str) -> Output {
        let url = format!("https://{NAME}/policy.toml");
        self.server
            .host
            .command(&format!("{PROGRAM} {words}"))
            .env("SUPPORT_ACCESS_POLICY", &url)
            .env("SUPPORT_ACCESS_POLICY_FILE", FILE)
            .env("SUPPORT_ACCESS_SIGNERS", "/root/signers")
            .run()
    }

    /// How often the site was asked until now.
    fn asked(&self) -> usize {
        self.site.access_log().lines().count()
    }

    /// What it says in each manner.
    fn said(&self, words: &str) -> Vec<(i32, String, String)> {
        let manners = ["--lang en", "--lang ko", "--json --lang en"];
        let run = |manner| self.run(&format!("{words} {manner}"));
        manners.map(run).into_iter().map(|it| (it.code, it.stdout, it.stderr)).collect()
    }

    /// What is not believed, and what is said of it.
    fn bad(&self) -> Vec<(&'static str, String)> {
        let sign = |text: &str| self.signer.sign("support-access", text);
        let other = Key::generate(KeyKind::Ed25519);
        let until = |date: &str| {
            let from = self.text.find("valid-until").unwrap();
            let to = from + self.text[from..].find('\n').unwrap();
            self.text.replace(&self.text[from..to], &format!("valid-until = {date}"))
        };
        vec![
            ("is a web page", "<!doctype html><title>Sign in</title>".to_owned()),
            ("carries no signature", self.text.clone()),
            ("carries no signature", String::new()),
            ("not among its known signers", other.sign("support-access", &self.text)),
            ("is for `file`", self.signer.sign("file", &self.text)),
            ("was changed after it was signed", self.good.replace("192.0.2.7", "192.0.2.8")),
            ("damaged or cut off", self.good[..self.good.len() - 60].to_owned()),
            ("was valid until 2020", sign(&until("2020-01-01T00:00:00Z"))),
            ("at most 90 days ahead", sign(&until("2099-01-01T00:00:00Z"))),
            ("must carry `valid-until`", sign(&policy::good(&self.server.key))),
            ("larger than 262144 bytes", sign(&format!("{}#{}\n", self.text, "x".repeat(262_144)))),
            ("unknown field", sign(&format!("{}prot = 22\n", self.text))),
        ]
    }
}

#[test]
fn what_is_not_believed_is_refused_in_the_words_of_a_fetch() {
    let scene = Scene::new();
    for (says, bad) in scene.bad() {
        scene.answers(Some(&bad));
        scene.handed(None);
        let fetched = scene.said("grant");
        assert!(fetched[0].1.contains(says), "{says}: {fetched:?}");
        assert!(fetched.iter().all(|it| it.0 == 4), "{says}: {fetched:?}");
        scene.handed(Some(&bad));
        let before = scene.server.host.snapshot();
        assert_eq!(scene.said("grant"), fetched, "{says}");
        let changes = crate::support::without_journald(scene.server.host.changes_since(&before));
        assert!(changes.is_empty(), "{says}: {changes}");
        // Nothing of it counts: the URL does.
        scene.answers(Some(&scene.good));
        let output = scene.run("grant --dry-run --lang en");
        assert_eq!(output.code, 0, "{says}: {output}");
    }
}

#[test]
fn what_is_believed_is_not_fetched_again() {
    let scene = Scene::new();
    scene.answers(Some(&scene.good));
    scene.handed(None);
    let fetched = scene.run("grant --no-verify --ticket A-1 --json");
    assert_eq!((fetched.code, scene.asked()), (0, 1), "{fetched}");
    let host = &scene.server.host;
    let records = || {
        let kept = host.ok("cat /var/lib/support-access/policy*");
        let journal = host.read("/var/lib/support-access/journal");
        let line = journal.lines().next().unwrap_or_default();
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        let facts = ["policy", "signed_by", "signers", "keys", "from", "fetched_with"]
            .map(|name| find(&record, name).cloned());
        assert_eq!(facts[0], Some(format!("https://{NAME}/policy.toml").into()), "{line}");
        (kept, facts)
    };
    let with_a_fetch = records();
    assert_eq!(scene.run("delete --json").code, 0);

    // The site has nothing any more, and is not asked.
    scene.answers(None);
    scene.handed(Some(&scene.good));
    let asked = scene.asked();
    for words in ["--dry-run", "--no-verify --ticket A-1 --json", "audit", "delete"] {
        let output = scene.run(words);
        assert_eq!(output.code, 0, "{output}");
        if words.contains("ticket") {
            assert_eq!(records(), with_a_fetch);
        }
    }
    assert_eq!(scene.asked(), asked, "{}", scene.site.access_log());

    // A file that another could have written, or none, is no answer: then the URL is asked.
    let spoil = [
        format!("chmod 666 {FILE}"),
        format!("chmod 600 {FILE}; chown nobody {FILE}"),
        format!("rm {FILE}; mkfifo {FILE}"),
        format!("rm {FILE}; mkdir {FILE}"),
        format!("rmdir {FILE}"),
    ];
    for line in spoil {
        host.ok(&line);
        let asked = scene.asked();
        let output = scene.run("grant --dry-run --lang en");
        assert!(output.stdout.contains("status 404 instead of 200"), "{line}: {output}");
        assert_eq!(scene.asked(), asked + 1, "{line}");
    }
    // Nor is it one of another URL, or without one.
    scene.handed(Some(&scene.good));
    let elsewhere = format!("--policy https://{NAME}/other.toml --signers /root/signers --dry-run");
    let output = scene.run(&format!("{elsewhere} --lang en"));
    assert!(output.stdout.contains("other.toml: the server answered with status 404"), "{output}");
    let alone = host.command(&format!("{PROGRAM} --dry-run --lang en"));
    let alone = alone.env("SUPPORT_ACCESS_POLICY_FILE", FILE).run();
    assert_eq!(alone.code, 4, "the built-in policy has no key: {alone}");
}

/// An older policy than the one of the open grant, though validly signed.
#[test]
fn a_replay_is_refused_in_the_words_of_a_fetch() {
    let scene = Scene::new();
    scene.answers(Some(&scene.good));
    scene.handed(None);
    assert_eq!(scene.run("grant --no-verify").code, 0);
    let old = scene.signer.sign("support-access", &scene.text.replace("serial = 7", "serial = 6"));
    scene.answers(Some(&old));
    let fetched = scene.said("grant --no-verify");
    assert!(fetched[0].1.contains("serial 6") && fetched[0].0 == 4, "{fetched:?}");
    scene.handed(Some(&old));
    scene.answers(None);
    assert_eq!(scene.said("grant --no-verify"), fetched);
}

/// A field of that name, wherever it stands in a document.
fn find<'a>(value: &'a serde_json::Value, name: &str) -> Option<&'a serde_json::Value> {
    match value {
        serde_json::Value::Object(map) => {
            map.get(name).or_else(|| map.values().find_map(|value| find(value, name)))
        }
        _ => None,
    }
}
