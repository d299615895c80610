use super::{Confirmed, Question, Said, Word};
use crate::policy::testing::{Workshop, both};
use crate::policy::{AuthorizedKey, Fingerprint, Origin};

/// 2030-01-01T00:00:00Z
const NOW: i64 = 1_893_456_000;
const SOON: &str = "2030-02-01T00:00:00Z";

/// A provider's desk: two signers, and two engineers whose keys a grant has.
struct Desk {
    shop: Workshop,
    keys: Vec<AuthorizedKey>,
    question: Question,
}

impl Desk {
    fn new() -> Self {
        let shop = Workshop::new();
        let signer = shop.key("signer", "ed25519", "256");
        shop.key("stranger", "ed25519", "256");
        let key = |name| shop.key(name, "ed25519", "256").trim().parse::<AuthorizedKey>().unwrap();
        let keys = vec![key("ann"), key("bob")];
        let question = Question {
            url: "https://support.example/policy.toml".to_owned(),
            signers: format!("support-access namespaces=\"support-access\" {signer}"),
            keys: keys.iter().map(AuthorizedKey::fingerprint).collect(),
            serial: 5,
            last: None,
            now: NOW,
        };
        Self { shop, keys, question }
    }

    fn prints(&self) -> Vec<Fingerprint> {
        self.question.keys.clone()
    }

    /// A policy of these engineers, with more fields.
    fn policy(&self, serial: u64, keys: &[usize], more: &str) -> String {
        let keys: Vec<String> = keys
            .iter()
            .map(|it| format!("\"{}\"", self.keys[*it].line_without_comment()))
            .collect();
        format!(
            "schema = 1\nserial = {serial}\nvalid-until = {SOON}\nprovider = \"Example\"\n\
             language = \"en\"\nsite = \"https://support.example\"\naccount = \"support\"\n\
             from = [\"192.0.2.7\"]\nport = 22\nlifetime = \"24h\"\nlongest = \"3d\"\n\
             sudo = \"none\"\nkeys = [{}]\n{more}",
            keys.join(", ")
        )
    }

    fn judge_file(&self, file: &str) -> Word {
        let origin: Origin = self.question.url.parse().unwrap();
        self.question.judge(&origin, file.as_bytes(), Some("\"tag\"".to_owned()))
    }

    fn judge(&self, text: &str) -> Word {
        self.judge_file(&self.shop.sign("signer", "support-access", text))
    }
}

#[test]
fn what_is_believed_is_confirmed_and_takes_nothing() {
    let desk = Desk::new();
    // Whatever it gives besides is for the next run of `grant`.
    for (serial, more) in [(5, ""), (6, ""), (6, "[[legacy]]\naccount = \"old\"\nkeys = []\n")] {
        let word = desk.judge(&desk.policy(serial, &[0, 1], more));
        let tag = Some("\"tag\"".to_owned());
        let confirmed = Confirmed { serial, valid_until: NOW + 31 * 86_400, tag };
        let serial = Some(serial);
        assert_eq!(word, Word { serial, confirmed: Some(confirmed), ..Word::default() });
    }
}

#[test]
fn keys_are_taken_away_in_every_way() {
    let desk = Desk::new();
    let [ann, bob] = desk.prints()[..] else { panic!() };
    let revoke = |print: &Fingerprint| format!("revoked = [\"{print}\"]\n");
    let later = |more: &str| format!("schema = 2\nserial = 9\nvalid-until = {SOON}\n{more}");
    for (text, withdrawn, all) in [
        (desk.policy(6, &[0], ""), vec![bob], false),
        (desk.policy(6, &[], ""), vec![ann, bob], false),
        (desk.policy(6, &[0, 1], &revoke(&ann)), vec![ann], false),
        (desk.policy(5, &[0, 1], &revoke(&ann)), vec![ann], false),
        (desk.policy(6, &[0, 1], "revoke-all = true\n"), vec![ann, bob], true),
        // Of a later schema this program understands what is frozen, and no list of keys.
        (later(&revoke(&bob)), vec![bob], false),
        (later("revoke-all = true\n"), vec![ann, bob], true),
        (later("keys = []\nwho = { name = 1 }\n"), vec![], false),
        (format!("{}new-field = 1\n", desk.policy(6, &[0], "")), vec![], false),
    ] {
        let word = desk.judge(&text);
        assert_eq!((&word.withdrawn, word.all), (&withdrawn, all), "{text}");
        assert!(word.confirmed.is_some() && word.problem.is_none(), "{text}\n{word:?}");
    }
}

#[test]
fn what_is_not_whole_is_no_confirmation_but_takes_what_it_can() {
    let desk = Desk::new();
    let ann = desk.prints()[0];
    let revoked = format!("revoked = [\"{ann}\"]\n");
    let whole = desk.policy(6, &[0, 1], &revoked);
    for (text, says) in [
        (whole.replace(SOON, "2030-01-01T00:00:00Z"), "was valid until"),
        (whole.replace(SOON, "2030-06-01T00:00:00Z"), "at most 90 days ahead"),
        (whole.replace(&format!("valid-until = {SOON}\n"), ""), "must carry `valid-until`"),
        (whole.replace(&revoked, &revoked.replace(']', ", \"SHA512:new\"]")), "not understand: 1"),
    ] {
        let word = desk.judge(&text);
        assert_eq!((&word.withdrawn[..], &word.confirmed), (&[ann][..], &None), "{text}");
        let said = both(&word.problem.unwrap());
        assert!(said.contains(says), "{said}");
    }
}

#[test]
fn what_is_not_believed_takes_nothing() {
    let desk = Desk::new();
    let empty = |serial| desk.policy(serial, &[], "revoke-all = true\n");
    let signed = desk.shop.sign("signer", "support-access", &empty(6));
    for (file, says) in [
        (desk.shop.sign("signer", "support-access", &empty(4)), "has serial 4, older than 5"),
        (empty(6), "carries no signature"),
        (desk.shop.sign("stranger", "support-access", &empty(6)), "not among its known signers"),
        (desk.shop.sign("signer", "file", &empty(6)), "is for `file`"),
        (signed.replacen("serial = 6", "serial = 7", 1), "was changed after it was signed"),
        (signed[..signed.len() - 90].to_owned(), "damaged or cut off"),
        (format!("{signed}revoke-all = true\n"), "text stands after"),
        (
            desk.shop.sign("signer", "support-access", "revoke-all = true\n"),
            "`serial` can't be read",
        ),
        (desk.shop.sign("signer", "support-access", "revoke-all = tr\n"), "not valid TOML"),
        (String::new(), "carries no signature"),
    ] {
        let word = desk.judge_file(&file);
        let said = both(word.problem.as_ref().unwrap());
        assert!(said.contains(says), "{says}: {said}");
        assert_eq!(word, Word { problem: word.problem.clone(), ..Word::default() });
    }
}

/// A child that was taken over can name no tag that makes later looks deaf, and no text that makes the
/// record too large to be read again.
#[test]
fn an_answer_is_bounded() {
    let desk = Desk::new();
    let mut word = desk.judge(&desk.policy(6, &[0, 1], ""));
    assert_eq!(word.clone().bounded(), word);
    let tag = |word: &mut Word, tag: &str| {
        word.confirmed.as_mut().unwrap().tag = Some(tag.to_owned());
        word.clone().bounded().confirmed.unwrap().tag
    };
    assert_eq!(tag(&mut word, "*"), None);
    assert_eq!(tag(&mut word, &format!("\"{}\"", "x".repeat(60_000))), None);
    assert_eq!(tag(&mut word, "W/\"a\""), Some("W/\"a\"".to_owned()));
    word.problem = Some(Said { en: "\0".repeat(60_000), ko: "한".repeat(60_000) });
    let problem = word.bounded().problem.unwrap();
    assert!(serde_json::to_vec(&problem).unwrap().len() < 32 << 10);
}
