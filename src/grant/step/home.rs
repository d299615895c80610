//! The account's home and its `.ssh`, both 0700.

use super::{Planned, Standing, Wanted, label, standing};
use crate::host::change::{Change, Owner};
use crate::host::files::{self, Kind, Trust};
use crate::text::refusal::Refusal;

pub(super) fn plan(wanted: &Wanted) -> Planned {
    let facts = &wanted.facts;
    let owner = || Owner::Account(facts.account.clone());
    let ssh = facts.home.join(".ssh");
    let make = Change::MakeDir { path: ssh.clone(), mode: 0o700, owner: owner() };
    let Standing::Ours(_) = standing(facts)? else {
        let path = facts.home.clone();
        return Ok(vec![Change::SetMode { path, mode: 0o700, owner: owner() }, make]);
    };
    let mut changes = Vec::new();
    for (path, make) in [(facts.home.clone(), None), (ssh.clone(), Some(make))] {
        match (files::look(&path, Trust::Owner(facts.uid))?, make) {
            (None, Some(make)) => changes.push(make),
            (Some(meta), _) if meta.kind == Kind::Dir && meta.uid == facts.uid => {
                if meta.mode != 0o700 {
                    changes.push(Change::SetMode { path, mode: 0o700, owner: owner() });
                }
            }
            _ => return Err(Refusal::NotOurs { path: path.display().to_string() }.into()),
        }
    }
    label(&mut changes, &[&facts.home, &ssh]);
    Ok(changes)
}
