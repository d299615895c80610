//! Rules as `nft -j` 1.0.6 and `iptables -S` 1.8.9 print them.

use super::*;

fn packet(from: &str) -> Packet {
    Packet {
        from: from.parse().ok(),
        port: 22,
        own: vec!["203.0.113.10".parse().unwrap()],
        interfaces: vec!["eth0".to_owned()],
    }
}

/// An `inet` table with a set `@bad`, a chain `input` of this policy and these rules, and a chain
/// `other` that rejects.
fn nft(policy: &str, rules: &[&str]) -> String {
    let head = r#"{"chain": {"family": "inet", "table": "filter", "name": "other", "handle": 2}},
        {"rule": {"family": "inet", "table": "filter", "chain": "other", "handle": 32, "expr": [{"match": {"op": "==", "left": {"meta": {"key": "l4proto"}}, "right": "tcp"}}, {"reject": {"type": "tcp reset"}}]}},
        {"set": {"family": "inet", "name": "bad", "table": "filter", "type": "ipv4_addr", "handle": 3, "flags": ["interval"], "elem": [{"prefix": {"addr": "192.0.2.0", "len": 29}}, "198.51.100.4", {"elem": {"val": "198.51.100.9", "expires": 599}}]}}"#;
    let begin = r#",{"rule": {"family": "inet", "table": "filter", "chain": "input", "handle": 6, "expr": ["#;
    let rules: String = rules.iter().flat_map(|expr| [begin, expr, "]}}"]).collect();
    format!(
        r#"{{"nftables": [{{"metainfo": {{"version": "1.0.6", "json_schema_version": 1}}}},
        {{"chain": {{"family": "inet", "table": "filter", "name": "input", "handle": 1, "type": "filter", "hook": "input", "prio": 0, "policy": "{policy}"}}}},{head}{rules}]}}"#
    )
}

fn judged(policy: &str, rules: &[&str], from: &str) -> &'static str {
    let tables = nft::parse(&nft(policy, rules), &packet(from)).unwrap();
    name(&judge(&tables))
}

fn name(fate: &Fate) -> &'static str {
    match fate {
        Fate::Passes => "passes",
        Fate::Stopped(_) => "stopped",
        Fate::Unsure => "unsure",
    }
}

const SSH: &str = r#"{"match": {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}}, "right": {"set": [22, {"range": [80, 90]}]}}}, {"accept": null}"#;
const BAD: &str = r#"{"match": {"op": "==", "left": {"payload": {"protocol": "ip", "field": "saddr"}}, "right": "@bad"}}, {"counter": {"packets": 0, "bytes": 0}}, {"drop": null}"#;
const STATES: &str = r#"{"vmap": {"key": {"ct": {"key": "state"}}, "data": {"set": [["invalid", {"drop": null}], ["established", {"accept": null}]]}}}"#;
const PORTS: &str = r#"{"vmap": {"key": {"payload": {"protocol": "tcp", "field": "dport"}}, "data": {"set": [[22, {"jump": {"target": "other"}}], [23, {"accept": null}]]}}}"#;
const RATE: &str = r#"{"match": {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}}, "right": 22}}, {"limit": {"rate": 3, "burst": 5, "per": "minute"}}, {"accept": null}"#;
const LOOPBACK: &str = r#"{"match": {"op": "==", "left": {"meta": {"key": "iifname"}}, "right": "lo"}}, {"accept": null}"#;
const OTHERS: &str = r#"{"match": {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}}, "right": 22}}, {"match": {"op": "!=", "left": {"payload": {"protocol": "ip", "field": "saddr"}}, "right": "192.0.2.7"}}, {"jump": {"target": "other"}}"#;
const NO_SYN: &str = r#"{"match": {"op": "in", "left": {"ct": {"key": "state"}}, "right": "new"}}, {"match": {"op": "!=", "left": {"&": [{"payload": {"protocol": "tcp", "field": "flags"}}, ["fin", "syn", "rst", "ack"]]}, "right": "syn"}}, {"drop": null}"#;
const PING: &str = r#"{"match": {"op": "==", "left": {"payload": {"protocol": "icmp", "field": "type"}}, "right": "echo-request"}}, {"drop": null}"#;
const V6: &str = r#"{"match": {"op": "==", "left": {"meta": {"key": "nfproto"}}, "right": "ipv6"}}, {"drop": null}"#;
const PAIR: &str = r#"{"match": {"op": "==", "left": {"concat": [{"payload": {"protocol": "ip", "field": "saddr"}}, {"payload": {"protocol": "tcp", "field": "dport"}}]}, "right": {"set": [{"concat": ["192.0.2.7", 22]}]}}}, {"drop": null}"#;
const DNAT: &str = r#"{"match": {"op": "in", "left": {"ct": {"key": "status"}}, "right": "dnat"}}, {"accept": null}"#;
const XT: &str = r#"{"xt": {"type": "match", "name": "multiport"}}, {"drop": null}"#;

#[test]
fn rules_of_nft() {
    for (policy, rules, from, fate) in [
        ("accept", &[][..], "192.0.2.7", "passes"),
        ("drop", &[], "192.0.2.7", "stopped"),
        ("drop", &[], "", "stopped"),
        ("drop", &[STATES, LOOPBACK, PING, V6, NO_SYN, SSH], "192.0.2.7", "passes"),
        ("drop", &[DNAT], "192.0.2.7", "stopped"),
        ("drop", &[STATES, LOOPBACK], "192.0.2.7", "stopped"),
        ("accept", &[BAD], "192.0.2.7", "stopped"),
        ("accept", &[BAD], "198.51.100.9", "stopped"),
        ("accept", &[BAD], "192.0.2.8", "passes"),
        ("accept", &[BAD], "2001:db8::7", "passes"),
        ("accept", &[BAD], "", "unsure"),
        ("accept", &[SSH, BAD], "192.0.2.7", "passes"),
        ("accept", &[PORTS], "192.0.2.7", "stopped"),
        ("accept", &[OTHERS], "192.0.2.7", "passes"),
        ("accept", &[OTHERS], "192.0.2.9", "stopped"),
        ("accept", &[V6], "2001:db8::7", "stopped"),
        ("drop", &[RATE], "192.0.2.7", "unsure"),
        ("accept", &[RATE], "192.0.2.7", "passes"),
        ("accept", &[PAIR], "192.0.2.7", "unsure"),
        ("accept", &[XT], "192.0.2.7", "unsure"),
    ] {
        assert_eq!(judged(policy, rules, from), fate, "{policy} {rules:?} from {from:?}");
    }
}

#[test]
fn a_stop_is_located() {
    let tables = nft::parse(&nft("accept", &[BAD]), &packet("192.0.2.7")).unwrap();
    let expected = Place {
        family: "inet".to_owned(),
        table: "filter".to_owned(),
        base: "input".to_owned(),
        chain: "input".to_owned(),
        rule: Some("6".to_owned()),
        set: Some("bad".to_owned()),
        ..Place::default()
    };
    assert_eq!(judge(&tables), Fate::Stopped(expected));
}

const BANNED: &str = r#"-P INPUT ACCEPT
-P FORWARD ACCEPT
-P OUTPUT ACCEPT
-N f2b-sshd
-A INPUT -p tcp -m multiport --dports 22,2222 -j f2b-sshd
-A INPUT -m state --state RELATED,ESTABLISHED -j ACCEPT
-A INPUT -p tcp -m conntrack --ctstate NEW -m tcp --dport 22 -m comment --comment "a b \"c" -j ACCEPT
-A INPUT ! -s 10.0.0.0/8 -i eth+ -p tcp -m tcp --dport 20:25 --tcp-flags FIN,SYN,RST,ACK SYN -j DROP
-A f2b-sshd -s 192.0.2.7/32 -j REJECT --reject-with icmp-port-unreachable
-A f2b-sshd -j RETURN
"#;

/// As ufw 0.36 lays its chains out; `allow 80/tcp` is its only rule.
const UFW: &str = "-P INPUT DROP
-N ufw-before-input
-N ufw-not-local
-N ufw-user-input
-A INPUT -j ufw-before-input
-A INPUT -j ufw-reject-input
-A ufw-before-input -i lo -j ACCEPT
-A ufw-before-input -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A ufw-before-input -m conntrack --ctstate INVALID -j DROP
-A ufw-before-input -p icmp -m icmp --icmp-type 8 -j ACCEPT
-A ufw-before-input -p udp -m udp --sport 67 --dport 68 -j ACCEPT
-A ufw-before-input -j ufw-not-local
-A ufw-before-input -j ufw-user-input
-A ufw-not-local -m addrtype --dst-type LOCAL -j RETURN
-A ufw-not-local -m addrtype --dst-type MULTICAST -j RETURN
-A ufw-not-local -m limit --limit 3/min --limit-burst 10 -j LOG --log-prefix \"[UFW BLOCK] \"
-A ufw-not-local -j DROP
-N ufw-reject-input
-A ufw-user-input -p tcp -m tcp --dport 80 -j ACCEPT
";

#[test]
fn rules_of_iptables() {
    let set = "-P INPUT ACCEPT\n-A INPUT -p tcp -m multiport --dports 22 -m set --match-set f2b-sshd src -j REJECT --reject-with icmp-port-unreachable\n";
    let odd = "-P INPUT ACCEPT\n-A INPUT -p tcp -m tcp --dport 22 -m hashlimit --hashlimit-above 3/min -j DROP\n";
    let target = "-P INPUT DROP\n-A INPUT -j NFSOMETHING\n";
    let allowed =
        &format!("{UFW}-A ufw-user-input -s 192.0.2.7/32 -p tcp -m tcp --dport 22 -j ACCEPT\n");
    for (rules, from, fate) in [
        (BANNED, "192.0.2.7", "stopped"),
        (BANNED, "192.0.2.8", "passes"),
        (UFW, "192.0.2.7", "stopped"),
        (allowed, "192.0.2.7", "passes"),
        (allowed, "", "unsure"),
        (set, "192.0.2.7", "stopped"),
        (set, "192.0.2.8", "passes"),
        (odd, "192.0.2.7", "unsure"),
        (target, "192.0.2.7", "unsure"),
        ("-P INPUT DROP\n", "192.0.2.7", "stopped"),
    ] {
        let banned = |_: &str, packet: &Packet| Some(packet.from == "192.0.2.7".parse().ok());
        let table = iptables::parse(rules, &packet(from), banned);
        assert_eq!(name(&judge(&[table])), fate, "from {from:?}\n{rules}");
    }
    let table = iptables::parse(BANNED, &packet("192.0.2.7"), |_, _| None);
    let Fate::Stopped(place) = judge(&[table]) else { panic!("not stopped") };
    assert_eq!((place.base.as_str(), place.chain.as_str()), ("INPUT", "f2b-sshd"));
}
