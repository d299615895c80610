//! Promise 4, while the access is in use: whatever the engineer has open when it is ended is ended
//! with it, and nothing else.
#![allow(clippy::unwrap_used, reason = "what the cases share fails as tests do")]

mod common;

use std::time::Duration;

use common::{ACCOUNT, CUSTOMER, INSTALLED, JOURNAL, SYNC, Server};
use lab::{Cases, Host, Running, Suite};

/// How long a cut may take to arrive. The promise is 15 s; the rest is for a machine that is busy.
const CUT: Duration = Duration::from_secs(30);

/// What an engineer runs, each with a sleep of its own by which it is known.
const RUNNING: [(&str, &str, u32); 12] = [
    ("nohup", "nohup sleep 4001 >/dev/null 2>&1 &", 4001),
    ("setsid", "setsid -f sleep 4002 >/dev/null 2>&1", 4002),
    ("a daemon of his own", "(setsid sh -c 'trap \"\" TERM HUP; sleep 4003 & wait' &)", 4003),
    ("tmux", "tmux new-session -d 'sleep 4004'", 4004),
    ("a service of his own systemd", "systemd-run --user --quiet sleep 4005", 4005),
    (
        "his systemd without a session",
        "sudo -n loginctl enable-linger cafe24; sleep 0; sleep 4006 &",
        4006,
    ),
    ("a root process through sudo", "sudo -n sh -c 'sleep 4007 & :'", 4007),
    ("a root daemon through sudo", "sudo -n setsid -f nohup sleep 4008 >/dev/null 2>&1", 4008),
    (
        "a root process that does not heed",
        // It must be on its own before sudo, which ends what is left of its terminal, comes back.
        "sudo -n sh -c 'trap \"\" TERM HUP; setsid sleep 4009 & \
             until pgrep -f \"sleep 4009\\$\" >/dev/null; do :; done'",
        4009,
    ),
    ("one in a pid namespace of his own", "setsid unshare -Urpf sleep 4010 &", 4010),
    (
        "one of root's in a pid namespace",
        "sudo -n setsid -f unshare -pf --mount-proc sleep 4011",
        4011,
    ),
    ("another user through sudo", "sudo -n -u victim sleep 4012 &", 4012),
];

/// Jobs that would start something later.
const JOBS: [(&str, &str, &str); 2] = [
    ("a cron job", "echo '* * * * * sleep 4020' | crontab -", "/var/spool/cron/crontabs/cafe24"),
    ("an at job", "echo 'sleep 4021' | at now + 1 hour", ""),
];

struct Scene {
    server: Server,
    engineer: Host,
}

impl Scene {
    fn new() -> Self {
        let server = Server::new(Suite::Bookworm);
        server.host.ok("useradd -m victim");
        let engineer = server.engineer();
        Self { server, engineer }
    }

    fn to() -> String {
        format!("{ACCOUNT}@{CUSTOMER}")
    }

    /// Starts something on the engineer's machine; `OPTIONS` are those that ssh needs.
    fn start(&self, line: &str) -> Running {
        self.engineer.put("/run/test/key", self.server.key.private(), 0o600);
        let options = "-F/dev/null -oBatchMode=yes -oStrictHostKeyChecking=no -i/run/test/key \
            -oUserKnownHostsFile=/dev/null -oExitOnForwardFailure=yes";
        self.engineer.command(&line.replace("OPTIONS", options)).start()
    }

    /// What must survive.
    fn start_customers(&self, uid: &str) {
        let host = &self.server.host;
        // A container's process with the same uid, with a root of its own, and some of the customer's.
        host.ok("mkdir -p /run/box; mount -t tmpfs none /run/box; cd /run/box; mkdir usr; \
             mount --bind /usr usr; for name in bin lib lib64; do ln -s usr/$name $name; done");
        host.ok(&format!(
            "systemd-run --quiet --unit container unshare -pf chroot /run/box setpriv --reuid {uid} \
             --clear-groups sleep 4100; systemd-run --quiet --unit customer sleep 4101; \
             systemd-run --quiet --uid victim --unit victims sleep 4102"
        ));
        for seconds in 4100..=4102 {
            self.wait_for_sleep(seconds);
        }
    }

    fn runs(&self, seconds: u32) -> bool {
        self.server.host.run(&format!("pgrep -f 'sleep {seconds}$'")).succeeded()
    }

    #[track_caller]
    fn wait_until(&self, line: &str) {
        let line = format!("until {line}; do sleep 0.1; done");
        self.server.host.command(&line).deadline(Duration::from_mins(2)).ok();
    }

    #[track_caller]
    fn wait_for_sleep(&self, seconds: u32) {
        self.wait_until(&format!("pgrep -f 'sleep {seconds}$' >/dev/null"));
    }
}

#[test]
fn whatever_is_in_use_ends_and_nothing_else() {
    let scene = Scene::new();
    let (server, engineer) = (&scene.server, &scene.engineer);
    let host = &server.host;
    server.grant("--sudo full").is("granted", 0);
    let uid = host.ok("id -u cafe24").trim_end().to_owned();

    scene.start_customers(&uid);
    let mut session = engineer.ssh(&server.key, &Scene::to()).open_session();
    for (_, line, seconds) in RUNNING {
        session.does(line);
        scene.wait_for_sleep(seconds);
    }
    for (_, line, _) in JOBS {
        session.does(line);
    }
    session.does("sudo -n systemd-run --quiet --unit started sleep 4103");
    scene.wait_until("atq | grep -q .");
    // The key may not forward, but its file is his own.
    session.does("sed -i s/restrict,pty,// .ssh/authorized_keys");
    let mut root_shell = engineer.ssh(&server.key, &Scene::to()).open_session();
    root_shell.send("sudo -n -i\n");
    root_shell.wait_for("root@");
    let mut without_terminal =
        scene.start(&format!("exec ssh -T OPTIONS {} sleep 4030", Scene::to()));
    let mut forward = scene.start(&format!(
        "exec ssh -NT OPTIONS -L 7001:127.0.0.1:22 -R 7002:127.0.0.1:22 {}",
        Scene::to()
    ));
    scene.wait_until("ss -ltn | grep -q ':7002 '");
    let mut copy = scene.start(&format!(
        "truncate -s 1G /run/test/big; exec scp -l 4000 OPTIONS /run/test/big {}:/var/tmp/copied",
        Scene::to()
    ));
    let mut logins = scene.start(&format!(
        "while :; do ssh -T OPTIONS {} 'echo in $(date +%s%N); sleep 4040' & sleep 0.2; done",
        Scene::to()
    ));
    logins.wait_for("in ");
    scene.wait_for_sleep(4030);

    let deleted = server.run("delete");
    let ended: u64 = host.ok("date +%s%N").trim().parse().unwrap();
    let cases = Cases::new("deleted in use");
    cases.case("delete says the truth", || {
        deleted.is("deleted", 0).does_not_say("4100");
    });
    for (name, _, seconds) in RUNNING {
        cases.case(name, || assert!(!scene.runs(seconds), "sleep {seconds} runs"));
    }
    for (name, _, path) in JOBS {
        cases.case(name, || {
            assert_eq!(host.ok("atq"), "");
            assert!(path.is_empty() || !host.exists(path));
        });
    }
    for (name, session) in
        [("a session with a terminal", &mut session), ("a root shell", &mut root_shell)]
    {
        cases.case(name, || assert!(session.is_cut_within(CUT), "{}", session.screen()));
    }
    for (name, running) in [
        ("a session without a terminal", &mut without_terminal),
        ("a port forward, both ways", &mut forward),
        ("a copy in progress", &mut copy),
    ] {
        cases.case(name, || assert!(running.ends_within(CUT), "{}", running.stderr_so_far()));
    }
    cases.case("logins that keep arriving", || {
        assert!(!scene.runs(4040), "a login is alive");
        std::thread::sleep(Duration::from_secs(2));
        // By the server's clock: what it had let out before may arrive only now.
        let said = logins.stdout_so_far();
        let moments = said.lines().filter_map(|line| line.strip_prefix("in ")?.parse::<u64>().ok());
        assert!(moments.max().unwrap() < ended, "somebody still gets in");
    });
    logins.kill();
    cases.case("the forwarded port", || {
        assert!(!host.run("ss -ltn | grep ':7002 '").succeeded());
    });
    cases.case("no process of the uid but the container's", || {
        let list = host.ok(&format!("pgrep -u {uid} -a | grep -v 'sleep 4100' || :"));
        assert_eq!(list, "");
    });
    for (name, seconds) in [
        ("a container's process of the same uid survives", 4100),
        ("the customer's own service survives", 4101),
        ("another user's process survives", 4102),
        ("a service that the engineer gave to systemd survives", 4103),
    ] {
        cases.case(name, || assert!(scene.runs(seconds), "sleep {seconds} is gone"));
    }
    cases.case("systemd is content", || {
        assert_eq!(host.run("systemctl is-system-running").stdout, "running\n");
        assert!(!host.exists(&format!("/run/user/{uid}")), "the runtime folder is there");
    });
    cases.finish(25);
}

/// A package that stays half configured until it is told to go on, and says something meanwhile.
const SLOW_PACKAGE: &str = "\
    mkdir -p /run/test/slow/DEBIAN && cd /run/test && \
    printf 'Package: slow\\nVersion: 1\\nArchitecture: all\\nMaintainer: x <x@localhost>\\nDescription: x\\n' \
        >slow/DEBIAN/control && \
    printf '#!/bin/sh\\nset -e\\nwhile [ ! -e /run/test/go ]; do echo working; sleep 0.1; done\\necho done\\n' \
        >slow/DEBIAN/postinst && chmod 755 slow slow/DEBIAN/postinst && \
    dpkg-deb --build slow /run/test/slow.deb && chmod 755 /run/test && chmod 644 /run/test/slow.deb";

/// How the engineer installs it, and what the server's sudo does about terminals.
const INSTALLS: [(&str, &str, &str); 5] = [
    ("dpkg on a terminal of sudo's", "use_pty", "sudo -n dpkg -i /run/test/slow.deb"),
    ("dpkg on his own terminal", "!use_pty", "sudo -n dpkg -i /run/test/slow.deb"),
    ("dpkg from a root shell", "use_pty", "sudo -n -i dpkg -i /run/test/slow.deb"),
    ("apt-get", "use_pty", "sudo -n apt-get -y install /run/test/slow.deb"),
    ("dpkg in tmux", "!use_pty", "tmux new-session -d 'sudo -n dpkg -i /run/test/slow.deb'"),
];

#[test]
fn a_package_manager_at_work_is_left_to_finish() {
    let scene = Scene::new();
    let (server, engineer) = (&scene.server, &scene.engineer);
    let host = &server.host;
    host.ok(SLOW_PACKAGE);
    let cases = Cases::new("deleted in use");
    for (name, defaults, line) in INSTALLS {
        cases.case(name, || {
            host.put("/etc/sudoers.d/customer", format!("Defaults {defaults}\n"), 0o440);
            host.ok("rm -f /run/test/go");
            server.grant("--sudo full --no-verify").is("granted", 0);
            let mut session = engineer.ssh(&server.key, &Scene::to()).open_session();
            session.wait_for("$");
            session.send(&format!("{line}\n"));
            scene.wait_until("pgrep -f '^/bin/sh /var/lib/dpkg/info/slow.postinst' >/dev/null");

            let deleted = server.run("delete");
            let dpkg = || host.run("tail -n 5 /var/log/dpkg.log; dpkg -s slow; ps -ef").stdout;
            let ended = (&*deleted.word, deleted.output.code);
            assert_eq!(ended, ("failed", 5), "{deleted}\n{}\n{}", session.screen(), dpkg());
            deleted
                .says("A package manager that the engineer started is still at work")
                .says("dpkg");
            assert!(session.is_cut_within(CUT), "{}", session.screen());
            assert!(!host.run("getent passwd cafe24").succeeded(), "the account is there");
            assert!(host.run("pgrep -x dpkg").succeeded(), "dpkg was torn away");
            // It may write as much as it likes, though nobody reads.
            std::thread::sleep(Duration::from_secs(1));
            host.ok("touch /run/test/go");
            scene.wait_until("! pgrep -x 'dpkg|apt-get' >/dev/null");
            assert_eq!(host.ok("dpkg-query -W -f '${Status}' slow"), "install ok installed");

            server.expire();
            assert!(!host.exists(JOURNAL), "the timer did not finish");
            assert_eq!(host.run("pgrep -a 'cat|sudo|tmux'").stdout, "");
            host.ok("dpkg --purge slow >/dev/null 2>&1");
        });
        host.run("touch /run/test/go; sleep 1; pkill -x dpkg");
        server.run("delete");
    }
    cases.case("one that the account itself runs gets no grace", || {
        server.grant("--sudo full --no-verify").is("granted", 0);
        let mut session = engineer.ssh(&server.key, &Scene::to()).open_session();
        // It waits for its configuration.
        session.send("mkfifo f; apt-get -c f moo\n");
        scene.wait_until("pgrep -x apt-get >/dev/null");
        server.run("delete").is("deleted", 0);
        assert!(!host.run("pgrep -x apt-get").succeeded());
    });
    server.run("delete");
    cases.case("one that writes nothing is asked to end", || {
        host.ok("touch /run/test/go; dpkg -i /run/test/slow.deb");
        server.grant("--sudo full --no-verify").is("granted", 0);
        let mut session = engineer.ssh(&server.key, &Scene::to()).open_session();
        // It waits for an answer.
        session.send("sudo -n apt-get remove slow\n");
        session.wait_for("continue?");
        assert!(host.run("pgrep -x apt-get").succeeded());
        server.run("delete").is("deleted", 0);
        assert!(!host.run("pgrep -x apt-get").succeeded());
        assert_eq!(host.ok("dpkg-query -W -f '${Status}' slow"), "install ok installed");
    });
    cases.finish(7);
}

#[test]
fn from_inside_the_visit_systemd_takes_over() {
    let scene = Scene::new();
    let (server, engineer) = (&scene.server, &scene.engineer);
    let host = &server.host;
    let before = host.snapshot();
    let cases = Cases::new("deleted in use");
    let folder = "/run/support-access.ABCDEFGHIJ";
    for (name, program) in [
        ("by the installed copy", INSTALLED.to_owned()),
        ("by install.sh's", format!("{folder}/support-access")),
    ] {
        cases.case(&format!("from inside the visit, {name}"), || {
            server.grant("--sudo full --no-verify").is("granted", 0);
            let uid = host.ok("id -u cafe24").trim_end().to_owned();
            if program != INSTALLED {
                host.ok(&format!(
                    "install -d -m 700 {folder}; cp {INSTALLED} {program}; touch {folder}/signers"
                ));
            }
            let untouched = host.snapshot();
            let dry = engineer.ssh(&server.key, &Scene::to());
            let dry = dry.command(&format!("sudo -n {program} delete --dry-run --lang en")).run();
            common::Ran::new(dry)
                .is("dry-run", 0)
                .says("systemd would finish the work")
                .says("userdel");
            let changes =
                server.disk_changes(&untouched).except("/var/log").except("/var/lib/wtmpdb");
            assert!(changes.ignoring_times().is_empty(), "a dry run changed something");

            let mut session = engineer.ssh(&server.key, &Scene::to()).open_session();
            session.send(&format!("sudo -n {program} delete --lang en\n"));
            session.wait_for("This session belongs to the access that ends");
            assert!(session.is_cut_within(CUT), "{}", session.screen());
            assert!(!session.screen().contains("RESULT:"), "{}", session.screen());
            scene.wait_until(&format!("[ ! -e {JOURNAL} ]"));
            scene.wait_until(
                "! systemctl list-units --all --no-legend 'support-access*' | grep -q .",
            );
            let log = host.read("/var/log/support-access.log");
            let last = log.lines().last().unwrap();
            assert!(
                last.contains(r#""action":"deleted""#) && last.contains(r#""clean":true"#),
                "{last}"
            );
            let told = host
                .ok(&format!("{SYNC}; journalctl --no-pager -o cat -u 'support-access-delete-*'"));
            assert!(told.contains("RESULT: deleted"), "{told}");
            assert_eq!(host.run(&format!("pgrep -u {uid}; ls -d {folder}")).stdout, "");
            let left = server.left_since(&before);
            assert!(left.is_empty(), "{left}");
        });
        server.run("delete");
    }
    cases.finish(2);
}
