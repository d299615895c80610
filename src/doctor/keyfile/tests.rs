use super::*;
use crate::host::sshd::Version;

const BODY: &str = "AAAAC3NzaC1lZDI1NTE5AAAAIHx0AuE4HeaAvdY6Ia06UJiwS2/GS6ddjHWfXLdcyy2V";
const OTHER: &str = "AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
const KEY: ShownKey = ShownKey { kind: "ssh-ed25519", body: BODY };
const NOW: i64 = 1_900_000_000;

fn judged(text: &str) -> Standing {
    judged_by(text, 9, 2)
}

fn judged_by(text: &str, major: u16, minor: u16) -> Standing {
    let from = ["192.0.2.7".parse().unwrap()];
    let reader = Reader { version: Version::new(major, minor), offset: 0 };
    judge(text, &KEY, &Login { reader, from: &from, now: NOW })
}

fn only(text: &str) -> (usize, Trouble) {
    match judged(text) {
        Standing::Refuses(line, troubles) if troubles.len() == 1 => (line, troubles[0].clone()),
        other => panic!("{text}: {other:?}"),
    }
}

fn line() -> String {
    format!("ssh-ed25519 {BODY}")
}

#[test]
fn what_sshd_accepts() {
    let line = line();
    for text in [
        line.clone(),
        format!("{line}\n"),
        format!("{line}\r\n"),
        format!("{line} a comment\r\n"),
        format!("  \t{line}"),
        format!("ssh-ed25519\t {BODY}"),
        format!("# comment\n\nrubbish\nssh-rsa AAAA broken\n{line}"),
        format!("\u{feff}# comment\n{line}"),
        format!("RESTRICT,PTY {line}"),
        format!("no-pty,no-port-forwarding {line}"),
        format!("from=\"192.0.2.0/24\" {line}"),
        format!("from=\"198.51.100.1\" {line}\n{line}"),
        format!("{line}\nfrom=\"198.51.100.1\" {line}"),
        format!("expiry-time=\"20400101\" {line}"),
        format!("command=\"a \\\" b\" {line}"),
        format!("ssh-ed25519 {OTHER}\n{line}"),
    ] {
        assert_eq!(judged(&text), Standing::Accepts, "{text}");
    }
}

#[test]
fn what_is_not_there() {
    for text in ["", "\n\n", "# nothing", &format!("ssh-ed25519 {OTHER}"), "\0\0\0"] {
        assert_eq!(judged(text), Standing::Absent, "{text}");
    }
}

#[test]
fn options_that_refuse() {
    let line = line();
    for (options, expected) in [
        ("expiry-time=\"20200101\"", Trouble::Expired(1_577_836_800, "20200101".into())),
        ("principals=\"a\"", Trouble::Principals),
        ("cert-authority,principals=\"a\"", Trouble::CertAuthority),
        (
            "from=\"198.51.100.1\"",
            Trouble::FromOther("198.51.100.1".into(), "192.0.2.7".parse().unwrap()),
        ),
        (
            "from=\"192.0.2.7/24\"",
            Trouble::FromBroken("192.0.2.7/24".into(), "192.0.2.7/24".into()),
        ),
        (
            "from=\"198.51.100.1, 192.0.2.7\"",
            Trouble::FromBlank("198.51.100.1, 192.0.2.7".into(), " 192.0.2.7".into()),
        ),
        ("from=\"192.0.2.7\",from=\"192.0.2.7\"", Trouble::Flaw(Flaw::FromTwice)),
    ] {
        assert_eq!(only(&format!("\n{options} {line}")), (2, expected));
    }
    let both = judged(&format!("from=\"198.51.100.1\",expiry-time=\"20200101\" {line}"));
    let Standing::Refuses(1, troubles) = both else { panic!("{both:?}") };
    assert!(matches!(troubles[..], [Trouble::Expired(..), Trouble::FromOther(..)]), "{troubles:?}");
}

#[test]
fn options_that_sshd_does_not_read() {
    let line = line();
    for options in [
        "frmo=\"192.0.2.7\"",
        "from=192.0.2.7",
        "from=\u{201c}192.0.2.7\u{201d}",
        "expiry-time=\"2030-01-01\"",
    ] {
        assert!(matches!(only(&format!("{options} {line}")).1, Trouble::Flaw(_)), "{options}");
    }
    for options in
        ["restrict, pty", "from=\"192.0.2.7", "command=\u{201c}a b\u{201d}", "from=\"a\" ,pty"]
    {
        let (_, trouble) = only(&format!("{options} {line}"));
        assert!(matches!(trouble, Trouble::BadOptions(_)), "{options}: {trouble:?}");
    }
    let zulu = format!("expiry-time=\"20400101000000Z\" {line}");
    assert_eq!(judged_by(&zulu, 9, 1), Standing::Accepts);
    assert!(matches!(judged_by(&zulu, 9, 0), Standing::Refuses(..)));
    assert!(matches!(
        judged_by(&format!("expiry-time=\"20400101\" {line}"), 7, 6),
        Standing::Refuses(..)
    ));
    let twice = format!("from=\"192.0.2.*\",from=\"192.0.2.7\" {line}");
    assert_eq!(judged_by(&twice, 7, 6), Standing::Accepts);
    assert!(matches!(judged_by(&twice, 7, 7), Standing::Refuses(..)));
}

#[test]
fn forms_that_sshd_does_not_take_for_the_key() {
    let line = line();
    let (front, back) = BODY.split_at(40);
    for text in [
        format!("ssh-ed25519 {front}\n{back} comment\n"),
        format!("ssh-ed25519 {front}\r\n  {back}"),
        format!("ssh-ed25519\n{BODY} comment"),
        format!("from=\"192.0.2.7\" ssh-ed25519\n{BODY}"),
    ] {
        assert_eq!(
            only(&text),
            (if text.contains(BODY) { 2 } else { 1 }, Trouble::Wrapped),
            "{text}"
        );
    }
    for text in [
        format!("ssh-ed25519 {OTHER}{line}\n"),
        format!("ssh-ed25519 {OTHER} user@host{line}\n"),
        format!("ssh-ed25519 {OTHER} {line}\n"),
        format!("# end of file{line}\n"),
    ] {
        let expected = if text.starts_with('#') { Trouble::Commented } else { Trouble::Joined };
        assert_eq!(only(&text), (1, expected), "{text}");
    }
    let ssh2 = format!(
        "---- BEGIN SSH2 PUBLIC KEY ----\nComment: \"a\"\n{front}\n{back}\n---- END SSH2 PUBLIC KEY ----\n"
    );
    assert_eq!(only(&ssh2), (3, Trouble::Foreign("RFC 4716")));
    let ppk = format!("PuTTY-User-Key-File-3: ssh-ed25519\nPublic-Lines: 2\n{front}\n{back}\n");
    assert_eq!(only(&ppk), (3, Trouble::Foreign("PuTTY")));
    let wide: String = line.chars().flat_map(|c| [c, '\0']).collect();
    assert_eq!(only(&wide), (1, Trouble::Foreign("UTF-16")));
}

#[test]
fn damage() {
    let line = line();
    for (text, said) in [
        (format!("\u{feff}{line}"), "byte order mark"),
        (BODY.to_owned(), "ssh-ed25519?"),
        (format!("restrict {BODY}"), "restrict"),
        (format!("ssh-rsa {BODY}"), "ssh-rsa"),
        (format!("\"{line}\""), "\"ssh-ed25519"),
        (format!("{line}\""), "\""),
        (format!("\u{201c}{line}\u{201d}"), "\u{201c}ssh-ed25519"),
        (format!("ssh-ed25519 {}", &BODY[..60]), "60/68 characters"),
        (format!("ssh-ed25519 {}{}", &BODY[..50], &BODY[51..]), "character 51"),
        (format!("ssh-ed25519 {}x{}", &BODY[..50], &BODY[51..]), "character 51"),
        (format!("ssh-ed25519 {}", &BODY[1..]), "character 4"),
        (format!("ssh-ed25519 {} {}", &BODY[..30], &BODY[30..]), "blanks within the key"),
    ] {
        assert_eq!(only(&text), (1, Trouble::Damaged(said.to_owned())), "{text}");
    }
}

#[test]
fn a_commented_line_is_told() {
    assert_eq!(only(&format!("#{}", line())), (1, Trouble::Commented));
    assert_eq!(only(&format!("  # from=\"a\" {}", line())), (1, Trouble::Commented));
}

#[test]
fn only_keys_are_public() {
    assert!(is_public(&format!("# {BODY}\n\n{}\n", line())));
    assert!(!is_public(&format!("{}\nsecret\n", line())) && !is_public("root:x:0:0"));
}
