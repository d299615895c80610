use super::*;

const NEW: Reader = Reader { version: Version::new(9, 2), offset: 0 };

fn at(major: u16, minor: u16) -> Reader {
    Reader { version: Version::new(major, minor), offset: 0 }
}

#[test]
fn what_sshd_takes() {
    for text in [
        "",
        "restrict",
        "restrict,pty",
        "RESTRICT,Pty,No-X11-Forwarding",
        "no-pty,no-port-forwarding,no-agent-forwarding,no-user-rc",
        r#"command="echo \"a b\" $HOME",no-pty"#,
        r#"from="192.0.2.0/24,!192.0.2.9",expiry-time="20300701120000Z""#,
        r#"environment="A=b",environment="C=d",permitopen="a:1",permitopen="[2001:db8::1]:*""#,
        r#"tunnel="0",permitlisten="8080",principals="a,b",cert-authority"#,
        "no-touch-required,verify-required",
        "restrict, pty",
    ] {
        assert!(parse(text, NEW).is_ok(), "{text}: {:?}", parse(text, NEW));
    }
    let options = parse(r#"from="a \"b\"",cert-authority,principals="x" rest"#, NEW).unwrap();
    assert_eq!(options.from, ["a \"b\""]);
    assert!(options.cert_authority && options.principals);
}

#[test]
fn what_sshd_does_not_know() {
    for text in ["frmo=\"a\"", "restrictpty", "pty;restrict", "ssh-rsa", "x", "=", "no-restrict"] {
        let flaw = parse(text, NEW).unwrap_err();
        assert!(matches!(flaw, Flaw::Unknown { since: None, .. }), "{text}: {flaw:?}");
    }
    for (text, reader, since) in [
        (r#"expiry-time="20300701""#, at(7, 6), (7, 7)),
        (r#"permitlisten="8080""#, at(7, 7), (7, 8)),
        ("no-touch-required", at(8, 1), (8, 2)),
        ("verify-required", at(8, 3), (8, 4)),
    ] {
        let expected = Some(Version::new(since.0, since.1));
        let flaw = parse(text, reader).unwrap_err();
        assert!(matches!(flaw, Flaw::Unknown { since, .. } if since == expected), "{flaw:?}");
    }
}

#[test]
fn what_is_badly_written() {
    for (text, words) in [
        ("from=192.0.2.7", "missing start quote"),
        ("from=\u{201c}192.0.2.7\u{201d}", "missing start quote"),
        ("from=\"192.0.2.7", "missing end quote"),
        ("restrict,", "unexpected end-of-options"),
        ("expiry-time=\"2030-07-01\"", "invalid expires time"),
        ("expiry-time=\"2030-07-01T00:00:00Z\"", "invalid expires time"),
        ("environment=\"A\"", "invalid environment string"),
        ("permitopen=\"8080\"", "invalid permission port"),
        ("command=\"a\",command=\"b\"", "multiple \"command\" clauses"),
        ("from \"192.0.2.7\"", "unknown key option"),
    ] {
        match parse(text, NEW) {
            Err(Flaw::Malformed { why, .. }) => assert_eq!(why, words, "{text}"),
            other => panic!("{text}: {other:?}"),
        }
    }
    let zulu = r#"expiry-time="20300701120000Z""#;
    assert!(matches!(parse(zulu, at(9, 0)), Err(Flaw::Malformed { .. })));
    assert!(parse(zulu, at(9, 1)).is_ok());
}

#[test]
fn two_lists_of_addresses_depend_on_the_version() {
    let twice = r#"from="192.0.2.7",from="192.0.2.7""#;
    assert_eq!(parse(twice, NEW), Err(Flaw::FromTwice));
    assert_eq!(parse(twice, at(7, 6)).unwrap().from.len(), 2);
}

#[test]
fn the_earliest_end_counts() {
    let both = r#"expiry-time="20300701",expiry-time="20290701""#;
    assert_eq!(parse(both, NEW).unwrap().expires.unwrap().1, "20290701");
}

#[test]
fn options_end_at_a_blank_that_is_not_quoted() {
    for (text, end) in [
        ("restrict ssh-rsa", Some(8)),
        (r#"command="a b" k"#, Some(13)),
        (r#"command="a \" b" k"#, Some(16)),
        (r#"command="a b k"#, None),
        ("", Some(0)),
        ("a\\\"", Some(3)),
        ("a\\", Some(2)),
    ] {
        assert_eq!(end_of_options(text), end, "{text}");
    }
}
