//! rpm itself, with its scripts, on a booted host: Debian's rpm with all that it loads, put beside the
//! system in a folder of its own. The host's package database is rpm's own and empty, so that what a
//! package needs is not looked for (`--nodeps`).

use std::process::Command;

use lab::{Net, Suite};

use crate::{JOURNAL, PROGRAM, damage, grant, made, mend, refused, stands, tool, unpack_rpm};

/// rpm, its libraries and its macros, as an archive.
fn rpm_and_libraries() -> Vec<u8> {
    let line = "mkdir -p \"$1/lib\" && cd \"$1\" && cp \"$(command -v rpm)\" rpm.bin
        ldd rpm.bin | sed -n 's/.*=> \\([^ ]*\\) .*/\\1/p' | xargs -I FILE cp FILE lib/
        cp \"$(ldd rpm.bin | sed -n 's/^[[:space:]]*\\(\\/[^ ]*ld-[^ ]*\\) .*/\\1/p')\" loader
        cp -r /usr/lib/rpm config
        printf '#!/bin/sh\\nexport RPM_CONFIGDIR=/opt/rpm/config\\nexec /opt/rpm/loader --library-path /opt/rpm/lib /opt/rpm/rpm.bin --dbpath /var/lib/rpm --define \"__plugindir /nonexistent\" \"$@\"\\n' >rpm
        chmod 755 rpm";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    tool("bash", &["-ec", line, "bash", path]);
    let out = Command::new("tar").args(["-c", "-C", path, "."]).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    out.stdout
}

/// The same package with a later version.
fn later() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let (tree, out) = (folder.path().join("tree"), folder.path().join("out"));
    std::fs::create_dir(&tree).unwrap();
    unpack_rpm(&made().file(".x86_64.rpm"), &tree);
    let repository = env!("CARGO_MANIFEST_DIR");
    let defines = [
        format!("_topdir {}", folder.path().display()),
        format!("_rpmdir {}", out.display()),
        "_rpmfilename later.rpm".to_owned(),
        "_mandir /usr/share/man".to_owned(),
        "our_version 99".to_owned(),
        "our_maintainer tests <root@localhost>".to_owned(),
        format!("our_tree {}", tree.display()),
        format!("our_preun {repository}/packaging/before-removal"),
    ];
    let defines = defines.iter().flat_map(|it| ["--define", it]);
    let spec = "packaging/support-access.spec";
    let args: Vec<&str> = ["-bb", "--quiet"].into_iter().chain(defines).chain([spec]).collect();
    tool("rpmbuild", &args);
    std::fs::read(out.join("later.rpm")).unwrap()
}

#[test]
fn installed_and_removed_by_rpm() {
    let net = Net::new();
    let host = Suite::Bookworm.boot(&net, "customer", "203.0.113.10");
    host.ok("mount -t tmpfs tmpfs /opt && mkdir /opt/rpm");
    host.command("tar -x -C /opt/rpm").stdin(rpm_and_libraries()).ok();
    host.ok("ln -s /opt/rpm/rpm /usr/bin/rpm");
    host.put("/opt/one.rpm", std::fs::read(made().file(".x86_64.rpm")).unwrap(), 0o644);
    let verified = || assert_eq!(host.ok("rpm -V --nodeps support-access"), "");

    host.ok("rpm -i --nodeps /opt/one.rpm");
    verified();
    grant(&host);
    stands(&host, true);
    verified();
    let ended = host.run(&format!("{PROGRAM} delete"));
    assert!(ended.last_line().starts_with("RESULT: deleted"), "{ended}");
    stands(&host, false);
    verified();

    grant(&host);
    let journal = host.read(JOURNAL);
    host.put("/opt/two.rpm", later(), 0o644);
    host.ok("rpm -U --nodeps /opt/two.rpm");
    assert_eq!(host.ok("rpm -q --qf '%{VERSION}' support-access"), "99");
    stands(&host, true);
    assert_eq!(host.read(JOURNAL), journal);
    verified();

    damage(&host);
    refused(&host.run("rpm -e support-access"));
    stands(&host, true);
    verified();
    mend(&host);

    let removed = host.run("rpm -e support-access </dev/null");
    assert!(removed.succeeded(), "{removed}");
    assert!(removed.stdout.contains("RESULT: deleted"), "{removed}");
    stands(&host, false);
    assert!(!host.exists(PROGRAM));
    assert!(!host.run("rpm -q support-access").succeeded());
}
