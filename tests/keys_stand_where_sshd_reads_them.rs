//! Keys stand in the very file that this server's sshd reads for the account, and go from there.

mod common;

use common::{ACCOUNT, CUSTOMER, RESTART_SSHD, Server};
use lab::Suite;

fn configure(server: &Server, line: &str) {
    server.host.put("/etc/ssh/sshd_config.d/keys.conf", format!("{line}\n"), 0o644);
    server.host.ok(RESTART_SSHD);
}

#[test]
fn outside_of_homes() {
    let server = Server::new(Suite::Bookworm);
    let engineer = server.engineer();
    let host = &server.host;
    configure(&server, "AuthorizedKeysFile /etc/ssh/keys/%u");
    let to = format!("{ACCOUNT}@{CUSTOMER}");
    // The folder is the grant's own, or was there before with a neighbour's file.
    for neighbour in [false, true] {
        if neighbour {
            host.put("/etc/ssh/keys/neighbour", "# keep\n", 0o600);
        }
        let before = host.snapshot();
        let ran = server.grant("").is("granted", 0);
        assert_eq!(ran.details["proof"], "full");
        assert!(!host.exists("/home/cafe24/.ssh/authorized_keys"));
        assert!(engineer.ssh(&server.key, &to).command("true").run().succeeded());
        host.ok("echo '# mine' >>/etc/ssh/keys/cafe24");
        server.grant("").is("unchanged", 0);
        server.run("grant --extend 1h").is("extended", 0);
        server.run("delete").is("deleted", 0).says("# mine");
        let left = server.left_since(&before);
        assert!(left.is_empty(), "{left}");
        assert_eq!(host.exists("/etc/ssh/keys/neighbour"), neighbour);
        assert!(!engineer.ssh(&server.key, &to).command("true").run().succeeded());
    }
}

#[test]
fn in_another_file_of_the_home() {
    let server = Server::new(Suite::Bookworm);
    configure(&server, "AuthorizedKeysFile %h/.keys /etc/ssh/keys/%u");
    let before = server.host.snapshot();
    server.grant("").is("granted", 0);
    assert!(server.host.exists("/home/cafe24/.keys"));
    server.run("delete").is("deleted", 0);
    assert!(server.left_since(&before).is_empty());
}

/// A file that all accounts share would open them all.
#[test]
fn never_in_a_shared_file() {
    let server = Server::new(Suite::Bookworm);
    for shared in ["/etc/ssh/shared_keys", "/etc/ssh/shared_%t", "none"] {
        configure(&server, &format!("AuthorizedKeysFile {shared}"));
        let before = server.host.snapshot();
        let ran = server.grant("");
        server.assert_untouched(&before, shared);
        ran.is("refused", 4);
    }
}
