//! The account's expiry in shadow: the coarse layer, a day's grain.

use super::{PlanError, Planned, Standing, Step, Undo, Wanted, standing};
use crate::grant::journal::Facts;
use crate::host::accounts::expiry_day;
use crate::host::change::Change;
use crate::host::clock::DAY;
use crate::host::run::Tool;

/// `pam_unix` refuses from the beginning of the day in the field on, in UTC; so the deadline's own
/// day must not be it.
fn day(facts: &Facts) -> i64 {
    facts.deadline.div_euclid(DAY) + 1
}

pub(super) fn plan(wanted: &Wanted) -> Planned {
    let facts = &wanted.facts;
    if let Standing::Ours(_) = standing(facts)?
        && expiry_day(&facts.account)? == Some(Some(day(facts)))
    {
        return Ok(Vec::new());
    }
    Ok(vec![expire(facts, day(facts))])
}

pub(super) fn undo(wanted: &Wanted, undo: &mut Undo) -> Result<(), PlanError> {
    let facts = &wanted.facts;
    // Without its mark the account is not ours to remove, but nobody shall come in by it.
    if let Standing::Ours(_) | Standing::Unmarked(_) = standing(facts)?
        && wanted.ours(Step::Account)
        && expiry_day(&facts.account)?.is_some_and(|day| day != Some(1))
    {
        undo.changes.push(expire(facts, 1));
    }
    Ok(())
}

/// usermod(8) takes the number of days since 1970 in every version from 4.1 on.
fn expire(facts: &Facts, day: i64) -> Change {
    Change::Run {
        tool: Tool::new("usermod").args(["--expiredate", &day.to_string(), &facts.account]),
    }
}
