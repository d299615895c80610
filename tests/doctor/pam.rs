//! What PAM says once the key was taken.

use lab::Suite;

use crate::bench::{Case, Mend, run};

/// Puts a rule in front of PAM's for sshd; what stood there is kept for [`PAM_AGAIN`].
macro_rules! rule {
    ($line:literal) => {
        concat!("cp -p /etc/pam.d/sshd /run/test/pam.d; sed -i '1i ", $line, "' /etc/pam.d/sshd")
    };
}

/// Takes it away.
const PAM_AGAIN: &str = "cp -p /run/test/pam.d /etc/pam.d/sshd";

pub(crate) const CASES: &[Case] = &[
    Case::new("nologin-file", "echo Maintenance until noon >/etc/nologin", Mend::Printed),
    Case::new("nologin-file", "echo Maintenance >/run/nologin", Mend::Printed),
    Case::new("nologin-file", concat!("echo >/etc/closed; ", rule!("account required pam_nologin.so file=/etc/closed")), Mend::Printed)
        .restore(PAM_AGAIN),
    // As during a boot: what opens logins has not run yet.
    Case::new("boot-unfinished", "systemctl stop systemd-user-sessions", Mend::Printed),
    Case::new("pam-module-missing", rule!("account required pam_gone.so"), Mend::Server(PAM_AGAIN)),
    Case::new(
        "pam-module-missing",
        rule!("session [success=ok default=die] pam_gone.so"),
        Mend::Server(PAM_AGAIN),
    ),
    // It is there, and can't be loaded.
    Case::new(
        "pam-module-missing",
        concat!(
            "echo >$(dirname $(find /usr/lib -name pam_unix.so))/pam_gone.so; ",
            rule!("account required pam_gone.so")
        ),
        Mend::Server(PAM_AGAIN),
    )
    .restore("rm $(find /usr/lib -name pam_gone.so)"),
    Case::new("no-shadow-line", "sed -i '/^rocky:/d' /etc/shadow", Mend::Printed),
    Case::new("account-expired", "usermod -e 1970-01-01 rocky", Mend::Printed),
    Case::new(
        "account-expired",
        concat!("usermod -p '*' rocky; chage -E 2020-01-01 rocky; ", config!("UsePAM no")),
        Mend::Printed,
    )
    .restore("rm /etc/ssh/sshd_config.d/01-test.conf; systemctl reset-failed ssh; systemctl restart ssh"),
    Case::new(
        "nologin-file",
        concat!("usermod -p '*' rocky; echo closed >/etc/nologin; ", config!("UsePAM no")),
        Mend::Printed,
    )
    .restore("rm /etc/ssh/sshd_config.d/01-test.conf; systemctl reset-failed ssh; systemctl restart ssh"),
    Case::new("password-inactive", "chage -d 2020-01-01 -M 90 -I 10 rocky", Mend::Printed),
    Case::new("password-change", "chage -d 0 rocky", Mend::Printed),
    Case::new("password-max-age", "chage -d 2020-01-01 -M 90 rocky", Mend::Printed)
        .restore("chage -d 2026-01-01 rocky"),
    Case::new(
        "pam-access",
        concat!(
            rule!("account required pam_access.so"),
            "; cp -p /etc/security/access.conf /run/test; echo '- : ALL EXCEPT root : ALL' >>/etc/security/access.conf"
        ),
        Mend::Printed,
    )
    .restore("cp -p /run/test/pam.d /etc/pam.d/sshd; cp -p /run/test/access.conf /etc/security"),
    Case::new(
        "pam-succeed-if",
        concat!("groupadd insiders; ", rule!("account required pam_succeed_if.so user ingroup insiders")),
        Mend::Printed,
    )
    .restore("cp -p /run/test/pam.d /etc/pam.d/sshd; groupdel insiders"),
    Case::new(
        "pam-listfile",
        concat!(
            "printf admin >/etc/ssh/admins; ",
            rule!("account required pam_listfile.so item=user sense=allow file=/etc/ssh/admins onerr=fail")
        ),
        Mend::Printed,
    )
    .restore("cp -p /run/test/pam.d /etc/pam.d/sshd; rm /etc/ssh/admins"),
    Case::new(
        "pam-listfile",
        concat!(
            "printf 'admin\\nrocky\\n' >/etc/ssh/nobodies; ",
            rule!("account required pam_listfile.so item=user sense=deny file=/etc/ssh/nobodies")
        ),
        Mend::Printed,
    )
    .restore("cp -p /run/test/pam.d /etc/pam.d/sshd; rm /etc/ssh/nobodies"),
    Case::new(
        "pam-shells",
        concat!("cp /bin/bash /opt/bash; usermod -s /opt/bash rocky; ", rule!("account required pam_shells.so")),
        Mend::Printed,
    )
    .restore("cp -p /run/test/pam.d /etc/pam.d/sshd; usermod -s /bin/bash rocky; sed -i '/opt/d' /etc/shells"),
    Case::new(
        "pam-time",
        concat!(
            rule!("account required pam_time.so"),
            "; cp -p /etc/security/time.conf /run/test; echo 'sshd;*;rocky;!Al0000-2400' >>/etc/security/time.conf"
        ),
        Mend::Server("cp -p /run/test/pam.d /etc/pam.d/sshd; cp -p /run/test/time.conf /etc/security"),
    ),
    Case::new("pam-refuses", rule!("account required pam_deny.so"), Mend::Server(PAM_AGAIN)),
    Case::new(
        "nologin-file",
        "echo Maintenance >/etc/nologin; chage -E 2020-01-01 rocky",
        Mend::Printed,
    )
    .also(&["account-expired"]),
];

#[test]
fn pam_on_debian_12() {
    run(Suite::Bookworm, CASES);
}

#[test]
#[ignore = "the same on Debian 13: scripts/test --all"]
fn pam_on_debian_13() {
    run(Suite::Trixie, CASES);
}
