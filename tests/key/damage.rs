//! Each damage is named, at its place, where ssh-keygen refuses the key; and the command that is printed
//! mends it.

use base64ct::{Base64, Encoding};

use crate::broken::{ALL, Damage, OPENSSH, PEM, PUBLIC};
use crate::shop::{Shop, two_words};

/// Does the damage to a file, and asks both.
fn try_all(
    shop: &Shop,
    good: &str,
    damages: &[&[Damage]],
    takes: fn(&Shop, &str) -> Option<String>,
) {
    let text = shop.text(good);
    let whole = takes(shop, good);
    assert!(whole.is_some(), "{good}");
    let mut wrong = Vec::new();
    for damage in damages.iter().flat_map(|it| it.iter()) {
        let name = format!("{good}: {}", damage.name);
        shop.put("broken", (damage.make)(&text));
        let document = shop.json("inspect broken");
        let findings = document["findings"].as_array().unwrap();
        let first = findings.iter().find(|it| it["severity"] == "refuses");
        let told = first.map(|it| (it["id"].as_str().unwrap(), it["line"].as_u64().unwrap()));
        if takes(shop, "broken").is_some() != damage.id.is_none() {
            wrong.push(format!("{name}: ssh-keygen thinks otherwise"));
        }
        if told != damage.id.map(|id| (id, damage.line)) {
            wrong.push(format!("{name}: told {told:?}, not {:?} {}", damage.id, damage.line));
        }
        let fix = first.and_then(|it| it["fix"].as_str());
        if fix.is_some() != damage.mends {
            wrong.push(format!("{name}: its fix is {fix:?}"));
        }
        if let Some(fix) = fix {
            let said = shop.sh(fix);
            if said.code != 0 || takes(shop, "broken") != whole {
                wrong.push(format!("{name}: not mended by {fix}: {said:?}"));
            }
            if shop.key("inspect broken").code != 0 {
                wrong.push(format!("{name}: still told after {fix}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn private(shop: &Shop, file: &str) -> Option<String> {
    shop.public(file, "")
}

#[test]
fn private_keys_of_openssh() {
    let shop = Shop::open();
    shop.make("k", "ed25519", "256");
    try_all(&shop, "k", &[OPENSSH, ALL], private);
}

#[test]
fn private_keys_of_openssl() {
    let shop = Shop::open();
    shop.make("rsa", "rsa", "2048");
    shop.make("ec", "ecdsa", "256");
    shop.sh("ssh-keygen -q -p -N '' -m PEM -f rsa && ssh-keygen -q -p -N '' -m PKCS8 -f ec").ok();
    try_all(&shop, "rsa", &[PEM, ALL], private);
    try_all(&shop, "ec", &[PEM, ALL], private);
}

#[test]
fn public_keys() {
    let shop = Shop::open();
    shop.make("k", "ecdsa", "256");
    try_all(&shop, "k.pub", &[PUBLIC], |shop, file| {
        let said = shop.fingerprint(file)?;
        // ssh-keygen shows a key that it finds somewhere in a line; sshd asks for more.
        let text = String::from_utf8(shop.read(file)).ok()?;
        (!text.contains("from=\u{201c}")).then_some(said)
    });
}

#[test]
fn a_changed_byte_is_noticed_wherever_it_stands() {
    let shop = Shop::open();
    for (kind, bits) in [("ed25519", "256"), ("ecdsa", "256")] {
        shop.make("k", kind, bits);
        let text = shop.text("k");
        let body: String = text.lines().filter(|line| !line.starts_with('-')).collect();
        let bytes = Base64::decode_vec(&body).unwrap();
        // The comment and what fills the end are followed by nothing that guards them.
        let guarded = bytes.len() - "k of tests".len() - 20;
        for at in (0..guarded).step_by(3) {
            let mut changed = bytes.clone();
            changed[at] ^= 0x10;
            let body = Base64::encode_string(&changed);
            let label = "OPENSSH PRIVATE KEY";
            shop.put("c", format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n"));
            let code = shop.key("inspect c").code;
            // Of the check numbers, both would have to change.
            assert!(code == 6 || shop.public("c", "").is_some(), "{kind}: byte {at}");
        }
        shop.sh("rm k k.pub").ok();
    }
}

#[test]
fn a_changed_putty_key_is_noticed() {
    let shop = Shop::open();
    shop.make("k", "ed25519", "256");
    shop.sh("puttygen k -O private -o k.ppk").ok();
    let text = shop.text("k.ppk");
    for (name, changed, id) in [
        ("comment", text.replace("k of tests", "k of other"), "damaged"),
        (
            "private half",
            text.replace("Private-Lines: 1\nAAAAI", "Private-Lines: 1\nAAAAJ"),
            "damaged",
        ),
        ("cut", text[..text.len() - 78].to_owned(), "no-end"),
        ("cut in the middle", text[..200].to_owned(), "no-end"),
        ("version 9", text.replace("File-3", "File-9"), "ppk-version"),
    ] {
        assert_ne!(changed, text, "{name}");
        shop.put("c.ppk", &changed);
        assert_eq!(shop.putty_private("c.ppk"), None, "{name}");
        let document = shop.json("inspect c.ppk");
        assert_eq!(document["findings"][0]["id"], id, "{name}");
    }
    shop.put("c.ppk", text.replace('\n', "\r\n"));
    assert!(shop.putty_private("c.ppk").is_some() && shop.key("inspect c.ppk").code == 0);
}

#[test]
fn halves_of_two_keys_are_told() {
    let shop = Shop::open();
    for (kind, bits) in [("ed25519", "256"), ("ecdsa", "256"), ("rsa", "2048")] {
        shop.make("a", kind, bits);
        shop.make("b", kind, bits);
        let bytes = |name| {
            let text = shop.text(name);
            let body: String = text.lines().filter(|line| !line.starts_with('-')).collect();
            Base64::decode_vec(&body).unwrap()
        };
        let public = |name: &str| {
            let line = two_words(&shop.text(name));
            Base64::decode_vec(line.split(' ').nth(1).unwrap()).unwrap()
        };
        let (mut file, own, other) = (bytes("a"), public("a.pub"), public("b.pub"));
        let at = file.windows(own.len()).position(|part| part == own).unwrap();
        file.splice(at..at + own.len(), other);
        let body = Base64::encode_string(&file);
        let label = "OPENSSH PRIVATE KEY";
        shop.put("c", format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n"));
        assert_eq!(shop.json("inspect c")["findings"][0]["id"], "halves-differ", "{kind}");
        shop.sh("rm a a.pub b b.pub").ok();
    }
}

#[test]
fn nothing_of_a_private_key_is_ever_printed() {
    let shop = Shop::open();
    shop.make("k", "ed25519", "256");
    shop.sh("puttygen k -O private -o k.ppk").ok();
    for file in ["k", "k.ppk"] {
        let text = shop.text(file);
        let own = if file == "k" { OPENSSH } else { &[] };
        for damage in own.iter().chain(ALL) {
            shop.put("broken", (damage.make)(&text));
            for words in
                ["inspect broken", "inspect broken --json", "convert broken --to pem --out /proc/x"]
            {
                let said = shop.key(words);
                let public = shop.text("k.pub");
                for part in text.lines().filter(|line| line.len() > 30 && !line.contains(' ')) {
                    // A line's pieces; those of the public half may be shown.
                    for piece in part.as_bytes().chunks(12).filter(|piece| piece.len() == 12) {
                        let piece = std::str::from_utf8(piece).unwrap();
                        let shown = format!("{}{}", said.stdout, said.stderr);
                        let secret = !public.contains(piece);
                        assert!(
                            !secret || !shown.contains(piece),
                            "{file}, {}: {shown}",
                            damage.name
                        );
                    }
                }
            }
        }
    }
}
