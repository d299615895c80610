//! The key, and its line in the file.

use super::blame::{Blame, blame};
use super::keyfile::{Flaw, Standing, Trouble};
use super::mend;
use super::{Cause, Finding, Fix, Looked, Patient, Stage, Unseen};
use crate::host::accounts;
use crate::host::clock;
use crate::host::files;
use crate::text::cause::Told;
use crate::text::cause::keys as told;

const fn cause(id: &'static str, told: &'static Told, look: fn(&Patient) -> Looked) -> Cause {
    Cause::new(id, Stage::Keys, told, look)
}

/// The causes of this stage, in the order in which a login meets them.
pub(super) const CAUSES: &[Cause] = &[
    cause("keys-command-unsafe", &told::KEYS_COMMAND_UNSAFE, command_unsafe),
    cause("keys-command-user", &told::KEYS_COMMAND_USER, command_user),
    cause("key-of-other-account", &told::KEY_OF_OTHER_ACCOUNT, of_other),
    cause("key-not-in-file", &told::KEY_NOT_IN_FILE, not_in_file),
    cause("key-line-comment", &told::KEY_LINE_COMMENT, |p| line(p, |t| *t == Trouble::Commented)),
    cause("key-line-wrapped", &told::KEY_LINE_WRAPPED, |p| line(p, |t| *t == Trouble::Wrapped)),
    cause("key-line-joined", &told::KEY_LINE_JOINED, |p| line(p, |t| *t == Trouble::Joined)),
    cause("key-line-foreign", &told::KEY_LINE_FOREIGN, |p| {
        line(p, |t| matches!(t, Trouble::Foreign(_)))
    }),
    cause("key-line-damaged", &told::KEY_LINE_DAMAGED, |p| {
        line(p, |t| matches!(t, Trouble::Damaged(_)))
    }),
    cause("key-option-unknown", &told::KEY_OPTION_UNKNOWN, |p| {
        line(p, |t| matches!(t, Trouble::Flaw(Flaw::Unknown { .. })))
    }),
    cause("key-option-malformed", &told::KEY_OPTION_MALFORMED, |p| {
        line(p, |t| matches!(t, Trouble::Flaw(Flaw::Malformed { .. }) | Trouble::BadOptions(_)))
    }),
    cause("from-twice", &told::FROM_TWICE, |p| {
        line(p, |t| matches!(t, Trouble::Flaw(Flaw::FromTwice)))
    }),
    cause("key-for-certificates", &told::KEY_FOR_CERTIFICATES, |p| {
        line(p, |t| *t == Trouble::CertAuthority)
    }),
    cause("key-expired", &told::KEY_EXPIRED, |p| line(p, |t| matches!(t, Trouble::Expired(..)))),
    cause("key-principals", &told::KEY_PRINCIPALS, |p| line(p, |t| *t == Trouble::Principals)),
    cause("from-malformed", &told::FROM_MALFORMED, |p| {
        line(p, |t| matches!(t, Trouble::FromBroken(..) | Trouble::FromBlank(..)))
    }),
    cause("from-mismatch", &told::FROM_MISMATCH, |p| {
        line(p, |t| matches!(t, Trouble::FromOther(..)))
    }),
];

fn not_in_file(patient: &Patient) -> Looked {
    let blames = known(patient)?;
    let bare = |blame: &&Blame| {
        blame.is_absent() && blame.file.text().is_some() && blame.others_key(patient).is_none()
    };
    let Some(found) = blames.iter().find(bare).filter(|_| !command_fails(patient)) else {
        let unread = blames.iter().find(|b| b.file.text().is_none());
        return unread.filter(|b| b.file.is_there()).map_or(Ok(None), |b| Err(b.file.why()));
    };
    let Some(key) = found.key else { return Ok(None) };
    let evidence = format!("{}: no line with {}", found.file.path.display(), key.fingerprint());
    Ok(Some(Finding::new(evidence).with(mend::add(patient, found))))
}

fn of_other(patient: &Patient) -> Looked {
    for blame in known(patient)? {
        let Some((name, path)) = blame.others_key(patient) else { continue };
        let key = blame.key.map(|key| key.fingerprint().to_string()).unwrap_or_default();
        let finding = Finding::new(format!("{}: {key}", path.display()));
        return Ok(Some(finding.with(Fix::Client(format!("ssh {name}@…")))));
    }
    Ok(None)
}

fn known(patient: &Patient) -> Result<Vec<Blame<'_>>, Unseen> {
    if patient.asked.keys.is_empty() {
        patient.account()?;
        return Err(Unseen::NoKey);
    }
    blame(patient)
}

/// A trouble of this kind with the line of a key.
fn line(patient: &Patient, kind: fn(&Trouble) -> bool) -> Looked {
    for blame in known(patient)? {
        let Standing::Refuses(line, troubles) = &blame.standing else { continue };
        let Some(trouble) = troubles.iter().find(|trouble| kind(trouble)) else { continue };
        let place = format!("{}:{line}", blame.file.path.display());
        let mut finding = Finding::new(format!("{place}: {}", shown(trouble)));
        if let Trouble::Flaw(Flaw::Unknown { since: Some(since), .. }) = trouble
            && let Ok(sshd) = &patient.sshd
        {
            let (at, version) = (since, sshd.version);
            finding.evidence.push(format!("OpenSSH {version} < {at}"));
        }
        let torn = matches!(
            trouble,
            Trouble::Commented
                | Trouble::Wrapped
                | Trouble::Joined
                | Trouble::Foreign(_)
                | Trouble::Damaged(_)
        );
        return Ok(Some(if torn { finding.with(mend::add(patient, &blame)) } else { finding }));
    }
    Ok(None)
}

/// What stands there; sshd's words where it has some.
fn shown(trouble: &Trouble) -> String {
    match trouble {
        Trouble::Flaw(Flaw::Unknown { option, .. }) => format!("unknown key option: {option}"),
        Trouble::Flaw(Flaw::Malformed { why, near }) => format!("{why}: {near}"),
        Trouble::Flaw(Flaw::FromTwice) => "multiple \"from\" clauses".to_owned(),
        Trouble::BadOptions(text) | Trouble::Damaged(text) => text.clone(),
        Trouble::Expired(at, text) => {
            format!("expiry-time=\"{text}\" ({})", clock::utc(*at))
        }
        Trouble::Principals => "principals on non-CA key".to_owned(),
        Trouble::CertAuthority => "cert-authority".to_owned(),
        Trouble::FromBroken(list, entry) | Trouble::FromBlank(list, entry) => {
            format!("from=\"{list}\": \"{entry}\"")
        }
        Trouble::FromOther(list, address) => format!("from=\"{list}\": {address}"),
        Trouble::Commented => "#".to_owned(),
        Trouble::Wrapped | Trouble::Joined => String::new(),
        Trouble::Foreign(form) => (*form).to_owned(),
    }
}

/// Whether a command that should give sshd the keys can't be run.
pub(super) fn command_fails(patient: &Patient) -> bool {
    let found = |looked: Looked| matches!(looked, Ok(Some(_)));
    found(command_unsafe(patient)) || found(command_user(patient))
}

/// Whether some key is not taken, so that the command may be missed.
fn missed(patient: &Patient) -> Result<Option<&str>, Unseen> {
    let Some(command) = patient.keys_command() else { return Ok(None) };
    let missed = known(patient)?.iter().any(|blame| blame.standing == Standing::Absent);
    Ok(command.split([' ', '\t']).next().filter(|_| missed))
}

/// OpenSSH misc.c, `subprocess`: the program and every folder above it must be root's alone to write.
fn command_unsafe(patient: &Patient) -> Looked {
    let Some(program) = missed(patient)? else { return Ok(None) };
    let way = files::trail(std::path::Path::new(program));
    let broken = |error: &dyn ToString| Unseen::Broken { why: error.to_string() };
    let (stops, missing) = way.map_err(|error| broken(&error))?;
    let mut finding = patient.setting("authorizedkeyscommand")?;
    if let Some(missing) = missing {
        finding.evidence.push(format!("{}: not there", missing.display()));
        return Ok(Some(finding));
    }
    let strange = |stop: &&files::Stop| {
        stop.link.is_none() && (stop.meta.uid != 0 || stop.meta.mode & 0o022 != 0)
    };
    let Some(stop) = stops.iter().rev().find(strange) else { return Ok(None) };
    finding.evidence.push(super::way::shown(stop));
    if stop.meta.uid != 0 {
        // What another user has written is not to be run as root's for a change of its owner.
        return Ok(Some(finding));
    }
    let path = crate::host::run::quote(&stop.path.display().to_string());
    Ok(Some(finding.with(Fix::Run(format!("chmod go-w {path}")))))
}

fn command_user(patient: &Patient) -> Looked {
    if missed(patient)?.is_none() {
        return Ok(None);
    }
    let name = patient.config()?.get("authorizedkeyscommanduser").unwrap_or_default();
    let found = accounts::account(name);
    let found = found.map_err(|error| Unseen::Broken { why: error.to_string() })?;
    if found.is_some() {
        return Ok(None);
    }
    Ok(Some(patient.setting("authorizedkeyscommanduser")?))
}
