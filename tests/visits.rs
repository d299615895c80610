//! Who was here: the audit, the report of an ending and its line in the log tell each login of the
//! grant's account and what was run through sudo, and nobody can add to it or hide our own proof in it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail loudly")]
#![allow(clippy::print_stdout, reason = "memory is what a reader asks for")]

mod common;

use common::{ACCOUNT, ALLOWED, CUSTOMER, SYNC, Server};
use lab::{Host, Key, KeyKind, Suite};
use serde_json::Value;

const TO: &str = "cafe24@203.0.113.10";

fn visits(document: &Value) -> Vec<Value> {
    document["visits"].as_array().expect("visits").clone()
}

fn last_line(server: &Server) -> Value {
    let log = server.host.read("/var/log/support-access.log");
    serde_json::from_str(log.lines().last().unwrap()).unwrap()
}

/// A login that runs a command and ends; the log's clock has seconds.
fn visit(server: &Server, engineer: &Host, line: &str) {
    engineer.ssh(&server.key, TO).command(line).ok();
    settle(server, 0);
}

/// What sshd writes at the end comes after its client is gone: waits until its log tells of the end of
/// all sessions but so many, and for the next second.
fn settle(server: &Server, open: usize) {
    let count = |what: &str| {
        format!("$(journalctl -o cat | grep -c 'sshd:session): session {what} for user cafe24')")
    };
    let (opened, closed) = (count("opened"), count("closed"));
    server.host.ok(&format!(
        "until {SYNC}; [ {opened} = $(({closed} + {open})) ]; do sleep 0.2; done; sleep 1"
    ));
}

fn told_on(suite: Suite) {
    let server = Server::new(suite);
    let host = &server.host;
    let engineer = server.engineer();
    assert_eq!(TO, format!("{ACCOUNT}@{CUSTOMER}"));
    server.grant("--sudo full").is("granted", 0);
    // The proof signed in twice; that was ours.
    let document = server.run("audit --json").json("ok", 0);
    assert_eq!(visits(&document), [Value::Null; 0], "{document:#}");
    assert_eq!(document["commands"], Value::Array(Vec::new()));

    visit(&server, &engineer, "sudo -n /usr/bin/id -u 'a b'; sudo -n -u nobody true");
    let mut session = engineer.ssh(&server.key, TO).open_session();
    session.send("echo in-$((40+2))\n");
    session.wait_for("in-42");
    // A key that the visit added itself.
    let own = Key::generate(KeyKind::Ed25519);
    host.ok(&format!(
        "printf '%s\\n' '{}' >>/home/cafe24/.ssh/authorized_keys",
        own.public().trim()
    ));
    engineer.ssh(&own, TO).command("true").ok();
    // A local user who would have somebody else accused, and one who hides behind sshd's name.
    host.ok("useradd -m stranger");
    for tag in ["sshd", "sshd-session", "sudo"] {
        let text = "Accepted publickey for cafe24 from 198.51.100.9 port 4 ssh2: ED25519 SHA256:no";
        let line = format!(
            "logger -t {tag} '{text}'; logger -t {tag} 'cafe24 : TTY=x ; PWD=/ ; USER=root ; COMMAND=/forged'"
        );
        host.command(&line).user("stranger").ok();
    }
    settle(&server, 1);

    let document = server.run("audit --json").json("ok", 0);
    let found = visits(&document);
    assert_eq!(found.len(), 3, "{document:#}");
    for login in &found {
        assert_eq!((&login["from"], &login["vouched"]), (&ALLOWED.into(), &true.into()), "{login}");
    }
    let here: Vec<bool> = found.iter().map(|it| it["here"] == true).collect();
    assert_eq!(here, [false, true, false], "{document:#}");
    assert!(found[0]["until"].is_string() && found[1]["until"].is_null(), "{document:#}");
    let ours: Vec<bool> = found.iter().map(|it| it["comment"].is_string()).collect();
    assert_eq!(ours, [true, true, false], "a key of its own is told as such: {document:#}");
    let commands = document["commands"].as_array().unwrap();
    let lines: Vec<_> =
        commands.iter().map(|it| (it["user"].as_str(), it["command"].as_str())).collect();
    let id = "/usr/bin/id -u 'a b'";
    let plain = "/usr/bin/id -u a b";
    assert!(
        lines[0] == (Some("root"), Some(id)) || lines[0] == (Some("root"), Some(plain)),
        "{lines:?}"
    );
    assert_eq!((lines.len(), lines[1].0), (2, Some("nobody")), "{lines:?}");
    assert!(commands.iter().all(|it| it["vouched"] == false), "his own word: {document:#}");
    let told = server.run("audit").is("ok", 0);
    let told = told.says("Logins during this access: 3").says("still here");
    told.says("not a key of this access").does_not_say("198.51.100.9").does_not_say("forged");
    let korean = host.run("/run/test/support-access audit --lang ko");
    assert!(korean.stdout.contains("접속 기록: 3건"), "{korean}");

    // The end tells the same, and keeps it.
    let deleted = server.run("delete").is("deleted", 0);
    deleted.says("Logins during this access: 3").says("/usr/bin/id").does_not_say("still here");
    let line = last_line(&server);
    assert_eq!(visits(&line).len(), 3, "{line:#}");
    assert_eq!(line["commands"].as_array().unwrap().len(), 2);
    assert!(visits(&line).iter().all(|it| it["here"] == false), "{line:#}");
}

#[test]
fn on_debian_12() {
    told_on(Suite::Bookworm);
}

#[test]
fn on_debian_13() {
    told_on(Suite::Trixie);
}

/// A flood of the visit's own hides no login; of what it pushes out, the report says that it may be
/// missing.
#[test]
fn a_flood_hides_no_login() {
    let server = Server::new(Suite::Bookworm);
    let engineer = server.engineer();
    server.grant("").is("granted", 0);
    visit(&server, &engineer, "yes flood | head -6000 | logger -t sudo");
    // Who is knocked on all day has more of these than are read.
    let noise = "for n in 1 2 3 4 5; do yes 'Invalid user x from 198.51.100.1 port 5' | head -1000 | logger -t sshd; sleep 1; done";
    server.host.ok(&format!("{noise}; {SYNC}"));
    let document = server.run("audit --json").json("ok", 0);
    assert_eq!(
        (visits(&document).len(), &document["log"]["cut"]),
        (1, &true.into()),
        "{document:#}"
    );
    let told = server.run("delete").is("deleted", 0).says("Logins during this access: 1");
    told.says("earlier ones may be missing");
}

/// Without journald: syslog's files, of which the older one is compressed; and what is in them is
/// escaped.
#[test]
fn from_files() {
    let server = Server::new(Suite::Bookworm);
    let host = &server.host;
    server.grant("--no-verify").is("granted", 0);
    server.age(7200);
    host.ok("mv /usr/bin/journalctl /usr/bin/journalctl.away");
    let print = host.ok("ssh-keygen -lf /run/test/engineer.pub | cut -d' ' -f2");
    let (print, zone) = (print.trim(), "+00:00");
    let at = |back: i64| {
        host.ok(&format!("date -u -d '{back} minutes ago' +%FT%T.000000{zone}")).trim().to_owned()
    };
    let old =
        |back: i64| host.ok(&format!("date -d '{back} minutes ago' '+%b %e %T'")).trim().to_owned();
    let login = |port: i64| {
        format!("Accepted publickey for cafe24 from 192.0.2.7 port {port} ssh2: ED25519 {print}")
    };
    let newer = format!(
        "{} web sshd[20]: {}\n{} web sshd[20]: pam_unix(sshd:session): session closed for user cafe24(uid=60578)\n\
         {} web sudo:   cafe24 : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/echo \x1b[2J\n",
        at(10),
        login(2),
        at(8),
        at(9)
    );
    let older = format!(
        "{} web sshd[10]: {}\n{} web sshd[11]: Disconnected from user cafe24 192.0.2.7 port 1\n\
         {} web sshd[12]: {}\n",
        old(60),
        login(1),
        old(30),
        old(300),
        login(3)
    );
    host.put("/var/log/auth.log", newer, 0o640);
    host.put("/var/log/auth.log.2", older, 0o640);
    host.ok("gzip -f /var/log/auth.log.2");
    // The timer's file tells other moments since it became older.
    let document = server.run("audit --json").json("problems", 6);
    let found = visits(&document);
    assert_eq!(found.len(), 2, "the third was before this access: {document:#}");
    let lasted: Vec<_> =
        found.iter().map(|it| (it["until"].is_string(), it["vouched"] == false)).collect();
    assert_eq!(lasted, [(true, true), (true, true)], "{document:#}");
    assert_eq!(document["log"]["sources"].as_array().unwrap().len(), 2);
    let told = server.run("audit").says("30 min ").says("2 min ");
    told.says("a hint, no proof").says("\\u{1b}[2J").does_not_say("\x1b[2J");
    host.ok("mv /var/log/auth.log /run/test/; rm /var/log/auth.log.2.gz");
    server.run("audit").says("could not be read, or not whole");
    host.ok("mv /usr/bin/journalctl.away /usr/bin/journalctl");
    server.run("delete").is("deleted", 0);
}

/// What sshd would do now is asked of it, and what it says is no secret.
#[test]
fn whether_sshd_would_let_the_engineer_in_now() {
    let server = Server::new(Suite::Bookworm);
    let host = &server.host;
    server.grant("--no-verify").is("granted", 0);
    let before = host.snapshot();
    let document = server.run("audit --json").json("ok", 0);
    assert_eq!(document["lets_in"], true, "{document:#}");
    server.assert_untouched(&before, "audit");
    server.run("audit").is("ok", 0).says("sshd would let the engineer in right now");
    host.ok("echo 'AllowUsers admin' >/etc/ssh/sshd_config.d/01-test.conf; systemctl restart ssh");
    let document = server.run("audit --json").json("problems", 6);
    assert_eq!(document["lets_in"], false, "{document:#}");
    let told =
        server.run("audit").is("problems", 6).says("AllowUsers").says("support-access doctor");
    told.does_not_say("right now");
    host.ok("rm /etc/ssh/sshd_config.d/01-test.conf; systemctl restart ssh");
    // Without a client to ask with, nobody can tell; that is no problem of the server's.
    host.ok("mv /usr/bin/ssh /usr/bin/ssh.away");
    let document = server.run("audit --json").json("ok", 0);
    assert!(document["lets_in"].is_null(), "{document:#}");
    host.ok("mv /usr/bin/ssh.away /usr/bin/ssh");
}

/// Runs a command line as a child, and prints its peak memory in KiB at the end (getrusage(2)).
const PEAK: &str = "perl -e 'my $p = fork; if (!$p) { exec @ARGV } \
    my ($s, $r) = (\"\\0\" x 4, \"\\0\" x 144); syscall(61, $p, $s, 0, $r); \
    print STDERR \"peak \", unpack(\"q\", substr($r, 32, 8)), \"\\n\"' ";

/// A log of so many bytes, in which the one line that matters stands first.
fn in_a_long_log(bytes: u64) {
    let server = Server::new(Suite::Bookworm);
    let host = &server.host;
    server.grant("--no-verify").is("granted", 0);
    server.age(86_400);
    host.ok(&format!(
        "mv /usr/bin/journalctl /usr/bin/journalctl.away; at=$(date -d '12 hours ago' '+%b %e %T')
         echo \"$at web sshd[20]: Accepted publickey for cafe24 from 192.0.2.7 port 2 ssh2: ED25519 SHA256:x\" >/var/log/auth.log
         yes \"$at web sshd[21]: Failed password for invalid user admin from 198.51.100.23 port 40122 ssh2\" |
             head -c {bytes} >>/var/log/auth.log"
    ));
    let ran = host.run(&format!("{PEAK} /run/test/support-access audit --json --lang en"));
    let document: Value =
        serde_json::from_str(&ran.stdout).unwrap_or_else(|e| panic!("{e}: {ran}"));
    // A debug build may need longer than it may look.
    assert!(visits(&document).len() == 1 || document["log"]["cut"] == true, "{document:#}");
    let peak: u64 = ran.stderr.trim().rsplit(' ').next().unwrap().parse().unwrap();
    println!("{bytes} bytes of log: peak {peak} KiB, {}", document["log"]);
    assert!(peak < 32 << 10, "{peak} KiB");
    // Read forwards, and it was no more.
    host.ok("gzip -1 /var/log/auth.log");
    let ran = host.run(&format!("{PEAK} /run/test/support-access audit --json --lang en"));
    let peak: u64 = ran.stderr.trim().rsplit(' ').next().unwrap().parse().unwrap();
    println!("compressed: peak {peak} KiB");
    assert!(peak < 32 << 10, "{peak} KiB");
}

#[test]
fn in_a_log_of_100_megabytes() {
    in_a_long_log(100 << 20);
}

#[test]
#[ignore = "writes a gigabyte: scripts/test --all"]
fn in_a_log_of_a_gigabyte() {
    in_a_long_log(1 << 30);
}
