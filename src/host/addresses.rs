//! This server's own addresses, as a visitor might use them.

use std::net::IpAddr;

/// Addresses of all interfaces but the loopback, link-local ones left out, IPv4 first.
pub fn own() -> Vec<IpAddr> {
    let mut found: Vec<IpAddr> = nix::ifaddrs::getifaddrs()
        .into_iter()
        .flatten()
        .filter_map(|interface| {
            let address = interface.address?;
            let v4 = address.as_sockaddr_in().map(|a| IpAddr::from(a.ip()));
            v4.or_else(|| address.as_sockaddr_in6().map(|a| IpAddr::from(a.ip())))
        })
        .filter(is_reachable)
        .collect();
    found.sort_by_key(IpAddr::is_ipv6);
    found.dedup();
    found
}

/// Names of all interfaces but the loopback.
pub fn interfaces() -> Vec<String> {
    let all = nix::ifaddrs::getifaddrs().into_iter().flatten().map(|it| it.interface_name);
    let mut names: Vec<String> = all.filter(|name| name != "lo").collect();
    names.sort();
    names.dedup();
    names
}

fn is_reachable(address: &IpAddr) -> bool {
    let link_local = match address {
        IpAddr::V4(a) => a.is_link_local(),
        IpAddr::V6(a) => a.is_unicast_link_local(),
    };
    !address.is_loopback() && !address.is_unspecified() && !link_local
}
