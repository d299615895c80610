//! Whoever is to lose his key does not want to: his jobs, his login under way, his lines that look like
//! ours; a site that keeps the timer busy, or makes it deaf for later.

use std::time::Duration;

use lab::{Key, KeyKind, Suite};

use crate::common::tracer::Kill;
use crate::common::{ACCOUNT, ALLOWED, COPY, CUSTOMER, INSTALLED, JOURNAL, KEY_FILE};
use crate::scene::{NAME, Scene};

/// His jobs are written anew as fast as they are removed, until he is gone.
#[test]
fn jobs_that_are_written_again_go_as_well() {
    let scene = Scene::open(Suite::Bookworm);
    let (host, engineer) = (&scene.server.host, scene.engineer());
    let mut session = engineer.ssh(&scene.ann, &format!("{ACCOUNT}@{CUSTOMER}")).open_session();
    session.send(
        "echo '* * * * * id >>/tmp/ran' >job; for it in 1 2 3; do (trap '' HUP; while :; do \
         crontab job; done) & done; echo rea''dy\n",
    );
    session.wait_for("ready");
    scene.publish(&scene.policy(6, &[&scene.bob], ""));
    scene.look();
    assert!(session.is_cut_within(Duration::from_secs(15)));
    let jobs = host.run(&format!("cat /var/spool/cron/crontabs/{ACCOUNT}"));
    assert!(!jobs.succeeded(), "his job stands: {jobs}");
    assert!(Scene::gets_in(&engineer, &scene.bob));
}

/// Where cron starts the timer's work, and nobody keeps his processes in a slice.
#[test]
fn without_systemd_as_well() {
    let scene = Scene::open(Suite::Sysvinit);
    let engineer = scene.engineer();
    let mut session = engineer.ssh(&scene.ann, &format!("{ACCOUNT}@{CUSTOMER}")).open_session();
    session.does("(setsid nohup sleep 1001 &)");
    scene.publish(&scene.policy(6, &[&scene.bob], ""));
    scene.let_time_pass();
    // Cron comes within a minute, and its run may wait another for its own moment.
    assert!(session.is_cut_within(Duration::from_mins(5)), "cron did not withdraw the key");
    scene.server.host.ok("for it in $(seq 60); do pgrep -x sleep || exit 0; sleep 1; done; exit 1");
    assert!(!Scene::gets_in(&engineer, &scene.ann) && Scene::gets_in(&engineer, &scene.bob));
    scene.server.run("delete").is("deleted", 0);
}

/// sshd has taken his key, and PAM takes its time to let him in.
#[test]
fn a_login_under_way_does_not_come_up() {
    let scene = Scene::open(Suite::Bookworm);
    let (host, engineer) = (&scene.server.host, scene.engineer());
    let slow = "account optional pam_exec.so quiet /usr/bin/sleep 60";
    host.ok(&format!("echo '{slow}' >>/etc/pam.d/sshd"));
    let mut session = engineer.ssh(&scene.ann, &format!("{ACCOUNT}@{CUSTOMER}")).open_session();
    host.ok("while ! pgrep -f '^/usr/bin/sleep 60'; do sleep 0.1; done");
    scene.publish(&scene.policy(6, &[&scene.bob], ""));
    scene.look();
    let cut = session.is_cut_within(Duration::from_secs(40));
    assert!(cut, "{}", session.screen());
    assert!(!session.screen().contains('$'), "{}", session.screen());
    host.ok("sed -i '/pam_exec/d' /etc/pam.d/sshd");
    assert!(Scene::gets_in(&engineer, &scene.bob));
}

/// The end comes while the site keeps the timer waiting.
#[test]
fn a_slow_site_does_not_put_the_end_off() {
    let scene = Scene::open(Suite::Bookworm);
    scene.let_time_pass();
    std::fs::write(scene.path("be-slow"), "").unwrap();
    let host = &scene.server.host;
    let deadline = "$(( $(date +%s) + 5 ))";
    host.ok(&format!(
        "sed -i \"s/\\\"deadline\\\":[0-9]*/\\\"deadline\\\":{deadline}/; s/\\\"warned\\\":[0-9]*,//\" {JOURNAL}"
    ));
    scene.server.expire();
    scene.server.assert_clean(&scene.before, "ended late");
}

/// Whoever has the site for a day names the policy with a tag that fits all files; the site's owner
/// then answers each look with "not modified".
#[test]
fn a_tag_that_fits_all_files_is_not_kept() {
    let scene = Scene::open(Suite::Bookworm);
    std::fs::write(scene.path("be-sly"), "").unwrap();
    scene.look();
    std::fs::remove_file(scene.path("be-sly")).unwrap();
    scene.publish(&scene.policy(6, &[&scene.bob], ""));
    scene.look();
    assert_eq!(scene.audit()["withdrawn"], serde_json::json!([scene.ann.fingerprint()]));
}

/// The copy on the server knows the older policy, which has the key; nothing brings it back.
#[test]
fn a_withdrawn_key_is_not_named_back_in() {
    let scene = Scene::open(Suite::Bookworm);
    let (host, engineer) = (&scene.server.host, scene.engineer());
    host.put("/run/test/ann.pub", scene.ann.public(), 0o644);
    host.put("/run/test/bob.pub", scene.bob.public(), 0o644);
    let local = |words: &str| {
        let ran = host.run(&format!("{INSTALLED} grant --lang en {words}"));
        ran.last_line().split(' ').nth(1).unwrap_or_default().to_owned()
    };
    // Left out by the customer, withdrawn by the provider, and then named again.
    scene.grant("--key /run/test/bob.pub").is("updated", 0);
    let both = format!("revoked = [{:?}]\n", scene.ann.fingerprint());
    scene.publish(&scene.policy(6, &[&scene.bob], &both));
    scene.look();
    assert_eq!(local("--key /run/test/ann.pub --key /run/test/bob.pub"), "updated");
    scene.look();
    assert!(!Scene::gets_in(&engineer, &scene.ann), "named back in");
    assert_eq!(local("--key /run/test/ann.pub --key /run/test/bob.pub"), "refused");

    // Given again by the provider, and withdrawn again: found by the customer's own run.
    scene.publish(&scene.policy(7, &[&scene.ann, &scene.bob], ""));
    scene.grant("").is("updated", 0);
    assert_eq!(scene.audit()["withdrawn"], serde_json::Value::Null);
    let mut session = engineer.ssh(&scene.ann, &format!("{ACCOUNT}@{CUSTOMER}")).open_session();
    session.wait_for("$");
    scene.publish(&scene.policy(8, &[&scene.bob], ""));
    scene.grant("").is("updated", 0).says("all sessions were ended");
    assert!(session.is_cut_within(Duration::from_secs(15)));
    scene.server.run("delete").is("deleted", 0);
    scene.server.assert_clean(&scene.before, "given and taken");
}

/// A delete that was cut off while the site was asked: nothing is made any more.
#[test]
fn nothing_is_made_while_it_is_being_ended() {
    let scene = Scene::open(Suite::Bookworm);
    let host = &scene.server.host;
    scene.publish(&scene.policy(6, &[&scene.bob], ""));
    scene.let_time_pass();
    std::fs::write(scene.path("be-slow"), "").unwrap();
    let run = host.command(&format!("{COPY} expire")).start();
    host.ok("while ! pgrep -f '^/proc/self/exe __newer'; do sleep 0.1; done");
    // What a delete writes first, and then the keys.
    host.ok(&format!(
        "echo '{{\"at\":1,\"event\":\"close\",\"why\":\"delete\"}}' >>{JOURNAL}; rm {KEY_FILE}"
    ));
    std::fs::remove_file(scene.path("be-slow")).unwrap();
    let ran = run.wait();
    assert!(!host.exists(KEY_FILE), "the door was opened again: {ran}");
    scene.server.expire();
    scene.server.assert_clean(&scene.before, "a delete that was cut off");
}

/// The customer's own run, which changes more than the keys, is killed after it has written them.
#[test]
fn a_killed_run_of_the_customers_leaves_no_session() {
    let scene = Scene::open(Suite::Bookworm);
    let engineer = scene.engineer();
    let mut session = engineer.ssh(&scene.ann, &format!("{ACCOUNT}@{CUSTOMER}")).open_session();
    session.wait_for("$");
    scene.publish(&scene.policy(6, &[&scene.bob], ""));
    let words = format!(
        "grant --policy https://{NAME}/policy.toml --signers /run/test/signers --ticket T-1"
    );
    let written = format!("/home/{ACCOUNT}/.ssh");
    let cut = scene.server.trace(Kill::After(1, "fsync", &written), &words);
    assert!(cut.killed, "{}", cut.ran);
    assert!(
        !Scene::gets_in(&engineer, &scene.ann) && session.is_open(),
        "killed too early or late"
    );
    scene.server.expire();
    assert!(session.is_cut_within(Duration::from_secs(15)));
    scene.server.run("delete").is("deleted", 0);
    scene.server.assert_clean(&scene.before, "a killed run of the customer's");
}

/// Lines that carry our tag, and files that are too large to be read, are told of.
#[test]
fn a_line_that_looks_like_ours_is_told_of() {
    let scene = Scene::open(Suite::Bookworm);
    let (host, engineer) = (&scene.server.host, scene.engineer());
    let planted = Key::generate(KeyKind::Ed25519);
    let tag = host.read(KEY_FILE).lines().next().unwrap().to_owned();
    let tag = tag.split(' ').find(|word| word.starts_with("support-access:")).unwrap().to_owned();
    let planted_line =
        format!("{} {tag} proof", planted.public().trim().rsplit_once(' ').unwrap().0);
    engineer
        .ssh(&scene.ann, &format!("{ACCOUNT}@{CUSTOMER}"))
        .from(ALLOWED)
        .command(&format!("echo '{planted_line}' >>.ssh/authorized_keys"))
        .ok();
    assert!(Scene::gets_in(&engineer, &planted));
    scene.server.expire();
    assert_eq!(
        scene.log("key-lines").last().unwrap()["key_lines"],
        serde_json::json!([planted_line])
    );
    engineer
        .ssh(&scene.ann, &format!("{ACCOUNT}@{CUSTOMER}"))
        .from(ALLOWED)
        .command("head -c 2000000 /dev/zero | tr '\\0' '#' >>.ssh/authorized_keys")
        .ok();
    assert!(Scene::gets_in(&engineer, &planted));
    scene.server.expire();
    let lines = scene.log("key-lines").last().unwrap()["key_lines"].to_string();
    assert!(lines.contains("larger than"), "{lines}");
    scene.publish(&scene.policy(6, &[&scene.bob], ""));
    scene.look();
    assert!(!Scene::gets_in(&engineer, &planted));
}
