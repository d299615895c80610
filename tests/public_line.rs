//! The customers' line, to the letter: through nginx and TLS, on real servers, with a real login
//! between opening and end.
#![allow(clippy::expect_used, clippy::disallowed_methods, reason = "the test looks for itself")]

mod stage;

use std::process::Command;
use std::sync::OnceLock;

use lab::{Host, Output, Suite};
use stage::{CUSTOMER, ENGINEER, Published, SITE, STRANGER, Stage};

/// What may differ on the disk after all is over, and why.
const EXPLAINED: [(&str, &str); 11] = [
    ("/var/log/support-access.log", "the grant's own log, which outlives it and says so"),
    ("/var/log/journal", "the system's journal, with a file for the account's uid"),
    ("/var/log/wtmp", "record of logins"),
    ("/var/log/wtmp.db", "record of logins, as Debian 13's sshd keeps it"),
    ("/var/log/lastlog", "record of logins by uid"),
    ("/var/log/btmp", "record of failed logins: the engineer's, after the end"),
    ("/var/lib/systemd/timers", "systemd's folder for stamps of timers that persist; empty"),
    ("/etc/passwd-", "backup of shadow's tools"),
    ("/etc/shadow-", "backup of shadow's tools"),
    ("/etc/group-", "backup of shadow's tools"),
    ("/etc/gshadow-", "backup of shadow's tools"),
];

fn published(sudo: &'static str) -> &'static Published {
    static NONE: OnceLock<Published> = OnceLock::new();
    static FULL: OnceLock<Published> = OnceLock::new();
    let site = if sudo == "full" { &FULL } else { &NONE };
    site.get_or_init(|| Published::new(sudo))
}

/// Runs the customers' line with what stands after the pipe sign.
fn line(host: &Host, rest: &str) -> Output {
    host.command(&format!("curl -sLf https://{SITE} | {rest}")).env("LANG", "ko_KR.UTF-8").run()
}

fn result(output: &Output, word: &str, code: i32) {
    let last = output.stdout.lines().last().unwrap_or_default();
    assert!(last.starts_with(&format!("RESULT: {word}")), "{output}");
    assert_eq!(output.code, code, "{output}");
}

fn main_job(suite: Suite, sudo: &'static str, delete: &str) {
    let stage = Stage::new(published(sudo), suite);
    let (customer, engineer) = (&stage.customer, &stage.engineer);
    let before = customer.snapshot();

    let dry = line(customer, "sh -s -- --dry-run");
    result(&dry, "dry-run", 0);
    let changes = customer.changes_since(&before).except("/var/log/journal");
    let disk = changes.clone().on_disk();
    assert!(disk.is_empty(), "the dry run wrote to the disk:\n{disk}");
    let left = changes.in_memory().ignoring_times().except("/run/systemd").except("/run/lab");
    assert!(left.is_empty(), "the dry run left in memory:\n{left}");

    let opened = line(customer, "sh -");
    result(&opened, "granted account=example", 0);
    assert!(opened.stdout.contains("기술지원 접속 허용 내역"), "{opened}");
    assert!(opened.last_line().contains("proof=full"), "{opened}");

    let target = format!("example@{CUSTOMER}");
    let known = opened.stdout.lines().filter_map(|line| line.split_once("known_hosts:"));
    let known: Vec<&str> = known.map(|(_, entry)| entry.trim()).collect();
    let login = || engineer.ssh(stage.key, &target).known_hosts(&format!("{}\n", known.join("\n")));
    let inside = login().from(ENGINEER).command("id -un; sudo -n true; echo sudo=$?").run();
    assert!(inside.stdout.starts_with("example\n"), "{inside}");
    assert_eq!(inside.stdout.contains("sudo=0"), sudo == "full", "{inside}");
    let mut shell = login().from(ENGINEER).open_session();
    shell.send("echo a terminal: $(tty)\n");
    shell.wait_for("a terminal: /dev/pts/");
    let refused = login().from(STRANGER).command("id").run();
    assert_eq!(refused.code, 255, "{refused}");
    assert!(refused.stderr.contains("Permission denied"), "{refused}");

    let settled = customer.snapshot();
    result(&line(customer, "sh -"), "unchanged", 0);
    let again = customer.changes_since(&settled).on_disk().except("/var/log/journal");
    let again = again.without_ticks();
    assert!(again.is_empty(), "the second run wrote:\n{again}");

    result(&line(customer, delete), "deleted", 0);
    assert!(shell.is_cut_within(std::time::Duration::from_secs(15)), "the session goes on");
    assert_eq!(customer.run("getent passwd example; getent group example").code, 2);
    assert_eq!(login().from(ENGINEER).command("id").run().code, 255);
    let left = customer.changes_since(&before).on_disk().ignoring_times();
    let left = EXPLAINED.iter().fold(left, |left, (path, _)| left.except(path));
    assert!(left.is_empty(), "left on the disk:\n{left}");
    result(&line(customer, delete), "nothing-to-delete", 0);

    // Five times the line: each time one request for each of the three files, none by the program.
    let asked = stage.site.access_log();
    for file in ["/ ", "/policy.toml ", "/v/"] {
        assert_eq!(asked.matches(&format!("\"GET {file}")).count(), 5, "{file}: {asked}");
    }
    assert!(!asked.contains("\"support-access/"), "{asked}");
}

#[test]
fn from_the_public_line_to_the_end_on_debian_12() {
    main_job(Suite::Bookworm, "none", "CAFE24DEL=yes sh -");
}

#[test]
fn from_the_public_line_to_the_end_on_debian_13() {
    main_job(Suite::Trixie, "full", "sh -s -- --delete");
}

/// By the published program, and by systemd itself: within one tick of the timer after the look is
/// due. Ticks come every five seconds here, since a test can't wait for ten minutes.
#[test]
fn what_the_provider_withdraws_is_gone_at_the_timers_next_look() {
    let published = Published::new("none");
    let stage = Stage::new(&published, Suite::Bookworm);
    let (customer, engineer) = (&stage.customer, &stage.engineer);
    let before = customer.snapshot();
    result(&line(customer, "sh -"), "granted", 0);
    let target = format!("example@{CUSTOMER}");
    let mut shell = engineer.ssh(stage.key, &target).from(ENGINEER).open_session();
    shell.wait_for("$");
    published.withdraw_all();
    let unit = "support-access-expire.timer";
    let often = "[Unit]\nStartLimitIntervalSec=0\n";
    let folder = "/run/systemd/system/support-access-expire";
    customer.put(&format!("{folder}.service.d/often.conf"), often, 0o644);
    let often = "[Timer]\nOnCalendar=*:*:0/5\n";
    customer.put(&format!("{folder}.timer.d/often.conf"), often, 0o644);
    // The first look is due twenty minutes after the opening.
    let journal = "/var/lib/support-access/journal";
    customer.ok(&format!(
        "systemctl stop {unit}; systemctl daemon-reload
         old=$(sed -n '1s/.*\"started\":\\([0-9]*\\).*/\\1/p' {journal})
         sed -i \"s/\\\"started\\\":$old/\\\"started\\\":$((old - 1200))/g\" {journal}
         systemctl start {unit}"
    ));
    assert!(shell.is_cut_within(std::time::Duration::from_mins(3)), "the session goes on");
    customer.ok("while [ -e /var/lib/support-access ]; do sleep 0.2; done");
    assert_eq!(engineer.ssh(stage.key, &target).from(ENGINEER).command("id").run().code, 255);
    let log = customer.read("/var/log/support-access.log");
    let last = log.lines().last().unwrap_or_default();
    assert!(last.contains("\"why\":\"revoked\"") && last.contains("\"clean\":true"), "{last}");
    let left = customer.changes_since(&before).on_disk().ignoring_times();
    let left = EXPLAINED.iter().fold(left, |left, (path, _)| left.except(path));
    assert!(left.is_empty(), "left on the disk:\n{left}");
    result(&line(customer, "sh -"), "refused", 4);
}

#[test]
fn after_the_site_is_gone_the_copy_on_the_server_ends_it() {
    let mut stage = Stage::new(published("none"), Suite::Bookworm);
    result(&line(&stage.customer, "sh -"), "granted", 0);
    stage.site.stop();
    result(&stage.customer.run("/usr/local/sbin/support-access delete"), "deleted", 0);
}

/// Script, program and policy: all three come through a real proxy, where there is no other way.
#[test]
fn through_a_proxy() {
    let stage = Stage::new(published("none"), Suite::Bookworm);
    let (customer, proxy) = (&stage.customer, &stage.engineer);
    proxy.knows(SITE, stage.site.address());
    proxy.ok("mkdir /run/proxy");
    // This machine's own program, with what it loads.
    let files = stdout("bash", &["-c", "ldd $(command -v tinyproxy) | grep -o '/[^ ]*'"]);
    for file in files.lines().chain(["/usr/bin/tinyproxy"]) {
        let name = if file.contains("/ld-") {
            "loader"
        } else {
            file.rsplit('/').next().unwrap_or_default()
        };
        proxy.put(&format!("/run/proxy/{name}"), std::fs::read(file).expect(file), 0o755);
    }
    proxy.put("/run/proxy/conf", "Port 3128\nUser nobody\nLogLevel Info\nConnectPort 443\n", 0o644);
    let mut running = proxy
        .command("/run/proxy/loader --library-path /run/proxy /run/proxy/tinyproxy -d -c /run/proxy/conf 2>&1")
        .start();
    running.wait_for("Accepting connections");
    customer.ok(
        "nft add table inet t && nft add chain inet t o '{ type filter hook output priority 0; }'
         nft add rule inet t o tcp dport 443 reject with tcp reset",
    );
    let refused = line(customer, "sh -");
    assert_eq!((refused.code, refused.stdout.as_str()), (0, ""), "the pipe hides it: {refused}");

    let through =
        format!("export https_proxy=http://{ENGINEER}:3128; curl -sLf https://{SITE} | sh -");
    result(&customer.run(&through), "granted account=example", 0);
    let asked = running.stdout_so_far().matches(&format!("CONNECT {SITE}:443")).count();
    assert_eq!(asked, 3, "{}", running.stdout_so_far());
    running.kill();
}

#[test]
fn another_than_root_is_told_the_exact_line() {
    let stage = Stage::new(published("none"), Suite::Bookworm);
    let out = stage.customer.command(&format!("curl -sLf https://{SITE} | sh -s -- --dry-run"));
    let out = out.user("nobody").run();
    result(&out, "failed", 3);
    let wanted = format!("curl -sLf https://{SITE} | sudo sh -s -- --dry-run");
    assert!(out.stderr.contains(&wanted), "{out}");
}

fn stdout(program: &str, args: &[&str]) -> String {
    let out = Command::new(program).args(args).output().expect("the tool is installed");
    String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr)
}

#[test]
fn the_published_programs_are_static_small_and_start() {
    let published = published("none");
    let x86_64 = published.binary("x86_64").display().to_string();
    let aarch64 = published.binary("aarch64").display().to_string();
    assert!(
        stdout("file", &[&x86_64]).contains("static-pie linked"),
        "{}",
        stdout("file", &[&x86_64])
    );
    assert!(stdout("file", &[&aarch64]).contains("statically linked"));
    let ldd = stdout("ldd", &[&x86_64]);
    assert!(ldd.contains("statically linked") || ldd.contains("not a dynamic"), "{ldd}");
    for binary in [&x86_64, &aarch64] {
        let size = std::fs::metadata(format!("{binary}.gz")).expect("it is published").len();
        assert!(size <= 1_500_000, "{binary}.gz has {size} bytes");
    }
    let version = stdout(&x86_64, &["--version"]);
    assert!(version.starts_with("support-access 0."), "{version}");
    assert_eq!(stdout("qemu-aarch64-static", &[&aarch64, "--version"]), version);
}

#[test]
fn it_runs_where_there_is_neither_glibc_nor_nss() {
    let site = published("none");
    let root = tempfile::tempdir().expect("a folder");
    let at = |name: &str| root.path().join(name);
    std::fs::copy(site.binary("x86_64"), at("support-access")).expect("copied");
    for folder in ["etc", "proc", "run", "tmp"] {
        std::fs::create_dir(at(folder)).expect("made");
    }
    std::fs::write(at("etc/passwd"), "root:x:0:0::/:/bin/sh\n").expect("written");
    let key = lab::Key::generate(lab::KeyKind::Ed25519);
    std::fs::write(at("key.pub"), key.public()).expect("written");
    // An error takes a backtrace where that is asked for; there is none to be had in this program.
    let line = "mount -t proc proc \"$1/proc\" && exec chroot \"$1\" /support-access --dry-run \
                --key /key.pub --lang en";
    let out = Command::new("unshare")
        .args(["--mount", "sh", "-c", line, "sh"])
        .arg(root.path())
        .env("RUST_BACKTRACE", "1")
        .output()
        .expect("unshare is installed");
    let text = String::from_utf8_lossy(&out.stdout);
    assert!(text.contains("no OpenSSH server (sshd) is installed here"), "{text}");
    assert_eq!(out.status.code(), Some(4), "{text}");
}
