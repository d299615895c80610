//! The same key in another format.

use std::path::Path;

use serde_json::json;
use zeroize::Zeroizing;

use super::super::failure::Failure;
use super::super::out::{Look, Out};
use super::beside;
use crate::cli::{Key, To};
use crate::host::ask::{AskError, passphrase};
use crate::host::keygen::{Form, KeygenError, rewrite};
use crate::host::{key_files, run};
use crate::key::{self, OpenError, Seal, Secret};
use crate::policy::Origin;
use crate::text::Words;
use crate::text::key::{KeyRefusal, Question, Told};

type Hidden = Zeroizing<Vec<u8>>;

/// As often a passphrase may be mistyped.
const TRIES: usize = 3;

/// A key that was opened, and with what.
struct Opened {
    secret: Secret,
    passphrase: Hidden,
}

/// Converts a file; returns the new one's name.
pub(super) fn run(options: &Key, out: &mut Out) -> Result<String, Failure> {
    let Key::Convert { file, to, out: into, force, new_passphrase, no_passphrase } = options else {
        return Err(Failure::refused(KeyRefusal::NoName));
    };
    let bytes = Zeroizing::new(file.read()?.bytes);
    let name = file.to_string();
    let path = into.clone().or_else(|| named(file, *to)).ok_or_else(no_name)?;
    // Before anybody is asked for a passphrase.
    if !force && key_files::exists(Path::new(&path)) {
        return Err(Failure::refused(KeyRefusal::Exists { path }));
    }
    let looked = key::look(&bytes, 0);
    if *to == To::Public && !looked.keys.is_empty() {
        let [key] = looked.keys.as_slice() else {
            let count = looked.keys.len();
            return Err(Failure::refused(KeyRefusal::NotOne { file: name, count }));
        };
        let line = format!("{} {}", key.public.line(), key.comment);
        write(&path, format!("{}\n", line.trim_end()).as_bytes(), 0o644, *force)?;
        done(&path, &key.public.sha256(), *to, false, out);
        return Ok(path);
    }
    if looked.format.is_some() && !looked.private {
        return Err(Failure::refused(KeyRefusal::NotPrivate { file: name }));
    }
    let Opened { mut secret, passphrase } = open(&bytes, &name, out)?;
    if secret.comment.is_empty() {
        // PEM has no place for one.
        secret.comment = comment(&name);
    }
    let passphrase = match (*new_passphrase, *no_passphrase) {
        (true, _) => ask_new(out)?,
        (_, true) => Hidden::default(),
        _ => passphrase,
    };
    let text = render(&secret, *to, &passphrase)?;
    let mode = if *to == To::Public { 0o644 } else { 0o600 };
    write(&path, &text, mode, *force)?;
    done(&path, &secret.public.sha256(), *to, !passphrase.is_empty(), out);
    Ok(path)
}

fn no_name() -> Failure {
    Failure::refused(KeyRefusal::NoName)
}

fn named(file: &Origin, to: To) -> Option<String> {
    let Origin::File(path) = file else { return None };
    let end = match to {
        To::OpenSsh => "",
        To::Ppk(_) => ".ppk",
        To::Pem => ".pem",
        To::Public => ".pub",
    };
    beside(path.to_str()?, end)
}

fn comment(name: &str) -> String {
    let name = Path::new(name).file_name().map(|name| name.to_string_lossy().into_owned());
    name.unwrap_or_default().chars().filter(|c| !c.is_control()).collect()
}

fn write(path: &str, bytes: &[u8], mode: u32, force: bool) -> Result<(), Failure> {
    key_files::write(Path::new(path), bytes, mode, force).map_err(|error| {
        if error.is_taken() {
            Failure::refused(KeyRefusal::Exists { path: path.to_owned() })
        } else {
            Failure::failed(error)
        }
    })
}

fn done(path: &str, print: &str, to: To, encrypted: bool, out: &mut Out) {
    out.say(Look::Good, &Told::Written { path: path.to_owned() });
    out.say(Look::Plain, &Told::Fingerprint { print: print.to_owned() });
    let file = run::quote(path);
    match to {
        To::Ppk(_) => out.say(Look::Strong, &Told::NextPutty { file }),
        To::Public => {
            let line = format!("support-access --key {file}");
            out.say(Look::Strong, &Told::Next { line });
        }
        _ => out.say(Look::Strong, &Told::Next { line: format!("ssh -i {file} USER@HOST") }),
    }
    out.field("file", json!(path));
    out.field("fingerprint", json!(print));
    out.field("encrypted", json!(encrypted));
}

/// Opens a file, asking for its passphrase if it has one.
fn open(bytes: &[u8], name: &str, out: &Out) -> Result<Opened, Failure> {
    let wrong = || Failure::refused(KeyRefusal::WrongPassphrase { file: name.to_owned() });
    let mut passphrase: Option<Hidden> = None;
    for attempt in 0..=TRIES {
        let typed = passphrase.as_ref().map(|it| it.as_slice());
        match attempt_open(bytes, typed, name)? {
            Some(secret) => {
                return Ok(Opened { secret, passphrase: passphrase.unwrap_or_default() });
            }
            None if attempt == TRIES => break,
            None => {}
        }
        if attempt > 0 {
            out.say(Look::Bad, &Told::Again);
        }
        passphrase = Some(ask(&Question::Passphrase { file: name.to_owned() }, out)?);
    }
    Err(wrong())
}

/// One try; nothing if it needs a passphrase, or another one.
fn attempt_open(
    bytes: &[u8],
    passphrase: Option<&[u8]>,
    name: &str,
) -> Result<Option<Secret>, Failure> {
    let file = || name.to_owned();
    let unusable = || {
        let line = format!("support-access key inspect {}", run::quote(name));
        Failure::refused(KeyRefusal::Unusable { file: file(), line })
    };
    match key::open(bytes, passphrase) {
        Ok(secret) => Ok(Some(secret)),
        Err(OpenError::NeedsPassphrase | OpenError::Wrong) => Ok(None),
        Err(OpenError::Encrypted) if passphrase.is_none() => Ok(None),
        Err(OpenError::Damaged) => Err(unusable()),
        Err(OpenError::Excessive) => Err(Failure::refused(KeyRefusal::Excessive { file: file() })),
        // What ssh-keygen can open it writes so that we can.
        Err(OpenError::Encrypted | OpenError::Unsupported) => {
            let mended = key::mended(bytes).ok_or_else(unusable)?;
            let old = passphrase.unwrap_or_default();
            match rewrite(mended.as_bytes(), old, &[], Form::OpenSsh) {
                Ok(plain) => key::open(&plain, None)
                    .map(Some)
                    .map_err(|_| Failure::refused(KeyRefusal::Unsupported { file: file() })),
                Err(KeygenError::Wrong) if passphrase.is_some() => Ok(None),
                Err(KeygenError::Wrong) => {
                    Err(Failure::refused(KeyRefusal::Unsupported { file: file() }))
                }
                Err(KeygenError::Run(error)) => {
                    Err(Failure::refused(KeyRefusal::Keygen { why: error.to_string() }))
                }
            }
        }
    }
}

fn ask(question: &Question, out: &Out) -> Result<Hidden, Failure> {
    passphrase(&crate::text::safe(&question.say(out.lang()))).map_err(|error| {
        Failure::refused(match error {
            AskError::NoTerminal => KeyRefusal::NoTerminal,
            AskError::Cancelled => KeyRefusal::Cancelled,
        })
    })
}

/// Asks for a new passphrase, twice, until both are the same.
pub(super) fn ask_new(out: &Out) -> Result<Hidden, Failure> {
    loop {
        let first = ask(&Question::New, out)?;
        if *first == *ask(&Question::Repeat, out)? {
            return Ok(first);
        }
        out.say(Look::Bad, &Told::Unlike);
    }
}

/// The key's text in a format.
pub(super) fn render(secret: &Secret, to: To, passphrase: &Hidden) -> Result<Hidden, Failure> {
    let bytes = |text: &Zeroizing<String>| Zeroizing::new(text.as_bytes().to_vec());
    let check = key_files::random::<4>().map_err(Failure::failed)?;
    let keygen = |form| {
        rewrite(secret.to_openssh(*check).as_bytes(), &[], passphrase, form).map_err(|error| {
            Failure::refused(KeyRefusal::Keygen {
                why: match error {
                    // Too short for it, most likely.
                    KeygenError::Wrong => "passphrase".to_owned(),
                    KeygenError::Run(error) => error.to_string(),
                },
            })
        })
    };
    match to {
        To::OpenSsh if passphrase.is_empty() => Ok(bytes(&secret.to_openssh(*check))),
        To::OpenSsh => keygen(Form::OpenSsh),
        To::Pem if secret.public.kind == "ssh-ed25519" => Err(Failure::refused(KeyRefusal::NoPem)),
        To::Pem => keygen(Form::Pem),
        To::Ppk(version) => {
            let salt = *key_files::random::<16>().map_err(Failure::failed)?;
            let seal = Seal { version, passphrase: passphrase.clone(), salt };
            let text = secret.to_ppk(&seal);
            text.map(|text| bytes(&text)).ok_or_else(no_name)
        }
        To::Public => {
            let line = format!("{} {}", secret.public.line(), secret.comment);
            Ok(Zeroizing::new(format!("{}\n", line.trim_end()).into_bytes()))
        }
    }
}
