//! `audit`: what is open, until when, and what on this server differs from the journal. Read-only.

use serde_json::json;

use super::delete::{local_list, tell_others};
use super::describe;
use super::failure::Failure;
use super::grant::turn;
use super::out::{Exit, Look, Out};
use super::receipt::{Receipt, earlier};
use super::visits;
use crate::cli::PolicySource;
use crate::grant::journal::{self, State};
use crate::grant::newer::{self, Seen};
use crate::grant::step::{self, PlanError, Step, Wanted};
use crate::grant::survey::Door;
use crate::grant::{self, proof, survey};
use crate::host::beside::beside;
use crate::host::change::{self, Change};
use crate::host::{clock, processes};
use crate::text::report::Report;
use crate::text::{Lang, Words};

/// Each step with what it would change.
type Plans = Vec<(Step, Result<Vec<Change>, PlanError>)>;

/// Runs the verb.
pub(super) fn run(source: &PolicySource, mut out: Out) -> u8 {
    match attempt(source, &mut out) {
        Ok(problems) => {
            let (word, exit) =
                if problems { ("problems", Exit::Problems) } else { ("ok", Exit::Done) };
            out.finish(word, &[], exit)
        }
        Err(failure) => failure.finish(out),
    }
}

/// Shows everything; returns whether there is a problem.
fn attempt(source: &PolicySource, out: &mut Out) -> Result<bool, Failure> {
    // In the midst of another run's work nothing would be as recorded. An audit never needs the lock,
    // so that it also tells where there can be none.
    let _lock = match turn("audit", false, out) {
        Err(failure) if failure.is_busy() => return Err(failure),
        turn => turn.ok(),
    };
    let state = journal::read()?;
    if let Some(state) = &state {
        out.follow(state.facts.lang);
    }
    let others = tell_others(source, &local_list(), state.as_ref(), out);
    let Some(state) = state else {
        out.say(Look::Plain, &Report::AuditNone);
        out.field("state", json!("none"));
        return Ok(others);
    };
    // All of it is only looked at, so the rest is while sshd is asked.
    let (visits, (plans, whole)) = beside(
        || grant::visits::look(&state),
        || beside(|| plans(&state), || tell_state(&state, out)),
    );
    let drift = tell_drift(plans, out);
    tell_use(&state, out)?;
    tell_policy(&state, out);
    visits::tell(&visits, out);
    Ok(others || !whole || drift)
}

/// Says in which state the grant is; returns whether it is open as it should be.
fn tell_state(state: &State, out: &mut Out) -> bool {
    let (name, report, whole) = if state.closing.is_some() {
        ("closing", Report::AuditClosing, false)
    } else if state.settled.is_none() {
        ("incomplete", Report::AuditIncomplete, false)
    } else if state.is_over() {
        ("over", Report::AuditOver, false)
    } else {
        ("open", Report::AuditOpen, true)
    };
    out.field("state", json!(name));
    out.say(if whole { Look::Good } else { Look::Bad }, &report);
    let from = state.facts.from.first().and_then(|from| from.parse::<crate::policy::Source>().ok());
    let from = from.map_or(std::net::IpAddr::from([127, 0, 0, 1]), |from| from.first_host());
    let extent = earlier(state.proof.as_ref());
    match survey::door(&state.facts.account, state.facts.port, from) {
        Ok(door) => {
            let receipt = Receipt { facts: &state.facts, door: &door, proof: None, extent };
            receipt.print(out);
            receipt.fields(out);
            if let Some(stale) = door.sshd.config_changed_since_start(&door.config) {
                out.say(Look::Bad, &Report::StaleConfig { file: stale.file.display().to_string() });
            }
            // A grant that is not whole is not to be used.
            whole && tell_now(state, &door, out)
        }
        Err(error) => {
            tell_refused(&error, out);
            false
        }
    }
}

/// Asks sshd whether it would let the engineer in now; returns false if not.
fn tell_now(state: &State, door: &Door, out: &mut Out) -> bool {
    out.progress(&Report::Proving);
    let report = proof::ask_again(&state.facts, door);
    let refusal = report.refusal();
    let taken = report.proven();
    out.field(
        "lets_in",
        json!(if refusal.is_some() { Some(false) } else { taken.then_some(true) }),
    );
    let Some(refusal) = refusal else {
        out.say(
            if taken { Look::Good } else { Look::Plain },
            if taken { &Report::AuditLetsIn } else { &Report::AuditUnknown },
        );
        return true;
    };
    out.say(Look::Bad, &Report::ProofFailed { reason: refusal.reason.say(out.lang()) });
    for line in &refusal.evidence {
        out.say(Look::Plain, &Report::ProofEvidence { line: line.clone() });
    }
    out.say(Look::Plain, &Report::AuditDoctor);
    false
}

/// What a repair of each step would change; nothing where the grant is none to be repaired.
fn plans(state: &State) -> Option<Plans> {
    let open = state.closing.is_none() && state.settled.is_some();
    open.then(|| {
        let wanted = Wanted::of(state);
        Step::ALL.map(|step| (step, step.plan(&wanted))).into()
    })
}

/// Says what a repair would change; returns whether there is anything.
fn tell_drift(plans: Option<Plans>, out: &mut Out) -> bool {
    let Some(plans) = plans else { return false };
    let mut drift = false;
    for (step, planned) in plans {
        match planned {
            Ok(changes) => {
                for change in &changes {
                    drift = true;
                    let what = describe::text(change).say(out.lang());
                    out.say(Look::Bad, &Report::AuditDrift { what });
                    out.push("drift", describe::json(Some(step), change));
                }
            }
            Err(error) => {
                drift = true;
                tell_refused(&error, out);
            }
        }
    }
    out.say(
        if drift { Look::Plain } else { Look::Good },
        if drift { &Report::AuditRepair } else { &Report::AuditWell },
    );
    drift
}

fn tell_refused(error: &PlanError, out: &mut Out) {
    let why = match error {
        PlanError::Refused(refusal) => refusal.say(out.lang()),
        other => other.to_string(),
    };
    out.push("problems", json!(error.to_string()));
    out.say(Look::Bad, &Report::AuditRefused { why });
}

/// Says when the timer last heard from the provider, which can withdraw keys.
fn tell_policy(state: &State, out: &mut Out) {
    if !state.facts.withdrawn.is_empty() {
        out.field("withdrawn", json!(state.facts.withdrawn));
        let keys = state.facts.withdrawn.join(", ");
        out.say(Look::Strong, &Report::AuditWithdrawn { keys });
    }
    if newer::site(&state.facts).is_none() {
        return;
    }
    let seen = Seen::of(&state.facts);
    out.field("policy_confirmed_at", json!(clock::utc(seen.at)));
    out.say(
        Look::Plain,
        &Report::AuditConfirmed { at: clock::local(seen.at), serial: seen.serial },
    );
    if let Some(problem) = &seen.problem {
        out.field("policy_problem", json!(problem.say(Lang::En)));
        out.say(Look::Plain, &Report::AuditUnconfirmed { why: problem.say(out.lang()) });
    }
}

/// Says what of the access is in use, which is no problem in itself.
fn tell_use(state: &State, out: &mut Out) -> Result<(), Failure> {
    let lines = step::foreign_lines(state)?;
    if !lines.is_empty() {
        out.say(Look::Plain, &Report::AuditCustomerLines { count: lines.len() });
    }
    let running = processes::of_visit(state.facts.visit());
    if !running.is_empty() {
        out.say(Look::Plain, &Report::AuditProcesses { list: change::list(&running) });
    }
    out.field("key_lines", json!(lines));
    out.field(
        "processes",
        json!(running.iter().map(|p| json!({"pid": p.pid, "name": p.name})).collect::<Vec<_>>()),
    );
    Ok(())
}
