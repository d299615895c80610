//! Before sshd hears of the login.

use lab::Suite;

use crate::bench::{Case, MENDED, Mend, run};

/// A healthy packet filter, closed but for what is needed.
macro_rules! nft {
    ($rules:literal) => {
        concat!(
            "nft -f - <<'END'\ntable inet filter {\n chain input {\n",
            "type filter hook input priority filter; policy drop;\n",
            "ct state vmap { invalid : drop, established : accept, related : accept }\n",
            "iifname lo accept\nmeta l4proto { icmp, ipv6-icmp } accept\n",
            $rules,
            "\n}\n}\nEND"
        )
    };
}

const NO_FILTER: &str = "nft flush ruleset";

pub(crate) const CASES: &[Case] = &[
    Case::new("sshd-stopped", "systemctl stop ssh", Mend::Printed),
    Case::new(
        "sshd-stopped",
        "echo Nonsense >/etc/ssh/sshd_config.d/01-test.conf; systemctl restart ssh; true",
        Mend::Server("rm /etc/ssh/sshd_config.d/01-test.conf; systemctl reset-failed ssh; systemctl start ssh"),
    )
    .also(&["config-broken"]),
    Case::new("other-port", config!("Port 2222"), Mend::Client(&["-p2222"]))
        .restore("rm /etc/ssh/sshd_config.d/01-test.conf; systemctl reset-failed ssh; systemctl restart ssh"),
    Case::new(
        "socket-stale",
        "echo Port 2222 >/etc/ssh/sshd_config.d/01-test.conf; systemctl disable -q --now ssh; systemctl start ssh.socket",
        Mend::Printed,
    )
    .port(2222)
    .restore(
        "systemctl stop ssh.socket ssh; rm -r /etc/systemd/system/ssh.socket.d \
         /etc/ssh/sshd_config.d/01-test.conf; systemctl daemon-reload; systemctl enable -q --now ssh",
    ),
    Case::new(
        "port-taken",
        "systemctl stop ssh; perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(LocalPort => 22, Listen => 1) \
         or die; sleep 600' >/dev/null 2>&1 & echo $! >/run/test/perl; \
         until ss -ltnp | grep -q perl; do sleep 0.1; done; systemctl start ssh; true",
        Mend::Server("kill $(cat /run/test/perl); systemctl restart ssh"),
    ),
    // As SELinux would: EACCES for the port.
    Case::new(
        "port-refused",
        "mkdir -p /run/systemd/system/ssh.service.d; printf '[Service]\\nCapabilityBoundingSet=~CAP_NET_BIND_SERVICE\\n' \
         >/run/systemd/system/ssh.service.d/test.conf; systemctl daemon-reload; systemctl stop ssh; systemctl start ssh; true",
        Mend::Server(
            "rm -r /run/systemd/system/ssh.service.d; systemctl daemon-reload; systemctl reset-failed ssh; systemctl start ssh",
        ),
    ),
    Case::new("listen-address", config!("ListenAddress 127.0.0.1"), MENDED),
    Case::new("listen-address", config!("AddressFamily inet6"), MENDED),
    Case::new("packet-filter", nft!(""), Mend::Printed).restore(NO_FILTER),
    Case::new("packet-filter", nft!("ip saddr 198.51.100.0/24 tcp dport 22 accept"), Mend::Printed)
        .restore(NO_FILTER),
    Case::new("packet-filter", nft!("ip saddr { 192.0.2.0/28, 198.51.100.1 } drop\ntcp dport 22 accept"), Mend::Printed)
        .restore(NO_FILTER),
    Case::new(
        "packet-filter",
        "nft -f - <<'END'\ntable ip mine {\n chain guard {\n tcp dport 22 reject with tcp reset\n }\n chain in {\n \
         type filter hook input priority 0;\n ip saddr != 10.0.0.0/8 jump guard\n }\n}\nEND",
        Mend::Printed,
    )
    .restore(NO_FILTER),
    // As fail2ban's action nftables-multiport makes it.
    Case::new(
        "fail2ban",
        "nft add table inet f2b-table; \
         nft add chain inet f2b-table f2b-chain '{ type filter hook input priority -1; }'; \
         nft add set inet f2b-table addr-set-sshd '{ type ipv4_addr; }'; \
         nft add rule inet f2b-table f2b-chain tcp dport '{ 22 }' ip saddr @addr-set-sshd reject; \
         nft add element inet f2b-table addr-set-sshd '{ 192.0.2.7 }'",
        Mend::Printed,
    )
    .restore(NO_FILTER),
    Case::new("hosts-deny", "echo 'ALL: ALL' >>/etc/hosts.deny", Mend::Printed)
        .restore("sed -i '/^ALL: ALL/d' /etc/hosts.deny; sed -i '/^sshd:/d' /etc/hosts.allow"),
    Case::new("hosts-deny", "echo 'sshd: 192.0.2.' >>/etc/hosts.deny", Mend::Printed)
        .restore("sed -i '/^sshd:/d' /etc/hosts.deny /etc/hosts.allow"),
    Case::new("max-startups", config!("MaxStartups 1"), MENDED)
        .engineer(
            "for n in 1 2 3; do bash -c 'exec 3<>/dev/tcp/203.0.113.10/22; sleep 100' \
             >/dev/null 2>&1 & done; \
             until ss -Htn state established dst 203.0.113.10 | grep -q :22; do sleep 0.2; done",
        ),
    Case::new(
        "no-agreement",
        "true",
        Mend::Client(&["-oKexAlgorithms=+curve25519-sha256"]),
    )
    .client(&["-oKexAlgorithms=diffie-hellman-group1-sha1"]),
    Case::new("no-agreement", "true", Mend::Client(&["-oCiphers=+aes256-ctr"]))
        .client(&["-oCiphers=aes128-cbc"]),
    Case::new(
        "packet-filter",
        concat!(nft!("udp dport 53 accept"), "\necho 'sshd: ALL' >>/etc/hosts.deny"),
        Mend::Printed,
    )
    .also(&["hosts-deny"])
    .restore("nft flush ruleset; sed -i '/^sshd:/d' /etc/hosts.deny /etc/hosts.allow"),
];

pub(crate) const PENALTY: Case = Case::new(
    "penalty",
    "echo 'PerSourcePenalties authfail:60 min:1' >/etc/ssh/sshd_config.d/00-lab.conf; systemctl reset-failed ssh; systemctl restart ssh",
    Mend::Printed,
)
.engineer(
    "for n in 1 2 3; do ssh -F/dev/null -oBatchMode=yes -oStrictHostKeyChecking=no \
     -oUserKnownHostsFile=/dev/null nobody-here@203.0.113.10 true; done; true",
)
.restore("echo 'PerSourcePenalties no' >/etc/ssh/sshd_config.d/00-lab.conf; systemctl reset-failed ssh; systemctl restart ssh");

#[test]
fn networks_on_debian_12() {
    run(Suite::Bookworm, CASES);
}

#[test]
#[ignore = "the same on Debian 13: scripts/test --all"]
fn networks_on_debian_13() {
    run(Suite::Trixie, CASES);
}

#[test]
fn penalties_on_debian_13() {
    run(Suite::Trixie, &[PENALTY]);
}

/// Filters that let the engineer in, of the kinds that servers have.
const OPEN: &[&str] = &[
    nft!("tcp dport 22 accept"),
    nft!("ip saddr 192.0.2.0/24 tcp dport { 22, 443 } accept"),
    nft!("tcp dport vmap { 22 : accept, 23 : drop }"),
    "nft -f - <<'END'\ntable inet guard {\n set bad {\n type ipv4_addr; flags interval; elements = { 198.51.100.0/24 }\n }\n \
     chain lan {\n tcp dport 22 return\n reject\n }\n chain in {\n type filter hook input priority 0; policy accept;\n \
     ct state invalid drop\n ip saddr @bad drop\n iifname \"eth0\" jump lan\n meta nfproto ipv6 drop\n }\n}\nEND",
];

#[test]
fn open_filters_are_no_cause() {
    let bench = crate::bench::Bench::new(Suite::Bookworm);
    for rules in OPEN {
        bench.host.ok(rules);
        bench.is_healthy(&["packet-filter", "fail2ban"]);
        bench.host.ok(NO_FILTER);
    }
    // A rate hangs on what others do: nothing is claimed.
    bench.host.ok(nft!("tcp dport 22 limit rate 100/second accept"));
    bench.is_healthy(&[]);
}
