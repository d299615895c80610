//! `check`: whether a login from here works, and where it ends. Changes nothing, unless told to mend.

use serde_json::{Value, json};

use super::failure::Failure;
use super::out::{Exit, Look, Out};
use super::own::Own;
use crate::check::{Asked, Call, Cause, Finding, Fix, Receipt, Stage, examine};
use crate::cli::Check;
use crate::host::run::RunError;
use crate::policy::{Endpoint, Origin};
use crate::text::Lang;
use crate::text::cause::choose;
use crate::text::check::Told;
use crate::text::doctor;

/// More addresses than a server has.
const MOST_PLACES: usize = 8;

type Found = Vec<(&'static Cause, Finding)>;

/// Runs the verb.
pub(super) fn run(options: &Check, own: &Own, mut out: Out) -> u8 {
    match attempt(options, own, &mut out) {
        Ok((call, found)) => match found.first() {
            None => {
                let who = format!("{}@{}", call.user, call.door());
                out.finish("ok", &[("connected", who)], Exit::Done)
            }
            Some((first, _)) => {
                let details = [("causes", found.len().to_string()), ("first", first.id.to_owned())];
                out.finish("problems", &details, Exit::Problems)
            }
        },
        Err(failure) => failure.finish(out),
    }
}

fn attempt(options: &Check, own: &Own, out: &mut Out) -> Result<(Call, Found), Failure> {
    let places = asked(options, own)?;
    let (mut call, mut found) = first_that_answers(places)?;
    tell(&call, &found, out);
    if options.fix && mend(&found, out) {
        out.say(Look::Strong, &doctor::Told::Again);
        (call, found) = look(call.asked)?;
        tell(&call, &found, out);
    }
    document(&call, &found, out);
    Ok((call, found))
}

/// The login in question, for each of the receipt's addresses where no place was typed.
fn asked(options: &Check, own: &Own) -> Result<Vec<Asked>, Failure> {
    let receipt = options.receipt.as_ref().map(receipt).transpose()?;
    let said = receipt.as_ref();
    let user = options.target.as_ref().and_then(|target| target.user.clone());
    let user = user.or_else(|| said.and_then(|receipt| receipt.account.clone()));
    let typed = options.target.as_ref().map(|target| target.at.clone());
    // Where the customer names an outer place, that is how he is reached.
    let outer = said.filter(|_| typed.is_none()).and_then(|receipt| receipt.public.clone());
    let via = options.via.clone().or(outer);
    let mut places: Vec<Endpoint> = match (typed, said) {
        (Some(mut at), _) => {
            // A name that was typed without a port is still the receipt's server.
            at.port = at.port.or_else(|| said?.ways.first()?.port);
            vec![at]
        }
        (None, Some(receipt)) => receipt.ways.clone(),
        (None, None) => Vec::new(),
    };
    if places.is_empty() {
        // Behind a forwarded port the inner address may be unknown.
        places.extend(via.clone());
    }
    // A receipt is somebody's word: no list of addresses is tried without end.
    places.truncate(if via.is_some() { 1 } else { MOST_PLACES });
    if places.is_empty() {
        return Err(Failure::refused(Told::ReceiptPlace));
    }
    let file = options.receipt.as_ref().map(|origin| match origin {
        Origin::File(path) => {
            std::path::absolute(path).unwrap_or(path.clone()).display().to_string()
        }
        _ => "-".to_owned(),
    });
    let asked = |at| Asked {
        user: user.clone(),
        at,
        via: via.clone(),
        key: options.key.clone(),
        receipt: receipt.clone(),
        receipt_file: file.clone(),
        agent: options.agent.clone(),
        program: own.program(),
    };
    Ok(places.into_iter().map(asked).collect())
}

fn receipt(origin: &Origin) -> Result<Receipt, Failure> {
    let read = origin.read()?;
    Receipt::parse(&String::from_utf8_lossy(&read.bytes)).map_err(Failure::refused)
}

/// Tries one place after the other until somebody takes the connection; else the first one counts.
fn first_that_answers(places: Vec<Asked>) -> Result<(Call, Found), Failure> {
    let mut first = None;
    for asked in places {
        let (call, found) = look(asked)?;
        if call.heard.connected {
            return Ok((call, found));
        }
        first.get_or_insert((call, found));
    }
    first.ok_or_else(|| Failure::refused(Told::ReceiptPlace))
}

fn look(asked: Asked) -> Result<(Call, Found), Failure> {
    let call = Call::new(asked).map_err(|error| match error {
        RunError::Missing { .. } => Failure::refused(Told::NoSsh),
        RunError::Failed { stderr, .. } => Failure::refused(Told::OwnConfig { why: stderr }),
        other => Failure::failed(other),
    })?;
    let found = examine(&call);
    Ok((call, found))
}

fn tell(call: &Call, found: &Found, out: &Out) {
    let (user, at) = (call.user.clone(), call.door().to_string());
    out.say(Look::Strong, &Told::Asked { user: user.clone(), at: at.clone() });
    if let Some(via) = &call.asked.via {
        let (at, via) = (call.asked.at.to_string(), via.to_string());
        out.say(Look::Plain, &Told::Via { at, via });
    }
    if let Some((cause, _)) = found.first().filter(|_| !call.is_connected()) {
        out.say(Look::Strong, &Told::EndsAt { stage: call.stage(cause).word().to_owned() });
    }
    for (cause, finding) in found {
        tell_finding(cause, finding, out);
    }
    if !call.is_connected() {
        return;
    }
    out.say(Look::Good, &Told::Connected { user, at });
    let judge = if call.asked.receipt.is_some() { Told::ByReceipt } else { Told::ByMemory };
    out.say(Look::Good, &judge);
    if let Some(via) = &call.asked.via {
        out.say(Look::Good, &Told::Right { via: via.to_string() });
    }
}

fn tell_finding(cause: &Cause, finding: &Finding, out: &Out) {
    let lang = out.lang();
    out.line(Look::Bad, &format!("{} [{}]", choose(&cause.told.name, lang), cause.id));
    out.line(Look::Plain, &format!("  {}", choose(&cause.told.why, lang)));
    for evidence in &finding.evidence {
        out.line(Look::Faint, &format!("  > {evidence}"));
    }
    out.line(Look::Plain, &format!("  {}", choose(&cause.told.todo, lang)));
    let line = finding.fix.command().unwrap_or_default();
    match &finding.fix {
        Fix::Told => {}
        Fix::Here(_) => out.say(Look::Strong, &Told::Here { line }),
        Fix::There(_) => out.say(Look::Strong, &Told::There { line }),
        Fix::Router(_) => out.say(Look::Strong, &Told::Router { line }),
        Fix::Safe(_) => out.say(Look::Strong, &Told::ByFix { line }),
    }
}

/// Makes the safe changes, each shown first; returns whether there was any.
fn mend(found: &Found, out: &mut Out) -> bool {
    let mut mended = false;
    for (cause, finding) in found {
        let Fix::Safe(tool) = &finding.fix else { continue };
        let line = tool.line();
        out.say(Look::Strong, &doctor::Told::Fixing { line: line.clone() });
        let error = tool.run().err().map(|error| error.to_string());
        if let Some(why) = &error {
            out.say(Look::Bad, &doctor::Told::NotFixed { why: why.clone() });
        }
        out.push("fixed", json!({ "id": cause.id, "command": line, "error": error }));
        mended = true;
    }
    if !mended {
        out.say(Look::Plain, &doctor::Told::NothingToFix);
    }
    mended
}

fn document(call: &Call, found: &Found, out: &mut Out) {
    let asked = &call.asked;
    out.field(
        "asked",
        json!({
            "user": call.user,
            "host": asked.at.host,
            "port": if asked.via.is_some() { asked.at.port() } else { call.port },
            "via": asked.via,
            "key": asked.key,
            "receipt": asked.receipt.is_some(),
        }),
    );
    let ends = found.first().filter(|_| !call.is_connected()).map(|(cause, _)| call.stage(cause));
    let passed = Stage::ALL.iter().take_while(|stage| ends.is_none_or(|ends| **stage < ends));
    out.field("passed", json!(passed.map(|stage| stage.word()).collect::<Vec<_>>()));
    out.field("connected", json!(call.is_connected()));
    let shown = call.heard.host_key.as_ref();
    out.field(
        "host_key",
        json!(shown.map(|(kind, print)| json!({
            "type": kind, "fingerprint": print, "trusted": call.heard.trusted,
        }))),
    );
    let findings = found.iter().map(|(cause, finding)| {
        let mut value = json!({
            "id": cause.id,
            "stage": call.stage(cause).word(),
            "severity": "refuses",
            "name": choose(&cause.told.name, Lang::En),
            "evidence": finding.evidence,
            "fix": finding.fix.command(),
            "where": place(&finding.fix),
            "safe": matches!(finding.fix, Fix::Safe(_)),
        });
        if let Some(rule) = &finding.rule {
            value["rule"] = json!(rule);
        }
        value
    });
    out.field("findings", Value::Array(findings.collect()));
}

/// Where a command belongs.
fn place(fix: &Fix) -> Option<&'static str> {
    match fix {
        Fix::Told => None,
        Fix::Here(_) | Fix::Safe(_) => Some("here"),
        Fix::There(_) => Some("server"),
        Fix::Router(_) => Some("router"),
    }
}
