//! What is published can be verified with what everybody has, by the lines that the README shows; and
//! is signed with whatever holds the key.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use lab::{Host, Key, KeyKind, Net, Output, Site, Suite};

use crate::check::{certificates, nginx};
use crate::workshop::{HOST, Workshop, refused, repository, said, sh};

/// The indented blocks of a chapter.
fn blocks(file: &str, chapter: &str) -> Vec<String> {
    let text = fs::read_to_string(repository().join(file)).unwrap();
    let chapter = text.split("\n## ").find(|it| it.starts_with(chapter)).expect(chapter);
    let mut blocks = vec![String::new()];
    for line in chapter.lines() {
        match line.strip_prefix("    ") {
            Some(code) => blocks.last_mut().unwrap().extend([code, "\n"]),
            None if !blocks.last().unwrap().is_empty() => blocks.push(String::new()),
            None => {}
        }
    }
    blocks.retain(|it| !it.is_empty());
    blocks
}

/// A reader's machine, to which the provider's public keys came by another way.
struct Reader<'a> {
    host: Host,
    site: Site,
    workshop: &'a Workshop,
}

impl<'a> Reader<'a> {
    fn new(workshop: &'a Workshop, debian: Suite) -> Self {
        let net = Net::new();
        let certificates = certificates(&workshop.file(""));
        let conf = nginx(&workshop.site(), &certificates);
        let site = Site::serve_with(&net, HOST, "198.51.100.5", &workshop.site(), &conf);
        let host = debian.boot(&net, "reader", "203.0.113.20");
        host.knows(HOST, site.address());
        let root = fs::read(certificates.join("root.pem")).unwrap();
        host.put("/usr/local/share/ca-certificates/lab.crt", root, 0o644);
        host.run("update-ca-certificates");
        Self { host, site, workshop }
    }

    /// Runs a block as it stands there, line after line until one fails.
    fn run(&self, block: &str) -> Output {
        let release = self.workshop.release();
        let version = release.file_name().unwrap().to_str().unwrap();
        let lines = block.replace("VERSION", version);
        self.host.run("rm -rf /root/reader; mkdir -p /root/reader");
        for (name, from) in [
            ("release.signers", release.join("release.signers")),
            ("release.pem", release.join("release.pem")),
        ] {
            self.host.put(&format!("/root/reader/{name}"), fs::read(from).unwrap(), 0o644);
        }
        let key = self.workshop.signer.public();
        self.host.put("/root/reader/signers", format!("support-access {key}"), 0o644);
        assert!(lines.contains("support.example"), "{lines}");
        self.host.command(&format!("cd /root/reader; set -e\n{lines}")).run()
    }
}

fn a_reader_verifies_with_the_lines_of_the_readme(suite: Suite) {
    let english = blocks("README.md", "Verify by hand");
    assert_eq!(english, blocks("README.ko.md", "직접 검증하기"), "the two READMEs differ");
    let [policy, ssh_keygen, openssl] = english.try_into().expect("three blocks");
    for block in [&ssh_keygen, &openssl] {
        assert_eq!(block.lines().count(), 3, "{block}");
    }
    let workshop = Workshop::published();
    let reader = Reader::new(&workshop, suite);
    for block in [&policy, &ssh_keygen, &openssl] {
        let good = reader.run(block);
        assert_eq!(good.code, 0, "{good}\n{}", reader.site.error_log());
    }

    // Another program; then sums that fit it, which whoever changed the site can make.
    let change = |line: &str| sh(&format!("cd {}; {line}", workshop.release().display()));
    change("cp SHA256SUMS sums; cp support-access-x86_64 program; echo >>support-access-x86_64");
    for block in [&ssh_keygen, &openssl] {
        let bad = reader.run(block);
        assert!(
            bad.code != 0 && (bad.stdout.contains("Good") || bad.stdout.contains("OK")),
            "{bad}"
        );
    }
    change("sha256sum support-access-* install.sh >SHA256SUMS");
    for block in [&ssh_keygen, &openssl] {
        let bad = reader.run(block);
        assert_ne!(bad.code, 0, "{bad}");
        assert!(!bad.stdout.contains("x86_64"), "the signature is not what stopped it: {bad}");
    }
    sh(&format!("sed -i s/192.0.2.7/192.0.2.9/ {}/policy.toml", workshop.site().display()));
    let bad = reader.run(&policy);
    assert_ne!(bad.code, 0, "{bad}");
}

#[test]
fn a_reader_verifies_with_what_debian_12_has() {
    a_reader_verifies_with_the_lines_of_the_readme(Suite::Bookworm);
}

/// OpenSSL 1.1.1, OpenSSH 8.4.
#[test]
#[ignore = "another Debian: scripts/test --all"]
fn a_reader_verifies_with_what_debian_11_has() {
    a_reader_verifies_with_the_lines_of_the_readme(Suite::Bullseye);
}

/// An agent of its own, as one that holds a hardware key would be used.
struct Agent {
    socket: String,
    pid: String,
}

impl Agent {
    fn start(workshop: &Workshop) -> Self {
        let socket = workshop.file("agent").display().to_string();
        let said = sh(&format!("ssh-agent -s -a {socket}"));
        let pid = said.split("SSH_AGENT_PID=").nth(1).unwrap().split(';').next().unwrap();
        Self { socket, pid: pid.to_owned() }
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(&self.pid).status();
    }
}

/// A key with a passphrase, which the agent knows: publish sees its public half only.
#[test]
fn an_agent_signs() {
    let workshop = Workshop::new();
    let key = workshop.file("locked");
    let public = workshop.file("locked.pub");
    sh(&format!("ssh-keygen -q -t ed25519 -N 'a passphrase' -f {}", key.display()));
    let ask = workshop.file("ask");
    fs::write(&ask, "#!/bin/sh\necho a passphrase\n").unwrap();
    fs::set_permissions(&ask, fs::Permissions::from_mode(0o755)).unwrap();
    let agent = Agent::start(&workshop);
    let publish = |command: &mut Command| {
        said(&command.env("SSH_AUTH_SOCK", &agent.socket).stdin(Stdio::null()).output().unwrap())
    };
    refused(publish(&mut workshop.command(&public)), "cannot sign");
    let added = Command::new("ssh-add")
        .arg(&key)
        .envs([("SSH_AUTH_SOCK", agent.socket.as_str()), ("SSH_ASKPASS_REQUIRE", "force")])
        .env("SSH_ASKPASS", &ask)
        .output()
        .unwrap();
    said(&added).unwrap();
    fs::remove_file(&key).unwrap();
    publish(&mut workshop.command(&public)).unwrap();
    workshop.assert_whole();
    workshop.write_policy(|text| text.replace("serial = 7", "serial = 8"));
    publish(&mut workshop.policy(&public)).unwrap();
    workshop.assert_whole();
}

/// One P-256 key, in OpenSSH's form or openssl's, makes all three signatures.
#[test]
fn one_ecdsa_key_signs_all() {
    let key = Key::generate(KeyKind::Ecdsa);
    let workshop = Workshop::new();
    let publish = |signer: &Path| {
        let _ = fs::remove_dir_all(workshop.site());
        let mut command = workshop.command(signer);
        let arguments: Vec<_> = command.get_args().map(ToOwned::to_owned).collect();
        let end = arguments.iter().position(|it| it == "--openssl-key").unwrap();
        command = Command::new(repository().join("scripts/publish"));
        said(&command.args(&arguments[..end]).output().unwrap()).unwrap();
        workshop.assert_whole();
        let verify =
            "openssl dgst -sha256 -verify release.pem -signature SHA256SUMS.ecdsa SHA256SUMS";
        sh(&format!("cd {}; {verify}", workshop.release().display()));
        let left = sh("ls -d /dev/shm/publish-* 2>/dev/null | wc -l");
        let keys = sh("cat /dev/shm/publish-*/key 2>/dev/null | wc -c");
        assert_eq!(keys.trim(), "0", "a private key is left in memory ({left} folders)");
    };
    publish(&key.file());
    publish(&workshop.pem());

    // Ed25519 can't be verified by every openssl, so that signature is another key's or there is none.
    let _ = fs::remove_dir_all(workshop.site());
    let wrong = workshop.file("wrong.pem");
    sh(&format!("openssl genpkey -algorithm ED25519 -out {}", wrong.display()));
    refused(
        workshop.publish(&["--openssl-key", wrong.to_str().unwrap()]),
        "not an ECDSA P-256 key",
    );
    assert_eq!(fs::read_dir(workshop.site()).unwrap().count(), 0);
}
