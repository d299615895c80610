//! What a customer may have done by hand meanwhile, and the engineer too, since he has sudo.

use lab::{Cases, Suite};

use crate::common::{ACCOUNT, CUSTOMER, Server};
use crate::{CLASS, LIFETIME, SAMPLE, clear, expire, last_log};

/// How the end is to be.
enum End {
    /// Nothing is left.
    Clean,
    /// All of ours is gone; this is not ours, or not where it was, stays and is named.
    Named(&'static str),
    /// It can't be removed now: the door is closed, this is named, and the timer tries again after
    /// this line.
    Later(&'static str, &'static str),
}

use End::{Clean, Later, Named};

/// What was done by hand, how it ends, and what takes away what is left.
const CASES: [(&str, &str, End, &str); 49] = [
    ("nothing", ":", Clean, ":"),
    (
        "timer's moments edited",
        "sed -i 's/^On.*/OnCalendar=yearly/' /etc/systemd/system/support-access-expire.timer; \
         systemctl daemon-reload; systemctl restart support-access-expire.timer",
        Clean,
        ":",
    ),
    (
        "timer's mark taken out",
        "sed -i /id=/d /etc/systemd/system/support-access-expire.timer",
        Named("/etc/systemd/system/support-access-expire.timer"),
        "systemctl disable --now support-access-expire.timer; \
         rm /etc/systemd/system/support-access-expire.timer",
    ),
    ("timer disabled", "systemctl disable support-access-expire.timer", Clean, ":"),
    ("timer stopped", "systemctl stop support-access-expire.timer", Clean, ":"),
    (
        "timer masked",
        "systemctl mask --runtime --now support-access-expire.timer",
        Clean,
        "systemctl unmask --runtime support-access-expire.timer",
    ),
    (
        "service masked",
        "systemctl mask --runtime --now support-access-expire.service",
        Clean,
        "systemctl unmask --runtime support-access-expire.service",
    ),
    ("unit files removed", "rm /etc/systemd/system/support-access*", Clean, ":"),
    (
        "unit files removed, and systemd told",
        "rm /etc/systemd/system/support-access*; systemctl daemon-reload",
        Clean,
        ":",
    ),
    (
        "a drop-in for the timer",
        "mkdir /etc/systemd/system/support-access-expire.timer.d; \
         echo '# mine' >/etc/systemd/system/support-access-expire.timer.d/mine.conf",
        Clean,
        "rm -r /etc/systemd/system/support-access-expire.timer.d",
    ),
    (
        "key line added",
        "echo 'ssh-ed25519 AAAA mine' >>/home/cafe24/.ssh/authorized_keys",
        Clean,
        ":",
    ),
    ("key file emptied", ": >/home/cafe24/.ssh/authorized_keys", Clean, ":"),
    ("key file removed", "rm /home/cafe24/.ssh/authorized_keys", Clean, ":"),
    ("key file is root's", "chown root: /home/cafe24/.ssh/authorized_keys", Clean, ":"),
    (
        "key file's expiry taken out",
        "sed -i s/expiry-time=[^,]*,// /home/cafe24/.ssh/authorized_keys",
        Clean,
        ":",
    ),
    (
        "key file immutable",
        "chattr +i /home/cafe24/.ssh/authorized_keys",
        Later("authorized_keys", "chattr -i /home/cafe24/.ssh/authorized_keys"),
        ":",
    ),
    (
        "home immutable",
        "chattr +i /home/cafe24",
        Later("/home/cafe24", "chattr -i /home/cafe24"),
        ":",
    ),
    ("account locked", "usermod -L cafe24", Clean, ":"),
    ("account given a password", "echo cafe24:secret | chpasswd", Clean, ":"),
    ("account never expires", "usermod -e '' cafe24", Clean, ":"),
    ("account expired by hand", "usermod -e 1 cafe24", Clean, ":"),
    ("another shell", "usermod -s /usr/sbin/nologin cafe24", Clean, ":"),
    ("more groups", "usermod -aG sudo,adm cafe24", Clean, ":"),
    ("others in its group", "usermod -aG cafe24 victim", Clean, ":"),
    ("another group", "usermod -g users cafe24", Clean, ":"),
    (
        "mark taken out",
        "usermod -c 'our helper' cafe24",
        Later("no longer carries our mark", "pkill -KILL -u cafe24; sleep 1; userdel -rf cafe24"),
        ":",
    ),
    (
        "another uid",
        "OUT; usermod -u 61001 cafe24",
        Later("no longer carries our mark", "pkill -KILL -u cafe24; sleep 1; userdel -rf cafe24"),
        ":",
    ),
    (
        "another name",
        "OUT; usermod -l other cafe24",
        Later("account other carries the mark", "userdel -rf other; groupdel cafe24 || :"),
        ":",
    ),
    (
        "another name and home",
        "OUT; usermod -l other -d /home/other -m cafe24",
        Later("account other carries the mark", "userdel -rf other; groupdel cafe24 || :"),
        ":",
    ),
    ("account removed", "OUT; userdel -rf cafe24", Clean, ":"),
    ("account removed, home kept", "OUT; userdel -f cafe24", Clean, ":"),
    ("home removed", "rm -r /home/cafe24", Clean, ":"),
    ("home moved", "mv /home/cafe24 /home/kept", Named("/home/kept"), "rm -r /home/kept"),
    (
        "home moved, a link in its place",
        "mv /home/cafe24 /srv/cafe24; ln -s /srv/cafe24 /home/cafe24",
        Named("/home/cafe24"),
        "rm -r /srv/cafe24 /home/cafe24",
    ),
    ("home unreadable", "chmod 0 /home/cafe24/.ssh /home/cafe24", Clean, ":"),
    ("home is root's", "chown root: /home/cafe24", Clean, ":"),
    ("sudo rule edited", "echo '# mine' >>/etc/sudoers.d/zz-support-access-cafe24", Clean, ":"),
    ("sudo rule removed", "rm /etc/sudoers.d/zz-support-access-cafe24", Clean, ":"),
    (
        "sudo rule is the customer's",
        "echo 'cafe24 ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/zz-support-access-cafe24",
        Named("/etc/sudoers.d/zz-support-access-cafe24"),
        "rm /etc/sudoers.d/zz-support-access-cafe24",
    ),
    (
        "sudoers broken",
        "cp -p /etc/sudoers /root/kept; echo '%%%' >>/etc/sudoers",
        Clean,
        "cp -p /root/kept /etc/sudoers",
    ),
    (
        "sshd_config broken, sshd stopped",
        "cp -p /etc/ssh/sshd_config /root/kept; echo Nonsense >>/etc/ssh/sshd_config; \
         systemctl stop ssh",
        Clean,
        "cp -p /root/kept /etc/ssh/sshd_config; systemctl start ssh",
    ),
    ("journal readable by all", "chmod 644 /var/lib/support-access/journal", Clean, ":"),
    ("journal is somebody's", "chown victim /var/lib/support-access/journal", Clean, ":"),
    ("folder readable by all", "chmod 755 /var/lib/support-access", Clean, ":"),
    ("program removed", "rm /usr/local/sbin/support-access", Clean, ":"),
    (
        "program replaced",
        "echo '#!/bin/sh' >/usr/local/sbin/support-access",
        Named("/usr/local/sbin/support-access"),
        "rm /usr/local/sbin/support-access",
    ),
    (
        "another time zone",
        "ln -sf /usr/share/zoneinfo/Pacific/Kiritimati /etc/localtime; \
         systemctl restart support-access-expire.timer",
        Clean,
        "rm /etc/localtime",
    ),
    (
        "the kept policy is over and no policy any more",
        "printf 'valid-until = 2001-01-01T00:00:00Z\\n%%' >/var/lib/support-access/policy.toml",
        Clean,
        ":",
    ),
    (
        "the log is a folder",
        "rm /var/log/support-access.log; mkdir /var/log/support-access.log",
        Clean,
        "rmdir /var/log/support-access.log",
    ),
];

/// Ends those who are in, without which no account can be changed so.
const OUT: &str = "pkill -KILL -u cafe24; while pgrep -u cafe24; do sleep 0.1; done";

#[test]
fn changes_by_hand_keep_no_access_alive() {
    try_all(SAMPLE);
}

#[test]
#[ignore = "slow by nature: the plain run tries each fourth"]
fn all_changes_by_hand_keep_no_access_alive() {
    try_all(1);
}

fn try_all(each: usize) {
    let server = Server::new(Suite::Bookworm);
    let engineer = server.engineer();
    server.host.ok("useradd -m victim");
    let cases = Cases::new(CLASS);
    for (name, line, end, after) in CASES.iter().step_by(each) {
        cases.case(name, || {
            server.grant("--sudo full --no-verify").is("granted", 0);
            let mut session =
                engineer.ssh(&server.key, &format!("{ACCOUNT}@{CUSTOMER}")).open_session();
            session.wait_for("$");
            server.age(LIFETIME + 1);
            server.host.ok(&line.replace("OUT", OUT));
            let ran = expire(&server);
            let cut = session.is_cut_within(std::time::Duration::from_secs(15));
            judge(&server, ran, end, cut);
            server.host.ok(after);
            assert_eq!(server.traces(), "");
        });
        clear(&server);
    }
    cases.finish(CASES.len().div_ceil(each) as u64);
}

#[track_caller]
fn judge(server: &Server, ran: crate::common::Ran, end: &End, cut: bool) {
    match end {
        Clean => {
            let ran = ran.is("expired", 0);
            assert!(cut, "the session goes on\n{ran}");
            if server.host.run("test -f /var/log/support-access.log").succeeded() {
                assert_eq!((&last_log(server)["action"], cut), (&"expired".into(), true));
            }
            assert_eq!(server.traces(), "", "{ran}");
        }
        Named(what) => {
            assert_eq!(ran.output.code, 5, "{ran}");
            assert!(cut, "the session goes on\n{ran}");
            let ran = ran.says(what);
            assert!(!server.host.exists("/var/lib/support-access"), "{ran}");
        }
        Later(what, repair) => {
            let ran = ran.is("failed", 5).says(what);
            let day = "getent shadow cafe24 other | cut -d: -f8";
            assert!(["1\n", ""].contains(&&*server.host.ok(day)), "the door is open\n{ran}");
            server.host.ok(repair);
            expire(server).is("expired", 0);
        }
    }
}
