//! The lab keeps its own promises: its hosts are real servers.
#![allow(clippy::disallowed_methods, reason = "a site needs a file to serve")]

use std::time::{Duration, Instant};

use lab::{Host, Key, KeyKind, Net, Suite};

const CUSTOMER: &str = "203.0.113.10";
const ENGINEER: &str = "192.0.2.7";

fn allow(host: &Host, key: &Key) {
    host.put("/root/.ssh/authorized_keys", key.public(), 0o600);
}

#[test]
fn a_command_runs_as_a_fresh_root() {
    let host = Host::boot(&Net::new(), "customer", CUSTOMER);

    let output = host.run("echo out; echo err >&2; exit 7");
    assert_eq!((output.code, &*output.stdout, &*output.stderr), (7, "out\n", "err\n"));
    assert_eq!(host.run("kill -TERM $$").code, 128 + 15);

    assert_eq!(host.ok("id -u; pwd; hostname"), "0\n/root\ncustomer\n");
    assert_eq!(
        host.ok("env | sort"),
        "HOME=/root\nLANG=C.UTF-8\nLOGNAME=root\n\
         PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n\
         PWD=/root\nSHELL=/bin/bash\nUSER=root\n"
    );
    assert_eq!(host.ok("cat /proc/self/loginuid"), "4294967295");
    assert_eq!(host.ok("umask"), "0022\n");
    assert!(!host.run("[ -t 0 ] || [ -t 1 ] || : </dev/tty").succeeded(), "no terminal");
    assert!(!host.run("date -s 2001-01-01").succeeded(), "the machine's clock is out of reach");
    assert!(!host.run("echo 1 >/proc/sys/kernel/panic").succeeded(), "so is its kernel");

    let korean =
        host.command("locale; echo \"$X\"; cat").env("LANG", "ko_KR.UTF-8").env("X", "1 2");
    let said = korean.stdin("from stdin\n").ok();
    assert!(said.contains("LANG=ko_KR.UTF-8"), "{said}");
    assert!(said.ends_with("1 2\nfrom stdin\n"), "{said}");
    assert_eq!(host.command("echo ${LANG-none}").without_env("LANG").ok(), "none\n");

    host.ok("useradd -m -s /bin/sh ann");
    assert_eq!(
        host.command("id -un; pwd; echo $HOME").user("ann").ok(),
        "ann\n/home/ann\n/home/ann\n"
    );
}

#[test]
fn a_command_can_be_killed_with_all_that_it_started() {
    let host = Host::boot(&Net::new(), "customer", CUSTOMER);

    let mut running = host.command("setsid -f sleep 61; echo started; sleep 62").start();
    running.wait_for("started");
    running.kill();
    assert_eq!(host.run("pgrep -x sleep").stdout, "");

    let began = Instant::now();
    let output = host.run("setsid -f sleep 63; echo done");
    assert_eq!(output.stdout, "done\n");
    assert!(began.elapsed() < Duration::from_secs(50), "waits for nobody's background process");
    assert!(host.run("pgrep -x sleep").succeeded(), "which lives on, as on a real server");
}

#[test]
fn files_are_put_and_read() {
    let host = Host::boot(&Net::new(), "customer", CUSTOMER);
    let all_bytes: Vec<u8> = (0..=255).cycle().take(300_000).collect();

    host.put("/opt/it's a folder/file", &all_bytes, 0o640);

    assert_eq!(host.read_bytes("/opt/it's a folder/file"), all_bytes);
    assert_eq!(host.ok("stat -c %a:%U \"/opt/it's a folder/file\""), "640:root\n");
    assert!(!host.exists("/opt/nothing"));
    host.ok("ln -s nowhere /opt/link");
    assert!(host.exists("/opt/link"));
}

#[test]
fn a_real_login_gets_a_real_session() {
    let net = Net::new();
    let customer = Host::boot(&net, "customer", CUSTOMER);
    let engineer = Host::boot(&net, "engineer", ENGINEER);
    let (key, stranger) = (Key::generate(KeyKind::Ed25519), Key::generate(KeyKind::Ecdsa));
    customer.ok("useradd -m -s /bin/bash ann");
    customer.put(
        "/home/ann/.ssh/authorized_keys",
        format!("from=\"192.0.2.77\" {}", key.public()),
        0o644,
    );
    let ann = format!("ann@{CUSTOMER}");

    let output = engineer.ssh(&key, &ann).run();
    assert_eq!(output.code, 255, "from the wrong address: {output}");
    assert!(output.stderr.contains("Permission denied (publickey"), "{output}");

    engineer.add_address("192.0.2.77");
    assert_eq!(engineer.ssh(&stranger, &ann).from("192.0.2.77").run().code, 255);
    let allowed = || engineer.ssh(&key, &ann).from("192.0.2.77");
    assert_eq!(allowed().command("id -un; echo $SSH_CLIENT | cut -d' ' -f1; exit 3").run().code, 3);
    assert_eq!(allowed().command("echo $SSH_CLIENT | cut -d' ' -f1").ok(), "192.0.2.77\n");
    let verbose = allowed().verbose().command("true").run();
    assert!(verbose.stderr.contains("Server accepts key"), "{verbose}");

    let mut session = allowed().open_session();
    session.does("tty; cat /proc/self/cgroup /proc/self/loginuid");
    let uid = customer.ok("id -u ann");
    let uid = uid.trim_end();
    let screen = session.screen();
    assert!(screen.contains("/dev/pts/"), "{screen}");
    assert!(screen.contains(&format!("/user.slice/user-{uid}.slice/session-")), "{screen}");
    let sessions = customer.ok("loginctl list-sessions --no-legend");
    assert!(sessions.contains(" ann "), "{sessions}");
    assert!(customer.exists(&format!("/run/user/{uid}")));

    assert!(session.is_open());
    customer.ok("loginctl terminate-user ann");
    assert!(session.is_cut_within(Duration::from_mins(1)));
}

#[test]
fn a_host_shows_its_own_host_keys() {
    let net = Net::new();
    let customer = Host::boot(&net, "customer", CUSTOMER);
    let engineer = Host::boot(&net, "engineer", ENGINEER);
    let key = Key::generate(KeyKind::Ed25519);
    allow(&customer, &key);

    let known =
        |host: &Host| format!("{CUSTOMER} {}", host.read("/etc/ssh/ssh_host_ed25519_key.pub"));
    let login = |lines: &str| {
        engineer.ssh(&key, &format!("root@{CUSTOMER}")).known_hosts(lines).command("hostname").run()
    };
    assert_eq!(login(&known(&customer)).stdout, "customer\n");
    let refused = login(&known(&engineer));
    assert!(refused.stderr.contains("Host key verification failed"), "{refused}");
}

#[test]
fn the_disk_outlives_a_power_cut_and_a_reboot() {
    let net = Net::new();
    let customer = Host::boot(&net, "customer", CUSTOMER);
    let engineer = Host::boot(&net, "engineer", ENGINEER);
    let key = Key::generate(KeyKind::Ed25519);
    allow(&customer, &key);
    customer.add_address("198.51.100.1");
    customer.ok("echo kept >/root/kept; echo lost >/run/lost");
    let machine_id = customer.read("/etc/machine-id");
    let host_key = customer.read("/etc/ssh/ssh_host_rsa_key.pub");
    let mut session = engineer.ssh(&key, "root@198.51.100.1").open_session();
    session.wait_for("#");

    customer.pull_plug();
    customer.boot_again();

    assert_eq!(customer.read("/root/kept"), "kept\n");
    assert!(!customer.exists("/run/lost"));
    assert_eq!(customer.read("/etc/machine-id"), machine_id);
    assert_eq!(customer.read("/etc/ssh/ssh_host_rsa_key.pub"), host_key);

    customer.ok("printf '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=true\n\
        ExecStop=/bin/sh -c \"echo orderly >/root/stopped\"\n[Install]\nWantedBy=multi-user.target\n' \
        >/etc/systemd/system/probe.service; systemctl enable --now probe");
    customer.reboot();
    assert_eq!(customer.read("/root/stopped"), "orderly\n");
    let login = engineer.ssh(&key, "root@198.51.100.1").command("cat /root/kept");
    assert_eq!(login.ok(), "kept\n");
}

#[test]
fn a_cut_network_is_cut() {
    let net = Net::new();
    let customer = Host::boot(&net, "customer", CUSTOMER);
    let engineer = Host::boot(&net, "engineer", ENGINEER);
    let reach = |seconds: u32| {
        format!("timeout {seconds} bash -c 'exec 3<>/dev/tcp/{CUSTOMER}/22 && head -c 4 <&3'")
    };

    assert_eq!(engineer.ok(&reach(60)), "SSH-");
    customer.cut_network();
    assert!(!engineer.run(&reach(3)).succeeded());
    customer.restore_network();
    assert_eq!(engineer.ok(&reach(60)), "SSH-");
    assert_eq!(engineer.ok("ip route show default"), "", "there is no way out");
}

#[test]
fn a_site_is_served_with_tls() {
    let net = Net::new();
    let customer = Host::boot(&net, "customer", CUSTOMER);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("hello.txt"), "hello\n").unwrap();
    let mut site = lab::Site::serve(&net, "support.example", "198.51.100.5", folder.path());
    let fetch = "curl -sSf --max-time 30 https://support.example/hello.txt";

    assert_eq!(customer.run(fetch).code, 6, "the name is not known yet");
    customer.knows(site.name(), site.address());
    assert_eq!(customer.run(fetch).code, 60, "the authority is not trusted yet");
    customer.trusts(&site);
    assert_eq!(customer.ok(fetch), "hello\n");
    assert!(site.access_log().contains("203.0.113.10"), "{}", site.access_log());
    assert!(site.access_log().contains("GET /hello.txt HTTP/"), "{}", site.access_log());

    site.stop();
    assert!(!customer.run(fetch).succeeded());
    site.start();
    assert_eq!(customer.ok(fetch), "hello\n");
}

#[test]
fn a_site_can_have_its_own_configuration() {
    let net = Net::new();
    let customer = Host::boot(&net, "customer", CUSTOMER);
    let folder = tempfile::tempdir().unwrap();
    let server = "server { listen 443 ssl; server_name {{name}}; ssl_certificate {{certificate}};
        ssl_certificate_key {{key}}; root {{root}}; location = / { return 200 'at the door'; } }";
    let site = lab::Site::serve_with(&net, "a.example", "198.51.100.5", folder.path(), server);
    customer.knows(site.name(), site.address());
    customer.trusts(&site);
    assert_eq!(customer.ok("curl -sSf https://a.example"), "at the door");
}

/// What the product leans on: namespaces of its own, timers, cron, sudo, the firewall's tool.
#[test]
fn a_host_does_what_a_server_does() {
    let host = Host::boot(&Net::new(), "customer", CUSTOMER);
    host.ok("unshare -n sh -c 'ip link set lo up; ip address add 203.0.113.7/32 dev lo'");
    host.ok("unshare -m mount -t tmpfs tmpfs /run && [ -e /run/systemd/system ]");
    host.ok("sshd -T >/dev/null; visudo -c; nft list ruleset");
    host.ok("systemd-run --wait --pipe -p PrivateTmp=yes -p DynamicUser=yes -p ProtectSystem=strict true");

    host.ok("useradd -m ann; echo 'ann ALL=(root) NOPASSWD: ALL' >/etc/sudoers.d/ann");
    assert_eq!(host.command("sudo -n id -u").user("ann").ok(), "0\n");
    host.ok("loginctl enable-linger ann; until systemctl -q is-active user@$(id -u ann); do sleep 0.1; done");
    // It may be gone with its linger already; what counts is that nothing of it runs.
    host.ok("loginctl disable-linger ann; loginctl terminate-user ann || :");
    host.ok("while pgrep -u ann >/dev/null; do sleep 0.1; done; userdel -r ann");

    host.ok("systemd-run --on-active=1s touch /root/timer");
    host.put("/etc/cron.d/probe", "* * * * * root touch /root/cron\n", 0o644);
    host.command("until [ -e /root/timer ] && [ -e /root/cron ]; do sleep 0.2; done").ok();
}

#[test]
fn hosts_boot_side_by_side() {
    let net = Net::new();
    let hosts = std::thread::scope(|scope| {
        let boot = |n: u8| {
            let net = &net;
            scope.spawn(move || Host::boot(net, &format!("h{n}"), &format!("192.0.2.{n}")))
        };
        [boot(1), boot(2), boot(3)].map(|it| it.join().unwrap())
    });
    let ids: std::collections::BTreeSet<String> =
        hosts.iter().map(|it| it.read("/etc/machine-id")).collect();
    assert_eq!(ids.len(), 3);
}

#[test]
fn debian_13_is_real_too() {
    boots_and_lets_in(Suite::Trixie, "13");
}

#[test]
#[ignore = "needs one more root: scripts/test --all"]
fn debian_11_is_real_too() {
    boots_and_lets_in(Suite::Bullseye, "11");
}

#[test]
#[ignore = "needs one more root: scripts/test --all"]
fn debian_unstable_is_real_too() {
    boots_and_lets_in(Suite::Sid, "");
}

fn boots_and_lets_in(suite: Suite, version: &str) {
    let customer = suite.boot(&Net::new(), "customer", CUSTOMER);
    let key = Key::generate(KeyKind::Ed25519);
    customer.ok("useradd -m -s /bin/bash ann");
    customer.put("/home/ann/.ssh/authorized_keys", key.public(), 0o644);
    assert!(customer.read("/etc/debian_version").starts_with(version));

    let before = customer.snapshot();
    let mut session = customer.ssh(&key, &format!("ann@{CUSTOMER}")).open_session();
    session.does("cat /proc/self/cgroup");
    assert!(session.screen().contains("/session-"), "{}", session.screen());
    session.send("exit\n");
    assert!(session.is_cut_within(Duration::from_mins(1)));
    let changes = customer.changes_since(&before).on_disk().ignoring_times();
    assert!(!changes.below("/var").is_empty(), "a login leaves its record");

    let boot_id = customer.read("/proc/sys/kernel/random/boot_id");
    customer.reboot();
    assert_ne!(customer.read("/proc/sys/kernel/random/boot_id"), boot_id);
}
