//! Who can take nothing away, and that nobody can give.

use lab::{Key, KeyKind, Suite};

use crate::common::KEY_FILE;
use crate::scene::Scene;

/// Whatever comes instead of a newer policy, the access goes on to its own end, and the audit says
/// since when nothing was confirmed, and why.
#[test]
fn what_is_not_the_providers_word_takes_nothing() {
    let mut scene = Scene::open(Suite::Bookworm);
    let empty = |serial| scene.policy(serial, &[], "revoke-all = true\n");
    let other = Key::generate(KeyKind::Ed25519);
    let good = scene.signer.sign("support-access", &empty(6));
    let files = [
        ("carries no signature", empty(6)),
        ("not among its known signers", other.sign("support-access", &empty(6))),
        ("is for `file`", scene.signer.sign("file", &empty(6))),
        ("was changed after it was signed", good.replacen("serial = 6", "serial = 7", 1)),
        ("damaged or cut off", good[..good.len() - 60].to_owned()),
        ("serial 4, older than 5", scene.signer.sign("support-access", &empty(4))),
        ("larger than 262144 bytes", "# x\n".repeat(100_000)),
        ("carries no signature", "\u{1b}]0;x\u{7}\0garbage".to_owned()),
        ("carries no signature", String::new()),
    ];
    let confirmed = scene.audit()["policy_confirmed_at"].clone();
    let lines = scene.server.host.read(KEY_FILE);
    let judge = |scene: &Scene, says: &str| {
        scene.look();
        let audit = scene.audit();
        let problem = audit["policy_problem"].as_str().unwrap_or_default();
        assert!(!problem.is_empty() && problem.contains(says), "{says}: {audit:#}");
        assert!(scene.seen()["tried"].as_i64().unwrap() > 1, "{says}: nothing was noted");
        assert_eq!(audit["state"], "open", "{says}");
        assert_eq!(scene.server.host.read(KEY_FILE), lines, "{says}");
        problem.to_owned()
    };
    for (says, file) in &files {
        scene.serve(file);
        judge(&scene, says);
    }
    std::fs::write(scene.path("portal.html"), "<!doctype html><title>Sign in</title>").unwrap();
    for (kind, says) in [
        ("be-broken", "status 500"),
        ("be-a-portal", "is a web page"),
        ("be-elsewhere", "not https"),
        ("be-rude", "not reachable"),
    ] {
        std::fs::write(scene.path(kind), "").unwrap();
        judge(&scene, says);
        std::fs::remove_file(scene.path(kind)).unwrap();
    }
    std::fs::remove_file(scene.path("policy.toml")).unwrap();
    judge(&scene, "status 404");
    scene.site.stop();
    judge(&scene, "");
    scene.server.host.cut_network();
    judge(&scene, "");
    scene.server.host.restore_network();
    scene.server.run("audit").is("ok", 0).says("could not be confirmed");
    assert!(scene.log("withdrawn").is_empty());
    // All this time the last word of the provider's was the one at the opening, which age() moved.
    assert_ne!(confirmed, serde_json::Value::Null);
    assert_eq!(scene.seen()["confirmed"], serde_json::Value::Null);

    scene.site.start();
    scene.publish(&scene.policy(5, &[&scene.ann, &scene.bob], ""));
    scene.look();
    let audit = scene.audit();
    assert_eq!(audit["policy_problem"], serde_json::Value::Null, "{audit:#}");
    assert_ne!(audit["policy_confirmed_at"], confirmed, "{audit:#}");
    scene.server.run("delete").is("deleted", 0);
    scene.server.assert_clean(&scene.before, "after all that");
}

/// A newer policy that gives more changes nothing but what is remembered of it.
#[test]
fn nothing_is_given() {
    let scene = Scene::open(Suite::Bookworm);
    let host = &scene.server.host;
    // The first look makes the record of what was seen.
    scene.look();
    let live = host.snapshot();
    let journal = host.read(crate::common::JOURNAL);
    let more = scene
        .policy(6, &[&scene.ann, &scene.bob, &scene.server.key], "")
        .replace("sudo = \"none\"", "sudo = \"full\"")
        .replace("192.0.2.7", "0.0.0.0/1")
        .replace("lifetime = \"24h\"\nlongest = \"3d\"", "lifetime = \"80d\"\nlongest = \"90d\"")
        .replace("port = 22", "port = 2222");
    scene.publish(&more);
    scene.server.host.ok("sed -i 's/\"tried\":[0-9]*/\"tried\":1/' /var/lib/support-access/newer");
    scene.server.expire();
    assert_eq!(scene.seen()["serial"], 6);
    let changes = scene.server.disk_changes(&live);
    let changes = changes.except("/var/lib/support-access/newer").ignoring_times();
    assert!(changes.is_empty(), "{changes}");
    assert_eq!(host.read(crate::common::JOURNAL), journal);
    // It was seen, so an older one is refused.
    scene.publish(&scene.policy(5, &[&scene.ann, &scene.bob], ""));
    scene.grant("").is("refused", 4).says("serial 5");
    scene.server.run("delete").is("deleted", 0);
    scene.server.assert_clean(&scene.before, "a generous policy");
}
