//! Patterns of `sshd_config`: names with `*`, `?` and `!`, addresses with a prefix length
//! (`ssh_config(5)`, PATTERNS; OpenSSH match.c and addrmatch.c).

use std::net::IpAddr;

/// Whether a name fits a pattern with `*` and `?`.
#[must_use]
pub(super) fn fits(name: &str, pattern: &str) -> bool {
    let (name, pattern): (Vec<char>, Vec<char>) =
        (name.chars().collect(), pattern.chars().collect());
    // Where the last star stood, and how much of the name it has taken.
    let (mut at, mut star) = ((0, 0), None);
    loop {
        match pattern.get(at.1) {
            Some('*') => {
                star = Some(at);
                at.1 += 1;
            }
            Some(c) if at.0 < name.len() && (*c == '?' || *c == name[at.0]) => {
                at = (at.0 + 1, at.1 + 1);
            }
            None if at.0 == name.len() => return true,
            _ => match star {
                Some((taken, position)) if taken < name.len() => {
                    star = Some((taken + 1, position));
                    at = (taken + 1, position + 1);
                }
                _ => return false,
            },
        }
    }
}

/// What a list of patterns says to a name: the first `!` that fits wins over all others.
fn list(patterns: &str, test: impl Fn(&str) -> bool) -> Option<bool> {
    let mut found = None;
    for pattern in patterns.split(',') {
        match pattern.strip_prefix('!') {
            Some(not) if test(not) => return Some(false),
            None if test(pattern) => found = Some(true),
            _ => {}
        }
    }
    found
}

/// Whether an address fits `ADDRESS`, `ADDRESS/BITS` or a pattern with `*` and `?`.
#[must_use]
pub fn fits_address(address: IpAddr, pattern: &str) -> bool {
    match pattern.split_once('/') {
        Some((base, bits)) => match (base.parse(), bits.parse()) {
            (Ok(base), Ok(bits)) => same_network(address, base, bits),
            _ => false,
        },
        None => fits(&address.to_string(), pattern),
    }
}

/// Whether an address is in a list such as that of `from=`.
#[must_use]
pub fn address_in(address: IpAddr, patterns: &str) -> Option<bool> {
    list(patterns, |pattern| fits_address(address, pattern))
}

fn same_network(address: IpAddr, base: IpAddr, bits: u32) -> bool {
    let (address, base, width) = match (address, base) {
        (IpAddr::V4(a), IpAddr::V4(b)) => (u128::from(a.to_bits()), u128::from(b.to_bits()), 32),
        (IpAddr::V6(a), IpAddr::V6(b)) => (a.to_bits(), b.to_bits(), 128),
        _ => return false,
    };
    bits <= width && (bits == 0 || (address ^ base) >> (width - bits) == 0)
}

/// Whether one word of `AllowUsers` or `DenyUsers` names this user from this address (`match_user`:
/// the part before the last `@` is a list of names, the part after it a list of addresses).
#[must_use]
pub fn names_user(word: &str, user: &str, address: IpAddr) -> bool {
    match word.rsplit_once('@') {
        Some((users, hosts)) => {
            list(users, |p| fits(user, p)) == Some(true) && address_in(address, hosts) == Some(true)
        }
        None => fits(user, word),
    }
}

/// Whether words of `AllowGroups` or `DenyGroups` name one of the groups; each word is a list.
#[must_use]
pub fn names_group<'a>(word: &str, groups: impl IntoIterator<Item = &'a str>) -> bool {
    groups.into_iter().any(|group| list(word, |pattern| fits(group, pattern)) == Some(true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_and_question_marks() {
        for (name, pattern, answer) in [
            ("cafe24", "cafe24", true),
            ("cafe24", "cafe*", true),
            ("cafe24", "*24", true),
            ("cafe24", "c*2?", true),
            ("cafe24", "c*f*4", true),
            ("cafe24", "cafe2", false),
            ("cafe24", "", false),
            ("", "*", true),
            ("cafe24", "?afe24", true),
            ("cafe24", "??afe24", false),
            ("aab", "*ab", true),
        ] {
            assert_eq!(fits(name, pattern), answer, "{name} {pattern}");
        }
    }

    #[test]
    fn users_with_and_without_an_address() {
        let from = "192.0.2.7".parse().unwrap();
        for (word, answer) in [
            ("cafe24", true),
            ("other", false),
            ("cafe24@192.0.2.7", true),
            ("cafe24@192.0.2.0/24", true),
            ("cafe24@192.0.2.0/29", true),
            ("cafe24@198.51.100.*", false),
            ("*@192.0.2.*", true),
            ("cafe24@!192.0.2.7,*", false),
            ("cafe24@2001:db8::/32", false),
        ] {
            assert_eq!(names_user(word, "cafe24", from), answer, "{word}");
        }
    }

    #[test]
    fn a_list_of_addresses_as_in_from() {
        let from: IpAddr = "2001:db8::7".parse().unwrap();
        assert_eq!(address_in(from, "192.0.2.1,2001:db8::/64"), Some(true));
        assert_eq!(address_in(from, "2001:db8::/64,!2001:db8::7"), Some(false));
        assert_eq!(address_in(from, "192.0.2.1"), None);
        assert_eq!(address_in(from, "0.0.0.0/0,::/0"), Some(true));
    }

    #[test]
    fn groups() {
        assert!(names_group("wheel", ["a", "wheel"]) && names_group("whe*", ["wheel"]));
        assert!(!names_group("!wheel,*", ["wheel"]) && !names_group("staff", []));
    }
}
