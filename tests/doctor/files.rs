//! The key file and the way to it.

use lab::Suite;

use crate::bench::{Case, MENDED, Mend, run};

/// As it is made by a root with a strict umask.
const ROOTS: &str = "cd /home/rocky/.ssh; chown root: authorized_keys; chmod 600 authorized_keys";

/// Fails if anything outside of the home was changed.
const UNTOUCHED: &str = "rm /home/rocky/.ssh/authorized_keys.old; rm -f /root/keys; \
     test \"$(stat -c '%a %U' /etc/shadow)\" = '640 root' && \
     test \"$(stat -c '%a %U' /root)\" = '700 root' && test -c /dev/null";

pub(crate) const CASES: &[Case] = &[
    Case::new("no-key-file-set", config!("AuthorizedKeysFile none"), MENDED),
    Case::new("home-missing", "mv /home/rocky /home/aside", Mend::Printed)
        .restore("rm -r /home/rocky; mv /home/aside /home/rocky"),
    Case::new("ssh-folder-missing", "mv /home/rocky/.ssh /run/test/ssh", Mend::Printed)
        .restore("rm -r /run/test/ssh"),
    Case::new(
        "ssh-folder-is-file",
        "rm -r /home/rocky/.ssh; cp /run/test/engineer.pub /home/rocky/.ssh; \
         chown rocky: /home/rocky/.ssh",
        Mend::Printed,
    )
    .restore("rm /home/rocky/.ssh.old"),
    Case::new(
        "key-file-elsewhere",
        config!("AuthorizedKeysFile /etc/ssh/keys/%%u"),
        Mend::Printed,
    )
    .restore(
        "rm -r /etc/ssh/keys /etc/ssh/sshd_config.d/01-test.conf; systemctl reset-failed ssh; systemctl restart ssh",
    ),
    Case::new(
        "key-file-elsewhere",
        "mv /home/rocky/.ssh/authorized_keys /home/rocky/.ssh/authorized_key",
        Mend::Printed,
    )
    .restore("rm /home/rocky/.ssh/authorized_key"),
    Case::new(
        "key-file-elsewhere",
        concat!(
            "cp /home/rocky/.ssh/authorized_keys /home/rocky/.ssh/authorized_keys2; \
             echo >/home/rocky/.ssh/authorized_keys; ",
            config!("AuthorizedKeysFile .ssh/authorized_keys")
        ),
        MENDED,
    )
    .restore("rm /home/rocky/.ssh/authorized_keys2; cp /run/test/engineer.pub /home/rocky/.ssh/authorized_keys"),
    Case::new("key-file-missing", "rm /home/rocky/.ssh/authorized_keys", Mend::Printed),
    Case::new(
        "key-file-missing",
        "rm /home/rocky/.ssh/authorized_keys; ln -s /home/rocky/gone /home/rocky/.ssh/authorized_keys",
        Mend::Server("cp --remove-destination /run/test/engineer.pub /home/rocky/.ssh/authorized_keys"),
    ),
    // Out of the home and back again: nobody is to open /root for that.
    Case::new(
        "folder-closed",
        "cd /home/rocky && mv .ssh real && runuser -u rocky -- ln -s /root/../home/rocky/real .ssh",
        Mend::Printed,
    )
    .restore("[ $(stat -c %a /root) = 700 ] && cd /home/rocky && rm -r .ssh .ssh.old && mv real .ssh"),
    Case::new("folder-closed", "chmod 000 /home/rocky/.ssh", Mend::Fix)
        .restore("chmod 700 /home/rocky/.ssh"),
    Case::new("folder-closed", "chown root: /home/rocky/.ssh", Mend::Printed),
    Case::new("folder-closed", "chown root: /home/rocky; chmod 700 /home/rocky", Mend::Printed),
    Case::new("folder-closed", "chmod 700 /home", Mend::Printed).restore("chmod 755 /home"),
    Case::new("key-file-unreadable", ROOTS, Mend::Fix),
    Case::new("key-file-unreadable", ROOTS, Mend::Printed),
    Case::new("key-file-unreadable", "chmod 000 /home/rocky/.ssh/authorized_keys", Mend::Fix),
    Case::new(
        "key-file-irregular",
        "rm /home/rocky/.ssh/authorized_keys; mkdir /home/rocky/.ssh/authorized_keys",
        Mend::Printed,
    )
    .restore("rmdir /home/rocky/.ssh/authorized_keys.old"),
    Case::new(
        "key-file-irregular",
        "rm /home/rocky/.ssh/authorized_keys; mkfifo -m 666 /home/rocky/.ssh/authorized_keys",
        Mend::Printed,
    )
    .restore("rm /home/rocky/.ssh/authorized_keys.old"),
    // What an account's own link leads to is not for us to open to it.
    Case::new(
        "key-file-unreadable",
        "ln -sf /etc/shadow /home/rocky/.ssh/authorized_keys",
        Mend::Printed,
    )
    .restore(UNTOUCHED),
    Case::new(
        "folder-closed",
        "install -m 644 /run/test/engineer.pub /root/keys; \
         ln -sf /root/keys /home/rocky/.ssh/authorized_keys",
        Mend::Printed,
    )
    .restore(UNTOUCHED),
    Case::new(
        "key-file-irregular",
        "ln -sf /dev/null /home/rocky/.ssh/authorized_keys",
        Mend::Printed,
    )
    .restore(UNTOUCHED),
    Case::new("key-file-modes", "chmod 666 /home/rocky/.ssh/authorized_keys", Mend::Printed),
    Case::new("key-file-modes", "chmod 666 /home/rocky/.ssh/authorized_keys", Mend::Fix),
    Case::new(
        "key-file-modes",
        "chown daemon /home/rocky/.ssh/authorized_keys; chmod 644 /home/rocky/.ssh/authorized_keys",
        Mend::Fix,
    ),
    // Debian lets a group write that only its owner is in; not one with others in it.
    Case::new(
        "key-file-modes",
        "chgrp users /home/rocky/.ssh/authorized_keys; chmod 660 /home/rocky/.ssh/authorized_keys",
        Mend::Fix,
    ),
    Case::new(
        "key-file-modes",
        "gpasswd -a daemon rocky; chmod 660 /home/rocky/.ssh/authorized_keys",
        Mend::Printed,
    )
    .restore("gpasswd -d daemon rocky"),
    Case::new("folder-modes", "chmod 777 /home/rocky/.ssh", Mend::Printed),
    Case::new("folder-modes", "chmod 777 /home/rocky/.ssh", Mend::Fix),
    Case::new("folder-modes", "chmod 777 /home/rocky", Mend::Printed)
        .restore("chmod 700 /home/rocky"),
    Case::new("folder-modes", "chmod 777 /home/rocky", Mend::Fix).restore("chmod 700 /home/rocky"),
    Case::new("folder-modes", "chown daemon /home/rocky; chmod 755 /home/rocky", Mend::Printed),
    Case::new(
        "link-folder-modes",
        "mkdir -m 777 /opt/open; install -m 644 /run/test/engineer.pub /opt/open/keys; \
         ln -sf /opt/open/keys /home/rocky/.ssh/authorized_keys",
        Mend::Printed,
    )
    .restore("rm -r /opt/open /home/rocky/.ssh/authorized_keys.old"),
    Case::new(
        "folder-modes",
        concat!(
            "install -d -m 777 /etc/ssh/keys; cp /run/test/engineer.pub /etc/ssh/keys/rocky; ",
            config!("AuthorizedKeysFile /etc/ssh/keys/%%u")
        ),
        Mend::Printed,
    )
    .restore(
        "rm -r /etc/ssh/keys /etc/ssh/sshd_config.d/01-test.conf; systemctl reset-failed ssh; systemctl restart ssh",
    ),
    Case::new(
        "key-file-modes",
        "chmod 666 /home/rocky/.ssh/authorized_keys; chmod 777 /home/rocky/.ssh",
        Mend::Fix,
    )
    .also(&["folder-modes"]),
    Case::new(
        "key-file-modes",
        "chmod 666 /home/rocky/.ssh/authorized_keys; \
         sed -i 's/^/from=\"198.51.100.1\" /' /home/rocky/.ssh/authorized_keys",
        Mend::Server(
            "chmod 600 /home/rocky/.ssh/authorized_keys; \
             cp /run/test/engineer.pub /home/rocky/.ssh/authorized_keys",
        ),
    )
    .also(&["from-mismatch"]),
];

#[test]
fn files_on_debian_12() {
    run(Suite::Bookworm, CASES);
}

#[test]
#[ignore = "the same on Debian 13: scripts/test --all"]
fn files_on_debian_13() {
    run(Suite::Trixie, CASES);
}
