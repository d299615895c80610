//! What reads untrusted text, each reader with what must hold of it whatever it is given: the
//! targets of `tests/fuzz`. Beside tests, only a build for fuzzing has this module.

use crate::grant::fuzz as grant;
use crate::host::fuzz as host;
use crate::key::fuzz as key;
use crate::policy::fuzz as policy;
use crate::text::{Lang, Words};

/// Feeds one reader; panics where something does not hold.
pub type Target = fn(&[u8]);

/// Every target, by the name that it has in `tests/fuzz`.
pub const TARGETS: [(&str, Target); 17] = [
    ("accounts", host::accounts),
    ("doctor_keys", crate::doctor::fuzz::key_file),
    ("journal", grant::journal),
    ("key_file", key::file),
    ("keys", policy::keys),
    ("log", host::log),
    ("merge", grant::merge_keys),
    ("policy", policy::policy),
    ("proc", host::proc),
    ("receipt", crate::check::fuzz::receipt),
    ("signature", policy::signature),
    ("signers", policy::signers),
    ("ssh", host::ssh),
    ("sshd", host::sshd),
    ("typed", typed),
    ("visits", grant::visits),
    ("zone", host::zone),
];

/// Feeds the target of this name.
pub fn run(name: &str, data: &[u8]) {
    let target = TARGETS.iter().find(|(known, _)| *known == name);
    let Some((_, target)) = target else { unreachable!("{name} is no target") };
    target(data);
}

/// Separates the parts of an input: a byte that no UTF-8 text has.
const BETWEEN: u8 = 0xff;

/// The first `N` parts of an input; what is missing is empty.
pub(crate) fn parts<const N: usize>(data: &[u8]) -> [&[u8]; N] {
    let mut parts = data.splitn(N, |byte| *byte == BETWEEN);
    [(); N].map(|()| parts.next().unwrap_or_default())
}

/// An input as text.
pub(crate) fn text(data: &[u8]) -> String {
    String::from_utf8_lossy(data).into_owned()
}

/// A message, in both languages, stays on its line of the terminal.
pub(crate) fn is_sayable(words: &dyn Words) {
    for lang in [Lang::En, Lang::Ko] {
        let said = words.say(lang);
        let moves = |c: char| c.is_control() && c != '\t';
        assert!(!said.is_empty() && !said.contains(moves), "{said:?}");
    }
}

/// What is read from its own print is the same.
pub(crate) fn reads_back<T>(value: &T)
where
    T: std::str::FromStr + std::fmt::Display + PartialEq + std::fmt::Debug,
{
    let printed = value.to_string();
    assert!(!printed.contains(char::is_control), "{printed:?}");
    assert_eq!(printed.parse().ok().as_ref(), Some(value), "{printed:?}");
}

/// The command line and what stands in it.
fn typed(data: &[u8]) {
    use crate::cli::{self, Command, Env, Problem, Time};
    let words: Vec<String> = data.split(|byte| *byte == BETWEEN).map(text).collect();
    let (env, args) = words.split_at(words.len().min(2));
    let set = |at: usize| env.get(at).filter(|value| !value.is_empty()).cloned();
    let env = Env { delete: set(0), origin: set(1), ..Env::default() };
    match cli::parse(args, &env).1 {
        Ok(Command::Grant(grant)) => {
            if let Time::Expires(time) | Time::Extend(time) = grant.time {
                reads_back(&time);
            }
            grant.from.iter().for_each(reads_back);
            grant.account.iter().for_each(reads_back);
            grant.origin.iter().for_each(reads_back);
        }
        Ok(_) => {}
        Err(Problem::Usage(usage)) => is_sayable(&usage),
        Err(Problem::Refused(refusal)) => is_sayable(&refusal),
    }
    for word in &words {
        policy::fields(word);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    fn names(folder: &Path) -> BTreeSet<String> {
        let entries = std::fs::read_dir(folder).unwrap_or_else(|e| panic!("{folder:?}: {e}"));
        let name =
            |path: std::path::PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned();
        entries.map(|entry| name(entry.unwrap().path())).collect()
    }

    #[test]
    fn every_target_holds_for_its_corpus() {
        let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz");
        let known: BTreeSet<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(names(&fuzz.join("fuzz_targets")), known);
        assert_eq!(names(&fuzz.join("corpus")), known);
        for (name, target) in TARGETS {
            let files: Vec<_> =
                std::fs::read_dir(fuzz.join("corpus").join(name)).unwrap().collect();
            assert!(files.len() > 3, "{name}: a corpus of {} files", files.len());
            for file in files {
                let path = file.unwrap().path();
                let input = std::fs::read(&path).unwrap();
                let held = std::panic::catch_unwind(|| target(&input));
                assert!(held.is_ok(), "{name} does not hold for {}", path.display());
            }
        }
    }

    #[test]
    fn an_input_of_several_parts_comes_apart() {
        assert_eq!(parts::<3>(b"a\xffb"), [&b"a"[..], b"b", b""]);
        assert_eq!(parts::<2>(b"a\xffb\xffc"), [&b"a"[..], b"b\xffc"]);
    }
}
