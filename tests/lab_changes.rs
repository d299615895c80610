//! The lab tells exactly which files of a host have changed: no more, no fewer.

use std::time::Duration;

use lab::{Aspect, Host, Net, What};

const CUSTOMER: &str = "203.0.113.10";

#[test]
fn changes_are_told_exactly() {
    let host = Host::boot(&Net::new(), "customer", CUSTOMER);
    host.ok("mkdir -p /opt/old/below; echo 1 >/opt/old/below/file; echo 1 >/opt/kept; echo 1 >/opt/same");
    // Signs of life of the system itself, which a test names as such.
    let changes = |before| host.changes_since(before).on_disk().except("/var/log/journal");

    let before = host.snapshot();
    host.ok("cat /etc/passwd /opt/kept >/dev/null; ls -lR /etc /opt >/dev/null; : >>/etc/passwd");
    let none = changes(&before);
    assert!(none.is_empty(), "reading, and opening to append nothing: {none}");

    let before = host.snapshot();
    host.ok("
        echo 2 >/opt/kept
        cp -p /opt/same /opt/same.new && mv /opt/same.new /opt/same
        rm -r /opt/old
        chmod 600 /etc/passwd
        chown daemon /etc/group
        rm /etc/services
        rm -r /etc/pam.d && mkdir -m 755 /etc/pam.d
        ln -sfn /etc/hosts /etc/mtab
        touch -d 2001-01-01 /usr/bin/true
        echo 1 >/root/.hidden
        echo 1 >/run/in-memory
        echo 1 >/dev/shm/in-memory
    ");
    let changes = host.changes_since(&before);
    let disk = changes.clone().on_disk().except("/var/log/journal");
    let content = disk.clone().ignoring_times();

    let told: Vec<String> = content.clone().below("/opt").lines();
    assert_eq!(
        told,
        [
            "modified /opt/kept: Content, Mtime, Ctime",
            "removed /opt/old",
            "removed /opt/old/below",
            "removed /opt/old/below/file",
        ]
    );
    assert_eq!(disk.at("/opt/same"), Some(&What::Modified(vec![Aspect::Replaced, Aspect::Ctime])));
    assert_eq!(disk.at("/opt"), Some(&What::Modified(vec![Aspect::Mtime])));
    assert_eq!(content.at("/etc/passwd"), Some(&What::Modified(vec![Aspect::Mode, Aspect::Ctime])));
    assert_eq!(content.at("/etc/group"), Some(&What::Modified(vec![Aspect::Owner])));
    assert_eq!(content.at("/etc/services"), Some(&What::Removed));
    assert_eq!(content.at("/etc/pam.d/sshd"), Some(&What::Removed));
    assert_eq!(content.at("/etc/pam.d"), None);
    assert!(matches!(content.at("/etc/mtab"), Some(What::Modified(it)) if it[0] == Aspect::Target));
    assert_eq!(disk.at("/usr/bin/true"), Some(&What::Modified(vec![Aspect::Mtime])));
    assert_eq!(content.at("/usr/bin/true"), None);
    assert_eq!(content.at("/root/.hidden"), Some(&What::Created));
    let elsewhere = ["/opt", "/etc", "/root"].iter().fold(content, |it, path| it.except(path));
    assert!(elsewhere.is_empty(), "{elsewhere}");

    let memory = changes.in_memory();
    assert_eq!(memory.at("/run/in-memory"), Some(&What::Created));
    assert_eq!(memory.at("/dev/shm/in-memory"), Some(&What::Created));
}

#[test]
fn an_idle_host_writes_nothing() {
    let host = Host::boot(&Net::new(), "customer", CUSTOMER);
    let before = host.snapshot();
    std::thread::sleep(Duration::from_secs(5));
    let changes = host.changes_since(&before).on_disk().except("/var/log/journal");
    assert!(changes.is_empty(), "{changes}");
}
