//! What would keep the engineer out is said before a grant makes anything: each cause that is marked so.

use lab::{Key, Suite};
use support_access::doctor::causes::{FEARED, FORESEEN};

use crate::bench::{Bench, CLIENT, PROGRAM};

const KEY: &str = "/run/test/rsa.pub";
const NO_SETTING: &str =
    "rm /etc/ssh/sshd_config.d/01-test.conf; systemctl reset-failed ssh; systemctl restart ssh";

/// Cause, what makes it so, and what takes that away.
const BROKEN: [(&str, &str, &str); 13] = [
    ("deny-users", config!("DenyUsers cafe24"), NO_SETTING),
    ("allow-users", config!("AllowUsers rocky"), NO_SETTING),
    ("deny-groups", config!("DenyGroups cafe24"), NO_SETTING),
    ("allow-groups", config!("AllowGroups rocky"), NO_SETTING),
    ("more-methods", config!("AuthenticationMethods publickey,password"), NO_SETTING),
    ("key-type-refused", config!("PubkeyAcceptedAlgorithms ssh-ed25519"), NO_SETTING),
    ("rsa-too-short", config!("RequiredRSASize 4096"), NO_SETTING),
    ("listen-address", config!("ListenAddress 127.0.0.1"), NO_SETTING),
    ("nologin-file", "touch /etc/nologin", "rm /etc/nologin"),
    (
        "pam-shells",
        "cp /etc/shells /run/test/; echo /bin/other >/etc/shells; sed -i '1i account required pam_shells.so' /etc/pam.d/sshd",
        "cp /run/test/shells /etc/shells; sed -i 1d /etc/pam.d/sshd",
    ),
    (
        "disk-full",
        "mount -t tmpfs -o size=1m tmpfs /tmp; cat /dev/zero >/tmp/all 2>/dev/null; true",
        "umount /tmp",
    ),
    (
        "packet-filter",
        "nft add table ip f; nft add chain ip f in '{ type filter hook input priority 0; }'; nft add rule ip f in tcp dport 22 drop",
        "nft flush ruleset",
    ),
    (
        "fail2ban",
        "nft add table ip f; nft add chain ip f f2b-sshd '{ type filter hook input priority 0; }'; nft add rule ip f f2b-sshd ip saddr 192.0.2.7 drop",
        "nft flush ruleset",
    ),
];

#[test]
fn before_anything_is_made() {
    let bench = Bench::new(Suite::Bookworm);
    let host = &bench.host;
    host.put(KEY, Key::generate_with(&["-t", "rsa", "-b", "3072"]).public(), 0o644);
    let foreseen = |id: &str| {
        let line = format!("{PROGRAM} grant --dry-run --json --key {KEY} --from {CLIENT}");
        let output = host.run(&line);
        let document: serde_json::Value =
            serde_json::from_str(&output.stdout).unwrap_or_else(|e| panic!("{id}: {e}: {output}"));
        (output.code, document["foreseen"].clone())
    };
    assert_eq!(foreseen("healthy"), (0, serde_json::Value::Null));
    for (id, breaks, mends) in BROKEN {
        host.ok(breaks);
        let code = if FORESEEN.contains(&id) { 4 } else { 0 };
        assert_eq!(foreseen(id), (code, serde_json::json!([id])), "{id}");
        host.ok(mends);
    }
    let mut marked = [&FORESEEN[..], &FEARED].concat();
    let mut tried = BROKEN.map(|(id, ..)| id);
    marked.sort_unstable();
    tried.sort_unstable();
    assert_eq!(marked, tried, "marked, and not tried");
}
