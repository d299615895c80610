use super::*;

fn reason(server: &str) -> Reason {
    let server = format!("{server}\nFailed publickey for a from 192.0.2.10 port 1 ssh2: k\n");
    let client = "debug1: Offering public key: k ED25519\ndebug1: Authentications that can continue: publickey\n";
    let trace = Trace { client: client.into(), server, code: Some(255), ..Trace::default() };
    trace.refusal(false).reason
}

#[test]
fn messages_of_many_versions() {
    let path = |p: &str| p.to_owned();
    for (line, expected) in [
        ("refused connect from 192.0.2.10 (192.0.2.10)", Reason::HostsDeny),
        ("Invalid user cafe24 from 192.0.2.10 port 40000\r", Reason::NoAccount),
        (
            "Account a has expired\nUser a not allowed because account is locked",
            Reason::AccountExpired,
        ),
        ("User a not allowed because account is locked", Reason::AccountLocked),
        (
            "User a not allowed because shell /bin/x does not exist",
            Reason::BadShell { shell: path("/bin/x") },
        ),
        (
            "User a not allowed because shell /bin/x is not executable",
            Reason::BadShell { shell: path("/bin/x") },
        ),
        ("User a from 192.0.2.10 not allowed because listed in DenyUsers", Reason::DenyUsers),
        ("User a from 192.0.2.10 not allowed because not listed in AllowUsers", Reason::AllowUsers),
        ("User a from h not allowed because a group is listed in DenyGroups", Reason::DenyGroups),
        (
            "User a from h not allowed because none of user's groups are listed in AllowGroups",
            Reason::AllowGroups,
        ),
        (
            "userauth_pubkey: key type ssh-dss not in PubkeyAcceptedKeyTypes [preauth]",
            Reason::Algorithm { algorithm: path("ssh-dss") },
        ),
        (
            "userauth_pubkey: key type ssh-rsa not in PubkeyAcceptedAlgorithms [preauth]",
            Reason::Algorithm { algorithm: path("ssh-rsa") },
        ),
        (
            "userauth_pubkey: signature algorithm ssh-rsa not in PubkeyAcceptedAlgorithms [preauth]",
            Reason::Algorithm { algorithm: path("ssh-rsa") },
        ),
        ("refusing RSA key: Invalid key length [preauth]", Reason::KeyTooShort),
        ("error: Authentication key ED25519 SHA256:x revoked by file /etc/ssh/r", Reason::Revoked),
        (
            "error: Error checking authentication key ED25519 SHA256:x in revoked keys file /etc/r: No such file or directory",
            Reason::Revoked,
        ),
        (
            "Authentication tried for a with correct key but not from a permitted host (host=h, ip=192.0.2.11).",
            Reason::WrongSource,
        ),
        (
            "/home/a/.ssh/authorized_keys:1: Authentication tried for a with correct key but not from a permitted host (host=h, ip=192.0.2.11, required=192.0.2.10).",
            Reason::WrongSource,
        ),
        (
            "debug1: /home/a/.ssh/authorized_keys:1: entry expired at 2020-01-01T00:00:00\nerror: Refused by key options",
            Reason::KeyExpired,
        ),
        ("error: Refused by key options", Reason::KeyOptions),
        ("Bad options in /home/a/.ssh/authorized_keys file, line 1: expiry-time=", Reason::BadLine),
        (
            "debug1: /home/a/.ssh/authorized_keys:1: bad key options: unknown key option",
            Reason::BadLine,
        ),
        (
            "Authentication refused: bad ownership or modes for file /home/a/.ssh/authorized_keys",
            Reason::Modes { path: path("/home/a/.ssh/authorized_keys") },
        ),
        (
            "Authentication refused: bad ownership or modes for directory /home/a",
            Reason::Modes { path: path("/home/a") },
        ),
        (
            "Could not open user 'a' authorized keys '/home/a/.ssh/authorized_keys': Permission denied",
            Reason::Unreadable { path: path("/home/a/.ssh/authorized_keys") },
        ),
        (
            "debug1: Could not open authorized keys '/home/a/k': Permission denied",
            Reason::Unreadable { path: path("/home/a/k") },
        ),
        (
            "User a authorized keys /home/a/k is not a regular file",
            Reason::NotRegular { path: path("/home/a/k") },
        ),
        (
            "fatal: bad ownership or modes for chroot directory \"/srv/\"",
            Reason::Chroot { path: path("/srv/") },
        ),
        (
            "Unable to negotiate with 192.0.2.10 port 1: no matching cipher found.",
            Reason::NoAgreement,
        ),
        ("/etc/ssh/sshd_config: line 3: Bad configuration option: X", Reason::BrokenConfig),
        (
            "debug1: Could not open user 'a' authorized keys '/home/a/.ssh/authorized_keys2': No such file or directory",
            Reason::NotInFile,
        ),
    ] {
        assert_eq!(reason(line), expected, "{line}");
    }
}

#[test]
fn a_complaint_about_another_line_does_not_hide_the_reason() {
    let log = "debug1: f:1: bad key options: unknown key option\nf:2: Authentication tried for a with correct key but not from a permitted host (host=h, ip=i, required=r).\n";
    assert_eq!(reason(log), Reason::WrongSource);
}

fn session(server: &str, syslog: &[&str], code: i32) -> Refusal {
    Trace {
        client: "debug1: Server accepts key: k\nPermission denied\n".into(),
        server: server.into(),
        syslog: syslog.iter().map(|line| (*line).to_owned()).collect(),
        code: Some(code),
        ..Trace::default()
    }
    .refusal(true)
}

#[test]
fn pam_tells_through_syslog() {
    let denied = "fatal: Access denied for user a by PAM account configuration [preauth]";
    let expired = "pam_unix(sshd:account): account a has expired (account expired)";
    let refusal = session(denied, &[expired], 255);
    assert_eq!(refusal, Refusal { reason: Reason::AccountExpired, evidence: vec![expired.into()] });
    let access = "pam_access(sshd:account): access denied for user `a' from `192.0.2.10'";
    assert_eq!(session(denied, &[access], 255).reason, Reason::Access);
    let other = "pam_succeed_if(sshd:account): requirement \"uid >= 1000\" not met by user \"a\"";
    let refusal = session(denied, &[other], 255);
    assert_eq!(refusal.reason, Reason::PamAccount);
    assert_eq!(refusal.evidence, [denied, other]);
    let closed = Trace { server: denied.into(), closed: true, ..Trace::default() };
    assert_eq!(closed.refusal(true).reason, Reason::NoLoginFile);
    let open = "error: PAM: pam_open_session(): Permission denied";
    assert_eq!(session(open, &[], 254).reason, Reason::PamSession);
}

#[test]
fn a_session_that_ends_badly() {
    let accepted = "Accepted publickey for a from 192.0.2.10 port 1 ssh2: ED25519 SHA256:x";
    assert_eq!(session(accepted, &[], 1).reason, Reason::SessionEnded { code: 1 });
    let nologin = Trace {
        server: accepted.into(),
        session: "This account is currently not available.\n".into(),
        code: Some(1),
        ..Trace::default()
    };
    assert_eq!(nologin.refusal(true).reason, Reason::NoLoginShell);
    let forced = format!(
        "{accepted}\nStarting session: forced-command (config) '/bin/x' for a from 192.0.2.10 port 1 id 0\n"
    );
    let trace = Trace { server: forced, code: Some(0), ..Trace::default() };
    assert!(!trace.session_ran());
    assert_eq!(trace.refusal(true).reason, Reason::ForcedCommand);
    // One that only watches, and a profile with something to say.
    let trace = Trace { session: "Hello\nsupport-access-is-in\r\n".into(), ..trace };
    assert!(trace.session_ran());
    assert!(!Trace { code: Some(1), ..trace }.session_ran());
}

#[test]
fn what_only_the_client_can_tell() {
    let trace = |client: &str, code| Trace { client: client.into(), code, ..Trace::default() };
    let off = trace(
        "debug1: Authentications that can continue: password\nPermission denied (password).",
        Some(255),
    );
    assert_eq!(off.refusal(false).reason, Reason::PublicKeyOff);
    assert_eq!(trace("", None).refusal(false).reason, Reason::TooSlow);
    assert_eq!(
        trace("kex_exchange_identification: x", Some(255)).refusal(false).reason,
        Reason::Unknown
    );
    let quiet =
        "debug1: Offering public key: k\ndebug1: Authentications that can continue: publickey";
    assert_eq!(trace(quiet, Some(255)).refusal(false).reason, Reason::Unknown);
    let shown = trace("debug1: Server host key: ssh-ed25519 SHA256:abc\r\n", Some(0));
    assert_eq!(shown.host_key().as_deref(), Some("SHA256:abc"));
}

#[test]
fn quoted_lines_are_harmless() {
    assert_eq!(clean("a\u{1b}[2Jb\r"), "a\\u{1b}[2Jb");
    assert_eq!(clean(&"x".repeat(1000)).len(), LINE);
}

#[test]
fn a_client_that_does_not_take_our_options() {
    let ended = |code, client: &str| Trace {
        code: Some(code),
        client: client.to_owned(),
        ..Trace::default()
    };
    for said in [
        // 7.4, and 9.2 with a name that it does not know.
        "command-line line 0: Bad SSH2 KexAlgorithms '^curve25519-sha256'.\r\n",
        "Unsupported KEX algorithm \"x\"\ncommand-line line 0: Bad SSH2 KexAlgorithms '^x'.\n",
    ] {
        assert!(ended(255, said).misunderstood(), "{said}");
    }
    let refused = "debug1: Connection established.\nbanner: command-line\nPermission denied\n";
    assert!(!ended(255, refused).misunderstood());
    assert!(!ended(255, "ssh: connect to host 192.0.2.1 port 22: refused\n").misunderstood());
    assert!(!Trace::default().misunderstood());
}
