//! The packet filter, and the bans that fail2ban puts into it.

use super::super::{Finding, Fix, Looked, Patient, Unseen};
use crate::host::files::read_text;
use crate::host::firewall::{Fate, Place};
use crate::host::run::{self, quote};

/// Where a connection is stopped, and the index of its address.
fn stopped(patient: &Patient) -> Result<Option<(&Place, usize)>, Unseen> {
    // A filter is right to stop what knocks where nobody shall listen.
    if patient.missed_port().is_some_and(|port| !patient.is_configured(port)) {
        return Ok(None);
    }
    let fates = patient.fates()?;
    let place = fates.iter().enumerate().find_map(|(index, fate)| match fate {
        Fate::Stopped(place) => Some((place, index)),
        _ => None,
    });
    match place {
        None if fates.contains(&Fate::Unsure) => Err(Unseen::TooInvolved),
        place => Ok(place),
    }
}

/// The jail whose ban it is: fail2ban's chains and sets are `f2b-JAIL`, and in its own nftables table
/// `addr-set-JAIL`.
fn jail(place: &Place) -> Option<&str> {
    place.rule.as_ref()?;
    let names = [place.set.as_deref(), Some(place.chain.as_str())];
    names.into_iter().flatten().find_map(|name| {
        let own = (place.table == "f2b-table").then_some(name);
        let own =
            own.and_then(|name| name.strip_prefix("addr-set-").or(name.strip_prefix("addr6-set-")));
        own.or(name.strip_prefix("f2b-"))
    })
}

fn shown(place: &Place) -> Finding {
    let Place { family, table, base, chain, .. } = place;
    Finding::new(match (&place.rule, place.iptables) {
        (Some(rule), Some(tool)) => format!("{tool}: {rule}"),
        (None, Some(tool)) => format!("{tool}: -P {base} DROP"),
        (Some(rule), None) => format!("nft: {family} {table} {chain}: {rule}"),
        (None, None) => format!("nft: {family} {table} {chain}: policy drop"),
    })
}

pub(super) fn banned(patient: &Patient) -> Looked {
    let Some((place, index)) = stopped(patient)? else { return Ok(None) };
    let Some(jail) = jail(place) else { return Ok(None) };
    let from = patient.asked.from[index].addr;
    let finding = shown(place);
    if run::find("fail2ban-client").is_some() {
        let line = format!("fail2ban-client set {} unbanip {from}", quote(jail));
        return Ok(Some(finding.with(Fix::Run(line))));
    }
    // What it left behind.
    let fix = match (place.iptables, &place.set, &place.rule) {
        (None, Some(set), _) => {
            let Place { family, table, .. } = place;
            Fix::Run(format!("nft delete element {family} {table} {} '{{ {from} }}'", quote(set)))
        }
        (Some(_), Some(set), _) => Fix::Run(format!("ipset del {} {from}", quote(set))),
        (Some(tool), None, Some(rule)) => {
            Fix::Run(format!("{tool} {}", rule.replacen("-A ", "-D ", 1)))
        }
        _ => Fix::Told,
    };
    Ok(Some(finding.with(fix)))
}

pub(super) fn filtered(patient: &Patient) -> Looked {
    let Some((place, index)) = stopped(patient)?.filter(|(place, _)| jail(place).is_none()) else {
        return Ok(None);
    };
    // What firewalld denies by a rule of its own comes before what it allows.
    let denied = place.table == "firewalld" && place.chain.ends_with("_deny");
    let fix = if denied { Fix::Told } else { Fix::Run(allow(patient, place, index)) };
    Ok(Some(shown(place).with(fix)))
}

/// The line that lets the address in, by whoever rules the rules.
fn allow(patient: &Patient, place: &Place, index: usize) -> String {
    let Place { family, table, base, .. } = place;
    let (source, port) = (&patient.asked.from[index], patient.asked.port);
    let ip = if source.addr.is_ipv6() { "ip6" } else { "ip" };
    let from = (!patient.asked.from_anywhere).then_some(source.label.as_str());
    let with = |before: &str, after: &str| {
        from.map(|from| format!("{before}{from}{after}")).unwrap_or_default()
    };
    if table == "firewalld" {
        let family = if source.addr.is_ipv6() { "ipv6" } else { "ipv4" };
        let rule = format!(
            "rule family={family}{} port port={port} protocol=tcp accept",
            with(" source address=", "")
        );
        let rule = quote(&rule);
        let zone = place.chain.strip_prefix("filter_IN_").filter(|zone| !zone.contains('_'));
        let zone = zone.map(|zone| format!("--zone={} ", quote(zone))).unwrap_or_default();
        let line = format!("{zone}--add-rich-rule={rule}");
        return format!("firewall-cmd {line} && firewall-cmd --permanent {line}");
    }
    if place.chain.starts_with("ufw-") || (place.iptables.is_some() && ufw()) {
        let from = from.unwrap_or("any");
        return format!("ufw prepend allow from {from} to any port {port} proto tcp");
    }
    match place.iptables {
        Some(tool) => {
            format!("{tool} -I {}{} -p tcp --dport {port} -j ACCEPT", quote(base), with(" -s ", ""))
        }
        None => format!(
            "nft insert rule {family} {} {} {}tcp dport {port} accept",
            quote(table),
            quote(base),
            with(&format!("{ip} saddr "), " ")
        ),
    }
}

/// Whether the rules are ufw's: the policy of its chain stops what no rule of it lets in.
fn ufw() -> bool {
    let text = read_text("/etc/ufw/ufw.conf").ok().flatten().unwrap_or_default();
    text.lines().any(|line| line.trim() == "ENABLED=yes")
}
