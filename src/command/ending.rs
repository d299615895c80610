//! What delete, expire and a rollback have in common: ending a grant and telling of it.

use serde_json::json;

use super::describe;
use super::failure::Failure;
use super::out::{Look, Out};
use crate::grant::end::{self, Ended, Left};
use crate::grant::journal::{self, State, Why};
use crate::host::Hands;
use crate::text::report::Report;
use crate::text::{Lang, Words};

/// Ends the grant of the journal, whatever its state; `None` when there is none.
pub(super) fn end_now(why: Why, out: &mut Out) -> Result<Option<Ended>, Failure> {
    let Some(state) = journal::read_for_ending()? else { return Ok(None) };
    let ended = end::end(&Hands::new(&state.facts.id), &state, why, &mut |change| {
        out.line(Look::Faint, &format!("  {}", describe::text(change).say(out.lang())));
    });
    for change in &ended.changes {
        out.push("changes", describe::json(None, change));
    }
    Ok(Some(ended))
}

/// Prints what ending would do.
pub(super) fn print_plan(state: &State, out: &mut Out) -> Result<Ended, Failure> {
    let ended = end::plan(state)?;
    for change in &ended.changes {
        describe::print(out, change);
        out.push("changes", describe::json(None, change));
    }
    tell_lines(&ended, state, out);
    tell_left(&ended, out);
    Ok(ended)
}

/// Shows the customer's own lines in the key file, which go with the account.
pub(super) fn tell_lines(ended: &Ended, state: &State, out: &mut Out) {
    if ended.key_lines.is_empty() {
        return;
    }
    let path = state.facts.key_file.display().to_string();
    out.say(Look::Strong, &Report::KeyLines { path });
    for line in &ended.key_lines {
        // Whatever the account's user wrote, it must not look like a line of ours.
        out.line(Look::Plain, &format!("  | {line}"));
    }
    out.field("key_lines", json!(ended.key_lines));
}

/// Names what is left.
pub(super) fn tell_left(ended: &Ended, out: &mut Out) {
    for left in &ended.left {
        let words = describe_left(left, out.lang());
        out.say(Look::Bad, &words);
        out.push("left", json!(words.say(Lang::En)));
    }
    out.hint(&summary(ended, Lang::En));
    if ended.elsewhere.count > 0 {
        out.say(Look::Bad, &Report::LeftElsewhere { count: ended.elsewhere.count });
        for path in &ended.elsewhere.paths {
            out.line(Look::Plain, &format!("  {}", path.display()));
        }
        out.field("elsewhere", json!(ended.elsewhere.paths));
    }
}

fn describe_left(left: &Left, lang: Lang) -> Report {
    match left {
        Left::Foreign(path) => Report::LeftForeign { path: path.display().to_string() },
        Left::Unmarked(account) => Report::LeftUnmarked { account: account.clone() },
        Left::Failed { change, error, .. } => {
            Report::LeftFailed { what: describe::text(change).say(lang), why: error.to_string() }
        }
        Left::Unplanned { stage, error } => {
            Report::LeftFailed { what: format!("{stage:?}").to_lowercase(), why: error.to_string() }
        }
    }
}

/// What is left, in one line.
pub(super) fn summary(ended: &Ended, lang: Lang) -> String {
    ended.left.iter().map(|left| describe_left(left, lang).say(lang)).collect::<Vec<_>>().join("; ")
}
