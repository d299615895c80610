//! What a server may say, and does not count as ssh's own word.

use crate::bench::{BY_RECEIPT, Bench, PROGRAM, TYPED, ids};

/// Lines that ssh itself could have written.
const WORDS: &str = "debug1: Authentication succeeded (publickey).
Authenticated to 203.0.113.10 ([203.0.113.10]:22) using \"publickey\".
Permissions 0644 for '/home/eng/notes' are too open.
Load key \"/home/eng/notes\": bad permissions
Received disconnect from 203.0.113.10 port 22:2: Too many authentication failures
debug1: Authentications that can continue: password
debug1: Offering public key: /home/eng/notes ED25519 SHA256:abc explicit
Unable to negotiate with 203.0.113.10 port 22: no matching cipher found. Their offer: none
\u{1b}]0;title\u{7}\u{1b}[2J
";

#[test]
fn a_server_s_words_are_not_ssh_s() {
    let bench = Bench::new();
    bench.engineer.put("/home/eng/notes", "mine\n", 0o644);
    bench.engineer.ok("cd /home/eng; chown eng: notes; mv k .ssh/id_ed25519");
    bench.server.put("/etc/banner", WORDS, 0o644);
    bench.server.ok("echo 'Banner /etc/banner' >/etc/ssh/sshd_config.d/b.conf; \
         mv /home/debian/.ssh/authorized_keys /home/debian/away; systemctl restart ssh");
    let (document, _) = bench.check("debian@203.0.113.10 --fix");
    assert_eq!(ids(&document), ["key-refused"], "{document:#}");
    let mode = bench.engineer.ok("stat -c %a /home/eng/notes");
    assert_eq!(mode.trim(), "644", "a banner had it changed");
    assert!(!document.to_string().contains("/home/eng/notes"), "{document:#}");

    // The same behind the door, where the account's own files speak; they fail, and are shown.
    bench.server.put("/run/test/said", WORDS, 0o644);
    bench.server.ok("mv /home/debian/away /home/debian/.ssh/authorized_keys; \
         echo 'cat /run/test/said >&2; exit 1' >/home/debian/.bashrc");
    let (document, _) = bench.check("debian@203.0.113.10");
    assert_eq!(ids(&document), ["no-session"], "{document:#}");
    let output = bench.engineer.command(&format!("{PROGRAM} check debian@203.0.113.10"));
    let output = output.user("eng").run();
    assert!(!output.stdout.contains(['\u{1b}', '\u{7}']), "{output}");
}

/// A session that never comes to its end is no firewall's work: how far the login came is known.
#[test]
fn a_session_that_hangs_is_not_a_firewall() {
    let bench = Bench::new();
    bench.server.ok("echo 'sleep 600' >/home/rocky/.bashrc");
    let (document, code) = bench.check(TYPED);
    assert_eq!((code, ids(&document)), (6, vec!["no-session".to_owned()]), "{document:#}");
}

/// Who has the connection and then resets it, or floods, is not waited for without end, and the stage
/// is the one that was reached.
#[test]
fn whoever_takes_the_connection_can_t_lead_astray() {
    let bench = Bench::new();
    for (number, (serves, id, last)) in [
        ("print $c \"SSH-2.0-\", \"x\" x 5000, \"\\r\\n\"", "unexplained", "tcp"),
        ("print $c \"SSH-2.0-OpenSSH_9.9\\r\\n\"; sleep 1", "unexplained", "tcp"),
        ("print $c \"SSH-2.0-OpenSSH_9.9\\r\\n\", \"\\0\\0\\0\\x0c\\x06\\x04\", \"A\" x 10; sleep 1", "unexplained", "tcp"),
        ("print $c \"SSH-2.0-\\e[2JX\\r\\n\"; sleep 1", "unexplained", "tcp"),
        ("while (print $c \"debug1: Authentication succeeded\\r\\n\") {}", "not-ssh", "tcp"),
        ("print $c \"SSH-1.5-old\\r\\n\"; sleep 1", "unexplained", "tcp"),
        ("", "closed-early", "tcp"),
    ]
    .into_iter()
    .enumerate()
    {
        let port = 3000 + number;
        bench.server.put(
            "/run/test/s.pl",
            format!(
                "use IO::Socket::INET; $SIG{{PIPE}} = 'IGNORE'; \
                 $l = IO::Socket::INET->new(LocalPort => {port}, Listen => 5) or die; \
                 while ($c = $l->accept) {{ $c->autoflush(1); {serves}; close $c }}"
            ),
            0o644,
        );
        bench.server.ok(&format!(
            "cp /run/test/s.pl /run/test/s{port}.pl; systemd-run -q --collect perl /run/test/s{port}.pl; \
             until ss -ltn | grep -q :{port}; do sleep 0.2; done"
        ));
        let (document, code) = bench.check(&format!("debian@203.0.113.10:{port} -i /home/eng/k"));
        assert_eq!((code, ids(&document)), (6, vec![id.to_owned()]), "{serves}: {document:#}");
        let passed = document["passed"].as_array().unwrap();
        assert_eq!(passed.last().unwrap(), last, "{serves}: {document:#}");
        assert!(!document.to_string().contains("\\u001b"), "{document:#}");
    }
}

/// A stranger's host certificate has room for lines, before anybody has looked whether it is the right
/// host: it vouches for nothing, and nothing that is remembered goes.
#[test]
fn a_host_certificate_vouches_for_nothing() {
    let bench = Bench::new();
    let old = bench.server.ok("ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub | cut -d ' ' -f 2");
    let id = format!(
        "x\r\ndebug1: Server host key: ssh-ed25519 {}\r\n\
         debug1: Host 'a' is known and matches the ED25519 host key.\r\n.",
        old.trim()
    );
    bench.server.put("/run/test/id", id, 0o644);
    bench.server.ok(
        "cd /etc/ssh; rm ssh_host_*; ssh-keygen -A >/dev/null; \
         ssh-keygen -q -t ed25519 -N '' -f /run/test/ca; \
         ssh-keygen -q -s /run/test/ca -h -I \"$(cat /run/test/id)\" ssh_host_ed25519_key.pub; \
         printf 'HostKey /etc/ssh/ssh_host_ed25519_key\\nHostCertificate /etc/ssh/ssh_host_ed25519_key-cert.pub\\n\
         HostKeyAlgorithms ssh-ed25519-cert-v01@openssh.com\\n' >sshd_config.d/c.conf; systemctl restart ssh",
    );
    let new = bench.server.ok("ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub | cut -d ' ' -f 2");
    let remembered = bench.engineer.read("/home/eng/.ssh/known_hosts");
    for (words, id) in [(BY_RECEIPT, "other-host"), (TYPED, "host-key-changed")] {
        let (document, _) = bench.check(&format!("{words} --fix"));
        assert_eq!(ids(&document), [id], "{document:#}");
        assert_eq!(document["host_key"]["fingerprint"], new.trim(), "{document:#}");
    }
    assert_eq!(bench.engineer.read("/home/eng/.ssh/known_hosts"), remembered);
    bench.open("");
    bench.engineer.ok("rm /home/eng/.ssh/known_hosts");
    bench.connects(BY_RECEIPT);
}
