//! What a withdrawal takes away.

use std::time::Duration;

use lab::{Key, KeyKind, Suite};

use crate::common::tracer::Kill;
use crate::common::{ACCOUNT, CUSTOMER, INSTALLED, JOURNAL, KEY_FILE};
use crate::scene::Scene;

const HOME: &str = "/home/cafe24";

#[test]
fn a_key_goes_with_its_sessions_on_debian_12() {
    a_key_goes_with_its_sessions(Suite::Bookworm);
}

#[test]
fn a_key_goes_with_its_sessions_on_debian_13() {
    a_key_goes_with_its_sessions(Suite::Trixie);
}

/// Whoever had the key has prepared to stay.
fn a_key_goes_with_its_sessions(suite: Suite) {
    let scene = Scene::open(suite);
    let (host, engineer) = (&scene.server.host, scene.engineer());
    let planted = [Key::generate(KeyKind::Ed25519), Key::generate(KeyKind::Ed25519)];
    let to = format!("{ACCOUNT}@{CUSTOMER}");
    let mut session = engineer.ssh(&scene.ann, &to).open_session();
    // His job would take the first line away again, and so must not run while it is looked at.
    session.send(&format!(
        "echo '{}' >>.ssh/authorized_keys; (umask 077; echo '{}' >.ssh/authorized_keys2); \
         echo '0 0 1 1 * cp .ssh/authorized_keys2 .ssh/authorized_keys' | crontab -; \
         (trap '' HUP; while sleep 0.1; do echo '{}' >>.ssh/authorized_keys; done) & \
         echo rea''dy\n",
        planted[0].public().trim(),
        planted[1].public().trim(),
        planted[1].public().trim(),
    ));
    session.wait_for("ready");
    for key in &planted {
        assert!(Scene::gets_in(&engineer, key), "the test's own keys must work at first");
    }
    // Nothing has been withdrawn yet: the lines are the customer's as far as anybody can tell.
    scene.look();
    assert!(session.is_open() && Scene::gets_in(&engineer, &planted[1]));
    assert_eq!(scene.log("key-lines").len(), 1);

    scene.publish(&scene.policy(6, &[&scene.bob], ""));
    scene.look();
    assert!(session.is_cut_within(Duration::from_secs(15)), "Ann's session goes on");
    for key in planted.iter().chain([&scene.ann]) {
        assert!(!Scene::gets_in(&engineer, key));
    }
    let said = || host.ok("journalctl -o cat --no-pager -u support-access-expire.service");
    assert!(host.exists(KEY_FILE), "{}", said());
    assert!(Scene::gets_in(&engineer, &scene.bob), "{}", said());
    assert_eq!(host.read(KEY_FILE).lines().count(), 1);
    assert!(!host.exists(&format!("{HOME}/.ssh/authorized_keys2")));
    assert!(!host.run(&format!("crontab -l -u {ACCOUNT}")).succeeded());
    let log = scene.log("withdrawn");
    let [line] = &log[..] else { panic!("{log:?}") };
    assert_eq!(line["withdrawn"], serde_json::json!([scene.ann.fingerprint()]), "{line}");
    assert!(line["key_lines"].to_string().contains(planted[1].public().split(' ').nth(1).unwrap()));
    let audit = scene.audit();
    assert_eq!(audit["withdrawn"], serde_json::json!([scene.ann.fingerprint()]), "{audit:#}");
    scene.server.run("audit").is("ok", 0).says("withdrawn").says("(serial 6)");

    // The copy on the server was made for the older policy: it gives nothing back.
    let again = scene.server.host.run(&format!("{INSTALLED} grant --lang en"));
    assert_eq!(again.last_line().split(' ').nth(1), Some("unchanged"), "{again}");
    let longer = scene.server.host.run(&format!("{INSTALLED} --extend 1h --lang en"));
    assert_eq!(longer.last_line().split(' ').nth(1), Some("extended"), "{longer}");
    assert!(!Scene::gets_in(&engineer, &scene.ann) && Scene::gets_in(&engineer, &scene.bob));

    // From now on a line of nobody's is taken away at the next tick, with whoever wrote it.
    let mut session = engineer.ssh(&scene.bob, &to).open_session();
    session.does(&format!("echo '{}' >>.ssh/authorized_keys", planted[0].public().trim()));
    scene.server.expire();
    assert!(session.is_cut_within(Duration::from_secs(15)), "the session that wrote a key goes on");
    assert!(!Scene::gets_in(&engineer, &planted[0]) && Scene::gets_in(&engineer, &scene.bob));

    // An older policy is refused while this grant lives; what the provider publishes anew counts.
    scene.publish(&scene.policy(5, &[&scene.ann, &scene.bob], ""));
    scene.grant("").is("refused", 4).says("serial 5").says("6");
    scene.publish(&scene.policy(7, &[&scene.ann, &scene.bob], ""));
    scene.grant("").is("updated", 0);
    assert!(Scene::gets_in(&engineer, &scene.ann));

    scene.server.run("delete").is("deleted", 0);
    scene.server.assert_clean(&scene.before, "after a withdrawal");
}

/// No key left, or all withdrawn, also by a policy of later years: the access ends, and clean.
#[test]
fn without_a_key_it_ends() {
    let scene = Scene::new(Suite::Bookworm);
    let engineer = scene.engineer();
    let until = scene.policy(6, &[], "");
    let until = until.lines().find(|line| line.starts_with("valid-until")).unwrap();
    let both =
        format!("revoked = [{:?}, {:?}]\n", scene.ann.fingerprint(), scene.bob.fingerprint());
    let keys = [&scene.ann, &scene.bob];
    for (name, text) in [
        ("keys that are no longer there", scene.policy(6, &[], "")),
        ("revoked keys", scene.policy(6, &keys, &both)),
        ("revoke-all", scene.policy(6, &keys, "revoke-all = true\n")),
        (
            "revoke-all of a later schema",
            format!("schema = 9\nserial = 6\n{until}\nrevoke-all = true\n"),
        ),
        (
            "keys revoked in a policy that is over",
            scene.policy(6, &keys, &both).replace(until, "valid-until = 2020-01-01T00:00:00Z"),
        ),
    ] {
        scene.publish(&scene.policy(5, &keys, ""));
        scene.grant("--no-verify").is("granted", 0);
        let to = format!("{ACCOUNT}@{CUSTOMER}");
        let mut session = engineer.ssh(&scene.bob, &to).open_session();
        session.wait_for("$");
        scene.publish(&text);
        scene.look();
        assert!(session.is_cut_within(Duration::from_secs(15)), "{name}: the session goes on");
        scene.server.assert_clean(&scene.before, name);
        let log = scene.log("deleted");
        assert_eq!(log.last().unwrap()["why"], "revoked", "{name}");
        assert_eq!(log.last().unwrap()["clean"], true, "{name}");
        scene.server.run("delete").is("nothing-to-delete", 0);
    }
}

/// Killed at each line that a withdrawal writes into the journal: the next tick needs no site to
/// finish it.
#[test]
fn a_withdrawal_that_was_cut_off_is_finished() {
    let mut scene = Scene::new(Suite::Bookworm);
    let engineer = scene.engineer();
    for lines in 1..=4 {
        scene.site.stop();
        scene.site.start();
        scene.publish(&scene.policy(5, &[&scene.ann, &scene.bob], ""));
        scene.grant("--no-verify").is("granted", 0);
        let mut session = engineer.ssh(&scene.ann, &format!("{ACCOUNT}@{CUSTOMER}")).open_session();
        session.wait_for("$");
        scene.publish(&scene.policy(6, &[&scene.bob], ""));
        scene.let_time_pass();
        let cut = scene.server.trace(Kill::After(lines - 1, "fdatasync", JOURNAL), "expire");
        scene.site.stop();
        assert!(cut.killed || lines == 4, "{lines}: {}", cut.ran);
        // Without a site: what is left to do stands in the journal.
        if lines > 1 {
            scene.server.expire();
            assert!(session.is_cut_within(Duration::from_secs(15)), "{lines}: the session goes on");
            assert!(
                !Scene::gets_in(&engineer, &scene.ann) && Scene::gets_in(&engineer, &scene.bob)
            );
            assert_eq!(scene.audit()["state"], "open");
        }
        scene.server.run("delete").is("deleted", 0);
        scene.server.assert_clean(&scene.before, &format!("cut off before line {lines}"));
    }
}

/// The customer pastes the line again before the timer comes: the same, at once. What he leaves out
/// himself is no withdrawal.
#[test]
fn the_customers_own_run_withdraws_as_well() {
    let scene = Scene::open(Suite::Bookworm);
    let engineer = scene.engineer();
    let to = format!("{ACCOUNT}@{CUSTOMER}");
    let mut session = engineer.ssh(&scene.ann, &to).open_session();
    session.wait_for("$");
    scene.server.host.put("/run/test/bob.pub", scene.bob.public(), 0o644);
    scene.grant("--key /run/test/bob.pub").is("updated", 0);
    assert!(session.is_open() && !Scene::gets_in(&engineer, &scene.ann));
    scene.grant("").is("updated", 0);
    assert!(session.is_open() && Scene::gets_in(&engineer, &scene.ann));

    scene.publish(&scene.policy(6, &[&scene.bob], ""));
    scene.grant("--dry-run").is("dry-run", 0).says("all sessions would be ended");
    assert!(session.is_open());
    scene.grant("").is("updated", 0).says("all sessions were ended");
    assert!(session.is_cut_within(Duration::from_secs(15)));
    assert!(!Scene::gets_in(&engineer, &scene.ann) && Scene::gets_in(&engineer, &scene.bob));
    scene.grant("").is("unchanged", 0);
    scene.server.run("delete").is("deleted", 0);
    scene.server.assert_clean(&scene.before, "a withdrawal by the customer's own run");
}

/// A key file that can't be put right must not stay open.
#[test]
fn where_the_key_can_t_be_taken_away_the_access_ends() {
    let scene = Scene::open(Suite::Bookworm);
    let engineer = scene.engineer();
    let to = format!("{ACCOUNT}@{CUSTOMER}");
    let mut session = engineer.ssh(&scene.ann, &to).open_session();
    session.does("mv .ssh ssh; ln -s ssh .ssh");
    assert!(Scene::gets_in(&engineer, &scene.ann));
    scene.publish(&scene.policy(6, &[&scene.bob], ""));
    scene.look();
    assert!(session.is_cut_within(Duration::from_secs(15)));
    assert!(!Scene::gets_in(&engineer, &scene.ann));
    scene.server.assert_clean(&scene.before, "a folder that was swapped");
}
