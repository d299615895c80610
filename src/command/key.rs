//! `key`: what stands in key files, the same key in another format, a new pair.

mod convert;
mod make;

use std::path::Path;

use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::failure::Failure;
use super::out::{Exit, Look, Out};
use crate::cli::Key;
use crate::host::key_files;
use crate::host::run::quote;
use crate::key::{self, Certificate, Flawed, Format, Held, Looked, SYSTEMS};
use crate::policy::Origin;
use crate::text::key::{Flaw, Told};
use crate::text::{Lang, Words};

/// Runs the verb.
pub(super) fn run(options: &Key, mut out: Out) -> u8 {
    let done = match options {
        Key::Inspect { files } => return inspect(files, out),
        Key::Convert { .. } => convert::run(options, &mut out),
        Key::New { file, comment, no_passphrase } => {
            make::run(file.as_deref(), comment.as_deref(), *no_passphrase, &mut out)
        }
    };
    match done {
        Ok(path) => out.finish("ok", &[("file", path)], Exit::Done),
        Err(failure) => failure.finish(out),
    }
}

/// A file, with what only the machine knows of it.
struct Seen {
    name: String,
    /// Not of standard input or a site.
    local: bool,
    mode: Option<(u32, u32)>,
    looked: Looked,
}

fn inspect(files: &[Origin], mut out: Out) -> u8 {
    let (mut problems, mut first) = (0, None);
    for name in ["files", "findings"] {
        out.field(name, json!([]));
    }
    for origin in files {
        let seen = match see(origin) {
            Ok(seen) => seen,
            Err(failure) => return failure.finish(out),
        };
        tell(&seen, &out);
        document(&seen, &mut out);
        for flawed in &seen.looked.flaws {
            tell_flaw(&seen, flawed, &mut out);
            if flawed.refuses {
                problems += 1;
                first.get_or_insert(super::out::id(&flawed.flaw));
            }
        }
    }
    match first {
        None => out.finish("ok", &[("files", files.len().to_string())], Exit::Done),
        Some(first) => {
            let details = [("problems", problems.to_string()), ("first", first)];
            out.finish("problems", &details, Exit::Problems)
        }
    }
}

fn see(origin: &Origin) -> Result<Seen, Failure> {
    let bytes = zeroize::Zeroizing::new(origin.read()?.bytes);
    let now = OffsetDateTime::now_utc().unix_timestamp().unsigned_abs();
    let mut looked = key::look(&bytes, now);
    let path = match origin {
        Origin::File(path) => Some(path.as_path()),
        _ => None,
    };
    let mode = path.and_then(key_files::mode);
    if let Some((mode, owner)) = mode.filter(|_| looked.private) {
        // As ssh does: it minds others only where the key is one's own.
        if owner == key_files::me() && mode & 0o077 != 0 {
            let mode = format!("{mode:04o}");
            looked.flaws.push(Flawed { line: 1, flaw: Flaw::TooOpen { mode }, refuses: true });
        } else if owner != key_files::me() {
            looked.flaws.push(Flawed { line: 1, flaw: Flaw::OtherOwner { owner }, refuses: false });
        }
    }
    for key in looked.keys.iter().filter(|key| !key.options.is_empty()) {
        if let Some(option) = crate::doctor::unreadable(&key.options) {
            let flaw = Flaw::Option { option };
            looked.flaws.push(Flawed { line: key.line, flaw, refuses: true });
        }
    }
    let local = path.is_some();
    Ok(Seen { name: origin.to_string(), local, mode, looked })
}

/// The format's name; of a single line without options, that of a `.pub` file.
fn format(looked: &Looked) -> &'static str {
    match looked.format {
        Some(Format::Lines) if looked.keys.len() == 1 && looked.keys[0].options.is_empty() => {
            if looked.keys[0].public.certificate.is_some() {
                "OpenSSH certificate"
            } else {
                "OpenSSH public key"
            }
        }
        Some(format) => format.name(),
        None => "?",
    }
}

fn tell(seen: &Seen, out: &Out) {
    let Seen { name, looked, .. } = seen;
    let (file, name) = (name.clone(), quote(name));
    out.say(Look::Strong, &Told::File { file, format: format(looked).to_owned() });
    if let Some((mode, owner)) = seen.mode {
        let (mode, owner) = (format!("{mode:04o}"), owner.to_string());
        out.say(Look::Plain, &Told::Mode { mode, owner });
    }
    if looked.private {
        out.say(Look::Plain, &Told::Private);
        match &looked.cipher {
            Some(cipher) => out.say(Look::Plain, &Told::Encrypted { cipher: cipher.clone() }),
            None => out.say(Look::Plain, &Told::Plain),
        }
        if looked.cipher.is_some() && looked.keys.is_empty() && looked.flaws.is_empty() {
            let line = format!("ssh-keygen -y -f {name}");
            out.say(Look::Plain, &Told::Hidden { line });
        }
    }
    for key in &looked.keys {
        tell_key(key, looked, out);
    }
}

fn tell_key(key: &Held, looked: &Looked, out: &Out) {
    let public = &key.public;
    let place = if looked.keys.len() > 1 { format!("{}: ", key.line) } else { String::new() };
    let line = |text: &str| out.line(Look::Plain, text);
    line(&format!("  {place}{} ({}), {} bit", public.shown, public.kind, public.bits));
    line(&format!("  {}\n", public.sha256()).replace('\n', ""));
    line(&format!("  {}", public.md5()));
    if !key.comment.is_empty() {
        out.say(Look::Plain, &Told::Comment { comment: key.comment.clone() });
    }
    if !key.options.is_empty() {
        out.say(Look::Plain, &Told::Options { options: key.options.clone() });
    }
    if let Some(certificate) = &public.certificate {
        tell_certificate(certificate, out);
    }
    if looked.keys.len() == 1 {
        public.randomart().lines().for_each(|row| line(&format!("  {row}")));
    }
    for system in SYSTEMS {
        let system_name = system.to_owned();
        match key::refusal(public, system) {
            None => out.say(Look::Good, &Told::Takes { system: system_name }),
            Some(why) => {
                let why = why.say(out.lang());
                out.say(Look::Bad, &Told::TakesNot { system: system_name, why });
            }
        }
    }
}

fn tell_certificate(certificate: &Certificate, out: &Out) {
    let Certificate { id, serial, signer, .. } = certificate.clone();
    out.say(Look::Plain, &Told::CertificateOf { id, serial, signer });
    if certificate.principals.is_empty() {
        out.say(Look::Bad, &Told::NoPrincipals);
    } else {
        out.say(Look::Plain, &Told::Principals { names: certificate.principals.join(", ") });
    }
    let (from, until) = (moment(certificate.from), moment(certificate.until));
    out.say(Look::Plain, &Told::Validity { from, until });
    if !certificate.critical.is_empty() {
        out.say(Look::Plain, &Told::Asks { critical: certificate.critical.join(", ") });
    }
}

/// A moment of a certificate, in UTC.
fn moment(seconds: u64) -> String {
    let at =
        i64::try_from(seconds).ok().and_then(|at| OffsetDateTime::from_unix_timestamp(at).ok());
    at.and_then(|at| at.format(&Rfc3339).ok()).unwrap_or_else(|| "-".to_owned())
}

fn tell_flaw(seen: &Seen, flawed: &Flawed, out: &mut Out) {
    let place = format!("{}:{}", seen.name, flawed.line);
    let fix = fix(seen, flawed);
    let look = if flawed.refuses { Look::Bad } else { Look::Strong };
    out.say(look, &Told::At { place: place.clone(), flaw: flawed.flaw.say(out.lang()) });
    if let Some(line) = fix.clone() {
        out.say(Look::Strong, &Told::Mend { line });
    }
    out.push(
        "findings",
        json!({
            "id": super::out::id(&flawed.flaw),
            "stage": "key",
            "severity": if flawed.refuses { "refuses" } else { "warns" },
            "file": seen.name,
            "line": flawed.line,
            "evidence": [flawed.flaw.say(Lang::En)],
            "fix": fix,
        }),
    );
}

/// The command that mends it, where one does.
fn fix(seen: &Seen, flawed: &Flawed) -> Option<String> {
    let file = quote(&seen.name);
    if !seen.local {
        return None;
    }
    let looked = &seen.looked;
    match flawed.flaw {
        Flaw::TooOpen { .. } => return Some(format!("chmod 600 {file}")),
        Flaw::OtherOwner { .. } | Flaw::Unsupported => return None,
        _ => {}
    }
    // What could be read in spite of it can be written as it should be.
    let [key] = looked.keys.as_slice() else { return None };
    let broken = |it: &Flawed| {
        matches!(
            it.flaw,
            Flaw::Damaged | Flaw::HalvesDiffer | Flaw::Option { .. } | Flaw::Expired | Flaw::NotYet
        )
    };
    if looked.flaws.iter().any(broken) || !flawed.refuses || !key.options.is_empty() {
        return None;
    }
    let to = match (looked.format?, looked.private) {
        (Format::Ppk2 | Format::Ppk3, _) => "ppk",
        (_, true) => "openssh",
        _ => "public",
    };
    Some(format!("support-access key convert {file} --to {to} --out {file} --force"))
}

fn document(seen: &Seen, out: &mut Out) {
    let looked = &seen.looked;
    let keys: Vec<Value> = looked.keys.iter().map(describe).collect();
    out.push(
        "files",
        json!({
            "file": seen.name,
            "format": looked.format.map(|_| format(looked)),
            "private": looked.private,
            "encrypted": looked.cipher,
            "mode": seen.mode.map(|(mode, _)| format!("{mode:04o}")),
            "owner": seen.mode.map(|(_, owner)| owner),
            "keys": keys,
        }),
    );
}

fn describe(key: &Held) -> Value {
    let public = &key.public;
    let taken = SYSTEMS.map(|system| {
        let why = key::refusal(public, system).map(|why| why.say(Lang::En));
        json!({ "system": system, "takes": why.is_none(), "why": why })
    });
    let certificate = public.certificate.as_ref().map(|it| {
        json!({
            "id": it.id,
            "serial": it.serial,
            "host": it.host,
            "principals": it.principals,
            "from": moment(it.from),
            "until": moment(it.until),
            "critical": it.critical,
            "extensions": it.extensions,
            "signed_by": it.signer,
            "signed_with": it.algorithm,
        })
    });
    json!({
        "line": key.line,
        "type": public.kind,
        "bits": public.bits,
        "fingerprint": public.sha256(),
        "md5": public.md5(),
        "randomart": public.randomart(),
        "comment": key.comment,
        "options": key.options,
        "certificate": certificate,
        "taken": taken,
    })
}

/// The path of a file next to another, with another end.
fn beside(file: &str, end: &str) -> Option<String> {
    let path = Path::new(file);
    let stem = path.with_extension("");
    let name = format!("{}{end}", stem.to_str()?);
    (name != file).then_some(name)
}
