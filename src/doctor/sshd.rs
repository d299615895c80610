//! sshd itself, and its configuration as a whole.

use super::{Cause, Finding, Looked, Patient, Stage, Unseen};
use crate::host::sshd::SshdError;
use crate::text::cause::sshd as told;

/// The causes of this stage, in the order in which a login meets them.
pub(super) const CAUSES: &[Cause] =
    &[Cause::new("config-broken", Stage::Sshd, &told::CONFIG_BROKEN, config_broken).warns()];

/// The name of sshd's unit: Debian's and Ubuntu's `ssh`, everybody else's `sshd`.
pub(super) fn unit() -> &'static str {
    let debian = ["/lib/systemd/system/ssh.service", "/usr/lib/systemd/system/ssh.service"];
    if debian.iter().any(|path| std::path::Path::new(path).exists()) { "ssh" } else { "sshd" }
}

fn config_broken(patient: &Patient) -> Looked {
    let sshd = patient.sshd.as_ref().map_err(|_| Unseen::NoSshd)?;
    if !patient.root {
        return Err(Unseen::NotRoot);
    }
    match sshd.check() {
        Ok(()) => Ok(None),
        Err(error @ SshdError::Config { .. }) => Ok(Some(Finding::new(error.to_string()))),
        Err(error) => Err(Unseen::Broken { why: error.to_string() }),
    }
}
