//! A hostile local user gains nothing, in scenes that need more than one line; the others are those
//! of `tests/attacks/hostile.tsv` and of `tests/attack_swaps.rs`.
#![allow(clippy::unwrap_used, reason = "what the rows share fails as tests do")]
#![allow(clippy::disallowed_methods, reason = "the program under test is read from the disk")]

use lab::{Host, Key, KeyKind, Net, Suite};

/// Everything of an account that may be left.
const LEFT: &str = "ps -eo uid:1,pid,args | grep '^6[01][0-9][0-9][0-9] ' || :; \
    getent passwd cafe24; getent group cafe24; \
    ls -d /home/cafe24 /etc/sudoers.d/zz-* /var/lib/support-access /usr/local/sbin/support-access \
    /etc/systemd/system/support-access* /var/spool/cron/crontabs/cafe24 /run/support-access* \
    /var/lib/systemd/linger/cafe24 2>/dev/null; \
    find / -xdev -uid +60577 -uid -61184 2>/dev/null; find /dev/shm /tmp /run -uid +60577 -uid -61184; \
    systemctl --failed --no-legend; :";

struct Scene {
    host: Host,
    net: Net,
    key: Key,
}

impl Scene {
    fn new() -> Self {
        let net = Net::new();
        let host = Suite::default().boot(&net, "customer", "203.0.113.10");
        let program = std::fs::read(env!("CARGO_BIN_EXE_support-access")).unwrap();
        host.put("/run/test/program", program, 0o755);
        let key = Key::generate(KeyKind::Ed25519);
        host.put("/run/test/key.pub", key.public(), 0o644);
        host.ok("useradd -m victim");
        Self { host, net, key }
    }

    fn run(&self, words: &str) -> lab::Output {
        self.host.run(&format!("/run/test/program {words} --lang en"))
    }

    fn grant(&self, words: &str) -> lab::Output {
        let asked = "grant --no-verify --key /run/test/key.pub --from 192.0.2.7";
        self.run(&format!("{asked} {words}"))
    }
}

#[test]
fn a_record_that_can_not_be_written_does_not_keep_the_door_open() {
    let scene = Scene::new();
    assert!(scene.grant("").last_line().starts_with("RESULT: granted"));
    // As ext4 does it after an error on the disk; a full one answers no better.
    let folder = "/var/lib/support-access";
    scene.host.ok(&format!("mount --bind {folder} {folder}; mount -o remount,bind,ro {folder}"));
    let deleted = scene.run("delete");
    assert_eq!((deleted.code, deleted.last_line()), (5, "RESULT: failed"), "{deleted}");
    assert_eq!(scene.host.run("getent passwd cafe24; ls -d /home/cafe24").stdout, "", "{deleted}");
    scene.host.ok(&format!("umount {folder}"));
    let deleted = scene.run("delete");
    assert_eq!((deleted.code, scene.host.run(LEFT).stdout), (0, String::new()), "{deleted}");
}

#[test]
fn from_inside_the_visit_it_is_refused_where_nobody_can_take_it_over() {
    let scene = Scene::new();
    assert!(scene.grant("").last_line().starts_with("RESULT: granted"));
    scene
        .host
        .ok("chmod a-x /var/lib/support-access/support-access /usr/local/sbin/support-access");
    for words in ["delete --dry-run", "delete"] {
        let inside = format!(
            "echo $(id -u cafe24) >/proc/self/loginuid; exec /run/test/program {words} --lang en"
        );
        let refused = scene.host.run(&inside);
        assert_eq!((refused.code, refused.last_line()), (4, "RESULT: refused exit=4"), "{refused}");
    }
}

#[test]
fn what_stood_under_the_accounts_name_before_it_stays() {
    let scene = Scene::new();
    let before = "echo old >/var/mail/cafe24; chown victim /var/mail/cafe24; \
        echo '# old' >/var/spool/cron/crontabs/cafe24; chown victim /var/spool/cron/crontabs/cafe24";
    scene.host.ok(before);
    assert!(scene.grant("").last_line().starts_with("RESULT: granted"));
    assert_eq!(scene.run("delete").last_line(), "RESULT: deleted");
    assert_eq!(
        scene.host.ok("cat /var/mail/cafe24 /var/spool/cron/crontabs/cafe24"),
        "old\n# old\n"
    );
}

#[test]
fn a_visit_that_is_cut_off_leaves_no_failed_unit() {
    let scene = Scene::new();
    let engineer = Host::boot(&scene.net, "engineer", "192.0.2.7");
    assert!(scene.grant("").last_line().starts_with("RESULT: granted"));
    let mut session = engineer.ssh(&scene.key, "cafe24@203.0.113.10").open_session();
    session.does("pgrep -u cafe24 systemd");
    let deleted = scene.run("delete");
    assert_eq!((deleted.code, deleted.last_line()), (0, "RESULT: deleted"), "{deleted}");
    assert!(session.is_cut_within(std::time::Duration::from_secs(30)));
    assert_eq!(scene.host.run("systemctl is-system-running").stdout, "running\n");
    assert_eq!(scene.host.run(LEFT).stdout, "");
}
