//! From where a policy comes to whether it is believed.

use std::fmt;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::signature::{is_signed, verify};
use super::{
    Fetched, Fingerprint, Lifetime, Origin, Policy, PolicyError, ReadError, Roots,
    SignatureProblem, Signers,
};
use crate::text::{Lang, Words};

crate::words! {
    /// Why a policy that reads well is not believed.
    TrustProblem {
        NoSigners =>
            "a policy from a URL must be signed, and no signers are known: pass `--signers FILE`",
            "URL에서 받은 정책은 서명되어 있어야 하는데 등록된 서명자가 없습니다. `--signers FILE`로 지정하십시오";
        NotOurs =>
            "the file is neither signed nor safe from other users: let root own it and nobody else write it (`chown root FILE; chmod go-w FILE`), or give `--signers`",
            "서명되지 않은 파일을 다른 사용자가 바꿀 수 있습니다. root만 쓸 수 있게 하거나(`chown root FILE; chmod go-w FILE`) `--signers`를 지정하십시오";
        NoEnd =>
            "a signed policy from a URL must carry `valid-until`",
            "URL에서 받은 서명된 정책에는 `valid-until`이 있어야 합니다";
        Expired { until: String } =>
            "the policy was valid until {until}: the provider must publish a newer one; also check this server's clock",
            "{until}에 유효 기간이 끝난 정책입니다. 제공 업체가 새 정책을 게시해야 합니다. 서버 시각도 확인하십시오";
        TooFar { until: String } =>
            "`valid-until` is {until}: at most 90 days ahead are allowed; also check this server's clock",
            "`valid-until`: {until}. 최대 90일 뒤까지만 허용됩니다. 서버 시각도 확인하십시오";
        Older { offered: u64, current: u64 } =>
            "the policy has serial {offered}, older than {current}, which this server has seen",
            "정책의 serial {offered}: 이 서버가 이미 확인한 {current}보다 오래된 정책입니다";
        NoSerial =>
            "the policy's `serial` can't be read",
            "정책의 `serial`을 읽을 수 없습니다";
        Unreadable { count: usize } =>
            "entries of the policy's withdrawals that this program does not understand: {count}",
            "정책의 회수 항목 중 이 프로그램이 이해하지 못하는 것: {count}개";
    }
}

/// Why there is no policy to work with.
#[derive(Clone, Debug, PartialEq)]
pub enum LoadError {
    /// It could not be read.
    Read(ReadError),
    /// Its signature is missing or wrong.
    Signature {
        /// Where it came from.
        origin: Origin,
        /// What is wrong.
        problem: SignatureProblem,
    },
    /// It is no valid policy.
    Policy(PolicyError),
    /// It is valid, but not to be believed.
    Trust {
        /// Where it came from.
        origin: Origin,
        /// What is wrong.
        problem: TrustProblem,
    },
}

impl Words for LoadError {
    fn say(&self, lang: Lang) -> String {
        match self {
            Self::Read(error) => error.say(lang),
            Self::Policy(error) => error.say(lang),
            Self::Signature { origin, problem } => {
                format!("{}: {}", origin.say(lang), problem.say(lang))
            }
            Self::Trust { origin, problem } => {
                format!("{}: {}", origin.say(lang), problem.say(lang))
            }
        }
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.say(Lang::En))
    }
}

impl std::error::Error for LoadError {}

/// A policy that is believed, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// The policy.
    pub policy: Policy,
    /// Where it came from.
    pub origin: Origin,
    /// The key that signed it, if one did.
    pub signed_by: Option<Fingerprint>,
    /// Which CA certificates vouched for its site, if it came from one.
    pub roots: Option<Roots>,
    /// The file as it was read, signature and all.
    pub bytes: Vec<u8>,
}

impl Policy {
    /// Reads a policy from where it is and judges it there and then.
    pub fn load(
        origin: &Origin,
        signers: Option<&Signers>,
        now: OffsetDateTime,
    ) -> Result<Loaded, LoadError> {
        let fetched = origin.read().map_err(LoadError::Read)?;
        Self::judge(origin, fetched, signers, now)
    }

    /// Judges what was read: the signature first, then the text that it covers, then the dates.
    pub fn judge(
        origin: &Origin,
        fetched: Fetched,
        signers: Option<&Signers>,
        now: OffsetDateTime,
    ) -> Result<Loaded, LoadError> {
        let trust = |problem| LoadError::Trust { origin: origin.clone(), problem };
        let Fetched { bytes, roots, ours } = fetched;
        let remote = matches!(origin, Origin::Url(_));
        let (text, signed_by) = match signers {
            None if remote => return Err(trust(TrustProblem::NoSigners)),
            Some(signers) if remote || is_signed(&bytes) => {
                let verified = verify(&bytes, signers, now)
                    .map_err(|problem| LoadError::Signature { origin: origin.clone(), problem })?;
                (verified.text, Some(verified.signer))
            }
            _ if !ours => return Err(trust(TrustProblem::NotOurs)),
            _ => (bytes.as_slice(), None),
        };
        let policy = Self::parse(text, &origin.to_string()).map_err(LoadError::Policy)?;
        match policy.valid_until {
            Some(until) => in_its_time(until, now).map_err(trust)?,
            None if remote => return Err(trust(TrustProblem::NoEnd)),
            None => {}
        }
        Ok(Loaded { policy, origin: origin.clone(), signed_by, roots, bytes })
    }
}

/// Whether a policy with this end is to be believed now.
pub(super) fn in_its_time(until: OffsetDateTime, now: OffsetDateTime) -> Result<(), TrustProblem> {
    if until <= now {
        Err(TrustProblem::Expired { until: shown(until) })
    } else if until - now > Lifetime::CEILING.duration() {
        Err(TrustProblem::TooFar { until: shown(until) })
    } else {
        Ok(())
    }
}

fn shown(date: OffsetDateTime) -> String {
    date.format(&Rfc3339).unwrap_or_else(|_| date.to_string())
}

#[cfg(test)]
mod tests;
