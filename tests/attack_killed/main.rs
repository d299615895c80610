//! Promise 2: killed anywhere, a grant, its extension or its end is whole again after the next run.
//!
//! The tracer counts every system call by which the program or one of its children changes
//! something. At each of them all die, or only the child that was about to make it. Then the next
//! grant ends whole, or the next delete ends clean, or the timer alone does, in turn.
//!
//! A sweep takes an hour or more. `SUPPORT_ACCESS_KILL_FROM=N` begins it at the Nth call.

#![allow(missing_docs, clippy::expect_used, clippy::panic, reason = "a test, in several files")]
#![allow(clippy::print_stderr, reason = "a sweep tells how far it is")]

#[path = "../common/mod.rs"]
mod common;
mod order;
mod sweep;
mod verb;

use lab::Suite;
use sweep::{at_boundaries, at_known_points, child, sample, whole};
use verb::Verb;

#[test]
fn grant() {
    sample(Suite::Bookworm, Verb::Grant, 6);
}

#[test]
fn grant_on_debian_13() {
    sample(Suite::Trixie, Verb::QuickGrant, 4);
}

#[test]
fn delete_on_debian_13() {
    sample(Suite::Trixie, Verb::Delete, 4);
}

#[test]
fn grant_over_an_expired_one() {
    sample(Suite::Bookworm, Verb::OverExpired, 4);
}

#[test]
fn extend() {
    sample(Suite::Bookworm, Verb::Extend, 4);
}

#[test]
fn delete() {
    sample(Suite::Bookworm, Verb::DeleteAtOnce, 6);
}

#[test]
fn expire() {
    sample(Suite::Bookworm, Verb::Expire, 4);
}

#[test]
fn grant_between_lines_of_the_journal() {
    at_boundaries(Verb::Grant, 9);
}

#[test]
fn extend_between_lines_of_the_journal() {
    at_boundaries(Verb::Extend, 6);
}

#[test]
fn where_it_once_was_not_whole() {
    at_known_points();
}

#[test]
fn child_of_a_grant() {
    child(Verb::Grant, Some(6));
}

#[test]
fn child_of_a_delete() {
    child(Verb::Delete, Some(6));
}

#[test]
#[ignore = "takes an hour: every call of a grant"]
fn grant_whole() {
    whole(Verb::Grant);
}

#[test]
#[ignore = "takes half an hour: every call of a grant without a proof"]
fn quick_grant_whole() {
    whole(Verb::QuickGrant);
}

#[test]
#[ignore = "takes an hour: every call of a grant over one that is over"]
fn grant_over_an_expired_one_whole() {
    whole(Verb::OverExpired);
}

#[test]
#[ignore = "takes half an hour: every call of an extension"]
fn extend_whole() {
    whole(Verb::Extend);
}

#[test]
#[ignore = "takes half an hour: every call of a delete"]
fn delete_whole() {
    whole(Verb::Delete);
}

#[test]
#[ignore = "takes half an hour: every call of a delete right after the grant"]
fn delete_at_once_whole() {
    whole(Verb::DeleteAtOnce);
}

#[test]
#[ignore = "takes half an hour: every call of the timer's run"]
fn expire_whole() {
    whole(Verb::Expire);
}

#[test]
#[ignore = "takes half an hour: every call of a grant's children"]
fn child_of_a_grant_whole() {
    child(Verb::Grant, None);
}

#[test]
#[ignore = "takes half an hour: every call of an extension's children"]
fn child_of_an_extend_whole() {
    child(Verb::Extend, None);
}

#[test]
#[ignore = "takes half an hour: every call of a delete's children"]
fn child_of_a_delete_whole() {
    child(Verb::Delete, None);
}

#[test]
#[ignore = "takes half an hour: every call of the children of the timer's run"]
fn child_of_an_expire_whole() {
    child(Verb::Expire, None);
}
