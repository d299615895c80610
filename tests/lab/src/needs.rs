//! What the machine must have for a lab to stand on it.

use std::fs;
use std::path::{Path, PathBuf};

/// Programs, and the Debian packages that bring them.
const PROGRAMS: [(&str, &str); 14] = [
    ("debootstrap", "debootstrap"),
    ("flock", "util-linux"),
    ("ip", "iproute2"),
    ("mount", "mount"),
    ("nginx", "nginx-light"),
    ("nsenter", "util-linux"),
    ("openssl", "openssl"),
    ("pivot_root", "util-linux"),
    ("setpriv", "util-linux"),
    ("setsid", "util-linux"),
    ("sha256sum", "coreutils"),
    ("ssh-keygen", "openssh-client"),
    ("umount", "mount"),
    ("unshare", "util-linux"),
];

/// The search path of everything that the lab runs on the machine itself.
pub(crate) const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Names, one a line, what this machine lacks for the lab; empty if nothing.
pub fn missing() -> Vec<String> {
    let mut missing = Vec::new();
    if !rustix::process::geteuid().is_root() {
        missing.push("root: the lab makes namespaces, mounts and networks".to_owned());
    }
    for (program, package) in PROGRAMS {
        if !PATH.split(':').any(|folder| Path::new(folder).join(program).exists()) {
            missing.push(format!("the program {program} (Debian package {package})"));
        }
    }
    match cgroup_tree() {
        None => missing.push("a mounted cgroup2 tree (/sys/fs/cgroup)".to_owned()),
        Some(tree) if rustix::fs::access(&tree, rustix::fs::Access::WRITE_OK).is_err() => {
            missing.push(format!("write access to the cgroup2 tree at {}", tree.display()));
        }
        Some(_) => {}
    }
    missing
}

/// Panics, naming what is missing, if the lab can't stand on this machine.
pub(crate) fn check() {
    let missing = missing();
    assert!(missing.is_empty(), "the lab lacks:\n  {}", missing.join("\n  "));
}

/// Where the machine's cgroup2 tree is mounted; beside the older ones on some machines.
pub(crate) fn cgroup_tree() -> Option<PathBuf> {
    let mounts = fs::read_to_string("/proc/self/mounts").ok()?;
    mounts.lines().find_map(|line| {
        let mut fields = line.split(' ');
        let (target, kind) = (fields.nth(1)?, fields.next()?);
        (kind == "cgroup2").then(|| PathBuf::from(target))
    })
}
