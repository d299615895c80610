//! Name, route, connection, and whether SSH is spoken there.

use crate::bench::{BY_PORT, BY_RECEIPT, Case, Mend, TYPED, run};

/// A service that answers every connection with this, and then waits.
macro_rules! service {
    ($port:literal, $says:literal) => {
        concat!(
            // In a file: systemd would take the signs of variables for its own.
            "printf %s '$l = IO::Socket::INET->new(LocalPort => $ARGV[0], Listen => 5) or die; \
             while ($c = $l->accept) { $c->print($ARGV[1]); $c->flush; push @k, $c }' \
             >/run/test/svc.pl && systemd-run -q --collect --unit svc",
            $port,
            " perl -MIO::Socket::INET /run/test/svc.pl ",
            $port,
            " '",
            $says,
            "' && until ss -ltn | grep -q :",
            $port,
            "; do sleep 0.2; done"
        )
    };
}

/// A rule of the server's own firewall.
macro_rules! filter {
    ($does:literal) => {
        concat!(
            "nft add table inet f && \
             nft add chain inet f input '{ type filter hook input priority 0; }' && \
             nft add rule inet f input tcp dport 22 ",
            $does
        )
    };
}

pub(crate) const CASES: &[Case] = &[
    Case::new(
        "name-unknown",
        "rocky@no-such.example --receipt /run/test/receipt -i /home/eng/k",
        Mend::Here,
    )
    .engineer("sed -i 's/^hosts:.*/hosts: files/' /etc/nsswitch.conf"),
    Case::new(
        "resolver-silent",
        "rocky@no-such.example --receipt /run/test/receipt -i /home/eng/k",
        Mend::Here,
    )
    .engineer(
        "sed -i 's/^hosts:.*/hosts: files dns/' /etc/nsswitch.conf; rm -f /etc/resolv.conf; \
         printf 'nameserver 192.0.2.250\\noptions timeout:1 attempts:1\\n' >/etc/resolv.conf",
    ),
    Case::new("no-route", TYPED, Mend::Engineer("ip route add 203.0.113.0/24 dev eth0"))
        .engineer("ip route del 203.0.113.0/24; ip route del default 2>/dev/null; true"),
    Case::new("host-unreachable", TYPED, Mend::Doctor)
        .server(filter!("reject with icmpx admin-prohibited")),
    Case::new("timed-out", TYPED, Mend::Doctor).server(filter!("drop")),
    // The provider's firewall stands in front of the server.
    Case::new("timed-out", BY_RECEIPT, Mend::Rule)
        .engineer("ip route replace 203.0.113.0/24 via 198.51.100.1")
        .router(
            "nft add table ip fw && \
             nft add chain ip fw forward '{ type filter hook forward priority 0; policy drop; }' && \
             nft add rule ip fw forward ct state established accept",
        ),
    Case::new(
        "other-port",
        "rocky@203.0.113.10 --receipt /run/test/receipt -i /home/eng/k",
        Mend::Here,
    )
    .server("echo Port 2222 >/etc/ssh/sshd_config.d/p.conf && systemctl restart ssh"),
    Case::new("refused", TYPED, Mend::Doctor).server("systemctl stop ssh"),
    Case::new("refused", TYPED, Mend::Doctor).server(filter!("reject with tcp reset")),
    Case::new("not-ssh", "rocky@203.0.113.10:8080 -i /home/eng/k", Mend::Typed(TYPED))
        .server(service!("8080", "HTTP/1.1 400 Bad Request\r\n\r\n"))
        .restore("systemctl stop svc8080"),
    Case::new("silent", "rocky@203.0.113.10:8081 -i /home/eng/k", Mend::Typed(TYPED))
        .server(service!("8081", ""))
        .restore("systemctl stop svc8081"),
    Case::new("closed-early", TYPED, Mend::Doctor)
        .server("echo 'sshd: 192.0.2.7' >/etc/hosts.deny"),
    Case::new("no-agreement", TYPED, Mend::Here).server(
        "echo 'KexAlgorithms diffie-hellman-group14-sha1' >/etc/ssh/sshd_config.d/k.conf && \
         systemctl restart ssh",
    ),
    Case::new("forward-nothing", BY_PORT, Mend::Router),
    Case::new("forward-nothing", BY_PORT, Mend::Router).router(
        "nft add table ip nat && nft add chain ip nat prerouting '{ type nat hook prerouting priority dstnat; }' && \
         nft add rule ip nat prerouting tcp dport 20170 dnat to 203.0.113.10:1",
    ),
];

#[test]
fn the_way_to_the_server() {
    run(CASES);
}
