//! What a newer policy takes away from a grant that lives. It can only take: whatever else it says is
//! for the next run of `grant`.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::load::in_its_time;
use super::origin::is_tag;
use super::signature::verify;
use super::{
    Answer, Fetcher, Fingerprint, HttpsUrl, LoadError, Origin, Policy, ReadError, Revocations,
    Signers, TrustProblem,
};
use crate::text::{Lang, Words};

/// The longest text of a problem, in characters.
const LONGEST: usize = 2000;

/// What the root process asks its child, which has no rights and hears the site.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Question {
    /// Where the policy is.
    pub url: String,
    /// Who may sign it, as in `allowed_signers(5)`.
    pub signers: String,
    /// The grant's keys.
    pub keys: Vec<Fingerprint>,
    /// The highest serial that was seen.
    pub serial: u64,
    /// What was confirmed last, if anything was since the grant was made.
    pub last: Option<Confirmed>,
    /// The time, in seconds since 1970 UTC.
    pub now: i64,
}

/// A policy that was believed.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct Confirmed {
    /// Its serial.
    pub serial: u64,
    /// Until when it is to be believed, in seconds since 1970 UTC.
    pub valid_until: i64,
    /// The entity tag that its site gave it.
    pub tag: Option<String>,
}

/// A text in both languages, since the child does not know who will read it.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct Said {
    en: String,
    ko: String,
}

impl Said {
    fn of(words: &dyn Words) -> Self {
        Self { en: words.say(Lang::En), ko: words.say(Lang::Ko) }
    }
}

impl Words for Said {
    fn say(&self, lang: Lang) -> String {
        match lang {
            Lang::En => self.en.clone(),
            Lang::Ko => self.ko.clone(),
        }
    }
}

/// What the child answers.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub struct Word {
    /// Keys of the question that are withdrawn or no longer there.
    pub withdrawn: Vec<Fingerprint>,
    /// Whether every grant is withdrawn.
    pub all: bool,
    /// The policy's serial, where one was believed.
    pub serial: Option<u64>,
    /// The policy, if it is to be believed in all that it says.
    pub confirmed: Option<Confirmed>,
    /// What is wrong with what came, or why nothing came.
    pub problem: Option<Said>,
}

impl Question {
    /// Asks the site. The process should have given up its rights: what comes is a stranger's until
    /// its signature is checked.
    #[must_use]
    pub fn ask(&self, fetcher: &Fetcher) -> Word {
        let url = match self.url.parse::<HttpsUrl>() {
            Ok(url) => url,
            Err(problem) => return Word::problem(&problem),
        };
        // What is over must be fetched anew: a site can say for ever that nothing has changed.
        let last = self.last.as_ref().filter(|last| last.valid_until > self.now);
        let tag = last.and_then(|last| last.tag.as_deref());
        match (fetcher.get(&url, tag), last) {
            (Ok(Answer::Same), Some(last)) => {
                Word { serial: Some(last.serial), confirmed: Some(last.clone()), ..Word::default() }
            }
            (Ok(Answer::Same), None) => {
                Word::problem(&ReadError::Status { url: url.to_string(), status: 304 })
            }
            (Ok(Answer::File { bytes, tag }), _) => self.judge(&Origin::Url(url), &bytes, tag),
            (Err(error), _) => Word::problem(&error),
        }
    }

    /// Judges what came: the signature first, then the part whose schema is frozen, then the rest.
    #[must_use]
    pub fn judge(&self, origin: &Origin, bytes: &[u8], tag: Option<String>) -> Word {
        let now = OffsetDateTime::from_unix_timestamp(self.now);
        let now = now.unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let trust = |problem| Word::problem(&LoadError::Trust { origin: origin.clone(), problem });
        let signers = match Signers::parse(&self.signers) {
            Ok(signers) => signers,
            Err(error) => return Word::problem(&error),
        };
        let text = match verify(bytes, &signers, now) {
            Ok(verified) => verified.text,
            Err(problem) => {
                return Word::problem(&LoadError::Signature { origin: origin.clone(), problem });
            }
        };
        let name = origin.to_string();
        let frozen = match Revocations::read_leniently(text, &name) {
            Ok(frozen) => frozen,
            Err(error) => return Word::problem(&error),
        };
        let Some(serial) = frozen.serial else { return trust(TrustProblem::NoSerial) };
        if serial < self.serial {
            return trust(TrustProblem::Older { offered: serial, current: self.serial });
        }
        // Of a policy of later schemas only the frozen part is understood: that a key is missing
        // where this program looks for it says nothing there.
        let whole = Policy::parse(text, &name);
        let gone = |key: &&Fingerprint| {
            frozen.revokes(key) || whole.as_ref().is_ok_and(|policy| !policy.offers(key))
        };
        let believed = match frozen.valid_until {
            None => Err(TrustProblem::NoEnd),
            Some(until) => in_its_time(until, now).map(|()| until.unix_timestamp()),
        };
        let believed = believed.and_then(|until| match frozen.unreadable {
            0 => Ok(until),
            count => Err(TrustProblem::Unreadable { count }),
        });
        // What it withdraws stays withdrawn, whatever else is wrong with it.
        let word = match believed {
            Ok(valid_until) => {
                let confirmed = Some(Confirmed { serial, valid_until, tag });
                Word { confirmed, ..Word::default() }
            }
            Err(problem) => trust(problem),
        };
        Word {
            withdrawn: self.keys.iter().filter(gone).copied().collect(),
            all: frozen.revoke_all,
            serial: Some(serial),
            ..word
        }
    }
}

impl Word {
    /// Nothing that could be believed came, and why.
    #[must_use]
    pub fn problem(words: &dyn Words) -> Self {
        Self { problem: Some(Said::of(words)), ..Self::default() }
    }

    /// The same with nothing in it that is too long to be kept, or no entity tag: whoever took the child
    /// over may have answered.
    #[must_use]
    pub fn bounded(mut self) -> Self {
        let cut = |text: String| text.chars().take(LONGEST).collect();
        self.problem = self.problem.map(|Said { en, ko }| Said { en: cut(en), ko: cut(ko) });
        if let Some(confirmed) = &mut self.confirmed {
            confirmed.tag = confirmed.tag.take().filter(|tag| is_tag(tag));
        }
        self
    }
}

#[cfg(test)]
mod tests;
