//! The journal, by journalctl(1): its files have no format that one could rely on.

use serde_json::Value;

use super::{Entry, PATIENCE, PROGRAMS, Wanted};
use crate::host::run::{Output, RunError, Tool};

/// As many as one look needs; journalctl prints up to 1,200 bytes for each, and of what a tool prints
/// a megabyte is kept.
const MOST: usize = 4000;

/// The entries that are wanted, newest first, and whether these are all. sshd's and sudo's are asked for
/// each by themselves, so that who floods the one does not push out the other.
pub(super) fn entries(wanted: &Wanted) -> Result<(Vec<Entry>, bool), RunError> {
    let sshd = PROGRAMS.into_iter().filter(|name| name.starts_with("sshd"));
    let (mut entries, mut whole) = ask(wanted, 0, sshd, wanted.only)?;
    // sudo's messages come with the uid of who called it.
    if let Some(uid) = wanted.sudo_of {
        let (sudo, all) = ask(wanted, uid, ["sudo"], &[])?;
        entries.extend(sudo);
        whole &= all;
    }
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.at));
    entries.retain(|entry| wanted.wants(entry));
    Ok((entries, whole))
}

/// Any user can have journald keep a message under sshd's name, but not with root's uid, which it asks
/// the kernel for.
fn ask(
    wanted: &Wanted,
    uid: u32,
    names: impl IntoIterator<Item = &'static str>,
    only: &[&str],
) -> Result<(Vec<Entry>, bool), RunError> {
    let tool = Tool::new("journalctl")
        .args(["--quiet", "--no-pager", "--reverse", "--output=json"])
        .args([format!("--lines={MOST}"), format!("--since=@{}", wanted.since)])
        .arg(format!("_UID={uid}"))
        .args(names.into_iter().map(|name| format!("SYSLOG_IDENTIFIER={name}")))
        .deadline(PATIENCE)
        // As grep(1) it ends with 1 where nothing fits.
        .allow(&[1]);
    // systemd before 236 knows no --output-fields, and prints every field; --grep may not be built in.
    let fields = "--output-fields=MESSAGE,SYSLOG_IDENTIFIER,_PID,_UID";
    // Every sign that could mean something stands for any.
    let pattern = |c: char| if c.is_ascii_alphanumeric() || " _:|".contains(c) { c } else { '.' };
    let starts: String = only.join("|").chars().map(pattern).collect();
    let grep = (!only.is_empty()).then(|| format!("--grep=^({starts})"));
    let heard = |out: &Output| out.stderr.trim().is_empty();
    let asked = tool.clone().arg(fields).args(grep).run();
    let out = match asked {
        Ok(out) if heard(&out) => out,
        _ => tool.clone().arg(fields).run().ok().filter(heard).map_or_else(|| tool.run(), Ok)?,
    };
    let entries: Vec<Entry> = out.stdout.lines().filter_map(parse).collect();
    let all = out.stdout.is_empty() || out.stdout.ends_with('\n') && entries.len() < MOST;
    Ok((entries, all))
}

pub(super) fn parse(line: &str) -> Option<Entry> {
    let value: Value = serde_json::from_str(line).ok()?;
    let field = |name: &str| value.get(name).and_then(Value::as_str);
    let micros: i64 = field("__REALTIME_TIMESTAMP")?.parse().ok()?;
    Some(Entry {
        at: micros / 1_000_000,
        program: field("SYSLOG_IDENTIFIER")?.to_owned(),
        pid: field("_PID").and_then(|pid| pid.parse().ok()).unwrap_or(0),
        text: message(value.get("MESSAGE")?)?,
        // What a user's own process says of itself is his word.
        vouched: field("_UID") == Some("0"),
    })
}

/// A message that is not plain text comes as a list of bytes (journalctl(1), `-o json`).
fn message(value: &Value) -> Option<String> {
    if let Value::Array(list) = value {
        let byte = |value: &Value| value.as_u64().and_then(|byte| u8::try_from(byte).ok());
        let bytes = list.iter().map(byte).collect::<Option<Vec<u8>>>()?;
        return Some(String::from_utf8_lossy(&bytes).into_owned());
    }
    value.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_read_and_nonsense_is_not() {
        let line = r#"{"__REALTIME_TIMESTAMP":"1795528800123456","_PID":"42","SYSLOG_IDENTIFIER":"sshd","MESSAGE":"Accepted publickey for x"}"#;
        let entry = parse(line).unwrap();
        assert_eq!((entry.at, entry.pid, &*entry.program), (1_795_528_800, 42, "sshd"));
        let bytes = line.replace(r#""Accepted publickey for x""#, "[65,27,255]");
        assert_eq!(parse(&bytes).unwrap().text, "A\x1b\u{fffd}");
        for broken in ["", "{}", "[]", &line[..60], &line.replace("\"1795", "\"x"), "\u{0}"] {
            assert_eq!(parse(broken), None, "{broken}");
        }
    }
}
