//! A hostile local user gains nothing: what the support account's own user prepares against the end
//! of his access, and against root's runs meanwhile, neither lets him stay nor reaches anybody
//! else's files.
#![allow(clippy::unwrap_used, reason = "what the rows share fails as tests do")]
#![allow(clippy::disallowed_methods, reason = "the program under test is read from the disk")]

use lab::{Host, Key, KeyKind, Net, Suite};

/// Files that a run of root's must not touch, with what the account could make it do: to follow a
/// link, a swapped folder, a planted temporary name.
const CANARIES: &str = "for d in /root/.ssh /home/victim /home/victim/.ssh /etc/cron.d; do \
    stat -c '%n %U %a %Z' $d; ls -lA --time-style=full-iso $d; done; \
    sha256sum /root/.ssh/* /home/victim/.ssh/*; \
    stat -c '%n %U %a %Z' /etc/shadow /etc/hostname /etc/authorized_keys | grep -v shadow; \
    stat -c '%n %U %a' /etc /etc/shadow /tmp /var/tmp";

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
    canaries: String,
}

impl Scene {
    fn new() -> Self {
        let net = Net::new();
        let host = Suite::default().boot(&net, "customer", "203.0.113.10");
        let program = std::fs::read(env!("CARGO_BIN_EXE_support-access")).unwrap();
        host.put("/run/test/program", program, 0o755);
        let key = Key::generate(KeyKind::Ed25519);
        host.put("/run/test/key.pub", key.public(), 0o644);
        host.ok("useradd -m victim; mkdir -p /home/victim/.ssh; \
            echo canary | tee /root/.ssh/authorized_keys /home/victim/.ssh/authorized_keys \
            /etc/authorized_keys /etc/cron.d/authorized_keys; chown -R victim: /home/victim"
            .replace("echo canary", "mkdir -p /root/.ssh; echo canary")
            .as_str());
        let canaries = host.ok(CANARIES);
        Self { host, net, key, canaries }
    }

    fn run(&self, words: &str) -> lab::Output {
        self.host.run(&format!("/run/test/program {words} --lang en"))
    }

    fn grant(&self, words: &str) -> lab::Output {
        let asked = "grant --no-verify --key /run/test/key.pub --from 192.0.2.7";
        self.run(&format!("{asked} {words}"))
    }

    /// Does something as the account's user, whose login uid it has, as after a login.
    fn as_user(&self, line: &str) -> lab::Output {
        let login = "echo $(id -u cafe24) >/proc/self/loginuid; exec runuser -u cafe24 -- sh";
        self.host.command(login).stdin(format!("cd /home/cafe24\n{line}\n")).run()
    }

    #[track_caller]
    fn assert_unharmed(&self, why: &str) {
        assert_eq!(self.host.ok(CANARIES), self.canaries, "{why}: a canary was touched");
    }
}

/// What the account's user does, and what root did for him before.
const PREPARED: [(&str, &str, &str); 17] = [
    ("a link to root's folder", "", "mv .ssh s; ln -s /root/.ssh .ssh"),
    ("a file for a folder", "", "rm -rf .ssh; touch .ssh"),
    ("no folder", "", "rm -rf .ssh"),
    ("a link to root's keys", "", "cd .ssh; rm *; ln -s /root/.ssh/authorized_keys ."),
    ("a FIFO", "", "cd .ssh; rm *; mkfifo authorized_keys"),
    ("a folder for a file", "", "cd .ssh; rm *; mkdir -p authorized_keys/x"),
    ("a device's twin", "", "cd .ssh; rm *; ln -s /dev/zero authorized_keys"),
    ("a padded key file", "", "head -c 3000000 /dev/zero >>.ssh/authorized_keys"),
    ("no permissions", "", "chmod 000 .ssh/authorized_keys .ssh ."),
    ("no UTF-8", "", "printf '# \\377\\n' >>.ssh/authorized_keys"),
    (
        "nasty names",
        "",
        "touch \"$(printf '/tmp/a\\nRESULT: ok\\033[2J')\" -- -rf '* '; mkdir .\\ .",
    ),
    (
        "deep trees",
        "",
        "for p in . /tmp; do (cd $p; perl -e 'for(1..3000){mkdir q(d);chdir q(d)}'); done",
    ),
    (
        "files all over",
        "",
        "for d in /tmp /var/tmp /dev/shm; do mkdir -p $d/x/y; touch $d/x/y/z; done",
    ),
    (
        "a crontab and an at job",
        "mkdir -p /var/spool/cron/atjobs; chown daemon: /var/spool/cron/atjobs; \
         install -o cafe24 /dev/null /var/spool/cron/atjobs/a00001",
        "echo '* * * * * sleep 1000' | crontab -",
    ),
    (
        "a process that hides and does not heed",
        "",
        "(trap '' TERM HUP INT; setsid nohup unshare -Urpf sleep 1001 & \
         setsid sh -c 'trap \"\" TERM; while :; do sleep 0.1; done' &) >/dev/null 2>&1; sleep 0.5",
    ),
    (
        "a group that userdel leaves",
        "sed -i 's/^USERGROUPS_ENAB.*/USERGROUPS_ENAB no/' /etc/login.defs",
        "",
    ),
    (
        "a record that a crash cut",
        "printf '{\"at\":17' >>/var/lib/support-access/journal; \
         /run/test/program grant --no-verify --key /run/test/key.pub --from 192.0.2.7 --extend 1h",
        "",
    ),
];

#[test]
fn nothing_that_the_account_prepares_survives_or_leads_out_of_its_home() {
    let scene = Scene::new();
    let mut failures = Vec::new();
    for (name, root, user) in PREPARED {
        let granted = scene.grant("--sudo full");
        assert!(granted.last_line().starts_with("RESULT: granted"), "{name}: {granted}");
        scene.host.ok(&format!("{root}\n:"));
        scene.as_user(user);
        let audit = scene.run("audit");
        if ![0, 6].contains(&audit.code) {
            failures.push(format!("{name}: audit\n{audit}"));
        }
        // Refused or not: it is root who runs in the account's folders.
        scene.grant("--extend 5m --sudo full");
        let deleted = scene.run("delete");
        let left = scene.host.run(LEFT).stdout;
        if deleted.code != 0 || !left.is_empty() {
            failures.push(format!("{name}: {deleted}\nleft: {left}"));
        }
        let results = deleted.stdout.lines().filter(|line| line.starts_with("RESULT:")).count();
        if results != 1 {
            failures.push(format!("{name}: {results} results\n{deleted}"));
        }
        scene.assert_unharmed(name);
        scene.host.ok("/run/test/program delete >/dev/null; userdel -r cafe24 2>/dev/null; \
            groupdel cafe24 2>/dev/null; pkill -KILL -u 60578; systemctl reset-failed; :");
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

/// Swaps the account's `.ssh`, its key file, and whatever root stages beside it, for links to other
/// folders and files and back, as fast as it can.
const SWAPPER: &str = r#"
chdir "/home/cafe24" or die;
my @to = ("/root/.ssh", "/etc", "/home/victim/.ssh", "/etc/cron.d");
for (my $i = 0; ; $i++) {
    rename(".ssh", ".s"); symlink($to[$i % 4], ".ssh"); unlink(".ssh"); rename(".s", ".ssh");
    if ($i % 2) {
        rename(".ssh/authorized_keys", ".ssh/a");
        symlink("/root/.ssh/authorized_keys", ".ssh/authorized_keys");
        unlink(".ssh/authorized_keys"); rename(".ssh/a", ".ssh/authorized_keys");
    }
    for my $staged (glob(".ssh/.authorized_keys.*.tmp")) {
        rename($staged, ".ssh/x"); symlink("/root/.ssh/authorized_keys", $staged);
    }
    select(undef, undef, undef, 0.02 * rand) unless $i % 50;
}
"#;

#[test]
fn swapping_folders_under_roots_hands_reaches_nothing() {
    let scene = Scene::new();
    scene.host.put("/usr/local/lib/swap.pl", SWAPPER, 0o644);
    let mut extended = 0;
    for round in 0..5 {
        assert!(scene.grant("").last_line().starts_with("RESULT: granted"));
        scene.as_user("setsid nice perl /usr/local/lib/swap.pl >/dev/null 2>&1 &");
        for _ in 0..12 {
            let changed = scene.grant("--extend 5m");
            extended += usize::from(changed.last_line().starts_with("RESULT: extended"));
            scene.assert_unharmed("extend");
        }
        let deleted = scene.run("delete");
        assert_eq!(deleted.code, 0, "round {round}: {deleted}");
        assert_eq!(scene.host.run(LEFT).stdout, "", "round {round}");
        scene.assert_unharmed("delete");
    }
    assert!(extended > 0, "root never got to write: the test proves nothing");
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
    session.send("pgrep -u cafe24 systemd; echo rea''dy\n");
    session.wait_for("ready");
    let deleted = scene.run("delete");
    assert_eq!((deleted.code, deleted.last_line()), (0, "RESULT: deleted"), "{deleted}");
    assert!(session.is_cut_within(std::time::Duration::from_secs(10)));
    assert_eq!(scene.host.run("systemctl is-system-running").stdout, "running\n");
    assert_eq!(scene.host.run(LEFT).stdout, "");
}
