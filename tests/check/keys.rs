//! The key's file on the engineer's side.

use crate::bench::{Bench, Case, Mend, PROGRAM, TYPED, ids, run};

pub(crate) const CASES: &[Case] = &[
    Case::new("no-key", "rocky@203.0.113.10", Mend::Typed(TYPED)),
    Case::new("key-missing", "rocky@203.0.113.10 -i /home/eng/none", Mend::Typed(TYPED)),
    Case::new("key-unreadable", TYPED, Mend::Here).engineer("chown root: /home/eng/k"),
    Case::new("key-too-open", TYPED, Mend::Fix).engineer("chmod 644 /home/eng/k"),
    // ssh took it up by itself.
    Case::new("key-too-open", "rocky@203.0.113.10", Mend::Fix)
        .engineer("install -m 644 -o eng -g eng /home/eng/k /home/eng/.ssh/id_ed25519"),
    Case::new("key-is-public", "rocky@203.0.113.10 -i /home/eng/k.pub", Mend::Here),
    Case::new("key-damaged", TYPED, Mend::Here)
        .engineer("sed -i '1s/^/\\xEF\\xBB\\xBF/; s/$/\\r/' /home/eng/k"),
    Case::new("key-damaged", TYPED, Mend::Engineer("mv /home/eng/kept /home/eng/k"))
        .engineer("cp -p /home/eng/k /home/eng/kept; sed -i 3d /home/eng/k"),
    Case::new("key-encrypted", TYPED, Mend::Here).engineer(
        "ssh-keygen -q -p -P '' -N 'a secret' -f /home/eng/k; chown eng: /home/eng/k; \
         printf '#!/bin/sh\\necho a secret\\n' >/run/test/ask; chmod 755 /run/test/ask",
    ),
];

#[test]
fn the_key_s_file() {
    run(CASES);
}

/// PuTTY's own program made it.
#[test]
fn a_key_in_putty_s_format_is_named_as_such() {
    let bench = Bench::new();
    let folder = tempfile::tempdir().unwrap();
    let ppk = folder.path().join("k.ppk");
    let made = std::process::Command::new("puttygen")
        .arg(bench.key.file())
        .args(["-O", "private", "-o"])
        .arg(&ppk)
        .status();
    assert!(made.unwrap().success());
    bench.engineer.put("/home/eng/k.ppk", std::fs::read(ppk).unwrap(), 0o600);
    bench.engineer.ok("chown eng: /home/eng/k.ppk");
    let words = "rocky@203.0.113.10 -i /home/eng/k.ppk";
    let (document, code) = bench.check(words);
    assert_eq!((code, ids(&document)), (6, vec!["key-format".to_owned()]), "{document:#}");
    let fix = format!("{PROGRAM} key convert /home/eng/k.ppk --to openssh");
    assert_eq!(document["findings"][0]["fix"], fix.as_str());
    let (without, _) = bench.check_after("", &format!("{PROGRAM} check {words}"), "key-format");
    assert!(!ids(&without).contains(&"key-format".to_owned()), "{without:#}");
}
