//! The rules of iptables, from `iptables -S`: on servers without nftables, and where rules use
//! matches of iptables' own, which nft shows as blanks.

use super::{Chain, Packet, Rule, Table, Truth, Verdict, all, any, in_network};
use crate::host::run::{self, Tool};

/// Takes the rules of iptables in, where there are any.
pub(super) fn add(packet: &Packet, nft: bool, tables: &mut Vec<Table>) -> Result<(), String> {
    let (tool, family, names) = if packet.is_ipv6() == Some(true) {
        ("ip6tables", "ip6", "/proc/net/ip6_tables_names")
    } else {
        ("iptables", "ip", "/proc/net/ip_tables_names")
    };
    // Asked for nothing, old iptables would load its modules into the kernel.
    let legacy = std::fs::read_to_string(names).is_ok_and(|names| names.contains("filter"));
    let is_its = |table: &Table| {
        table.family == family && table.name == "filter" && table.chains.contains_key("INPUT")
    };
    let shown = tables.iter().any(is_its);
    if run::find(tool).is_none() {
        let unseen = legacy || !nft;
        return if unseen { Err(format!("{tool}: not installed")) } else { Ok(()) };
    }
    if !legacy && !shown && nft {
        return Ok(());
    }
    let ask = if family == "ip6" { Tool::new("ip6tables") } else { Tool::new("iptables") };
    let out = ask.arg("-S").run().map_err(|error| error.to_string())?;
    let mut table = parse(&out.stdout, packet, |set, packet| {
        let address = packet.from?.to_string();
        let asked = Tool::new("ipset").args(["test", set, &address]).allow(&[1]).run();
        asked.ok().map(|out| out.code() == 0)
    });
    table.iptables = Some(tool);
    family.clone_into(&mut table.family);
    if shown && !legacy {
        tables.retain(|table| !is_its(table));
    }
    tables.push(table);
    Ok(())
}

/// Options that say nothing by themselves; those with a value that says nothing.
const PLAIN: [&str; 2] = ["-m", "--comment"];

pub(super) fn parse(text: &str, packet: &Packet, in_set: impl Fn(&str, &Packet) -> Truth) -> Table {
    let mut table = Table { name: "filter".to_owned(), ..Table::default() };
    for line in text.lines() {
        let words = words(line);
        match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["-P", chain, policy] => {
                let policy = (chain == "INPUT").then_some(policy == "DROP");
                table.chains.insert(chain.to_owned(), Chain { policy, ..Chain::default() });
            }
            ["-N", chain] => drop(table.chains.insert(chain.to_owned(), Chain::default())),
            ["-A", chain, ref rest @ ..] => {
                let rule = rule(line, rest, packet, &in_set);
                table.chains.entry(chain.to_owned()).or_default().rules.push(rule);
            }
            _ => {}
        }
    }
    table
}

fn rule(
    line: &str,
    words: &[&str],
    packet: &Packet,
    in_set: &impl Fn(&str, &Packet) -> Truth,
) -> Rule {
    let mut rule = Rule { holds: Some(true), text: line.to_owned(), ..Rule::default() };
    let mut words = words.iter().copied().peekable();
    let mut not = false;
    while let Some(option) = words.next() {
        if option == "!" {
            not = true;
            continue;
        }
        if matches!(option, "-j" | "-g") {
            rule.verdict = verdict(option, words.next().unwrap_or_default());
            // What follows is the target's.
            break;
        }
        let mut values = Vec::new();
        while let Some(value) = words.next_if(|word| !word.starts_with('-') && *word != "!") {
            values.push(value);
        }
        let first = values.first().copied().unwrap_or_default();
        let truth = match option {
            "-s" => packet.from(|from| in_network(from, first)),
            "-d" => packet.to(|to| in_network(to, first)),
            "-p" => Some(matches!(first, "tcp" | "all")),
            "-i" => packet.comes_by(first),
            "--dport" | "--dports" => any(first.split(',').map(|range| port(packet.port, range))),
            "--state" | "--ctstate" => Some(first.split(',').any(|state| state == "NEW")),
            "--match-set" if values.get(1) == Some(&"src") => {
                rule.set = Some(first.to_owned());
                in_set(first, packet)
            }
            "--tcp-flags" if values.get(1) == Some(&"SYN") => Some(true),
            "--dst-type" => Some(first == "LOCAL"),
            "--icmp-type" | "--icmpv6-type" => Some(false),
            plain if PLAIN.contains(&plain) => continue,
            _ => None,
        };
        rule.holds = all([rule.holds, truth.map(|so| so != not)]);
        not = false;
    }
    rule
}

fn verdict(option: &str, target: &str) -> Option<Verdict> {
    Some(match target {
        "ACCEPT" => Verdict::Accept,
        "DROP" | "REJECT" => Verdict::Drop,
        "RETURN" => Verdict::Return,
        "LOG" | "NFLOG" | "ULOG" | "MARK" | "CONNMARK" | "TCPMSS" | "SET" => return None,
        "QUEUE" | "NFQUEUE" | "TARPIT" | "SYNPROXY" => Verdict::Other,
        chain if option == "-g" => Verdict::Goto(chain.to_owned()),
        // A target that is no chain is found missing by the walk.
        chain => Verdict::Jump(chain.to_owned()),
    })
}

fn port(port: u16, range: &str) -> Truth {
    let number = |text: &str| text.parse::<u16>().ok();
    match range.split_once(':') {
        Some((first, last)) => Some((number(first)?..=number(last)?).contains(&port)),
        None => Some(number(range)? == port),
    }
}

/// The words of a line; iptables quotes comments, with `\` before `"` and `\`.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), None::<String>, false);
    let mut rest = line.chars();
    while let Some(c) = rest.next() {
        match c {
            '"' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            '\\' if quoted => word.get_or_insert_default().extend(rest.next()),
            c if c.is_whitespace() && !quoted => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}
