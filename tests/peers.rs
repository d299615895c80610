//! Mistakes of the peers that no promise's own test shows: see `docs/security.md`. Each on a real
//! server that is set up as it was where they were made.

mod common;

use common::{ACCOUNT, ALLOWED, CUSTOMER, KEY_FILE, Server};
use lab::{Host, Key, KeyKind, Suite};

/// The engineer's machine, and where he signs in.
fn engineer(server: &Server) -> (Host, String) {
    (server.engineer(), format!("{ACCOUNT}@{CUSTOMER}"))
}

/// Without PAM, sshd takes a `!` in shadow for a lock, and refuses keys as well.
#[test]
fn no_password_is_not_a_lock_where_sshd_runs_without_pam() {
    let server = Server::new(Suite::Bookworm);
    let host = &server.host;
    host.put("/etc/ssh/sshd_config.d/pam.conf", "UsePAM no\n", 0o644);
    host.ok("systemctl restart ssh");
    server.grant("").is("granted", 0);
    assert_eq!(host.ok(&format!("getent shadow {ACCOUNT} | cut -d: -f2")), "*\n");
    let (engineer, to) = engineer(&server);
    assert_eq!(engineer.ssh(&server.key, &to).command("id -un").ok(), "cafe24\n");
    // As it would be with what `passwd -l` leaves.
    host.ok(&format!("usermod -p '!' {ACCOUNT}"));
    assert_eq!(engineer.ssh(&server.key, &to).command("true").run().code, 255);
    server.run("delete").is("deleted", 0);
}

/// Rules of the site that let passwords and new accounts expire don't reach ours.
#[test]
fn the_sites_rules_of_expiry_do_not_shut_the_account() {
    let server = Server::new(Suite::Bookworm);
    let host = &server.host;
    host.ok(
        "sed -i -E 's/^(PASS_MAX_DAYS).*/\\1 1/; s/^(PASS_MIN_DAYS).*/\\1 1/' /etc/login.defs; \
         useradd -D --inactive 0 --expiredate 2020-01-01",
    );
    server.grant("").is("granted", 0);
    // What the rules do to an account that is made without a word about it.
    host.ok("useradd -m -p '*' plain; chage -d 2020-01-02 plain; mkdir -p -m 700 ~plain/.ssh");
    host.ok(&format!("cp {KEY_FILE} ~plain/.ssh/; chown -R plain ~plain/.ssh"));
    let (engineer, to) = engineer(&server);
    assert_eq!(engineer.ssh(&server.key, &to).command("id -un").ok(), "cafe24\n");
    let plain = engineer.ssh(&server.key, &format!("plain@{CUSTOMER}")).command("true").run();
    assert_eq!(plain.code, 255, "the rules do nothing here: {plain}");
    server.run("delete").is("deleted", 0);
}

/// A static program has no name services of its own, so users of LDAP or SSSD are none to it; only
/// getent knows them.
#[test]
fn a_name_that_only_the_name_services_know_is_taken() {
    let server = Server::new(Suite::Bookworm);
    let host = &server.host;
    // As getent of a server with a directory answers; its user is in no local file.
    host.ok("mv /usr/bin/getent /usr/bin/getent.real");
    host.put(
        "/usr/bin/getent",
        "#!/bin/sh\n\
         [ \"$*\" != 'passwd cafe24' ] || exec echo 'cafe24:*:20001:20001::/home/cafe24:/bin/bash'\n\
         exec /usr/bin/getent.real \"$@\"\n",
        0o755,
    );
    let before = host.snapshot();
    server.grant("").is("refused", 4).says("account cafe24 exists");
    server.assert_untouched(&before, "an account of the directory's");
    host.ok("mv /usr/bin/getent.real /usr/bin/getent");
    server.grant("").is("granted", 0);
    server.run("delete").is("deleted", 0);
}

/// What useradd would copy from `/etc/skel` would be written by root in the account's home.
#[test]
fn nothing_comes_from_skel() {
    let server = Server::new(Suite::Bookworm);
    let host = &server.host;
    host.ok(
        "mkdir /root/decoy; ln -s /root/decoy /etc/skel/.ssh; ln -s /etc/shadow /etc/skel/link; \
         echo 'exit 1' >/etc/skel/.bash_profile",
    );
    let before = host.ok("find /root/decoy /etc/shadow -printf '%p %m %U %G\\n'");
    server.grant("").is("granted", 0);
    assert_eq!(host.ok("ls -A /home/cafe24"), ".ssh\n");
    assert_eq!(host.ok("stat -c %F /home/cafe24/.ssh"), "directory\n");
    assert_eq!(host.ok("find /root/decoy /etc/shadow -printf '%p %m %U %G\\n'"), before);
    let (engineer, to) = engineer(&server);
    assert_eq!(engineer.ssh(&server.key, &to).command("id -un").ok(), "cafe24\n");
    server.run("delete").is("deleted", 0);
}

/// The engineer's key with other options is another line, and the customer's.
#[test]
fn the_same_key_in_a_line_of_the_customers_stays_his() {
    let server = Server::new(Suite::Bookworm);
    let host = &server.host;
    server.grant("").is("granted", 0);
    let line = format!("command=\"/bin/true\" {}", server.key.public().trim_end());
    host.ok(&format!("echo '{line}' >>{KEY_FILE}"));
    let other = server.put_key("other", &Key::generate(KeyKind::Ed25519));
    server.run(&format!("grant --key {other} --from {ALLOWED}")).is("updated", 0);
    let lines = host.read(KEY_FILE);
    assert_eq!(lines.lines().filter(|it| **it == line).count(), 1, "{lines}");
    // No line of ours with that key is left.
    let body = server.key.public().split(' ').nth(1).unwrap_or_default().to_owned();
    assert_eq!(lines.matches(&body).count(), 1, "{lines}");
    // And the other way round: what he has in there does not keep ours out.
    server.grant("").is("updated", 0);
    let lines = host.read(KEY_FILE);
    assert_eq!(lines.matches(&body).count(), 2, "{lines}");
    assert!(lines.lines().any(|it| it.starts_with("restrict,pty,from=") && it.contains(&body)));
    server.run("delete").is("deleted", 0).says(&line);
}

/// With SELinux a file that was renamed into its place carries no label that sshd may read. What
/// labels mean can't be shown without it; that each file of ours gets its own, and before the door
/// opens, can. (Programs are labelled by the folder that they are made in, or by chcon.)
#[test]
fn every_file_gets_its_label_where_selinux_is() {
    let server = Server::new(Suite::Bookworm);
    let host = &server.host;
    host.ok(
        "mount -o remount,rw /sys 2>/dev/null; mount -t tmpfs tmpfs /sys/fs/selinux 2>/dev/null \
         || { mount -t tmpfs tmpfs /sys/fs && mkdir -p /sys/fs/selinux /sys/fs/cgroup \
         && mount -t cgroup2 cgroup2 /sys/fs/cgroup; }; echo 1 >/sys/fs/selinux/enforce",
    );
    let day = format!("$(getent shadow {ACCOUNT} | cut -d: -f8)");
    host.put(
        "/usr/sbin/restorecon",
        format!(
            "#!/bin/sh\nfor f; do [ ! -e \"$f\" ] || echo \"$f {day}\"; done >>/run/test/labels\n"
        ),
        0o755,
    );
    // Of what it looks up and sets, only that it does is seen here.
    host.put("/usr/bin/chcon", "#!/bin/sh\n", 0o755);
    server.grant("--sudo full").is("granted", 0);
    let labels = host.read("/run/test/labels");
    let lines: Vec<&str> = labels.lines().collect();
    for path in [
        "/home/cafe24",
        "/home/cafe24/.ssh",
        KEY_FILE,
        common::SUDOERS,
        "/etc/systemd/system/support-access-expire.timer",
        "/etc/systemd/system/support-access-expire.service",
    ] {
        let of = |line: &&&str| line.split(' ').next() == Some(path);
        assert!(lines.iter().any(|line| of(&line)), "{path} got no label:\n{labels}");
        // The account was still expired: day 1, or not there yet.
        let first = lines.iter().find(of).copied().unwrap_or_default();
        assert!([" 1", " "].iter().any(|day| first == format!("{path}{day}")), "{first:?}");
    }
    server.run("delete").is("deleted", 0);
}

/// Where systemd starts sshd for each connection, `/run/sshd` is not there before the first, and
/// `sshd -T` fails without it.
#[test]
fn an_sshd_that_systemd_starts_needs_no_folder_of_ours() {
    let server = Server::new(Suite::Bookworm);
    let host = &server.host;
    host.ok(
        "systemctl disable --now ssh.service; systemctl enable --now ssh.socket; rm -rf /run/sshd",
    );
    assert!(!host.run("sshd -T").succeeded(), "this sshd does not miss its folder");
    server.grant("--dry-run").is("dry-run", 0);
    assert!(!host.exists("/run/sshd"), "a dry run made it");
    assert_eq!(server.grant("").is("granted", 0).details["proof"], "full");
    let (engineer, to) = engineer(&server);
    assert_eq!(engineer.ssh(&server.key, &to).command("id -un").ok(), "cafe24\n");
    server.run("delete").is("deleted", 0);
}

/// `StrictModes` looks at every folder up to `/`, and a list of revoked keys that can't be read
/// revokes all. Both are said by name, not found out by the engineer.
#[test]
fn what_shuts_the_door_is_told_by_name() {
    let server = Server::new(Suite::Bookworm);
    let host = &server.host;
    let before = host.snapshot();
    let config = "/etc/ssh/sshd_config.d/case.conf";
    host.put(config, "AuthorizedKeysFile /srv/keys/%u\n", 0o644);
    host.ok("mkdir /srv/keys; chgrp users /srv; chmod g+w /srv; systemctl restart ssh");
    let ran = server.grant("");
    assert!([1, 4].contains(&ran.output.code), "{ran}");
    ran.says("/srv");
    host.ok("rmdir /srv/keys; chgrp root /srv; chmod g-w /srv");

    host.put(config, "RevokedKeys /etc/ssh/none\n", 0o644);
    host.ok("systemctl restart ssh");
    server.grant("").is("failed", 1).says("RevokedKeys");
    host.ok(&format!("rm {config}; systemctl restart ssh"));
    let left = server.left_since(&before);
    assert!(left.is_empty(), "{left}");
    server.grant("").is("granted", 0);
    server.run("delete").is("deleted", 0);
}

/// Somebody edits passwd, or a useradd of somebody else's runs: that is waited for, and if it lasts,
/// said, and nothing is left half made.
#[test]
fn a_locked_passwd_is_waited_for() {
    let server = Server::new(Suite::Bookworm);
    let host = &server.host;
    let before = host.snapshot();
    // vipw takes the locks that every account tool takes, and holds them as long as its editor runs.
    let edit = |seconds: u32| {
        let line = format!("EDITOR='echo held; sleep {seconds} #' vipw -q");
        let mut editing = host.command(&line).start();
        editing.wait_for("held");
        editing
    };
    let editing = edit(4);
    server.grant("--no-verify").is("granted", 0);
    drop(editing);
    let editing = edit(4);
    server.run("delete").is("deleted", 0);
    drop(editing);

    let editing = edit(300);
    server.grant("").is("failed", 1).says("cannot lock /etc/passwd").says("Everything was undone");
    drop(editing);
    host.ok("rm -f /etc/*.lock /etc/passwd.edit");
    let left = server.left_since(&before).except("/etc/.pwd.lock");
    assert!(left.is_empty(), "{left}");
}
