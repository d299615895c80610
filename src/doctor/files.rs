//! The key file and the way to it.

mod label;

use std::path::Path;

use super::blame::{Blame, blame};
use super::mend;
use super::way::{Hurdle, opening, shown};
use super::{Cause, Finding, Looked, Patient, Stage, Unseen};
use crate::host::files::{Kind, Stop};
use crate::text::cause::files as told;

const fn cause(
    id: &'static str,
    told: &'static crate::text::cause::Told,
    look: fn(&Patient) -> Looked,
) -> Cause {
    Cause::new(id, Stage::Files, told, look)
}

/// The causes of this stage, in the order in which a login meets them.
pub(super) const CAUSES: &[Cause] = &[
    cause("no-key-file-set", &told::NO_KEY_FILE_SET, none_set),
    cause("home-missing", &told::HOME_MISSING, no_home),
    cause("ssh-folder-missing", &told::SSH_FOLDER_MISSING, no_folder),
    cause("ssh-folder-is-file", &told::SSH_FOLDER_IS_FILE, not_folder),
    cause("key-file-elsewhere", &told::KEY_FILE_ELSEWHERE, elsewhere),
    cause("key-file-missing", &told::KEY_FILE_MISSING, missing),
    cause("folder-closed", &told::FOLDER_CLOSED, closed),
    cause("key-file-unreadable", &told::KEY_FILE_UNREADABLE, unreadable),
    cause("key-file-irregular", &told::KEY_FILE_IRREGULAR, irregular),
    cause("key-file-modes", &told::KEY_FILE_MODES, file_modes),
    cause("folder-modes", &told::FOLDER_MODES, folder_modes),
    cause("link-folder-modes", &told::LINK_FOLDER_MODES, link_folder_modes),
    cause("selinux-label", &told::SELINUX_LABEL, label::look).warns(),
];

fn none_set(patient: &Patient) -> Looked {
    let config = patient.config()?;
    let mut names = config.words("authorizedkeysfile");
    if names.any(|name| !name.eq_ignore_ascii_case("none")) {
        return Ok(None);
    }
    // Keys may come from a command.
    let taken = !patient.asked.keys.is_empty() && patient.keys_are_taken();
    if taken || (patient.keys_command().is_some() && patient.answer().is_err()) {
        return Ok(None);
    }
    Ok(Some(patient.setting("authorizedkeysfile")?))
}

/// The first key's file in whose way this kind of hurdle stands.
fn hurdle<'a, T>(
    patient: &'a Patient,
    pick: impl Fn(&Blame<'a>, &Hurdle<'a>) -> Option<T>,
) -> Result<Option<(Blame<'a>, T)>, Unseen> {
    let found = blame(patient)?.into_iter().find_map(|blame| {
        let picked = blame.hurdles.iter().find_map(|hurdle| pick(&blame, hurdle))?;
        Some((blame, picked))
    });
    Ok(found)
}

/// What is not there, where the key is not elsewhere either.
fn absent<'a, T>(
    patient: &'a Patient,
    pick: impl Fn(&Hurdle<'a>) -> Option<T>,
) -> Result<Option<(Blame<'a>, T)>, Unseen> {
    if super::keys::command_fails(patient) {
        return Ok(None);
    }
    hurdle(patient, |blame, hurdle| {
        let known = || blame.elsewhere.is_some() || blame.others_key(patient).is_some();
        pick(hurdle).filter(|_| !known())
    })
}

fn not_there(path: &Path) -> Finding {
    Finding::new(format!("{}: not there", path.display()))
}

fn no_home(patient: &Patient) -> Looked {
    let home = &patient.account()?.home;
    let found = absent(patient, |hurdle| (*hurdle == Hurdle::NoHome).then_some(()))?;
    Ok(found.map(|(blame, ())| not_there(home).with(mend::add(patient, &blame))))
}

fn no_folder(patient: &Patient) -> Looked {
    let found = absent(patient, |hurdle| match hurdle {
        Hurdle::NoFolder(path) => Some(*path),
        _ => None,
    })?;
    Ok(found.map(|(blame, path)| not_there(path).with(mend::add(patient, &blame))))
}

fn not_folder(patient: &Patient) -> Looked {
    let found = hurdle(patient, |_, hurdle| match hurdle {
        Hurdle::NotFolder(stop) => Some(*stop),
        _ => None,
    })?;
    Ok(found.map(|(blame, stop)| {
        Finding::new(shown(stop)).with(mend::move_away(patient, &blame, stop))
    }))
}

fn missing(patient: &Patient) -> Looked {
    let found = absent(patient, |hurdle| match hurdle {
        Hurdle::NoFile(path) => Some(*path),
        _ => None,
    })?;
    Ok(found.map(|(blame, path)| not_there(path).with(mend::add(patient, &blame))))
}

fn elsewhere(patient: &Patient) -> Looked {
    let blames = blame(patient)?;
    let found = blames.iter().find_map(|blame| Some((blame, blame.elsewhere?)));
    let Some((blame, path)) = found else { return Ok(None) };
    let mut finding = patient.setting("authorizedkeysfile")?;
    let key = blame.key.map(|key| key.fingerprint().to_string()).unwrap_or_default();
    finding.evidence.push(format!("{}: {key}", path.display()));
    Ok(Some(finding.with(mend::add(patient, blame))))
}

fn closed(patient: &Patient) -> Looked {
    let found = hurdle(patient, |_, hurdle| match hurdle {
        Hurdle::Closed(stop) => Some(*stop),
        _ => None,
    })?;
    Ok(found.map(|(blame, stop)| {
        let evidence = vec![shown(stop), opening(blame.file)];
        Finding { evidence, fix: mend::enter(patient, &blame, stop), ..Finding::default() }
    }))
}

fn unreadable(patient: &Patient) -> Looked {
    let found = hurdle(patient, |_, hurdle| match hurdle {
        Hurdle::Unreadable(stop) => Some(*stop),
        _ => None,
    })?;
    Ok(found.map(|(blame, stop)| {
        let evidence = vec![shown(stop), opening(blame.file)];
        Finding { evidence, fix: mend::file(patient, &blame, stop), ..Finding::default() }
    }))
}

fn irregular(patient: &Patient) -> Looked {
    let found = hurdle(patient, |_, hurdle| match hurdle {
        Hurdle::NotRegular(stop) => Some(*stop),
        _ => None,
    })?;
    Ok(found.map(|(blame, stop)| {
        let kind = if stop.meta.kind == Kind::Dir { "directory" } else { "special file" };
        let finding = Finding::new(format!("{}: {kind}", stop.path.display()));
        finding.with(mend::move_away(patient, &blame, stop))
    }))
}

fn file_modes(patient: &Patient) -> Looked {
    let found = hurdle(patient, |_, hurdle| match hurdle {
        Hurdle::FileModes(stop) => Some(*stop),
        _ => None,
    })?;
    Ok(found.map(|(blame, stop)| Finding::new(shown(stop)).with(mend::file(patient, &blame, stop))))
}

fn folder_modes(patient: &Patient) -> Looked {
    folders(patient, false)
}

/// The same where a link has led out of the home.
fn link_folder_modes(patient: &Patient) -> Looked {
    folders(patient, true)
}

fn folders(patient: &Patient, through_link: bool) -> Looked {
    let home = &patient.account()?.home;
    let leads_out = |stop: &Stop| {
        let home = std::fs::canonicalize(home).unwrap_or_else(|_| home.clone());
        !stop.path.starts_with(home)
    };
    let found = hurdle(patient, |blame, hurdle| match hurdle {
        Hurdle::FolderModes(stops) => {
            let link =
                blame.file.path.starts_with(home) && stops.iter().all(|stop| leads_out(stop));
            (link == through_link).then(|| stops.clone())
        }
        _ => None,
    })?;
    let Some((blame, stops)) = found else { return Ok(None) };
    let mut evidence: Vec<String> = Vec::new();
    if through_link && let Ok((way, _)) = &blame.file.trail {
        let link = |stop: &Stop| Some((stop.path.clone(), stop.link.clone()?));
        let links = way.iter().filter_map(link);
        evidence.extend(links.map(|(path, to)| format!("{} -> {}", path.display(), to.display())));
    }
    evidence.extend(stops.iter().map(|stop| shown(stop)));
    let fix = mend::folders(patient, &blame, &stops);
    Ok(Some(Finding { evidence, fix, ..Finding::default() }))
}
