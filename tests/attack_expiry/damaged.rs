//! A record that is damaged must not keep the door open.

use std::time::Duration;

use lab::{Cases, Suite};

use crate::common::{ACCOUNT, CUSTOMER, JOURNAL, KEY_FILE, Server};
use crate::{CLASS, LIFETIME, SAMPLE, clear, expire, last_log};

/// What leaves nothing of the record to go by. Nobody can tell when it ends, so it is closed.
const LOST: [(&str, &str); 17] = [
    ("record removed", "rm J"),
    ("record empty", ": >J"),
    ("one empty line", "echo >J"),
    ("one torn line", "head -c 100 J >K; cat K >J"),
    ("head removed", "sed -i 1d J"),
    ("head is garbage", "sed -i '1s/.*/{garbage/' J"),
    ("head has no facts", "sed -i '1s/.*/{\"at\":1,\"event\":\"open\",\"schema\":1}/' J"),
    ("schema of the future", "sed -i '1s/\"schema\":1/\"schema\":7/' J"),
    ("schema is a word", "sed -i '1s/\"schema\":1/\"schema\":\"x\"/' J"),
    ("no UTF-8", "sed -i '1s/cafe24/\\xff/g' J"),
    ("zeros, as a crash leaves them", "head -c $(stat -c %s J) /dev/zero >K; cat K >J"),
    ("a record without end", "head -c 20000000 /dev/zero | tr '\\0' x >>J; sed -i '1s/^/x/' J"),
    ("a folder", "rm J; mkdir J"),
    ("a link", "mv J K; ln -s K J"),
    ("a FIFO", "rm J; mkfifo J"),
    ("a folder where all may write", "chmod 777 /var/lib/support-access"),
    ("such a folder above it", "chmod 777 /var/lib"),
];

/// What leaves its head: ended at its time by that.
const KEPT: [(&str, &str); 7] = [
    ("last line torn", "printf '{\"at\":17' >>J"),
    ("last line is garbage", "echo '{garbage' >>J"),
    ("an event of the future", "echo '{\"at\":1,\"event\":\"moved\"}' >>J"),
    ("a second head", "head -n 1 J >K; cat K >>J"),
    ("all but the head gone", "sed -i 2,\\$d J"),
    ("third line is garbage", "sed -i '3s/.*/{garbage/' J"),
    ("zeros after it", "head -c 4096 /dev/zero >>J"),
];

fn line(text: &str) -> String {
    text.replace('J', JOURNAL).replace('K', "/root/kept")
}

#[test]
fn a_record_that_is_lost_closes_the_door() {
    lose(SAMPLE);
}

#[test]
#[ignore = "slow by nature: the plain run tries each fourth"]
fn however_a_record_is_lost_the_door_is_closed() {
    lose(1);
}

fn lose(each: usize) {
    let server = Server::new(Suite::Bookworm);
    let engineer = server.engineer();
    let host = &server.host;
    let cases = Cases::new(CLASS);
    let to = format!("{ACCOUNT}@{CUSTOMER}");
    for (name, damage) in LOST.iter().step_by(each) {
        cases.case(name, || {
            server.grant("--sudo full --no-verify").is("granted", 0);
            let mut session = engineer.ssh(&server.key, &to).open_session();
            session.wait_for("$");
            host.ok(&format!("cp -p {JOURNAL} /root/journal; {}", line(damage)));

            let ran = expire(&server).is("failed", 5).says("account cafe24 carries the mark");
            assert!(session.is_cut_within(Duration::from_secs(15)), "the session goes on\n{ran}");
            assert_eq!(engineer.ssh(&server.key, &to).command("true").run().code, 255, "{ran}");
            assert!(host.exists(KEY_FILE), "its data is gone\n{ran}");
            assert_eq!(last_log(&server)["action"], "closed", "{ran}");
            let log = host.read("/var/log/support-access.log");
            expire(&server).is("failed", 5);
            assert_eq!(host.read("/var/log/support-access.log"), log, "told again and again");

            // With the record back, all is as it was, and the same command opens it again.
            host.ok(&format!(
                "chmod 755 /var/lib; chmod 700 /var/lib/support-access; \
                 rm -rf {JOURNAL}; cp -p /root/journal {JOURNAL}"
            ));
            server.grant("--sudo full --no-verify").is("updated", 0);
            assert_eq!(engineer.ssh(&server.key, &to).command("true").run().code, 0);
            server.age(LIFETIME + 1);
            expire(&server).is("expired", 0);
            assert_eq!(server.traces(), "");
        });
        clear(&server);
    }
    cases.finish(LOST.len().div_ceil(each) as u64);
}

#[test]
fn a_record_that_is_damaged_ends_it_at_its_time() {
    let server = Server::new(Suite::Bookworm);
    let host = &server.host;
    let cases = Cases::new(CLASS);
    for (name, damage) in KEPT {
        cases.case(name, || {
            server.grant("--sudo full --no-verify").is("granted", 0);
            host.ok(&format!("cp -p {JOURNAL} /root/journal; {}", line(damage)));
            let early = expire(&server);
            assert_eq!((early.output.code, &*early.output.stdout), (0, ""), "{early}");
            assert!(host.exists(KEY_FILE), "ended too early\n{early}");
            host.ok(&format!("cp -p /root/journal {JOURNAL}"));
            server.age(LIFETIME + 1);
            host.ok(&line(damage));
            expire(&server).is("expired", 0);
            assert_eq!(server.traces(), "");
        });
        clear(&server);
    }
    // A timer that outlives its grant, by whatever accident, is quiet.
    cases.case("no record, and no account of ours", || {
        let quiet = server.run("expire");
        assert_eq!((quiet.output.code, &*quiet.output.stdout), (0, ""), "{quiet}");
    });
    // An older program, run by hand, has no word in it: the timer's own can read what it wrote.
    cases.case("a newer record and an older program", || {
        server.grant("--no-verify").is("granted", 0);
        host.ok(&format!("sed -i '1s/\"schema\":1/\"schema\":7/' {JOURNAL}"));
        server.run("expire").is("refused", 4);
        assert_eq!(host.ok("getent shadow cafe24 | cut -d: -f8 | grep -vx 1 | wc -l"), "1\n");
    });
    cases.finish(KEPT.len() as u64 + 2);
}
