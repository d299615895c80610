//! The packages for those who do not pipe to a shell: made twice the same, installed and removed by
//! the real dpkg and rpm on booted hosts.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests work on files of their own and fail loudly"
)]

mod deb;
mod made;
mod rpm;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use lab::{Host, Key, KeyKind, Output};

/// Where the package has the program.
const PROGRAM: &str = "/usr/sbin/support-access";
const JOURNAL: &str = "/var/lib/support-access/journal";

/// The folder of the four packages, and the programs that they were made of.
struct Made {
    folder: tempfile::TempDir,
    binaries: PathBuf,
}

fn made() -> &'static Made {
    static MADE: OnceLock<Made> = OnceLock::new();
    MADE.get_or_init(|| {
        let binaries = std::env::var_os("SUPPORT_ACCESS_DIST").map_or_else(
            || {
                tool("scripts/build", &[]);
                PathBuf::from(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("dist")
            },
            PathBuf::from,
        );
        let folder = tempfile::tempdir().unwrap();
        package(&binaries, folder.path());
        Made { folder, binaries }
    })
}

/// Runs `scripts/package`.
fn package(binaries: &Path, out: &Path) {
    let (binaries, out) = (binaries.to_str().unwrap(), out.to_str().unwrap());
    tool("scripts/package", &["--binaries", binaries, "--out", out]);
}

/// Runs a tool in the repository and insists on its success.
fn tool(program: &str, args: &[&str]) -> String {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = if program.contains('/') { repository.join(program) } else { program.into() };
    let out = Command::new(path).args(args).current_dir(repository).output().unwrap();
    assert!(out.status.success(), "{program}: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8_lossy(&out.stdout).into_owned()
}

impl Made {
    /// The package whose name ends so.
    fn file(&self, end: &str) -> PathBuf {
        let files = fs::read_dir(self.folder.path()).unwrap().flatten().map(|it| it.path());
        files.into_iter().find(|it| it.to_str().unwrap().ends_with(end)).unwrap()
    }
}

/// Unpacks an .rpm into a folder.
fn unpack_rpm(file: &Path, into: &Path) {
    let line = "cp \"$1\" \"$2/it.rpm\" && cd \"$2\" && rpm2archive it.rpm && tar -xzf it.rpm.tgz && rm it.rpm*";
    tool("bash", &["-ec", line, "bash", file.to_str().unwrap(), into.to_str().unwrap()]);
}

/// Opens access with the package's program.
fn grant(host: &Host) -> Key {
    let key = Key::generate(KeyKind::Ed25519);
    host.put("/root/engineer.pub", key.public(), 0o644);
    let line =
        format!("{PROGRAM} --key /root/engineer.pub --from 192.0.2.7 --expires 2h --sudo full");
    let out = host.run(&line);
    assert!(out.last_line().starts_with("RESULT: granted"), "{out}");
    assert!(host.exists(JOURNAL));
    key
}

/// Fails unless the account and all else that a grant makes is there, or is gone.
#[track_caller]
fn stands(host: &Host, wanted: bool) {
    let files = [
        "/var/lib/support-access",
        "/usr/local/sbin/support-access",
        "/etc/systemd/system/support-access-expire.timer",
        "/etc/sudoers.d/zz-support-access-cafe24",
        "/home/cafe24",
    ];
    for file in files {
        assert_eq!(host.exists(file), wanted, "{file}");
    }
    assert_eq!(host.run("getent passwd cafe24").succeeded(), wanted);
    assert_eq!(host.run("systemctl is-active support-access-expire.timer").succeeded(), wanted);
    assert!(host.exists("/var/log/support-access.log"), "it stays");
}

/// Makes the ending fail: a journal whose first line can't be read.
fn damage(host: &Host) {
    host.ok(&format!("cp -a {JOURNAL} /root/journal && sed -i '1s/^./x/' {JOURNAL}"));
}

/// Makes it possible again.
fn mend(host: &Host) {
    host.ok(&format!("cp -a /root/journal {JOURNAL}"));
}

/// What a removal says that could not end the access.
#[track_caller]
fn refused(out: &Output) {
    assert!(!out.succeeded(), "{out}");
    let said = format!("{}{}", out.stdout, out.stderr);
    assert!(said.contains("could not be ended (exit code 4)"), "{out}");
    assert!(said.contains("/usr/sbin/support-access delete"), "{out}");
}
