//! Which verb is meant.

use super::{Env, Problem};
use crate::text::refusal::Refusal;
use crate::text::usage::Usage;

const VERBS: [&str; 8] =
    ["grant", "delete", "audit", "doctor", "check", "key", "expire", "policy-check"];

/// A verb.
pub(super) struct Found {
    /// Which.
    pub(super) name: String,
    /// The verb as it was typed, if it was.
    pub(super) explicit: Option<String>,
}

/// Finds the verb: the first word, unless it is an option; `--delete` and `--audit` anywhere;
/// `CAFE24DEL`. What is left are the verb's own words.
pub(super) fn verb(args: &[String], env: &Env) -> Result<(Found, Vec<String>), Problem> {
    let mut rest: Vec<String> = args.to_vec();
    let mut typed: Option<String> = None;
    // Options of all verbs may stand before the verb.
    let mut index = 0;
    while let Some(arg) = rest.get(index) {
        index += match arg.as_str() {
            "--json" => 1,
            "--lang" => 2,
            arg if arg.starts_with("--lang=") => 1,
            _ => break,
        };
    }
    if index < rest.len() && VERBS.contains(&rest[index].as_str()) {
        typed = Some(rest.remove(index));
    }
    let mut index = 0;
    while index < rest.len() {
        if matches!(rest[index].as_str(), "--delete" | "--audit") {
            let flag = rest.remove(index);
            let name = flag.trim_start_matches('-').to_owned();
            match &typed {
                Some(first) if *first != name => {
                    return Err(Problem::Usage(Usage::TwoVerbs {
                        first: first.clone(),
                        second: flag,
                    }));
                }
                _ => typed = Some(name),
            }
        } else {
            index += 1;
        }
    }
    let name = match (env.delete.as_deref().unwrap_or_default(), typed.as_deref()) {
        ("" | "no", None) => "grant",
        ("yes", None) => "delete",
        ("yes", Some("delete" | "expire" | "policy-check")) | ("", Some(_)) => {
            typed.as_deref().unwrap_or("grant")
        }
        ("no", Some(verb)) if verb != "delete" => verb,
        (value @ ("yes" | "no"), Some(verb)) => {
            let (verb, value) = (verb.to_owned(), value.to_owned());
            return Err(Problem::Refused(Refusal::DeleteContradiction { verb, value }));
        }
        (value, _) => {
            return Err(Problem::Refused(Refusal::DeleteValue { value: crate::text::safe(value) }));
        }
    };
    Ok((Found { name: name.to_owned(), explicit: typed.clone() }, rest))
}
