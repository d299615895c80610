//! The words of `key`.

use clap::Args;

use super::common::Common;
use super::{Problem, field};
use crate::policy::Origin;
use crate::text::Lang;
use crate::text::usage::Usage;

#[derive(Args)]
pub(super) struct KeyArgs {
    #[command(flatten)]
    common: Common,
    action: Option<String>,
    file: Vec<String>,
    #[arg(long, value_parser = ["openssh", "ppk", "ppk2", "pem", "public"])]
    to: Option<String>,
    #[arg(long)]
    out: Option<String>,
    #[arg(long)]
    force: bool,
    #[arg(long)]
    new_passphrase: bool,
    #[arg(long)]
    no_passphrase: bool,
    #[arg(long)]
    comment: Option<String>,
}

/// What is asked of key files.
#[derive(Clone, Debug, PartialEq)]
pub enum Key {
    /// Say what stands in them and what is wrong.
    Inspect {
        /// Which.
        files: Vec<Origin>,
    },
    /// The same key in another format.
    Convert(Convert),
    /// Make a pair.
    New(New),
}

/// A key that is to have another format.
#[derive(Clone, Debug, PartialEq)]
pub struct Convert {
    /// Which.
    pub file: Origin,
    /// In which.
    pub to: To,
    /// `--out`; else a name of its own.
    pub out: Option<String>,
    /// Also over a file that stands there.
    pub force: bool,
    /// What becomes of its passphrase.
    pub passphrase: Passphrase,
}

/// A pair that is to be made.
#[derive(Clone, Debug, PartialEq)]
pub struct New {
    /// Where; else as ssh-keygen does.
    pub file: Option<String>,
    /// `--comment`
    pub comment: Option<String>,
    /// Don't ask for a passphrase.
    pub no_passphrase: bool,
}

/// What becomes of a key's passphrase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passphrase {
    /// It stays.
    Keep,
    /// Another one is asked for.
    Ask,
    /// It goes.
    Remove,
}

/// A format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    /// OpenSSH's own.
    OpenSsh,
    /// PuTTY's, with its version.
    Ppk(u8),
    /// OpenSSL's, as OpenSSH writes it.
    Pem,
    /// The public half alone.
    Public,
}

pub(super) fn key(args: KeyArgs, lang: Lang) -> Result<Key, Problem> {
    let KeyArgs { action, file: files, to, out, force, new_passphrase, no_passphrase, .. } = args;
    let origin = |text: &String| field("FILE", text.parse::<Origin>(), lang);
    let missing = |option: &str| Problem::Usage(Usage::MissingValue { option: option.to_owned() });
    let set = [
        ("--to", to.is_some()),
        ("--out", out.is_some()),
        ("--force", force),
        ("--new-passphrase", new_passphrase),
        ("--no-passphrase", no_passphrase),
        ("--comment", args.comment.is_some()),
    ];
    let only = |allowed: &[&str]| match set.iter().find(|it| it.1 && !allowed.contains(&it.0)) {
        Some((option, _)) => {
            Err(Problem::Usage(Usage::UnknownOption { option: (*option).to_owned() }))
        }
        None => Ok(()),
    };
    match action.as_deref() {
        Some("inspect") => {
            only(&[])?;
            let files = files.iter().map(origin).collect::<Result<Vec<_>, _>>()?;
            if files.is_empty() { Err(missing("key inspect")) } else { Ok(Key::Inspect { files }) }
        }
        Some("convert") => {
            only(&["--to", "--out", "--force", "--new-passphrase", "--no-passphrase"])?;
            let [file] = files.as_slice() else { return Err(missing("key convert")) };
            let passphrase = match (new_passphrase, no_passphrase) {
                (true, true) => {
                    let option = "--no-passphrase".to_owned();
                    return Err(Problem::Usage(Usage::Twice { option }));
                }
                (true, _) => Passphrase::Ask,
                (_, true) => Passphrase::Remove,
                _ => Passphrase::Keep,
            };
            let to = match to.as_deref() {
                Some("openssh") => To::OpenSsh,
                Some("ppk") => To::Ppk(3),
                Some("ppk2") => To::Ppk(2),
                Some("pem") => To::Pem,
                Some(_) => To::Public,
                None => return Err(missing("--to")),
            };
            Ok(Key::Convert(Convert { file: origin(file)?, to, out, force, passphrase }))
        }
        Some("new") => {
            only(&["--comment", "--no-passphrase"])?;
            if let Some(word) = files.get(1) {
                return Err(Problem::Usage(Usage::UnknownWord { word: crate::text::safe(word) }));
            }
            let file = files.into_iter().next();
            // A line end would begin a line of its own in the public half.
            if args.comment.as_ref().is_some_and(|text| text.contains(char::is_control)) {
                return Err(Problem::Usage(Usage::BadValue {
                    option: "--comment".to_owned(),
                    value: crate::text::safe(args.comment.as_deref().unwrap_or_default()),
                    allowed: "USER@HOST".to_owned(),
                }));
            }
            Ok(Key::New(New { file, comment: args.comment, no_passphrase }))
        }
        other => Err(Problem::Usage(Usage::BadValue {
            option: "key".to_owned(),
            value: crate::text::safe(other.unwrap_or_default()),
            allowed: "inspect, convert, new".to_owned(),
        })),
    }
}
