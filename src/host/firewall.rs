//! What this server's packet filter does with a new connection. It is only read. Rules can hang on
//! more than is known here (rates, marks, routes): then it can't be told, and nothing is claimed.

mod iptables;
mod nft;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::run;
use super::sshd::fits_address;

/// The first packet of a connection to sshd.
#[derive(Clone, Debug)]
pub struct Packet {
    /// Where it comes from, if that is known.
    pub from: Option<IpAddr>,
    /// The port that it knocks on.
    pub port: u16,
    /// This server's addresses, one of which it comes to.
    pub own: Vec<IpAddr>,
    /// Names of the interfaces, one of which it comes in by.
    pub interfaces: Vec<String>,
}

/// What becomes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Nothing stops it.
    Passes,
    /// It goes no further than this.
    Stopped(Place),
    /// It hangs on something that is not known here.
    Unsure,
}

/// Where a packet is stopped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// `iptables` or `ip6tables`, if that is the tool that these rules are read and written with.
    pub iptables: Option<&'static str>,
    /// `inet`, `ip` or `ip6`.
    pub family: String,
    /// The table.
    pub table: String,
    /// The chain in which the packet came in.
    pub base: String,
    /// The chain that has the rule.
    pub chain: String,
    /// The rule in the tool's own words; none where the chain's policy stops it.
    pub rule: Option<String>,
    /// The named set that the rule looks into.
    pub set: Option<String>,
}

/// Whether something is so; `None`: not known.
type Truth = Option<bool>;

fn all(truths: impl IntoIterator<Item = Truth>) -> Truth {
    let mut so = Some(true);
    for truth in truths {
        match truth {
            Some(false) => return Some(false),
            None => so = None,
            Some(true) => {}
        }
    }
    so
}

fn any(truths: impl IntoIterator<Item = Truth>) -> Truth {
    all(truths.into_iter().map(|truth| truth.map(|so| !so))).map(|so| !so)
}

impl Packet {
    fn from(&self, test: impl Fn(IpAddr) -> bool) -> Truth {
        self.from.map(test)
    }

    fn to(&self, test: impl Fn(IpAddr) -> bool) -> Truth {
        let alike = |own: &&IpAddr| self.from.is_none_or(|from| from.is_ipv6() == own.is_ipv6());
        same(self.own.iter().filter(alike).map(|own| test(*own)))
    }

    /// Whether it is one of an IP family's.
    fn is_ipv6(&self) -> Truth {
        self.from(|from| from.is_ipv6())
    }

    /// Interfaces are named with a `+` (iptables) or `*` (nft) at the end for any that begin so.
    fn comes_by(&self, name: &str) -> Truth {
        // It comes from elsewhere.
        if name == "lo" {
            return Some(false);
        }
        let fits = |interface: &String| match name.strip_suffix(['+', '*']) {
            Some(start) => interface.starts_with(start),
            None => interface == name,
        };
        same(self.interfaces.iter().map(fits))
    }
}

/// The one answer, if all agree.
fn same(mut answers: impl Iterator<Item = bool>) -> Truth {
    let first = answers.next()?;
    answers.all(|answer| answer == first).then_some(first)
}

fn in_network(address: IpAddr, network: &str) -> bool {
    fits_address(address, network)
}

#[derive(Clone, Debug, PartialEq)]
enum Verdict {
    Accept,
    Drop,
    Return,
    Jump(String),
    Goto(String),
    /// To another program, say.
    Other,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Rule {
    holds: Truth,
    verdict: Option<Verdict>,
    /// In the tool's words, or its number.
    text: String,
    set: Option<String>,
}

#[derive(Clone, Debug, Default)]
struct Chain {
    rules: Vec<Rule>,
    /// Whether packets come in here; then, whether the policy is to drop them.
    policy: Option<bool>,
    /// Whether it can send a packet to another port.
    redirects: bool,
}

#[derive(Clone, Debug, Default)]
struct Table {
    iptables: Option<&'static str>,
    family: String,
    name: String,
    chains: BTreeMap<String, Chain>,
}

/// What a walk through a chain may come to.
#[derive(Default)]
struct Ends {
    accepted: bool,
    dropped: Option<(String, Option<Rule>)>,
    other: bool,
}

/// How deep chains may call one another; the kernel allows 16.
const DEPTH: usize = 16;

impl Table {
    /// Walks a chain, and returns whether the packet may come out at its end.
    fn walk(&self, name: &str, depth: usize, ends: &mut Ends) -> bool {
        let Some(chain) = self.chains.get(name).filter(|_| depth < DEPTH) else {
            ends.other = true;
            return true;
        };
        let mut returned = false;
        for rule in chain.rules.iter().filter(|rule| rule.holds != Some(false)) {
            let through = match &rule.verdict {
                None => true,
                Some(Verdict::Accept) => {
                    ends.accepted = true;
                    false
                }
                Some(Verdict::Drop) => {
                    ends.dropped.get_or_insert_with(|| (name.to_owned(), Some(rule.clone())));
                    false
                }
                Some(Verdict::Return) => {
                    returned = true;
                    false
                }
                Some(Verdict::Jump(to)) => self.walk(to, depth + 1, ends),
                Some(Verdict::Goto(to)) => {
                    returned |= self.walk(to, depth + 1, ends);
                    false
                }
                Some(Verdict::Other) => {
                    ends.other = true;
                    false
                }
            };
            if !through && rule.holds == Some(true) {
                return returned;
            }
        }
        true
    }

    fn judge(&self) -> Fate {
        let mut fate = Fate::Passes;
        for (base, chain) in &self.chains {
            let Some(drops) = chain.policy else { continue };
            let mut ends = Ends::default();
            if self.walk(base, 0, &mut ends) {
                if drops {
                    ends.dropped.get_or_insert((base.clone(), None));
                } else {
                    ends.accepted = true;
                }
            }
            match ends {
                Ends { accepted: false, other: false, dropped: Some((chain, rule)) } => {
                    let (rule, set) = rule.map(|rule| (rule.text, rule.set)).unzip();
                    return Fate::Stopped(Place {
                        iptables: self.iptables,
                        family: self.family.clone(),
                        table: self.name.clone(),
                        base: base.clone(),
                        chain,
                        rule,
                        set: set.flatten(),
                    });
                }
                Ends { dropped: None, other: false, .. } => {}
                _ => fate = Fate::Unsure,
            }
        }
        fate
    }

    /// Whether the packet may come to another port than it knocked on.
    fn redirects(&self) -> bool {
        let bases = self.chains.iter().filter(|(_, chain)| chain.redirects);
        bases.into_iter().any(|(name, _)| {
            let mut ends = Ends::default();
            self.walk(name, 0, &mut ends);
            ends.other
        })
    }
}

fn judge(tables: &[Table]) -> Fate {
    if tables.iter().any(Table::redirects) {
        return Fate::Unsure;
    }
    let mut fate = Fate::Passes;
    for table in tables {
        match table.judge() {
            Fate::Passes => {}
            Fate::Unsure => fate = Fate::Unsure,
            stopped @ Fate::Stopped(_) => return stopped,
        }
    }
    fate
}

/// Asks nftables and iptables. The error is for people, in a tool's words.
pub fn fate(packet: &Packet) -> Result<Fate, String> {
    let nft = run::find("nft").is_some();
    let mut tables = if nft { nft::tables(packet)? } else { Vec::new() };
    iptables::add(packet, nft, &mut tables)?;
    let fate = judge(&tables);
    Ok(match fate {
        Fate::Stopped(mut place) if place.iptables.is_none() => {
            place.rule = place
                .rule
                .map(|handle| nft::text(&place.family, &place.table, &place.chain, &handle));
            Fate::Stopped(place)
        }
        fate => fate,
    })
}
