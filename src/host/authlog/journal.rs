//! The journal, by journalctl(1): its files have no format that one could rely on.

use serde_json::Value;

use super::{Entry, PATIENCE, PROGRAMS};
use crate::host::run::{Output, RunError, Tool};

/// As many as one look needs; journalctl prints up to 1,200 bytes for each, and of what a tool prints
/// a megabyte is kept.
const MOST: usize = 4000;

/// The entries since a moment, newest first, and whether these are all.
pub(super) fn entries(since: i64, user: Option<u32>) -> Result<(Vec<Entry>, bool), RunError> {
    // systemd before 236 knows no --output-fields, and prints every field.
    let fields = "--output-fields=MESSAGE,SYSLOG_IDENTIFIER,_PID";
    let out = ask(since, user, Some(fields)).or_else(|_| ask(since, user, None))?;
    let entries: Vec<Entry> = out.stdout.lines().filter_map(parse).collect();
    let whole = out.stdout.is_empty() || out.stdout.ends_with('\n') && entries.len() < MOST;
    Ok((entries, whole))
}

/// Any user can have journald keep a message under sshd's name, but not with root's uid, which it asks
/// the kernel for. sudo's messages come with the uid of who called it.
fn ask(since: i64, user: Option<u32>, fields: Option<&str>) -> Result<Output, RunError> {
    let named = |name: &str| format!("SYSLOG_IDENTIFIER={name}");
    let tool = Tool::new("journalctl")
        .args(["--quiet", "--no-pager", "--reverse", "--output=json"])
        .args(fields)
        .args([format!("--lines={MOST}"), format!("--since=@{since}"), "_UID=0".to_owned()])
        .args(PROGRAMS.map(named))
        .deadline(PATIENCE);
    match user {
        Some(uid) => tool.args(["+".to_owned(), format!("_UID={uid}"), named("sudo")]).run(),
        None => tool.run(),
    }
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
        vouched: true,
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
