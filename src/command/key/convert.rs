//! The same key in another format.

use std::path::Path;

use serde_json::json;
use zeroize::Zeroizing;

use super::super::failure::Failure;
use super::super::out::{Look, Out};
use super::super::own::Own;
use super::ask::{self, Hidden};
use crate::cli::{Convert, Passphrase, To};
use crate::host::key_files::New;
use crate::host::keygen::{Form, KeygenError, rewrite};
use crate::host::{key_files, run};
use crate::key::{self, OpenError, Seal, Secret};
use crate::policy::Origin;
use crate::text::key::{Flaw, KeyRefusal, Question, Told};

/// As often a passphrase may be mistyped.
const TRIES: usize = 3;

/// Converts a file; returns the new one's name.
pub(super) fn run(wish: &Convert, own: &Own, out: &mut Out) -> Result<String, Failure> {
    let Convert { file, to, force, .. } = wish;
    let bytes = Zeroizing::new(file.read()?.bytes);
    let name = file.to_string();
    let path = wish.out.clone().or_else(|| named(file, *to));
    let path = path.ok_or_else(|| Failure::refused(KeyRefusal::NoName))?;
    // Before anybody is asked for a passphrase.
    if !force && key_files::exists(Path::new(&path)) {
        return Err(Failure::refused(KeyRefusal::Exists { path }));
    }
    let looked = key::look(&bytes, 0);
    let foreign = looked.flaws.iter().any(|it| it.flaw == Flaw::HalvesDiffer);
    if *to == To::Public && !looked.keys.is_empty() && !foreign {
        let [key] = looked.keys.as_slice() else {
            let count = looked.keys.len();
            return Err(Failure::refused(KeyRefusal::NotOne { file: name, count }));
        };
        write(&path, &key.public.file(&key.comment), *to, *force)?;
        done(&path, &key.public.sha256(), *to, false, own, out);
        return Ok(path);
    }
    if !looked.keys.is_empty() && !looked.private {
        return Err(Failure::refused(KeyRefusal::NotPrivate { file: name }));
    }
    let line = command(wish, &path, own);
    let inspect = own.line(&["key", "inspect", &run::quote(&name)]);
    let source = Source { bytes: &bytes, name: &name, again: &line, inspect: &inspect };
    let (mut secret, passphrase) = source.open(out)?;
    if secret.comment.is_empty() {
        // PEM has no place for one.
        let name = Path::new(&name).file_name();
        secret.comment = name.unwrap_or_default().as_encoded_bytes().to_vec();
    }
    let passphrase = match wish.passphrase {
        Passphrase::Keep => passphrase,
        Passphrase::Ask => ask::new(&line, out)?,
        Passphrase::Remove => Hidden::default(),
    };
    let text = render(&secret, *to, &passphrase)?;
    write(&path, &text, *to, *force)?;
    done(&path, &secret.public.sha256(), *to, !passphrase.is_empty(), own, out);
    Ok(path)
}

/// The file's name with another end; none for what has no name, and where it has that end already.
fn named(file: &Origin, to: To) -> Option<String> {
    let Origin::File(path) = file else { return None };
    let end = match to {
        To::OpenSsh => "",
        To::Ppk(_) => ".ppk",
        To::Pem => ".pem",
        To::Public => ".pub",
    };
    let (name, stem) = (path.to_str()?, path.with_extension(""));
    Some(format!("{}{end}", stem.to_str()?)).filter(|it| it != name)
}

/// What was typed, to be typed again.
fn command(wish: &Convert, path: &str, own: &Own) -> String {
    let to = match wish.to {
        To::OpenSsh => "openssh",
        To::Ppk(2) => "ppk2",
        To::Ppk(_) => "ppk",
        To::Pem => "pem",
        To::Public => "public",
    };
    let file = run::quote(&wish.file.to_string());
    let path = run::quote(path);
    let mut words = vec!["key", "convert", &file, "--to", to, "--out", &path];
    words.extend(wish.force.then_some("--force"));
    words.extend(match wish.passphrase {
        Passphrase::Ask => Some("--new-passphrase"),
        Passphrase::Remove => Some("--no-passphrase"),
        Passphrase::Keep => None,
    });
    own.line(&words)
}

/// Private halves are their owner's alone.
fn write(path: &str, bytes: &[u8], to: To, force: bool) -> Result<(), Failure> {
    let mode = if to == To::Public { 0o644 } else { 0o600 };
    key_files::write(&[New { path, bytes, mode }], force).map_err(|error| {
        if error.is_taken() {
            Failure::refused(KeyRefusal::Exists { path: path.to_owned() })
        } else {
            Failure::failed(error)
        }
    })
}

fn done(path: &str, print: &str, to: To, encrypted: bool, own: &Own, out: &mut Out) {
    out.say(Look::Good, &Told::Written { path: path.to_owned() });
    out.say(Look::Plain, &Told::Fingerprint { print: print.to_owned() });
    let file = run::quote(path);
    let next = match to {
        To::Ppk(_) => Told::NextPutty { file },
        To::Public => Told::Next { line: own.line(&["--key", &file]) },
        _ => Told::Next { line: format!("ssh -i {file} USER@HOST") },
    };
    out.say(Look::Strong, &next);
    out.field("file", json!(path));
    out.field("fingerprint", json!(print));
    out.field("encrypted", json!(encrypted));
}

/// A private key's file.
struct Source<'a> {
    bytes: &'a [u8],
    name: &'a str,
    /// The command that asks for its passphrase once more.
    again: &'a str,
    /// The command that says what is wrong with it.
    inspect: &'a str,
}

impl Source<'_> {
    /// Opens it, asking for its passphrase if it has one.
    fn open(&self, out: &Out) -> Result<(Secret, Hidden), Failure> {
        let mut passphrase: Option<Hidden> = None;
        for attempt in 0..=TRIES {
            let typed = passphrase.as_ref().map(|it| it.as_slice());
            if let Some(secret) = self.attempt(typed)? {
                return Ok((secret, passphrase.unwrap_or_default()));
            }
            if attempt == TRIES {
                break;
            }
            if attempt > 0 {
                out.say(Look::Bad, &Told::Again);
            }
            let question = Question::Passphrase { file: self.name.to_owned() };
            passphrase = Some(ask::one(&question, self.again, out)?);
        }
        Err(Failure::refused(KeyRefusal::WrongPassphrase { file: self.name.to_owned() }))
    }

    /// One try; nothing if it needs a passphrase, or another one.
    fn attempt(&self, passphrase: Option<&[u8]>) -> Result<Option<Secret>, Failure> {
        let file = || self.name.to_owned();
        let unusable = || {
            Failure::refused(KeyRefusal::Unusable { file: file(), line: self.inspect.to_owned() })
        };
        match key::open(self.bytes, passphrase) {
            Ok(secret) => Ok(Some(secret)),
            Err(OpenError::NeedsPassphrase | OpenError::Wrong) => Ok(None),
            Err(OpenError::Encrypted) if passphrase.is_none() => Ok(None),
            Err(OpenError::Damaged) => Err(unusable()),
            Err(OpenError::Excessive) => {
                Err(Failure::refused(KeyRefusal::Excessive { file: file() }))
            }
            // What ssh-keygen can open it writes so that we can.
            Err(OpenError::Encrypted | OpenError::Unsupported) => {
                let mended = key::mended(self.bytes).ok_or_else(unusable)?;
                let old = passphrase.unwrap_or_default();
                match rewrite(&mended, old, &[], Form::OpenSsh) {
                    Ok(plain) => key::open(&plain, None)
                        .map(Some)
                        .map_err(|_| Failure::refused(KeyRefusal::Unsupported { file: file() })),
                    Err(KeygenError::Wrong) if passphrase.is_some() => Ok(None),
                    Err(KeygenError::Wrong) => {
                        Err(Failure::refused(KeyRefusal::Unsupported { file: file() }))
                    }
                    Err(error) => {
                        Err(Failure::refused(KeyRefusal::Keygen { why: error.to_string() }))
                    }
                }
            }
        }
    }
}

/// The key's text in a format.
pub(super) fn render(secret: &Secret, to: To, passphrase: &Hidden) -> Result<Hidden, Failure> {
    let check = key_files::random::<4>().map_err(Failure::failed)?;
    let keygen = |form| {
        rewrite(&secret.to_openssh(*check), &[], passphrase, form).map_err(|error| {
            Failure::refused(match error {
                // It was just typed, so it is the writing that minds.
                KeygenError::Wrong => KeyRefusal::Short,
                error => KeyRefusal::Keygen { why: error.to_string() },
            })
        })
    };
    match to {
        To::OpenSsh if passphrase.is_empty() => Ok(secret.to_openssh(*check)),
        To::OpenSsh => keygen(Form::OpenSsh),
        To::Pem if secret.public.kind == "ssh-ed25519" => Err(Failure::refused(KeyRefusal::NoPem)),
        To::Pem => keygen(Form::Pem),
        To::Ppk(version) => {
            let salt = *key_files::random::<16>().map_err(Failure::failed)?;
            let seal = Seal { version, passphrase: passphrase.clone(), salt };
            let file = secret.public.shown.to_owned();
            secret.to_ppk(&seal).ok_or_else(|| Failure::refused(KeyRefusal::Unsupported { file }))
        }
        To::Public => Ok(Zeroizing::new(secret.public.file(&secret.comment))),
    }
}
