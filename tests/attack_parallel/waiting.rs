//! A run that waits says for whom, and acts on what is there when its turn has come.

use std::time::Duration;

use lab::{Cases, Key, KeyKind, Running, Suite};

use crate::common::{ACCOUNT, ALLOWED, CUSTOMER, KEY_FILE, Ran, Server};
use crate::{CLASS, LOCK};

/// Holds the lock until killed, as a run of ours would.
fn hold(server: &Server) -> Running {
    let line = format!(
        "printf 'grant, pid 4711\\n1795528800\\n' >{LOCK}; \
         exec flock {LOCK} sh -c 'echo held; exec sleep 600'"
    );
    let mut held = server.host.command(&line).deadline(Duration::from_mins(5)).start();
    held.wait_for("held");
    held
}

/// A run that can be stopped while the shell that waits for it goes on.
fn in_background(words: &str) -> String {
    format!(
        "exec 3<&0; /run/test/support-access {words} --lang en <&3 & \
         echo $! >/run/test/waits; wait $!"
    )
}

/// Starts a run that has to wait, and stops it there: whatever comes now comes before its turn.
fn stopped<'a>(server: &'a Server, words: &str, before: impl FnOnce(&'a Server)) -> Ran {
    let mut held = hold(server);
    let mut run = server.host.command(&in_background(words)).start();
    run.wait_for("Another run is busy (grant, pid 4711, since ");
    server.host.ok("kill -STOP $(cat /run/test/waits)");
    held.kill();
    before(server);
    server.host.ok("kill -CONT $(cat /run/test/waits)");
    Ran::new(run.wait())
}

#[test]
fn a_run_that_waited_acts_on_what_is_there_then() {
    let server = Server::new(Suite::Bookworm);
    let cases = Cases::new(CLASS);
    let grant = format!("grant --no-verify --key /run/test/engineer.pub --from {ALLOWED}");
    let other = server.put_key("other", &Key::generate(KeyKind::Ed25519));
    let open = || server.grant("--no-verify").is("granted", 0);
    let close = || drop(server.run("delete"));
    let line = |server: &Server, path: &str| {
        let text = server.host.read(path);
        text.split(' ').find(|word| word.starts_with("AAAA")).unwrap_or_default().trim().to_owned()
    };

    for words in ["--extend 1h", &format!("{grant} --extend 1h")] {
        cases.case(&format!("deleted meanwhile: {words}"), || {
            open();
            let ran = stopped(&server, words, |server| {
                server.run("delete").is("deleted", 0);
            });
            ran.is("refused", 4).says("nothing to extend");
            assert_eq!(server.traces(), "");
        });
        close();
    }
    cases.case("other keys meanwhile: an extension keeps those", || {
        open();
        let ran = stopped(&server, "--extend 1h --no-verify", |server| {
            let words = format!("grant --no-verify --key {other} --from {ALLOWED}");
            server.run(&words).is("updated", 0);
        });
        ran.is("extended", 0);
        assert_eq!(line(&server, KEY_FILE), line(&server, &other), "a key came back");
    });
    close();
    cases.case("another grant meanwhile: an extension is of that one", || {
        open();
        let ran = stopped(&server, "--extend 1h --no-verify", |server| {
            server.run("delete").is("deleted", 0);
            let words = format!("grant --no-verify --key {other} --from {ALLOWED} --sudo full");
            server.run(&words).is("granted", 0);
        });
        ran.is("extended", 0);
        assert_eq!(line(&server, KEY_FILE), line(&server, &other), "a key came back");
        assert!(server.host.exists("/etc/sudoers.d/zz-support-access-cafe24"));
    });
    close();
    cases.case("opened meanwhile: the same grant changes nothing", || {
        let ran = stopped(&server, &grant, |server| {
            server.grant("--no-verify").is("granted", 0);
        });
        ran.is("unchanged", 0);
    });
    close();
    cases.case("opened meanwhile for another account", || {
        let ran = stopped(&server, &format!("{grant} --account other"), |_| drop(open()));
        ran.is("refused", 4).says("cafe24");
    });
    close();
    cases.case("its key from stdin, read once", || {
        open();
        let mut held = hold(&server);
        let words = format!("grant --no-verify --key - --from {ALLOWED} --sudo full");
        let run = server.host.command(&in_background(&words)).stdin(server.key.public());
        let mut run = run.start();
        run.wait_for("Another run is busy");
        server.host.ok("kill -STOP $(cat /run/test/waits)");
        held.kill();
        server.run("delete").is("deleted", 0);
        server.host.ok("kill -CONT $(cat /run/test/waits)");
        Ran::new(run.wait()).is("granted", 0);
    });
    close();
    cases.case("deleted meanwhile: delete", || {
        open();
        let ran = stopped(&server, "delete", |server| {
            server.run("delete").is("deleted", 0);
        });
        ran.is("nothing-to-delete", 0);
    });
    cases.case("deleted meanwhile: a dry run, which makes no lock of its own", || {
        open();
        let ran = stopped(&server, "delete --dry-run", |server| {
            server.run("delete").is("deleted", 0);
        });
        ran.is("dry-run", 0).says("No support access is open");
        let ran = stopped(&server, &format!("{grant} --dry-run"), |_| drop(open()));
        ran.is("dry-run", 0).says("changes=0");
        assert!(!server.host.exists(LOCK));
        close();
    });
    cases.case("deleted meanwhile: audit", || {
        open();
        let ran = stopped(&server, "audit", |server| {
            server.run("delete").is("deleted", 0);
        });
        ran.is("ok", 0).says("No support access is open");
    });
    assert_eq!(server.traces(), "");
    cases.finish(10);
}

/// A real run in the midst of its work, as a hung disk would stop it: others wait, and say for whom;
/// killed, it lets them go on at once.
#[test]
fn a_run_that_is_killed_lets_go_at_once() {
    let server = Server::new(Suite::Bookworm);
    let (host, engineer) = (&server.host, server.engineer());
    let cases = Cases::new(CLASS);
    let stop = |lines: usize| {
        let mut run = server.start_grant("--sudo full");
        assert!(server.wait_for_line(&mut run, lines), "it was too fast");
        run.freeze();
        assert!(!run.is_finished(), "it was too fast");
        (run, host.ok("cat /run/test/pid").trim().to_owned())
    };
    let (mut run, pid) = stop(3);
    cases.case("an audit and a dry run wait, in both languages", || {
        host.ok("useradd -m victim");
        let line = |words: &str| format!("/run/test/support-access {words}");
        let mut audit = host.command(&line("audit --lang en")).start();
        let mut korean = host.command(&line("audit --lang ko")).start();
        let zone = "UTC";
        audit.wait_for(&format!("Another run is busy (grant, pid {pid}, since 20"));
        audit.wait_for(&format!(" {zone}); waiting up to 60 seconds."));
        korean.wait_for(&format!("다른 실행(grant, pid {pid}, 20"));
        korean.wait_for(" 시작)이 진행 중입니다.");
        let mut dry = host.command(&line("delete --dry-run --lang en")).start();
        dry.wait_for(&format!("Another run is busy (grant, pid {pid}, since 20"));
    });
    cases.case("nobody else can hold it, or wait for it, or be told of it", || {
        for line in [
            format!("flock -n {LOCK} true"),
            format!("flock -s -n {LOCK} true"),
            format!("exec 9<{LOCK}"),
            format!("exec 9>>{LOCK}"),
            format!("rm -f {LOCK}"),
            format!("mv {LOCK} {LOCK}.old"),
            "touch /run/support-access.new".to_owned(),
        ] {
            let tried = host.command(&line).user("victim").run();
            assert!(!tried.succeeded(), "{line}: {tried}");
        }
        assert_eq!(host.ok(&format!("stat -c '%U %a %h' {LOCK}")), "root 600 1\n");
    });
    cases.case("killed: the next run goes on at once", || {
        let line = "exec /run/test/support-access delete --lang en";
        let mut delete = host.command(line).start();
        delete.wait_for("Another run is busy (grant, pid ");
        run.kill();
        assert!(delete.ends_within(Duration::from_secs(45)), "it waits on");
        Ran::new(delete.wait()).is("deleted", 0);
        assert_eq!(server.traces(), "");
    });
    cases.case("killed, and its file stays: grant, then delete", || {
        let (mut run, pid) = stop(3);
        run.kill();
        assert!(host.read(LOCK).contains(&pid), "the file of the killed run is gone");
        server.grant("--sudo full").is("granted", 0);
        let to = format!("{ACCOUNT}@{CUSTOMER}");
        assert_eq!(engineer.ssh(&server.key, &to).command("true").run().code, 0);
        server.run("delete").is("deleted", 0);
        assert_eq!(server.traces(), "");
    });
    cases.finish(4);
}
