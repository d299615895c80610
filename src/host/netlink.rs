//! Just enough of rtnetlink to give a fresh network namespace its loopback and some addresses.

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
const ERROR: u16 = 2;

const REQUEST: u16 = 0x001;
const ACK: u16 = 0x004;
const REPLACE: u16 = 0x100;
const CREATE: u16 = 0x400;

const HEADER: usize = 16;

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

/// Gives the loopback an address.
pub(super) fn add_address(address: IpAddr) -> nix::Result<()> {
    ask(&message(NEW_ADDRESS, REQUEST | ACK | CREATE | REPLACE, &address_body(address)))
}

fn address_body(address: IpAddr) -> Vec<u8> {
    const NO_DUPLICATE_DETECTION: u8 = 2;
    const ADDRESS: u16 = 1;
    const LOCAL: u16 = 2;
    let (family, bytes) = match address {
        IpAddr::V4(v4) => (AddressFamily::Inet, v4.octets().to_vec()),
        IpAddr::V6(v6) => (AddressFamily::Inet6, v6.octets().to_vec()),
    };
    // struct ifaddrmsg: family, prefix length, flags, scope, index of the interface.
    let bits = u8::try_from(bytes.len() * 8).unwrap_or(u8::MAX);
    let mut body = vec![family as u8, bits, NO_DUPLICATE_DETECTION, 0];
    body.extend(LOOPBACK.to_ne_bytes());
    for kind in [LOCAL, ADDRESS] {
        let length = u16::try_from(4 + bytes.len()).unwrap_or(u16::MAX);
        body.extend(length.to_ne_bytes());
        body.extend(kind.to_ne_bytes());
        body.extend(&bytes);
    }
    body
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
    let route: OwnedFd = socket(
        AddressFamily::Netlink,
        SockType::Raw,
        SockFlag::SOCK_CLOEXEC,
        SockProtocol::NetlinkRoute,
    )?;
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
