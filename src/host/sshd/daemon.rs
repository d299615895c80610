//! A running sshd: which program it is, how it was started, and since when.

use std::fs::{self, File};
use std::io::Read;
use std::os::fd::AsRawFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::{Invocation, Version};
use crate::host::beside::beside;
use crate::host::run::Tool;

/// `USER_HZ`, in which the kernel counts for user space on every architecture that we build for.
const TICKS: u64 = 100;

/// What the kernel tells about a daemon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Daemon {
    pub(super) pid: u32,
    pub(super) invocation: Invocation,
    /// Whether the program on disk is no longer the one that runs.
    pub(super) replaced: bool,
    pub(super) version: Option<Version>,
    pub(super) started: Option<SystemTime>,
}

impl Daemon {
    pub(super) fn read(pid: u32) -> Option<Self> {
        let link = fs::read_link(format!("/proc/{pid}/exe")).ok()?;
        let path = link.to_str()?;
        let binary = PathBuf::from(path.strip_suffix(" (deleted)").unwrap_or(path));
        let running = File::open(format!("/proc/{pid}/exe")).ok()?;
        let replaced = !same_file(&running, &binary);
        // The number may have passed to another process meanwhile, and we are about to run it.
        let trusted = is_roots_sshd(pid) && running.metadata().is_ok_and(|meta| meta.uid() == 0);
        if !trusted {
            return None;
        }
        let program = if replaced {
            format!("/proc/self/fd/{}", running.as_raw_fd())
        } else {
            binary.display().to_string()
        };
        // Each takes ten milliseconds, most of them for linking.
        let (version, tz) = beside(|| version_of(&program), || zone(pid));
        let cmdline = read_text(&format!("/proc/{pid}/cmdline"));
        let invocation = Invocation { binary, args: arguments(&cmdline), tz };
        Some(Self { pid, invocation, replaced, version, started: started(pid) })
    }

    /// When it last read its configuration. A reload keeps the process, but writes its pid file
    /// anew.
    pub(super) fn loaded(&self, pid_file: Option<&str>) -> Option<SystemTime> {
        let rewritten = pid_file.filter(|path| path.starts_with('/')).and_then(|path| {
            let names_it = read_text(path).trim().parse() == Ok(self.pid);
            names_it.then(|| fs::metadata(path).ok()?.modified().ok()).flatten()
        });
        rewritten.max(self.started)
    }

    pub(super) fn startups(&self) -> Option<(u32, u32)> {
        startups(&read_text(&format!("/proc/{}/cmdline", self.pid)))
    }
}

/// `sshd: /usr/sbin/sshd -D [listener] 3 of 10-100 startups`: how many there are, and from how many
/// on new ones are turned away.
pub(super) fn startups(title: &str) -> Option<(u32, u32)> {
    let (_, rest) = title.split_once("[listener] ")?;
    let (now, rest) = rest.split_once(" of ")?;
    Some((now.parse().ok()?, rest.split('-').next()?.parse().ok()?))
}

/// Whether a process is an sshd of root's, and of this system rather than of a container's. Anybody
/// may give a process that name.
pub(super) fn is_roots_sshd(pid: u32) -> bool {
    let status = read_text(&format!("/proc/{pid}/status"));
    is_roots(&status, "sshd") && same_namespace(pid, "user") && same_namespace(pid, "pid")
}

pub(super) fn is_roots(status: &str, name: &str) -> bool {
    let mut lines = status.lines();
    // The owner of /proc/PID would not do: it is root for every process that hides its memory.
    lines.next().and_then(|line| line.strip_prefix("Name:")).map(str::trim) == Some(name)
        && lines
            .find_map(|line| line.strip_prefix("Uid:"))
            .is_some_and(|ids| ids.split_ascii_whitespace().all(|id| id == "0"))
}

fn same_namespace(pid: u32, kind: &str) -> bool {
    let ours = fs::read_link(format!("/proc/self/ns/{kind}"));
    let theirs = fs::read_link(format!("/proc/{pid}/ns/{kind}"));
    matches!((ours, theirs), (Ok(ours), Ok(theirs)) if ours == theirs)
}

fn same_file(file: &File, path: &Path) -> bool {
    match (file.metadata(), fs::metadata(path)) {
        (Ok(a), Ok(b)) => (a.dev(), a.ino()) == (b.dev(), b.ino()),
        _ => false,
    }
}

/// The version that a program says it is, without asking the daemon: a connection would be logged.
pub(super) fn version_of(program: &str) -> Option<Version> {
    let tool = Tool::new(program).arg("-V").allow(&[1]).deadline(Duration::from_secs(10));
    let out = tool.run().ok()?;
    Version::find(&out.stderr).or_else(|| Version::find(&out.stdout))
}

/// The options that change the configuration, out of a daemon's command line. From 8.2 on, sshd
/// writes its status over it: `sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups`.
pub(super) fn arguments(cmdline: &str) -> Vec<String> {
    let whole = cmdline.trim_end_matches('\0');
    let words: Vec<&str> = match whole.strip_prefix("sshd: ") {
        Some(title) => {
            let command = title.split(" [listener]").next().unwrap_or(title);
            command.split_ascii_whitespace().skip(1).collect()
        }
        None => whole.split('\0').skip(1).collect(),
    };
    keep(&words)
}

fn keep(words: &[&str]) -> Vec<String> {
    const WITH_VALUE: &str = "CEbcfghkopu";
    const KEPT: &str = "cfhop46";
    let mut kept = Vec::new();
    let mut words = words.iter().peekable();
    while let Some(word) = words.next() {
        let Some(flags) = word.strip_prefix('-') else { continue };
        for (at, flag) in flags.char_indices() {
            let wanted = KEPT.contains(flag);
            if !WITH_VALUE.contains(flag) {
                if wanted {
                    kept.push(format!("-{flag}"));
                }
                continue;
            }
            let rest = &flags[at + flag.len_utf8()..];
            let mut value = if rest.is_empty() {
                words.next().copied().unwrap_or_default().to_owned()
            } else {
                rest.to_owned()
            };
            // A title has lost its quotes: `-o "Port 22"` has become three words.
            while flag == 'o' && !value.contains(['=', ' ']) {
                let Some(next) = words.next_if(|next| !next.starts_with('-')) else { break };
                value = format!("{value}={next}");
            }
            if wanted {
                kept.extend([format!("-{flag}"), value]);
            }
            break;
        }
    }
    kept
}

/// The `TZ` in a daemon's environment. From 8.2 on sshd's title lies over it, so the unit is asked.
fn zone(pid: u32) -> Option<String> {
    let environment = read_text(&format!("/proc/{pid}/environ"));
    let own = environment.split('\0').find_map(|pair| pair.strip_prefix("TZ="));
    own.map(str::to_owned).or_else(|| {
        let shown = Tool::new("systemctl")
            .args(["show", "-p", "MainPID,Environment", "--", "ssh.service", "sshd.service"])
            .deadline(Duration::from_secs(10))
            .run();
        unit_zone(&shown.ok()?.stdout, pid)
    })
}

pub(super) fn unit_zone(shown: &str, pid: u32) -> Option<String> {
    let unit = shown
        .split("\n\n")
        .find(|unit| unit.lines().any(|line| line == format!("MainPID={pid}")))?;
    let environment = unit.lines().find_map(|line| line.strip_prefix("Environment="))?;
    let tz = environment.split_ascii_whitespace().find_map(|pair| pair.strip_prefix("TZ="))?;
    Some(tz.to_owned())
}

fn started(pid: u32) -> Option<SystemTime> {
    let boot = fs::read_to_string("/proc/stat").ok()?;
    let boot: u64 = boot.lines().find_map(|l| l.strip_prefix("btime "))?.trim().parse().ok()?;
    let ticks = start_ticks(&read_text(&format!("/proc/{pid}/stat")))?;
    UNIX_EPOCH
        .checked_add(Duration::from_secs(boot))?
        .checked_add(Duration::from_millis(ticks.checked_mul(1000)? / TICKS))
}

/// Field 22; the name before it may hold blanks and brackets.
pub(super) fn start_ticks(stat: &str) -> Option<u64> {
    stat.rsplit_once(')')?.1.split_ascii_whitespace().nth(19)?.parse().ok()
}

fn read_text(path: &str) -> String {
    let mut bytes = Vec::new();
    if let Ok(file) = File::open(path) {
        let _ = file.take(1 << 20).read_to_end(&mut bytes);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_of_old_and_new_daemons() {
        for (cmdline, expected) in [
            ("/usr/sbin/sshd\0-D\0", vec![]),
            ("sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups\0\0\0", vec![]),
            (
                "/usr/sbin/sshd\0-D\0-oCiphers=aes256-gcm@openssh.com\0-oMACs=hmac-sha2-256\0",
                vec!["-o", "Ciphers=aes256-gcm@openssh.com", "-o", "MACs=hmac-sha2-256"],
            ),
            (
                "sshd: /usr/sbin/sshd -D -o Ciphers aes256-ctr -f /etc/ssh/b -4 [listener] 1 of 10-100 startups\0",
                vec!["-o", "Ciphers=aes256-ctr", "-f", "/etc/ssh/b", "-4"],
            ),
            (
                "/usr/sbin/sshd\0-o\0Port 2222\0-De\0-E\0/var/log/x\0-p2200\0",
                vec!["-o", "Port 2222", "-p", "2200"],
            ),
            ("/usr/sbin/sshd\0-u0\0-g60\0-T\0-6Dh/etc/key\0", vec!["-6", "-h", "/etc/key"]),
            ("/usr/sbin/sshd\0-o", vec!["-o", ""]),
            ("", vec![]),
        ] {
            assert_eq!(arguments(cmdline), expected, "{cmdline:?}");
        }
    }

    #[test]
    fn startups_in_a_title() {
        let title = "sshd: /usr/sbin/sshd -D [listener] 3 of 10-100 startups\0\0";
        assert_eq!(startups(title), Some((3, 10)));
        assert_eq!(startups("/usr/sbin/sshd\0-D\0"), None);
    }

    #[test]
    fn only_roots_own_sshd_counts() {
        let status = |name: &str, uids: &str| format!("Name:\t{name}\nState:\tS\nUid:\t{uids}\n");
        assert!(is_roots(&status("sshd", "0\t0\t0\t0"), "sshd"));
        assert!(!is_roots(&status("sshd", "1000\t0\t0\t0"), "sshd"));
        assert!(!is_roots(&status("sshd", "1000\t1000\t1000\t1000"), "sshd"));
        assert!(!is_roots(&status("sshd\\nUid:\\t0", "1000\t1000\t1000\t1000"), "sshd"));
        assert!(!is_roots("", "sshd"));
    }

    #[test]
    fn start_time_after_a_nasty_name() {
        let stat =
            "77 (a) S 1) S 1 77 77 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 123456 15000000 900";
        assert_eq!(start_ticks(stat), Some(123_456));
        assert_eq!(start_ticks("77 (sshd"), None);
    }

    #[test]
    fn zone_of_the_right_unit() {
        let shown =
            "MainPID=0\nEnvironment=TZ=Etc/UTC\n\nMainPID=77\nEnvironment=A=b TZ=Asia/Seoul\n";
        assert_eq!(unit_zone(shown, 77).as_deref(), Some("Asia/Seoul"));
        assert_eq!(unit_zone(shown, 78), None);
    }
}
