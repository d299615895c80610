//! Where the bench runs: a server, a site, and what stands on both.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use lab::{Host, Key, KeyKind, Net, Site, Suite};

use crate::figures::Sample;

/// Name of the site.
pub(crate) const SITE: &str = "support.example";
/// What the host's files of the bench are in.
pub(crate) const HERE: &str = "/root/bench";
/// Where our program stands in the host before it is granted anything.
pub(crate) const PROGRAM: &str = "/root/bench/support-access";
const SITE_ADDRESS: &str = "198.51.100.5";
const ENGINEER: &str = "192.0.2.7";

/// What one run took, and when it said what.
pub(crate) struct Run {
    pub(crate) sample: Sample,
    /// In KiB, of the process itself or of the largest (see the meter).
    pub(crate) peak: f64,
    /// Lines of its stdout, each with the seconds after which it came.
    pub(crate) lines: Vec<(f64, String)>,
}

pub(crate) struct Ground {
    pub(crate) host: Host,
    _site: Site,
    pub(crate) net: Net,
    pub(crate) folder: tempfile::TempDir,
    key: Key,
}

impl Ground {
    /// Publishes what is in `dist`, serves it, and boots the server.
    pub(crate) fn new(dist: &Path, meter: &Path) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the site");
        let key = Key::generate(KeyKind::Ed25519);
        publish(folder.path(), dist, &key);
        let net = Net::new();
        let site = serve(&net, &folder.path().join("site"));
        let host = Host::boot_root(root(), &net, "server", "203.0.113.10");
        on_a_real_disk(host.folder());
        host.trusts(&site);
        host.knows(SITE, SITE_ADDRESS);
        let put = |name: &str, from: &[u8], mode| host.put(&format!("{HERE}/{name}"), from, mode);
        put("meter", &fs::read(meter).expect("the meter is built"), 0o755);
        let program = dist.join(format!("support-access-{}", std::env::consts::ARCH));
        put("support-access", &fs::read(program).expect("scripts/build has run"), 0o755);
        put("policy.toml", policy(&[key.public().trim().to_owned()]).as_bytes(), 0o600);
        put("key.pub", key.public().as_bytes(), 0o644);
        put("grant.sh", include_bytes!("../peers/grant.sh"), 0o755);
        put("delete.sh", include_bytes!("../peers/delete.sh"), 0o755);
        put("grant.yml", include_bytes!("../peers/grant.yml"), 0o644);
        put("delete.yml", include_bytes!("../peers/delete.yml"), 0o644);
        let user_data = include_str!("../peers/user-data").replace("@KEY@", key.public().trim());
        host.put("/var/lib/cloud/seed/nocloud/user-data", user_data, 0o600);
        host.put(
            "/var/lib/cloud/seed/nocloud/meta-data",
            "instance-id: bench\ndsmode: local\n",
            0o600,
        );
        host.put(
            "/etc/cloud/cloud.cfg.d/99-bench.cfg",
            "datasource_list: [NoCloud, None]\nnetwork: {config: disabled}\n",
            0o644,
        );
        host.command("cloud-init init --local").deadline(Duration::from_mins(2)).ok();
        // Of the first boot of cloud-init, which is not what is measured.
        host.run("userdel -r bench");
        Self { host, _site: site, net, folder, key }
    }

    /// Runs a command in the server, with these options of the meter. It must end with this code.
    pub(crate) fn measure(&self, options: &str, command: &str, code: i32) -> Vec<Run> {
        let line = format!("{HERE}/meter {options} {command}");
        let said = self.host.command(&line).deadline(Duration::from_mins(10)).ok();
        let mut runs = Vec::new();
        let mut lines = Vec::new();
        for line in said.lines() {
            match line.split_once(' ') {
                Some(("line", rest)) => {
                    let (nanos, text) = rest.split_once(' ').unwrap_or((rest, ""));
                    lines.push((number(nanos) / 1e9, text.to_owned()));
                }
                Some(("run", rest)) => {
                    let fields: Vec<f64> = rest.split(' ').map(number).collect();
                    let [nanos, micros, written, peak, ended] = fields[..] else {
                        panic!("the meter said {line:?}");
                    };
                    assert!(
                        (ended - f64::from(code)).abs() < 0.5,
                        "{command} ended with {ended} instead of {code}:\n{}",
                        self.host.run(command)
                    );
                    let sample = Sample { wall: nanos / 1e9, cpu: micros / 1e6, written };
                    runs.push(Run { sample, peak, lines: std::mem::take(&mut lines) });
                }
                _ => panic!("the meter said {line:?}"),
            }
        }
        runs
    }

    /// The same, once.
    pub(crate) fn once(&self, options: &str, command: &str) -> Run {
        self.measure(options, command, 0).pop().expect("one run")
    }

    /// Time, processors and bytes of one run.
    pub(crate) fn sample(&self, command: &str) -> Sample {
        self.once("", command).sample
    }

    /// Lets the server find the site behind a relay, or the site itself where there is none.
    pub(crate) fn reach(&self, relay: Option<&Relay>) {
        let address = relay.map_or(SITE_ADDRESS, |relay| relay.address);
        self.host.ok(&format!("sed -i 's/^[^ ]* {SITE}$/{address} {SITE}/' /etc/hosts"));
    }

    /// A policy with this many keys, in the server.
    pub(crate) fn put_policy(&self, name: &str, keys: usize) {
        let line = self.key.public().trim().to_owned();
        let others = (1..keys).map(|n| format!("ssh-ed25519 {} key-{n}", ed25519(n)));
        let keys: Vec<String> = std::iter::once(line).chain(others).collect();
        self.host.put(&format!("{HERE}/{name}"), policy(&keys), 0o600);
    }
}

fn number(text: &str) -> f64 {
    text.parse().unwrap_or_else(|_| panic!("the meter said {text:?}"))
}

/// A relay to the site that runs until it is dropped.
pub(crate) struct Relay {
    address: &'static str,
    child: Child,
}

impl Relay {
    pub(crate) fn start(ground: &Ground, address: &'static str, milliseconds: u64) -> Self {
        let own = std::env::current_exe().expect("the bench's own path");
        let mut child = ground
            .net
            .program(address, own.to_str().expect("a plain path"))
            .args(["relay", &format!("{address}:443"), &format!("{SITE_ADDRESS}:443")])
            .arg(milliseconds.to_string())
            .stdout(Stdio::piped())
            .spawn()
            .expect("start the relay");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("stdout is a pipe");
        BufReader::new(stdout).read_line(&mut line).expect("read from the relay");
        assert_eq!(line, "ready\n", "the relay does not start");
        Self { address, child }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The root of the server: the lab's, with what we are measured against.
fn root() -> PathBuf {
    let script = repository().join("tests/bench/root");
    let mut command = Command::new(&script);
    let out = command.arg(Suite::Bookworm.root()).stderr(Stdio::inherit()).output();
    let out = out.expect("tests/bench/root runs");
    assert!(out.status.success(), "{}: {}", script.display(), out.status);
    PathBuf::from(String::from_utf8_lossy(&out.stdout).trim_end())
}

/// In memory, fsync costs nothing, and the figures mean nothing.
fn on_a_real_disk(folder: &Path) {
    let out = Command::new("stat").args(["-f", "-c", "%T"]).arg(folder).output();
    let kind = String::from_utf8_lossy(&out.expect("stat runs").stdout).trim().to_owned();
    assert!(
        !["tmpfs", "ramfs"].contains(&kind.as_str()),
        "{} is in memory ({kind}): SUPPORT_ACCESS_LAB must name a folder on a disk",
        folder.display()
    );
}

fn publish(folder: &Path, dist: &Path, key: &Key) {
    let signer = Key::generate(KeyKind::Ed25519);
    let release = Key::generate_with(&["-t", "ecdsa", "-b", "256", "-m", "PEM"]);
    let file = folder.join("policy.toml");
    fs::write(&file, policy(&[key.public().trim().to_owned()])).expect("the policy is written");
    let mut publish = Command::new(repository().join("scripts/publish"));
    publish
        .args(["--policy".as_ref(), file.as_os_str()])
        .args(["--url", &format!("https://{SITE}")])
        .args(["--out".as_ref(), folder.join("site").as_os_str()])
        .args(["--sign".as_ref(), signer.file().as_os_str()])
        .args(["--openssl-key".as_ref(), release.file().as_os_str()])
        .args(["--binaries".as_ref(), dist.as_os_str()])
        .arg("--allow-dirty");
    let out = publish.output().expect("scripts/publish runs");
    assert!(out.status.success(), "scripts/publish: {}", String::from_utf8_lossy(&out.stderr));
}

/// By nginx, as `docs/nginx.conf` says.
fn serve(net: &Net, root: &Path) -> Site {
    let nginx = fs::read_to_string(repository().join("docs/nginx.conf")).expect("the example");
    let parts = [("NAME", "name"), ("ROOT", "root"), ("CERT", "certificate"), ("KEY", "key")];
    let nginx = parts.iter().fold(nginx, |text, (theirs, ours)| {
        text.replace(&format!("@{theirs}@"), &format!("{{{{{ours}}}}}"))
    });
    Site::serve_with(net, SITE, SITE_ADDRESS, root, &nginx)
}

fn policy(keys: &[String]) -> String {
    let date = Command::new("date").args(["-u", "-d", "+30 days", "+%Y-%m-%dT%H:%M:%SZ"]).output();
    let keys: Vec<String> = keys.iter().map(|key| format!("  \"{key}\",\n")).collect();
    format!(
        "schema = 1\nserial = 1\nvalid-until = \"{}\"\nprovider = \"Example Support\"\n\
         language = \"en\"\nsite = \"https://{SITE}\"\naccount = \"example\"\n\
         from = [\"{ENGINEER}\"]\nport = 22\nlifetime = \"72h\"\nlongest = \"14d\"\n\
         sudo = \"full\"\nkeys = [\n{}]\n",
        String::from_utf8_lossy(&date.expect("date runs").stdout).trim(),
        keys.concat(),
    )
}

/// The blob of an Ed25519 public key that is like no other: any 32 bytes are one as far as files go.
fn ed25519(number: usize) -> String {
    let mut blob = Vec::from(*b"\0\0\0\x0bssh-ed25519\0\0\0\x20");
    blob.extend([7; 24]);
    blob.extend((number as u64).to_be_bytes());
    base64(&blob)
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let byte = |at| u32::from(three.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * place)) as usize & 63];
            text.push(if place <= three.len() { char::from(digit) } else { '=' });
        }
    }
    text
}

/// The clone.
pub(crate) fn repository() -> &'static Path {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.ancestors().nth(2).expect("tests/bench lies in it")
}
