//! What a grant is made on: the policy, narrowed by what the customer asks.

use super::{
    AccountName, AuthorizedKey, Fingerprint, HttpsUrl, Legacy, Lifetime, Policy, Source, Sudo,
};
use crate::text::Lang;

crate::words! {
    /// Why a customer's wish does not fit the policy.
    Refusal {
        NoKey =>
            "no key: nothing can be opened. Give the engineer's public key with `--key FILE`, `--key URL` or `--key -`, or the provider's policy with `--policy`",
            "키가 없어 접속을 열 수 없습니다. 담당자의 공개 키를 `--key FILE`, `--key URL`, `--key -`로 지정하거나 제공 업체의 정책을 `--policy`로 지정하십시오";
        NoKeyInPolicy { provider: String } =>
            "the policy of {provider} holds no key: ask {provider} to publish one",
            "{provider} 정책에 키가 없습니다. {provider}에 키 게시를 요청하십시오";
        Withdrawn { provider: String } =>
            "{provider} has withdrawn all support access: ask {provider} when it will be back",
            "{provider}: 모든 지원 접속을 회수한 상태입니다. 재개 시점을 {provider}에 문의하십시오";
        AllRevoked { provider: String } =>
            "{provider} has withdrawn every key of its policy: ask {provider} for new ones",
            "{provider}: 정책의 모든 키를 회수했습니다. 새 키를 요청하십시오";
        KeyRevoked { fingerprint: Fingerprint } =>
            "the key {fingerprint} has been withdrawn by its provider",
            "제공 업체가 회수한 키입니다: {fingerprint}";
        ForeignKey { fingerprint: Fingerprint, provider: String } =>
            "the key {fingerprint} is not in the policy of {provider}; `--key` can only choose among the policy's keys",
            "{provider} 정책에 없는 키입니다: {fingerprint}. `--key`로는 정책에 있는 키만 고를 수 있습니다";
        Account { wished: AccountName, policy: AccountName } =>
            "`--account {wished}` is not the policy's account `{policy}`: leave the flag out",
            "`--account {wished}`: 정책의 계정은 `{policy}`입니다. 이 옵션을 빼십시오";
        From { wished: Source, allowed: String } =>
            "`--from {wished}` is outside of what the policy allows: {allowed}",
            "`--from {wished}`: 정책이 허용하는 주소({allowed})를 벗어납니다";
        Expires { wished: Lifetime, longest: Lifetime } =>
            "`--expires {wished}` is longer than the policy allows: at most {longest}",
            "`--expires {wished}`: 정책이 허용하는 기간을 넘습니다. 최대 {longest}입니다";
        Sudo { wished: Sudo } =>
            "`--sudo {wished}` is more than the policy allows: none",
            "`--sudo {wished}`: 정책은 sudo를 허용하지 않습니다";
        Port =>
            "`--port` must be from 1 to 65535",
            "`--port`: 1~65535여야 합니다";
    }
}

/// What the customer asked for by flags; empty where he asked nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wishes {
    /// Keys given by `--key`.
    pub keys: Vec<AuthorizedKey>,
    /// `--expires`
    pub expires: Option<Lifetime>,
    /// `--from`
    pub from: Vec<Source>,
    /// `--account`
    pub account: Option<AccountName>,
    /// `--sudo`
    pub sudo: Option<Sudo>,
    /// `--port`: the customer accepts that sshd listens there.
    pub port: Option<u16>,
}

/// What a grant is made on.
#[derive(Clone, Debug, PartialEq)]
pub struct Terms {
    /// The company's name.
    pub provider: String,
    /// The language it speaks with its customers.
    pub language: Lang,
    /// The account to open.
    pub account: AccountName,
    /// The keys that open it; at least one, each once, none withdrawn.
    pub keys: Vec<AuthorizedKey>,
    /// Where support comes from; at least one.
    pub from: Vec<Source>,
    /// The port of sshd.
    pub port: u16,
    /// How long the grant lives.
    pub lifetime: Lifetime,
    /// How long it may live at most, extensions included.
    pub longest: Lifetime,
    /// What the account may do as root.
    pub sudo: Sudo,
    /// The provider's site.
    pub site: HttpsUrl,
    /// Accounts of the old script.
    pub legacy: Vec<Legacy>,
    /// The policy's serial.
    pub serial: u64,
}

impl Terms {
    /// Joins policy and wishes. A `published` policy (from a URL or file) can only be narrowed. With
    /// the built-in one the customer is his own publisher, and only [`Lifetime::CEILING`] binds him.
    pub fn narrow(policy: &Policy, wishes: &Wishes, published: bool) -> Result<Self, Refusal> {
        let keys =
            if published { published_keys(policy, wishes)? } else { own_keys(policy, wishes)? };
        let longest = if published { policy.longest } else { Lifetime::CEILING };
        if published {
            refuse_widening(policy, wishes)?;
        }
        if wishes.port == Some(0) {
            return Err(Refusal::Port);
        }
        Ok(Self {
            provider: policy.provider.clone(),
            language: policy.language,
            account: wishes.account.clone().unwrap_or_else(|| policy.account.clone()),
            keys,
            from: if wishes.from.is_empty() { policy.from.clone() } else { unique(&wishes.from) },
            port: wishes.port.unwrap_or(policy.port),
            lifetime: wishes.expires.unwrap_or(policy.lifetime),
            longest,
            sudo: wishes.sudo.unwrap_or(policy.sudo),
            site: policy.site.clone(),
            legacy: policy.legacy.clone(),
            serial: policy.serial,
        })
    }
}

/// The policy's keys that are not withdrawn, or those of them that the customer chose.
fn published_keys(policy: &Policy, wishes: &Wishes) -> Result<Vec<AuthorizedKey>, Refusal> {
    let provider = || policy.provider.clone();
    if policy.revoke_all {
        return Err(Refusal::Withdrawn { provider: provider() });
    }
    for wished in &wishes.keys {
        let fingerprint = wished.fingerprint();
        if policy.revoked.contains(&fingerprint) {
            return Err(Refusal::KeyRevoked { fingerprint });
        }
        if policy.keys.iter().all(|key| key.fingerprint() != fingerprint) {
            return Err(Refusal::ForeignKey { fingerprint, provider: provider() });
        }
    }
    if policy.keys.is_empty() {
        return Err(Refusal::NoKeyInPolicy { provider: provider() });
    }
    let chosen = |key: &AuthorizedKey| {
        wishes.keys.is_empty() || wishes.keys.iter().any(|w| w.fingerprint() == key.fingerprint())
    };
    let kept: Vec<_> = policy.offered().filter(|key| chosen(key)).cloned().collect();
    if kept.is_empty() { Err(Refusal::AllRevoked { provider: provider() }) } else { Ok(kept) }
}

/// The keys that the customer gave himself.
fn own_keys(policy: &Policy, wishes: &Wishes) -> Result<Vec<AuthorizedKey>, Refusal> {
    let mut keys: Vec<AuthorizedKey> = Vec::new();
    for key in policy.keys.iter().chain(&wishes.keys) {
        if keys.iter().all(|known| known.fingerprint() != key.fingerprint()) {
            keys.push(key.clone());
        }
    }
    if keys.is_empty() { Err(Refusal::NoKey) } else { Ok(keys) }
}

fn refuse_widening(policy: &Policy, wishes: &Wishes) -> Result<(), Refusal> {
    if let Some(wished) = wishes.account.as_ref().filter(|&name| *name != policy.account) {
        return Err(Refusal::Account { wished: wished.clone(), policy: policy.account.clone() });
    }
    if let Some(&wished) = wishes.from.iter().find(|w| !policy.from.iter().any(|p| p.covers(w))) {
        let allowed = policy.from.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        return Err(Refusal::From { wished, allowed });
    }
    if let Some(wished) = wishes.expires.filter(|&wished| wished > policy.longest) {
        return Err(Refusal::Expires { wished, longest: policy.longest });
    }
    if let Some(wished) = wishes.sudo.filter(|&wished| wished > policy.sudo) {
        return Err(Refusal::Sudo { wished });
    }
    Ok(())
}

fn unique(sources: &[Source]) -> Vec<Source> {
    let mut kept = Vec::new();
    for source in sources {
        if !kept.contains(source) {
            kept.push(*source);
        }
    }
    kept
}

#[cfg(test)]
mod tests;
