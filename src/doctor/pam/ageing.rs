//! What shadow(5) says, as `pam_unix` judges it (passverify.c, `check_shadow_expiry`), and sshd where
//! PAM is off (auth-shadow.c).

use super::{Finding, Fix, Looked, Patient, Unseen, has, refusal};
use crate::host::accounts::Shadow;
use crate::host::clock;
use crate::host::door::Reason;
use crate::host::run::quote;

fn today() -> i64 {
    clock::now() / clock::DAY
}

/// A day as people write it.
fn date(day: i64) -> String {
    clock::utc(day.saturating_mul(clock::DAY)).split('T').next().unwrap_or_default().to_owned()
}

fn chage(options: &str, name: &str) -> Fix {
    Fix::Run(format!("chage {options} {}", quote(name)))
}

/// sshd by itself is a day later than `pam_unix`, and takes 0 for "never".
fn is_over(expires: Option<i64>, today: i64, pam: bool) -> bool {
    expires
        .is_some_and(|day| if pam { (0..=today).contains(&day) } else { (1..today).contains(&day) })
}

pub(super) fn expired(patient: &Patient) -> Looked {
    let passwd = patient.account()?;
    let shadow = patient.shadow()?;
    let pam = patient.config()?.is_yes("usepam");
    let expires = shadow.expires.unwrap_or_default();
    if !is_over(shadow.expires, today(), pam) || (pam && !has(patient, "pam_unix.so")?) {
        return Ok(None);
    }
    let finding = Finding::new(format!("/etc/shadow: {}: expired {}", passwd.name, date(expires)));
    Ok(Some(finding.with(chage("-E -1", &passwd.name))))
}

/// What the password's age comes to.
#[derive(Debug, PartialEq)]
enum Age {
    /// It will do, or no limit is set.
    Fine,
    /// It must be changed: root said so, not its age.
    Forced,
    /// It is older than it may be.
    TooOld,
    /// It is so old that it may not even be changed.
    Inactive,
    /// One of the last two on the day on which versions of `pam_unix` differ.
    Edge,
}

fn age(shadow: &Shadow, today: i64) -> Age {
    let limit = |days: Option<i64>| days.filter(|days| *days >= 0);
    let Some(changed) = limit(shadow.changed).filter(|changed| *changed <= today) else {
        return Age::Fine;
    };
    if changed == 0 {
        return Age::Forced;
    }
    let Some(longest) = limit(shadow.longest) else { return Age::Fine };
    let days = today - changed;
    let end = limit(shadow.inactive).map(|inactive| longest.saturating_add(inactive));
    // From Linux-PAM 1.5 on the last day is over, before it was not.
    if end == Some(days) || days == longest {
        Age::Edge
    } else if end.is_some_and(|end| days > end) {
        Age::Inactive
    } else if days > longest {
        Age::TooOld
    } else {
        Age::Fine
    }
}

/// A finding for passwords of this age; `reason` is what sshd says of it on the day in doubt.
fn aged(patient: &Patient, wanted: &Age, reason: &Reason, options: &str) -> Looked {
    let passwd = patient.account()?;
    // An account without a line has no password that could age.
    let Ok(shadow) = patient.shadow() else {
        return if patient.root { Ok(None) } else { Err(Unseen::NotRoot) };
    };
    let age = age(shadow, today());
    let said = || refusal(patient).ok().flatten().is_some_and(|it| it.reason == *reason);
    if age != *wanted && !(age == Age::Edge && *wanted != Age::Forced && said()) {
        return Ok(None);
    }
    let mut rules = patient.pam("account")?.filter(|rule| rule.is("pam_unix.so"));
    if !rules.any(|rule| !rule.args.iter().any(|arg| arg == "no_pass_expiry")) {
        return Ok(None);
    }
    let days = |days: Option<i64>| days.map_or_else(|| "-".to_owned(), |days| days.to_string());
    let finding = Finding::new(format!(
        "/etc/shadow: {}: last change {}, maximum {} days, inactive {} days",
        passwd.name,
        date(shadow.changed.unwrap_or_default()),
        days(shadow.longest),
        days(shadow.inactive),
    ));
    Ok(Some(finding.with(chage(options, &passwd.name))))
}

pub(super) fn inactive(patient: &Patient) -> Looked {
    aged(patient, &Age::Inactive, &Reason::PasswordAged, "-M -1 -I -1")
}

pub(super) fn change_forced(patient: &Patient) -> Looked {
    let options = format!("-d {}", date(today()));
    aged(patient, &Age::Forced, &Reason::PasswordChange, &options)
}

pub(super) fn too_old(patient: &Patient) -> Looked {
    aged(patient, &Age::TooOld, &Reason::PasswordChange, "-M -1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_of_expiry_depends_on_who_judges() {
        for (day, pam, alone) in [
            (None, false, false),
            (Some(-1), false, false),
            (Some(0), true, false),
            (Some(99), true, true),
            (Some(100), true, false),
            (Some(101), false, false),
        ] {
            assert_eq!(
                (is_over(day, 100, true), is_over(day, 100, false)),
                (pam, alone),
                "{day:?}"
            );
        }
    }

    #[test]
    fn ages_of_a_password() {
        let of = |changed, longest, inactive| {
            let shadow = Shadow { changed, longest, inactive, ..Shadow::default() };
            age(&shadow, 1000)
        };
        assert_eq!(of(Some(0), None, None), Age::Forced);
        assert_eq!(of(None, Some(10), Some(1)), Age::Fine);
        assert_eq!(of(Some(1001), Some(1), Some(0)), Age::Fine);
        assert_eq!(of(Some(900), Some(-1), None), Age::Fine);
        assert_eq!(of(Some(900), Some(101), None), Age::Fine);
        assert_eq!(of(Some(900), Some(100), None), Age::Edge);
        assert_eq!(of(Some(900), Some(99), None), Age::TooOld);
        assert_eq!(of(Some(900), Some(90), Some(11)), Age::TooOld);
        assert_eq!(of(Some(900), Some(90), Some(10)), Age::Edge);
        assert_eq!(of(Some(900), Some(90), Some(9)), Age::Inactive);
        assert_eq!(of(Some(900), Some(90), Some(-1)), Age::TooOld);
        assert_eq!(of(Some(900), Some(99_999), Some(0)), Age::Fine);
    }
}
