//! Addresses that are made local for one attempt.

use std::net::IpAddr;

use super::Unproven;
use crate::host::netlink;

/// Lets this network namespace own an address, if anybody can come from there.
pub(super) fn represent(address: IpAddr) -> Result<(), Unproven> {
    let bad = |why: &str| Unproven::BadAddress { why: format!("{address}: {why}") };
    if !can_be_a_peer(address) {
        return Err(bad("nobody can come from there"));
    }
    netlink::add_address(address).map_err(|error| bad(error.desc()))
}

/// Whether an address can be the far end of a connection to us, and needs no interface beside it.
fn can_be_a_peer(address: IpAddr) -> bool {
    let proper = match address {
        IpAddr::V4(v4) => !v4.is_broadcast(),
        IpAddr::V6(v6) => !v6.is_unicast_link_local() && v6.to_ipv4_mapped().is_none(),
    };
    proper && !address.is_unspecified() && !address.is_multicast()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_real_peers_are_stood_in_for() {
        for (address, proper) in [
            ("192.0.2.10", true),
            ("127.0.0.5", true),
            ("2001:db8::1", true),
            ("0.0.0.0", false),
            ("255.255.255.255", false),
            ("224.0.0.1", false),
            ("::", false),
            ("fe80::1", false),
            ("ff02::1", false),
            ("::ffff:192.0.2.10", false),
        ] {
            assert_eq!(can_be_a_peer(address.parse().unwrap()), proper, "{address}");
        }
    }
}
