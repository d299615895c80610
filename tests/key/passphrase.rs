//! Passphrases: asked on a terminal, kept by the converted key, and seen by nobody.

use crate::shop::{KINDS, Shop, two_words};

const WORD: &str = "correct horse \\ 가나";

/// The same for a shell.
fn quoted() -> String {
    format!("'{WORD}'")
}

#[test]
fn encrypted_keys_go_to_putty_and_back_and_stay_encrypted() {
    let shop = Shop::open();
    for (kind, bits) in KINDS {
        shop.make("k", kind, bits);
        let public = two_words(&shop.text("k.pub"));
        shop.sh(&format!("cp k e; ssh-keygen -q -p -N {} -f e", quoted())).ok();
        for (to, version) in [("ppk", "3"), ("ppk2", "2")] {
            let answers = [("Passphrase of e: ", WORD)];
            let line = format!("support-access key convert e --to {to} --out o.ppk --lang en");
            let said = shop.typed(&line, &answers);
            assert_eq!(said.code, 0, "{kind} {to}: {said:?}");
            assert!(!said.stdout.contains("correct"), "{said:?}");
            assert!(shop.text("o.ppk").contains("Encryption: aes256-cbc"), "{kind} {to}");
            assert_eq!(shop.putty_public("o.ppk", WORD).as_ref(), Some(&public), "{kind} {to}");
            shop.put("passphrase", WORD);
            shop.put("none", "");
            let all = "--old-passphrase passphrase --new-passphrase none";
            // Both halves: with a wrong passphrase or sum, puttygen gives nothing.
            shop.sh(&format!("puttygen o.ppk -O private-openssh-new {all} -o theirs")).ok();
            assert_eq!(shop.public("theirs", "").as_ref(), Some(&public), "{kind} {to}");
            shop.put("wrong", "another");
            let wrong = "puttygen o.ppk -O private-openssh-new --old-passphrase wrong -o no";
            assert_ne!(shop.sh(wrong).code, 0, "{kind} {to}");
            // puttygen's own, back.
            let param = format!("--ppk-param version={version} --new-passphrase passphrase");
            shop.sh(&format!("puttygen k -O private {param} -o t.ppk")).ok();
            let line = "support-access key convert t.ppk --to openssh --out o --lang en";
            let said = shop.typed(line, &[("Passphrase of t.ppk: ", WORD)]);
            assert_eq!(said.code, 0, "{kind} {to}: {said:?}");
            assert_eq!(shop.public("o", ""), None, "{kind} {to}: not encrypted");
            assert_eq!(shop.public("o", WORD).as_ref(), Some(&public), "{kind} {to}");
            assert_eq!(shop.mode("o"), 0o600);
            shop.sh("rm o o.ppk theirs t.ppk").ok();
        }
        shop.sh("rm k k.pub e").ok();
    }
}

#[test]
fn encrypted_pem_is_read_and_written() {
    let shop = Shop::open();
    for (kind, bits) in KINDS.into_iter().filter(|it| it.0 != "ed25519") {
        shop.make("k", kind, bits);
        let public = two_words(&shop.text("k.pub"));
        for form in ["PEM", "PKCS8"] {
            shop.sh(&format!("cp k e.pem; ssh-keygen -q -p -N {} -m {form} -f e.pem", quoted()))
                .ok();
            let line = "support-access key convert e.pem --to ppk --lang en";
            let said = shop.typed(line, &[("Passphrase of e.pem: ", WORD)]);
            assert_eq!(said.code, 0, "{kind} {form}: {said:?}");
            assert_eq!(shop.putty_public("e.ppk", WORD).as_ref(), Some(&public), "{kind} {form}");
            let line = "support-access key convert e.pem --to public --lang en";
            assert_eq!(shop.typed(line, &[("Passphrase of e.pem: ", WORD)]).code, 0);
            assert_eq!(two_words(&shop.text("e.pub")), public);
            let line = "support-access key convert e.ppk --to pem --out o.pem --lang en";
            let said = shop.typed(line, &[("Passphrase of e.ppk: ", WORD)]);
            assert_eq!(said.code, 0, "{kind} {form}: {said:?}");
            assert!(shop.text("o.pem").contains("Proc-Type: 4,ENCRYPTED"), "{kind} {form}");
            assert_eq!(shop.public("o.pem", WORD).as_ref(), Some(&public), "{kind} {form}");
            shop.sh("rm e.pem e.ppk e.pub o.pem").ok();
        }
        shop.sh("rm k k.pub").ok();
    }
}

#[test]
fn a_mistyped_passphrase_is_asked_again_three_times() {
    let shop = Shop::open();
    shop.make("k", "ed25519", "256");
    shop.sh(&format!("cp k e; ssh-keygen -q -p -N {} -f e", quoted())).ok();
    let ask = "Passphrase of e: ";
    let line = "support-access key convert e --to ppk --lang en";
    let said = shop.typed(line, &[(ask, "no"), (ask, "\u{15}x\u{7f}"), (ask, "no")]);
    assert_eq!(said.code, 4, "{said:?}");
    assert!(said.stdout.contains("e: the passphrase does not fit"), "{said:?}");
    assert!(!shop.path("e.ppk").exists());
    // With letters typed and taken back, of one byte and of three.
    let typed = format!("x\u{15}{WORD}다\u{7f}z\u{7f}");
    let said = shop.typed(line, &[(ask, "no"), (ask, &typed)]);
    assert_eq!(said.code, 0, "{said:?}");
    let line = "support-access key convert e.ppk --to openssh --out o --lang en";
    let ask = "Passphrase of e.ppk: ";
    let said = shop.typed(line, &[(ask, ""), (ask, "no"), (ask, WORD)]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.stdout.contains("That passphrase does not fit"), "{said:?}");
}

#[test]
fn without_a_terminal_nobody_is_asked() {
    let shop = Shop::open();
    shop.make("k", "ed25519", "256");
    shop.sh("ssh-keygen -q -p -N secret -f k").ok();
    for words in ["convert k --to ppk", "new n"] {
        let said = shop.sh(&format!("setsid -w support-access key {words} --lang en"));
        assert_eq!(said.code, 4, "{said:?}");
        assert!(said.stdout.contains("only be asked on a terminal"), "{said:?}");
        // And what to type where there is one.
        assert!(said.stdout.contains(&format!("support-access key {words}")), "{said:?}");
    }
    assert!(!shop.path("k.ppk").exists() && !shop.path("n").exists());
}

#[test]
fn ctrl_c_leaves_a_terminal_that_shows_what_is_typed() {
    let shop = Shop::open();
    shop.make("k", "ed25519", "256");
    shop.sh("ssh-keygen -q -p -N secret -f k").ok();
    let line = "support-access key convert k --to ppk --lang en; stty -a; ls";
    let said = shop.typed(line, &[("Passphrase of k: ", "\u{3}")]);
    assert!(said.stdout.contains("cancelled"), "{said:?}");
    let settings: Vec<&str> = said.stdout.split([' ', ';', '\r', '\n']).collect();
    for set in ["echo", "icanon", "isig"] {
        assert!(settings.contains(&set), "{set}: {said:?}");
    }
    assert!(!shop.path("k.ppk").exists());
}

#[test]
fn another_passphrase_or_none_is_set_when_asked_for() {
    let shop = Shop::open();
    shop.make("k", "ecdsa", "256");
    let public = shop.public("k", "");
    let new = [
        ("New passphrase (empty for none): ", "one"),
        ("once more: ", "two"),
        ("New passphrase (empty for none): ", ""),
        ("once more: ", ""),
    ];
    let line = "support-access key convert k --to ppk --new-passphrase --lang en";
    let said = shop.typed(line, &new);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(shop.text("k.ppk").contains("Encryption: none"));
    let new = [("New passphrase (empty for none): ", WORD), ("once more: ", WORD)];
    let said = shop
        .typed("support-access key convert k --to ppk --new-passphrase --force --lang en", &new);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(shop.putty_public("k.ppk", WORD), public);
    let line = "support-access key convert k.ppk --to openssh --out o --no-passphrase --lang en";
    assert_eq!(shop.typed(line, &[("Passphrase of k.ppk: ", WORD)]).code, 0);
    assert_eq!(shop.public("o", ""), public);
}

#[test]
fn a_passphrase_that_pem_does_not_take_is_refused() {
    let shop = Shop::open();
    shop.make("k", "ecdsa", "256");
    let new = [("New passphrase (empty for none): ", "abcd"), ("once more: ", "abcd")];
    let line = "support-access key convert k --to pem --new-passphrase --lang en";
    let said = shop.typed(line, &new);
    assert_eq!(said.code, 4, "{said:?}");
    assert!(said.stdout.contains("fewer than five characters"), "{said:?}");
    assert!(!shop.path("k.pem").exists());
    // The other formats take it.
    let said = shop.typed(&line.replace("pem", "ppk"), &new);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(shop.putty_public("k.ppk", "abcd"), shop.public("k", ""));
}

#[test]
fn no_argument_variable_or_file_ever_holds_a_secret() {
    let shop = Shop::open();
    shop.make("k", "rsa", "2048");
    let pieces: Vec<String> = shop
        .text("k")
        .lines()
        .filter(|line| line.len() == 70)
        .skip(8)
        .map(|line| line[..40].to_owned())
        .collect();
    shop.sh("cp k e; ssh-keygen -q -p -N 'correct-horse' -f e").ok();
    let trace = "strace -f -s 65536 -v -e trace=execve,openat,creat,memfd_create -o trace";
    let line = format!("{trace} support-access key convert e --to pem --lang en");
    let said = shop.typed(&line, &[("Passphrase of e: ", "correct-horse")]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(shop.public("e.pem", "correct-horse").is_some());
    let trace = shop.text("trace");
    assert!(trace.contains("ssh-keygen") && trace.contains("memfd_create"), "{trace}");
    assert!(!trace.contains("correct-horse") && !said.stdout.contains("correct-horse"), "{trace}");
    for piece in pieces {
        assert!(!trace.contains(&piece), "{trace}");
    }
    // The one file that anybody writes is the one that was asked for.
    let written = trace.lines().filter(|line| line.contains("O_CREAT") && !line.contains(" = -1"));
    let paths: Vec<&str> = written.filter_map(|line| line.split('"').nth(1)).collect();
    let fine = |path: &&str| {
        path.starts_with("/proc/") || path.contains(".e.pem.key.tmp") || *path == "/dev/null"
    };
    assert!(paths.iter().all(fine), "{paths:?}");
    assert!(paths.iter().any(|path| path.contains(".e.pem.key.tmp")), "{paths:?}");
}
