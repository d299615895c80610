//! sshd's own configuration.

use lab::Suite;

use crate::bench::{Case, Mend, run};

const CASES: &[Case] = &[
    Case::new("sshd-stopped", "systemctl stop ssh", Mend::Printed),
    Case::new(
        "public-keys-off",
        "echo 'PubkeyAuthentication no' >/etc/ssh/sshd_config.d/01-test.conf; systemctl reload ssh",
        Mend::Server("rm /etc/ssh/sshd_config.d/01-test.conf; systemctl reload ssh"),
    ),
    Case::new(
        "more-methods",
        "echo 'AuthenticationMethods publickey,password' >/etc/ssh/sshd_config.d/01-test.conf; systemctl reload ssh",
        Mend::Server("rm /etc/ssh/sshd_config.d/01-test.conf; systemctl reload ssh"),
    ),
    Case::new(
        "no-key-file-set",
        "echo 'AuthorizedKeysFile none' >/etc/ssh/sshd_config.d/01-test.conf; systemctl reload ssh",
        Mend::Server("rm /etc/ssh/sshd_config.d/01-test.conf; systemctl reload ssh"),
    ),
];

#[test]
fn settings_on_debian_12() {
    run(Suite::Bookworm, CASES);
}
