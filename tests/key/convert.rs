//! Keys go from one format to another and back, and stay the same keys to ssh-keygen and puttygen.

use crate::shop::{KINDS, Shop, two_words};

#[test]
fn every_kind_goes_to_putty_and_back() {
    let shop = Shop::open();
    for (kind, bits) in KINDS {
        shop.make("k", kind, bits);
        let public = two_words(&shop.text("k.pub"));
        for (to, version) in [("ppk", "3"), ("ppk2", "2")] {
            let said = shop.key(&format!("convert k --to {to}")).ok();
            assert!(said.contains("Written: k.ppk") && said.ends_with("RESULT: ok file=k.ppk\n"));
            let text = shop.text("k.ppk");
            assert!(text.starts_with(&format!("PuTTY-User-Key-File-{version}: ")), "{kind}");
            assert!(text.contains("\nComment: k of tests\n"), "{kind}");
            assert_eq!(shop.mode("k.ppk"), 0o600);
            // puttygen checks the sum over both halves.
            assert_eq!(shop.putty_public("k.ppk", "").as_ref(), Some(&public), "{kind} {to}");
            shop.sh("puttygen k.ppk -O private-openssh-new -o theirs").ok();
            assert_eq!(shop.public("theirs", "").as_ref(), Some(&public), "{kind} {to}");
            shop.key("convert k.ppk --to openssh --out ours").ok();
            assert_eq!(shop.mode("ours"), 0o600);
            assert_eq!(shop.public("ours", "").as_ref(), Some(&public), "{kind} {to}");
            assert!(shop.sh("ssh-keygen -lf ours").ok().contains("k of tests"), "{kind} {to}");
            signs(&shop, "ours", "k.pub");
            shop.sh("rm k.ppk theirs ours").ok();
            // And out of puttygen's own hand.
            shop.sh(&format!("puttygen k -O private --ppk-param version={version} -o t.ppk")).ok();
            shop.key("convert t.ppk --to openssh --out ours").ok();
            signs(&shop, "ours", "k.pub");
            shop.sh("rm ours t.ppk").ok();
        }
        shop.sh("rm k k.pub").ok();
    }
}

/// Whether a private key signs what the public half believes.
#[track_caller]
fn signs(shop: &Shop, private: &str, public: &str) {
    shop.put("allowed", format!("ann {}", shop.text(public)));
    shop.put("text", "something");
    // PEM does not tell ssh-keygen its public half in time.
    shop.sh(&format!("cp {public} {private}.pub")).ok();
    shop.sh(&format!("rm -f text.sig; ssh-keygen -q -Y sign -n file -f {private} text")).ok();
    shop.sh("ssh-keygen -Y verify -f allowed -I ann -n file -s text.sig <text").ok();
}

#[test]
fn pem_of_openssl_goes_to_all_and_back() {
    let shop = Shop::open();
    for (kind, bits) in KINDS.into_iter().filter(|it| it.0 != "ed25519") {
        for form in ["PEM", "PKCS8"] {
            shop.make("k", kind, bits);
            let public = two_words(&shop.text("k.pub"));
            shop.sh(&format!("cp k k.pem; ssh-keygen -q -p -N '' -m {form} -f k.pem")).ok();
            for (to, out) in
                [("openssh", "o"), ("ppk", "o.ppk"), ("public", "o.pub"), ("pem", "o.pem")]
            {
                shop.key(&format!("convert k.pem --to {to} --out {out}")).ok();
            }
            assert_eq!(shop.public("o", "").as_ref(), Some(&public), "{kind} {form}");
            assert_eq!(shop.putty_public("o.ppk", "").as_ref(), Some(&public), "{kind} {form}");
            assert_eq!(two_words(&shop.text("o.pub")), public, "{kind} {form}");
            assert_eq!((shop.mode("o.pub"), shop.mode("o.pem")), (0o644, 0o600));
            shop.sh("openssl pkey -in o.pem -noout -check").ok();
            signs(&shop, "o", "k.pub");
            signs(&shop, "o.pem", "k.pub");
            shop.sh("rm *").ok();
        }
    }
}

#[test]
fn openssl_s_ed25519_goes_where_ssh_and_putty_read_it() {
    let shop = Shop::open();
    shop.sh("openssl genpkey -algorithm ed25519 -out ed.pem && chmod 600 ed.pem").ok();
    // That is why somebody asks.
    assert_eq!((shop.public("ed.pem", ""), shop.putty_public("ed.pem", "")), (None, None));
    shop.key("convert ed.pem --to openssh").ok();
    shop.key("convert ed.pem --to ppk").ok();
    let public = shop.public("ed", "");
    assert!(public.is_some());
    assert_eq!(shop.putty_public("ed.ppk", ""), public);
}

#[test]
fn what_can_t_be_converted_is_refused_and_nothing_written() {
    let shop = Shop::open();
    shop.make("k", "ed25519", "256");
    shop.make("r", "rsa", "2048");
    shop.sh("ssh-keygen -q -t dsa -N '' -f dsa; ssh-keygen -q -t dsa -m PEM -N '' -f dsa.pem").ok();
    shop.put("two", format!("{}{}", shop.text("k.pub"), shop.text("r.pub")));
    shop.put("cut", &shop.text("k")[..120]);
    shop.put("taken", "precious");
    let before = shop.sh("ls; sha256sum *").ok();
    for (words, said, code) in [
        ("convert k --to pem --out n", "no ssh or PuTTY reads Ed25519 in PEM", 4),
        ("convert k.pub --to ppk --out n", "a public key; a private one can't be made", 4),
        ("convert two --to public --out n", "two: holds 2 keys", 4),
        ("convert cut --to ppk --out n", "support-access key inspect cut", 4),
        ("convert dsa --to ppk --out n", "can't be converted", 4),
        ("convert dsa.pem --to ppk --out n", "can't be converted", 4),
        ("convert k --to ppk --out taken", "taken is there already", 4),
        ("convert k --to openssh", "where to?", 4),
        ("convert missing --to ppk --out n", "missing: no such file", 4),
        ("convert k --to ppk --out no/such/folder", "no/such/folder", 1),
        ("convert k", "--to needs a value", 2),
        ("convert k --to der", "--to der: not allowed", 2),
        ("convert k r --to ppk", "key convert needs a value", 2),
        ("inspect k --to ppk", "unknown option --to", 2),
        ("inspect", "key inspect needs a value", 2),
        ("new n --force", "unknown option --force", 2),
        ("mend k", "key mend: not allowed. Use one of: inspect, convert, new", 2),
    ] {
        let found = shop.key(words);
        assert_eq!(found.code, code, "{words}: {found:?}");
        assert!(found.stdout.contains(said), "{words}: {found:?}");
        assert!(found.stdout.lines().last().unwrap().starts_with("RESULT: "), "{words}");
        assert_eq!(shop.sh("ls; sha256sum *").ok(), before, "{words}");
    }
    shop.key("convert k --to ppk --out taken --force").ok();
    assert!(shop.putty_public("taken", "").is_some() && shop.mode("taken") == 0o600);
}

#[test]
fn a_link_is_not_followed_when_a_key_is_written() {
    let shop = Shop::open();
    shop.make("k", "ed25519", "256");
    shop.put("precious", "precious");
    shop.sh("ln -s precious link; ln -s nowhere dangling; mkdir real; ln -s real folder").ok();
    for name in ["link", "dangling"] {
        assert_eq!(shop.key(&format!("convert k --to ppk --out {name}")).code, 4, "{name}");
        shop.key(&format!("convert k --to ppk --out {name} --force")).ok();
        assert!(!shop.path(name).is_symlink(), "{name}");
    }
    assert_eq!(shop.text("precious"), "precious");
    assert!(!shop.path("nowhere").exists());
    shop.key("convert k --to ppk --out folder/k.ppk").ok();
    assert!(shop.path("real/k.ppk").exists());
}

#[test]
fn a_plain_user_needs_no_root() {
    let shop = Shop::open();
    shop.make("k", "rsa", "2048");
    shop.sh("chown -R nobody . && install -m 755 $(command -v support-access) ./program").ok();
    let said = shop.sh("setpriv --reuid nobody --clear-groups ./program key convert k --to pem");
    said.ok();
    assert_eq!(shop.sh("stat -c '%U %a' k.pem").ok(), "nobody 600\n");
    let said = shop.sh("setpriv --reuid nobody --clear-groups ./program key inspect k").ok();
    assert!(said.contains("RESULT: ok"));
}
