//! The key file and what is above it.

use lab::Suite;

use crate::bench::{Case, Mend, run};

const CASES: &[Case] = &[
    Case::new(
        "key-file-missing",
        "mv /home/rocky/.ssh/authorized_keys /run/test/keys",
        Mend::Server("mv /run/test/keys /home/rocky/.ssh/authorized_keys"),
    ),
    Case::new("key-file-modes", "chmod 666 /home/rocky/.ssh/authorized_keys", Mend::Printed),
    Case::new("folder-modes", "chmod 777 /home/rocky/.ssh", Mend::Printed),
    Case::new("folder-modes", "chmod 777 /home/rocky", Mend::Printed)
        .restore("chmod 700 /home/rocky"),
    Case::new("folder-modes", "chown daemon /home/rocky", Mend::Printed),
    Case::new("key-not-in-file", "echo >/home/rocky/.ssh/authorized_keys", Mend::Printed),
    Case::new(
        "key-file-modes",
        "chmod 666 /home/rocky/.ssh/authorized_keys; chmod 777 /home/rocky/.ssh",
        Mend::Printed,
    )
    .also(&["folder-modes"]),
];

#[test]
fn files_on_debian_12() {
    run(Suite::Bookworm, CASES);
}
