//! The main job on Debian 11: OpenSSH 8.4 reads `expiry-time` as local standard time, shadow and
//! sudo are older. The program is the static one, as this machine's libc is too new for it.

use std::path::Path;
use std::process::Command;

use lab::{Host, Net, Suite};
use serde_json::Value;

use crate::support::{ACCOUNT, CUSTOMER, ENGINEER, Server, document, without_journald};

#[test]
#[ignore = "needs a third root: scripts/test --all"]
fn the_main_job_on_debian_11_in_seoul() {
    main_job("Asia/Seoul", 9);
}

/// Summer time must not shift the end: sshd 8.4 reads the text as standard time all the year. Of
/// Berlin and Sydney, one has summer time whenever this test runs.
#[test]
#[ignore = "needs a third root: scripts/test --all"]
fn the_main_job_on_debian_11_in_berlin() {
    main_job("Europe/Berlin", 1);
}

#[test]
#[ignore = "needs a third root: scripts/test --all"]
fn the_main_job_on_debian_11_in_sydney() {
    main_job("Australia/Sydney", 10);
}

fn static_program() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/build");
    let built =
        Command::new(script).args(["--target", "x86_64", "--out"]).arg(folder.path()).status();
    assert!(built.unwrap().success(), "{script}");
    std::fs::read(folder.path().join("support-access-x86_64")).unwrap()
}

fn main_job(zone: &str, hours_east: u32) {
    let net = Net::new();
    let host = Suite::Bullseye.boot(&net, "customer", CUSTOMER);
    let server = Server::furnish(host, net, &static_program());
    let host = &server.host;
    assert!(host.run("ssh -V").stderr.contains("OpenSSH_8.4"), "Debian 11 has OpenSSH 8.4");
    // sshd takes the zone as it starts.
    host.ok(&format!("ln -sf /usr/share/zoneinfo/{zone} /etc/localtime; echo {zone} >/etc/timezone; systemctl restart ssh"));
    let engineer = server.engineer();
    let to = format!("{ACCOUNT}@{CUSTOMER}");
    let login = |line: &str| engineer.ssh(&server.key, &to).command(line).run();

    let before = host.snapshot();
    let granted = server.program(&format!("{} --sudo full --json", Server::opening())).run();
    assert_eq!(granted.code, 0, "{granted}");
    let value = document(&granted).unwrap();
    assert_eq!(value["proof"], "full", "{granted}");

    let ends = value["expires_at"].as_str().unwrap();
    let standard = host.ok(&format!(
        "date -u -d @$(( $(date -d {ends} +%s) + 3600 * {hours_east} )) +%Y%m%d%H%M%S"
    ));
    let line = host.read("/home/cafe24/.ssh/authorized_keys");
    assert!(line.contains(&format!("expiry-time=\"{}\"", standard.trim_end())), "{ends}: {line}");
    judge_sudo(host, &value);

    let output = login("id -un; sudo -n id -un");
    assert_eq!(output.stdout, "cafe24\nroot\n", "{output}");
    engineer.add_address("192.0.2.8");
    assert_eq!(engineer.ssh(&server.key, &to).from("192.0.2.8").command("id").run().code, 255);
    assert_eq!(engineer.ssh(&server.key, &to).from(ENGINEER).command("id -un").ok(), "cafe24\n");

    expiry_is_obeyed(host, hours_east, &login);

    server.delete();
    assert_eq!(login("id").code, 255);
    let changes = without_journald(host.changes_since(&before)).on_disk().ignoring_times();
    let left: Vec<String> =
        changes.lines().into_iter().filter(|line| !is_explained(line)).collect();
    assert_eq!(left, [""; 0], "{changes}");
}

/// sudo 1.9.5 knows `NOTAFTER`: the rule ends with the grant, in UTC.
fn judge_sudo(host: &Host, value: &Value) {
    let rule = host.read("/etc/sudoers.d/zz-support-access-cafe24");
    let ends: String =
        value["expires_at"].as_str().unwrap().chars().filter(char::is_ascii_digit).collect();
    assert!(rule.contains(&format!("NOTAFTER={ends}Z")), "{rule}");
    host.ok("visudo -c");
}

/// The same form of the time, seconds ahead: the key still opens, and then no longer does.
fn expiry_is_obeyed(host: &Host, hours_east: u32, login: &dyn Fn(&str) -> lab::Output) {
    const FILE: &str = "/home/cafe24/.ssh/authorized_keys";
    host.ok(&format!("cp -p {FILE} /root/lines"));
    host.ok(&format!(
        "then=$(( $(date +%s) + 15 )); echo $then >/root/then
         text=$(date -u -d @$(( then + 3600 * {hours_east} )) +%Y%m%d%H%M%S)
         sed -i s/expiry-time=.[0-9]*/expiry-time=\\\"$text/ {FILE}; grep -q $text {FILE}"
    ));
    let first = login("id -un");
    assert_eq!(first.stdout, "cafe24\n", "before its end {}: {first}", host.read(FILE));
    host.ok("while [ $(date +%s) -le $(cat /root/then) ]; do sleep 0.5; done; rm /root/then");
    let second = login("id -un");
    assert_eq!(second.code, 255, "after its end {}: {second}", host.read(FILE));
    host.ok(&format!("cat /root/lines >{FILE}; rm /root/lines"));
}

/// Logs and login records, which stay, and the account tools' own copies.
fn is_explained(line: &str) -> bool {
    const STAYS: [&str; 17] = [
        "/etc/passwd-",
        "/etc/shadow-",
        "/etc/group-",
        "/etc/gshadow-",
        "/etc/subuid-",
        "/etc/subgid-",
        "/var/log/auth.log",
        "/var/log/syslog",
        "/var/log/daemon.log",
        "/var/log/user.log",
        "/var/log/kern.log",
        "/var/log/messages",
        "/var/log/wtmp",
        "/var/log/lastlog",
        "/var/log/btmp",
        "/var/log/faillog",
        "/var/log/support-access.log",
    ];
    let path = line.split(' ').nth(1).unwrap_or_default().trim_end_matches(':');
    STAYS.contains(&path) || Path::new(path).starts_with("/var/lib/systemd/timers")
}
