//! What would refuse the engineer, said before anything is made.

use crate::command::doctor::tell_finding;
use crate::command::failure::Failure;
use crate::command::out::{Look, Out};
use crate::doctor::{Asked, Patient, foresee};
use crate::grant::journal::Facts;
use crate::grant::proof;
use crate::grant::survey::Door;
use crate::host::accounts::Passwd;
use crate::text::cause::choose;
use crate::text::refusal::Refusal;
use crate::text::report::Report;

/// Says what would refuse the engineer; refuses where that is sure and a proof is asked for.
pub(super) fn look(facts: &Facts, door: &Door, verify: bool, out: &mut Out) -> Result<(), Failure> {
    let asked = Asked {
        account: facts.account.clone(),
        from: proof::sources(facts),
        from_anywhere: facts.from.is_empty(),
        port: facts.port,
        keys: facts.keys.iter().filter_map(|line| line.parse().ok()).collect(),
    };
    let passwd = Passwd {
        name: facts.account.clone(),
        uid: facts.uid,
        gid: facts.uid,
        gecos: String::new(),
        home: facts.home.clone(),
        shell: facts.shell.clone(),
    };
    let [sure, feared] = foresee(&Patient::planned(asked, passwd, &door.sshd, &door.config));
    if !sure.is_empty() || !feared.is_empty() {
        out.say(Look::Strong, &Report::Foreseen);
    }
    for examined in sure.iter().chain(&feared) {
        if let Ok(Some(finding)) = &examined.looked {
            tell_finding(examined.cause, finding, out);
            out.push("foreseen", serde_json::json!(examined.cause.id));
        }
    }
    match sure.first().filter(|_| verify) {
        None => Ok(()),
        Some(examined) => {
            let name = choose(&examined.cause.told.name, out.lang()).to_owned();
            Err(Refusal::WouldRefuse { name }.into())
        }
    }
}
