//! The same for programs.

use serde_json::Value;

use super::super::out::id;
use super::seen::{Seen, moment};
use crate::key::{self, Certificate, Flawed, Held, SYSTEMS};
use crate::text::{Lang, Words};

/// An object of these fields.
fn object(fields: Vec<(&str, Value)>) -> Value {
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn text(bytes: &[u8]) -> Value {
    String::from_utf8_lossy(bytes).into()
}

fn list(texts: &[String]) -> Value {
    texts.iter().map(String::as_str).collect()
}

/// A file.
pub(super) fn file(seen: &Seen) -> Value {
    let looked = &seen.looked;
    let (mode, owner) = seen.mode.as_ref().map(|(mode, owner)| (mode.as_str(), *owner)).unzip();
    object(vec![
        ("file", seen.name.as_str().into()),
        ("format", looked.name().into()),
        ("private", looked.private.into()),
        ("encrypted", looked.cipher.as_deref().into()),
        ("mode", mode.into()),
        ("owner", owner.into()),
        ("keys", looked.keys.iter().map(held).collect()),
    ])
}

/// What is wrong with it.
pub(super) fn finding(seen: &Seen, flawed: &Flawed, fix: Option<String>) -> Value {
    object(vec![
        ("id", id(&flawed.flaw).into()),
        ("stage", "key".into()),
        ("severity", if flawed.refuses { "refuses" } else { "warns" }.into()),
        ("file", seen.name.as_str().into()),
        ("line", flawed.line.into()),
        ("evidence", list(&[flawed.flaw.say(Lang::En)])),
        ("fix", fix.into()),
    ])
}

fn held(held: &Held) -> Value {
    let public = &held.public;
    let taken = SYSTEMS.iter().map(|system| {
        let why = key::refusal(public, system).map(|why| why.say(Lang::En));
        let takes = why.is_none().into();
        object(vec![("system", (*system).into()), ("takes", takes), ("why", why.into())])
    });
    object(vec![
        ("line", held.line.into()),
        ("type", public.kind.into()),
        ("bits", public.bits.into()),
        ("fingerprint", public.sha256().into()),
        ("md5", public.md5().into()),
        ("randomart", public.randomart().into()),
        ("comment", text(&held.comment)),
        ("options", held.options.as_str().into()),
        ("certificate", public.certificate.as_ref().map(certificate).into()),
        ("taken", taken.collect()),
    ])
}

fn certificate(it: &Certificate) -> Value {
    object(vec![
        ("id", it.id.as_str().into()),
        ("serial", it.serial.into()),
        ("host", it.host.into()),
        ("principals", list(&it.principals)),
        ("from", moment(it.from).into()),
        ("until", moment(it.until).into()),
        ("critical", list(&it.critical)),
        ("extensions", list(&it.extensions)),
        ("signed_by", it.signer.as_str().into()),
        ("signed_with", it.algorithm.as_str().into()),
    ])
}
