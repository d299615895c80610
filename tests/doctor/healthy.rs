//! Servers on which nothing is wrong, though it looks odd: the engineer gets in, and the doctor finds
//! nothing. Also not where sshd's own answer can't be had, so that every rule stands for itself.

use lab::{Cases, Suite};

use crate::bench::Bench;

/// What is done to a healthy server, in the account's `.ssh`.
const ODD: &[(&str, &str)] = &[
    ("CRLF", "sed -i 's/$/\\r/' authorized_keys"),
    ("no end of line", "printf %s \"$(cat authorized_keys)\" >authorized_keys"),
    ("blanks in front", "sed -i 's/^/ \\t /' authorized_keys"),
    (
        "rubbish above",
        "{ printf '\\357\\273\\277# keys\\nrubbish\\nfrom=\"x ssh-rsa AAAA\\n'; cat /run/test/engineer.pub; } >authorized_keys",
    ),
    (
        "options",
        "sed -i 's/^/No-Pty,PTY,no-x11-Forwarding,environment=\"A=b c\",permitopen=\"localhost:80\" /' authorized_keys",
    ),
    ("quotes", "sed -i 's/^/environment=\"A=\\\\\"b c\\\\\"\" /' authorized_keys"),
    ("from", "sed -i 's/^/from=\"!192.0.2.8,198.51.100.0\\/24,192.0.2.?\" /' authorized_keys"),
    (
        "expiry",
        "sed -i 's/^/expiry-time=\"20990101\",expiry-time=\"209901010000Z\" /' authorized_keys",
    ),
    (
        "two lines, one of them good",
        "sed -i '1{p;s/^/from=\"198.51.100.1\" /}' authorized_keys; tac authorized_keys >x; cat x >authorized_keys",
    ),
    ("a good line below a comment", "sed -i '1{p;s/^/#/}' authorized_keys"),
    ("the second file", "mv authorized_keys authorized_keys2"),
    (
        "the second file, the first is another's",
        "mv authorized_keys authorized_keys2; cp /etc/ssh/ssh_host_ed25519_key.pub authorized_keys; chmod 777 authorized_keys",
    ),
    ("a private group may write", "chmod 664 authorized_keys; chmod 775 . ; chmod 770 .."),
    (
        "of root's, for all to read",
        "chown root:root authorized_keys . ; chmod 644 authorized_keys; chmod 755 .",
    ),
    ("a link within the home", "mv authorized_keys ../keys; ln -s ../keys authorized_keys"),
    ("others may write to /home", "chmod 777 /home"),
    ("the home is a link of root's", "mv /home/rocky /srv/rocky; ln -s /srv/rocky /home/rocky"),
    (
        "no StrictModes",
        "echo 'StrictModes no' >/etc/ssh/sshd_config.d/01-test.conf; systemctl reset-failed ssh; systemctl restart ssh; chmod 777 authorized_keys",
    ),
    (
        "a command has the keys",
        "install -m 644 authorized_keys /etc/keys; rm authorized_keys; printf '#!/bin/sh\\ncat /etc/keys\\n' >/usr/bin/keys; chmod 755 /usr/bin/keys; printf 'AuthorizedKeysCommand /usr/bin/keys\\nAuthorizedKeysCommandUser nobody\\n' >/etc/ssh/sshd_config.d/01-test.conf; systemctl reset-failed ssh; systemctl restart ssh",
    ),
];

fn healthy(suite: Suite) {
    let table = Cases::new(&format!("doctor, healthy: {suite:?}"));
    let bench = Bench::new(suite);
    bench.host.ok("cp -a /home/rocky /root/rocky");
    for (name, odd) in ODD {
        bench.host.ok(&format!("cd /home/rocky/.ssh; {odd}"));
        table.case(name, || {
            bench.finds_nothing();
            bench.host.ok("mv /usr/bin/ssh /usr/bin/ssh.away");
            bench.finds_nothing_by_itself();
        });
        bench.host.ok("test -e /usr/bin/ssh || mv /usr/bin/ssh.away /usr/bin/ssh; \
             rm -rf /home/rocky /srv/rocky; cp -a /root/rocky /home/rocky; chmod 755 /home; \
             rm -f /etc/ssh/sshd_config.d/01-test.conf; systemctl reset-failed ssh; systemctl restart ssh");
    }
    table.finish(ODD.len() as u64);
}

#[test]
fn healthy_on_debian_12() {
    healthy(Suite::Bookworm);
}

#[test]
#[ignore = "the same on Debian 13: scripts/test --all"]
fn healthy_on_debian_13() {
    healthy(Suite::Trixie);
}
