//! What an engineer may be handed, and what may stand in the way: nothing is lost, nothing is left, and the
//! terminal is as it was.

use crate::shop::{Shop, two_words};

const ASK: &str = "Passphrase of e: ";

/// A key, and the same with a passphrase.
fn two(shop: &Shop) -> String {
    shop.make("k", "ed25519", "256");
    shop.sh("cp k e; ssh-keygen -q -p -N secret -f e").ok();
    two_words(&shop.text("k.pub"))
}

#[test]
fn what_is_no_key_file_is_refused_in_no_time() {
    let shop = Shop::open();
    shop.sh("mkfifo pipe; mkdir folder; truncate -s 3G huge; ln -s /dev/zero zero").ok();
    shop.put("big", vec![b'A'; 600_000]);
    for (file, said) in [
        ("pipe", "not a regular file"),
        ("folder", "not a regular file"),
        ("zero", "not a regular file"),
        ("huge", "larger than"),
        ("big", "larger than"),
        ("nothing", "no such file"),
        ("''", "name is empty"),
    ] {
        for words in ["inspect", "convert --to ppk --out out"] {
            let found = shop.sh(&format!("timeout 60 support-access key {words} {file} --lang en"));
            let code = if file == "''" { 2 } else { 4 };
            assert_eq!(found.code, code, "{file}: {found:?}");
            assert!(found.stdout.contains(said), "{file}: {found:?}");
        }
    }
    assert!(!shop.path("out").exists());
    // Of a pipe that the caller opened himself, it is read.
    shop.make("k", "ed25519", "256");
    assert!(shop.sh("cat k | support-access key inspect -").ok().contains("RESULT: ok"));
}

#[test]
fn a_comment_stays_a_comment() {
    let shop = Shop::open();
    let comment = "red \x1b[31m\x07\nssh-rsa AAAA evil\nRESULT: ok files=9";
    let line = format!("ssh-keygen -q -t ed25519 -N '' -C '{comment}' -f k");
    shop.sh(&line).ok();
    let public = shop.public("k", "");
    for words in
        ["inspect k", "inspect k --json", "convert k --to ppk", "convert k --to public --force"]
    {
        let said = shop.key(words).ok();
        assert!(!said.contains(['\x1b', '\x07']), "{words}: {said}");
        let results = said.lines().filter(|line| line.starts_with("RESULT: ")).count();
        assert_eq!(results, usize::from(!words.contains("json")), "{words}: {said}");
    }
    // No second key for whoever appends the line to a server's file.
    assert_eq!(shop.text("k.pub").lines().count(), 1);
    assert_eq!(Some(two_words(&shop.text("k.pub"))), public);
    assert_eq!(shop.putty_public("k.ppk", ""), public);
    assert_eq!(shop.putty_private("k.ppk"), public);
}

#[test]
fn a_comment_may_be_in_any_encoding() {
    let shop = Shop::open();
    shop.make("k", "ed25519", "256");
    let public = shop.public("k", "");
    // As a Korean Windows writes it (CP949).
    let bytes = b"\xb1\xe8\xc3\xb6\xbc\xf6 PC";
    for version in [2, 3] {
        shop.sh(&format!(
            "puttygen k -O private --ppk-param version={version} -o c.ppk \
             -C \"$(printf '\\261\\350\\303\\266\\274\\366 PC')\""
        ))
        .ok();
        let has = |file: &str| shop.read(file).windows(bytes.len()).any(|part| part == bytes);
        assert!(has("c.ppk") && String::from_utf8(shop.read("c.ppk")).is_err());
        assert_eq!(shop.json("inspect c.ppk")["result"], "ok", "version {version}");
        shop.key("convert c.ppk --to openssh --out c").ok();
        assert_eq!(shop.public("c", ""), public);
        shop.key("convert c --to ppk --out d.ppk").ok();
        shop.key("convert c.ppk --to public --out c.pub").ok();
        assert!(has("d.ppk") && has("c.pub"), "the comment's bytes are kept");
        assert_eq!(shop.putty_private("d.ppk"), public);
        // And where it was changed, that is still noticed.
        let mut changed = shop.read("c.ppk");
        let at = changed.windows(bytes.len()).position(|part| part == bytes).unwrap();
        changed[at] ^= 1;
        shop.put("changed.ppk", changed);
        assert_eq!(shop.json("inspect changed.ppk")["findings"][0]["id"], "damaged");
        shop.sh("rm c c.pub c.ppk d.ppk").ok();
    }
}

#[test]
fn where_nothing_can_be_written_nothing_is_left() {
    let shop = Shop::open();
    two(&shop);
    shop.sh("mkdir folder; mkdir -m 555 closed; chown -R nobody .").ok();
    shop.sh("install -m 755 $(command -v support-access) program; chmod 755 .").ok();
    let as_nobody = "setpriv --reuid nobody --clear-groups ./program key";
    let before = shop.sh("ls -AR; sha256sum k e").ok();
    for (line, code) in [
        (format!("{as_nobody} convert k --to ppk --out closed/k.ppk"), 1),
        (format!("{as_nobody} new closed/n --no-passphrase"), 1),
        (format!("{as_nobody} convert k --to ppk --out folder"), 4),
        (format!("{as_nobody} convert k --to ppk --out folder --force"), 1),
        // The source itself.
        (format!("{as_nobody} convert k --to openssh --out k"), 4),
        // A disk that is full before the key is written, or before its other half is.
        (full(12, "convert k --to ppk --out full/k.ppk"), 1),
        (full(12, "new full/n --no-passphrase"), 1),
        (full(8, "new full/n --no-passphrase"), 1),
    ] {
        let said = shop.sh(&line);
        assert_eq!(said.code, code, "{line}: {said:?}");
        assert!(said.stdout.lines().last().unwrap().starts_with("RESULT: "), "{line}: {said:?}");
        assert!(!said.stdout.contains("LEFT"), "{line}: {said:?}");
        assert_eq!(shop.sh("ls -AR; sha256sum k e").ok(), before, "{line}");
    }
    // Over the source, where that is wanted: the same key.
    let public = shop.public("k", "");
    shop.key("convert k --to openssh --out k --force").ok();
    assert_eq!(shop.public("k", ""), public);
    shop.sh("rmdir folder closed").ok();
}

/// A line on a disk of 12 KiB of which so much is in use; what is left there is told.
fn full(used: u32, words: &str) -> String {
    format!(
        "unshare -m sh -c 'mkdir -p /mnt && mount -t tmpfs -o size=12k none /mnt && ln -s /mnt full; \
         head -c {used}k /dev/zero >/mnt/filling; support-access key {words} --lang en; code=$?; \
         rm full; ls -A /mnt | grep -v filling | sed \"s/^/LEFT /\"; echo RESULT: end; exit $code'"
    )
}

#[test]
fn who_is_quicker_than_the_answer_gains_nothing() {
    let shop = Shop::open();
    let public = two(&shop);
    shop.make("other", "ed25519", "256");
    // Another file under the name of the one that was read.
    let line = "support-access key convert e --to ppk --out o.ppk --no-passphrase --lang en";
    let swap = || drop(shop.sh("mv other e").ok());
    let said = shop.typed_while(line, &[(ASK, "secret")], swap);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(shop.putty_private("o.ppk"), Some(public));
    // A file, or a link, under the new one's name.
    shop.sh("cp k e; ssh-keygen -q -p -N secret -f e").ok();
    for make in ["echo precious >new.ppk", "ln -s precious new.ppk"] {
        let line = "support-access key convert e --to ppk --out new.ppk --lang en";
        let said = shop.typed_while(line, &[(ASK, "secret")], || drop(shop.sh(make).ok()));
        assert_eq!(said.code, 4, "{said:?}");
        assert!(said.stdout.contains("new.ppk is there already"), "{said:?}");
        assert!(!shop.path("precious").exists() && shop.sh("ls -A | grep tmp").code == 1);
        shop.sh("rm new.ppk").ok();
    }
}

#[test]
fn who_ends_it_at_the_question_gets_his_terminal_back() {
    let shop = Shop::open();
    two(&shop);
    for signal in ["TERM", "INT", "HUP", "QUIT"] {
        let line = "env --default-signal=HUP,INT,TERM,QUIT \
                    sh -c 'echo $$ >pid; exec support-access key convert e --to ppk --lang en'; \
                    echo ended with $?; stty -a; ls -A";
        let kill = || drop(shop.sh(&format!("kill -{signal} $(cat pid)")).ok());
        let said = shop.typed_while(line, &[(ASK, "")], kill);
        assert!(said.stdout.contains("ended with 1"), "{signal}: {said:?}");
        let words: Vec<&str> = said.stdout.split([' ', ';', '\r', '\n']).collect();
        for set in ["echo", "icanon", "isig"] {
            assert!(words.contains(&set), "{signal}, {set}: {said:?}");
        }
        assert!(!said.stdout.contains("e.ppk"), "{signal}: {said:?}");
    }
}

#[test]
fn a_putty_key_that_asks_for_a_day_s_work_is_refused_at_once() {
    let shop = Shop::open();
    two(&shop);
    shop.put("passphrase", "secret");
    shop.sh("puttygen k -O private --ppk-param passes=2 --new-passphrase passphrase -o t.ppk").ok();
    let text = shop.text("t.ppk");
    let set = |name: &str, value: &str| {
        let line = text.lines().find(|line| line.starts_with(name)).unwrap();
        shop.put("a.ppk", text.replace(line, &format!("{name}: {value}")));
    };
    for (name, value) in [
        ("Argon2-Memory", "4294967295"),
        ("Argon2-Memory", "300000"),
        ("Argon2-Passes", "4294967295"),
        ("Argon2-Passes", "1000"),
        ("Argon2-Parallelism", "16777215"),
    ] {
        set(name, value);
        // Nobody is asked, so no terminal is needed.
        let line =
            "ulimit -v 500000; timeout 60 setsid -w support-access key convert a.ppk --to openssh";
        let said = shop.sh(&format!("{line} --lang en"));
        assert_eq!(said.code, 4, "{name}: {said:?}");
        assert!(said.stdout.contains("more memory or time"), "{name} {value}: {said:?}");
        // It can be looked at all the same.
        assert_eq!(shop.json("inspect a.ppk")["result"], "ok", "{name}");
    }
    for (name, value) in [
        ("Argon2-Memory", "0"),
        ("Argon2-Passes", "0"),
        ("Argon2-Parallelism", "0"),
        ("Argon2-Memory", "99999999999999999999"),
        ("Argon2-Salt", ""),
        ("Key-Derivation", "Argon3"),
    ] {
        set(name, value);
        let line = "support-access key convert a.ppk --to openssh --lang en";
        let said = shop.typed(line, &[("Passphrase of a.ppk: ", "secret")]);
        assert_eq!(said.code, 4, "{name}: {said:?}");
        assert!(said.stdout.contains("no whole private key"), "{name} {value}: {said:?}");
    }
    assert!(!shop.path("a").exists());
}
