//! What must hold of the policy's readers, whatever they are given.

use std::fmt::Write;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::plain::is_plain;
use super::{
    AccountName, AuthorizedKey, Fingerprint, HttpsUrl, Lifetime, Policy, Revocations, Signers,
    Source, parse_keys, verify,
};
use crate::fuzzing::{is_sayable, reads_back};
use crate::text::Lang;

/// A policy as a publisher signed it, and his key. Nobody else can sign, so that no other text may
/// ever be believed.
const SIGNED: &[u8] = include_bytes!("../../tests/fuzz/corpus/signature/signed");
const SIGNER: &str = "release@example.org ssh-ed25519 \
     AAAAC3NzaC1lZDI1NTE5AAAAIHx0AuE4HeaAvdY6Ia06UJiwS2/GS6ddjHWfXLdcyy2V";

/// A policy's text.
pub(crate) fn policy(data: &[u8]) {
    let lenient = Revocations::read_leniently(data, "policy.toml");
    match Policy::parse(data, "policy.toml") {
        Ok(policy) => {
            assert!(policy.provider.chars().all(is_plain));
            assert!(policy.site.as_str().bytes().all(|b| b.is_ascii_graphic()));
            // What an older program sees of it is what it withdraws, all of it.
            assert_eq!(lenient, Ok(Revocations::from(&policy)));
            let printed = print(&policy);
            assert_eq!(Policy::parse(printed.as_bytes(), ""), Ok(policy), "{printed}");
        }
        Err(error) => is_sayable(&error),
    }
}

fn print(policy: &Policy) -> String {
    let quote = |text: &dyn ToString| {
        format!("\"{}\"", text.to_string().replace('\\', "\\\\").replace('"', "\\\""))
    };
    let list = |entries: Vec<String>| format!("[{}]", entries.join(", "));
    let prints = |prints: &[Fingerprint]| list(prints.iter().map(|print| quote(print)).collect());
    let language = if policy.language == Lang::Ko { "ko" } else { "en" };
    let until = policy.valid_until.and_then(|until| until.format(&Rfc3339).ok());
    let mut text = String::new();
    for (name, value) in [
        ("schema", "1".to_owned()),
        ("serial", policy.serial.to_string()),
        ("provider", quote(&policy.provider)),
        ("language", quote(&language)),
        ("site", quote(&policy.site)),
        ("account", quote(&policy.account)),
        ("keys", list(policy.keys.iter().map(|key| quote(key)).collect())),
        ("from", list(policy.from.iter().map(|source| quote(source)).collect())),
        ("port", policy.port.to_string()),
        ("lifetime", quote(&policy.lifetime)),
        ("longest", quote(&policy.longest)),
        ("sudo", quote(&policy.sudo)),
        ("revoked", prints(&policy.revoked)),
        ("revoke-all", policy.revoke_all.to_string()),
    ] {
        let _ = writeln!(text, "{name} = {value}");
    }
    if let Some(until) = until {
        let _ = writeln!(text, "valid-until = {until}");
    }
    for legacy in &policy.legacy {
        let (account, keys) = (quote(&legacy.account), prints(&legacy.keys));
        let _ = writeln!(text, "[[legacy]]\naccount = {account}\nkeys = {keys}");
    }
    text
}

/// A signed policy.
pub(crate) fn signature(data: &[u8]) {
    let Ok(signers) = Signers::parse(SIGNER) else { unreachable!("a signer's line") };
    match verify(data, &signers, OffsetDateTime::UNIX_EPOCH) {
        Ok(verified) => assert!(SIGNED.starts_with(verified.text) && verified.text.len() > 100),
        Err(problem) => is_sayable(&problem),
    }
}

/// A list of signers.
pub(crate) fn signers(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let list = match Signers::parse_bytes(data) {
        Ok(list) => list,
        Err(error) => return is_sayable(&error),
    };
    list.refused().iter().for_each(|error| is_sayable(error));
    // Each line stands for itself: no line makes another a signer's, or keeps it from being one.
    let alone = text.lines().filter_map(|line| Signers::parse(line).ok());
    let alone: Vec<_> = alone.flat_map(|list| list.signers().to_vec()).collect();
    assert_eq!(list.signers(), alone);
    for signer in list.signers() {
        assert!(signer.principal().chars().all(is_plain));
        reads_back(&signer.fingerprint());
    }
    if let Ok(verified) = verify(SIGNED, &list, OffsetDateTime::UNIX_EPOCH) {
        let key = SIGNER.rsplit(' ').next().unwrap_or_default();
        assert!(text.contains(key), "{verified:?}");
    }
}

/// A file of public keys.
pub(crate) fn keys(data: &[u8]) {
    let keys = match parse_keys(data, "keys.pub") {
        Ok(keys) => keys,
        Err(error) => return is_sayable(&error),
    };
    let mut file = String::new();
    for key in &keys {
        reads_back(key);
        assert!(key.comment().chars().all(is_plain) && key.comment().chars().count() <= 100);
        let line = key.line_without_comment();
        assert_eq!(line.split(' ').count(), 2, "{line:?}");
        // Nothing was read into it.
        let body = line.split(' ').nth(1).unwrap_or_default();
        assert!(data.windows(body.len()).any(|part| part == body.as_bytes()));
        let _ = writeln!(file, "{key}");
    }
    assert_eq!(parse_keys(file.as_bytes(), "").as_ref(), Ok(&keys));
}

/// One word as each field that people type.
pub(crate) fn fields(word: &str) {
    fn field<T>(word: &str)
    where
        T: std::str::FromStr + std::fmt::Display + PartialEq + std::fmt::Debug,
        T::Err: crate::text::Words,
    {
        match word.parse::<T>() {
            Ok(value) => reads_back(&value),
            Err(problem) => is_sayable(&problem),
        }
    }
    field::<Lifetime>(word);
    field::<AccountName>(word);
    field::<HttpsUrl>(word);
    field::<Fingerprint>(word);
    field::<AuthorizedKey>(word);
    field::<Source>(word);
    if let Ok(source) = word.parse::<Source>() {
        assert!(source.contains(source.first_host()) && source.covers(&source));
    }
}
