//! The key, and its line in the file.

use super::files;
use super::patient::KeyFile;
use super::{Cause, Finding, Fix, Looked, Patient, Stage, Unseen};
use crate::host::run::quote;
use crate::text::cause::keys as told;

/// The causes of this stage, in the order in which a login meets them.
pub(super) const CAUSES: &[Cause] =
    &[Cause::new("key-not-in-file", Stage::Keys, &told::KEY_NOT_IN_FILE, not_in_file)];

fn not_in_file(patient: &Patient) -> Looked {
    patient.account()?;
    let file = files::main(patient)?;
    if files::trail(file)?.1.is_some() {
        return Err(Unseen::NoKeyFile);
    }
    if patient.asked.keys.is_empty() {
        return Err(Unseen::NoKey);
    }
    let read = |file: &KeyFile| match &file.content {
        Ok(Some(bytes)) => Ok(String::from_utf8_lossy(bytes).into_owned()),
        Ok(None) => Ok(String::new()),
        Err(why) => Err(Unseen::Broken { why: why.clone() }),
    };
    let texts = patient.key_files.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let holds = |body: &str| texts.iter().any(|text| text.lines().any(|line| line.contains(body)));
    let missing = patient.asked.keys.iter().find(|key| !holds(key.line_without_comment()));
    let Some(key) = missing else { return Ok(None) };
    let path = file.path.display();
    let finding = Finding::new(format!("{path}: no line with {}", key.fingerprint()));
    let line = quote(&key.to_string());
    Ok(Some(
        finding.with(Fix::Run(format!("printf '\\n%s\\n' {line} >> {}", quote(&path.to_string())))),
    ))
}
