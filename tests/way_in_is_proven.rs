//! Promise 7: the way in is proven before success is claimed.
#![allow(clippy::expect_used, reason = "what tests share fails as tests do")]

mod common;

use common::tracer::Kill;
use common::{ACCOUNT, ALLOWED, CUSTOMER, ELSEWHERE, KEY_FILE, RESTART_SSHD, Server};
use lab::{Host, Key, KeyKind, Output, Suite};

const TO: &str = "cafe24@203.0.113.10";
const DROP_IN: &str = "/etc/ssh/sshd_config.d/test.conf";

fn sign_in(engineer: &Host, key: &Key, from: &str, line: &str) -> Output {
    engineer.ssh(key, TO).from(from).command(line).run()
}

#[test]
fn what_was_proven_is_so_on_debian_12() {
    what_was_proven_is_so(Suite::Bookworm);
}

#[test]
fn what_was_proven_is_so_on_debian_13() {
    what_was_proven_is_so(Suite::Trixie);
}

fn what_was_proven_is_so(suite: Suite) {
    let server = Server::new(suite);
    let engineer = server.engineer();
    let second = Key::generate(KeyKind::Ecdsa);
    let path = server.put_key("second", &second);
    engineer.add_address("198.51.100.9");
    let from = format!("{ALLOWED},198.51.100.0/24");
    let words = format!("grant --key /run/test/engineer.pub --key {path} --from {from}");
    let said = server.run(&format!("{words} --json")).json("granted", 0);
    assert_eq!(said["proof"], "full");
    assert_eq!(said["from"], serde_json::json!([ALLOWED, "198.51.100.0/24"]));
    assert_eq!(said["endpoints"], serde_json::json!([format!("{CUSTOMER}:22")]));
    assert_eq!(said["keys"][0]["fingerprint"], server.key.fingerprint());
    assert_eq!(said["keys"][1]["fingerprint"], second.fingerprint());
    // The receipt's host keys are those that the server shows.
    let known: Vec<&str> = said["host_keys"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|key| key["known_hosts"][0].as_str().expect("a line"))
        .collect();
    let lines = known.join("\n");
    let login = engineer.ssh(&server.key, TO).known_hosts(&lines).command("id -un").run();
    assert_eq!((login.code, &*login.stdout), (0, "cafe24\n"), "{login}");

    for key in [&server.key, &second] {
        for from in [ALLOWED, "198.51.100.9"] {
            let login = sign_in(&engineer, key, from, "sudo -n true || echo no sudo");
            assert_eq!((login.code, &*login.stdout), (0, "no sudo\n"), "{from}: {login}");
        }
        let login = sign_in(&engineer, key, ELSEWHERE, "true");
        assert_eq!(login.code, 255, "from an address that is not allowed: {login}");
        assert!(login.stderr.contains("Permission denied (publickey"), "{login}");
    }
    let mut session = engineer.ssh(&server.key, TO).open_session();
    session.does("tty; id -un; pwd; umask");
    assert!(session.screen().contains("/dev/pts/"), "{}", session.screen());
    assert!(session.screen().contains("/home/cafe24"), "{}", session.screen());
    // restrict holds: no way through this server to another.
    let forward = engineer.ssh(&server.key, TO).option("-W").option("127.0.0.1:22").run();
    assert!(!forward.stdout.starts_with("SSH-"), "{forward}");

    server.run(&format!("{words} --sudo full")).is("updated", 0);
    assert_eq!(sign_in(&engineer, &second, ALLOWED, "sudo -n id -u").stdout, "0\n");
    server.run("delete").is("deleted", 0);
    assert_eq!(sign_in(&engineer, &server.key, ALLOWED, "true").code, 255);
}

/// Debian 13 has another record of logins, and no lastlog.
#[test]
fn the_proof_leaves_no_record_of_a_login_on_debian_13() {
    let server = Server::new(Suite::Trixie);
    let before = server.host.snapshot();
    server.grant("").is("granted", 0);
    let changes = server.disk_changes(&before).ignoring_times();
    let log = changes.clone().below("/var/log").except("/var/log/support-access.log");
    assert!(log.is_empty() && changes.below("/var/lib/wtmpdb").is_empty(), "{log}");
}

#[test]
fn the_proof_leaves_no_trace() {
    let server = Server::new(Suite::Bookworm);
    let host = &server.host;
    let records = "last -w; lastlog; who; stat -c '%n %s %Y' /var/log/wtmp /var/log/btmp /run/utmp";
    let before = host.ok(records);
    let memory = host.snapshot();
    let around = "cut -d' ' -f5 /proc/self/mountinfo; ip -br address; ip netns";
    let around_before = host.ok(around);
    let ran = server.grant("").is("granted", 0);
    assert_eq!(ran.details["proof"], "full");
    // lastlog lists every account, so the new one as well.
    let after = host.ok(records);
    let after: Vec<&str> = after.lines().filter(|it| !it.starts_with(ACCOUNT)).collect();
    assert_eq!(after, before.lines().collect::<Vec<_>>());
    assert!(host.ok("lastlog -u cafe24").contains("**Never logged in**"));
    let keys = host.read(KEY_FILE);
    assert_eq!(keys.lines().count(), 1, "{keys}");
    // logind lets go of a user ten seconds after his last session.
    let gone = "until [ ! -e /run/user/$(id -u cafe24) ]; do sleep 0.2; done";
    host.command(gone).deadline(std::time::Duration::from_mins(2)).ok();
    assert_eq!(host.ok(around), around_before);
    let memory = host.changes_since(&memory).in_memory().ignoring_times();
    // systemd's own, of the session that ran.
    let memory = memory.except("/run/systemd").except("/run/user").except("/run/log");
    // The greeting that pam_motd makes for every session of anybody.
    let memory = memory.except("/run/motd.dynamic");
    assert!(memory.is_empty(), "{memory}");
    assert_eq!(host.run("pgrep -u cafe24 -l").stdout, "");
}

/// The proof's own key is gone after the next run, whatever became of the one that made it.
#[test]
fn killed_while_proving() {
    let server = Server::new(Suite::Bookworm);
    let kill_while_proving = |words: &str| {
        // Its own keys stand there before; next it writes the one for the proof.
        let written = Kill::After(2, "fsync", "/home/cafe24/.ssh");
        let cut = server.trace_grant(written, words);
        assert!(cut.killed, "{}", cut.ran);
        let line = server.host.ok(&format!("grep ' proof$' {KEY_FILE}"));
        assert!(line.contains("restrict,from=") && line.contains("expiry-time="), "{line}");
        assert!(!line.contains("pty"), "{line}");
    };
    kill_while_proving("");
    server.grant("").is("granted", 0);
    assert!(!server.host.read(KEY_FILE).contains(" proof"));

    kill_while_proving("--extend 1h");
    server.grant("").is("updated", 0);
    assert!(!server.host.read(KEY_FILE).contains(" proof"));

    // By the timer, though the grant itself goes on.
    kill_while_proving("--extend 1h");
    server.age(1000);
    server.expire();
    assert!(!server.host.read(KEY_FILE).contains(" proof"));
    server.run("audit").is("ok", 0);
    server.run("delete").is("deleted", 0);
}

#[test]
fn a_failed_proof_rolls_back() {
    let server = Server::new(Suite::Bookworm);
    let host = &server.host;
    let configs = [
        ("PubkeyAcceptedAlgorithms rsa-sha2-512\n", "sshd does not accept keys of type"),
        ("Match User cafe24\n ForceCommand /bin/false\n", "sshd_config: ForceCommand replaces"),
    ];
    for (config, reason) in configs {
        host.put(DROP_IN, config, 0o644);
        host.ok(RESTART_SSHD);
        let before = host.snapshot();
        server
            .grant("--sudo full")
            .is("failed", 1)
            .says(&format!("The engineer could not sign in: {reason}"))
            .says("open the access without this check: --no-verify")
            .says("Everything was undone; nothing is left but the log");
        let left = server.left_since(&before);
        assert!(left.is_empty(), "{config}{left}");
    }
    // What sshd's configuration says for sure is known before anything is made.
    let configs = [
        ("AllowUsers root\n", "AllowUsers does not name the account"),
        ("AllowUsers cafe24@198.51.100.7\n", "AllowUsers does not name the account"),
        ("DenyGroups cafe24\n", "DenyGroups names a group of the account"),
        ("AuthenticationMethods publickey,password\n", "AuthenticationMethods asks for more"),
    ];
    for (config, reason) in configs {
        host.put(DROP_IN, config, 0o644);
        host.ok(RESTART_SSHD);
        let before = host.snapshot();
        for words in ["--sudo full", "--sudo full --dry-run"] {
            let ran = server.grant(words).is("refused", 4);
            ran.says(&format!("sshd would refuse the engineer: {reason}")).says("--no-verify");
            server.assert_untouched(&before, config);
        }
    }
    // He is told, and decides.
    let ran = server.grant("--no-verify").is("granted", 0);
    assert_eq!(ran.details["proof"], "none");
    // On an open grant a failed proof goes back to what was open.
    let whole = host.read(KEY_FILE);
    server.grant("--extend 1h").is("failed", 1).says("AuthenticationMethods");
    assert_eq!(host.read(KEY_FILE), whole);
    server.run("delete").is("deleted", 0);
}

/// The running daemon may know another configuration than the file says.
#[test]
fn the_running_daemon_is_asked() {
    let server = Server::new(Suite::Bookworm);
    let host = &server.host;
    host.put(DROP_IN, "MaxAuthTries 5\n", 0o644);
    let words = format!("{DROP_IN} was changed after sshd last read its configuration");
    server.grant("").is("granted", 0).says(&words).says("systemctl reload ssh");
    server.run("audit").says(&words);
    server.run("delete").is("deleted", 0);

    host.put(DROP_IN, "AllowUsers root\n", 0o644);
    host.ok(&format!("{RESTART_SSHD}; rm {DROP_IN}"));
    let before = host.snapshot();
    let ran = server.grant("").is("failed", 1);
    ran.says("The running sshd refused what its configuration on disk allows");
    assert!(server.left_since(&before).is_empty(), "{}", server.left_since(&before));
}

/// From a further address of a network, the kernel would by itself come as the first one of it.
#[test]
fn the_running_daemon_is_asked_where_alone_it_listens() {
    let server = Server::new(Suite::Bookworm);
    let host = &server.host;
    host.ok("ip address add 198.51.100.1/24 dev eth0; ip address add 198.51.100.2/24 dev eth0");
    for (address, proof) in [("198.51.100.2", "full"), ("127.0.0.2", "partial")] {
        host.put(DROP_IN, format!("ListenAddress {address}\n"), 0o644);
        host.ok(RESTART_SSHD);
        let ran = server.grant("").is("granted", 0).says("The running sshd let a session in");
        assert_eq!(ran.details["proof"], proof, "{address}: {ran}");
        server.run("delete").is("deleted", 0);
    }
}

/// A client that does not know the key exchanges that we prefer is asked again without them.
#[test]
fn with_a_client_of_other_key_exchanges() {
    let server = Server::new(Suite::Bookworm);
    let host = &server.host;
    host.ok("mv /usr/bin/ssh /usr/bin/ssh.away");
    let client = "#!/bin/sh\ncase $* in *KexAlgorithms=*) echo \"$*\" >>/run/test/refused\n\
                  exec ssh.away -o KexAlgorithms=^unknown \"$@\" ;; esac\nexec ssh.away \"$@\"\n";
    host.put("/usr/bin/ssh", client, 0o755);
    let said = server.run("grant --key /run/test/engineer.pub --json").json("granted", 0);
    assert_eq!(said["proof"], "full");
    let refused = host.read("/run/test/refused");
    // Once where sshd is asked on its own, once where the daemon is.
    assert_eq!(refused.lines().count(), 2, "{refused}");
    server.run("audit").is("ok", 0).says("would let the engineer in");
    server.run("delete").is("deleted", 0);
}

/// Without a client nothing can be asked: it is opened, and said.
#[test]
fn without_a_client() {
    let server = Server::new(Suite::Bookworm);
    server.host.ok("mv /usr/bin/ssh /usr/bin/ssh.away");
    let ran = server.grant("").is("granted", 0);
    assert_ne!(ran.details["proof"], "full");
    ran.says("Not proven: no ssh client is installed on this server");
    server.run("audit").is("ok", 0);
    server.run("delete").is("deleted", 0);
}
