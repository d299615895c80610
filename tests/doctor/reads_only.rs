//! Without `--fix` the doctor changes nothing; it works without a grant, for a grant's account, and for
//! a plain user, who is told what he could not see.

use lab::Suite;

use crate::bench::{Bench, CLIENT, PROGRAM, PUBLIC};

fn document(output: &lab::Output) -> serde_json::Value {
    serde_json::from_str(&output.stdout).unwrap_or_else(|e| panic!("{e}: {output}"))
}

#[test]
fn nothing_is_changed() {
    let bench = Bench::new(Suite::Bookworm);
    let host = &bench.host;
    let asked = format!("{PROGRAM} doctor --account rocky --from {CLIENT} --key {PUBLIC}");
    // What a login of its own makes is made by any login: it has been made.
    host.run(&asked);
    host.ok("until [ ! -e /run/user/$(id -u rocky) ]; do sleep 0.2; done; sleep 2; chmod 666 /home/rocky/.ssh/authorized_keys; usermod -s /bin/false rocky");
    let before = host.snapshot();
    for words in ["", "--json", "--lang ko", "--list"] {
        let code = host.run(&format!("{asked} {words}")).code;
        assert_eq!(code, if words == "--list" { 0 } else { 6 }, "{words}");
    }
    let changes = host.changes_since(&before).on_disk().except("/var/log/journal");
    assert!(changes.is_empty(), "{changes}");
    assert!(!host.exists("/var/log/support-access.log") && !host.exists("/var/lib/support-access"));
}

#[test]
fn a_plain_user_is_told_what_he_could_not_see() {
    let bench = Bench::new(Suite::Bookworm);
    let host = &bench.host;
    let line = format!("{PROGRAM} doctor --account rocky --from {CLIENT} --json");
    let output = host.command(&line).user("rocky").run();
    let document = document(&output);
    assert_eq!((output.code, &document["findings"]), (0, &serde_json::json!([])), "{document:#}");
    let unseen = document["unchecked"].as_array().unwrap();
    let not_root = |it: &&serde_json::Value| it["why"].as_str().unwrap().contains("only root");
    assert!(unseen.iter().filter(not_root).count() > 10, "{document:#}");
    let fix = host.command(&line.replace("--json", "--fix --lang en")).user("rocky").run();
    assert!(fix.code == 3 || fix.stdout.contains("Nothing here that --fix"), "{fix}");
}

#[test]
fn a_grants_own_login_is_asked_for_without_a_word() {
    let bench = Bench::new(Suite::Bookworm);
    let host = &bench.host;
    host.ok(&format!("{PROGRAM} grant --key {PUBLIC} --from {CLIENT} --no-verify"));
    let found = document(&host.run(&format!("{PROGRAM} doctor --json")));
    assert_eq!(found["asked"]["account"], "cafe24", "{found:#}");
    assert_eq!((&found["asked"]["from"][0], &found["result"]), (&CLIENT.into(), &"ok".into()));
    host.ok("chmod 777 /home/cafe24");
    let found = document(&host.run(&format!("{PROGRAM} doctor --json")));
    assert_eq!(found["findings"][0]["id"], "folder-modes", "{found:#}");
    let korean = host.run(&format!("{PROGRAM} doctor --lang ko --fix"));
    assert!(korean.stdout.contains("수정:"), "{korean}");
    assert_eq!(host.ok("stat -c %a /home/cafe24"), "755\n");
    host.ok(&format!("{PROGRAM} delete"));
}
