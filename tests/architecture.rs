//! `docs/architecture.md` as a test: no room of `src/` uses one that it must not know, and no
//! modules use each other in a circle, on any level.
//!
//! Every path of the source is followed, in `use` lines and in the midst of code, to the module in
//! which the thing is defined: a re-export by a parent hides nothing. Excepted are parent and child
//! themselves (a parent is made of its children, and they may use what it declares), the version's
//! constants in `lib.rs`, and test code.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "this file is a test, and its helpers fail loudly"
)]

#[path = "architecture/source.rs"]
mod source;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use source::{Module, Source, read, tokens};

/// Which rooms each room may use. `lib` is the crate's root: it starts the command.
const ARROWS: [(&str, &[&str]); 11] = [
    ("main", &["lib", "cli", "host"]),
    ("lib", &["cli", "command"]),
    ("command", &["cli", "grant", "doctor", "check", "key", "policy", "host", "text"]),
    ("cli", &["policy", "text"]),
    ("grant", &["policy", "host", "text"]),
    ("doctor", &["policy", "host", "text"]),
    ("check", &["policy", "host", "text"]),
    ("key", &["text"]),
    ("policy", &["text"]),
    ("host", &["key"]),
    ("text", &[]),
];

/// The only file of `host` that speaks: its reasons are shown as they are, in both languages.
const SPEAKING: &str = "host::door::reason";

/// All that is wrong with a tree of sources, each given by its path below `src/` and its text.
fn judge(files: &[(String, String)]) -> Vec<String> {
    let modules: BTreeSet<Module> = files.iter().map(|(path, _)| module(path)).collect();
    let sources: BTreeMap<Module, Source> = files
        .iter()
        .map(|(path, text)| (module(path), read(&tokens(text), &module(path), &modules)))
        .collect();
    let mut wrong = Vec::new();
    let mut arrows: BTreeMap<Module, BTreeMap<String, BTreeMap<String, String>>> = BTreeMap::new();
    for (from, source) in &sources {
        for path in &source.paths {
            let to = home(path, &sources);
            let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
            if shared == 0 {
                wrong.extend(forbidden(from, &to, path));
            }
            if shared == from.len() || shared == to.len() {
                continue;
            }
            let level = arrows.entry(from[..shared].to_vec()).or_default();
            let says = format!("{} uses {}", from.join("::"), path.join("::"));
            level.entry(from[shared].clone()).or_default().insert(to[shared].clone(), says);
        }
    }
    for graph in arrows.values() {
        wrong.extend(circle(graph));
    }
    wrong
}

/// The complaint about an arrow between rooms that must not be.
fn forbidden(from: &Module, to: &Module, path: &Module) -> Option<String> {
    let lib = "lib".to_owned();
    let (room, used) = (from.first().unwrap_or(&lib), to.first().unwrap_or(&lib));
    let constant = path.len() == 1 && ["VERSION", "COMMIT"].contains(&path[0].as_str());
    let speaks = from.join("::") == SPEAKING && path.join("::") == "text::words";
    let allowed = ARROWS.iter().find(|(name, _)| name == room).map_or(&[][..], |(_, list)| list);
    let fine = room == used || constant || speaks || allowed.contains(&used.as_str());
    (!fine).then(|| format!("{} must not use {}", from.join("::"), path.join("::")))
}

/// The module that a file is; `tests` and the like are left out before.
fn module(path: &str) -> Module {
    match path.strip_suffix(".rs").unwrap_or(path) {
        "lib" => Module::new(),
        name => name.split('/').map(str::to_owned).collect(),
    }
}

/// The module in which what a path names is defined.
fn home(path: &[String], sources: &BTreeMap<Module, Source>) -> Module {
    let mut path = path.to_vec();
    // A name may be handed on several times, but not for ever.
    for _ in 0..8 {
        let depth = (0..=path.len()).rev().find(|n| sources.contains_key(&path[..*n])).unwrap();
        let (here, rest) = path.split_at(depth);
        let handed_on = rest.first().and_then(|name| sources[here].names.get(name));
        match handed_on.filter(|target| !here.starts_with(target)) {
            Some(target) => path = target.iter().chain(&rest[1..]).cloned().collect(),
            None => return here.to_vec(),
        }
    }
    panic!("{path:?} is handed on in a circle");
}

/// A circle in a graph of siblings, told by the paths that make it.
fn circle(graph: &BTreeMap<String, BTreeMap<String, String>>) -> Option<String> {
    let mut left: BTreeSet<&String> = graph.keys().collect();
    // Who uses nobody that is left can be in no circle.
    while let Some(name) = left.iter().find(|n| !graph[**n].keys().any(|used| left.contains(used)))
    {
        left.remove(*name);
    }
    let mut trail = vec![*left.first()?];
    let again = loop {
        let next = graph[*trail.last()?].keys().find_map(|used| left.get(used))?;
        trail.push(next);
        if let Some(at) =
            trail.iter().position(|name| name == next).filter(|at| *at + 1 < trail.len())
        {
            break at;
        }
    };
    let says: Vec<&str> =
        trail[again..].windows(2).map(|pair| graph[pair[0]][pair[1]].as_str()).collect();
    Some(format!("a circle: {}", says.join(", and ")))
}

/// The program's own sources but for those that are tests.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
            let tests = ["tests.rs", "testing.rs", "fuzz.rs", "fuzzing.rs"];
            let test = tests.iter().any(|end| name.ends_with(end));
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") && !test {
                files.push((name, fs::read_to_string(path).unwrap()));
            }
        }
    }
    files
}

#[test]
fn the_code_keeps_to_the_arrows_and_runs_in_no_circle() {
    let files = sources();
    for room in ["main", "lib", "cli", "command", "grant", "policy", "host", "text"] {
        assert!(files.iter().any(|(path, _)| *path == format!("{room}.rs")), "{room} is not there");
    }
    let wrong = judge(&files);
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// What is said about made-up sources beside those that stand in every crate.
fn said(files: &[(&str, &str)]) -> Vec<String> {
    let owned = |(path, text): &(&str, &str)| ((*path).to_owned(), (*text).to_owned());
    let ground = [("lib.rs", "pub mod host; mod command; const VERSION: u8 = 0;")];
    judge(&ground.iter().chain(files).map(owned).collect::<Vec<_>>())
}

#[test]
fn an_arrow_that_must_not_be_is_named() {
    let grant = ("grant.rs", "pub struct State;");
    for text in [
        "use crate::grant::State;",
        "use crate::{VERSION, grant::{State as Other}};",
        "fn f() -> super::super::grant::State { todo() }",
        "fn f() { let text = \"a \\\" b\"; let q = '\"'; crate::grant::State::new(\"x\") }",
    ] {
        let wrong = said(&[grant, ("host.rs", "mod run;"), ("host/run.rs", text)]);
        assert_eq!(wrong.len(), 1, "{text}: {wrong:?}");
        assert!(wrong[0].starts_with("host::run must not use grant"), "{wrong:?}");
    }
    for text in [
        "// use crate::grant::State;",
        "fn f() { \"crate::grant::State\" }",
        "#[cfg(test)]\nmod tests { use crate::grant::State; fn f() { if a { b } } }",
        "pub(in crate::host) fn f() { crate::VERSION }",
    ] {
        let wrong = said(&[grant, ("host.rs", "mod run;"), ("host/run.rs", text)]);
        assert!(wrong.is_empty(), "{text}: {wrong:?}");
    }
    let after = "#[cfg(test)]\nmod tests { } use crate::grant::State;";
    assert_eq!(said(&[grant, ("host.rs", after)]).len(), 1, "what follows the tests counts again");
}

#[test]
fn only_the_reasons_of_the_door_speak() {
    let text = [("text.rs", "mod words; pub use words::Lang;"), ("text/words.rs", "")];
    let door =
        |path, says| said(&[text[0], text[1], ("host.rs", ""), ("host/door.rs", ""), (path, says)]);
    assert!(door("host/door/reason.rs", "use crate::words;").is_empty());
    assert_eq!(door("host/door/key.rs", "use crate::words;").len(), 1);
    assert_eq!(door("host/door/reason.rs", "use crate::text::Lang;").len(), 1);
}

#[test]
fn a_circle_is_named_though_a_parent_hands_its_names_on() {
    let circle = [
        ("policy.rs", "mod key; mod url; mod list; pub use key::Key; pub use url::{Url as Web};"),
        ("policy/key.rs", "use super::Web;"),
        ("policy/url.rs", "use super::list;"),
        ("policy/list.rs", "fn f(key: super::Key) {}"),
    ];
    let wrong = said(&circle);
    assert_eq!(wrong.len(), 1, "{wrong:?}");
    for part in [
        "policy::key uses policy::Web",
        "policy::url uses policy::list",
        "policy::list uses policy::Key",
    ] {
        assert!(wrong[0].contains(part), "{wrong:?}");
    }
    assert!(said(&circle[..3]).is_empty(), "without the last link it is none");

    let cousins = [
        ("grant.rs", ""),
        ("grant/end.rs", "use super::step::Step;"),
        ("grant/step.rs", "mod keys;"),
        ("grant/step/keys.rs", "use super::super::end::END;"),
    ];
    assert_eq!(said(&cousins).len(), 1, "a child's arrow is its parent's");
    let rooms = [("policy.rs", "use crate::text::A;"), ("text.rs", "use crate::policy::B;")];
    assert_eq!(said(&rooms).len(), 2, "a bad arrow and a circle");
}
