use super::{Refusal, Terms, Wishes};
use crate::policy::testing::{Workshop, both};
use crate::policy::{AuthorizedKey, Lifetime, Policy, Sudo};

struct Scene {
    policy: Policy,
    keys: [AuthorizedKey; 3],
}

/// A published policy with the first two of three keys.
fn scene() -> Scene {
    let shop = Workshop::new();
    let keys = ["a", "b", "c"].map(|name| shop.key(name, "ed25519", "256").trim().parse().unwrap());
    let mut policy = Policy::builtin().unwrap();
    policy.keys = keys[..2].to_vec();
    policy.from = vec!["203.0.113.0/24".parse().unwrap(), "2001:db8::7".parse().unwrap()];
    policy.sudo = Sudo::Full;
    Scene { policy, keys }
}

fn refused(policy: &Policy, wishes: &Wishes, published: bool) -> Refusal {
    let refusal = Terms::narrow(policy, wishes, published).unwrap_err();
    both(&refusal);
    refusal
}

#[test]
fn without_wishes_the_policy_is_the_terms() {
    let Scene { policy, .. } = scene();
    let terms = Terms::narrow(&policy, &Wishes::default(), true).unwrap();
    assert_eq!((terms.keys, terms.from), (policy.keys, policy.from));
    assert_eq!((terms.lifetime, terms.longest), (policy.lifetime, policy.longest));
    assert_eq!((terms.account, terms.port, terms.sudo), (policy.account, 22, Sudo::Full));
}

#[test]
fn a_published_policy_can_be_narrowed() {
    let Scene { policy, keys } = scene();
    let wishes = Wishes {
        keys: vec![keys[1].clone()],
        expires: Some("14d".parse().unwrap()),
        from: vec!["203.0.113.7".parse().unwrap(), "203.0.113.7".parse().unwrap()],
        account: Some("cafe24".parse().unwrap()),
        sudo: Some(Sudo::None),
        port: Some(2222),
    };
    let terms = Terms::narrow(&policy, &wishes, true).unwrap();
    assert_eq!(terms.keys, [keys[1].clone()]);
    assert_eq!((terms.lifetime, terms.longest), (policy.longest, policy.longest));
    assert_eq!(terms.from, ["203.0.113.7".parse().unwrap()]);
    assert_eq!((terms.sudo, terms.port), (Sudo::None, 2222));
}

#[test]
fn a_published_policy_can_not_be_widened() {
    let Scene { mut policy, keys } = scene();
    let wish = Wishes::default;
    let day = |text: &str| Some(text.parse::<Lifetime>().unwrap());
    for (wishes, says) in [
        (Wishes { keys: vec![keys[2].clone()], ..wish() }, "is not in the policy of Cafe24"),
        (Wishes { account: Some("other".parse().unwrap()), ..wish() }, "not the policy's account"),
        (Wishes { from: vec!["203.0.112.0/23".parse().unwrap()], ..wish() }, "is outside"),
        (Wishes { from: vec!["198.51.100.1".parse().unwrap()], ..wish() }, "is outside"),
        (Wishes { expires: day("15d"), ..wish() }, "at most 14d"),
        (Wishes { port: Some(0), ..wish() }, "from 1 to 65535"),
    ] {
        assert!(refused(&policy, &wishes, true).to_string().contains(says), "{says}");
    }
    policy.sudo = Sudo::None;
    let wishes = Wishes { sudo: Some(Sudo::Full), ..wish() };
    assert_eq!(refused(&policy, &wishes, true), Refusal::Sudo { wished: Sudo::Full });
}

#[test]
fn withdrawn_keys_open_nothing() {
    let Scene { mut policy, keys } = scene();
    let fingerprint = keys[0].fingerprint();
    policy.revoked = vec![fingerprint];
    let terms = Terms::narrow(&policy, &Wishes::default(), true).unwrap();
    assert_eq!(terms.keys, [keys[1].clone()]);
    let wishes = Wishes { keys: vec![keys[0].clone()], ..Wishes::default() };
    assert_eq!(refused(&policy, &wishes, true), Refusal::KeyRevoked { fingerprint });
    policy.keys.truncate(1);
    let provider = || "Cafe24".to_owned();
    let none = Wishes::default();
    assert_eq!(refused(&policy, &none, true), Refusal::AllRevoked { provider: provider() });
    policy.keys.clear();
    assert_eq!(refused(&policy, &none, true), Refusal::NoKeyInPolicy { provider: provider() });
    policy.revoke_all = true;
    assert_eq!(refused(&policy, &none, true), Refusal::Withdrawn { provider: provider() });
}

#[test]
fn with_the_builtin_policy_the_customer_decides() {
    let keys = scene().keys;
    let policy = Policy::builtin().unwrap();
    assert_eq!(refused(&policy, &Wishes::default(), false), Refusal::NoKey);
    let wishes = Wishes {
        keys: vec![keys[2].clone(), keys[2].clone()],
        expires: Some(Lifetime::CEILING),
        from: vec!["198.51.100.0/24".parse().unwrap()],
        account: Some("helper".parse().unwrap()),
        sudo: Some(Sudo::Full),
        port: None,
    };
    let terms = Terms::narrow(&policy, &wishes, false).unwrap();
    assert_eq!(terms.keys, [keys[2].clone()]);
    assert_eq!((terms.lifetime, terms.longest), (Lifetime::CEILING, Lifetime::CEILING));
    assert_eq!((terms.account.as_str(), terms.sudo, terms.port), ("helper", Sudo::Full, 22));
    assert_eq!(terms.from, wishes.from);
}
