//! Whatever stands where the lock file does: only root could have put it there, and it must keep no
//! door open, nor be written to.

use lab::{Cases, Suite};

use crate::CLASS;
use crate::common::{Ran, Server};

/// Things at the lock's path (@), and what of others they lead to.
const CASES: [(&str, &str, &str); 15] = [
    ("a file of a run long gone", "printf 'grant, pid 4711\\n1795528800\\n' >@", ""),
    ("an empty file", ": >@", ""),
    ("a file of garbage", "head -c 100000 /dev/urandom >@", ""),
    ("a file with escapes", "printf '\\033[2J\\nRESULT: ok\\n' >@", ""),
    ("a file that all may open, held by nobody", "echo x >@; chmod 666 @", ""),
    ("a file without rights", "echo x >@; chmod 0 @", ""),
    (
        "somebody's file, held by him",
        "install -o victim /dev/null @; runuser -u victim -- setsid flock @ sleep 1000 >/dev/null 2>&1 & \
         while runuser -u victim -- flock -n @ true; do sleep 0.1; done",
        "",
    ),
    ("a link to a file of root's", "ln -s /root/precious @", "/root/precious"),
    ("a link to somebody's file", "ln -s /home/victim/precious @", "/home/victim/precious"),
    ("a link to nothing", "ln -s /root/new @", ""),
    ("a link to a device", "ln -s /dev/zero @", ""),
    (
        "a second name of a file",
        "cp /root/precious /run/precious; ln /run/precious @",
        "/run/precious",
    ),
    ("a FIFO", "mkfifo @", ""),
    (
        "a socket",
        "perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Local => q(@), Listen => 1)'",
        "",
    ),
    ("a device", "mknod @ c 1 5", ""),
];

#[test]
fn whatever_stands_at_its_path_keeps_no_door_open() {
    let server = Server::new(Suite::Bookworm);
    let host = &server.host;
    let cases = Cases::new(CLASS);
    host.ok("useradd -m victim; echo precious | tee /root/precious >/home/victim/precious");
    for (name, line, precious) in CASES {
        cases.case(name, || {
            for (words, word) in [
                ("grant --no-verify --key /run/test/engineer.pub --from 192.0.2.7", "granted"),
                ("audit", "ok"),
                ("delete", "deleted"),
            ] {
                host.ok(&line.replace('@', crate::LOCK));
                let run = host.command(&format!("/run/test/support-access {words} --lang en"));
                Ran::new(run.run()).is(word, 0);
                if !precious.is_empty() {
                    assert_eq!(host.read(precious), "precious\n", "{words}");
                }
            }
            assert!(!host.exists("/root/new"), "a link was followed");
            assert_eq!(server.traces(), "");
        });
        host.run("/run/test/support-access delete; pkill -u victim; rm -rf /run/support-access.lock /run/precious");
    }
    // What is never removed: a folder may hold something. It is named, and so is the way out.
    cases.case("a folder", || {
        host.ok("mkdir /run/support-access.lock");
        let ran = server.run("delete").is("failed", 1).says("/run/support-access.lock");
        assert!(host.exists("/run/support-access.lock"), "{ran}");
        host.ok("rmdir /run/support-access.lock");
    });
    cases.finish(CASES.len() as u64 + 1);
}
