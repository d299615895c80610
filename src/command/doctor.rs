//! `doctor`: why a login is refused. Read-only, unless told to mend.

use serde_json::{Value, json};

use super::failure::Failure;
use super::out::{Exit, Look, Out};
use super::policy;
use crate::cli::Doctor;
use crate::doctor::{
    ANYWHERE, Asked, Cause, Examined, Finding, Fix, Patient, Severity, causes, examine,
};
use crate::grant::journal::{self, State};
use crate::host::Hands;
use crate::host::door::Source;
use crate::policy::Policy;
use crate::text::cause::choose;
use crate::text::doctor::Told;
use crate::text::{Lang, Words};

/// As many causes that could not be told for one reason are named one by one.
const FEW: usize = 3;

/// Runs the verb.
pub(super) fn run(options: &Doctor, mut out: Out) -> u8 {
    if options.list {
        list(&mut out);
        return out.finish("ok", &[], Exit::Done);
    }
    match attempt(options, &mut out) {
        Ok(examined) => {
            let found: Vec<&str> = refusing(&examined).map(|cause| cause.id).collect();
            match found.first() {
                None => out.finish("ok", &[], Exit::Done),
                Some(first) => {
                    let details =
                        [("causes", found.len().to_string()), ("first", (*first).to_owned())];
                    out.finish("problems", &details, Exit::Problems)
                }
            }
        }
        Err(failure) => failure.finish(out),
    }
}

fn refusing(examined: &[Examined]) -> impl Iterator<Item = &'static Cause> {
    let stands = |it: &&Examined| {
        let confirmed = |finding: &Finding| finding.confirmed != Some(false);
        matches!(&it.looked, Ok(Some(finding)) if confirmed(finding))
            && it.severity() == Some(Severity::Refuses)
    };
    examined.iter().filter(stands).map(|it| it.cause)
}

/// Prints the table of causes.
fn list(out: &mut Out) {
    for cause in causes::all() {
        let name = choose(&cause.told.name, out.lang());
        out.line(Look::Plain, &format!("{:<22} {:<8} {name}", cause.id, cause.stage.word()));
        out.push("causes", describe(cause));
    }
}

fn describe(cause: &Cause) -> Value {
    json!({
        "id": cause.id,
        "stage": cause.stage.word(),
        "severity": severity(cause.severity),
        "name": choose(&cause.told.name, Lang::En),
    })
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Refuses => "refuses",
        Severity::Warns => "warns",
    }
}

fn attempt(options: &Doctor, out: &mut Out) -> Result<Vec<Examined>, Failure> {
    let state = if crate::host::is_root() { journal::read()? } else { None };
    if let Some(state) = &state {
        out.follow(state.facts.lang);
    }
    let asked = asked(options, state.as_ref(), out)?;
    tell_asked(&asked, out);
    let mut examined = examine(&Patient::new(asked.clone()));
    tell(&examined, out);
    if options.fix && mend(&examined, out) {
        out.say(Look::Strong, &Told::Again);
        examined = examine(&Patient::new(asked));
        tell(&examined, out);
    }
    document(&examined, out);
    Ok(examined)
}

/// The login in question: what was typed, else the grant's, else the built-in policy's.
fn asked(options: &Doctor, state: Option<&State>, out: &Out) -> Result<Asked, Failure> {
    let facts = state.map(|state| &state.facts);
    let provider = Policy::builtin().map_err(anyhow::Error::from)?;
    let account = options.account.clone();
    let ours =
        account.is_none() || facts.is_some_and(|facts| Some(&facts.account) == account.as_ref());
    let facts = facts.filter(|_| ours);
    let account = account
        .or_else(|| facts.map(|facts| facts.account.clone()))
        .unwrap_or_else(|| provider.account.to_string());
    let mut from: Vec<Source> = options.from.iter().map(source).collect();
    if from.is_empty() && ours {
        from = match facts {
            Some(facts) => {
                facts.from.iter().filter_map(|text| Some(source(&text.parse().ok()?))).collect()
            }
            None => provider.from.iter().map(source).collect(),
        };
    }
    let from_anywhere = from.is_empty();
    if from_anywhere {
        from.push(Source { label: ANYWHERE.to_string(), addr: ANYWHERE });
    }
    let mut keys = policy::any_keys(&options.keys, out)?;
    if keys.is_empty()
        && let Some(facts) = facts
    {
        keys = facts.keys.iter().filter_map(|line| line.parse().ok()).collect();
    }
    let port = options.port.or(facts.map(|facts| facts.port)).unwrap_or(provider.port);
    Ok(Asked { account, from, from_anywhere, port, keys })
}

fn source(from: &crate::policy::Source) -> Source {
    Source { label: from.to_string(), addr: from.first_host() }
}

fn tell_asked(asked: &Asked, out: &mut Out) {
    let from: Vec<&str> = asked.from.iter().map(|source| source.label.as_str()).collect();
    let keys: Vec<String> = asked.keys.iter().map(|key| key.fingerprint().to_string()).collect();
    out.field(
        "asked",
        json!({ "account": asked.account, "from": from, "port": asked.port, "keys": keys }),
    );
    let (account, port, from) = (asked.account.clone(), asked.port, from.join(", "));
    out.say(Look::Strong, &Told::Asked { account, port, from });
    if asked.from_anywhere {
        out.say(Look::Plain, &Told::FromAnywhere);
    }
    if asked.keys.is_empty() {
        out.say(Look::Plain, &Told::NoKey);
    }
}

/// Says what was found, and what could not be told.
fn tell(examined: &[Examined], out: &Out) {
    let mut ruled_out = 0;
    for it in examined {
        match &it.looked {
            Ok(Some(finding)) => tell_finding(it.cause, finding, out),
            Ok(None) => ruled_out += 1,
            Err(_) => {}
        }
    }
    tell_unseen(examined, out);
    if examined.iter().all(|it| !matches!(it.looked, Ok(Some(_)))) {
        out.say(Look::Good, &Told::Healthy);
    }
    out.say(Look::Plain, &Told::RuledOut { count: ruled_out });
}

/// What could not be told: each by itself, but for many that have one reason.
fn tell_unseen(examined: &[Examined], out: &Out) {
    let mut reasons: Vec<(String, Vec<&Cause>)> = Vec::new();
    for it in examined {
        let Err(why) = &it.looked else { continue };
        let why = why.say(out.lang());
        match reasons.iter_mut().find(|(known, _)| *known == why) {
            Some((_, causes)) => causes.push(it.cause),
            None => reasons.push((why, vec![it.cause])),
        }
    }
    for (why, causes) in reasons {
        if causes.len() > FEW {
            out.say(Look::Faint, &Told::UnseenMany { count: causes.len(), why });
            continue;
        }
        for cause in causes {
            let name = choose(&cause.told.name, out.lang()).to_owned();
            out.say(Look::Faint, &Told::Unseen { name, why: why.clone() });
        }
    }
}

/// Says what a cause is, what shows it, and what to do.
pub(super) fn tell_finding(cause: &Cause, finding: &Finding, out: &Out) {
    let lang = out.lang();
    out.line(Look::Bad, &format!("{} [{}]", choose(&cause.told.name, lang), cause.id));
    out.line(Look::Plain, &format!("  {}", choose(&cause.told.why, lang)));
    for evidence in &finding.evidence {
        out.line(Look::Faint, &format!("  > {evidence}"));
    }
    if finding.confirmed == Some(false) {
        out.say(Look::Strong, &Told::LetIn);
    }
    out.line(Look::Plain, &format!("  {}", choose(&cause.told.todo, lang)));
    match &finding.fix {
        Fix::Told => {}
        Fix::Client(line) => out.say(Look::Strong, &Told::AtEngineers { line: line.clone() }),
        Fix::Run(line) => out.say(Look::Strong, &Told::Here { line: line.clone() }),
        Fix::Safe { command: line, .. } => {
            out.say(Look::Strong, &Told::ByFix { line: line.clone() });
        }
    }
}

/// Makes the safe changes, each shown first; returns whether there was any.
fn mend(examined: &[Examined], out: &mut Out) -> bool {
    let hands = Hands::new("doctor");
    let mut mended = false;
    for it in examined {
        let Ok(Some(finding)) = &it.looked else { continue };
        let Fix::Safe { command, changes } = &finding.fix else { continue };
        // Nobody is refused for it.
        if finding.confirmed == Some(false) {
            continue;
        }
        out.say(Look::Strong, &Told::Fixing { line: command.clone() });
        let failed = changes.iter().find_map(|change| change.apply(&hands).err());
        let error = failed.map(|error| error.to_string());
        if let Some(why) = &error {
            out.say(Look::Bad, &Told::NotFixed { why: why.clone() });
        }
        out.push("fixed", json!({ "id": it.cause.id, "command": command, "error": error }));
        mended = true;
    }
    if !mended {
        out.say(Look::Plain, &Told::NothingToFix);
    }
    mended
}

fn document(examined: &[Examined], out: &mut Out) {
    for name in ["findings", "ruled_out", "unchecked"] {
        out.field(name, json!([]));
    }
    for it in examined {
        match &it.looked {
            Ok(None) => out.push("ruled_out", json!(it.cause.id)),
            Err(why) => {
                let why = why.say(Lang::En);
                out.push("unchecked", json!({ "id": it.cause.id, "why": why }));
            }
            Ok(Some(finding)) => {
                let mut value = describe(it.cause);
                value["severity"] = json!(it.severity().map(severity));
                value["evidence"] = json!(finding.evidence);
                value["confirmed"] = json!(finding.confirmed);
                value["fix"] = json!(finding.fix.command());
                value["safe"] = json!(matches!(finding.fix, Fix::Safe { .. }));
                out.push("findings", value);
            }
        }
    }
}
