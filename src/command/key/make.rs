//! A new pair.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::super::failure::Failure;
use super::super::out::{Look, Out};
use super::super::own::Own;
use super::ask::{self, Hidden};
use super::convert::render;
use crate::cli::{New, To};
use crate::host::key_files;
use crate::host::run::quote;
use crate::key;
use crate::text::key::{KeyRefusal, Told};

/// Makes a pair; returns the private half's name.
pub(super) fn run(wish: &New, own: &Own, out: &mut Out) -> Result<String, Failure> {
    let user = key_files::user();
    let private = match (&wish.file, &user) {
        (Some(file), _) => PathBuf::from(file),
        (None, Some((_, home))) => home.join(".ssh/id_ed25519"),
        (None, None) => return Err(Failure::refused(KeyRefusal::NoHome)),
    };
    let name = private.display().to_string();
    let public = format!("{name}.pub");
    let taken = |path: &str| Failure::refused(KeyRefusal::PairExists { path: path.to_owned() });
    for path in [&name, &public] {
        if key_files::exists(Path::new(path)) {
            return Err(taken(path));
        }
    }
    let passphrase = if wish.no_passphrase {
        Hidden::default()
    } else {
        let line = own.line(&["key", "new", &quote(&name)]);
        ask::new(&line, out)?
    };
    let usual = || {
        let name = user.as_ref().map_or("", |(name, _)| name);
        format!("{name}@{}", key_files::host())
    };
    let comment = wish.comment.clone().unwrap_or_else(usual);
    let seed = key_files::random::<32>().map_err(Failure::failed)?;
    let secret = key::new_ed25519(&seed, &comment).ok_or_else(|| taken(&name))?;
    let text = render(&secret, To::OpenSsh, &passphrase)?;
    let line = render(&secret, To::Public, &passphrase)?;
    let pair = [
        key_files::New { path: &name, bytes: &text, mode: 0o600 },
        key_files::New { path: &public, bytes: &line, mode: 0o644 },
    ];
    // As ssh-keygen does, also where the usual place was typed.
    let folder = user.as_ref().map(|(_, home)| home.join(".ssh"));
    folder.iter().filter(|it| private.parent() == Some(it)).for_each(|it| key_files::folder(it));
    key_files::write(&pair, false).map_err(|error| {
        let there = if key_files::exists(Path::new(&public)) { &public } else { &name };
        if error.is_taken() { taken(there) } else { Failure::failed(error) }
    })?;
    for path in [&name, &public] {
        out.say(Look::Good, &Told::Written { path: path.clone() });
    }
    let print = secret.public.sha256();
    out.say(Look::Plain, &Told::Fingerprint { print: print.clone() });
    secret.public.randomart().lines().for_each(|row| out.line(Look::Plain, row));
    let line = format!("ssh-copy-id -i {} USER@HOST", quote(&public));
    out.say(Look::Strong, &Told::Next { line });
    out.field("file", json!(name));
    out.field("public", json!(public));
    out.field("fingerprint", json!(print));
    out.field("encrypted", json!(!passphrase.is_empty()));
    Ok(name)
}
