//! Where output goes: text for people, or one JSON document for programs. A broken pipe is no reason
//! to stop half-way, so writing never fails.

use std::io::{IsTerminal, Write};

use serde_json::{Map, Value, json};

use crate::text::report::Report;
use crate::text::{Lang, Words, safe, safe_json};

/// How a run ends, as the contract numbers it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub(crate) enum Exit {
    /// Done.
    Done = 0,
    /// Failed and rolled back.
    Failed = 1,
    /// The command line means nothing.
    Usage = 2,
    /// Not root.
    NotRoot = 3,
    /// Refused; nothing changed.
    Refused = 4,
    /// Something is left behind, and was named.
    Left = 5,
    /// Problems were found.
    Problems = 6,
    /// Another run held the lock.
    Busy = 7,
}

/// A last line's word and the exit code that goes with it.
pub(crate) type Last = (&'static str, Exit);

/// The same of a run that may have nothing to tell.
pub(crate) type Told = Option<Last>;

/// The output of one run.
#[derive(Debug)]
pub(crate) struct Out {
    lang: Lang,
    /// Whether nobody said which language to speak, so that the provider's counts.
    open: bool,
    json: bool,
    colour: bool,
    document: Map<String, Value>,
}

/// How a line looks on a terminal that has colours.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Look {
    Plain,
    Strong,
    Good,
    Bad,
    Faint,
}

impl Look {
    fn code(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Strong => Some("1"),
            Self::Good => Some("32"),
            Self::Bad => Some("31"),
            Self::Faint => Some("2"),
        }
    }
}

impl Out {
    pub(crate) fn new(lang: Lang, json: bool, no_color: bool) -> Self {
        let colour = !json && !no_color && std::io::stdout().is_terminal();
        let document = Map::from_iter([("schema".to_owned(), json!(1))]);
        Self { lang, open: false, json, colour, document }
    }

    /// Speaks the language of the policy in force, unless the customer's own is known.
    pub(crate) fn follow(&mut self, provider: Lang) {
        if self.open {
            self.lang = provider;
        }
    }

    /// Whether [`Out::follow`] counts.
    pub(crate) fn leave_open(mut self, open: bool) -> Self {
        self.open = open;
        self
    }

    pub(crate) fn lang(&self) -> Lang {
        self.lang
    }

    pub(crate) fn set_lang(&mut self, lang: Lang) {
        self.lang = lang;
    }

    /// One line for a person. Texts may hold what somebody else wrote, so nothing in it reaches the
    /// terminal as a command, and no name of a file can begin a line that looks like one of ours.
    pub(crate) fn line(&self, look: Look, text: &str) {
        if self.json {
            return;
        }
        let text = safe(text);
        let text = match look.code().filter(|_| self.colour) {
            Some(code) => format!("\x1b[{code}m{text}\x1b[0m\n"),
            None => format!("{text}\n"),
        };
        let _ = std::io::stdout().write_all(text.as_bytes());
    }

    /// A page of our own, as it is; a manual is text also for those who asked for JSON.
    pub(crate) fn page(text: &str) {
        let _ = std::io::stdout().write_all(text.as_bytes());
    }

    pub(crate) fn say(&self, look: Look, words: &dyn Words) {
        self.line(look, &words.say(self.lang));
    }

    /// Something that matters also with `--json`: to stderr there.
    pub(crate) fn warn(&self, words: &dyn Words) {
        if self.json {
            let text = safe(&words.say(self.lang));
            let _ = writeln!(std::io::stderr(), "{text}");
        } else {
            self.say(Look::Bad, words);
        }
    }

    /// Progress, only where a person watches.
    pub(crate) fn progress(&self, words: &dyn Words) {
        if !self.json {
            self.say(Look::Faint, words);
        }
    }

    /// Progress that nobody reads afterwards: only on a terminal.
    pub(crate) fn passing(&self, words: &dyn Words) {
        if !self.json && std::io::stdout().is_terminal() {
            self.say(Look::Faint, words);
        }
    }

    /// One field of the JSON document.
    pub(crate) fn field(&mut self, name: &str, value: Value) {
        self.document.insert(name.to_owned(), value);
    }

    /// Adds to a list of the JSON document.
    pub(crate) fn push(&mut self, name: &str, value: Value) {
        let list = self.document.entry(name.to_owned()).or_insert_with(|| json!([]));
        if let Value::Array(list) = list {
            list.push(value);
        }
    }

    /// An error with a stable id for programs.
    pub(crate) fn error(&mut self, exit: Exit, words: &dyn Words) {
        let message = safe(&words.say(self.lang));
        if !self.json {
            self.line(Look::Bad, &message);
        }
        self.field("error", json!({ "code": exit as u8, "id": id(words), "message": message }));
    }

    /// What to do where the account tools could not have their files.
    pub(crate) fn hint(&self, why: &str) {
        let files = ["/etc/passwd", "/etc/shadow", "/etc/group", "/etc/gshadow"];
        if files.iter().any(|file| why.contains(file)) {
            self.say(Look::Plain, &Report::AccountFiles);
        }
    }

    /// The last line, and the exit code.
    pub(crate) fn finish(mut self, word: &str, details: &[(&str, String)], exit: Exit) -> u8 {
        if self.json {
            self.field("result", json!(word));
            let text =
                serde_json::to_string_pretty(&Value::Object(self.document)).unwrap_or_default();
            let _ = writeln!(std::io::stdout(), "{}", safe_json(&text));
        } else {
            let details: Vec<String> =
                details.iter().map(|(name, value)| format!(" {name}={}", safe(value))).collect();
            let _ = writeln!(std::io::stdout(), "RESULT: {word}{}", details.concat());
        }
        exit as u8
    }
}

/// The name of a text's variant, as a stable word: `SshdStopped` becomes `sshd-stopped`.
pub(super) fn id(words: &dyn Words) -> String {
    let debug = format!("{words:?}");
    let name = debug.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    let mut id = String::new();
    for (index, c) in name.chars().enumerate() {
        if c.is_ascii_uppercase() && index > 0 {
            id.push('-');
        }
        id.push(c.to_ascii_lowercase());
    }
    id
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::refusal::Refusal;

    #[test]
    fn an_error_s_id_is_stable_and_short() {
        assert_eq!(id(&Refusal::SshdStopped), "sshd-stopped");
        assert_eq!(id(&Refusal::NotOurs { path: "/x".to_owned() }), "not-ours");
    }
}
