//! Where connections are taken: the kernel's tables of listening sockets, and who holds them.

use std::collections::HashMap;
use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::Path;

use super::daemon::is_roots_sshd;
use crate::host::netlink::{self, Listening as Socket};
use crate::host::run::Tool;

/// An address and port on which sshd can be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listener {
    /// The address; `::` usually means every address of both families.
    pub addr: IpAddr,
    /// The port.
    pub port: u16,
    /// The daemon that holds the socket; none while systemd waits to start one.
    pub pid: Option<u32>,
    /// Whether systemd holds the socket (`ssh.socket`).
    pub activated: bool,
}

impl Listener {
    /// The address to connect to from this server itself; as the connection then comes from that
    /// same address, it is also what a `from=` must allow.
    #[must_use]
    pub fn own_address(&self) -> IpAddr {
        match self.addr {
            // A socket for `::` takes IPv4 as well, unless it was told not to.
            addr if addr.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            addr => addr,
        }
    }
}

/// Every listener of an sshd or of systemd's ssh socket in this network namespace.
pub(super) fn listeners() -> Vec<Listener> {
    let sockets = netlink::listening().unwrap_or_else(|_| from_tables());
    let held = holders(&sockets);
    let units = if held.values().any(|holder| holder.init) { socket_units() } else { Vec::new() };
    let mut found: Vec<Listener> = sockets
        .iter()
        .filter_map(|socket| {
            let holder = held.get(&socket.inode)?;
            let activated = holder.init && units.contains(&(socket.addr, socket.port));
            (holder.sshd.is_some() || activated).then_some(Listener {
                addr: socket.addr,
                port: socket.port,
                pid: holder.sshd,
                activated,
            })
        })
        .collect();
    found.sort_by_key(|listener| (listener.port, listener.addr));
    found.dedup();
    found
}

/// Where the kernel can't be asked for them alone.
fn from_tables() -> Vec<Socket> {
    ["/proc/self/net/tcp", "/proc/self/net/tcp6"]
        .iter()
        .filter_map(|path| fs::read_to_string(path).ok())
        .flat_map(|table| parse_table(&table))
        .collect()
}

#[derive(Clone, Copy, Debug, Default)]
struct Holder {
    sshd: Option<u32>,
    init: bool,
}

/// Which processes of root named sshd, and whether process 1, hold each of the sockets.
fn holders(sockets: &[Socket]) -> HashMap<u64, Holder> {
    let mut held: HashMap<u64, Holder> = HashMap::new();
    let Ok(processes) = fs::read_dir("/proc") else { return held };
    for pid in processes.flatten().filter_map(|e| e.file_name().to_str()?.parse::<u32>().ok()) {
        let sshd = pid != 1 && is_roots_sshd(pid);
        if !sshd && pid != 1 {
            continue;
        }
        for inode in socket_inodes(pid) {
            if sockets.iter().any(|socket| socket.inode == inode) {
                let holder = held.entry(inode).or_default();
                if sshd {
                    // A listener's children hold no copy for long; the oldest is the listener.
                    holder.sshd = Some(holder.sshd.map_or(pid, |other| other.min(pid)));
                } else {
                    holder.init = true;
                }
            }
        }
    }
    held
}

fn socket_inodes(pid: u32) -> Vec<u64> {
    let Ok(fds) = fs::read_dir(format!("/proc/{pid}/fd")) else { return Vec::new() };
    fds.flatten().filter_map(|fd| inode_of(&fs::read_link(fd.path()).ok()?)).collect()
}

fn inode_of(link: &Path) -> Option<u64> {
    link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok()
}

pub(super) fn parse_table(table: &str) -> Vec<Socket> {
    const LISTEN: &str = "0A";
    table
        .lines()
        .skip(1)
        .filter_map(|line| {
            let fields: Vec<&str> = line.split_ascii_whitespace().collect();
            if fields.get(3) != Some(&LISTEN) {
                return None;
            }
            let (addr, port) = fields.get(1)?.split_once(':')?;
            Some(Socket {
                addr: parse_addr(addr)?,
                port: u16::from_str_radix(port, 16).ok()?,
                inode: fields.get(9)?.parse().ok()?,
            })
        })
        .collect()
}

/// The kernel prints each 32 bits of an address as a number of the machine's own byte order.
fn parse_addr(hex: &str) -> Option<IpAddr> {
    let words: Vec<[u8; 4]> = hex
        .as_bytes()
        .chunks(8)
        .map(|word| u32::from_str_radix(std::str::from_utf8(word).ok()?, 16).ok())
        .map(|word| word.map(u32::to_ne_bytes))
        .collect::<Option<_>>()?;
    match hex.len() {
        8 => Some(Ipv4Addr::from(words[0]).into()),
        32 => {
            let bytes: [u8; 16] = words.concat().try_into().ok()?;
            Some(Ipv6Addr::from(bytes).into())
        }
        _ => None,
    }
}

/// The addresses that systemd's ssh socket units listen on.
fn socket_units() -> Vec<(IpAddr, u16)> {
    Tool::new("systemctl")
        .args(["show", "-p", "Listen", "--", "ssh.socket", "sshd.socket"])
        .deadline(std::time::Duration::from_secs(10))
        .run()
        .map(|out| parse_units(&out.stdout))
        .unwrap_or_default()
}

pub(super) fn parse_units(text: &str) -> Vec<(IpAddr, u16)> {
    text.lines()
        .filter_map(|line| line.strip_prefix("Listen=")?.strip_suffix(" (Stream)"))
        .filter_map(|addr| addr.parse::<std::net::SocketAddr>().ok())
        .map(|addr| (addr.ip(), addr.port()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TCP: &str = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 24801 1 0000000000000000 100 0 0 10 0
   1: 0100007F:08AE 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 24802 1 0000000000000000 100 0 0 10 0
   2: 0A0200C0:0016 0A0200C0:C350 01 00000000:00000000 00:00000000 00000000     0        0 24803 1 0000000000000000 100 0 0 10 0
";
    const TCP6: &str = "  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000000000000:0016 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 24804 1 0000000000000000 100 0 0 10 0
   1: B80D0120000000000000000001000000:0016 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 24805 1 0000000000000000 100 0 0 10 0
";

    #[test]
    #[cfg(target_endian = "little")]
    fn kernel_tables() {
        let socket = |addr: &str, port, inode| Socket { addr: addr.parse().unwrap(), port, inode };
        assert_eq!(
            parse_table(TCP),
            [socket("0.0.0.0", 22, 24801), socket("127.0.0.1", 2222, 24802)]
        );
        assert_eq!(parse_table(TCP6), [socket("::", 22, 24804), socket("2001:db8::1", 22, 24805)]);
    }

    /// Whichever way the kernel is asked, it tells of the same sockets.
    #[test]
    fn the_kernel_tells_the_same_both_ways() {
        let ours = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let at = ours.local_addr().unwrap();
        let mine = |sockets: Vec<Socket>| {
            let mine = |it: &Socket| (it.addr, it.port) == (at.ip(), at.port());
            sockets.into_iter().filter(mine).collect::<Vec<_>>()
        };
        let asked = mine(netlink::listening().unwrap());
        assert_eq!(asked.len(), 1);
        assert_eq!(asked, mine(from_tables()));
    }

    #[test]
    fn damaged_rows_are_left_out() {
        for row in ["", "0: x", "0: 0000:0016 0 0A 0 0 0 0 0 1", "0: 00000000:zz 0 0A 0 0 0 0 0 1"]
        {
            assert_eq!(parse_table(&format!("head\n{row}\n")), []);
        }
    }

    #[test]
    fn socket_units_by_address() {
        let text = "Listen=0.0.0.0:22 (Stream)\nListen=[::]:22 (Stream)\n\nListen=/run/x (Stream)\nListen=[::]:9 (Datagram)\n";
        let any: [(IpAddr, u16); 2] =
            [(Ipv4Addr::UNSPECIFIED.into(), 22), (Ipv6Addr::UNSPECIFIED.into(), 22)];
        assert_eq!(parse_units(text), any);
    }

    #[test]
    fn only_sockets_have_inodes() {
        assert_eq!(inode_of(Path::new("socket:[24801]")), Some(24801));
        assert_eq!(inode_of(Path::new("/tmp/socket:[1]")), None);
        assert_eq!(inode_of(Path::new("pipe:[24801]")), None);
    }

    #[test]
    fn a_listener_is_reached_from_itself() {
        let at = |addr: &str| {
            let addr = addr.parse().unwrap();
            Listener { addr, port: 22, pid: None, activated: false }.own_address().to_string()
        };
        assert_eq!(at("0.0.0.0"), "127.0.0.1");
        assert_eq!(at("::"), "127.0.0.1");
        assert_eq!(at("192.0.2.1"), "192.0.2.1");
        assert_eq!(at("2001:db8::1"), "2001:db8::1");
    }
}
