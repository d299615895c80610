//! Attacks that stand as lines in a data file: what is set up, which verb runs into it, and how the
//! run must end. Whatever the line says, three things always hold: the last line and the exit code
//! tell the truth, nobody who should be out can come in, and no file of anybody else was touched.
#![allow(dead_code, reason = "each attack test uses a part of this")]
#![allow(clippy::expect_used, clippy::panic, reason = "what tests share fails as tests do")]
#![allow(clippy::disallowed_methods, reason = "files and tools of the machine, not of a customer")]

mod scene;
mod truth;

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use lab::Cases;

pub(crate) use scene::Scene;

/// How many hosts are attacked at the same time: few beside other tests, more where a whole list is
/// tried, of which many lines wait for something that hangs.
fn hosts(rows: usize) -> usize {
    if rows < 100 { 2 } else { 4 }
}

/// One line of a data file.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// Its name, unique in the file.
    pub(crate) id: String,
    /// Whether it is part of the plain run's sample.
    pub(crate) plain: bool,
    /// What fails, or who attacks.
    pub(crate) who: String,
    /// Which verb runs into it; see [`Scene::attack`].
    pub(crate) verb: String,
    /// Lines of shell, with the words of `setup.sh`; or `skipped: why`.
    pub(crate) setup: String,
    /// The last line's word (`-` where nobody can hear it) and the exit code, as `failed/1`; several
    /// with `|` where time decides.
    pub(crate) outcome: String,
    /// What the run must say; nothing if it is `-`.
    pub(crate) says: String,
    /// Why this is tried: a comment, or the mistake of a peer.
    pub(crate) why: String,
}

/// Reads a data file: eight columns parted by tabs, `#` begins a comment.
pub(crate) fn rows(text: &str) -> Vec<Row> {
    let rows: Vec<Row> = text.lines().filter(|it| !it.starts_with('#')).map(row).collect();
    let mut ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    ids.sort_unstable();
    assert!(ids.windows(2).all(|two| two[0] != two[1]), "two lines have one name: {ids:?}");
    rows
}

fn row(line: &str) -> Row {
    let fields: Vec<&str> = line.split('\t').collect();
    let [id, run, who, verb, setup, outcome, says, why] = fields[..] else {
        panic!("not eight columns: {line:?}");
    };
    assert!(["plain", "all"].contains(&run), "{line:?}");
    let [id, who, verb, setup, outcome, says, why] =
        [id, who, verb, setup, outcome, says, why].map(str::to_owned);
    Row { id, plain: run == "plain", who, verb, setup, outcome, says, why }
}

/// Tries the lines on real hosts. A host on which a case failed is not used again.
pub(crate) fn attack_all(class: &str, rows: &[Row], at_least: u64) {
    // For who writes a line: only those with this in their names.
    let only = std::env::var("ATTACK_ONLY").unwrap_or_default();
    let cases = Cases::new(class);
    let wanted = rows.iter().filter(|row| row.id.contains(&only));
    let queue: Mutex<VecDeque<&Row>> = Mutex::new(wanted.collect());
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    std::thread::scope(|scope| {
        for _ in 0..hosts(rows.len()) {
            scope.spawn(|| {
                let mut scene = None;
                while let Some(row) = next() {
                    if let Some(why) = row.setup.strip_prefix("skipped: ") {
                        cases.skip(&row.id, why);
                        continue;
                    }
                    let mut held = false;
                    cases.case(&row.id, || {
                        scene.get_or_insert_with(Scene::new).attack(row);
                        held = true;
                    });
                    if !held {
                        scene = None;
                    }
                }
            });
        }
    });
    cases.finish(if only.is_empty() { at_least } else { 0 });
}
