//! The points at which runs are killed.

use std::cell::Cell;

use lab::{Cases, Snapshot, Suite};

use crate::common::tracer::{Call, Kill};
use crate::common::{JOURNAL, Server};
use crate::verb::{Next, Verb, assert_open, delete};

/// A server and how it was; a new one after a failure, which may have left anything.
struct Ground {
    server: Server,
    before: Snapshot,
}

impl Ground {
    fn new(suite: Suite) -> Self {
        let server = Server::new(suite);
        // Half of the time that systemd takes to reload: units made for hardware, swap and the like,
        // of which a host of the lab has none (systemd.generator(7)).
        server.host.ok("mkdir /run/systemd/system-generators
             for it in /usr/lib/systemd/system-generators/*; do
                 ln -s /dev/null /run/systemd/system-generators/${it##*/}
             done");
        // The first grant makes what stays for good. Without a session, which logind remembers for
        // seconds: then ending takes more calls.
        server.grant("--sudo full --no-verify").is("granted", 0);
        server.run("delete").is("deleted", 0);
        let before = server.host.snapshot();
        Self { server, before }
    }

    /// One case; afterwards the ground is as before, be it another one.
    fn case(&mut self, cases: &Cases, name: &str, attack: impl FnOnce(&Server, &Snapshot)) {
        let held = Cell::new(false);
        cases.case(name, || {
            attack(&self.server, &self.before);
            held.set(true);
        });
        if !held.get() {
            *self = Self::new(self.server.host.suite());
        }
    }

    /// What the run changes, call by call, when nobody kills it.
    fn count(&self, verb: Verb) -> Vec<Call> {
        verb.prepare(&self.server);
        let traced = verb.run(&self.server, Kill::Nobody);
        traced.ran.is(verb.word(), 0);
        delete(&self.server, "counted");
        self.server.assert_clean(&self.before, "counted");
        traced.calls
    }

    /// Kills the run and all that it started at its Nth call; then the next comes. Returns whether
    /// the run came that far.
    fn kill_tree(
        &mut self,
        cases: &Cases,
        verb: Verb,
        at: u64,
        next: Next,
        calls: &[Call],
    ) -> bool {
        let reached = Cell::new(true);
        let index = usize::try_from(at).unwrap_or(usize::MAX) - 1;
        let about = calls.get(index).map_or_else(String::new, text);
        let name = format!("{verb:?} at call {at} ({about}), then {next:?}");
        let attack = |server: &Server, before: &Snapshot| {
            verb.prepare(server);
            let traced = verb.run(server, Kill::Tree(at));
            reached.set(traced.killed);
            if traced.killed {
                assert_eq!(traced.ran.output.code, 137, "{}", traced.ran);
                let last = traced.calls.last().map_or_else(String::new, text);
                next.run(server, before, &format!("killed before: {last}"));
            } else {
                traced.ran.is(verb.word(), 0);
                delete(server, "not killed");
            }
        };
        if at > calls.len() as u64 {
            // Perhaps there is no such call; then this is no case either.
            attack(&self.server, &self.before);
        } else {
            self.case(cases, &name, attack);
        }
        reached.get()
    }

    /// Kills the child that makes the children's Nth call. The program must tell the truth: what it
    /// calls done is, what it calls undone is, and what it can't do it names.
    fn kill_child(&mut self, cases: &Cases, verb: Verb, at: u64, calls: &[&Call]) -> bool {
        let reached = Cell::new(true);
        let index = usize::try_from(at).unwrap_or(usize::MAX) - 1;
        let about = calls.get(index).map_or_else(String::new, |call| text(call));
        let name = format!("{verb:?}: the child at its call {at} ({about})");
        let attack = |server: &Server, before: &Snapshot| {
            verb.prepare(server);
            let traced = verb.run(server, Kill::Child(at));
            reached.set(traced.killed);
            let why = format!("{name}\n{}", traced.ran);
            let ends = matches!(verb, Verb::Delete | Verb::DeleteAtOnce | Verb::Expire);
            match (&*traced.ran.word, traced.ran.output.code) {
                // Done; or all is again as it was.
                ("granted" | "extended", 0) if !ends => open_then_delete(server, &why),
                ("failed", 1) | ("refused", 4) if verb == Verb::Extend => {
                    open_then_delete(server, &why);
                }
                ("failed", 1) | ("refused", 4) if !ends => {}
                ("deleted" | "expired", 0) if ends => {}
                // It says that something is left.
                ("failed", 5) => {
                    server.assert_not_open_for_ever(&why);
                    delete(server, &why);
                }
                _ => panic!("{why}"),
            }
            server.assert_clean(before, &why);
        };
        if at > calls.len() as u64 {
            attack(&self.server, &self.before);
        } else {
            self.case(cases, &name, attack);
        }
        reached.get()
    }
}

fn open_then_delete(server: &Server, why: &str) {
    assert_open(server, why);
    delete(server, why);
}

fn text(call: &Call) -> String {
    format!("{} {} {}", call.process, call.name, call.object)
}

/// How many calls a run may have fewer than another: a client of systemd's says hello and its first
/// request in one message or in two, as the answer comes.
fn slack(calls: &[&Call]) -> u64 {
    let clients = ["/usr/bin/systemctl", "/usr/bin/loginctl"];
    let starts = |call: &&&Call| call.name == "execve" && clients.contains(&&*call.object);
    calls.iter().filter(starts).count() as u64
}

/// The first point of a sweep that is taken up again.
fn first() -> u64 {
    std::env::var("SUPPORT_ACCESS_KILL_FROM").ok().and_then(|it| it.parse().ok()).unwrap_or(1)
}

/// A fixed, spread selection of points.
pub(crate) fn sample(suite: Suite, verb: Verb, points: u64) {
    let mut ground = Ground::new(suite);
    let calls = ground.count(verb);
    let cases = Cases::new(verb.class());
    let last = calls.len() as u64 - slack(&calls.iter().collect::<Vec<_>>());
    for (index, next) in (0..points).zip(Next::ALL.into_iter().cycle()) {
        let mut at = 1 + index * (last - 1) / (points - 1);
        // An end has fewer calls where logind has forgotten the proof's session by then, ten seconds
        // after it: then an earlier one.
        let earliest = at - at / 5;
        while !ground.kill_tree(&cases, verb, at, next, &calls) {
            at -= 1 + at / 50;
            assert!(at >= earliest, "call {at} was not reached");
        }
    }
    cases.finish(points);
}

/// Every point, until the run ends before it could be killed.
pub(crate) fn whole(verb: Verb) {
    let mut ground = Ground::new(Suite::Bookworm);
    let calls = ground.count(verb);
    let cases = Cases::new(verb.class());
    let mut reached = first() - 1;
    let next = |at: u64| Next::ALL[usize::try_from(at % 3).unwrap_or_default()];
    while ground.kill_tree(&cases, verb, reached + 1, next(reached), &calls) {
        reached += 1;
        eprintln!("{verb:?}: {reached} of {}", calls.len());
    }
    let needed = calls.len() as u64 - slack(&calls.iter().collect::<Vec<_>>());
    assert!(reached >= needed, "only {reached} of {} calls were reached", calls.len());
    cases.finish(0);
}

/// Between two lines of the journal: once one is on the disk, before the next change.
pub(crate) fn at_boundaries(verb: Verb, at_least: u64) {
    let mut ground = Ground::new(Suite::Bookworm);
    let calls = ground.count(verb);
    let written = |call: &&Call| call.name == "fdatasync" && call.object == JOURNAL;
    let lines = calls.iter().filter(written).count() as u64;
    let cases = Cases::new("killed: between journal lines");
    for (line, next) in (1..=lines).zip(Next::ALL.into_iter().cycle()) {
        let name = format!("{verb:?} after line {line}, then {next:?}");
        ground.case(&cases, &name, |server, before| {
            verb.prepare(server);
            let traced = verb.run(server, Kill::After(line, "fdatasync", JOURNAL));
            assert!(traced.killed, "{name}: {}", traced.ran);
            next.run(server, before, &name);
        });
    }
    cases.finish(at_least);
}

/// Where a run was found not to be whole again: after a call on an object, with what came next.
const KNOWN: [(Verb, &str, &str, Next); 4] = [
    // The journal still has its second name, by which it was made.
    (
        Verb::QuickGrant,
        "linkat",
        "/var/lib/support-access/.journal.new.tmp -> /var/lib/support-access/journal",
        Next::Delete,
    ),
    // What an account tool writes lies about.
    (Verb::QuickGrant, "openat", "/etc/group+", Next::Timer),
    // There is no account any more, but lines of it in shadow, or of its group in gshadow.
    (Verb::Delete, "rename", "/etc/passwd+ -> /etc/passwd", Next::Delete),
    (Verb::Delete, "rename", "/etc/group+ -> /etc/group", Next::Timer),
];

pub(crate) fn at_known_points() {
    let mut ground = Ground::new(Suite::Bookworm);
    let cases = Cases::new("killed: known points");
    for (verb, call, object, next) in KNOWN {
        let name = format!("{verb:?} after {call} {object}, then {next:?}");
        ground.case(&cases, &name, |server, before| {
            verb.prepare(server);
            let traced = verb.run(server, Kill::After(1, call, object));
            assert!(traced.killed, "{name}: {}", traced.ran);
            next.run(server, before, &name);
        });
    }
    cases.finish(KNOWN.len() as u64);
}

/// Children alone: a sample of their calls, or all.
pub(crate) fn child(verb: Verb, points: Option<u64>) {
    let mut ground = Ground::new(Suite::Bookworm);
    let calls = ground.count(verb);
    let calls: Vec<&Call> = calls.iter().filter(|call| call.child.is_some()).collect();
    let cases = Cases::new("child killed");
    let last = calls.len() as u64 - slack(&calls);
    if let Some(points) = points {
        for index in 0..points {
            let at = 1 + index * (last - 1) / (points - 1);
            assert!(ground.kill_child(&cases, verb, at, &calls), "call {at} was not reached");
        }
        cases.finish(points);
        return;
    }
    let mut reached = first() - 1;
    while ground.kill_child(&cases, verb, reached + 1, &calls) {
        reached += 1;
        eprintln!("child of {verb:?}: {reached} of {}", calls.len());
    }
    assert!(reached >= last, "only {reached} of {} calls were reached", calls.len());
    cases.finish(0);
}
