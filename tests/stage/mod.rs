//! The stage of the whole main job: a publisher's site, a customer's server and an engineer's
//! machine on one network. The site is what `scripts/publish` lays out, served by nginx as
//! `docs/nginx.conf` says.
#![allow(dead_code, reason = "each user of this is a crate of its own and needs a part")]
#![allow(clippy::expect_used, clippy::disallowed_methods, reason = "a test tool may stop the test")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use lab::{Host, Key, KeyKind, Net, Site, Suite};

/// Host name of the provider's site.
pub(crate) const SITE: &str = "support.example";
/// Where the customer's server stands.
pub(crate) const CUSTOMER: &str = "203.0.113.10";
/// The one address that the policy allows.
pub(crate) const ENGINEER: &str = "192.0.2.7";
/// An address that it does not.
pub(crate) const STRANGER: &str = "198.51.100.66";

/// A network on which everything is ready for the customer's line.
pub(crate) struct Stage<'a> {
    pub(crate) net: Net,
    pub(crate) site: Site,
    pub(crate) customer: Host,
    /// Has the allowed address and the stranger's.
    pub(crate) engineer: Host,
    pub(crate) key: &'a Key,
}

/// A published site.
pub(crate) struct Published {
    folder: tempfile::TempDir,
    key: Key,
    signer: Key,
}

impl Published {
    /// Runs `scripts/publish` with a throw-away signing key and a policy with this sudo rule.
    pub(crate) fn new(sudo: &str) -> Self {
        Self::with(SITE, |key| policy_text(key, sudo))
    }

    /// The same for another site's name and another policy, made for this key.
    pub(crate) fn with(site: &str, policy_text: impl Fn(&Key) -> String) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the site");
        let key = Key::generate(KeyKind::Ed25519);
        let signer = Key::generate(KeyKind::Ed25519);
        // In PEM, as openssl reads it.
        let release = Key::generate_with(&["-t", "ecdsa", "-b", "256", "-m", "PEM"]);
        let policy = folder.path().join("policy.toml");
        fs::write(&policy, policy_text(&key)).expect("the policy is written");
        let published = Self { folder, key, signer };
        published.publish(site, |publish| {
            publish
                .args(["--openssl-key".as_ref(), release.file().as_os_str()])
                .args(["--binaries".as_ref(), binaries().as_os_str()])
                .arg("--allow-dirty");
        });
        published
    }

    /// Runs `scripts/publish` on the folder's policy, with more arguments; it must succeed.
    fn publish(&self, site: &str, more: impl FnOnce(&mut Command)) {
        let mut publish = Command::new(repository().join("scripts/publish"));
        publish
            .args(["--policy".as_ref(), self.folder.path().join("policy.toml").as_os_str()])
            .args(["--url", &format!("https://{site}")])
            .args(["--out".as_ref(), self.root().as_os_str()])
            .args(["--sign".as_ref(), self.signer.file().as_os_str()]);
        more(&mut publish);
        let out = publish.output().expect("scripts/publish runs");
        assert!(out.status.success(), "scripts/publish: {}", String::from_utf8_lossy(&out.stderr));
    }

    /// The folder that a web server serves.
    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("site")
    }

    /// Publishes that the provider withdraws all access.
    pub(crate) fn withdraw_all(&self) {
        let policy = self.folder.path().join("policy.toml");
        let text = fs::read_to_string(&policy).expect("the policy");
        let text = text.replace("serial = 1\n", "serial = 2\nrevoke-all = true\n");
        fs::write(&policy, &text).expect("the policy is written");
        self.publish(SITE, |publish| {
            publish.arg("--policy-only");
        });
    }

    /// Serves it by nginx as `docs/nginx.conf` says.
    pub(crate) fn serve(&self, net: &Net, name: &str, address: &str) -> Site {
        let nginx = fs::read_to_string(repository().join("docs/nginx.conf")).expect("the example");
        let nginx = nginx
            .replace("@NAME@", "{{name}}")
            .replace("@ROOT@", "{{root}}")
            .replace("@CERT@", "{{certificate}}")
            .replace("@KEY@", "{{key}}");
        Site::serve_with(net, name, address, &self.root(), &nginx)
    }

    /// The published binary of this machine's kind, or of another.
    pub(crate) fn binary(&self, cpu: &str) -> PathBuf {
        let versions = fs::read_dir(self.root().join("v")).expect("a version is published");
        let version = versions.flatten().next().expect("one version").path();
        version.join(format!("support-access-{cpu}"))
    }
}

impl<'a> Stage<'a> {
    /// Boots everything around a published site.
    pub(crate) fn new(published: &'a Published, suite: Suite) -> Self {
        let net = Net::new();
        let web = published.serve(&net, SITE, "198.51.100.5");
        let customer = suite.boot(&net, "customer", CUSTOMER);
        customer.knows(SITE, web.address());
        customer.trusts(&web);
        let engineer = Host::boot(&net, "engineer", ENGINEER);
        engineer.add_address(STRANGER);
        Self { net, site: web, customer, engineer, key: &published.key }
    }
}

/// Made once by scripts/test; without it they are built.
fn binaries() -> PathBuf {
    if let Some(folder) = std::env::var_os("SUPPORT_ACCESS_DIST") {
        return PathBuf::from(folder);
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("dist");
    let mut build = Command::new(repository().join("scripts/build"));
    let out = build.arg("--out").arg(&folder).output().expect("scripts/build runs");
    assert!(out.status.success(), "scripts/build: {}", String::from_utf8_lossy(&out.stderr));
    folder
}

/// A `valid-until` that holds for a month.
pub(crate) fn in_a_month() -> String {
    let date = Command::new("date")
        .args(["-u", "-d", "+30 days", "+%Y-%m-%dT%H:%M:%SZ"])
        .output()
        .expect("date runs");
    String::from_utf8_lossy(&date.stdout).trim().to_owned()
}

fn policy_text(key: &Key, sudo: &str) -> String {
    format!(
        "schema = 1\nserial = 1\nvalid-until = \"{}\"\n\
         provider = \"Example Support\"\nlanguage = \"ko\"\nsite = \"https://{SITE}\"\n\
         account = \"example\"\nfrom = [\"{ENGINEER}\"]\nport = 22\n\
         lifetime = \"72h\"\nlongest = \"14d\"\nsudo = \"{sudo}\"\nkeys = [\"{}\"]\n",
        in_a_month(),
        key.public().trim(),
    )
}

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
