//! Just enough of netlink to give a fresh network namespace its loopback and some addresses, and to learn
//! who listens.

use std::net::IpAddr;
use std::os::fd::{AsRawFd, OwnedFd};

use nix::errno::Errno;
use nix::sys::socket::{
    AddressFamily, MsgFlags, NetlinkAddr, SockFlag, SockProtocol, SockType, recv, sendto, socket,
};

/// The loopback's number in every network namespace.
const LOOPBACK: u32 = 1;

const NEW_LINK: u16 = 16;
const NEW_ADDRESS: u16 = 20;
const NEW_ROUTE: u16 = 24;
const ERROR: u16 = 2;

const REQUEST: u16 = 0x001;
const ACK: u16 = 0x004;
const REPLACE: u16 = 0x100;
const CREATE: u16 = 0x400;

const HEADER: usize = 16;

const DONE: u16 = 3;
const BY_FAMILY: u16 = 20;
const DUMP: u16 = 0x300;

/// A TCP socket that takes connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Listening {
    pub(super) addr: IpAddr,
    pub(super) port: u16,
    pub(super) inode: u64,
}

/// All of this network namespace (`sock_diag`, netlink(7)). `/proc/net/tcp` tells the same, but for that the
/// kernel goes through its whole table of connections: tens of milliseconds on a large server.
pub(super) fn listening() -> nix::Result<Vec<Listening>> {
    const TCP: u8 = 6;
    const LISTEN: u32 = 1 << 10;
    let mut found = Vec::new();
    for family in [AddressFamily::Inet, AddressFamily::Inet6] {
        // `struct inet_diag_req_v2`: family, protocol, extensions, padding, states, and an empty address.
        let mut body = vec![family as u8, TCP, 0, 0];
        body.extend(LISTEN.to_ne_bytes());
        body.extend([0; 48]);
        let diag = open(SockProtocol::NetlinkSockDiag)?;
        let request = message(BY_FAMILY, REQUEST | DUMP, &body);
        sendto(diag.as_raw_fd(), &request, &NetlinkAddr::new(0, 0), MsgFlags::empty())?;
        let mut reply = vec![0; 1 << 15];
        loop {
            let length = recv(diag.as_raw_fd(), &mut reply, MsgFlags::empty())?;
            if add(reply.get(..length).unwrap_or_default(), &mut found)? {
                break;
            }
        }
    }
    Ok(found)
}

/// Takes the sockets out of one piece of the answer; says whether it was the last.
fn add(mut reply: &[u8], found: &mut Vec<Listening>) -> nix::Result<bool> {
    while let Some((length, kind)) = number(reply, 0).zip(reply.get(4..6)) {
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        let body = reply.get(HEADER..length).ok_or(Errno::EPROTO)?;
        match u16::from_ne_bytes([kind[0], kind[1]]) {
            // With a number below zero where it could not be told, as without the module tcp_diag.
            DONE => match number(body, 0).unwrap_or_default().cast_signed() {
                code if code < 0 => return Err(Errno::from_raw(code.saturating_neg())),
                _ => return Ok(true),
            },
            ERROR => return verdict(reply).and(Err(Errno::EPROTO)),
            _ => found.push(socket_of(body).ok_or(Errno::EPROTO)?),
        }
        reply = reply.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    Ok(false)
}

/// `struct inet_diag_msg`: family, state, timer, retries; then ports, addresses, interface and cookie; then
/// expiry, queues, uid and inode.
fn socket_of(body: &[u8]) -> Option<Listening> {
    let port = u16::from_be_bytes(body.get(4..6)?.try_into().ok()?);
    let v6: [u8; 16] = body.get(8..24)?.try_into().ok()?;
    let addr = if body.first() == Some(&(AddressFamily::Inet6 as u8)) {
        IpAddr::from(v6)
    } else {
        IpAddr::from([v6[0], v6[1], v6[2], v6[3]])
    };
    Some(Listening { addr, port, inode: number(body, 68)?.into() })
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn open(protocol: SockProtocol) -> nix::Result<OwnedFd> {
    socket(AddressFamily::Netlink, SockType::Raw, SockFlag::SOCK_CLOEXEC, protocol)
}

/// Sets the loopback up.
pub(super) fn loopback_up() -> nix::Result<()> {
    const UP: u32 = 1;
    // struct ifinfomsg: family, padding, type, index, flags, which flags to change.
    let mut body = vec![0, 0, 0, 0];
    body.extend(LOOPBACK.to_ne_bytes());
    body.extend(UP.to_ne_bytes());
    body.extend(UP.to_ne_bytes());
    ask(&message(NEW_LINK, REQUEST | ACK, &body))
}

/// Gives the loopback an address, and lets what is received there be acknowledged at once: ssh writes
/// in small pieces, and waits 40 ms for each acknowledgement that is put off.
pub(super) fn add_address(address: IpAddr) -> nix::Result<()> {
    let flags = REQUEST | ACK | CREATE | REPLACE;
    ask(&message(NEW_ADDRESS, flags, &address_body(address)))?;
    // Only the time depends on it.
    let _ = ask(&message(NEW_ROUTE, flags, &route_body(address)));
    Ok(())
}

/// Its family, and its bytes.
fn parts(address: IpAddr) -> (u8, Vec<u8>) {
    match address {
        IpAddr::V4(v4) => (AddressFamily::Inet as u8, v4.octets().to_vec()),
        IpAddr::V6(v6) => (AddressFamily::Inet6 as u8, v6.octets().to_vec()),
    }
}

fn bits(bytes: &[u8]) -> u8 {
    u8::try_from(bytes.len() * 8).unwrap_or(u8::MAX)
}

fn address_body(address: IpAddr) -> Vec<u8> {
    const NO_DUPLICATE_DETECTION: u8 = 2;
    const ADDRESS: u16 = 1;
    const LOCAL: u16 = 2;
    let (family, bytes) = parts(address);
    // struct ifaddrmsg: family, prefix length, flags, scope, index of the interface.
    let mut body = vec![family, bits(&bytes), NO_DUPLICATE_DETECTION, 0];
    body.extend(LOOPBACK.to_ne_bytes());
    body.extend(attribute(LOCAL, &bytes));
    body.extend(attribute(ADDRESS, &bytes));
    body
}

/// The route that the kernel has made for the address, with a word on acknowledgements.
fn route_body(address: IpAddr) -> Vec<u8> {
    const TABLE_LOCAL: u8 = 255;
    const BY_KERNEL: u8 = 2;
    const SCOPE_HOST: u8 = 254;
    const TYPE_LOCAL: u8 = 2;
    const DESTINATION: u16 = 1;
    const INTERFACE: u16 = 4;
    const PREFERRED_SOURCE: u16 = 7;
    const METRICS: u16 = 8;
    const QUICK_ACK: u16 = 15;
    let (family, bytes) = parts(address);
    // struct rtmsg: family, lengths of destination and source, service, table, origin, scope, type;
    // flags.
    let scope = if address.is_ipv4() { SCOPE_HOST } else { 0 };
    let mut body = vec![family, bits(&bytes), 0, 0, TABLE_LOCAL, BY_KERNEL, scope, TYPE_LOCAL];
    body.extend([0; 4]);
    body.extend(attribute(DESTINATION, &bytes));
    body.extend(attribute(INTERFACE, &LOOPBACK.to_ne_bytes()));
    if address.is_ipv4() {
        body.extend(attribute(PREFERRED_SOURCE, &bytes));
    }
    body.extend(attribute(METRICS, &attribute(QUICK_ACK, &1_u32.to_ne_bytes())));
    body
}

/// struct rtattr: length, type; all of ours fill whole words.
fn attribute(kind: u16, value: &[u8]) -> Vec<u8> {
    let length = u16::try_from(4 + value.len()).unwrap_or(u16::MAX);
    let mut bytes = length.to_ne_bytes().to_vec();
    bytes.extend(kind.to_ne_bytes());
    bytes.extend(value);
    bytes
}

/// struct nlmsghdr: length, type, flags, sequence, port.
fn message(kind: u16, flags: u16, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(HEADER + body.len()).unwrap_or(u32::MAX);
    let mut bytes = length.to_ne_bytes().to_vec();
    bytes.extend(kind.to_ne_bytes());
    bytes.extend(flags.to_ne_bytes());
    bytes.extend([0; 8]);
    bytes.extend(body);
    bytes
}

fn ask(request: &[u8]) -> nix::Result<()> {
    let route = open(SockProtocol::NetlinkRoute)?;
    sendto(route.as_raw_fd(), request, &NetlinkAddr::new(0, 0), MsgFlags::empty())?;
    let mut reply = [0; 1024];
    let length = recv(route.as_raw_fd(), &mut reply, MsgFlags::empty())?;
    verdict(reply.get(..length).unwrap_or_default())
}

/// An acknowledgement is an error message with the number 0.
fn verdict(reply: &[u8]) -> nix::Result<()> {
    let kind = reply.get(4..6).and_then(|b| b.try_into().ok()).map(u16::from_ne_bytes);
    let code = reply.get(HEADER..HEADER + 4).and_then(|b| b.try_into().ok());
    match (kind, code.map(i32::from_ne_bytes)) {
        (Some(ERROR), Some(0)) => Ok(()),
        (Some(ERROR), Some(code)) => match Errno::from_raw(code.saturating_neg()) {
            Errno::EEXIST => Ok(()),
            errno => Err(errno),
        },
        _ => Err(Errno::EPROTO),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_have_the_length_they_claim() {
        for (address, length) in [("192.0.2.1", 40), ("2001:db8::1", 64)] {
            let body = address_body(address.parse().unwrap());
            let bytes = message(NEW_ADDRESS, REQUEST, &body);
            assert_eq!(bytes.len(), length);
            assert_eq!(bytes[..4], u32::try_from(length).unwrap().to_ne_bytes());
        }
    }

    #[test]
    fn the_kernel_takes_addresses_and_routes() {
        use crate::host::run::Tool;
        // A thread may leave the network by itself.
        #[allow(clippy::disallowed_methods, reason = "a test may panic where it gets no thread")]
        let tried = std::thread::spawn(|| {
            nix::sched::unshare(nix::sched::CloneFlags::CLONE_NEWNET).unwrap();
            loopback_up().unwrap();
            for address in ["192.0.2.1", "127.0.0.1", "2001:db8::1", "192.0.2.1"] {
                let address: IpAddr = address.parse().unwrap();
                add_address(address).unwrap();
                let family = if address.is_ipv4() { "-4" } else { "-6" };
                let ip = Tool::new("ip").args([family, "route", "show", "table", "local"]);
                let shown = ip.run().unwrap().stdout;
                let route = format!("local {address} ");
                let quick = |line: &str| line.starts_with(&route) && line.contains("quickack 1");
                assert!(shown.lines().any(quick), "{shown}");
            }
        });
        tried.join().unwrap();
    }

    #[test]
    fn replies_are_told_apart() {
        let reply = |kind: u16, code: i32| message(kind, 0, &code.to_ne_bytes());
        assert_eq!(verdict(&reply(ERROR, 0)), Ok(()));
        assert_eq!(verdict(&reply(ERROR, -libc_eexist())), Ok(()));
        assert_eq!(verdict(&reply(ERROR, -1)), Err(Errno::EPERM));
        assert_eq!(verdict(&reply(NEW_LINK, 0)), Err(Errno::EPROTO));
        assert_eq!(verdict(&[]), Err(Errno::EPROTO));
    }

    fn libc_eexist() -> i32 {
        Errno::EEXIST as i32
    }
}
