//! An environment that somebody else made changes nothing in the outcome.

use std::process::Command;

use lab::{Host, Key};

use crate::support::{PROGRAM, Server, result_word};

/// Programs that root's search path would find first.
const DECOYS: [&str; 20] = [
    "useradd",
    "usermod",
    "userdel",
    "groupdel",
    "sshd",
    "ssh",
    "ssh-keygen",
    "systemctl",
    "loginctl",
    "visudo",
    "sudo",
    "getent",
    "restorecon",
    "chcon",
    "sh",
    "id",
    "ip",
    "unshare",
    "logger",
    "crontab",
];

/// A library that tells which programs load it.
fn telltale() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let (source, library) = (folder.path().join("t.c"), folder.path().join("t.so"));
    let text = "#include <fcntl.h>\n#include <unistd.h>\n__attribute__((constructor)) static void tell(void) {\n\
        char name[4096]; long n = readlink(\"/proc/self/exe\", name, sizeof name - 1); if (n < 0) return;\n\
        int f = open(\"/tmp/loaded\", O_WRONLY | O_APPEND | O_CREAT, 0666); name[n++] = 10;\n\
        if (write(f, name, n)) {} close(f); }\n";
    std::fs::write(&source, text).unwrap();
    let made =
        Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&source).status();
    assert!(made.unwrap().success(), "cc");
    std::fs::read(&library).unwrap()
}

/// Every file of a grant with its mode, owner and size, where the size says something.
fn standing(host: &Host) -> String {
    host.ok("find /var/lib/support-access /usr/local/sbin /etc/systemd/system /etc/sudoers.d /home/cafe24 \
        /var/log/support-access.log -printf '%m %u %g %y %p\\n' | sort -k5; stat -c '%a %n' /etc/passwd /etc/shadow")
}

#[test]
fn a_hostile_environment_changes_nothing() {
    let server = Server::boot();
    let host = &server.host;
    host.put("/tmp/tell.so", telltale(), 0o755);
    for name in DECOYS {
        host.put(
            &format!("/tmp/evil/{name}"),
            format!("#!/bin/bash -p\necho {name} >>/tmp/called\nexit 0\n"),
            0o755,
        );
    }
    host.put("/tmp/evil/rc", "echo rc >>/tmp/called\n", 0o644);
    host.put(
        "/tmp/evil/.ssh/config",
        "ProxyCommand /tmp/evil/id\nIdentityFile /tmp/evil/key\n",
        0o600,
    );
    host.put("/tmp/evil/key", Key::generate(lab::KeyKind::Ed25519).private(), 0o600);
    let open = format!("{PROGRAM} {} --sudo full", Server::opening());

    let calm = host.run(&open);
    assert_eq!((calm.code, result_word(&calm.stdout)), (0, Ok("granted")), "{calm}");
    let expected = standing(host);
    server.delete();

    host.ok("PATH=/tmp/evil:$PATH; id; [ -s /tmp/called ] && rm -f /tmp/called");

    let environment = [
        ("PATH", "/tmp/evil:."),
        ("IFS", "/s"),
        ("ENV", "/tmp/evil/rc"),
        ("BASH_ENV", "/tmp/evil/rc"),
        ("BASH_FUNC_id%%", "() { echo function >>/tmp/called; }"),
        ("LD_LIBRARY_PATH", "/tmp/evil"),
        ("LD_PRELOAD", "/tmp/tell.so"),
        ("LD_AUDIT", "/tmp/tell.so"),
        ("TMPDIR", "/tmp/evil"),
        ("HOME", "/tmp/evil"),
        ("USER", "cafe24"),
        ("LOGNAME", "cafe24"),
        ("SHELL", "/tmp/evil/sh"),
        ("CDPATH", "/tmp/evil"),
        ("TZ", "Asia/Seoul"),
        ("LC_ALL", "../../tmp/evil"),
        ("SSH_AUTH_SOCK", "/tmp/evil/agent"),
        ("SSH_ASKPASS", "/tmp/evil/id"),
        ("DISPLAY", ":0"),
        ("SYSTEMD_PAGER", "/tmp/evil/id"),
        ("SYSTEMD_EDITOR", "/tmp/evil/id"),
        ("EDITOR", "/tmp/evil/id"),
        ("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/tmp/evil/bus"),
        ("XDG_RUNTIME_DIR", "/tmp/evil"),
        ("GCONV_PATH", "/tmp/evil"),
        ("NLSPATH", "/tmp/evil/%N"),
        ("POSIXLY_CORRECT", "1"),
        ("RUST_BACKTRACE", "full"),
        ("SUPPORT_ACCESS_ORIGIN", "$(id)\x1b[2J"),
    ];
    for line in [
        format!("umask 0; exec {open}"),
        format!("umask 0777; cd /tmp/evil; exec {open}"),
        format!("ulimit -n 40; exec {open} <&-"),
    ] {
        let mut command = host.command(&line);
        for (name, value) in environment {
            command = command.env(name, value);
        }
        let output = command.run();
        assert_eq!((output.code, result_word(&output.stdout)), (0, Ok("granted")), "{output}");
        assert_eq!(standing(host), expected, "{line}");
        assert!(!host.exists("/tmp/called"), "{line}: {}", host.ok("cat /tmp/called"));
        // The shell that starts the program loads it, and the program itself where it is not static.
        let loaded = host.run("sort -u /tmp/loaded").stdout;
        let ours = ["/opt/support-access", "/usr/bin/dash"];
        assert!(loaded.lines().any(|path| path == ours[1]), "the library tells: {loaded}");
        assert!(loaded.lines().all(|path| ours.contains(&path)), "{line}: {loaded}");
        assert_eq!(host.ok("find /tmp/evil -newer /tmp/tell.so -name 'support*'"), "");
        server.delete();
        host.ok("rm -f /tmp/loaded");
    }
}
