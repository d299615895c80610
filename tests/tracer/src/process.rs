//! A stopped process: what it is about to call, and on what.

use std::collections::HashSet;
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::Path;

use nix::unistd::Pid;

use crate::calls::{Object, Row, WRITING, rows};

/// A call that is about to be made.
pub(crate) struct Call {
    pub(crate) name: &'static str,
    /// Paths, an address or a number, as a reader would name them.
    pub(crate) object: String,
}

/// Sockets that have been connected to somebody with an address: what is sent there is heard.
#[derive(Default)]
pub(crate) struct Sockets(HashSet<String>);

/// A process that is stopped at the entry of a call.
struct Stopped {
    pid: Pid,
    args: Vec<u64>,
}

/// The call at which a process is stopped, if it changes something.
pub(crate) fn call(pid: Pid, sockets: &mut Sockets) -> Option<Call> {
    let text = fs::read_to_string(format!("/proc/{pid}/syscall")).ok()?;
    let mut words = text.split_whitespace();
    let number: libc::c_long = words.next()?.parse().ok()?;
    let hexadecimal = |word: &str| u64::from_str_radix(word.trim_start_matches("0x"), 16).ok();
    let stopped = Stopped { pid, args: words.filter_map(hexadecimal).collect() };
    let row = rows().find(|row| row.number == number)?;
    let object = stopped.object(row, sockets)?;
    Some(Call { name: row.name, object })
}

/// The process that a thread belongs to.
pub(crate) fn leader(pid: Pid) -> Pid {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("Tgid:"));
    line.and_then(|it| it.trim().parse().ok()).map_or(pid, Pid::from_raw)
}

/// What a process calls itself.
pub(crate) fn name(pid: Pid) -> String {
    let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    name.trim_end().escape_debug().to_string()
}

impl Stopped {
    /// The object as text; nothing if the call changes nothing that anybody else could see.
    fn object(&self, row: &Row, sockets: &mut Sockets) -> Option<String> {
        match row.object {
            Object::Path(path) => beyond_devices(self.path(None, path)),
            Object::At(dir, path) => {
                let writes = row.name != "openat2"
                    || self.bytes(self.args[2], 8).is_some_and(|how| {
                        how[0] & WRITING.to_le_bytes()[0] != 0
                            || how[1] & WRITING.to_le_bytes()[1] != 0
                    });
                beyond_devices(self.path(Some(dir), path)).filter(|_| writes)
            }
            Object::TwoPaths(one, two) => {
                Some(format!("{} -> {}", self.path(None, one), self.path(None, two)))
            }
            Object::TwoAt(a, one, b, two) => {
                Some(format!("{} -> {}", self.path(Some(a), one), self.path(Some(b), two)))
            }
            Object::File(fd) => Some(self.open(fd)),
            Object::Written(fd) => {
                let open = self.open(fd);
                let to_file = open.starts_with('/')
                    && !open.starts_with("/dev/")
                    && !open.starts_with("/memfd:");
                (to_file || self.is_heard(&open, sockets)).then_some(open)
            }
            Object::Address(fd, address) => {
                let address = self.address(self.args[address])?;
                sockets.0.insert(self.open(fd));
                // By itself, only a connection to another server or a new name is a change.
                let counts = match row.name {
                    "connect" => address.starts_with("inet"),
                    _ => address.starts_with("unix /"),
                };
                counts.then_some(address)
            }
            Object::Program(path) => {
                let path = self.path(None, path);
                // A shell tries all folders of its search path.
                let there = Path::new(&format!("/proc/{}/root{path}", self.pid)).exists();
                there.then_some(path)
            }
            Object::Message(fd, address) => {
                let open = self.open(fd);
                match self.address(self.args[address]) {
                    Some(address) => Some(address),
                    None => self.is_heard(&open, sockets).then_some(open),
                }
            }
            Object::Header(fd) => {
                let open = self.open(fd);
                let address = self
                    .bytes(self.args[1], 8)
                    .and_then(|it| self.address(u64::from_le_bytes(it.try_into().ok()?)));
                match address {
                    Some(address) => Some(address),
                    None => self.is_heard(&open, sockets).then_some(open),
                }
            }
            Object::Number(index) => Some(self.args[index].cast_signed().to_string()),
        }
    }

    /// Whether a socket is one on which somebody outside listens: connected by an address, or the
    /// kernel itself (netlink). What goes over TCP stays between ssh and sshd; a pair of sockets
    /// stays between parent and child.
    fn is_heard(&self, open: &str, sockets: &Sockets) -> bool {
        let Some(inode) = open.strip_prefix("socket:[").and_then(|it| it.strip_suffix(']')) else {
            return false;
        };
        let listed = |table: &str| {
            let table = fs::read_to_string(format!("/proc/{}/net/{table}", self.pid));
            let last = |line: &str| line.split_whitespace().last() == Some(inode);
            table.unwrap_or_default().lines().any(last)
        };
        if sockets.0.contains(open) {
            return fs::read_to_string(format!("/proc/{}/net/unix", self.pid))
                .unwrap_or_default()
                .lines()
                .any(|line| line.split_whitespace().nth(6) == Some(inode));
        }
        listed("netlink")
    }

    /// What a file descriptor stands for.
    fn open(&self, index: usize) -> String {
        let fd = self.args[index].cast_signed();
        fs::read_link(format!("/proc/{}/fd/{fd}", self.pid))
            .map_or_else(|_| format!("fd {fd}"), |link| link.display().to_string())
    }

    /// A path, made whole where it is below an open or the current folder.
    fn path(&self, dir: Option<usize>, index: usize) -> String {
        let text = self.text(self.args[index]);
        if text.starts_with('/') {
            return text;
        }
        // As an int: the upper half may be anything.
        let below = dir.map_or(libc::AT_FDCWD, |dir| (self.args[dir] & 0xffff_ffff) as i32);
        let link = if below == libc::AT_FDCWD { "cwd".to_owned() } else { format!("fd/{below}") };
        let folder = fs::read_link(format!("/proc/{}/{link}", self.pid)).unwrap_or_default();
        if text.is_empty() { folder } else { folder.join(text) }.display().to_string()
    }

    /// A socket's address; nothing where there is none.
    fn address(&self, at: u64) -> Option<String> {
        if at == 0 {
            return None;
        }
        let family = self.bytes(at, 2)?;
        match i32::from(u16::from_le_bytes([family[0], family[1]])) {
            libc::AF_UNIX => {
                let path = self.text(at + 2);
                // One without a name, or with one outside of the file system.
                Some(format!("unix {path}"))
            }
            libc::AF_INET => {
                let it = self.bytes(at, 8)?;
                let port = u16::from_be_bytes([it[2], it[3]]);
                Some(format!("inet {}.{}.{}.{}:{port}", it[4], it[5], it[6], it[7]))
            }
            libc::AF_INET6 => Some("inet6".to_owned()),
            libc::AF_NETLINK => Some("netlink".to_owned()),
            _ => None,
        }
    }

    fn text(&self, at: u64) -> String {
        // A string may end at the end of a page with nothing behind it.
        let mut all = Vec::new();
        let mut at = at;
        while all.len() < libc::PATH_MAX as usize {
            let rest = 256 - usize::try_from(at % 256).unwrap_or(0);
            let Some(piece) = self.bytes(at, rest) else { break };
            let end = piece.iter().position(|byte| *byte == 0);
            all.extend_from_slice(&piece[..end.unwrap_or(piece.len())]);
            if end.is_some() {
                break;
            }
            at += rest as u64;
        }
        String::from_utf8_lossy(&all).escape_debug().to_string()
    }

    fn bytes(&self, at: u64, length: usize) -> Option<Vec<u8>> {
        let mut bytes = vec![0; length];
        let memory = File::open(format!("/proc/{}/mem", self.pid)).ok()?;
        memory.read_exact_at(&mut bytes, at).ok()?;
        Some(bytes)
    }
}

/// Opening a device (`/dev/null` above all) makes and changes nothing.
fn beyond_devices(path: String) -> Option<String> {
    (!path.starts_with("/dev/") || path.starts_with("/dev/shm/")).then_some(path)
}
