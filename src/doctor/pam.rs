//! What PAM says once the key was taken.

use super::{Cause, Finding, Fix, Looked, Patient, Stage};
use crate::host::clock;
use crate::host::run::quote;
use crate::text::cause::pam as told;

/// The causes of this stage, in the order in which a login meets them.
pub(super) const CAUSES: &[Cause] =
    &[Cause::new("account-expired", Stage::Pam, &told::ACCOUNT_EXPIRED, expired)];

fn expired(patient: &Patient) -> Looked {
    let passwd = patient.account()?;
    let shadow = patient.shadow()?;
    let today = clock::now() / clock::DAY;
    match shadow.expires {
        Some(day) if day <= today => {
            let date = clock::utc(day * clock::DAY);
            let date = date.split('T').next().unwrap_or_default();
            let finding = Finding::new(format!("/etc/shadow: {}: expired {date}", passwd.name));
            Ok(Some(finding.with(Fix::Run(format!("chage -E -1 {}", quote(&passwd.name))))))
        }
        _ => Ok(None),
    }
}
