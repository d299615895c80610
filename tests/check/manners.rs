//! What a check leaves alone, and how it says what it found.

use crate::bench::{BY_RECEIPT, Bench, PROGRAM, TYPED};

/// A check that is not told to mend writes nothing on the engineer's machine, whatever it finds.
#[test]
fn nothing_changes_without_fix() {
    let bench = Bench::new();
    bench.engineer.ok("chmod 644 /home/eng/k");
    bench.server.ok("rm /etc/ssh/ssh_host_*; ssh-keygen -A >/dev/null; systemctl restart ssh");
    let before = bench.engineer.snapshot();
    for words in [TYPED, BY_RECEIPT, "rocky@203.0.113.66", "rocky@203.0.113.10:1"] {
        let (document, code) = bench.check(words);
        assert_eq!(code, 6, "{document:#}");
        // runuser opens a session; what is looked at is the engineer's home and what lies about.
        let changes = bench.engineer.changes_since(&before).ignoring_times();
        let changes = changes.except("/var/log").except("/run/user").except("/run/lab");
        let mine = format!("{changes}");
        assert!(!mine.contains("/home") && !mine.contains("/tmp"), "{words}:\n{mine}");
    }
}

/// Where it ends and what to do stand in the first lines, in both languages; the last line is the
/// contract's.
#[test]
fn a_sentence_says_where_it_ends_in_both_languages() {
    let bench = Bench::new();
    bench.engineer.ok("chmod 644 /home/eng/k");
    for (lang, sentence) in [
        (
            "en",
            "The way ends at: key\nothers can read the key file (UNPROTECTED PRIVATE KEY FILE) [key-too-open]",
        ),
        (
            "ko",
            "접속이 끝난 단계: key\n키 파일 권한이 너무 열려 있습니다(UNPROTECTED PRIVATE KEY FILE) [key-too-open]",
        ),
    ] {
        let line = format!("{PROGRAM} check {TYPED} --lang {lang}");
        let output = bench.engineer.command(&line).user("eng").run();
        assert_eq!(output.code, 6, "{output}");
        assert!(output.stdout.contains(sentence), "{output}");
        assert!(output.stdout.contains("0644 eng"), "mode and owner: {output}");
        assert_eq!(output.last_line(), "RESULT: problems causes=1 first=key-too-open");
    }
}

/// What is no place, no receipt, or none at all, is refused before anybody is called.
#[test]
fn what_can_t_be_checked_is_refused() {
    let bench = Bench::new();
    bench.engineer.put("/run/test/empty", "hello\n", 0o644);
    for (words, code, id) in [
        ("", 2, "nowhere"),
        ("-oProxyCommand=id", 2, "unknown-option"),
        ("'rocky@a b'", 2, "bad-field"),
        ("rocky@host --via host:0", 2, "bad-field"),
        ("--receipt /run/test/empty", 4, "not-one"),
        ("--receipt /run/test/none", 4, "not-found"),
    ] {
        let (document, exit) = bench.check(words);
        assert_eq!((exit, &document["error"]["id"]), (code, &id.into()), "{words}: {document:#}");
    }
}
