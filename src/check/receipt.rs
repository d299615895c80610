//! The customer's receipt, as it comes out of a ticket: as text in either language, quoted or not,
//! or as JSON. It is the word of whoever sent it, and is judged before anything is done with it.

use serde_json::Value;

use crate::policy::{AuthorizedKey, Endpoint, Source, Target};
use crate::text::receipt::Label;
use crate::text::{Lang, Words};

crate::words! {
    /// Why a text is no receipt.
    ReceiptProblem {
        NotOne =>
            "no receipt: paste the whole text that 'support-access' printed between its two lines, or its JSON",
            "접속 허용 내역이 아닙니다. 'support-access'가 출력한 내역 전체 또는 JSON을 붙여 넣어 주세요";
        NoHostKey =>
            "the receipt holds no host key that can be read, so nothing could be compared with it: ask for it again, with its 'known_hosts' lines whole",
            "내역에서 서버 키를 읽을 수 없어 비교할 수 없습니다. 'known_hosts' 줄이 잘리지 않은 내역을 다시 받아 주세요";
    }
}

/// What it says.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Receipt {
    /// The account.
    pub account: Option<String>,
    /// Where it is reached from outside, where that is another place.
    pub public: Option<Endpoint>,
    /// The server's own addresses.
    pub ways: Vec<Endpoint>,
    /// Its keys, `type base64`.
    pub host_keys: Vec<String>,
    /// Their fingerprints, with their types.
    pub fingerprints: Vec<String>,
    /// From where a login may come.
    pub from: Vec<Source>,
    /// When it ends, in UTC.
    pub ends: Option<String>,
}

impl Receipt {
    /// Reads one.
    pub fn parse(text: &str) -> Result<Self, ReceiptProblem> {
        let mut receipt = Self::default();
        match serde_json::from_str::<Value>(text) {
            Ok(document) => receipt.read_json(&document),
            Err(_) => unwrapped(text).iter().for_each(|line| receipt.read_line(line)),
        }
        if receipt.account.is_none() {
            return Err(ReceiptProblem::NotOne);
        }
        if receipt.host_keys.is_empty() {
            return Err(ReceiptProblem::NoHostKey);
        }
        Ok(receipt)
    }

    fn read_line(&mut self, line: &str) {
        // A label is what stands before the colon, in either language.
        let value = |label: &Label| {
            [Lang::En, Lang::Ko].iter().find_map(|lang| {
                let label = label.say(*lang);
                let rest = line.strip_prefix(label.split(':').next()?)?;
                Some(rest.strip_prefix(':')?.trim())
            })
        };
        let empty = String::new;
        if let Some(name) = value(&Label::Account { name: empty() }) {
            self.account = format!("{name}@h").parse::<Target>().ok().and_then(|it| it.user);
        } else if let Some(line) = value(&Label::Connect { line: empty() }) {
            self.ways.extend(place(line));
        } else if let Some(line) = value(&Label::Public { line: empty() }) {
            self.public = place(line);
        } else if let Some(line) = value(&Label::KnownHosts { line: empty() }) {
            self.host_key(line);
        } else if let Some(list) = value(&Label::From { list: empty() }) {
            self.from = list.split(',').filter_map(|text| text.trim().parse().ok()).collect();
        } else if let Some(text) = value(&Label::Ends { local: empty(), utc: empty() }) {
            self.ends = text.rsplit_once('(').map(|(_, utc)| utc.trim_end_matches(')').to_owned());
        }
    }

    fn read_json(&mut self, document: &Value) {
        let text = |name: &str| document[name].as_str();
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let texts = |value: &Value| -> Vec<String> {
            list(value).iter().filter_map(|it| it.as_str().map(str::to_owned)).collect()
        };
        let user = text("account").and_then(|name| format!("{name}@h").parse::<Target>().ok());
        self.account = user.and_then(|it| it.user);
        self.public = text("public").and_then(|it| it.parse().ok());
        self.ways = texts(&document["endpoints"]).iter().filter_map(|it| it.parse().ok()).collect();
        for key in list(&document["host_keys"]) {
            for line in texts(&key["known_hosts"]) {
                self.host_key(&line);
            }
        }
        self.from = texts(&document["from"]).iter().filter_map(|it| it.parse().ok()).collect();
        self.ends = text("expires_at").map(str::to_owned);
    }

    /// A line of `known_hosts`.
    fn host_key(&mut self, line: &str) {
        let Some(key) = key_of(line) else { return };
        let public = key.line_without_comment().to_owned();
        if !self.host_keys.contains(&public) {
            self.fingerprints.push(format!("{} {}", key.fingerprint(), key.key_type()));
            self.host_keys.push(public);
        }
    }
}

fn key_of(line: &str) -> Option<AuthorizedKey> {
    AuthorizedKey::parse_any(line.trim_start().split_once(' ')?.1.trim()).ok()
}

/// The lines as they were printed: without a mail's marks of a quotation, and what it broke because it was
/// long in one piece again.
fn unwrapped(text: &str) -> Vec<String> {
    let quoting = |c: char| c.is_whitespace() || matches!(c, '>' | '|' | '*');
    let in_key = |c: char| c.is_ascii_alphanumeric() || "+/=- ".contains(c);
    let mut whole: Vec<String> = Vec::new();
    for line in text.lines().map(|line| line.trim_matches(quoting)) {
        let unfinished = whole.last_mut().filter(|last| {
            let key = last.strip_prefix("known_hosts:").is_some_and(|key| key_of(key).is_none());
            !line.is_empty() && (last.ends_with(',') || key && line.chars().all(in_key))
        });
        match unfinished {
            None => whole.push(line.to_owned()),
            Some(last) => {
                // Each public key in base64 begins so: the length of a short word.
                if !last.rsplit(' ').next().is_some_and(|word| word.starts_with("AAAA")) {
                    last.push(' ');
                }
                last.push_str(line);
            }
        }
    }
    whole
}

/// `ssh -p 20170 cafe24@203.0.113.10`
fn place(line: &str) -> Option<Endpoint> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let host = words.last()?.rsplit_once('@')?.1;
    let port = words.windows(2).find(|pair| pair[0] == "-p").map(|pair| pair[1]);
    let text = match (port, host.contains(':')) {
        (Some(port), true) => format!("[{host}]:{port}"),
        (Some(port), false) => format!("{host}:{port}"),
        (None, _) => host.to_owned(),
    };
    text.parse().ok()
}

#[cfg(test)]
mod tests;
