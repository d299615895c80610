//! Addresses that support may come from.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use super::plain::quoted;

crate::words! {
    /// Why a text is not an allowed source address.
    SourceProblem {
        Malformed { text: String } =>
            "`{text}` is not an address: allowed are IPv4 and IPv6 addresses and networks, such as `203.0.113.7`, `203.0.113.0/24` or `2001:db8::/64`; no names, `*` or `!`",
            "`{text}`: 주소가 아닙니다. `203.0.113.7`, `203.0.113.0/24`, `2001:db8::/64`처럼 IPv4·IPv6 주소나 대역을 적으십시오. 호스트 이름, `*`, `!`는 쓸 수 없습니다";
        HostBits { text: String, network: String } =>
            "`{text}` is an address inside a network: write `{network}` for the network, or the address alone",
            "`{text}`: 대역 안의 주소입니다. 대역이면 `{network}`, 주소 하나면 `/` 없이 적으십시오";
        Everybody { text: String } =>
            "`{text}` would let everybody in: name the addresses that support comes from",
            "`{text}`: 모든 곳에서의 접속을 허용하게 됩니다. 지원 담당자의 주소를 적으십시오";
        Nobody { text: String } =>
            "`{text}` is an address that nobody connects from",
            "`{text}`: 접속 주소로 쓰이지 않는 주소입니다";
    }
}

/// One address or network, without host bits, IPv4 written as IPv4.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Source {
    network: IpAddr,
    prefix: u8,
}

impl Source {
    /// An address inside, to try a login from.
    #[must_use]
    pub fn first_host(&self) -> IpAddr {
        // The first address of a network names the network itself, except where it has one or two.
        if self.host_bits() < 2 {
            return self.network;
        }
        match self.network {
            IpAddr::V4(a) => IpAddr::V4(Ipv4Addr::from_bits(a.to_bits() | 1)),
            IpAddr::V6(a) => IpAddr::V6(Ipv6Addr::from_bits(a.to_bits() | 1)),
        }
    }

    /// Whether the address is inside.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_ipv4() == self.network.is_ipv4() && masked(address, self.prefix) == self.network
    }

    /// Whether every address of `other` is inside.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        self.prefix <= other.prefix && self.contains(other.network)
    }

    fn host_bits(&self) -> u8 {
        width(self.network) - self.prefix
    }
}

impl FromStr for Source {
    type Err = SourceProblem;

    fn from_str(text: &str) -> Result<Self, SourceProblem> {
        let malformed = || SourceProblem::Malformed { text: quoted(text) };
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let written: IpAddr = address.parse().map_err(|_| malformed())?;
        let mut prefix = match prefix {
            None => width(written),
            Some(digits) if digits.len() <= 3 && digits.bytes().all(|b| b.is_ascii_digit()) => {
                digits.parse().map_err(|_| malformed())?
            }
            Some(_) => return Err(malformed()),
        };
        if prefix > width(written) {
            return Err(malformed());
        }
        let mut address = written;
        // sshd sees an IPv4 client of an IPv6 socket as IPv4, so a rule for it must be written so.
        if written.is_ipv6() && written.to_canonical().is_ipv4() && prefix >= 96 {
            address = written.to_canonical();
            prefix -= 96;
        }
        if prefix == 0 {
            return Err(SourceProblem::Everybody { text: quoted(text) });
        }
        let network = masked(address, prefix);
        if network != address {
            let network = Self { network, prefix }.to_string();
            return Err(SourceProblem::HostBits { text: quoted(text), network });
        }
        if is_nobody(network) {
            return Err(SourceProblem::Nobody { text: quoted(text) });
        }
        Ok(Self { network, prefix })
    }
}

impl fmt::Display for Source {
    /// As sshd wants it in `from="…"`; a single address without its prefix.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.network.fmt(f)?;
        if self.host_bits() == 0 { Ok(()) } else { write!(f, "/{}", self.prefix) }
    }
}

super::serde_as_text!(Source);

fn width(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

fn masked(address: IpAddr, prefix: u8) -> IpAddr {
    match address {
        IpAddr::V4(a) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0);
            IpAddr::V4(Ipv4Addr::from_bits(a.to_bits() & mask))
        }
        IpAddr::V6(a) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(prefix)).unwrap_or(0);
            IpAddr::V6(Ipv6Addr::from_bits(a.to_bits() & mask))
        }
    }
}

/// Not a sender's address. Link-local IPv6 counts too: sshd sees it with a zone, which no rule matches.
fn is_nobody(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(a) => a.is_unspecified() || a.is_multicast() || a.is_broadcast(),
        IpAddr::V6(a) => {
            a.is_unspecified()
                || a.is_multicast()
                || a.is_unicast_link_local()
                || a.to_ipv4_mapped().is_some()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Source, SourceProblem};

    fn source(text: &str) -> Source {
        text.parse().unwrap_or_else(|e| panic!("{e}"))
    }

    #[test]
    fn canonical_form_and_first_host() {
        for (text, shown, host) in [
            ("203.0.113.7", "203.0.113.7", "203.0.113.7"),
            ("203.0.113.7/32", "203.0.113.7", "203.0.113.7"),
            ("203.0.113.0/24", "203.0.113.0/24", "203.0.113.1"),
            ("203.0.113.4/31", "203.0.113.4/31", "203.0.113.4"),
            ("203.0.113.4/30", "203.0.113.4/30", "203.0.113.5"),
            ("::ffff:203.0.113.7", "203.0.113.7", "203.0.113.7"),
            ("::ffff:203.0.113.0/120", "203.0.113.0/24", "203.0.113.1"),
            ("2001:DB8:0:0::1", "2001:db8::1", "2001:db8::1"),
            ("2001:db8::/64", "2001:db8::/64", "2001:db8::1"),
            ("2001:db8::1/128", "2001:db8::1", "2001:db8::1"),
        ] {
            let parsed = source(text);
            assert_eq!(parsed.to_string(), shown);
            assert_eq!(parsed.first_host().to_string(), host);
            assert!(parsed.contains(parsed.first_host()));
            assert_eq!(source(shown), parsed);
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in [
            "",
            "*",
            "10.*",
            "!10.0.0.1",
            "support.example.org",
            "10.0.0",
            "010.0.0.1",
            "10.0.0.1/",
            "10.0.0.1/33",
            "10.0.0.1/-1",
            "10.0.0.1/+8",
            "10.0.0.1/0x8",
            "::1/129",
            "fe80::1%eth0",
            "10.0.0.1,10.0.0.2",
            " 10.0.0.1",
            "10.0.0.1\n",
            "10.0.0.0/255.0.0.0",
            "[::1]",
            "::1/1000",
        ] {
            let problem = text.parse::<Source>().unwrap_err();
            assert!(matches!(problem, SourceProblem::Malformed { .. }), "{text:?}: {problem}");
        }
        for (text, network) in [("10.0.0.1/8", "10.0.0.0/8"), ("2001:db8::1/64", "2001:db8::/64")] {
            let problem = text.parse::<Source>().unwrap_err();
            let expected = SourceProblem::HostBits { text: text.into(), network: network.into() };
            assert_eq!(problem, expected);
        }
        for text in ["0.0.0.0/0", "::/0", "1.2.3.4/0", "::ffff:0:0/96"] {
            let problem = text.parse::<Source>().unwrap_err();
            assert!(matches!(problem, SourceProblem::Everybody { .. }), "{text}: {problem}");
        }
        for text in ["0.0.0.0", "224.0.0.1", "255.255.255.255", "::", "ff02::1", "fe80::1"] {
            let problem = text.parse::<Source>().unwrap_err();
            assert!(matches!(problem, SourceProblem::Nobody { .. }), "{text}: {problem}");
        }
    }

    #[test]
    fn a_network_covers_what_is_inside_it() {
        for (outer, inner, covered) in [
            ("203.0.113.0/24", "203.0.113.7", true),
            ("203.0.113.0/24", "203.0.113.0/24", true),
            ("203.0.113.0/24", "203.0.113.128/25", true),
            ("203.0.113.0/24", "203.0.112.0/23", false),
            ("203.0.113.0/24", "198.51.100.7", false),
            ("203.0.113.7", "203.0.113.7", true),
            ("203.0.113.7", "203.0.113.0/24", false),
            ("2001:db8::/32", "2001:db8:1::/48", true),
            ("2001:db8::/32", "203.0.113.7", false),
            ("203.0.113.0/24", "2001:db8::1", false),
        ] {
            assert_eq!(source(outer).covers(&source(inner)), covered, "{outer} {inner}");
        }
    }
}
