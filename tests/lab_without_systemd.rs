//! The lab's host without systemd: sysvinit is its process 1, and starts sshd and cron.

use lab::{Host, Key, KeyKind, Net, Suite};

#[test]
fn sysvinit_boots_lets_in_and_runs_cron() {
    let net = Net::new();
    let host = Suite::Sysvinit.boot(&net, "customer", "203.0.113.10");
    let engineer = Host::boot(&net, "engineer", "192.0.2.7");
    assert_eq!(host.ok("cat /proc/1/comm"), "init\n");
    assert!(!host.exists("/run/systemd") && !host.run("command -v systemctl").succeeded());
    assert_eq!(host.ok("runlevel"), "N 2\n");

    let key = Key::generate(KeyKind::Ed25519);
    host.put("/root/.ssh/authorized_keys", key.public(), 0o600);
    host.put("/etc/cron.d/test", "@reboot root touch /var/tmp/booted\n", 0o644);
    let asked = || engineer.ssh(&key, "root@203.0.113.10").command("id -u").ok();
    assert_eq!(asked(), "0\n");
    let host_keys = host.ok("cat /etc/ssh/ssh_host_*.pub");

    host.reboot();
    assert_eq!(asked(), "0\n");
    assert_eq!(host.ok("cat /etc/ssh/ssh_host_*.pub"), host_keys);
    host.ok("while ! [ -e /var/tmp/booted ]; do sleep 0.1; done");
}
