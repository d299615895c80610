//! What takes how much longer where there is much of something.

use crate::contest::ours;
use crate::figures::Book;
use crate::ground::{Ground, HERE, PROGRAM};

/// A run is measured in so many parts, some minutes apart.
pub(crate) const HALVES: usize = 2;

/// How much, and how often.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sizes {
    pub(crate) users: [u32; 3],
    pub(crate) files: u32,
    pub(crate) log: u64,
    /// In each half of the run.
    pub(crate) rounds: usize,
}

/// Where a tree of many files is made.
const TREE: &str = "/srv/tree";

/// One half of the run, the first (0) or the second (1).
pub(crate) fn run(
    ground: &Ground,
    sizes: Sizes,
    half: usize,
    book: &mut Book,
    progress: &dyn Fn(&str),
) {
    progress("many users");
    users(ground, sizes, book);
    progress("many keys");
    keys(ground, sizes, book);
    progress("a large log");
    log(ground, sizes, book);
    progress("many files");
    files(ground, sizes, half, book);
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
        book.repeat(sizes.rounds, |book| {
            for (row, command) in [
                ("grant", &*ours("grant")),
                ("delete", &ours("delete")),
                ("useradd", "useradd -m bench"),
                ("userdel", "userdel -r bench"),
            ] {
                book.add(&format!("{row}, {count} users"), ground.sample(command));
            }
        });
        host.ok("for file in passwd shadow group; do cp -p /root/bench/$file /etc/$file; done");
    }
}

/// A policy may hold 100 keys, as they all go into one key file, and 256 KiB.
fn keys(ground: &Ground, sizes: Sizes, book: &mut Book) {
    for count in [1, 100] {
        ground.put_policy("keys.toml", count);
        let grant = ours("grant").replace("policy.toml", "keys.toml");
        book.repeat(sizes.rounds, |book| {
            book.add(&format!("grant, {count} keys"), ground.sample(&grant));
            book.add(&format!("delete, {count} keys"), ground.sample(&ours("delete")));
        });
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
        book.repeat(sizes.rounds, |book| {
            book.add(&format!("doctor, {row} log"), ground.sample(&ours("doctor")));
        });
    }
    ground.host.ok("rm /var/log/auth.log");
    ground.sample(&ours("delete"));
}

/// The search for files of the account's uid among so many of others, and an ending with so many in the
/// home: ours in the first half, the other one in the second, since making them takes longest.
fn files(ground: &Ground, sizes: Sizes, half: usize, book: &mut Book) {
    let slow = |line: &str| {
        ground.host.command(line).deadline(std::time::Duration::from_mins(10)).ok();
    };
    ground.sample(&ours("grant"));
    let uid = ground.host.ok("id -u example").trim().to_owned();
    // By two at a time.
    slow(&format!(
        "mkdir {TREE}; for part in 0 1; do perl -e 'my $n = {}; for my $d (0..$n / 1000 - 1) {{ \
         next if $d % 2 != $ARGV[0]; mkdir \"{TREE}/$d\"; \
         for (0..999) {{ open F, \">{TREE}/$d/$_\" or die $! }} }}' $part & done; wait; sync",
        sizes.files
    ));
    book.repeat(sizes.rounds, |book| {
        book.add("sweep, many files", ground.sample(&format!("{PROGRAM} delete --dry-run")));
        book.add("find, many files", ground.sample(&format!("find / -xdev -uid {uid}")));
    });
    let (row, account, end) = if half == 0 {
        ("delete", "example", &*ours("delete"))
    } else {
        ground.sample(&ours("delete"));
        ground.sample("useradd -m bench");
        ("userdel", "bench", "userdel -r bench")
    };
    slow(&format!(
        "mv {TREE} /home/{account}/tree; chown -R {account}: /home/{account}/tree; sync"
    ));
    book.add(&format!("{row}, many files in the home"), ground.sample(end));
    for _ in 0..sizes.rounds {
        for (row, open, end) in [
            ("delete", &*ours("grant"), &*ours("delete")),
            ("userdel", "useradd -m bench", "userdel -r bench"),
        ] {
            ground.sample(open);
            book.add(&format!("{row}, one file in the home"), ground.sample(end));
        }
    }
}
