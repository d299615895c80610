//! dpkg and apt, on Debian's own hosts.

use lab::{Host, Net, Suite};

use crate::{JOURNAL, PROGRAM, damage, grant, made, mend, refused, stands, tool};

/// What apt needs to ask nothing.
const REMOVE: &str =
    "DEBIAN_FRONTEND=noninteractive apt-get -q -y remove support-access </dev/null";

fn boot(suite: Suite) -> (Host, Net) {
    let net = Net::new();
    let host = suite.boot(&net, "customer", "203.0.113.10");
    host.put("/root/one.deb", std::fs::read(made().file("_amd64.deb")).unwrap(), 0o644);
    (host, net)
}

/// The same package with a later version.
fn later() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let tree = folder.path().join("tree");
    let (deb, tree) = (made().file("_amd64.deb"), tree.to_str().unwrap());
    let next = folder.path().join("later.deb");
    tool("dpkg-deb", &["-R", deb.to_str().unwrap(), tree]);
    tool("sed", &["-i", "s/^Version: .*/&.later/", &format!("{tree}/DEBIAN/control")]);
    tool("dpkg-deb", &["--root-owner-group", "-Zgzip", "-b", tree, next.to_str().unwrap()]);
    std::fs::read(next).unwrap()
}

fn verified(host: &Host) {
    assert_eq!(host.ok("dpkg -V support-access"), "");
}

fn main_job(suite: Suite) {
    let (host, _net) = boot(suite);
    let before = host.snapshot();
    host.ok("dpkg -i /root/one.deb");
    verified(&host);
    assert_eq!(host.ok("command -v support-access").trim(), PROGRAM);

    // A grant by the package's program, and its end, leave the package as it was.
    grant(&host);
    stands(&host, true);
    verified(&host);
    let ended = host.run(&format!("{PROGRAM} delete"));
    assert!(ended.last_line().starts_with("RESULT: deleted"), "{ended}");
    stands(&host, false);
    verified(&host);

    // An upgrade, and the same package again, end nothing.
    grant(&host);
    let journal = host.read(JOURNAL);
    host.put("/root/two.deb", later(), 0o644);
    for package in ["two", "two", "one"] {
        host.ok(&format!("dpkg -i /root/{package}.deb"));
        stands(&host, true);
        assert_eq!(host.read(JOURNAL), journal, "{package}");
        verified(&host);
    }

    // A removal ends it first; whatever the shell of who removes it has set.
    let removed = host.run(&format!("export CAFE24DEL=no; {REMOVE}"));
    assert!(removed.succeeded(), "{removed}");
    assert!(removed.stdout.contains("RESULT: deleted"), "{removed}");
    stands(&host, false);
    assert!(!host.exists(PROGRAM));
    host.ok("dpkg -P support-access");
    let left = host.changes_since(&before).on_disk().ignoring_times();
    let own = left.clone().below("/usr").except("/usr/share/man");
    assert!(own.is_empty(), "{own}");
    assert!(left.clone().below("/etc/systemd").is_empty(), "{left}");
    assert!(left.clone().below("/etc/sudoers.d").is_empty(), "{left}");
}

#[test]
fn on_debian_12() {
    main_job(Suite::Bookworm);
}

#[test]
fn on_debian_13() {
    main_job(Suite::Trixie);
}

/// By the engineer himself, within his visit, as root through sudo: the ending lets a package manager
/// at work go on, which waits for the ending. So the door is closed, the package stays, and nothing
/// waits for ever.
#[test]
#[ignore = "half a minute; scripts/test --all"]
fn removed_from_within_the_visit() {
    let (host, net) = boot(Suite::Bookworm);
    let engineer = Host::boot(&net, "engineer", "192.0.2.7");
    host.ok("dpkg -i /root/one.deb");
    let key = grant(&host);
    let login = || engineer.ssh(&key, "cafe24@203.0.113.10");
    let out = login().command("sudo dpkg -r support-access").run();
    assert_eq!(out.code, 255, "the session ends: {out}");
    assert_eq!(login().command("id").run().code, 255, "and does not come back");
    host.ok("while pgrep -x dpkg >/dev/null; do sleep 0.2; done");
    verified(&host);
    let removed = host.run("dpkg -r support-access");
    assert!(removed.succeeded(), "{removed}");
    stands(&host, false);
    assert!(!host.exists(PROGRAM));
}

#[test]
fn a_removal_that_cannot_end_it_does_not_happen() {
    let (host, _net) = boot(Suite::Bookworm);
    host.ok("dpkg -i /root/one.deb");
    grant(&host);
    damage(&host);
    for line in [REMOVE, "dpkg -r support-access", "dpkg -P support-access"] {
        refused(&host.run(line));
        stands(&host, true);
        verified(&host);
        let status = host.ok("dpkg-query -Wf '${db:Status-Status}' support-access");
        assert_eq!(status, "installed", "{line}");
    }
    mend(&host);

    // The package's own program may be gone or broken: the grant's copy ends it as well. What is left
    // behind beside the access (a file of the account's elsewhere) is told and keeps nobody.
    host.put(PROGRAM, "#!/nowhere\n", 0o755);
    host.ok("install -o cafe24 /dev/null /srv/left");
    let removed = host.run("dpkg -r support-access");
    assert!(removed.succeeded() && removed.stdout.contains("RESULT: deleted"), "{removed}");
    assert!(removed.stdout.contains("/srv/left"), "{removed}");
    assert!(removed.stderr.contains("what is left behind stands above (exit code 5)"), "{removed}");
    stands(&host, false);
    assert!(!host.exists(PROGRAM));

    // Where nothing is open nothing is run, as in a folder in which an image is made for another CPU.
    host.ok("dpkg -i /root/one.deb");
    host.put(PROGRAM, "#!/bin/sh\n: >/root/was-run\n", 0o755);
    host.ok("dpkg -r support-access");
    assert!(!host.exists("/root/was-run"));
    assert!(!host.exists(PROGRAM));
}
