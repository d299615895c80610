//! The table of what was tried: classes of attacks, their cases, and how each went.

use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Mutex;

/// The cases of one class. Each case is a line `class<TAB>count<TAB>result<TAB>case` in the folder
/// that `SUPPORT_ACCESS_CASES` names, from which `scripts/attack` makes its table; without that
/// folder only failures are shown. The result is `ok`, `FAILED` or `skipped: why`.
///
/// A case that fails does not keep the others from being tried; [`Cases::finish`] fails for all.
#[derive(Debug)]
pub struct Cases {
    class: String,
    file: Option<PathBuf>,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    cases: u64,
    failures: Vec<String>,
}

impl Cases {
    /// Begins the cases of a class, a word or two as the table shows it.
    pub fn new(class: &str) -> Self {
        let folder = std::env::var_os("SUPPORT_ACCESS_CASES").map(PathBuf::from);
        let file = folder.map(|folder| folder.join(class.replace(' ', "-")));
        Self { class: class.to_owned(), file, seen: Mutex::default() }
    }

    /// Tries one case; it fails by a panic.
    pub fn case(&self, name: &str, attack: impl FnOnce()) {
        self.cases(name, 1, attack);
    }

    /// Tries many alike at once (swaps of a folder in a loop, say), which fail or hold together.
    pub fn cases(&self, name: &str, count: u64, attack: impl FnOnce()) {
        match catch_unwind(AssertUnwindSafe(attack)) {
            Ok(()) => self.note(name, count, "ok"),
            Err(panic) => {
                let text = panic.downcast_ref::<String>().cloned();
                let text = text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string));
                let text = text.unwrap_or_default();
                self.note(name, count, "FAILED");
                self.seen().failures.push(format!("{name}: {text}"));
            }
        }
    }

    /// Says that a case can't be tried here; it does not count as tried.
    pub fn skip(&self, name: &str, why: &str) {
        eprintln!("skipped: {} / {name}: {why}", self.class);
        self.note(name, 0, &format!("skipped: {why}"));
    }

    fn note(&self, name: &str, count: u64, result: &str) {
        self.seen().cases += count;
        let Some(path) = &self.file else { return };
        let line = format!("{}\t{count}\t{result}\t{}\n", self.class, name.escape_debug());
        let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
        let written = file.and_then(|mut file| file.write_all(line.as_bytes()));
        assert!(written.is_ok(), "{}: {written:?}", path.display());
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Fails if a case failed, or if fewer than this many were tried.
    #[track_caller]
    pub fn finish(self, at_least: u64) {
        let Seen { cases, failures } = &*self.seen();
        let class = &self.class;
        println!("{class}: {cases} cases, {} failures", failures.len());
        assert!(
            failures.is_empty(),
            "{class}: {} failed:\n{}",
            failures.len(),
            failures.join("\n")
        );
        assert!(*cases >= at_least, "{class}: only {cases} cases were tried, not {at_least}");
    }
}
