//! Promise 3: only what is ours is touched.

mod common;

use common::{ACCOUNT, ALLOWED, COPY, INSTALLED, KEY_FILE, RESTART_SSHD, SUDOERS, Server};
use lab::{Key, KeyKind, Suite};

const UNITS: [&str; 2] = [
    "/etc/systemd/system/support-access-expire.service",
    "/etc/systemd/system/support-access-expire.timer",
];

#[test]
fn what_we_did_not_make_stays_on_debian_12() {
    what_we_did_not_make_stays(Suite::Bookworm);
}

#[test]
fn what_we_did_not_make_stays_on_debian_13() {
    what_we_did_not_make_stays(Suite::Trixie);
}

fn what_we_did_not_make_stays(suite: Suite) {
    let server = Server::new(suite);
    let host = &server.host;
    // What stands in the way, what the refusal names, and how it is cleared away again.
    let file = |path: &str| {
        let make = format!(
            "mkdir -p $(dirname {path}); printf '# of the customer\\n' >{path}; chmod 440 {path}"
        );
        (make, path.to_owned(), format!("rm {path}; rmdir /var/lib/support-access 2>/dev/null"))
    };
    let of = |make: &str, named: &str, clear: &str| (make.into(), named.into(), clear.into());
    let mut cases: Vec<(String, String, String)> = vec![
        of("useradd -m cafe24", "userdel -r cafe24", "userdel -r cafe24 2>/dev/null"),
        of("useradd -r -u 60600 cafe24", "account cafe24 exists", "userdel cafe24"),
        // Even in our range and with what looks like our mark.
        of(
            "useradd -u 60600 -c 'Cafe24 support,,,,support-access 0123456789abcdef' cafe24",
            "account cafe24 exists",
            "userdel cafe24",
        ),
        of("groupadd cafe24", "groupdel cafe24", "groupdel cafe24"),
        of("mkdir /home/cafe24; echo 1 >/home/cafe24/a", "/home/cafe24", "rm -r /home/cafe24"),
        of("ln -s /root /home/cafe24", "/home/cafe24", "rm /home/cafe24"),
        of(&format!("ln -s /nowhere {SUDOERS}"), SUDOERS, &format!("rm {SUDOERS}")),
        of(
            "mkdir -p /usr/local/sbin/support-access",
            INSTALLED,
            "rmdir /usr/local/sbin/support-access",
        ),
    ];
    cases.extend([SUDOERS, UNITS[0], UNITS[1], INSTALLED, COPY].map(file));

    for (make, named, clear) in cases {
        host.ok(&make);
        let before = host.snapshot();
        let dry = server.grant("--sudo full --dry-run").is("refused", 4).says(&named);
        let ran = server.grant("--sudo full").is("refused", 4).says(&named);
        assert_eq!(dry.output.stdout, ran.output.stdout);
        server.assert_untouched(&before, &make);
        let ran = server.run("delete");
        server.assert_untouched(&before, &make);
        // An account that carries a mark but no journal is named.
        let marked = make.contains("support-access 0123456789abcdef");
        let (word, code) = if marked { ("failed", 5) } else { ("nothing-to-delete", 0) };
        ran.is(word, code);
        host.run(&clear);
    }
}

/// The same where sshd keeps keys outside of homes: a customer's file of the account's name stays.
#[test]
fn a_key_file_that_we_did_not_make_stays() {
    let server = Server::new(Suite::Bookworm);
    let host = &server.host;
    let config = "AuthorizedKeysFile /etc/ssh/keys/%u\n";
    host.put("/etc/ssh/sshd_config.d/keys.conf", config, 0o644);
    host.put("/etc/ssh/keys/cafe24", server.key.public(), 0o644);
    host.ok(RESTART_SSHD);
    let before = host.snapshot();
    server.grant("").is("refused", 4).says("/etc/ssh/keys/cafe24");
    server.run("delete").is("nothing-to-delete", 0);
    server.assert_untouched(&before, "a key file of the customer's");
}

/// A line that the customer added to our account's key file is kept as long as the account is.
#[test]
fn the_customers_line_stays() {
    let server = Server::new(Suite::Bookworm);
    let host = &server.host;
    let (own, other) = (Key::generate(KeyKind::Ecdsa), Key::generate(KeyKind::Ed25519));
    let own_line = format!("from=\"198.51.100.7\" {}", own.public().trim_end());
    server.grant("").is("granted", 0);
    // Without an end to the line, as some editors leave it.
    host.ok(&format!("printf '# mine\\n%s' '{own_line}' >>{KEY_FILE}"));
    let kept = || {
        let lines = host.read(KEY_FILE);
        assert_eq!(lines.lines().filter(|line| **line == own_line).count(), 1, "{lines}");
        assert_eq!(lines.lines().filter(|line| *line == "# mine").count(), 1, "{lines}");
        assert_eq!(
            lines.lines().filter(|line| line.contains("restrict,pty")).count(),
            1,
            "{lines}"
        );
    };

    let before = host.snapshot();
    server.grant("").is("unchanged", 0);
    server.assert_untouched(&before, "a second grant");
    let path = server.put_key("other", &other);
    server.run(&format!("grant --key {path} --from {ALLOWED}")).is("updated", 0);
    kept();
    server.run("grant --extend 1h").is("extended", 0);
    kept();
    server.run("audit").is("ok", 0).says("lines in the key file that are not of this access: 2");

    server.run("delete --dry-run").is("dry-run", 0).says(&own_line).says("# mine");
    kept();
    server.run("delete").is("deleted", 0).says(&own_line).says("# mine");
    let log = host.read("/var/log/support-access.log");
    assert!(log.contains(own.public().split(' ').nth(1).expect("a key")), "{log}");
}

/// An account of the provider's earlier script has no journal: it is known by the policy's list.
#[test]
fn a_legacy_account_is_recognised() {
    let server = Server::new(Suite::Bookworm);
    let host = &server.host;
    let key = server.key.public().trim_end();
    let policy = |account: &str, fingerprint: &str| {
        format!(
            "schema = 1\nserial = 3\nprovider = \"Cafe24\"\nlanguage = \"en\"\n\
             site = \"https://support.example\"\naccount = \"{account}\"\n\
             from = [\"{ALLOWED}\"]\nport = 22\nlifetime = \"24h\"\nlongest = \"14d\"\n\
             sudo = \"none\"\nkeys = [\"{key}\"]\n\
             [[legacy]]\naccount = \"{ACCOUNT}\"\nkeys = [\"{fingerprint}\"]\n"
        )
    };
    let old = Key::generate(KeyKind::Rsa);
    host.ok("useradd -m cafe24; echo data >/home/cafe24/data");
    host.put(KEY_FILE, format!("from=\"192.0.2.0/24\" {}", old.public()), 0o600);
    host.put("/run/test/same.toml", policy(ACCOUNT, &old.fingerprint()), 0o644);
    host.put("/run/test/new.toml", policy("helper", &old.fingerprint()), 0o644);
    host.put("/run/test/none.toml", policy("helper", &server.key.fingerprint()), 0o644);
    let before = host.snapshot();
    let remedy = "pkill -KILL -u cafe24; sleep 1; userdel -r cafe24";

    server.run("grant --policy /run/test/same.toml").is("refused", 4).says(remedy);
    server.run("audit --policy /run/test/same.toml").is("problems", 6).says(remedy);
    server.run("delete --policy /run/test/same.toml").is("failed", 5).says(remedy);
    server.run("delete --dry-run --policy /run/test/same.toml").is("dry-run", 5).says(remedy);
    let json = server.run("audit --json --policy /run/test/same.toml").json("problems", 6);
    assert_eq!(json["legacy"][0], ACCOUNT);
    // It has the name, but not the key: then it is just somebody's account.
    server.run("delete --policy /run/test/none.toml").is("nothing-to-delete", 0);
    server.assert_untouched(&before, "a legacy account");

    // Beside a grant of another name it is named each time, and never adopted. What the timer and
    // a delete without network know of it, they know from the policy that the grant keeps.
    server.run("grant --policy /run/test/new.toml").is("granted", 5).says(remedy);
    server.run("audit").is("problems", 6).says(remedy);
    server.run("delete").is("deleted", 5).says(remedy);
    assert_eq!(host.read("/home/cafe24/data"), "data\n");
    let left = server.left_since(&before);
    assert!(left.is_empty(), "{left}");
}

/// What somebody put in the place of something of ours is not ours any more.
#[test]
fn what_was_replaced_by_hand_stays() {
    let server = Server::new(Suite::Bookworm);
    let host = &server.host;
    let before = host.snapshot();
    for path in [INSTALLED, SUDOERS, UNITS[0]] {
        server.grant("--sudo full").is("granted", 0);
        host.ok(&format!("printf '# another\\n' >{path}.new; mv {path}.new {path}"));
        server.run("audit").is("problems", 6).says(path);
        server.grant("--sudo full").is("refused", 4).says(path);
        server.run("delete --dry-run").is("dry-run", 5).says(&format!("{path} is not ours"));
        server.run("delete").is("deleted", 5).says(&format!("{path} is not ours"));
        assert_eq!(host.read(path), "# another\n");
        host.ok(&format!("rm {path}; systemctl daemon-reload"));
        let left = server.left_since(&before);
        assert!(left.is_empty(), "{path} was replaced, and more than that is left:\n{left}");
    }
}

/// Without the mark it may be anybody's account: its door is closed, its data kept.
#[test]
fn an_account_without_the_mark_is_closed_and_kept() {
    let server = Server::new(Suite::Bookworm);
    let host = &server.host;
    server.grant("--sudo full").is("granted", 0);
    host.ok("usermod -c 'somebody' cafe24; echo data >/home/cafe24/data");

    server.run("audit").is("problems", 6).says("no longer carries the mark");
    server.grant("--sudo full").is("refused", 4).says("no longer carries the mark");
    let ran = server.run("delete").is("failed", 5).says("no longer carries our mark");
    let remedy = "pkill -KILL -u cafe24; sleep 1; userdel -r cafe24";
    ran.says(remedy);
    assert_eq!(host.read("/home/cafe24/data"), "data\n");
    assert!(!host.exists(KEY_FILE) && !host.exists(SUDOERS));
    assert_eq!(host.ok("getent shadow cafe24 | cut -d: -f8"), "1\n");
    // It is tried again, until somebody decides.
    assert!(host.exists(UNITS[1]));
    server.run("delete").is("failed", 5);
    host.run(remedy);
    assert!(!host.run("getent passwd cafe24").succeeded(), "what was told to do does not do");
    server.run("delete").is("deleted", 0);
    assert!(!host.exists(UNITS[1]) && !host.exists(INSTALLED) && !host.exists(COPY));
}
