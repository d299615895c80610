//! Promise 4: delete leaves nothing, whatever the engineer did in his home, in the folders for
//! temporary files, and as root.

mod common;

use std::time::{Duration, Instant};

use common::{ACCOUNT, CUSTOMER, INSTALLED, KEY_FILE, SUDOERS, Server};
use lab::{Host, Suite};

#[test]
fn on_debian_12() {
    on(Suite::Bookworm);
}

#[test]
fn on_debian_13() {
    on(Suite::Trixie);
}

/// What an engineer may leave behind, typed in a session of his own.
const TRACES: &str = "\
    nohup sleep 1001 >/dev/null 2>&1 & \
    setsid -f sleep 1002; \
    systemd-run --user --quiet sleep 1003; \
    echo '* * * * * sleep 1004' | crontab -; \
    mkdir -p /tmp/work/deep /var/tmp/more /dev/shm/fast; touch /tmp/work/deep/file /dev/shm/fast/x; \
    mkdir -p ~/deep/er && ln -s /etc ~/deep/er/link && mkfifo ~/pipe; \
    sudo -n id -u; sudo -n loginctl enable-linger cafe24; \
    sudo -n install -o cafe24 -m 600 /dev/null /var/mail/cafe24; \
    echo rea''dy\n";

fn on(suite: Suite) {
    let server = Server::new(suite);
    let engineer = server.engineer();
    let host = &server.host;
    let before = host.snapshot();
    let files = ["passwd", "group", "shadow", "gshadow", "subuid", "subgid"];
    let accounts = || files.map(|name| host.read(&format!("/etc/{name}")));
    let accounts_before = accounts();

    server.grant("--sudo full").is("granted", 0);
    let uid = host.ok("id -u cafe24").trim_end().to_owned();
    let to = format!("{ACCOUNT}@{CUSTOMER}");
    let mut session = engineer.ssh(&server.key, &to).open_session();
    session.send(TRACES);
    session.wait_for("ready");
    let mut idle = engineer.ssh(&server.key, &to).open_session();
    idle.wait_for("$");
    assert!(host.run("pgrep -f 'sleep 1003'").succeeded(), "{}", session.screen());
    assert!(host.exists(&format!("/var/lib/systemd/linger/{ACCOUNT}")), "{}", session.screen());
    assert!(host.exists(&format!("/var/spool/cron/crontabs/{ACCOUNT}")), "{}", session.screen());

    let asked = Instant::now();
    server.run("delete").is("deleted", 0).says("nothing of it is left but the log");
    for session in [&mut session, &mut idle] {
        assert!(session.is_cut_within(Duration::from_secs(15)), "{}", session.screen());
    }
    // What is left to systemd's own patience takes it a minute and a half.
    assert!(asked.elapsed() < Duration::from_secs(75), "cut, but late");

    assert_eq!(accounts(), accounts_before);
    assert_eq!(host.run(&format!("pgrep -u {uid}; pgrep -f 'sleep 100[1-4]'")).stdout, "");
    // logind lets go of a user ten seconds after his last session.
    let gone = format!(
        "until [ ! -e /run/user/{uid} ] && [ ! -e /run/systemd/users/{uid} ]; do sleep 0.2; done"
    );
    host.command(&gone).deadline(Duration::from_mins(2)).ok();
    // Each file system by itself: /run, /tmp and /dev/shm are others than /.
    let found = format!(
        "find / /run /tmp /dev/shm -xdev \\( -uid {uid} -o -gid {uid} -o -nouser -o -nogroup \\) -print"
    );
    assert_eq!(host.ok(&found), "");
    let named = "find / /run /tmp /dev/shm -xdev -name '*cafe24*' -print";
    assert_eq!(host.ok(named), "");
    let units =
        host.ok("systemctl list-units --all --no-legend; systemctl list-unit-files --no-legend");
    for name in ["support-access", &uid] {
        assert!(!units.contains(name), "{name} is still a unit:\n{units}");
    }
    let left = server.left_since(&before);
    assert!(left.is_empty(), "{left}");

    assert_eq!(engineer.ssh(&server.key, &to).command("true").run().code, 255);
    server.run("delete").is("nothing-to-delete", 0);
    server.run("audit").is("ok", 0);
    again(&server, &engineer);
}

/// Files elsewhere stay, and become root's: they may be the very work that was asked for.
fn again(server: &Server, engineer: &Host) {
    let host = &server.host;
    server.grant("--sudo full").is("granted", 0);
    let to = format!("{ACCOUNT}@{CUSTOMER}");
    let make = "sudo -n install -d -o cafe24 /srv/site && echo work >/srv/site/page && \
        chmod 4777 /srv/site/page";
    engineer.ssh(&server.key, &to).command(make).ok();
    server.run("delete --dry-run").is("dry-run", 5).says("to root: /srv/site/page");
    // The customer's own copy is enough to end it.
    let line = format!("{INSTALLED} delete --lang en");
    let ran = common::Ran::new(host.run(&line)).is("deleted", 5);
    ran.says("to root: /srv/site\n").says("to root: /srv/site/page");
    assert_eq!(host.read("/srv/site/page"), "work\n");
    assert_eq!(host.ok("stat -c '%U %a' /srv/site /srv/site/page"), "root 755\nroot 755\n");
    assert!(!host.run("getent passwd cafe24").succeeded());
    assert!(!host.exists(INSTALLED));
    server.run("delete").is("nothing-to-delete", 0);
}

/// What somebody has taken away already is no obstacle.
#[test]
fn what_is_gone_is_gone() {
    let server = Server::new(Suite::Bookworm);
    let host = &server.host;
    let before = host.snapshot();
    let units = "/etc/systemd/system/support-access-expire";
    let removals = [
        format!("rm {units}.timer"),
        format!("rm {units}.timer; systemctl daemon-reload"),
        format!("rm {units}.service"),
        format!("rm {units}.*"),
        format!("systemctl disable --now support-access-expire.timer; rm {units}.*"),
        "systemctl mask --runtime --now support-access-expire.timer".to_owned(),
        format!("rm {SUDOERS}"),
        format!("rm {KEY_FILE}"),
        "rm -r /home/cafe24".to_owned(),
        // The timer's own attempt fails, and is listed as failed: the mark is gone, then back.
        "mark=$(getent passwd cafe24 | cut -d: -f5); usermod -c x cafe24; \
         sed -i 's/\"deadline\":[0-9]*/\"deadline\":1/' /var/lib/support-access/journal; \
         systemctl start support-access-expire.service; usermod -c \"$mark\" cafe24"
            .to_owned(),
        "pkill -KILL -u cafe24; sleep 1; userdel -r cafe24".to_owned(),
        "pkill -KILL -u cafe24; sleep 1; userdel cafe24".to_owned(),
        "gpasswd -a cafe24 users".to_owned(),
        format!("rm {INSTALLED}"),
        "rm /var/lib/support-access/support-access".to_owned(),
        "rm /var/lib/support-access/policy.toml".to_owned(),
    ];
    for removal in removals {
        server.grant("--sudo full --no-verify").is("granted", 0);
        host.run(&removal);
        server.run("delete").is("deleted", 0);
        host.run("systemctl unmask --runtime support-access-expire.timer; systemctl daemon-reload");
        let left = server.left_since(&before);
        assert!(left.is_empty(), "{removal}:\n{left}");
        let listed = host.ok("systemctl list-units --all --no-legend 'support-access*'");
        assert_eq!(listed, "", "{removal}");
        assert_eq!(host.ok("systemctl --failed --no-legend"), "", "{removal}");
    }
}
