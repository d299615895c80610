//! What a file's place makes of it.

use std::path::Path;

/// Where programs put what need not last: what lies here goes with its owner.
pub const TEMPORARY: [&str; 4] = ["/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue"];

/// Where at keeps its jobs (Debian, Red Hat). The folders are the daemon's own, so that they are
/// cleared like those for temporary files.
pub const SPOOLS: [&str; 3] =
    ["/var/spool/cron/atjobs", "/var/spool/cron/atspool", "/var/spool/at"];

/// Where files go that must not stay where they stood, and must not be lost.
pub const QUARANTINE: &str = "/var/lib/support-access-quarantine";

/// Folders in which root's programs look for what they shall do: configuration, units, rules, hooks,
/// programs, libraries. Many ignore a file that is not root's, so that handing it to root would
/// make it work.
const ORDERS: [&str; 32] = [
    "/etc",
    "/root",
    "/boot",
    "/run",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/usr/bin",
    "/usr/sbin",
    "/usr/lib",
    "/usr/lib32",
    "/usr/lib64",
    "/usr/libexec",
    "/usr/local/bin",
    "/usr/local/sbin",
    "/usr/local/lib",
    "/usr/local/lib64",
    "/usr/local/libexec",
    "/usr/local/etc",
    "/usr/share/polkit-1",
    "/usr/share/dbus-1",
    "/usr/share/bash-completion",
    "/usr/share/initramfs-tools",
    "/usr/share/pam-configs",
    "/var/spool/cron",
    "/var/spool/anacron",
    "/var/lib/systemd",
    "/var/lib/dpkg",
    "/var/lib/polkit-1",
    "/var/lib/cloud",
];

/// Where containers keep their disks.
const CONTAINERS: [&str; 10] = [
    "/var/lib/docker",
    "/var/lib/containers",
    "/var/lib/containerd",
    "/var/lib/lxc",
    "/var/lib/lxd",
    "/var/lib/incus",
    "/var/lib/machines",
    "/var/lib/kubelet",
    "/var/snap/lxd",
    "/var/lib/snapd",
];

/// The same in a user's home.
const OWN_CONTAINERS: [&str; 3] =
    ["/.local/share/containers/", "/.local/share/docker/", "/.local/share/lxc/"];

/// What a place means for a file that stands there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Place {
    /// Goes for good.
    Temporary,
    /// Root, or another user's login, would do what stands there.
    Orders,
    /// A container's.
    Container,
    /// The work that the customer asked for.
    Work,
}

impl Place {
    pub(super) fn of(path: &Path) -> Self {
        let below = |list: &[&str]| list.iter().any(|top| path.starts_with(top));
        let text = path.to_string_lossy();
        if below(&CONTAINERS) || OWN_CONTAINERS.iter().any(|part| text.contains(part)) {
            Self::Container
        } else if below(&TEMPORARY) || below(&SPOOLS) {
            Self::Temporary
        } else if below(&ORDERS) || path.iter().any(|part| part == ".ssh") || is_in_a_home(path) {
            Self::Orders
        } else {
            Self::Work
        }
    }
}

/// `.bashrc`, `.forward`, `.rhosts`, `.config/systemd` in somebody's home: the latter two count only
/// if they are his or root's.
fn is_in_a_home(path: &Path) -> bool {
    let mut parts = path.strip_prefix("/home").into_iter().flat_map(Path::iter).skip(1);
    parts.next().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_s_place_tells_what_becomes_of_it() {
        for (path, place) in [
            ("/tmp/x", Place::Temporary),
            ("/var/spool/cron/atjobs/a1", Place::Temporary),
            ("/var/spool/cron/crontabs/x", Place::Orders),
            ("/etc/sudoers.d/x", Place::Orders),
            ("/etcetera/x", Place::Work),
            ("/usr/local/apache/htdocs/index.html", Place::Work),
            ("/usr/local/bin/x", Place::Orders),
            ("/srv/deploy/.ssh", Place::Orders),
            ("/srv/deploy/.ssh/authorized_keys", Place::Orders),
            ("/srv/site/.htaccess", Place::Work),
            ("/home/victim/.bashrc", Place::Orders),
            ("/home/victim/.config/systemd/user/x.service", Place::Orders),
            ("/home/victim/public_html/.htaccess", Place::Work),
            ("/home/.snapshots", Place::Work),
            ("/var/lib/docker/volumes/x/_data/y", Place::Container),
            ("/home/victim/.local/share/containers/storage/x", Place::Container),
            ("/var/lib/mysql/x", Place::Work),
        ] {
            assert_eq!(Place::of(Path::new(path)), place, "{path}");
        }
    }
}
