//! The session, once the login is through.

use lab::Suite;

use crate::bench::{Case, MENDED, Mend, run};

/// Puts options in front of the engineer's key.
macro_rules! options {
    ($options:literal) => {
        concat!("sed -i 's|^|", $options, " |' /home/rocky/.ssh/authorized_keys")
    };
}

/// Takes them away.
const PLAIN: Mend = Mend::Server("sed -i 's|^.* ssh-|ssh-|' /home/rocky/.ssh/authorized_keys");

/// Takes a limit away.
const UNLIMITED: Mend = Mend::Server("rm /etc/security/limits.d/test.conf");

pub(crate) const CASES: &[Case] = &[
    Case::new(
        "too-many-logins",
        "echo 'rocky - maxlogins 0' >/etc/security/limits.d/test.conf",
        UNLIMITED,
    ),
    // Sessions that somebody forgot.
    Case::new(
        "too-many-logins",
        "ssh-keygen -q -t ed25519 -N '' -f /run/test/forgotten && \
         cat /run/test/forgotten.pub >>/home/rocky/.ssh/authorized_keys && \
         for i in 1 2 3; do setsid -f ssh -tt -i /run/test/forgotten -oStrictHostKeyChecking=no \
         rocky@127.0.0.1 sleep 700 </dev/null >/dev/null 2>&1; done; \
         until [ $(pgrep -u rocky -xc sleep) = 3 ]; do sleep 0.2; done; \
         echo 'rocky hard maxlogins 1' >/etc/security/limits.d/test.conf",
        Mend::Server("pkill -u rocky -x sleep; while pgrep -u rocky sshd; do sleep 0.2; done"),
    )
    .only(Suite::Bookworm, "sshd of Debian 13 keeps no utmp, so nothing counts its sessions")
    .restore("rm /etc/security/limits.d/test.conf /run/test/forgotten*; sed -i 2d /home/rocky/.ssh/authorized_keys"),
    Case::new(
        "pam-session",
        "cp -p /etc/pam.d/sshd /run/test/pam.d; echo 'session required pam_deny.so' >>/etc/pam.d/sshd",
        Mend::Server("cp -p /run/test/pam.d /etc/pam.d/sshd"),
    ),
    Case::new("max-sessions", config!("MaxSessions 0"), MENDED),
    Case::new(
        "no-processes",
        "echo 'rocky hard nproc 0' >/etc/security/limits.d/test.conf",
        UNLIMITED,
    ),
    Case::new(
        "chroot-modes",
        concat!("mkdir -p /srv/jail; chown rocky /srv/jail; chmod 777 /srv/jail; ", config!("ChrootDirectory /srv/jail")),
        Mend::Server("rm /etc/ssh/sshd_config.d/01-test.conf; systemctl reset-failed ssh; systemctl restart ssh; rmdir /srv/jail"),
    )
    .also(&["chroot-shell"]),
    Case::new("chroot-modes", config!("ChrootDirectory /srv/%%u"), MENDED),
    Case::new(
        "chroot-shell",
        concat!("mkdir -p /srv/jail; ", config!("ChrootDirectory /srv/jail")),
        Mend::Server("rm /etc/ssh/sshd_config.d/01-test.conf; systemctl reset-failed ssh; systemctl restart ssh; rmdir /srv/jail"),
    ),
    Case::new("force-command", config!("ForceCommand internal-sftp"), MENDED),
    Case::new("force-command", config!("ForceCommand /bin/true"), MENDED),
    Case::new("key-command", options!(r#"command="/bin/date""#), PLAIN),
    Case::new("permit-tty", config!("PermitTTY no"), MENDED).terminal(),
    Case::new("key-without-terminal", options!("restrict"), PLAIN).terminal(),
    Case::new("key-without-terminal", options!("no-pty,no-X11-forwarding"), PLAIN).terminal(),
    Case::new(
        "shell-broken",
        "printf '#!/opt/gone/sh\\n' >/opt/menu; chmod 755 /opt/menu; usermod -s /opt/menu rocky",
        Mend::Printed,
    ),
    Case::new(
        "shell-broken",
        "cp /bin/bash /opt/bash; sed -i s/libtinfo/libgonfo/ /opt/bash; usermod -s /opt/bash rocky",
        Mend::Printed,
    ),
    Case::new(
        "startup-exits",
        "cp -p /home/rocky/.bashrc /run/test/bashrc; sed -i '1i exit 0' /home/rocky/.bashrc",
        Mend::Server("cp -p /run/test/bashrc /home/rocky/.bashrc"),
    ),
    Case::new(
        "startup-exits",
        "cp -p /home/rocky/.profile /run/test/profile; echo 'exec /bin/true' >>/home/rocky/.profile",
        Mend::Server("cp -p /run/test/profile /home/rocky/.profile"),
    )
    .terminal(),
    // Behind the line with which Debian's own leaves other sessions alone.
    Case::new(
        "startup-exits",
        "cp -p /home/rocky/.bashrc /run/test/bashrc; echo exit >>/home/rocky/.bashrc",
        Mend::Server("cp -p /run/test/bashrc /home/rocky/.bashrc"),
    )
    .terminal(),
    Case::new(
        "startup-exits",
        "echo 'echo closed; exit 1' >/etc/profile.d/closed.sh",
        Mend::Server("rm /etc/profile.d/closed.sh"),
    )
    .terminal(),
    Case::new("dev-null-missing", "rm /dev/null", Mend::Printed),
    Case::new("dev-null", "rm /dev/null; touch /dev/null", Mend::Printed).warns(),
    Case::new("disk-full", "mount -t tmpfs -o size=64k none /tmp; head -c 1M /dev/zero >/tmp/big; true", Mend::Server("umount /tmp")).warns(),
    Case::new(
        "session-without-home",
        concat!(
            "mkdir /etc/ssh/keys; install -m 644 /home/rocky/.ssh/authorized_keys /etc/ssh/keys/rocky; mv /home/rocky /home/away; ",
            config!("AuthorizedKeysFile /etc/ssh/keys/%%u")
        ),
        Mend::Printed,
    )
    .warns()
    .restore("rm -r /home/rocky; mv /home/away /home/rocky; rm -r /etc/ssh/keys /etc/ssh/sshd_config.d/01-test.conf; systemctl reset-failed ssh; systemctl restart ssh"),
];

#[test]
fn sessions_on_debian_12() {
    run(Suite::Bookworm, CASES);
}

#[test]
#[ignore = "the same on Debian 13: scripts/test --all"]
fn sessions_on_debian_13() {
    run(Suite::Trixie, CASES);
}
