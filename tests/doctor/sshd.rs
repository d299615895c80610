//! sshd itself, what it listens on and what its configuration allows.

use lab::Suite;

use crate::bench::{Case, MENDED, Mend, run};

const CASES: &[Case] = &[
    Case::new("sshd-stopped", "systemctl stop ssh", Mend::Printed),
    Case::new("public-keys-off", config!("PubkeyAuthentication no"), MENDED),
    Case::new("more-methods", config!("AuthenticationMethods publickey,password"), MENDED),
    Case::new("no-key-file-set", config!("AuthorizedKeysFile none"), MENDED),
];

#[test]
fn settings_on_debian_12() {
    run(Suite::Bookworm, CASES);
}
