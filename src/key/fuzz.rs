//! What must hold of the reader of key files, whatever it is given.

use super::{Seal, look, open};
use crate::fuzzing::is_sayable;

/// A key file.
pub(crate) fn file(data: &[u8]) {
    let looked = look(data, 1_900_000_000);
    let lines = data.split(|byte| *byte == b'\n').count();
    for flawed in &looked.flaws {
        is_sayable(&flawed.flaw);
        // Line ends that somebody wrote as `\n` count as such.
        assert!(flawed.line >= 1 && flawed.line <= lines + data.len() / 2, "{flawed:?}");
    }
    assert!(!looked.keys.is_empty() || !looked.flaws.is_empty() || looked.cipher.is_some());
    for key in &looked.keys {
        // What was read is a key that reads back as itself, whatever stood around it.
        let line = key.public.line();
        let again = look(line.as_bytes(), 1_900_000_000);
        assert_eq!(again.keys.first().map(|key| &key.public), Some(&key.public), "{line}");
        assert!(key.public.randomart().lines().count() >= 11);
    }
    if let Ok(secret) = open(data, None) {
        let text = secret.to_openssh([7; 4]);
        let again = open(&text, None);
        assert!(again.is_ok_and(|again| again.public == secret.public));
        for version in [2, 3] {
            let seal = Seal { version, passphrase: Vec::new().into(), salt: [0; 16] };
            let text = secret.to_ppk(&seal);
            let again = text.and_then(|text| open(&text, None).ok());
            assert!(again.is_some_and(|again| again.public == secret.public));
        }
    }
}
