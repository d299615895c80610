//! Where the table of causes and sshd's own answer differ.

use lab::Suite;

use crate::bench::{Case, Mend, run};

const CASES: &[Case] = &[
    // A rule of the administrator's lets in whom the next ones would refuse: what was read in
    // shadow(5) is told, but not as the reason of a refusal.
    Case::new(
        "account-expired",
        "chage -E 2020-01-01 rocky; cp -p /etc/pam.d/sshd /run/test/pam.d; \
         sed -i '1i account sufficient pam_permit.so' /etc/pam.d/sshd",
        Mend::Printed,
    )
    .warns()
    .restore("cp -p /run/test/pam.d /etc/pam.d/sshd"),
    // sshd refuses, and no cause of the table's is to be seen.
    Case::new(
        "unknown",
        "printf '#!/bin/sh\nexit 7\n' >/opt/away; chmod 755 /opt/away; usermod -s /opt/away rocky",
        Mend::Server("usermod -s /bin/bash rocky"),
    ),
];

#[test]
fn where_sshd_and_the_table_differ() {
    run(Suite::Bookworm, CASES);
}
