//! The published site: stand-in programs, laid out by the real `scripts/publish`, and a
//! throw-away certificate authority.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

/// Where the customer's line points to.
pub(crate) const URL: &str = "https://support.example.test";

/// What every test reads and none changes.
pub(crate) struct Site {
    /// The folder that nginx serves.
    pub(crate) root: PathBuf,
    /// The folder with `support-access-{x86_64,aarch64}`.
    pub(crate) binaries: PathBuf,
    /// A private key that signs policies; its public half ends in `.pub`.
    pub(crate) key: PathBuf,
    /// The policy as its author wrote it.
    pub(crate) policy: PathBuf,
    /// The throw-away authority's certificate.
    pub(crate) ca: PathBuf,
    /// The server's certificate; its key ends in `.key`.
    pub(crate) cert: PathBuf,
}

impl Site {
    /// Publishes these programs for a place, into a folder, with more arguments; it must succeed.
    pub(crate) fn publish(&self, binaries: &Path, url: &str, out: &Path, more: &[&str]) {
        let [policy, out, key, binaries] =
            [&self.policy, out, &self.key, binaries].map(|path| path.to_str().unwrap());
        let place = ["--policy", policy, "--url", url, "--out", out, "--sign", key];
        let which = ["--binaries", binaries, "--allow-dirty"];
        let ran = publish(&[&place[..], &which, more].concat());
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    }
}

/// The site, made once.
pub(crate) fn site() -> &'static Site {
    static SITE: OnceLock<Site> = OnceLock::new();
    SITE.get_or_init(|| make(&fresh_dir("site")))
}

/// The repository's root.
pub(crate) fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// An empty folder of that name, among this test binary's own.
pub(crate) fn fresh_dir(name: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("installer").join(name);
    if dir.exists() {
        fs::remove_dir_all(&dir).unwrap();
    }
    fs::create_dir_all(&dir).unwrap();
    dir
}

/// Runs a command line of bash and insists on its success.
pub(crate) fn sh(line: &str) -> String {
    let out = Command::new("bash").args(["-ec", line]).output().unwrap();
    assert!(out.status.success(), "{line}\n{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}

/// Runs `scripts/publish` with these arguments.
pub(crate) fn publish(args: &[&str]) -> Output {
    Command::new(repository().join("scripts/publish")).args(args).output().unwrap()
}

/// Builds the stand-ins into a folder.
pub(crate) fn build(folder: &Path, options: &[&str]) {
    for cpu in ["x86_64", "aarch64"] {
        sh(&format!(
            "cd {} && rustc --edition 2024 -O -C strip=symbols -C panic=abort -C linker=rust-lld \
             --remap-path-prefix \"$(rustc --print sysroot)\"=/rust {} --target {cpu}-unknown-linux-musl -o {}/support-access-{cpu} stand_in.rs",
            repository().join("tests/installer").display(),
            options.join(" "),
            folder.display(),
        ));
    }
}

fn make(dir: &Path) -> Site {
    let site = Site {
        root: dir.join("root"),
        binaries: dir.join("binaries"),
        key: dir.join("signer"),
        policy: dir.join("policy.toml"),
        ca: dir.join("ca.pem"),
        cert: dir.join("server.pem"),
    };
    fs::create_dir_all(&site.binaries).unwrap();
    build(&site.binaries, &[]);
    fs::write(&site.policy, "# the stand-in reads no policy\nprovider = \"example\"\n").unwrap();
    sh(&format!("ssh-keygen -q -t ed25519 -N '' -C tests -f {}", site.key.display()));
    certificates(dir);
    site.publish(&site.binaries, URL, &site.root, &[]);
    site
}

/// An authority and a leaf with an RSA key, as old clients want it.
fn certificates(dir: &Path) {
    sh(&format!(
        "cd {}
        openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=throw-away \
            -keyout ca.key -out ca.pem 2>/dev/null
        openssl req -newkey rsa:2048 -nodes -subj /CN=support.example.test \
            -keyout server.pem.key -out server.csr 2>/dev/null
        printf 'subjectAltName=DNS:support.example.test,DNS:mirror.example.test' >server.ext
        openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 \
            -extfile server.ext -out server.pem 2>/dev/null",
        dir.display(),
    ));
}
