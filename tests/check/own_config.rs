//! What the engineer's own ssh configuration, agent and memory hold: a check hears ssh's words all the
//! same, and leaves everything as it was.

use crate::bench::{BY_RECEIPT, Bench, OTHER, PROGRAM, TYPED, ids};

impl Bench {
    /// A file of the engineer's.
    fn own(&self, path: &str, text: &str) {
        self.engineer.put(&format!("/home/eng/{path}"), text, 0o600);
        self.engineer.ok(&format!("chown eng: /home/eng/{path}"));
    }

    #[track_caller]
    fn names(&self, words: &str, wanted: &[&str]) -> serde_json::Value {
        let (document, code) = self.check(words);
        assert_eq!(ids(&document), wanted, "{words}, exit {code}: {document:#}");
        document
    }

    fn known_hosts(&self) -> String {
        self.engineer.read("/home/eng/.ssh/known_hosts")
    }
}

/// Options that change ssh's words, and those that make a login leave something behind.
const LOUD: &str = "Host srv
    HostName 203.0.113.10
Host *
    LogLevel QUIET
    FingerprintHash md5
    VisualHostKey yes
    CheckHostIP yes
    HashKnownHosts yes
    UpdateHostKeys yes
    AddKeysToAgent yes
    ControlMaster auto
    ControlPath ~/.ssh/cm-%C
    ControlPersist 600
    PermitLocalCommand yes
    LocalCommand touch ~/local
    RemoteCommand touch remote
    RequestTTY force
    SessionType none
Include more
Match exec \"touch /tmp/matched\"
    ForwardAgent yes
";

#[test]
fn options_of_the_engineer_s_are_not_in_the_way_and_leave_nothing() {
    let bench = Bench::new();
    bench.own(".ssh/config", LOUD);
    bench.own(".ssh/more", "LocalForward 2022 localhost:22\n");
    bench.engineer.ok(
        "runuser -u eng -- ssh-agent -a /tmp/agent >/dev/null; ln -s /tmp/agent /run/test/agent",
    );
    // One key of several: what ssh would learn of the others is not put down.
    let one = bench.known_hosts().lines().find(|it| it.contains("ed25519")).unwrap().to_owned();
    bench.own(".ssh/known_hosts", &format!("{one}\n"));
    let folder = || bench.engineer.ok("cd /home/eng; find . | sort; sha256sum .ssh/*");
    let before = folder();
    bench.connects(TYPED);
    bench.connects(BY_RECEIPT);
    bench.connects("rocky@srv -i /home/eng/k");
    assert_eq!(folder(), before);
    let agent = "SSH_AUTH_SOCK=/tmp/agent runuser -u eng --preserve-environment -- ssh-add -l";
    assert!(bench.engineer.run(agent).stdout.contains("no identities"));
    bench.server.ok("! test -e /home/rocky/remote");

    // A host is remembered by the name that the configuration makes of it.
    let strange = bench.other.ok("cat /etc/ssh/ssh_host_ed25519_key.pub");
    bench.own(".ssh/known_hosts", &format!("203.0.113.10 {strange}"));
    let document = bench.names("rocky@srv -i /home/eng/k", &["host-key-changed"]);
    let fix = document["findings"][0]["fix"].as_str().unwrap();
    assert!(fix.contains("-R 203.0.113.10 "), "{fix}");
}

/// What a host on the way says is not what the server says; nor is it asked for anything.
#[test]
fn a_jump_host_s_words_are_not_the_server_s() {
    let bench = Bench::new();
    let keys = bench.other.ok("cat /etc/ssh/ssh_host_ed25519_key.pub");
    let jump = bench.server.ok("cat /etc/ssh/ssh_host_ed25519_key.pub");
    bench.own(".ssh/known_hosts", &format!("{OTHER} {keys}203.0.113.10 {jump}"));
    bench.own(
        ".ssh/config",
        "Host 203.0.113.66\n    ProxyJump rocky@203.0.113.10\nHost 203.0.113.10\n    IdentityFile ~/k\n    UpdateHostKeys yes\n",
    );
    let before = bench.known_hosts();
    let words = "debian@203.0.113.66 -i /home/eng/k";
    let document = bench.names(words, &["key-refused"]);
    assert_eq!(document["host_key"]["trusted"], true, "{document:#}");
    assert_eq!(bench.known_hosts(), before);
    bench.other.ok("useradd -m debian && install -d -m 700 -o debian -g debian /home/debian/.ssh");
    bench.other.put("/home/debian/.ssh/authorized_keys", bench.key.public(), 0o644);
    bench.connects(words);
    assert_eq!(bench.known_hosts(), before);
    // A jump host that takes a password alone is not asked, and does not hold the check up.
    bench.server.ok("rm /home/rocky/.ssh/authorized_keys");
    let document = bench.names(words, &["unexplained"]);
    let evidence = document["findings"][0]["evidence"].to_string();
    assert!(evidence.contains("rocky@203.0.113.10: Permission denied"), "{evidence}");
    assert_eq!(document["passed"], serde_json::json!(["name", "route"]), "{document:#}");
}

/// A key of the same server that is remembered beside the one that it showed is not an old one; and
/// what is remembered of a forwarded port is.
#[test]
fn old_is_what_the_receipt_does_not_know() {
    let bench = Bench::new();
    let rsa = bench.known_hosts().lines().find(|it| it.contains("ssh-rsa")).unwrap().to_owned();
    bench.own(".ssh/known_hosts", &format!("{rsa}\n"));
    bench.connects(BY_RECEIPT);

    bench.router.ok(
        "nft add table ip nat && nft add chain ip nat prerouting '{ type nat hook prerouting priority dstnat; }' && \
         nft add rule ip nat prerouting tcp dport 20170 dnat to 203.0.113.10:22",
    );
    let strange = bench.other.ok("cat /etc/ssh/ssh_host_ed25519_key.pub");
    bench.own(".ssh/known_hosts", &format!("[198.51.100.1]:20170 {strange}"));
    let words = format!("{BY_RECEIPT} --via 198.51.100.1:20170");
    bench.names(&words, &["host-key-old"]);
    bench.connects(&format!("{words} --fix"));
    bench.connects(&words);
}

/// A key with a passphrase in the agent was shown: that the server does not take it is the cause.
#[test]
fn a_key_that_the_agent_opens_is_no_encrypted_one() {
    let bench = Bench::new();
    bench.engineer.ok(
        "runuser -u eng -- ssh-agent -a /tmp/agent >/dev/null; ln -s /tmp/agent /run/test/agent; \
         export SSH_AUTH_SOCK=/tmp/agent; cd /home/eng; ssh-add -q k; \
         runuser -u eng -- ssh-keygen -q -p -N secret -f k",
    );
    bench.connects(TYPED);
    bench.server.ok("rm /home/debian/.ssh/authorized_keys");
    bench.names("debian@203.0.113.10 -i /home/eng/k", &["key-refused"]);
}

/// Lines for ssh's configuration go where ssh reads them, once.
#[test]
fn a_host_s_block_is_written_once_and_where_ssh_reads_it() {
    let bench = Bench::new();
    bench.engineer.ok(
        "runuser -u eng -- sh -c 'ssh-agent -a /tmp/agent >/dev/null; cd; export SSH_AUTH_SOCK=/tmp/agent; \
         for n in 1 2 3 4 5 6 7; do ssh-keygen -q -t ed25519 -N \"\" -f k$n; ssh-add -q k$n; done'; \
         ln -s /tmp/agent /run/test/agent",
    );
    // Somebody's own line comes first, so that ours can't help.
    bench.own("config.real", "UserKnownHostsFile /home/eng/kh/known\nIdentitiesOnly no");
    bench.engineer.ok(
        "runuser -u eng -- sh -c 'cd; mkdir kh; cp .ssh/known_hosts kh/known; ln -s ../config.real .ssh/config'",
    );
    for _ in 0..2 {
        bench.names(&format!("{TYPED} --fix"), &["too-many-keys"]);
    }
    let text = bench.engineer.read("/home/eng/config.real");
    assert_eq!(text.matches("Host 203.0.113.10\n").count(), 1, "{text}");
    bench.engineer.ok("test -L /home/eng/.ssh/config && ! test -e /home/eng/kh/config");
    // Without that line, and without any folder of ssh's, ours counts.
    bench
        .engineer
        .ok("mv /home/eng/.ssh/known_hosts /etc/ssh/ssh_known_hosts; rm -r /home/eng/.ssh");
    bench.connects(&format!("{TYPED} --fix"));
}

/// Without ssh there is nothing to try a login with; the line that brings it is named.
#[test]
fn without_ssh_it_says_what_to_install() {
    let bench = Bench::new();
    bench.engineer.ok("mv /usr/bin/ssh /usr/bin/ssh.away");
    let output = bench.engineer.run(&format!("{PROGRAM} check {TYPED} --lang en"));
    assert_eq!(output.code, 4, "{output}");
    assert!(output.stdout.contains("openssh-client"), "{output}");
}

/// What is wrong on this machine before anybody is called is refused with ssh's own words; a port that
/// the configuration names is the one that is told; a folder is no key that others can read.
#[test]
fn what_is_wrong_here_is_not_sought_on_the_server() {
    let bench = Bench::new();
    for (text, mode, why) in [
        ("Foo bar\n", "600", "line 1: Bad configuration option: foo"),
        ("User eng\n", "666", "Bad owner or permissions on /home/eng/.ssh/config"),
    ] {
        bench.own(".ssh/config", text);
        bench.engineer.ok(&format!("chmod {mode} /home/eng/.ssh/config"));
        let (document, code) = bench.check(TYPED);
        assert_eq!((code, &document["error"]["id"]), (4, &"own-config".into()), "{document:#}");
        assert!(document["error"]["message"].to_string().contains(why), "{document:#}");
    }
    bench.own(".ssh/config", "Port 1\n");
    let output = bench.engineer.command(&format!("{PROGRAM} check {TYPED}")).user("eng").run();
    assert!(output.stdout.contains("203.0.113.10:1 "), "{output}");
    bench.engineer.ok("rm /home/eng/.ssh/config; chmod 755 /home/eng");
    bench.names("debian@203.0.113.10 -i /home/eng --fix", &["key-missing"]);
    assert_eq!(bench.engineer.ok("stat -c %a /home/eng").trim(), "755");
}
