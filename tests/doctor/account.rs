//! The account, and sshd's lists of who may come in.

use lab::Suite;

use crate::bench::{Case, MENDED, Mend, run};

pub(crate) const CASES: &[Case] = &[
    Case::new("no-account", "true", Mend::Client(&[])).account("nobody-here"),
    Case::new("no-account", "useradd -m debian", Mend::Client(&[])).account("admin").restore("userdel -r debian"),
    Case::new("no-account", "true", Mend::Client(&[])).client(&["-lcentos"]),
    Case::new("name-service", "sed -i 's/^passwd:.*/passwd: sss/' /etc/nsswitch.conf", Mend::Printed)
        .restore("sed -i 's/^passwd:.*/passwd: files systemd/' /etc/nsswitch.conf"),
    Case::new("bad-shell", "usermod -s /bin/no-such-shell rocky", Mend::Printed),
    Case::new("bad-shell", "usermod -s /etc/passwd rocky", Mend::Printed),
    Case::new("nologin-shell", "usermod -s /usr/sbin/nologin rocky", Mend::Printed),
    Case::new("nologin-shell", "usermod -s /bin/false rocky", Mend::Printed),
    Case::new("deny-users", config!("DenyUsers other rocky"), MENDED),
    Case::new("deny-users", config!("DenyUsers ro*@192.0.2.0/24"), MENDED),
    Case::new("allow-users", config!("AllowUsers admin"), MENDED),
    Case::new("allow-users", config!("AllowUsers rocky@198.51.100.*"), MENDED),
    Case::new("deny-groups", config!("DenyGroups rocky"), MENDED),
    Case::new("allow-groups", concat!("groupadd ssh-in; ", config!("AllowGroups ssh-in")), Mend::Printed)
        .restore("gpasswd -d rocky ssh-in; groupdel ssh-in; rm /etc/ssh/sshd_config.d/01-test.conf; systemctl reset-failed ssh; systemctl restart ssh"),
    Case::new("account-locked", concat!("usermod -L rocky; ", config!("UsePAM no")), Mend::Printed)
        .restore("rm /etc/ssh/sshd_config.d/01-test.conf; systemctl reset-failed ssh; systemctl restart ssh"),
    Case::new("account-expired", "chage -E 2020-01-01 rocky", Mend::Printed),
    Case::new(
        "deny-users",
        concat!("usermod -s /bin/false rocky; ", config!("DenyUsers rocky")),
        Mend::Server(
            "usermod -s /bin/bash rocky; rm /etc/ssh/sshd_config.d/01-test.conf; systemctl reset-failed ssh; systemctl restart ssh",
        ),
    )
    .also(&["nologin-shell"]),
];

#[test]
fn accounts_on_debian_12() {
    run(Suite::Bookworm, CASES);
}

#[test]
#[ignore = "the same on Debian 13: scripts/test --all"]
fn accounts_on_debian_13() {
    run(Suite::Trixie, CASES);
}
