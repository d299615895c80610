//! What must be on the disk before what, should the power fail. A killed process loses nothing that
//! it has written, so no kill would show it; the traced order does.

use std::path::Path;

use lab::Suite;

use crate::common::tracer::{Call, Kill};
use crate::common::{JOURNAL, Server};

const UNITS: &str = "/etc/systemd/system";
const ENABLED: &str = "/etc/systemd/system/timers.target.wants";

#[test]
fn what_is_announced_is_on_the_disk_first() {
    let server = Server::new(Suite::Bookworm);
    let granted = server.trace_grant(Kill::Nobody, "--sudo full");
    granted.ran.is("granted", 0);
    let extended = server.trace_grant(Kill::Nobody, "--sudo full --extend 1h");
    extended.ran.is("extended", 0);
    let deleted = server.trace(Kill::Nobody, "delete");
    deleted.ran.is("deleted", 0);
    for (run, calls) in
        [("grant", granted.calls), ("extend", extended.calls), ("delete", deleted.calls)]
    {
        let wrong = judge(&calls);
        assert!(wrong.is_empty(), "{run}:\n{}", wrong.join("\n"));
        let kept = calls.iter().filter(|call| call.name == "linkat" || call.name == "renameat");
        assert!(run == "delete" || kept.count() > 3, "{run}: hardly anything was traced");

        // And each sync is needed: without it, something above would have been wrong. (An extension
        // syncs where the timer's link is though it does not make it.)
        if run == "extend" {
            continue;
        }
        for (index, sync) in calls.iter().enumerate().filter(|(_, call)| is_needed(call, run)) {
            let mut without = calls.clone();
            without.remove(index);
            // What removes file after file syncs their folder each time; the last one would do.
            without.retain(|call| run != "delete" || !is(call, &sync.name, &sync.object));
            assert!(!judge(&without).is_empty(), "{run}: nobody misses {sync:?}");
        }
    }
}

fn is_own(call: &Call) -> bool {
    call.child.is_none()
}

/// Whether a sync of the program's own is for the disk, and for this run: what is in `/run` a power
/// cut takes anyway, and what an account tool did must be on the disk before its timer goes, not
/// before a grant goes on.
fn is_needed(call: &Call, run: &str) -> bool {
    is_own(call)
        && ["fsync", "fdatasync"].contains(&&*call.name)
        && !call.object.starts_with("/run")
        && (run == "delete" || call.object != "/etc")
}

fn parent(path: &str) -> &str {
    Path::new(path).parent().and_then(Path::to_str).unwrap_or_default()
}

fn is(call: &Call, name: &str, object: &str) -> bool {
    call.name == name && call.object == object
}

/// All that is not in its order.
fn judge(calls: &[Call]) -> Vec<String> {
    // Of the children, only that they are started: what they do then is their own.
    let steps: Vec<&Call> =
        calls.iter().filter(|call| is_own(call) || call.name == "execve").collect();
    let mut wrong = Vec::new();
    for (index, call) in steps.iter().enumerate().filter(|(_, call)| is_own(call)) {
        let (before, after) = (&steps[..index], &steps[index + 1..]);
        let fine = match &*call.name {
            "write" if call.object == JOURNAL => {
                after.first().is_some_and(|next| is(next, "fdatasync", JOURNAL))
            }
            "linkat" | "renameat" => placed_well(call, before, after),
            "mkdirat" => {
                let settings = |next: &&&Call| next.object == call.object;
                let next = after.iter().find(|next| !settings(next));
                next.is_some_and(|next| is(next, "fsync", parent(&call.object)))
            }
            "unlinkat" => removed_well(call, after),
            _ => true,
        };
        if !fine {
            let next = after.first().map(|next| format!("{} {}", next.name, next.object));
            wrong.push(format!("{} {} is followed by {next:?}", call.name, call.object));
        }
    }
    wrong.extend(judge_timer(calls));
    wrong
}

/// A file that gets its name was synced before, and its folder is afterwards.
fn placed_well(call: &Call, before: &[&Call], after: &[&Call]) -> bool {
    let Some((from, to)) = call.object.split_once(" -> ") else { return false };
    let last = before.iter().rfind(|it| it.object == from);
    let next = after.iter().find(|next| !is(next, "unlinkat", from));
    last.is_some_and(|it| it.name == "fsync")
        && next.is_some_and(|next| is(next, "fsync", parent(to)))
}

/// The folder of a file that was removed is synced, or goes as well; before the journal goes.
fn removed_well(call: &Call, after: &[&Call]) -> bool {
    let temporary = Path::new(&call.object).extension().is_some_and(|it| it == "tmp");
    if temporary || call.object.starts_with("/run/") {
        return true;
    }
    let mut gone = call.object.as_str();
    for next in after {
        if next.name == "unlinkat" && next.object == parent(gone) {
            gone = &next.object;
        } else if next.name != "unlinkat"
            || next.object == JOURNAL
            || parent(&next.object) != parent(gone)
        {
            return is(next, "fsync", parent(gone));
        }
    }
    false
}

/// The timer and its link are on the disk before there is an account, and as long as there is one.
fn judge_timer(calls: &[Call]) -> Vec<String> {
    let first = |matches: &dyn Fn(&Call) -> bool| calls.iter().position(matches);
    let last = |matches: &dyn Fn(&Call) -> bool| calls.iter().rposition(matches);
    let mut wrong = Vec::new();
    let by = |tool: &'static str| move |call: &Call| call.process == tool && call.name != "execve";
    if let Some(account) = first(&by("useradd")) {
        let placed = format!(" -> {UNITS}/support-access-expire.timer");
        let placed = |call: &Call| call.name == "linkat" && call.object.ends_with(&placed);
        // The first request after that enables it.
        let placed = first(&placed).unwrap_or(account).min(account);
        let enabled = calls[placed..account].iter().position(by("systemctl"));
        let then = placed + enabled.unwrap_or(account - placed);
        for folder in [ENABLED, UNITS] {
            let synced = |call: &Call| is_own(call) && is(call, "fsync", folder);
            if !calls[then..account].iter().any(synced) {
                wrong.push(format!("{folder} is not synced before an account is made"));
            }
        }
    }
    let goes = |call: &Call| {
        is_own(call) && call.name == "unlinkat" && call.object.ends_with("-expire.service")
    };
    if let (Some(account), Some(timer)) = (last(&by("userdel")), first(&goes)) {
        let synced = |call: &Call| is_own(call) && is(call, "fsync", "/etc");
        if account > timer || !calls[account..timer].iter().any(synced) {
            wrong.push("the timer goes before its account has gone from the disk".to_owned());
        }
    }
    wrong
}
