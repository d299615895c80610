//! The rules of nftables, from `nft -j list ruleset` (libnftables-json(5)).

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde_json::Value;

use super::{Chain, Packet, Rule, Table, Truth, Verdict, all, any, in_network};
use crate::host::run::Tool;

/// Reads the tables that a connection meets.
pub(super) fn tables(packet: &Packet) -> Result<Vec<Table>, String> {
    let out = Tool::new("nft").args(["-j", "list", "ruleset"]).run();
    let text = out.map_err(|error| error.to_string())?.stdout;
    parse(&text, packet).ok_or_else(|| "nft -j list ruleset: not JSON".to_owned())
}

/// A rule in nft's own words.
pub(super) fn text(family: &str, table: &str, chain: &str, handle: &str) -> String {
    let out = Tool::new("nft").args(["-a", "list", "chain", family, table, chain]).run();
    let text = out.map(|out| out.stdout).unwrap_or_default();
    let end = format!(" # handle {handle}");
    let rule = text.lines().find_map(|line| line.strip_suffix(&end));
    rule.map_or_else(|| format!("handle {handle}"), |rule| rule.trim().to_owned())
}

/// Sets by family, table and name.
type Sets<'v> = BTreeMap<[&'v str; 3], &'v Value>;

pub(super) fn parse(text: &str, packet: &Packet) -> Option<Vec<Table>> {
    let document: Value = serde_json::from_str(text).ok()?;
    let objects = document["nftables"].as_array()?;
    let of = |kind: &'static str| objects.iter().filter_map(move |object| object.get(kind));
    let sets: Sets = ["set", "map"]
        .into_iter()
        .flat_map(of)
        .map(|set| ([word(set, "family"), word(set, "table"), word(set, "name")], set))
        .collect();
    let mut tables: BTreeMap<[&str; 2], Table> = BTreeMap::new();
    for chain in of("chain") {
        let (family, table) = (word(chain, "family"), word(chain, "table"));
        let ours = match family {
            "inet" => true,
            "ip" => packet.is_ipv6() != Some(true),
            "ip6" => packet.is_ipv6() == Some(true),
            _ => false,
        };
        if !ours {
            continue;
        }
        let comes_in = matches!(word(chain, "hook"), "input" | "prerouting");
        let drops = word(chain, "policy") == "drop";
        let policy = (comes_in && word(chain, "type") == "filter").then_some(drops);
        let redirects = comes_in && word(chain, "type") == "nat";
        let table = tables.entry([family, table]).or_insert_with(|| Table {
            family: family.to_owned(),
            name: table.to_owned(),
            ..Table::default()
        });
        let read = Chain { policy, redirects, ..Chain::default() };
        table.chains.insert(word(chain, "name").to_owned(), read);
    }
    for rule in of("rule") {
        let (family, table) = (word(rule, "family"), word(rule, "table"));
        let chains = tables.get_mut(&[family, table]).map(|table| &mut table.chains);
        if let Some(chain) = chains.and_then(|chains| chains.get_mut(word(rule, "chain"))) {
            let reader = Reader { packet, sets: &sets, family, table };
            chain.rules.push(reader.rule(rule));
        }
    }
    Some(tables.into_values().collect())
}

fn word<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}

/// What a packet has in the place that a rule looks at.
enum Field {
    From,
    To,
    Port,
    Interface,
    /// A fixed word, the same for every packet that we ask about.
    Is(&'static str),
    /// The packet's protocol has no such field.
    Absent,
    Unknown,
}

struct Reader<'v> {
    packet: &'v Packet,
    sets: &'v Sets<'v>,
    family: &'v str,
    table: &'v str,
}

impl Reader<'_> {
    fn rule(&self, rule: &Value) -> Rule {
        let handle = rule["handle"].to_string();
        let mut read = Rule { holds: Some(true), text: handle, ..Rule::default() };
        for statement in rule["expr"].as_array().into_iter().flatten() {
            let Some((kind, body)) = statement.as_object().and_then(|object| object.iter().next())
            else {
                continue;
            };
            match kind.as_str() {
                "match" => {
                    let right = body["right"].as_str().and_then(|right| right.strip_prefix('@'));
                    read.set = read.set.or_else(|| right.map(str::to_owned));
                    read.holds = all([read.holds, self.matches(body)]);
                }
                "counter" | "log" | "mangle" | "notrack" | "comment" => {}
                "xt" if word(body, "type") == "target" => {
                    read.verdict = match word(body, "name") {
                        "LOG" | "NFLOG" | "MARK" | "CONNMARK" | "TCPMSS" => continue,
                        "REJECT" => Some(Verdict::Drop),
                        _ => Some(Verdict::Other),
                    };
                }
                "vmap" => {
                    let (holds, verdict) = self.vmap(body);
                    read.holds = all([read.holds, holds]);
                    read.verdict = verdict;
                }
                _ => match verdict(statement) {
                    Some(verdict) => read.verdict = Some(verdict),
                    // A rate, a count, a match of iptables' own.
                    None => read.holds = all([read.holds, None]),
                },
            }
        }
        read
    }

    fn matches(&self, body: &Value) -> Truth {
        let field = self.field(&body["left"]);
        if matches!(field, Field::Absent) {
            return Some(false);
        }
        let so = self.is(&field, &body["right"]);
        match word(body, "op") {
            "==" | "in" => so,
            "!=" => so.map(|so| !so),
            _ => None,
        }
    }

    fn field(&self, left: &Value) -> Field {
        let Some((kind, body)) = left.as_object().and_then(|object| object.iter().next()) else {
            return Field::Unknown;
        };
        let v6 = self.packet.is_ipv6();
        match (kind.as_str(), word(body, "protocol"), word(body, "field"), word(body, "key")) {
            ("payload", "tcp" | "th", "dport", _) => Field::Port,
            ("payload", "ip", "saddr", _) if v6 != Some(true) => Field::From,
            ("payload", "ip6", "saddr", _) if v6 == Some(true) => Field::From,
            ("payload", "ip", "daddr", _) if v6 != Some(true) => Field::To,
            ("payload", "ip6", "daddr", _) if v6 == Some(true) => Field::To,
            ("payload", "ip", "protocol", _) if v6 != Some(true) => Field::Is("tcp"),
            ("payload", "ip6", "nexthdr", _) if v6 == Some(true) => Field::Is("tcp"),
            ("payload", "ip", _, _) if v6 == Some(true) => Field::Absent,
            ("payload", "ip6", _, _) if v6 != Some(true) => Field::Absent,
            (
                "payload",
                "udp" | "udplite" | "icmp" | "icmpv6" | "igmp" | "sctp" | "dccp" | "esp" | "ah"
                | "arp",
                ..,
            ) => Field::Absent,
            ("meta", _, _, "l4proto") => Field::Is("tcp"),
            ("meta", _, _, "nfproto") => Field::Is(if v6 == Some(true) { "ipv6" } else { "ipv4" }),
            ("meta", _, _, "protocol") => Field::Is(if v6 == Some(true) { "ip6" } else { "ip" }),
            ("meta", _, _, "pkttype") => Field::Is("host"),
            ("meta", _, _, "iif" | "iifname") => Field::Interface,
            // Who was sent elsewhere is not looked at here.
            ("ct", _, _, "status") => Field::Is("none"),
            ("ct", _, _, "state") => Field::Is("new"),
            ("fib", ..)
                if word(body, "result") == "type"
                    && body["flags"] == serde_json::json!(["daddr"]) =>
            {
                Field::Is("local")
            }
            // `tcp flags & (fin | syn | …)`: the first packet has SYN alone.
            ("&", ..)
                if body[0]["payload"]["field"] == "flags"
                    && body[1].to_string().contains("\"syn\"") =>
            {
                Field::Is("syn")
            }
            _ => Field::Unknown,
        }
    }

    /// Whether a field is what stands on the right side: a value, a range, a set of them.
    fn is(&self, field: &Field, right: &Value) -> Truth {
        if let Some(list) = right.as_array().or_else(|| right["set"].as_array()) {
            return any(list.iter().map(|one| self.is(field, one)));
        }
        if let Some(element) = right.get("elem") {
            return self.is(field, &element["val"]);
        }
        if let Some(name) = right.as_str().and_then(|text| text.strip_prefix('@')) {
            let set = self.sets.get(&[self.family, self.table, name])?;
            let elements = set["elem"].as_array().map_or(&[][..], Vec::as_slice);
            return any(elements.iter().map(|one| self.is(field, one)));
        }
        match field {
            Field::From => self.packet.from(|from| covers(from, right)),
            Field::To => self.packet.to(|to| covers(to, right)),
            Field::Port => port(self.packet.port, right),
            Field::Interface => self.packet.comes_by(right.as_str()?),
            Field::Is(word) => Some(right.as_str()? == *word),
            Field::Absent | Field::Unknown => None,
        }
    }

    /// The verdict out of a map, inline or named.
    fn vmap(&self, body: &Value) -> (Truth, Option<Verdict>) {
        let unknown = (None, Some(Verdict::Other));
        let field = self.field(&body["key"]);
        let name = body["data"].as_str().and_then(|text| text.strip_prefix('@'));
        let entries = match name {
            Some(name) => self.sets.get(&[self.family, self.table, name]).map(|map| &map["elem"]),
            None => Some(&body["data"]["set"]),
        };
        let Some(entries) = entries else { return unknown };
        let mut entries = entries.as_array().into_iter().flatten().map(|entry| {
            let so = if matches!(field, Field::Absent) {
                Some(false)
            } else {
                self.is(&field, &entry[0])
            };
            (so, &entry[1])
        });
        match entries.find(|(so, _)| *so != Some(false)) {
            Some((Some(true), then)) => (Some(true), Some(verdict(then).unwrap_or(Verdict::Other))),
            Some(_) => unknown,
            None => (Some(false), None),
        }
    }
}

fn verdict(statement: &Value) -> Option<Verdict> {
    let (kind, body) = statement.as_object()?.iter().next()?;
    Some(match kind.as_str() {
        "accept" => Verdict::Accept,
        "drop" | "reject" => Verdict::Drop,
        "return" => Verdict::Return,
        "jump" => Verdict::Jump(word(body, "target").to_owned()),
        "goto" => Verdict::Goto(word(body, "target").to_owned()),
        "queue" | "tproxy" | "synproxy" | "dnat" | "redirect" => Verdict::Other,
        _ => return None,
    })
}

fn covers(address: IpAddr, right: &Value) -> bool {
    if let Some(prefix) = right.get("prefix") {
        return in_network(address, &format!("{}/{}", word(prefix, "addr"), prefix["len"]));
    }
    let parse = |value: &Value| value.as_str()?.parse::<IpAddr>().ok();
    if let Some(ends) = right["range"].as_array() {
        let (first, last) = (ends.first().and_then(parse), ends.get(1).and_then(parse));
        return first.is_some_and(|first| first <= address)
            && last.is_some_and(|last| address <= last);
    }
    parse(right) == Some(address)
}

fn port(port: u16, right: &Value) -> Truth {
    let number = |value: &Value| match value.as_str() {
        Some("ssh") => Some(22),
        _ => value.as_u64(),
    };
    let port = u64::from(port);
    if let Some(ends) = right["range"].as_array() {
        return Some((number(ends.first()?)?..=number(ends.get(1)?)?).contains(&port));
    }
    number(right).map(|number| number == port)
}
