//! sshd itself and what its configuration allows.

use lab::Suite;

use crate::bench::{Bench, Case, MENDED, Mend, run};

pub(crate) const CASES: &[Case] = &[
    Case::new("public-keys-off", config!("PubkeyAuthentication no"), MENDED),
    Case::new("public-keys-off", config!("Match Address 192.0.2.0/24\\nPubkeyAuthentication no"), MENDED),
    Case::new("more-methods", config!("AuthenticationMethods publickey,password"), MENDED),
    Case::new("no-key-file-set", config!("AuthorizedKeysFile none"), MENDED),
    Case::new("no-privsep-folder", "rmdir /run/sshd", Mend::Fix),
    Case::new("revoked-keys-file", config!("RevokedKeys /etc/ssh/revoked"), Mend::Printed)
        .restore("rm /etc/ssh/revoked /etc/ssh/sshd_config.d/01-test.conf; systemctl reset-failed ssh; systemctl restart ssh"),
    Case::new(
        "config-not-read",
        concat!(config!("DenyUsers rocky"), "; sleep 1; rm /etc/ssh/sshd_config.d/01-test.conf"),
        Mend::Printed,
    ),
    Case::new("config-not-read", "echo Port 2222 >/etc/ssh/sshd_config.d/01-test.conf", Mend::Printed)
        .port(2222)
        .restore("rm /etc/ssh/sshd_config.d/01-test.conf; systemctl reset-failed ssh; systemctl restart ssh"),
    Case::new(
        "root-login",
        concat!("install -D -m 600 /run/test/engineer.pub /root/.ssh/authorized_keys; ", config!("PermitRootLogin no")),
        MENDED,
    )
    .account("root"),
    Case::new("root-login", config!("PermitRootLogin forced-commands-only"), MENDED).account("root"),
    Case::new("root-login", config!("PermitRootLogin no"), Mend::Client(&[]))
        .account("root")
        .restore("rm /etc/ssh/sshd_config.d/01-test.conf; systemctl reset-failed ssh; systemctl restart ssh"),
    Case::new("too-many-keys", "true", Mend::Client(&["-oIdentitiesOnly=yes"]))
        .engineer("for n in 1 2 3 4 5 6; do [ -e /run/test/key$n ] || ssh-keygen -qt ed25519 -N '' -f /run/test/key$n; done")
        .client(&["-i/run/test/key1", "-i/run/test/key2", "-i/run/test/key3", "-i/run/test/key4", "-i/run/test/key5", "-i/run/test/key6"]),
    Case::new(
        "sshd-stopped",
        "mkdir /run/test/keys; mv /etc/ssh/ssh_host_*_key /run/test/keys; systemctl stop ssh; systemctl start ssh; true",
        Mend::Server("mv /run/test/keys/* /etc/ssh; rmdir /run/test/keys; systemctl reset-failed ssh; systemctl start ssh"),
    )
    .also(&["no-host-keys"]),
];

/// Before 9.8 each connection reads the keys anew.
pub(crate) const ON_DEBIAN_12: &[Case] = &[
    Case::new("no-host-keys", "chmod 644 /etc/ssh/ssh_host_*_key", Mend::Fix),
    Case::new("no-host-keys", "rm /etc/ssh/ssh_host_*_key", Mend::Printed),
];

pub(crate) const ON_DEBIAN_13: &[Case] =
    &[Case::new("refuse-connection", config!("Match User rocky\\nRefuseConnection yes"), MENDED)];

#[test]
fn settings_on_debian_12() {
    run(Suite::Bookworm, CASES);
    run(Suite::Bookworm, ON_DEBIAN_12);
}

#[test]
fn settings_on_debian_13() {
    run(Suite::Trixie, CASES);
    run(Suite::Trixie, ON_DEBIAN_13);
}

#[test]
fn what_refuses_only_later_is_a_warning() {
    for suite in [Suite::Bookworm, Suite::Trixie] {
        let bench = Bench::new(suite);
        let unread = "echo 'DenyUsers nobody' >/etc/ssh/sshd_config.d/01-test.conf";
        bench.host.ok(unread);
        bench.warns("config-not-read");
        bench.host.ok("systemctl reset-failed ssh; systemctl restart ssh");
        bench.is_healthy(&["config-not-read"]);
        bench.host.ok("echo Nonsense >/etc/ssh/sshd_config.d/01-test.conf");
        bench.warns("config-broken");
        bench.host.ok("rm /etc/ssh/sshd_config.d/01-test.conf; systemctl reset-failed ssh; systemctl restart ssh");
        if suite == Suite::Trixie {
            bench.host.ok("rm /etc/ssh/ssh_host_*_key");
            bench.warns("no-host-keys");
        }
    }
}
