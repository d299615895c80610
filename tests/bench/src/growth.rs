//! What takes how much longer where there is much of something.

use crate::contest::ours;
use crate::figures::Book;
use crate::ground::{Ground, HERE, PROGRAM};

/// How much, and how often.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sizes {
    pub(crate) users: [u32; 3],
    pub(crate) files: u32,
    pub(crate) log: u64,
    pub(crate) rounds: usize,
}

/// Where a tree of many files is made.
const TREE: &str = "/srv/tree";

pub(crate) fn run(ground: &Ground, sizes: Sizes, book: &mut Book, progress: &dyn Fn(&str)) {
    progress("many users");
    users(ground, sizes, book);
    progress("many keys");
    keys(ground, sizes, book);
    progress("a large log");
    log(ground, sizes, book);
    progress("many files");
    files(ground, sizes, book);
}

/// One account of ours and one by useradd, among so many others.
fn users(ground: &Ground, sizes: Sizes, book: &mut Book) {
    let host = &ground.host;
    for count in sizes.users {
        host.ok("for file in passwd shadow group; do cp -p /etc/$file /root/bench/$file; done");
        host.ok(&format!(
            "perl -e 'open P, \">>/etc/passwd\"; open S, \">>/etc/shadow\"; open G, \">>/etc/group\"; \
             for (1..{count}) {{ my $id = 200000 + $_; \
             print P \"user$_:x:$id:$id::/home/user$_:/usr/sbin/nologin\\n\"; \
             print S \"user$_:*:19000:0:99999:7:::\\n\"; print G \"user$_:x:$id:\\n\" }}'"
        ));
        for round in 0..=sizes.rounds {
            for (row, command) in [
                ("grant", &*ours("grant")),
                ("delete", &ours("delete")),
                ("useradd", "useradd -m bench"),
                ("userdel", "userdel -r bench"),
            ] {
                let sample = ground.sample(command);
                if round > 0 {
                    book.add(&format!("{row}, {count} users"), sample);
                }
            }
        }
        host.ok("for file in passwd shadow group; do cp -p /root/bench/$file /etc/$file; done");
    }
}

/// A policy may hold 100 keys, as they all go into one key file, and 256 KiB.
fn keys(ground: &Ground, sizes: Sizes, book: &mut Book) {
    for count in [1, 100] {
        ground.put_policy("keys.toml", count);
        let grant = ours("grant").replace("policy.toml", "keys.toml");
        for round in 0..=sizes.rounds {
            let granted = ground.sample(&grant);
            let deleted = ground.sample(&ours("delete"));
            if round > 0 {
                book.add(&format!("grant, {count} keys"), granted);
                book.add(&format!("delete, {count} keys"), deleted);
            }
        }
    }
    ground.put_policy("keys.toml", 10_000);
    let check = format!("{PROGRAM} grant --no-verify --policy {HERE}/keys.toml");
    for run in ground.measure(&format!("--times {}", sizes.rounds), &check, 4) {
        book.add("refused, 10000 keys", run.sample);
    }
}

/// The doctor beside a large log of sshd's, in the form that rsyslog gives it.
fn log(ground: &Ground, sizes: Sizes, book: &mut Book) {
    ground.sample(&ours("grant"));
    for (row, bytes) in [("small", 1 << 16), ("large", sizes.log)] {
        ground.host.ok(&format!(
            "perl -MPOSIX -e 'my $t = strftime(\"%b %e %H:%M:%S\", localtime(time - 3600)); my $n = 0; \
             my $l = join \"\", map {{ \"$t server sshd[$_]: Connection closed by invalid user admin \
             198.51.100.77 port $_ [preauth]\\n\" }} 20000..20999; \
             while ($n < {bytes}) {{ print $l; $n += length $l }}' >/var/log/auth.log; sync /var/log/auth.log"
        ));
        for round in 0..=sizes.rounds {
            let sample = ground.sample(&ours("doctor"));
            if round > 0 {
                book.add(&format!("doctor, {row} log"), sample);
            }
        }
    }
    ground.host.ok("rm /var/log/auth.log");
    ground.sample(&ours("delete"));
}

/// The search for files of the account's uid among so many of others, and an ending with so many in the
/// home. Making them takes longest, so the ending is measured once.
fn files(ground: &Ground, sizes: Sizes, book: &mut Book) {
    let make = format!(
        "perl -e 'my $n = {}; for my $d (0..$n / 1000 - 1) {{ mkdir \"{TREE}/$d\"; \
         for (0..999) {{ open F, \">{TREE}/$d/$_\" or die $! }} }}'",
        sizes.files
    );
    let slow = |line: &str| {
        ground.host.command(line).deadline(std::time::Duration::from_mins(10)).ok();
    };
    ground.sample(&ours("grant"));
    let uid = ground.host.ok("id -u example").trim().to_owned();
    slow(&format!("mkdir {TREE}; {make}; sync"));
    for round in 0..=sizes.rounds {
        let swept = ground.sample(&format!("{PROGRAM} delete --dry-run"));
        let found = ground.sample(&format!("find / -xdev -uid {uid}"));
        if round > 0 {
            book.add("sweep, many files", swept);
            book.add("find, many files", found);
        }
    }
    for (row, account, delete) in
        [("delete", "example", &*ours("delete")), ("userdel", "bench", "userdel -r bench")]
    {
        if row == "userdel" {
            ground.sample("useradd -m bench");
            slow(&format!("mkdir {TREE}; {make}"));
        }
        slow(&format!(
            "mv {TREE} /home/{account}/tree; chown -R {account}: /home/{account}/tree; sync"
        ));
        book.add(&format!("{row}, many files in the home"), ground.sample(delete));
    }
    for (row, open, end) in [
        ("delete", &*ours("grant"), &*ours("delete")),
        ("userdel", "useradd -m bench", "userdel -r bench"),
    ] {
        for _ in 0..sizes.rounds {
            ground.sample(open);
            book.add(&format!("{row}, one file in the home"), ground.sample(end));
        }
    }
}
