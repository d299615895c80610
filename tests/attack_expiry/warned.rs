//! Who is signed in is told ten minutes before the end, once, and nobody is waited for.

use std::time::Duration;

use lab::{Cases, Host, Session, Suite};

use crate::common::{ACCOUNT, CUSTOMER, JOURNAL, Server};
use crate::{CLASS, LIFETIME, expire};

const ENGLISH: &str = "this support access ends at ";
const KOREAN: &str = "기술지원 접속이 ";

fn open(engineer: &Host, server: &Server) -> Session {
    let mut session = engineer.ssh(&server.key, &format!("{ACCOUNT}@{CUSTOMER}")).open_session();
    session.wait_for("$");
    session
}

/// How often the terminal has shown it, once it has shown what is typed after it.
#[track_caller]
fn times(session: &mut Session, text: &str, marker: &str) -> usize {
    let (half, rest) = marker.split_at(3);
    session.send(&format!("echo {half}''{rest}\n"));
    session.wait_for(marker);
    session.screen().matches(text).count()
}

#[test]
fn who_is_signed_in_is_told_once() {
    let server = Server::new(Suite::Bookworm);
    let (host, engineer) = (&server.host, server.engineer());
    let cases = Cases::new(CLASS);
    server.grant("--sudo full --no-verify").is("granted", 0);

    cases.case(
        "a shell and root's shells of the visit, before and in the last ten minutes",
        || {
            let mut shell = open(&engineer, &server);
            let mut root = open(&engineer, &server);
            root.send("sudo -s\n");
            root.wait_for("root@");
            let mut nested = open(&engineer, &server);
            nested.send("sudo script -q /dev/null\n");
            nested.wait_for("root@");
            server.age(LIFETIME - 660);
            expire(&server);
            for session in [&mut shell, &mut root, &mut nested] {
                assert_eq!(times(session, ENGLISH, "marker-1"), 0, "a minute too early");
            }
            server.age(90);
            expire(&server);
            expire(&server);
            for session in [&mut shell, &mut root, &mut nested] {
                session.wait_for(ENGLISH);
                expire(&server);
                assert_eq!(times(session, ENGLISH, "marker-2"), 1, "{}", session.screen());
            }
        },
    );

    cases.case("once more after an extension, in the grant's language", || {
        server.grant("--sudo full --no-verify --extend 1h").is("extended", 0);
        host.ok(&format!("sed -i 's/\"lang\":\"en\"/\"lang\":\"ko\"/' {JOURNAL}"));
        let mut shell = open(&engineer, &server);
        expire(&server);
        assert_eq!(times(&mut shell, KOREAN, "marker-3"), 0, "{}", shell.screen());
        server.age(3600);
        expire(&server);
        shell.wait_for(KOREAN);
        expire(&server);
        assert_eq!(times(&mut shell, KOREAN, "marker-4"), 1);
        assert_eq!(times(&mut shell, ENGLISH, "marker-5"), 0);
    });
    server.run("delete").is("deleted", 0);

    cases.case("who comes only in the last minutes, when nobody else was there", || {
        server.grant("--no-verify").is("granted", 0);
        server.age(LIFETIME - 300);
        expire(&server);
        let mut late = open(&engineer, &server);
        assert_eq!(times(&mut late, ENGLISH, "marker-6"), 0);
        expire(&server);
        late.wait_for(ENGLISH);
        expire(&server);
        assert_eq!(times(&mut late, ENGLISH, "marker-7"), 1);
    });
    server.run("delete").is("deleted", 0);

    // By systemd itself, at the moment.
    cases.case("by the timer, ten minutes before", || {
        server.grant("--no-verify").is("granted", 0);
        let mut shell = open(&engineer, &server);
        server.let_end_in(620);
        server.grant("--no-verify").is("updated", 0);
        shell.wait_for(ENGLISH);
        // It is written down when it has been said.
        host.ok("until tail -n 1 /var/lib/support-access/journal | grep -q '\"warned\":[0-9]'; do sleep 0.1; done");
        let left = "stat -c %Y /var/lib/support-access/journal";
        let at: i64 = host.ok(left).trim().parse().expect("a moment");
        let text = host.read(JOURNAL);
        let last: serde_json::Value =
            serde_json::from_str(text.lines().last().unwrap_or_default()).expect("a line of JSON");
        let deadline = last["warned"].as_i64().expect("what they were told of");
        assert!((1..=600).contains(&(deadline - at)), "{} s before", deadline - at);
    });
    server.run("delete").is("deleted", 0);
    cases.finish(4);
}

#[test]
fn nobody_else_is_told_and_nobody_is_waited_for() {
    let server = Server::new(Suite::Bookworm);
    let (host, engineer) = (&server.host, server.engineer());
    let cases = Cases::new(CLASS);
    server.grant("--sudo full --no-verify").is("granted", 0);
    host.ok("useradd -m victim; install -d -o victim -m 700 /home/victim/.ssh; \
         install -o victim -m 600 /run/test/engineer.pub /home/victim/.ssh/authorized_keys; \
         usermod -p '*' victim");
    let mut victim = engineer.ssh(&server.key, &format!("victim@{CUSTOMER}")).open_session();
    victim.wait_for("$");
    let mut stopped = open(&engineer, &server);
    stopped.send("stty ixon; echo rea''dy\n");
    stopped.wait_for("ready");
    stopped.send("\x13");
    let mut gone = open(&engineer, &server);
    gone.send("(trap '' HUP; sleep 1003) & exec sleep 1002\n");
    let mut raw = open(&engineer, &server);
    raw.send("stty raw -echo; echo rea''dy; sleep 1001\n");
    raw.wait_for("ready");
    let mut deaf = open(&engineer, &server);
    deaf.send("mesg n; chmod 0 $(tty); echo rea''dy\n");
    deaf.wait_for("ready");
    // Names that end a field of /proc/PID/stat, a terminal's twin, and no terminal at all.
    let mut odd = open(&engineer, &server);
    odd.send("cp /bin/sleep 'x) S 1 1 1 34816 1 ('; ./x* 1004 & echo rea''dy\n");
    odd.wait_for("ready");

    server.age(LIFETIME - 500);
    cases.case(
        "a stopped terminal, a raw one, a hung up one, one without rights, odd names",
        || {
            let ran = host.command("/var/lib/support-access/support-access expire");
            let ran = ran.deadline(Duration::from_mins(1)).run();
            assert_eq!((ran.code, &*ran.stdout), (0, ""), "{ran}");
            raw.wait_for(ENGLISH);
            deaf.wait_for(ENGLISH);
            odd.wait_for(ENGLISH);
            raw.wait_for("work.\r\n");
            assert!(!stopped.screen().contains(ENGLISH), "{}", stopped.screen());
            stopped.send("\x11");
        },
    );
    cases.case("another user's terminal", || {
        victim.send("echo mar''ker\n");
        victim.wait_for("marker");
        assert!(!victim.screen().contains("support"), "{}", victim.screen());
    });
    cases.case("a record that can't be written", || {
        server.grant("--sudo full --no-verify --extend 1h").is("extended", 0);
        host.hold_timer("support-access-expire.timer");
        server.age(3600);
        let folder = "/var/lib/support-access";
        host.ok(&format!("mount --bind {folder} {folder}; mount -o remount,bind,ro {folder}"));
        let ran = expire(&server);
        expire(&server);
        host.ok(&format!("umount {folder}"));
        assert_eq!((ran.output.code, &*ran.output.stdout), (0, ""), "{ran}");
        // Told again and again, rather than never.
        assert_eq!(times(&mut deaf, ENGLISH, "marker-8"), 3, "{}", deaf.screen());
    });
    server.run("delete").is("deleted", 0);
    cases.finish(3);
}
