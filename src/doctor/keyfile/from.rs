//! `from=` of a key's line, as sshd reads it (OpenSSH addrmatch.c, `addr_match_list`).

use std::net::IpAddr;

use crate::host::sshd::fits_address;

/// What a list says to an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Says {
    /// It may come.
    Yes,
    /// It may not.
    No,
    /// It would be let in, did no blank stand in the list.
    Blank(String),
    /// sshd throws the whole list away because of this entry, and lets nobody in.
    Broken(String),
}

/// Asks a list about an address.
#[must_use]
pub(super) fn ask(list: &str, address: IpAddr) -> Says {
    let mut found = false;
    for entry in list.split(',') {
        let (not, pattern) = entry.strip_prefix('!').map_or((false, entry), |rest| (true, rest));
        if pattern.is_empty() {
            return Says::Broken(entry.to_owned());
        }
        match fits(pattern, address) {
            None => return Says::Broken(entry.to_owned()),
            Some(true) if not => return Says::No,
            Some(fits) => found |= fits,
        }
    }
    if found {
        return Says::Yes;
    }
    let blank = |entry: &&str| entry.trim() != *entry && fits(entry.trim(), address) == Some(true);
    list.split(',').find(blank).map_or(Says::No, |entry| Says::Blank(entry.to_owned()))
}

/// Whether an entry fits; nothing if its prefix length and its address don't.
fn fits(pattern: &str, address: IpAddr) -> Option<bool> {
    // Longer ones are names to sshd.
    let (base, bits) = match pattern.split_once('/') {
        _ if pattern.len() >= 64 => return Some(fits_address(address, pattern)),
        None => (pattern, None),
        Some((base, bits)) => match bits.parse::<u32>() {
            Ok(bits @ ..=128) => (base, Some(bits)),
            _ => return Some(false),
        },
    };
    let Ok(base) = base.parse::<IpAddr>() else {
        return Some(bits.is_none() && fits_address(address, pattern));
    };
    let (width, number) = match base {
        IpAddr::V4(v4) => (32, u128::from(v4.to_bits())),
        IpAddr::V6(v6) => (128, v6.to_bits()),
    };
    let bits = bits.unwrap_or(width);
    if bits > width || number.trailing_zeros().min(width) < width - bits {
        return None;
    }
    Some(fits_address(address, &format!("{base}/{bits}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_as_sshd_reads_them() {
        let broken = |entry: &str| Says::Broken(entry.to_owned());
        for (list, address, says) in [
            ("192.0.2.7", "192.0.2.7", Says::Yes),
            ("192.0.2.7", "192.0.2.8", Says::No),
            ("192.0.2.0/24", "192.0.2.8", Says::Yes),
            ("192.0.2.*", "192.0.2.8", Says::Yes),
            ("192.0.2.?", "192.0.2.18", Says::No),
            ("*", "192.0.2.8", Says::Yes),
            ("192.0.2.7/24", "192.0.2.8", broken("192.0.2.7/24")),
            ("192.0.2.8,192.0.2.7/24", "192.0.2.8", broken("192.0.2.7/24")),
            ("192.0.2.0/33", "192.0.2.8", broken("192.0.2.0/33")),
            ("192.0.2.0/129", "192.0.2.8", Says::No),
            ("192.0.2.0/x", "192.0.2.8", Says::No),
            ("0.0.0.0/0", "192.0.2.8", Says::Yes),
            ("", "192.0.2.8", broken("")),
            ("192.0.2.8,", "192.0.2.8", broken("")),
            ("192.0.2.8,,192.0.2.9", "192.0.2.9", broken("")),
            ("!192.0.2.8,*", "192.0.2.8", Says::No),
            ("!192.0.2.8,*", "192.0.2.9", Says::Yes),
            ("192.0.2.1, 192.0.2.8", "192.0.2.8", Says::Blank(" 192.0.2.8".into())),
            ("192.0.2.1, 192.0.2.9", "192.0.2.8", Says::No),
            ("2001:DB8:0::8", "2001:db8::8", Says::Yes),
            ("2001:db8::/32", "2001:db8::8", Says::Yes),
            ("2001:db8::8/32", "2001:db8::8", broken("2001:db8::8/32")),
            ("::ffff:192.0.2.8", "192.0.2.8", Says::No),
            ("office.example.org", "192.0.2.8", Says::No),
        ] {
            assert_eq!(ask(list, address.parse().unwrap()), says, "{list} {address}");
        }
    }
}
