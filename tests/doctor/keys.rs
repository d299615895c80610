//! The key, and its line in the file.

use lab::Suite;

use crate::bench::{Case, MENDED, Mend, run};

/// Puts text before the key on its line.
macro_rules! before {
    ($text:literal) => {
        concat!(
            "{ printf '%s ' '",
            $text,
            "'; cat /run/test/engineer.pub; } >/home/rocky/.ssh/authorized_keys"
        )
    };
}

/// The file as it was.
const GOOD: &str = "cp /run/test/engineer.pub /home/rocky/.ssh/authorized_keys";
const REWRITTEN: Mend = Mend::Server(GOOD);

pub(crate) const CASES: &[Case] = &[
    Case::new("key-not-in-file", "echo >/home/rocky/.ssh/authorized_keys", Mend::Printed),
    // Without an end to the last line.
    Case::new(
        "key-not-in-file",
        "printf 'ssh-ed25519 AAAA other' >/home/rocky/.ssh/authorized_keys",
        Mend::Printed,
    ),
    Case::new(
        "key-of-other-account",
        "mkdir -p -m 700 /root/.ssh; mv /home/rocky/.ssh/authorized_keys /root/.ssh/; \
         chown root: /root/.ssh/authorized_keys",
        Mend::Client(&["-lroot"]),
    )
    .restore(
        "mv /root/.ssh/authorized_keys /home/rocky/.ssh/; \
         chown rocky: /home/rocky/.ssh/authorized_keys",
    ),
    Case::new(
        "key-line-comment",
        "sed -i 's/^/#/' /home/rocky/.ssh/authorized_keys",
        Mend::Printed,
    ),
    Case::new(
        "key-line-wrapped",
        "fold -w 50 /run/test/engineer.pub >/home/rocky/.ssh/authorized_keys",
        Mend::Printed,
    ),
    Case::new(
        "key-line-wrapped",
        "tr ' ' '\\n' </run/test/engineer.pub >/home/rocky/.ssh/authorized_keys",
        Mend::Printed,
    ),
    Case::new(
        "key-line-joined",
        "{ printf %s \"$(cut -d' ' -f1,2 /etc/ssh/ssh_host_ed25519_key.pub)\"; \
         cat /run/test/engineer.pub; } >/home/rocky/.ssh/authorized_keys",
        Mend::Printed,
    ),
    Case::new(
        "key-line-foreign",
        "ssh-keygen -e -m RFC4716 -f /run/test/engineer.pub >/home/rocky/.ssh/authorized_keys",
        Mend::Printed,
    ),
    Case::new(
        "key-line-foreign",
        "iconv -t UTF-16 /run/test/engineer.pub >/home/rocky/.ssh/authorized_keys",
        REWRITTEN,
    ),
    Case::new(
        "key-line-damaged",
        "printf '\\357\\273\\277' >/home/rocky/.ssh/authorized_keys; \
         cat /run/test/engineer.pub >>/home/rocky/.ssh/authorized_keys",
        Mend::Printed,
    ),
    Case::new(
        "key-line-damaged",
        "cut -d' ' -f2- /run/test/engineer.pub >/home/rocky/.ssh/authorized_keys",
        Mend::Printed,
    ),
    Case::new(
        "key-line-damaged",
        "cut -c1-70 /run/test/engineer.pub >/home/rocky/.ssh/authorized_keys",
        Mend::Printed,
    ),
    Case::new(
        "key-line-damaged",
        "sed 's/^\\(.\\{60\\}\\)./\\1/' /run/test/engineer.pub >/home/rocky/.ssh/authorized_keys",
        Mend::Printed,
    ),
    Case::new(
        "key-line-damaged",
        "sed -i 's/.*/\"&\"/' /home/rocky/.ssh/authorized_keys",
        Mend::Printed,
    ),
    Case::new("key-option-unknown", before!("no-ptty"), REWRITTEN),
    Case::new("key-option-malformed", before!("no-pty, no-x11-forwarding"), REWRITTEN),
    Case::new("key-option-malformed", before!("from=192.0.2.7"), REWRITTEN),
    Case::new("key-option-malformed", before!("from=“192.0.2.7”"), REWRITTEN),
    Case::new("key-option-malformed", before!("command=\"echo"), REWRITTEN),
    Case::new("key-option-malformed", before!("expiry-time=\"2030-01-01\""), REWRITTEN),
    Case::new("from-twice", before!("from=\"192.0.2.7\",from=\"192.0.2.7\""), REWRITTEN),
    Case::new("key-for-certificates", before!("cert-authority"), REWRITTEN),
    Case::new("key-expired", before!("expiry-time=\"20200101\""), REWRITTEN),
    Case::new("key-principals", before!("principals=\"rocky\""), REWRITTEN),
    Case::new("from-malformed", before!("from=\"192.0.2.7/24\""), REWRITTEN),
    Case::new("from-malformed", before!("from=\"198.51.100.1, 192.0.2.7\""), REWRITTEN),
    Case::new("from-mismatch", before!("from=\"198.51.100.0/24,!192.0.2.7\""), REWRITTEN),
    Case::new("key-expired", before!("expiry-time=\"20200101\",from=\"198.51.100.1\""), REWRITTEN)
        .also(&["from-mismatch"]),
    Case::new(
        "keys-command-unsafe",
        concat!(
            "cp /run/test/engineer.pub /opt/keys.pub; \
             printf '#!/bin/sh\\ncat /opt/keys.pub\\n' >/opt/keys; chmod 777 /opt/keys; \
             rm /home/rocky/.ssh/authorized_keys; ",
            config!("AuthorizedKeysCommand /opt/keys\\nAuthorizedKeysCommandUser nobody")
        ),
        Mend::Printed,
    )
    .restore(
        "cp /run/test/engineer.pub /home/rocky/.ssh/authorized_keys; rm /opt/keys /opt/keys.pub; \
         rm /etc/ssh/sshd_config.d/01-test.conf; systemctl reset-failed ssh; systemctl restart ssh",
    ),
    Case::new(
        "keys-command-user",
        concat!(
            "cp /run/test/engineer.pub /opt/keys.pub; \
             printf '#!/bin/sh\\ncat /opt/keys.pub\\n' >/opt/keys; chmod 755 /opt/keys; \
             echo >/home/rocky/.ssh/authorized_keys; ",
            config!("AuthorizedKeysCommand /opt/keys\\nAuthorizedKeysCommandUser keeper")
        ),
        Mend::Server("useradd -r keeper"),
    )
    .restore(
        "cp /run/test/engineer.pub /home/rocky/.ssh/authorized_keys; rm /opt/keys /opt/keys.pub; \
         userdel keeper; rm /etc/ssh/sshd_config.d/01-test.conf; systemctl reset-failed ssh; systemctl restart ssh",
    ),
    Case::new(
        "key-type-refused",
        concat!(
            "cat /run/test/other.pub >>/home/rocky/.ssh/authorized_keys; ",
            config!("PubkeyAcceptedAlgorithms ssh-ed25519,rsa-sha2-512")
        ),
        MENDED,
    )
    .key(&["-t", "ecdsa"])
    .restore(GOOD),
    Case::new(
        "key-type-refused",
        concat!(
            "cat /run/test/other.pub >>/home/rocky/.ssh/authorized_keys; ",
            config!("PubkeyAcceptedAlgorithms ssh-ed25519")
        ),
        Mend::Client(&[]),
    )
    .key(&["-t", "rsa", "-b", "2048"])
    .restore(
        "cp /run/test/engineer.pub /home/rocky/.ssh/authorized_keys; \
         rm /etc/ssh/sshd_config.d/01-test.conf; systemctl reset-failed ssh; systemctl restart ssh",
    ),
    Case::new(
        "key-type-refused",
        "cat /run/test/other.pub >>/home/rocky/.ssh/authorized_keys",
        Mend::Client(&[]),
    )
    .key(&["-t", "dsa"])
    .client(&["-oPubkeyAcceptedAlgorithms=+ssh-dss"])
    .restore(GOOD),
    Case::new(
        "rsa-too-short",
        concat!(
            "cat /run/test/other.pub >>/home/rocky/.ssh/authorized_keys; ",
            config!("RequiredRSASize 2048")
        ),
        Mend::Client(&[]),
    )
    .key(&["-t", "rsa", "-b", "1024"])
    .restore(
        "cp /run/test/engineer.pub /home/rocky/.ssh/authorized_keys; \
         rm /etc/ssh/sshd_config.d/01-test.conf; systemctl reset-failed ssh; systemctl restart ssh",
    ),
    Case::new(
        "key-revoked",
        concat!(
            "cat /run/test/other.pub >>/home/rocky/.ssh/authorized_keys; \
             cp /run/test/other.pub /etc/ssh/revoked; ",
            config!("RevokedKeys /etc/ssh/revoked")
        ),
        Mend::Client(&[]),
    )
    .key(&["-t", "ed25519"])
    .restore(
        "cp /run/test/engineer.pub /home/rocky/.ssh/authorized_keys; \
         rm /etc/ssh/revoked /etc/ssh/sshd_config.d/01-test.conf; systemctl reset-failed ssh; systemctl restart ssh",
    ),
    Case::new(
        "key-revoked",
        concat!(
            "cat /run/test/other.pub >>/home/rocky/.ssh/authorized_keys; \
             ssh-keygen -q -k -f /etc/ssh/revoked /run/test/other.pub; ",
            config!("RevokedKeys /etc/ssh/revoked")
        ),
        Mend::Client(&[]),
    )
    .key(&["-t", "ed25519"])
    .restore(
        "cp /run/test/engineer.pub /home/rocky/.ssh/authorized_keys; \
         rm /etc/ssh/revoked /etc/ssh/sshd_config.d/01-test.conf; systemctl reset-failed ssh; systemctl restart ssh",
    ),
];

#[test]
fn keys_on_debian_12() {
    run(Suite::Bookworm, CASES);
}

#[test]
#[ignore = "the same on Debian 13: scripts/test --all"]
fn keys_on_debian_13() {
    run(Suite::Trixie, CASES);
}
