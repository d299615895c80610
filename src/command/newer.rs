//! Looking for a newer policy while a grant lives, which the timer does: a child without rights asks the
//! site and judges what comes; this process takes away what was withdrawn, and can do nothing else.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::time::Duration;

use serde_json::json;

use super::delete::end_and_tell;
use super::failure::Failure;
use super::grant::PATIENCE;
use super::log::write_log;
use super::out::{Exit, Look, Out, Told};
use crate::grant::journal::{self, Event, FOLDER, Journal, State, Why};
use crate::grant::newer::Seen;
use crate::grant::{step, withdraw};
use crate::host::inside;
use crate::host::jail::{self, Jail};
use crate::host::lock::{Lock, LockError};
use crate::host::signals::Held;
use crate::host::systemd::Scheduler;
use crate::host::{Hands, clock, sha256};
use crate::policy::{Fetcher, Fingerprint, Question, Word};
use crate::text::report::Report;

/// The hidden verb of the child, and of its own child, which hears the site.
const VERB: &str = "__newer";
const ALONE: &str = "alone";

/// How long the child may take; its own child a little less, so that somebody is there to end it.
const DEADLINE: Duration = Duration::from_secs(40);
const SOONER: Duration = Duration::from_secs(36);

/// The longest answer that is read; it names the grant's own keys and one text.
const LONGEST: usize = 64 << 10;

/// How many lines of the account's are logged, and how many characters of each.
const MOST_LINES: usize = 20;
const LONGEST_LINE: usize = 1000;

/// Serves the hidden verb, if that is what was typed. Returns the exit code.
pub(super) fn entry(args: &[String]) -> Option<u8> {
    let work = match args {
        [verb] if verb == VERB => seclude,
        [verb, alone] if verb == VERB && alone == ALONE => answer,
        _ => return None,
    };
    Some(inside::as_child(VERB, work))
}

/// Runs in the child: passes question and answer on to its own, which is the first in a pid namespace.
/// It would itself still be in the old one.
fn seclude() -> io::Result<()> {
    if !jail::seclude() {
        return answer();
    }
    let question: Question = inside::question()?;
    let environment = std::env::vars().collect();
    let word = ask(&[VERB, ALONE], &question, &environment, SOONER).map_err(io::Error::other)?;
    inside::reply(&word)
}

/// Runs in the innermost child. Nothing of the site's is read before all rights are given up.
fn answer() -> io::Result<()> {
    let question: Question = inside::question()?;
    let jail = Jail::prepare(Path::new(FOLDER))?;
    let fetcher = Fetcher::prepare();
    jail.enter()?;
    inside::reply(&match fetcher {
        Ok(fetcher) => question.ask(&fetcher),
        Err(error) => Word::problem(&error),
    })
}

/// Asks a child. What comes back is not to be trusted: the site may have taken the child over.
fn ask(
    words: &[&str],
    question: &Question,
    environment: &BTreeMap<String, String>,
    deadline: Duration,
) -> Result<Word, String> {
    let input = serde_json::to_vec(question).map_err(|error| error.to_string())?;
    let mut child = inside::child(words).stdin(input).deadline(deadline);
    for (name, value) in environment {
        child = child.env(name, value);
    }
    let output = child.run().map_err(|error| error.to_string())?.stdout;
    if output.len() > LONGEST {
        return Err("a long answer".to_owned());
    }
    serde_json::from_str::<Word>(&output).map(Word::bounded).map_err(|error| error.to_string())
}

/// Looks for a newer policy if it is time to, and holds the key files to what a withdrawal left. For
/// the timer, when nothing else was to be done. Takes the lock itself, since a site may be slow. Returns
/// whether a site was asked, and what there is to tell.
pub(super) fn follow(
    state: &State,
    signals: &mut Held,
    out: &mut Out,
) -> Result<(bool, Told), Failure> {
    let due = || {
        let seen = Seen::of(&state.facts);
        let question = seen.question(&state.facts);
        question.filter(|_| state.complete && seen.is_due(clock::now()))
    };
    let mut question = due();
    if question.is_some() && state.facts.scheduler == Scheduler::Cron {
        // Cron starts everything everywhere at the full minute, and the next run while this one waits.
        std::thread::sleep(Duration::from_secs(state.facts.phase() % 60));
        question = due();
    }
    let with = &state.facts.fetched_with;
    let word = question.map(|question| {
        let word = ask(&[VERB], &question, with, DEADLINE);
        word.unwrap_or_else(|why| Word::problem(&Report::Failed { why }).bounded())
    });
    let asked = word.is_some();
    let _lock = match Lock::take("expire", PATIENCE, &mut |_| {}) {
        Err(LockError::Held(_)) => return Ok((asked, None)),
        other => other?,
    };
    // Another run may have ended the grant meanwhile, begun to, or made it another.
    let same = |now: &State| now.facts == state.facts && now.closing.is_none();
    let Some(now) = journal::read_for_ending()?.filter(same) else {
        return Ok((asked, None));
    };
    let hands = Hands::new(&now.facts.id);
    let mut seen = Seen::of(&now.facts);
    let lines = step::foreign_lines(&now).unwrap_or_default();
    let told = if lines.is_empty() { String::new() } else { sha256(lines.join("\n").as_bytes()) };
    out.set_lang(now.facts.lang);
    if !lines.is_empty() && now.facts.scheduler == Scheduler::Systemd {
        // Not with cron, which would send a letter each minute.
        out.say(Look::Plain, &Report::AuditCustomerLines { count: lines.len() });
    }
    let news = seen.told != told;
    if news {
        seen.told = told;
        write_log(&hands, "key-lines", &now.facts, &[("key_lines", json!(some(&lines)))], out);
    }
    if let Some(word) = &word {
        seen.note(word, &now.facts, clock::now());
    }
    let done = withdraw(&now, &word.unwrap_or_default(), signals, out)?;
    // Only now: after a run that was killed before the withdrawal stood in the journal, the site would
    // say that nothing has changed since. A record that can't be written is no reason to fail.
    if (news || asked) && journal::read_for_ending()?.is_some() {
        let _ = seen.keep(&hands);
    }
    Ok((asked, done))
}

/// As many of the account's lines as a log is for: it could write others at each tick, as long as it
/// likes.
fn some(lines: &[String]) -> Vec<String> {
    let more = lines.len().saturating_sub(MOST_LINES);
    let shown = lines.iter().take(MOST_LINES).map(|line| line.chars().take(LONGEST_LINE).collect());
    shown.chain((more > 0).then(|| format!("# + {more}"))).collect()
}

/// Takes away what was withdrawn, and what a withdrawal before left or the account has put there since.
fn withdraw(
    state: &State,
    word: &Word,
    signals: &mut Held,
    out: &mut Out,
) -> Result<Told, Failure> {
    let keys = withdraw::keys(&state.facts);
    let gone: Vec<Fingerprint> =
        keys.iter().filter(|key| word.all || word.withdrawn.contains(key)).copied().collect();
    if gone.is_empty() && !withdraw::is_unfinished(state) {
        return Ok(None);
    }
    let provider = state.facts.provider.clone();
    let Some(facts) = withdraw::without(&state.facts, &gone, word.serial) else {
        out.say(Look::Strong, &Report::WithdrawnAll { provider });
        return end_and_tell(state, Why::Revoked, out).map(Some);
    };
    let hands = Hands::new(&facts.id);
    let new = state.settled.as_ref().map_or_else(Vec::new, |it| withdraw::newly(&facts, it));
    let enforced = Journal::open().map_err(anyhow::Error::from).and_then(|journal| {
        let Some(mut journal) = journal else { anyhow::bail!("the journal vanished") };
        if !gone.is_empty() {
            journal.write(&hands, Event::Amend { facts: Box::new(facts.clone()) })?;
        }
        Ok(withdraw::enforce(&hands, &mut journal, signals)?)
    });
    match enforced {
        Ok(lines) => {
            let count = new.len();
            let report = if count > 0 {
                Report::Withdrawn { provider, count }
            } else {
                Report::LinesTaken { count: lines.len() }
            };
            out.say(Look::Strong, &report);
            let extra = [("withdrawn", json!(new)), ("key_lines", json!(some(&lines)))];
            write_log(&hands, "withdrawn", &facts, &extra, out);
            Ok(Some(("updated", Exit::Done)))
        }
        // The key's line is gone; the rest follows when the work that is not to be broken off is done.
        Err(error) if error.downcast_ref().is_some_and(withdraw::WithdrawError::is_busy) => {
            out.warn(&Report::Failed { why: error.to_string() });
            Ok(Some(("failed", Exit::Left)))
        }
        // A key that can't be taken away must not stay.
        Err(error) => {
            out.warn(&Report::Failed { why: error.to_string() });
            out.say(Look::Strong, &Report::WithdrawnAll { provider });
            end_and_tell(state, Why::Revoked, out).map(Some)
        }
    }
}
