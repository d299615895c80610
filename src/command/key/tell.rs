//! What `key inspect` tells a person.

use super::super::out::{Look, Out};
use super::seen::{Seen, moment};
use crate::host::run::quote;
use crate::key::{self, Certificate, Flawed, Held, SYSTEMS};
use crate::text::Words;
use crate::text::key::{Label, Told};

/// One fact.
fn row(out: &Out, look: Look, label: &str, value: &str) {
    out.line(look, &["  ", label, ": ", value].concat());
}

fn fact(out: &Out, label: &Label, value: &str) {
    if !value.is_empty() {
        row(out, Look::Plain, &label.say(out.lang()), value);
    }
}

/// All about a file but what is wrong with it.
pub(super) fn file(seen: &Seen, out: &Out) {
    let Seen { name, looked, .. } = seen;
    out.line(Look::Strong, &[name, ": ", looked.name().unwrap_or("?")].concat());
    if let Some((mode, owner)) = &seen.mode {
        fact(out, &Label::Mode, &format!("{mode} {owner}"));
    }
    if looked.private {
        out.say(Look::Plain, &Told::Private);
        match &looked.cipher {
            Some(cipher) => fact(out, &Label::Encrypted, cipher),
            None => out.say(Look::Plain, &Told::Plain),
        }
        if looked.cipher.is_some() && looked.keys.is_empty() && looked.flaws.is_empty() {
            fact(out, &Label::Hidden, &["ssh-keygen -y -f ", &quote(name)].concat());
        }
    }
    for held in &looked.keys {
        about(held, looked.keys.len() == 1, out);
    }
}

fn about(held: &Held, alone: bool, out: &Out) {
    let public = &held.public;
    let place = if alone { String::new() } else { format!("{}: ", held.line) };
    let line = |text: &str| out.line(Look::Plain, &["  ", text].concat());
    line(&format!("{place}{} ({}), {} bit", public.shown, public.kind, public.bits));
    line(&public.sha256());
    line(&public.md5());
    fact(out, &Label::Comment, &String::from_utf8_lossy(&held.comment));
    fact(out, &Label::Options, &held.options);
    if let Some(it) = &public.certificate {
        certificate(it, out);
    }
    if alone {
        public.randomart().lines().for_each(line);
    }
    for system in SYSTEMS {
        let why = key::refusal(public, system).map(|why| why.say(out.lang()));
        let (look, told) =
            why.map_or((Look::Good, Told::Takes), |why| (Look::Bad, Told::TakesNot { why }));
        row(out, look, system, &told.say(out.lang()));
    }
}

fn certificate(it: &Certificate, out: &Out) {
    fact(out, &Label::Certificate, &format!("\"{}\" {}", it.id, it.serial));
    fact(out, &Label::Signer, &it.signer);
    if it.principals.is_empty() {
        let label = Label::Principals.say(out.lang());
        row(out, Look::Bad, &label, &Told::NoPrincipals.say(out.lang()));
    }
    fact(out, &Label::Principals, &it.principals.join(", "));
    fact(out, &Label::Validity, &[&*moment(it.from), &*moment(it.until)].join(" ~ "));
    fact(out, &Label::Asks, &it.critical.join(", "));
}

/// What is wrong, and what mends it.
pub(super) fn flaw(seen: &Seen, flawed: &Flawed, fix: Option<&str>, out: &Out) {
    let look = if flawed.refuses { Look::Bad } else { Look::Strong };
    let said = flawed.flaw.say(out.lang());
    out.line(look, &format!("{}:{}: {said}", seen.name, flawed.line));
    if let Some(fix) = fix {
        row(out, Look::Strong, &Label::Mend.say(out.lang()), fix);
    }
}
