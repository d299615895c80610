//! Connections that sshd takes and turns away before any key is shown.

use super::super::{Finding, Fix, Looked, Patient, Unseen};
use crate::host::authlog::Entry;
use crate::host::clock;
use crate::host::door::Reason;
use crate::host::files::read_text;
use crate::host::run::quote;
use crate::host::sshd::{host_keys, unit};

/// TCP wrappers, where sshd is linked with them: sshd itself is asked.
pub(super) fn hosts_deny(patient: &Patient) -> Looked {
    const FILES: [&str; 2] = ["/etc/hosts.allow", "/etc/hosts.deny"];
    patient.answer()?;
    let Some(refusal) = patient.refusal().filter(|it| it.reason == Reason::HostsDeny) else {
        return Ok(None);
    };
    let mut finding = Finding { evidence: refusal.evidence.clone(), ..Finding::default() };
    let [allow, deny] = FILES.map(|path| read_text(path).ok().flatten().unwrap_or_default());
    for (path, text) in [(FILES[0], &allow), (FILES[1], &deny)] {
        for (number, line) in text.lines().enumerate() {
            let daemons = line.split(':').next().unwrap_or_default();
            let ours = |word: &str| ["sshd", "ALL"].contains(&word);
            if daemons.split([' ', '\t', ',']).any(ours) {
                finding.evidence.push(format!("{path}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    // The first line that fits decides, and one of `hosts.allow` may deny.
    if !allow.to_ascii_lowercase().contains("deny") && !patient.asked.from_anywhere {
        let from = patient.from();
        let from = if from.is_ipv6() { format!("[{from}]") } else { from.to_string() };
        finding.fix = Fix::Run(format!("printf '\\nsshd: {from}\\n' >>{}", FILES[0]));
    }
    Ok(Some(finding))
}

/// As many connections as `MaxStartups` allows are about to sign in, now.
pub(super) fn max_startups(patient: &Patient) -> Looked {
    let evidence = match patient.daemon()?.startups() {
        Some((now, begin)) if now >= begin => format!("sshd: {now} of {begin} startups"),
        Some(_) => return Ok(None),
        // Older daemons tell of it in the log alone, and not all of them.
        None => match dropped(patient, "past maxstartups")? {
            Some(entry) if entry.at > clock::now() - RECENT => entry.line(),
            _ => return Ok(None),
        },
    };
    let mut finding = patient.setting("maxstartups")?;
    finding.evidence.push(evidence);
    Ok(Some(finding))
}

/// For how long a dropped connection tells something of the next one, in seconds: sshd's own longest
/// penalty, where it is not set otherwise.
const RECENT: i64 = 600;

/// The newest that is known of the address, if it is that sshd dropped it for this.
fn dropped<'p>(patient: &'p Patient, why: &str) -> Result<Option<&'p Entry>, Unseen> {
    let newest = patient.heard()?.next();
    let fits =
        |text: &str| text.contains("drop connection #") && text.to_ascii_lowercase().contains(why);
    Ok(newest.filter(|entry| fits(&entry.text)))
}

/// From 9.8 on, who failed too often has to wait.
pub(super) fn penalty(patient: &Patient) -> Looked {
    let Some(entry) = dropped(patient, " penalty: ")? else { return Ok(None) };
    let config = patient.config()?;
    let longest =
        config.words("persourcepenalties").find_map(|word| word.strip_prefix("max:")?.parse().ok());
    if entry.at + longest.unwrap_or(RECENT) < clock::now() {
        return Ok(None);
    }
    // Read anew, the daemon starts with an empty list.
    Ok(Some(Finding::new(entry.line()).with(Fix::Run(format!("systemctl reload {}", unit())))))
}

/// What sshd calls it, the client's option, and the daemon's own.
const KINDS: [[&str; 3]; 4] = [
    ["no matching key exchange method", "KexAlgorithms", "kexalgorithms"],
    ["no matching host key type", "HostKeyAlgorithms", "hostkeyalgorithms"],
    ["no matching cipher", "Ciphers", "ciphers"],
    ["no matching MAC", "MACs", "macs"],
];

/// Client and sshd have no algorithm in common.
pub(super) fn no_agreement(patient: &Patient) -> Looked {
    let last = patient.last_heard()?;
    let failed = last.iter().find(|entry| entry.text.starts_with("Unable to negotiate with "));
    let Some(entry) = failed else { return Ok(None) };
    let mut finding = Finding::new(entry.line());
    let Some([_, option, key]) = KINDS.iter().find(|kind| entry.text.contains(kind[0])) else {
        return Ok(Some(finding));
    };
    let config = patient.config()?;
    let ours = config.get(key).unwrap_or_default();
    finding.evidence.push(format!("sshd -T: {key} {ours}"));
    let first = if *key == "hostkeyalgorithms" {
        let key = host_keys(config).into_iter().next().map(|key| key.algorithm);
        key.map(|name| if name == "ssh-rsa" { "rsa-sha2-512".to_owned() } else { name })
    } else {
        ours.split(',').next().map(str::to_owned)
    };
    if let Some(first) = first {
        let line = format!("ssh -o {option}=+{first} {}@…", quote(&patient.asked.account));
        finding.fix = Fix::Client(line);
    }
    Ok(Some(finding))
}
