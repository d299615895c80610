use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::policy::testing::{Workshop, both};
use crate::policy::{Fetched, LoadError, Loaded, Origin, Policy, Roots, Signers};

const BUILTIN: &str = include_str!("../builtin.toml");

fn policy(until: &str) -> String {
    format!("valid-until = \"{until}\"\n{BUILTIN}")
}

fn judge(
    origin: &str,
    bytes: &str,
    ours: bool,
    signers: Option<&Signers>,
) -> Result<Loaded, LoadError> {
    let origin: Origin = origin.parse().unwrap();
    let roots = matches!(origin, Origin::Url(_)).then_some(Roots::System);
    let fetched = Fetched { bytes: bytes.as_bytes().to_vec(), roots, ours };
    let now = OffsetDateTime::parse("2030-01-01T00:00:00Z", &Rfc3339).unwrap();
    Policy::judge(&origin, fetched, signers, now)
}

#[test]
fn a_policy_from_a_url_is_signed_and_in_its_time() {
    let shop = Workshop::new();
    let public = shop.key("k", "ed25519", "256");
    let signers = Signers::parse(&format!("a {public}")).unwrap();
    let signed = |text: &str| shop.sign("k", "support-access", text);
    let url = "https://example.org/policy.toml";

    let good = signed(&policy("2030-03-31T00:00:00Z"));
    let loaded = judge(url, &good, false, Some(&signers)).unwrap();
    assert_eq!(loaded.signed_by, Some(signers.signers()[0].fingerprint()));
    assert_eq!((loaded.roots, &loaded.bytes[..]), (Some(Roots::System), good.as_bytes()));

    for (text, signers, says) in [
        (good, None, "pass `--signers FILE`"),
        (policy("2030-03-31T00:00:00Z"), Some(&signers), "carries no signature"),
        (signed(BUILTIN), Some(&signers), "must carry `valid-until`"),
        (
            signed(&policy("2030-01-01T00:00:00Z")),
            Some(&signers),
            "valid until 2030-01-01T00:00:00Z",
        ),
        (signed(&policy("2030-04-02T00:00:00Z")), Some(&signers), "at most 90 days ahead"),
        (signed(&policy("9999-12-31T23:59:59-23:59")), Some(&signers), "at most 90 days ahead"),
        (signed("schema = 2\n"), Some(&signers), "`schema` is 2"),
    ] {
        let error = judge(url, &text, false, signers).unwrap_err();
        let english = both(&error);
        assert!(english.starts_with(url) && english.contains(says), "{english}");
    }
}

#[test]
fn a_local_file_may_be_unsigned_if_only_root_can_write_it() {
    let shop = Workshop::new();
    let public = shop.key("k", "ed25519", "256");
    let signers = Signers::parse(&format!("a {public}")).unwrap();
    let signed = shop.sign("k", "support-access", BUILTIN);

    let loaded = judge("p.toml", BUILTIN, true, None).unwrap();
    assert_eq!((loaded.signed_by, loaded.roots), (None, None));
    assert!(judge("p.toml", BUILTIN, true, Some(&signers)).is_ok());
    assert!(judge("p.toml", &signed, false, Some(&signers)).unwrap().signed_by.is_some());
    assert_eq!(judge("p.toml", &signed, true, None).unwrap().signed_by, None);

    for (text, ours, signers, says) in [
        (BUILTIN.to_owned(), false, None, "neither signed nor safe"),
        (signed.clone(), false, None, "neither signed nor safe"),
        (signed.replacen("72h", "73h", 1), true, Some(&signers), "was changed after"),
        (policy("2029-12-31T23:59:59Z"), true, None, "valid until 2029-12-31"),
    ] {
        let error = judge("p.toml", &text, ours, signers).unwrap_err();
        assert!(both(&error).contains(says), "{error}");
    }
}

#[test]
fn the_builtin_policy_loads() {
    let loaded = Policy::load(&Origin::Builtin, None, OffsetDateTime::now_utc()).unwrap();
    assert_eq!(loaded.policy, Policy::builtin().unwrap());
    assert_eq!(both(&loaded.origin), "built-in policy");
}
