//! A withdrawal that is killed: at each call by which it or one of its children changes something.

use lab::{Cases, Host, Suite};

use crate::common::COPY;
use crate::common::tracer::{Call, Kill};
use crate::scene::Scene;

/// Calls that a run may have fewer than another: systemctl says hello and its first request in one
/// message or in two, as the answer comes.
fn slack(calls: &[Call]) -> u64 {
    let starts = |call: &&Call| call.name == "execve" && call.object == "/usr/bin/systemctl";
    calls.iter().filter(starts).count() as u64
}

/// A grant with two keys, one of which has been withdrawn on the site; then the timer's run.
fn withdraw(scene: &Scene, kill: Kill<'_>) -> crate::common::tracer::Traced {
    // Of a case that failed.
    scene.server.run("delete");
    scene.publish(&scene.policy(5, &[&scene.ann, &scene.bob], ""));
    scene.grant("--no-verify").is("granted", 0);
    scene.publish(&scene.policy(6, &[&scene.bob], ""));
    scene.let_time_pass();
    scene.server.trace_line(kill, &format!("{COPY} expire"))
}

fn attack(scene: &Scene, engineer: &Host, at: u64, why: &str) -> bool {
    let traced = withdraw(scene, Kill::Tree(at));
    // A look that was killed before it was noted is simply made again.
    scene.look();
    let keys = [&scene.ann, &scene.bob].map(|key| Scene::gets_in(engineer, key));
    let said = "journalctl -o cat --no-pager -n 30 -u support-access-expire.service";
    assert_eq!(keys, [false, true], "{why}\n{}", scene.server.host.ok(said));
    assert_eq!(scene.audit()["state"], "open", "{why}");
    scene.server.run("delete").is("deleted", 0);
    scene.server.assert_clean(&scene.before, why);
    traced.killed
}

fn sweep(points: Option<u64>) {
    let scene = Scene::new(Suite::Bookworm);
    let engineer = scene.engineer();
    let counted = withdraw(&scene, Kill::Nobody);
    counted.ran.is("updated", 0);
    scene.server.run("delete").is("deleted", 0);
    let calls = counted.calls;
    let last = calls.len() as u64 - slack(&calls);
    assert!(last > 20, "{calls:?}");
    let cases = Cases::new("killed: withdrawal");
    let all: Vec<u64> = match points {
        Some(points) => (0..points).map(|it| 1 + it * (last - 1) / (points - 1)).collect(),
        None => (1..=last).collect(),
    };
    for at in &all {
        let call = &calls[usize::try_from(*at - 1).unwrap_or_default()];
        let name = format!("call {at} ({} {} {})", call.process, call.name, call.object);
        cases.case(&name, || {
            assert!(attack(&scene, &engineer, *at, &name), "{name}: was not reached");
        });
    }
    cases.finish(all.len() as u64);
}

#[test]
fn at_some_calls() {
    sweep(Some(5));
}

#[test]
#[ignore = "takes a quarter of an hour: every call of a withdrawal"]
fn at_every_call() {
    sweep(None);
}
