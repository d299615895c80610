//! Whether it is the right host: a server made anew, another one at its address, another one behind a
//! forwarded port.

use crate::bench::{BY_PORT, BY_RECEIPT, Bench, Case, Mend, OUTER, TYPED, ids, run};

/// As a server that is made anew.
const ANEW: &str = "rm /etc/ssh/ssh_host_*; ssh-keygen -A >/dev/null; systemctl restart ssh";

pub(crate) const CASES: &[Case] = &[
    Case::new("forward-wrong", BY_PORT, Mend::Router).router(
        "nft add table ip nat && nft add chain ip nat prerouting '{ type nat hook prerouting priority dstnat; }' && \
         nft add rule ip nat prerouting tcp dport 20170 dnat to 203.0.113.66:22",
    ),
    // Without a receipt, what is remembered of the server's own address decides.
    Case::new(
        "forward-wrong",
        "rocky@203.0.113.10 --via 198.51.100.1:20170 -i /home/eng/k",
        Mend::Router,
    )
    .router(
        "nft add table ip nat && nft add chain ip nat prerouting '{ type nat hook prerouting priority dstnat; }' && \
         nft add rule ip nat prerouting tcp dport 20170 dnat to 203.0.113.66:22",
    ),
    Case::new(
        "other-host",
        "rocky@203.0.113.66 --receipt /run/test/receipt -i /home/eng/k",
        Mend::Typed(BY_RECEIPT),
    ),
    Case::new("host-key-changed", TYPED, Mend::Here).server(ANEW),
    Case::new("host-key-unknown", TYPED, Mend::Here).engineer("rm /home/eng/.ssh/known_hosts"),
];

#[test]
fn the_right_host_or_another() {
    run(CASES);
}

/// The same server, made anew: its new receipt tells it from another machine.
#[test]
fn a_new_receipt_vouches_for_a_server_that_was_made_anew() {
    let bench = Bench::new();
    bench.server.ok(ANEW);
    let (document, code) = bench.check(BY_RECEIPT);
    assert_eq!((code, ids(&document)), (6, vec!["other-host".to_owned()]), "{document:#}");
    bench.open("");
    let (document, code) = bench.check(BY_RECEIPT);
    assert_eq!((code, ids(&document)), (6, vec!["host-key-old".to_owned()]), "{document:#}");
    assert_eq!(document["connected"], true, "{document:#}");
    let finding = &document["findings"][0];
    let evidence = finding["evidence"].to_string();
    let new = bench.server.ok("ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub");
    assert!(evidence.contains(new.split(' ').nth(1).unwrap()), "{evidence}\n{new}");
    let fix = finding["fix"].as_str().unwrap();
    assert!(fix.contains("ssh-keygen -R 203.0.113.10 -f /home/eng/.ssh/known_hosts"), "{fix}");
    let (without, code) = bench.check_after(
        "",
        &format!("{} check {BY_RECEIPT}", crate::bench::PROGRAM),
        "host-key-old",
    );
    assert_eq!((code, ids(&without)), (0, vec![]), "{without:#}");
    let (document, code) = bench.check(&format!("{BY_RECEIPT} --fix"));
    assert_eq!((code, ids(&document)), (0, vec![]), "{document:#}");
    assert_eq!(document["fixed"][0]["command"], fix);
    bench.connects(BY_RECEIPT);
}

/// `--public` puts the outer place into the receipt, and a check goes there with no other argument.
#[test]
fn the_receipt_s_outer_place_is_where_a_check_goes() {
    let bench = Bench::new();
    bench.open(&format!("--public {OUTER}"));
    let receipt = bench.engineer.read("/run/test/receipt");
    for line in ["ssh -p 20170 cafe24@198.51.100.1", "ssh cafe24@203.0.113.10"] {
        assert!(receipt.contains(line), "{line}: {receipt}");
    }
    assert!(receipt.contains("[198.51.100.1]:20170 ssh-ed25519 "), "{receipt}");
    let (document, code) = bench.check(BY_RECEIPT);
    assert_eq!((code, ids(&document)), (6, vec!["forward-nothing".to_owned()]), "{document:#}");
    assert_eq!(document["asked"]["via"], OUTER);
    bench.router.ok(document["findings"][0]["fix"].as_str().unwrap());
    bench.connects(BY_RECEIPT);
    let said =
        bench.engineer.command(&format!("{} check {BY_RECEIPT} --lang en", crate::bench::PROGRAM));
    let said = said.user("eng").ok();
    assert!(
        said.contains("The forwarded port 198.51.100.1:20170 leads to the right server."),
        "{said}"
    );
    assert!(said.ends_with("RESULT: ok connected=cafe24@198.51.100.1:20170\n"), "{said}");
    // The inner way still stands beside it.
    bench.connects("cafe24@203.0.113.10 --receipt /run/test/receipt -i /home/eng/k");
    // A run that does not name it again keeps it.
    let again = bench.server.ok(&format!("{} grant --json", crate::bench::PROGRAM));
    let again: serde_json::Value = serde_json::from_str(&again).unwrap();
    assert_eq!(
        (&again["public"], &again["result"]),
        (&OUTER.into(), &"unchanged".into()),
        "{again:#}"
    );
    bench.engineer.put("/run/test/receipt", again.to_string(), 0o644);
    bench.connects(BY_RECEIPT);
}
