//! Who was here: told by audit, and at the end of a grant.

use serde_json::{Value, json};

use super::out::{Look, Out};
use crate::grant::visits::{Command, Visit, Visits};
use crate::host::clock;
use crate::text::Words;
use crate::text::report::Report;

/// As many of each are shown to a person.
const SHOWN: usize = 20;

/// Says who signed in, and what was run through sudo.
pub(super) fn tell(visits: &Visits, out: &mut Out) {
    let Visits { logins, commands, reach } = visits;
    if reach.sources.is_empty() || (logins.is_empty() && reach.cut) {
        out.say(Look::Plain, &Report::VisitsUnknown);
    } else if logins.is_empty() {
        out.say(Look::Plain, &Report::VisitsNone);
    } else {
        out.say(Look::Strong, &Report::VisitsHead { count: logins.len() });
        // The newest of many.
        for visit in newest(logins, out) {
            let (at, from) = (clock::local(visit.at), visit.from.clone());
            let (key, lasted) = (key(visit).say(out.lang()), lasted(visit).say(out.lang()));
            out.say(Look::Plain, &Report::Visit { at, from, key, lasted });
        }
    }
    if !commands.is_empty() {
        out.say(Look::Strong, &Report::CommandsHead { count: commands.len() });
        for Command { at, user, line, .. } in newest(commands, out) {
            let (at, user, line) = (clock::local(*at), user.clone(), line.clone());
            out.say(Look::Plain, &Report::Command { at, user, line });
        }
    }
    let from_files = logins.iter().any(|it| !it.vouched) || commands.iter().any(|it| !it.vouched);
    if from_files {
        out.say(Look::Faint, &Report::VisitsHint);
    }
    if reach.cut {
        out.say(Look::Faint, &Report::VisitsCut);
    }
    for (name, value) in fields(visits) {
        out.field(name, value);
    }
}

fn newest<'a, T>(all: &'a [T], out: &Out) -> &'a [T] {
    let older = all.len().saturating_sub(SHOWN);
    if older > 0 {
        out.say(Look::Faint, &Report::VisitsMore { count: older });
    }
    &all[older..]
}

fn key(visit: &Visit) -> Report {
    let key = visit.key.clone();
    match &visit.whose {
        _ if key.is_empty() => Report::VisitNoKey,
        None => Report::VisitOtherKey { key },
        // As it stands: nothing of ours to say about it.
        Some(comment) => Report::Said { text: format!("{key} {comment}").trim_end().to_owned() },
    }
}

fn lasted(visit: &Visit) -> Report {
    match visit.until {
        Some(until) => {
            let seconds = until.saturating_sub(visit.at).max(0);
            Report::VisitLasted { minutes: seconds / 60, seconds: seconds % 60 }
        }
        None if visit.here => Report::VisitHere,
        None => Report::VisitNoEnd,
    }
}

/// The same for programs, and for the log.
pub(super) fn fields(visits: &Visits) -> [(&'static str, Value); 3] {
    let login = |it: &Visit| {
        json!({
            "at": clock::utc(it.at),
            "from": it.from,
            "key": it.key,
            "comment": it.whose,
            "until": it.until.map(clock::utc),
            "here": it.here,
            "vouched": it.vouched,
        })
    };
    let command = |it: &Command| json!({ "at": clock::utc(it.at), "user": it.user, "command": it.line, "vouched": it.vouched });
    [
        ("visits", visits.logins.iter().map(login).collect()),
        ("commands", visits.commands.iter().map(command).collect()),
        ("log", json!({ "sources": visits.reach.sources, "cut": visits.reach.cut })),
    ]
}
