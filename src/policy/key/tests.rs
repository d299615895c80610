use super::{AuthorizedKey, KeyProblem, parse_any_keys, parse_keys};
use crate::policy::testing::{Workshop, both, run};

const ED25519: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILM+rvN+ot98qgEN796jTiQfZfG1KaT0PtFDJ/XFSqti";
const SK_ED25519: &str = "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAILM+rvN+ot98qgEN796jTiQfZfG1KaT0PtFDJ/XFSqtiAAAABHNzaDo=";
const RSA_1024: &str = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQC98iJBFSwjTFr3XL4v5zTYIgUYaVPS7ZZcv2kSNE0+cyVLaLRJVmAiNhAYm7cHtn8lkyilcFphwQ/7xJ+ZqWE6qM+MDfuVBhYxyUd+dqjR3neUEEZboU+YfSXD5y6/UZIssj2/iNo8Oeo49R4hTbdrAgBY3ObNjdKFl4r+dqIWlw==";
const WHOLE_DSA: &str = "ssh-dss AAAAB3NzaC1kc3MAAACBAIXgxukJvfPjAqUgmiPtnYuyEF8xSQ5gc/BLFeo548orZ/DS56zApDwUX6xE6M7NEkxAp32AKOPPXtyHf4oP+fR+6cqZ68Q4JODda5k0j2Qt5nPydYI019FAY2zIV9eulPXfmBp4b29hhlIaMLAtsRW5lmmouKaFuMvTe6vpJAuFAAAAFQDKR0WTJ0qwAZtD+yrCvdP6wvI6zQAAAIADizlEL5+1AXDAHS2DXXFI2D0x+0evmoYSNqevTdYUonAo3kYXfhJ+yG/k1WbDH8t3h79LjZe2fozLux7Sgyzwo7IpK4vxhnnPxlUu28pyK+Qf9R6Vduy8GoEMH70wJcasVc5NPC8YXUmmGGvYW0pznjXXA3vks2zyp3JV+lNVPwAAAIAmBHY+8YabkNn8G8eEAcQPzBwx9/9fYLBmkzyucbXEf3gVCA2ehF6w5UPUVSW9XePjxVcAZncB3ZEmT3O1CIrOMifi/Gd/OKbnyYjVsV9meK01EwDilB+lSk33eK0wtE8TgMc5lX2ySSSeEpHDeFhk74mUmVEoksEHx7GvmZDnmQ==";
const DSA: &str = "ssh-dss AAAAB3NzaC1kc3MAAACBANw9iSUO2UYhFMssjUgW46URqv8bBrDgHeF8HLBOWBvKuXF2Rx2J/XyhgX48SOLMuv0hcPaejlyLarabnF9F2V4dkpPpZSJ+7luHmxEjNxwhsdtg8UteXAWkeCzrQ6MvRJZHcDBjYh56KGvslbFnJsGLXlI4PQCyl6awNImwYGil";

fn body(key: &str) -> &str {
    key.split(' ').nth(1).unwrap()
}

#[test]
fn every_accepted_type_agrees_with_ssh_keygen() {
    let shop = Workshop::new();
    let mut keys = vec![SK_ED25519.to_owned()];
    for (kind, bits) in
        [("ed25519", "256"), ("ecdsa", "256"), ("ecdsa", "384"), ("ecdsa", "521"), ("rsa", "2048")]
    {
        keys.push(shop.key(&format!("{kind}{bits}"), kind, bits));
    }
    for line in &keys {
        let key = AuthorizedKey::parse(line.trim_end()).unwrap_or_else(|e| panic!("{line}: {e}"));
        let listed = run("ssh-keygen", &["-lf", "-"], line.as_bytes()).stdout;
        let fingerprint = key.fingerprint().to_string();
        assert_eq!(String::from_utf8(listed).unwrap().split(' ').nth(1), Some(&*fingerprint));
        assert_eq!(
            line.split(' ').take(2).collect::<Vec<_>>().join(" "),
            key.line_without_comment()
        );
        assert_eq!(key.to_string(), line.trim_end());
        assert_eq!(key.to_string().parse(), Ok(key));
    }
}

#[test]
fn short_rsa_is_refused_with_its_length() {
    let shop = Workshop::new();
    let key = shop.key("short", "rsa", "1024");
    assert_eq!(AuthorizedKey::parse(key.trim_end()), Err(KeyProblem::RsaShort { bits: 1024 }));
}

#[test]
fn each_private_key_is_called_that_and_never_quoted() {
    let shop = Workshop::new();
    shop.key("openssh", "ed25519", "256");
    for format in ["PEM", "PKCS8"] {
        shop.key(format, "ecdsa", "256");
        let path = shop.path(format);
        let path = path.to_str().unwrap();
        run("ssh-keygen", &["-q", "-p", "-N", "", "-m", format, "-f", path], b"");
    }
    let utf16: Vec<u8> =
        "-----BEGIN OPENSSH PRIVATE KEY-----".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let read = |name: &str| std::fs::read(shop.path(name)).unwrap();
    let bare = String::from_utf8(read("openssh")).unwrap();
    let files = [
        (read("openssh"), "OpenSSH"),
        (bare.lines().nth(1).unwrap().into(), "OpenSSH"),
        (format!("{ED25519}\n{bare}").into(), "OpenSSH"),
        (utf16, "OpenSSH"),
        (read("PEM"), "PEM"),
        (read("PKCS8"), "PEM"),
        (b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIE".to_vec(), "PEM"),
        (b"PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n".to_vec(), "PuTTY"),
    ];
    for (file, kind) in files {
        let error = parse_keys(&file, "key").unwrap_err();
        assert_eq!(error.problem, KeyProblem::Private { kind: kind.into() });
        assert!(both(&error).contains(".pub"));
    }
}

type Expected = fn(&KeyProblem) -> bool;

#[test]
fn each_damage_has_its_own_words() {
    let wrapped = ED25519.replace("TiQf", "TiQf\n");
    let cases: &[(String, Expected)] = &[
        (String::new(), |p| *p == KeyProblem::Empty),
        ("# only a comment\n\n".into(), |p| *p == KeyProblem::Empty),
        (ED25519[..70].into(), |p| *p == KeyProblem::Damaged),
        (ED25519[..ED25519.len() - 1].into(), |p| *p == KeyProblem::Damaged),
        (ED25519.replace("TiQf", "TiQ*"), |p| *p == KeyProblem::Damaged),
        (format!("{ED25519}AAAA"), |p| *p == KeyProblem::Damaged),
        (wrapped, |p| *p == KeyProblem::Wrapped),
        (ED25519.replace(' ', "\n"), |p| *p == KeyProblem::Wrapped),
        ("ssh-ed25519".into(), |p| matches!(p, KeyProblem::MissingData { .. })),
        (body(ED25519).into(), |p| *p == KeyProblem::MissingType),
        (format!("“{ED25519}”"), |p| *p == KeyProblem::Quotes),
        (format!("\"{ED25519}\""), |p| *p == KeyProblem::Quotes),
        (format!("{ED25519}”"), |p| *p == KeyProblem::Quotes),
        (format!("\u{feff}{ED25519}"), |p| *p == KeyProblem::ByteOrderMark),
        (format!("{ED25519}\0"), |p| *p == KeyProblem::NotText),
        (format!("{ED25519} a\u{1b}[2Jb"), |p| *p == KeyProblem::LineEnd),
        (
            format!("ssh-rsa {}", body(ED25519)),
            |p| matches!(p, KeyProblem::TypeMismatch { inside, .. } if inside == "ssh-ed25519"),
        ),
        (ED25519.replace("ssh-ed", "SSH-ED"), |p| matches!(p, KeyProblem::UnknownType { .. })),
        ("hello".into(), |p| matches!(p, KeyProblem::UnknownType { .. })),
        (DSA.into(), |p| *p == KeyProblem::Dsa),
        (format!("ssh-ed25519-cert-v01@openssh.com {}", body(ED25519)), |p| {
            matches!(p, KeyProblem::Certificate { .. })
        }),
        (format!("restrict {ED25519}"), |p| *p == KeyProblem::Options),
        (format!("command=\"echo hi\",pty {ED25519}"), |p| *p == KeyProblem::Options),
        ("---- BEGIN SSH2 PUBLIC KEY ----\nComment: x\n".into(), |p| *p == KeyProblem::Ssh2),
        (
            "-----BEGIN PUBLIC KEY-----\nMFk\n".into(),
            |p| matches!(p, KeyProblem::Pem { label } if label == "PUBLIC KEY"),
        ),
        ("<!DOCTYPE html>\n<html>".into(), |p| *p == KeyProblem::Html),
        (format!("{ED25519} {}", "x".repeat(9000)), |p| *p == KeyProblem::TooLong),
    ];
    for (text, expected) in cases {
        let error = parse_keys(text.as_bytes(), "file.pub").unwrap_err();
        assert!(expected(&error.problem), "{text:?}: {error:?}");
        assert!(both(&error).starts_with("file.pub:"));
    }
    let utf16: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(ED25519.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    assert_eq!(parse_keys(&utf16, "f").unwrap_err().problem, KeyProblem::Utf16);
    assert_eq!(parse_keys(&[0x80, 0x81], "f").unwrap_err().problem, KeyProblem::NotText);
}

#[test]
fn a_line_end_never_gets_through() {
    for end in ["\n", "\r", "\r\n", "\u{b}", "\u{c}", "\u{85}", "\0"] {
        for line in [
            format!("{ED25519}{end}{ED25519}"),
            format!("{ED25519} a{end}b"),
            format!("{ED25519}{end}"),
        ] {
            assert!(AuthorizedKey::parse(&line).is_err(), "{line:?}");
        }
    }
    // Not a control character, and yet some programs end a line there.
    let key = AuthorizedKey::parse(&format!("{ED25519} a\u{2028}b\u{202e}c")).unwrap();
    assert_eq!(key.comment(), "abc");
}

#[test]
fn comments_are_kept_short_and_plain() {
    for (given, kept) in [
        ("", ""),
        ("  김 철수 <kim@example.org>  ", "김 철수 <kim@example.org>"),
        ("a \t b", "a  b"),
        (&*"x".repeat(101), &*"x".repeat(100)),
    ] {
        let line = format!("{ED25519} {given}");
        let key = AuthorizedKey::parse(&line.replace('\t', "")).unwrap();
        assert_eq!(key.comment(), kept);
    }
}

#[test]
fn a_file_may_hold_several_keys() {
    let file = format!("# team\r\n\r\n{ED25519} one\r\n  {SK_ED25519} two\r\n{ED25519} again\r\n");
    let keys = parse_keys(file.as_bytes(), "team.pub").unwrap();
    let comments: Vec<&str> = keys.iter().map(AuthorizedKey::comment).collect();
    assert_eq!(comments, ["one", "two"]);
    let error = parse_keys(format!("{file}nonsense").as_bytes(), "team.pub").unwrap_err();
    assert_eq!(error.line, Some(6));
}

/// Every way of spoiling one byte ends in a refusal or in another valid key, never in a panic or in
/// a line that holds more than type and key.
#[test]
fn spoilt_bytes_do_no_harm() {
    let line = format!("{SK_ED25519} comment");
    for position in 0..line.len() {
        for byte in (0..=255).step_by(5) {
            let mut bytes = line.clone().into_bytes();
            bytes[position] = byte;
            for key in parse_keys(&bytes, "f").unwrap_or_default() {
                let words: Vec<&str> = key.line_without_comment().split_whitespace().collect();
                assert_eq!(words.join(" "), key.line_without_comment());
                assert_eq!(words.len(), 2);
                assert!(key.line_without_comment().is_ascii());
            }
        }
    }
}

#[test]
fn a_key_that_is_looked_for_may_be_one_that_we_let_nobody_in_with() {
    let rsa = RSA_1024;
    assert!(matches!(AuthorizedKey::parse(rsa), Err(KeyProblem::RsaShort { bits: 1024 })));
    assert_eq!(AuthorizedKey::parse_any(rsa).unwrap().rsa_bits(), Some(1024));
    let dsa = parse_any_keys(format!("{WHOLE_DSA} old").as_bytes(), "f").unwrap();
    assert_eq!((dsa[0].key_type(), dsa[0].rsa_bits()), ("ssh-dss", None));
    assert_eq!(AuthorizedKey::parse(DSA), Err(KeyProblem::Dsa));
    assert!(AuthorizedKey::parse_any("ssh-dss AAAA").is_err());
}
