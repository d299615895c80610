//! What `key inspect` says is what ssh-keygen says.

use serde_json::{Value, json};

use crate::shop::{KINDS, Shop};

/// The first key of the first file.
fn key(document: &Value) -> Value {
    document["files"][0]["keys"][0].clone()
}

/// Fails unless fingerprints, length, comment and picture are those of ssh-keygen.
#[track_caller]
fn as_ssh_keygen_says(shop: &Shop, file: &str, public: &str, comment: &str) {
    let key = key(&shop.json(&format!("inspect {file}")));
    let said = shop.sh(&format!("ssh-keygen -lvf {public}")).ok();
    let (first, art) = said.split_once('\n').unwrap();
    let words: Vec<&str> = first.split(' ').collect();
    assert_eq!(key["bits"].to_string(), words[0], "{file}: {first}");
    assert_eq!(key["fingerprint"], words[1], "{file}: {first}");
    assert_eq!(key["randomart"].as_str().unwrap().trim(), art.trim(), "{file}");
    let md5 = shop.sh(&format!("ssh-keygen -lE md5 -f {public}")).ok();
    assert_eq!(key["md5"], md5.split(' ').nth(1).unwrap(), "{file}");
    assert_eq!(key["comment"], comment, "{file}");
}

#[test]
fn every_format_of_every_kind_is_read_as_ssh_keygen_reads_it() {
    let shop = Shop::open();
    for (kind, bits) in KINDS {
        let name = format!("{kind}-{bits}");
        shop.make(&name, kind, bits);
        let public = format!("{name}.pub");
        let comment = format!("{name} of tests");
        let mut files = vec![
            (name.clone(), "OpenSSH", true, comment.as_str()),
            (public.clone(), "OpenSSH public key", false, &comment),
        ];
        for version in [2, 3] {
            let ppk = format!("{name}.{version}.ppk");
            let version = format!("--ppk-param version={version}");
            shop.sh(&format!("puttygen {name} -O private {version} -o {ppk}")).ok();
            let said = if ppk.contains(".2.") { "PPK 2 (PuTTY)" } else { "PPK 3 (PuTTY)" };
            files.push((ppk, said, true, &comment));
        }
        shop.sh(&format!("puttygen {name} -O public -o {name}.ssh2")).ok();
        files.push((format!("{name}.ssh2"), "RFC 4716 (SSH2)", false, &comment));
        if kind != "ed25519" {
            shop.sh(&format!("cp {name} {name}.pem; ssh-keygen -q -p -N '' -m PEM -f {name}.pem"))
                .ok();
            let said = if kind == "rsa" { "PEM (PKCS#1)" } else { "PEM (SEC 1)" };
            files.push((format!("{name}.pem"), said, true, ""));
            shop.sh(&format!(
                "cp {name} {name}.pk8; ssh-keygen -q -p -N '' -m PKCS8 -f {name}.pk8"
            ))
            .ok();
            files.push((format!("{name}.pk8"), "PEM (PKCS#8)", true, ""));
            shop.sh(&format!("ssh-keygen -e -m PKCS8 -f {name} >{name}.spki")).ok();
            files.push((format!("{name}.spki"), "PEM (public)", false, ""));
        }
        if kind == "rsa" {
            shop.sh(&format!("ssh-keygen -e -m PEM -f {name} >{name}.rsa")).ok();
            files.push((format!("{name}.rsa"), "PEM (public)", false, ""));
        }
        for (file, format, private, comment) in files {
            let document = shop.json(&format!("inspect {file}"));
            let seen = &document["files"][0];
            assert_eq!(seen["format"], format, "{file}");
            assert_eq!(seen["private"], private, "{file}");
            assert_eq!((&seen["encrypted"], &document["result"]), (&Value::Null, &json!("ok")));
            as_ssh_keygen_says(&shop, &file, &public, comment);
        }
    }
}

#[test]
fn openssl_s_ed25519_is_read_without_a_public_half_in_it() {
    let shop = Shop::open();
    shop.sh("openssl genpkey -algorithm ed25519 -out ed.pem && chmod 600 ed.pem").ok();
    shop.sh("openssl pkey -in ed.pem -pubout -out ed.pub.pem").ok();
    let (private, public) = (shop.json("inspect ed.pem"), shop.json("inspect ed.pub.pem"));
    assert_eq!(private["files"][0]["format"], "PEM (PKCS#8)");
    assert_eq!(key(&private)["fingerprint"], key(&public)["fingerprint"]);
    // OpenSSL's own words for the half: the last 32 bytes.
    let der = shop.sh("openssl pkey -in ed.pem -pubout -outform DER | tail -c 32 | base64").ok();
    shop.key("convert ed.pem --to public --out ed.pub").ok();
    let line = shop.text("ed.pub");
    let half = shop.sh(&format!(
        "echo {} | base64 -d | tail -c 32 | base64",
        line.split_whitespace().nth(1).unwrap()
    ));
    assert_eq!(half.ok(), der);
}

#[test]
fn whether_and_how_a_key_is_encrypted_is_told() {
    let shop = Shop::open();
    for (kind, bits) in KINDS {
        shop.make("k", kind, bits);
        shop.put("passphrase", "correct horse");
        let public = "k.pub";
        shop.sh("cp k e; ssh-keygen -q -p -N 'correct horse' -f e").ok();
        for version in [2, 3] {
            let line = format!("puttygen k -O private --ppk-param version={version}");
            shop.sh(&format!("{line} --new-passphrase passphrase -o e{version}.ppk")).ok();
        }
        for (file, cipher) in
            [("e", "aes256-ctr"), ("e2.ppk", "aes256-cbc"), ("e3.ppk", "aes256-cbc")]
        {
            let document = shop.json(&format!("inspect {file}"));
            assert_eq!(document["files"][0]["encrypted"], cipher, "{kind} {file}");
            assert_eq!(document["result"], "ok", "{kind} {file}");
            // OpenSSH encrypts the comment as well.
            let comment = if file == "e" { "" } else { "k of tests" };
            as_ssh_keygen_says(&shop, file, public, comment);
        }
        if kind != "ed25519" {
            for (form, cipher) in [("PEM", "AES-128-CBC"), ("PKCS8", "PKCS#8")] {
                shop.sh(&format!("cp k p; ssh-keygen -q -p -N 'correct horse' -m {form} -f p"))
                    .ok();
                let document = shop.json("inspect p");
                assert_eq!(document["files"][0]["encrypted"], cipher, "{kind}");
                assert_eq!(document["files"][0]["keys"], json!([]));
                assert!(shop.key("inspect p").ok().contains("ssh-keygen -y -f p"), "{kind}");
            }
        }
        shop.sh("rm k k.pub e*").ok();
    }
}

#[test]
fn a_key_file_s_lines_are_told_with_their_options() {
    let shop = Shop::open();
    shop.make("a", "ed25519", "256");
    shop.make("b", "rsa", "2048");
    let (a, b) = (shop.text("a.pub"), shop.text("b.pub"));
    let options = "restrict,pty,command=\"/bin/echo \\\"hi there\\\"\",from=\"192.0.2.0/24\"";
    shop.put("authorized_keys", format!("# ours\n\n{options} {a}  \t{b}no-such-option {b}"));
    let document = shop.json("inspect authorized_keys");
    let keys = document["files"][0]["keys"].as_array().unwrap().clone();
    let seen: Vec<_> =
        keys.iter().map(|key| (key["line"].as_u64(), key["type"].as_str())).collect();
    let types =
        [(Some(3), Some("ssh-ed25519")), (Some(4), Some("ssh-rsa")), (Some(5), Some("ssh-rsa"))];
    assert_eq!(seen, types);
    assert_eq!(keys[0]["options"], options);
    let findings = document["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!((&findings[0]["id"], &findings[0]["line"]), (&json!("option"), &json!(5)));
    assert_eq!(document["result"], "problems");
}

#[test]
fn a_certificate_is_told_as_ssh_keygen_tells_it() {
    let shop = Shop::open();
    shop.make("ca", "ed25519", "256");
    let ca = shop.fingerprint("ca.pub").unwrap();
    for (kind, bits) in KINDS {
        shop.make("k", kind, bits);
        let validity = "-V 20250101000000Z:20990101000000Z -z 77";
        shop.sh(&format!(
            "ssh-keygen -q -s ca -I 'ann of tests' -n ann,root {validity} -O source-address=192.0.2.0/24 k.pub"
        ))
        .ok();
        let document = shop.json("inspect k-cert.pub");
        assert_eq!(document["files"][0]["format"], "OpenSSH certificate");
        let certificate = &key(&document)["certificate"];
        for (name, value) in [
            ("id", json!("ann of tests")),
            ("serial", json!(77)),
            ("host", json!(false)),
            ("principals", json!(["ann", "root"])),
            ("from", json!("2025-01-01T00:00:00Z")),
            ("until", json!("2099-01-01T00:00:00Z")),
            ("critical", json!(["source-address=192.0.2.0/24"])),
            ("signed_by", json!(ca)),
            ("signed_with", json!("ssh-ed25519")),
        ] {
            assert_eq!(certificate[name], value, "{kind} {name}");
        }
        as_ssh_keygen_says(&shop, "k-cert.pub", "k-cert.pub", "k of tests");
        for (validity, id) in [("20200101:20210101", "expired"), ("20980101:20990101", "not-yet")] {
            shop.sh(&format!("ssh-keygen -q -s ca -I x -n ann -V {validity} k.pub")).ok();
            let document = shop.json("inspect k-cert.pub");
            assert_eq!(document["findings"][0]["id"], id, "{kind}");
            assert_eq!(document["result"], "problems");
        }
        shop.sh("rm k k.pub k-cert.pub").ok();
    }
}

#[test]
fn a_key_that_others_may_read_is_refused_and_chmod_mends_it() {
    let shop = Shop::open();
    shop.make("k", "ed25519", "256");
    for mode in ["644", "640", "604", "660", "777"] {
        shop.sh(&format!("chmod {mode} k")).ok();
        assert_eq!(shop.public("k", ""), None);
        let said = shop.key("inspect k");
        assert_eq!(said.code, 6, "{said:?}");
        assert!(said.stdout.ends_with("RESULT: problems problems=1 first=too-open\n"), "{said:?}");
        let fix = said.stdout.lines().find_map(|line| line.strip_prefix("  to mend it: ")).unwrap();
        assert_eq!(fix, "chmod 600 k");
        shop.sh(fix).ok();
        assert!(shop.public("k", "").is_some());
        assert_eq!(shop.key("inspect k").code, 0);
    }
}

#[test]
fn which_systems_take_a_key_is_told() {
    let shop = Shop::open();
    let takes = |file: &str| {
        let key = key(&shop.json(&format!("inspect {file}")));
        key["taken"].as_array().unwrap().iter().map(|it| it["takes"] == true).collect::<Vec<_>>()
    };
    shop.make("ed", "ed25519", "256");
    shop.make("short", "rsa", "1024");
    shop.sh("ssh-keygen -q -t dsa -N '' -f dsa").ok();
    shop.sh("ssh-keygen -q -s ed -I host -h -n host.example.org short.pub").ok();
    assert_eq!(takes("ed.pub"), [true, true, true]);
    assert_eq!(takes("short.pub"), [false, true, true]);
    assert_eq!(takes("dsa.pub"), [false, false, false]);
    assert_eq!(takes("short-cert.pub"), [false, false, false]);
}

#[test]
fn it_speaks_korean() {
    let shop = Shop::open();
    shop.make("k", "ed25519", "256");
    let said = shop.sh("support-access key inspect k --lang ko").ok();
    assert!(said.contains("암호로 보호되지 않음") && said.contains("RESULT: ok"), "{said}");
    assert!(!said.contains("takes it") && !said.contains("not encrypted"), "{said}");
}
