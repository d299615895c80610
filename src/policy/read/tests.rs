use super::{Policy, Sudo};
use crate::policy::testing::both;
use crate::policy::{MAX_BYTES, PolicyError, Revocations};
use crate::text::Lang;

fn lenient(text: &str) -> Result<Revocations, PolicyError> {
    Revocations::read_leniently(text.as_bytes(), "policy")
}

const GOOD: &str = r#"schema = 1
serial = 7
valid-until = "2030-01-31T00:00:00Z"
provider = "예제 Support"
language = "en"
site = "https://support.example.org"
account = "helper"
from = ["203.0.113.0/24", "2001:db8::7", "203.0.113.0/24"]
port = 22
lifetime = "72h"
longest = "14d"
sudo = "full"
keys = ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILM+rvN+ot98qgEN796jTiQfZfG1KaT0PtFDJ/XFSqti kim"]
revoked = ["SHA256:Nh0Me49Zh9fDw/VYUfq43IJmI1T+XrjiYONPND8GzaM"]
revoke-all = false

[[legacy]]
account = "oldhelper"
keys = ["SHA256:Nh0Me49Zh9fDw/VYUfq43IJmI1T+XrjiYONPND8GzaM"]
"#;

#[test]
fn the_builtin_policy_holds_the_published_facts_and_no_key() {
    let policy = Policy::builtin().unwrap();
    assert_eq!(policy.provider, "Cafe24");
    assert_eq!(policy.site.as_str(), "https://cloud-tech.cafe24.com");
    assert_eq!(policy.from.iter().map(ToString::to_string).collect::<Vec<_>>(), ["203.245.13.207"]);
    assert_eq!((policy.port, policy.account.as_str()), (22, "cafe24"));
    assert_eq!(
        (policy.lifetime.to_string(), policy.longest.to_string()),
        ("72h".into(), "14d".into())
    );
    assert_eq!((policy.sudo, policy.language), (Sudo::None, Lang::Ko));
    assert!(policy.keys.is_empty() && policy.legacy.is_empty() && policy.revoked.is_empty());
}

#[test]
fn a_full_policy() {
    let policy = Policy::parse(GOOD.as_bytes(), "p").unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(policy.serial, 7);
    assert_eq!(policy.valid_until.unwrap().unix_timestamp(), 1_896_048_000);
    assert_eq!(policy.from.len(), 2);
    assert_eq!(policy.keys[0].comment(), "kim");
    assert_eq!(policy.legacy[0].account.as_str(), "oldhelper");
    assert_eq!(policy.revoked, policy.legacy[0].keys);
    assert!(!policy.revoke_all);
    let native = GOOD.replace("\"2030-01-31T00:00:00Z\"", "2030-01-31T09:00:00+09:00");
    let native = Policy::parse(native.as_bytes(), "p").unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(native.valid_until, policy.valid_until);
}

#[test]
fn each_bad_field_is_named_with_its_place() {
    for (good, bad, place, says) in [
        ("schema = 1", "schema = 2", "1:10", "`schema` is 2"),
        ("schema = 1", "schema = \"1\"", "1:10", "`schema` must be a whole number"),
        ("serial = 7", "serial = -1", "2:10", "`serial` must be a whole number"),
        ("serial = 7", "", "1:1", "`serial` is missing"),
        ("2030-01-31T00:00:00Z", "2030-01-31", "3:15", "RFC 3339"),
        ("\"2030-01-31T00:00:00Z\"", "2030-01-31T00:00:00", "3:15", "RFC 3339"),
        ("예제 Support", "", "4:12", "`provider` must be"),
        ("예제 Support", "a\\u001bb", "4:12", "`provider` must be"),
        ("예제 Support", "a\\u202eb", "4:12", "`provider` must be"),
        ("language = \"en\"", "language = \"fr\"", "5:12", "`en` and `ko`"),
        ("https://", "http://", "6:8", "site: `http:`"),
        ("example.org", "example.org/$(id)", "6:8", "site: "),
        ("\"helper\"", "\"root\"", "7:11", "account: `root`"),
        ("\"helper\"", "true", "7:11", "`account` must be a text"),
        ("from = [", "from = [] #", "8:8", "`from` must have at least one"),
        ("\"2001:db8::7\"", "\"2001:db8::7/64\"", "8:27", "from: `2001:db8::7/64`"),
        ("port = 22", "port = 0", "9:8", "`port` must be a whole number from 1 to 65535"),
        ("port = 22", "port = 65536", "9:8", "`port` must be a whole number from 1 to 65535"),
        ("\"72h\"", "\"3 days\"", "10:12", "lifetime: `3 days`"),
        ("\"72h\"", "\"15d\"", "10:12", "longer than `longest` 14d"),
        ("\"14d\"", "\"91d\"", "11:11", "longest: `91d` is too long"),
        ("sudo = \"full\"", "sudo = \"all\"", "12:8", "`none` and `full`"),
        ("keys = [\"ssh-ed25519", "keys = [\"restrict ssh-ed25519", "13:9", "keys: options"),
        ("kim\"]", "kim\\nssh-rsa\"]", "13:9", "keys: a line end"),
        ("keys = [", "keys = 5 #[", "13:8", "`keys` must be a list"),
        ("[\"SHA256:Nh0", "[\"MD5:Nh0", "14:12", "revoked: `MD5:"),
        ("revoke-all = false", "revoke-all = \"no\"", "15:14", "true or false"),
        ("revoke-all", "revoke_all", "15:1", "unknown field `revoke_all`"),
        ("sudo = \"full\"", "sudo = \"full\"\nsudo = \"none\"", "13:1", "`sudo` stands twice"),
        ("account = \"oldhelper\"", "user = \"x\"", "17:1", "`account` is missing"),
        (
            "[[legacy]]",
            "[[legacy]]\nuid = 1",
            "18:1",
            "unknown field `uid`: allowed are account, keys",
        ),
        ("[[legacy]]", "[[heritage]]", "17:3", "unknown field `heritage`"),
        ("port = 22", "port = ", "9:8", "not valid TOML"),
    ] {
        assert!(GOOD.contains(good), "{good}");
        let text = GOOD.replacen(good, bad, 1);
        let error = Policy::parse(text.as_bytes(), "policy.toml").expect_err(bad);
        let english = both(&error);
        assert!(english.starts_with(&format!("policy.toml:{place}: ")), "{bad}: {english}");
        assert!(english.contains(says), "{bad}: {english}");
    }
}

#[test]
fn what_is_no_policy_at_all() {
    let large = " ".repeat(MAX_BYTES + 1);
    for (bytes, says) in [
        (&b""[..], "empty"),
        (b" \n\t\n", "empty"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (large.as_bytes(), "larger than 262144 bytes"),
        (b"<html>", "not valid TOML"),
        (b"# nothing", "`schema` is missing"),
    ] {
        let error = Policy::parse(bytes, "p").unwrap_err();
        assert!(both(&error).contains(says), "{error}");
    }
}

#[test]
fn required_fields_are_required() {
    for field in
        "schema serial provider language site account from port lifetime longest sudo".split(' ')
    {
        let text: String = GOOD
            .split_inclusive('\n')
            .enumerate()
            .filter(|(i, line)| *i > 15 || !line.starts_with(&format!("{field} ")))
            .map(|(_, line)| line)
            .collect();
        let error = Policy::parse(text.as_bytes(), "p").unwrap_err();
        assert!(both(&error).contains(&format!("`{field}` is missing")), "{error}");
    }
}

#[test]
fn nesting_without_end_is_refused_without_harm() {
    let text = format!("keys = {}", "[".repeat(MAX_BYTES - 10));
    assert!(Policy::parse(text.as_bytes(), "p").is_err());
    let text = format!("a{} = 1", ".a".repeat(MAX_BYTES / 2 - 10));
    assert!(Policy::parse(text.as_bytes(), "p").is_err());
}

#[test]
fn spoilt_bytes_do_no_harm() {
    for position in 0..GOOD.len() {
        for byte in [b'\0', b'\n', b'"', b'[', b'=', 0x80, 0xff] {
            let mut bytes = GOOD.as_bytes().to_vec();
            bytes[position] = byte;
            if let Err(error) = Policy::parse(&bytes, "p") {
                both(&error);
            }
            if let Ok(text) = std::str::from_utf8(&bytes) {
                let _ = lenient(text);
            }
        }
    }
}

#[test]
fn revocations_are_read_from_any_later_policy() {
    let print = "SHA256:Nh0Me49Zh9fDw/VYUfq43IJmI1T+XrjiYONPND8GzaM";
    let later = format!(
        "schema = 9\nserial = 8\nfuture = {{ a = [1] }}\nsudo = 3\nrevoke-all = true\nrevoked = [5, \"{print}\", \"x\"]\n"
    );
    let found = lenient(&later).unwrap();
    assert_eq!(found.revoked.len(), 1);
    assert_eq!((found.revoke_all, found.serial, found.unreadable), (true, Some(8), 2));
    let none = lenient("schema = 9").unwrap();
    assert_eq!(none, Revocations::default());
    assert!(!none.revokes(&print.parse().unwrap()));
    assert!(lenient("revoked = [").is_err());
    let policy = Policy::parse(GOOD.as_bytes(), "p").unwrap();
    assert_eq!(Revocations::from(&policy), lenient(GOOD).unwrap());
}
