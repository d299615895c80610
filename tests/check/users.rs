//! Whether the server takes user and key, and what comes after.

use crate::bench::{BY_RECEIPT, Bench, Case, Mend, TYPED, ids, run};

/// Where an image of a cloud sends those who come as root.
const SENT_ON: &str = r#"mkdir -p /root/.ssh; chmod 700 /root/.ssh; (printf 'command="echo '"'"'Please login as the user \\"debian\\" rather than the user \\"root\\".'"'"';exit 142" '; cat /run/test/k.pub) >/root/.ssh/authorized_keys"#;

pub(crate) const CASES: &[Case] = &[
    Case::new("too-many-keys", TYPED, Mend::Fix).engineer(
        "runuser -u eng -- sh -c 'ssh-agent -a /tmp/agent >/dev/null; cd; export SSH_AUTH_SOCK=/tmp/agent; \
         for n in 1 2 3 4 5 6 7; do ssh-keygen -q -t ed25519 -N \"\" -f k$n; ssh-add -q k$n; done'; \
         ln -s /tmp/agent /run/test/agent",
    ),
    Case::new("wrong-user", "ec2-user@203.0.113.10 -i /home/eng/k", Mend::Here),
    Case::new(
        "wrong-user",
        "rocky2@203.0.113.10 --receipt /run/test/receipt -i /home/eng/k",
        Mend::Here,
    ),
    Case::new("wrong-user", "root@203.0.113.10 -i /home/eng/k", Mend::Here).server(SENT_ON),
    Case::new(
        "keys-off",
        "debian@203.0.113.10 -i /home/eng/k",
        Mend::Server("rm /etc/ssh/sshd_config.d/k.conf; systemctl reset-failed ssh; systemctl restart ssh"),
    )
    .server("echo 'PubkeyAuthentication no' >/etc/ssh/sshd_config.d/k.conf; systemctl restart ssh"),
    Case::new(
        "more-methods",
        "debian@203.0.113.10 -i /home/eng/k",
        Mend::Server("rm /etc/ssh/sshd_config.d/k.conf; systemctl reset-failed ssh; systemctl restart ssh"),
    )
    .server(
        "echo 'AuthenticationMethods publickey,password' >/etc/ssh/sshd_config.d/k.conf; \
         systemctl restart ssh",
    ),
    Case::new(
        "forward-masked",
        "--receipt /run/test/receipt --via 198.51.100.1:20170 -i /home/eng/k",
        Mend::RouterByHand("nft flush chain ip nat postrouting"),
    )
    .router(
        "nft add table ip nat && \
         nft add chain ip nat prerouting '{ type nat hook prerouting priority dstnat; }' && \
         nft add rule ip nat prerouting tcp dport 20170 dnat to 203.0.113.10:22 && \
         nft add chain ip nat postrouting '{ type nat hook postrouting priority srcnat; }' && \
         nft add rule ip nat postrouting ct status dnat masquerade",
    ),
    Case::new("key-refused", "debian@203.0.113.10 -i /home/eng/k", Mend::Doctor)
        .server("chmod 777 /home/debian/.ssh"),
    Case::new("no-session", TYPED, Mend::Doctor)
        .server("usermod -s /usr/sbin/nologin rocky"),
];

#[test]
fn the_user_and_the_key() {
    run(CASES);
}

/// The grant has ended, or was never for this machine's address: the receipt says so.
#[test]
fn a_receipt_says_when_and_from_where() {
    let bench = Bench::new();
    bench.open("--from 192.0.2.99");
    let (document, code) = bench.check(BY_RECEIPT);
    assert_eq!((code, &*ids(&document)[0]), (6, "other-source"), "{document:#}");
    assert!(document["findings"][0]["evidence"].to_string().contains("192.0.2.7: 192.0.2.99"));
    bench.engineer.add_address("192.0.2.99");
    bench.engineer.ok("ip route replace 203.0.113.0/24 dev eth0 src 192.0.2.99");
    bench.connects(BY_RECEIPT);

    // The receipt of a visit that is over by now.
    let receipt = bench.engineer.read("/run/test/receipt");
    let over: Vec<String> = receipt
        .lines()
        .map(|line| match line.rsplit_once("(2") {
            Some((front, _)) if line.starts_with("Ends") || line.starts_with("종료 시각") => {
                format!("{front}(2020-01-01T00:00:00Z)")
            }
            _ => line.to_owned(),
        })
        .collect();
    assert_ne!(receipt.trim(), over.join("\n").trim());
    bench.engineer.put("/run/test/receipt", over.join("\n"), 0o644);
    bench.server.ok("/usr/local/sbin/support-access delete");
    let (document, code) = bench.check(BY_RECEIPT);
    assert_eq!((code, &*ids(&document)[0]), (6, "grant-over"), "{document:#}");
    bench.open("--from 192.0.2.99");
    bench.connects(BY_RECEIPT);
}
