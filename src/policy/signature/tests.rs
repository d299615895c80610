use ring::signature::Ed25519KeyPair;
use ssh_key::private::KeypairData;
use ssh_key::public::{KeyData, SkEd25519};
use ssh_key::{
    Algorithm, HashAlg, LineEnding, PrivateKey, PublicKey, Signature, SigningKey, SshSig,
};
use time::OffsetDateTime;

use super::{NAMESPACE, SignatureProblem, verify};
use crate::policy::Signers;
use crate::policy::testing::{Workshop, attach, both, run, try_run};

const TEXT: &str = "schema = 1\n# 예제\n";

fn now() -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(1_800_000_000).unwrap()
}

fn signers(lines: &[&str]) -> Signers {
    Signers::parse(&lines.join("\n")).unwrap_or_else(|e| panic!("{e}"))
}

fn check(file: &str, signers: &Signers) -> Result<String, SignatureProblem> {
    verify(file.as_bytes(), signers, now()).map(|verified| {
        assert_eq!(verified.text, TEXT.as_bytes());
        verified.signer.to_string()
    })
}

fn fingerprint(public: &str) -> String {
    public.parse::<crate::policy::AuthorizedKey>().unwrap().fingerprint().to_string()
}

#[test]
fn what_ssh_keygen_signs_is_verified() {
    let shop = Workshop::new();
    for (name, kind) in [("ed", "ed25519"), ("ec", "ecdsa")] {
        let public = shop.key(name, kind, "256");
        let other = shop.key(&format!("{name}-new"), kind, "256");
        let file = shop.sign(name, NAMESPACE, TEXT);
        // While signers change there are two, and either will do.
        let both = signers(&[&format!("b {other}"), &format!("a {public}")]);
        assert_eq!(check(&file, &both), Ok(fingerprint(public.trim_end())));
        assert_eq!(check(&(file.clone() + "\n \n"), &both), Ok(fingerprint(public.trim_end())));
    }
}

#[test]
fn each_wrong_signature_has_its_own_words() {
    let shop = Workshop::new();
    let public = shop.key("ed", "ed25519", "256");
    let stranger = shop.key("stranger", "ed25519", "256");
    let rsa = shop.key("rsa", "rsa", "2048");
    let known = signers(&[&format!("a {public}"), &format!("r {stranger}")]);
    let file = shop.sign("ed", NAMESPACE, TEXT);
    let cut = &file[..file.len() - 40];
    let other = format!("someone-else namespaces=\"file\" {public}");
    let early = format!("a valid-after=\"20990101Z\" {public}");
    let late = format!("a valid-before=\"20200101Z\" {public}");
    let now_only = format!(
        "a valid-after=\"20200101Z\",valid-before=\"20990101000000Z\",namespaces=\"x,support-access\" {public}"
    );
    assert!(check(&file, &signers(&[&now_only])).is_ok());
    let cases: Vec<(String, Signers, &str)> = vec![
        (TEXT.into(), known.clone(), "carries no signature"),
        (cut.into(), known.clone(), "damaged or cut off"),
        (file.replacen("U1NIU0lH", "U1NIU0lI", 1), known.clone(), "damaged or cut off"),
        (file.replacen("\n# U", "\nU", 1), known.clone(), "damaged or cut off"),
        (file.replacen("# -----END", "# ----END", 1), known.clone(), "damaged or cut off"),
        (file.clone() + "keys = []\n", known.clone(), "text stands after"),
        (file.clone() + "# more\n", known.clone(), "text stands after"),
        (file.clone() + &file, known.clone(), "text stands after"),
        (shop.sign("ed", "file", TEXT), known.clone(), "is for `file`"),
        (file.clone(), signers(&[&format!("a {stranger}")]), "not among its known signers"),
        (shop.sign("rsa", NAMESPACE, TEXT), known.clone(), "rsa-sha2-512 are not supported"),
        (file.clone(), signers(&[&other]), "not for this purpose"),
        (file.clone(), signers(&[&early]), "not at this time"),
        (file.clone(), signers(&[&late]), "not at this time"),
        (file.replacen("= 1", "= 2", 1), known.clone(), "was changed after"),
        (format!(" {file}"), known.clone(), "was changed after"),
        (file.replacen("\n#", "\r\n#", 1), known, "was changed after"),
    ];
    for (file, signers, says) in cases {
        let problem = check(&file, &signers).unwrap_err();
        assert!(both(&problem).contains(says), "{says}: {problem}\n{file}");
    }
    assert!(Signers::parse(&format!("r {rsa}")).is_err());
}

/// No byte of a signed text can be changed unnoticed. ssh-key reads some armor that `ssh-keygen`
/// would not write; that must lead to the same text and signer, or to a refusal.
#[test]
fn no_byte_can_be_changed() {
    let shop = Workshop::new();
    let public = shop.key("ed", "ed25519", "256");
    let known = signers(&[&format!("a {public}")]);
    let file = shop.sign("ed", NAMESPACE, TEXT).into_bytes();
    for position in 0..file.len() {
        for bit in [0, 4, 5] {
            let mut changed = file.clone();
            changed[position] ^= 1 << bit;
            if let Ok(verified) = verify(&changed, &known, now()) {
                assert!(position >= TEXT.len(), "{position} {bit}");
                assert_eq!(verified.text, TEXT.as_bytes());
                assert_eq!(verified.signer, known.signers()[0].fingerprint());
            }
        }
    }
}

/// A hardware key in software: what the key would sign is put together here by the rules of
/// OpenSSH's PROTOCOL.u2f, and `ssh-keygen -Y verify` is asked whether that was right.
struct Hardware {
    key: PrivateKey,
    public: KeyData,
}

impl Hardware {
    const APPLICATION: &str = "ssh:";

    fn new(shop: &Workshop, kind: &str) -> Self {
        shop.key(kind, kind, "256");
        let file = std::fs::read(shop.path(kind)).unwrap();
        let key = PrivateKey::from_openssh(file).unwrap();
        let public = match key.public_key().key_data() {
            KeyData::Ed25519(inner) => {
                KeyData::SkEd25519(SkEd25519::new(*inner, Self::APPLICATION))
            }
            other => sk_ecdsa(other),
        };
        Self { key, public }
    }

    fn line(&self) -> String {
        PublicKey::from(self.public.clone()).to_openssh().unwrap()
    }

    /// The armored signature of a text.
    fn sign(&self, text: &str, flags: u8) -> String {
        let hash = HashAlg::Sha512;
        let message = SshSig::signed_data(NAMESPACE, hash, text.as_bytes()).unwrap();
        let trailer = [flags, 0, 0, 0, 9];
        let mut signed = sha256(Self::APPLICATION.as_bytes());
        signed.extend(trailer);
        signed.extend(sha256(&message));
        if let KeypairData::Ed25519(pair) = self.key.key_data() {
            let seed = pair.private.to_bytes();
            let inner = Ed25519KeyPair::from_seed_unchecked(&seed).unwrap().sign(&signed);
            let data = [inner.as_ref(), &trailer].concat();
            let signature = Signature::new(Algorithm::SkEd25519, data).unwrap();
            let signature = SshSig::new(self.public.clone(), NAMESPACE, hash, signature).unwrap();
            return signature.to_pem(LineEnding::LF).unwrap();
        }
        let inner = sign_with(&self.key, &signed);
        // ssh-key reads this form but writes it wrong.
        let name = b"sk-ecdsa-sha2-nistp256@openssh.com";
        let signature = [&string(name)[..], &string(inner.as_bytes()), &trailer].concat();
        let key = PublicKey::from(self.public.clone()).to_bytes().unwrap();
        let parts = [
            b"SSHSIG\0\0\0\x01".to_vec(),
            string(&key),
            string(NAMESPACE.as_bytes()),
            string(b""),
            string(b"sha512"),
            string(&signature),
        ];
        let base64 = run("base64", &["-w70"], &parts.concat()).stdout;
        let base64 = String::from_utf8(base64).unwrap();
        format!("-----BEGIN SSH SIGNATURE-----\n{base64}-----END SSH SIGNATURE-----\n")
    }
}

/// The same point as a hardware key: its type, curve, point and application.
fn sk_ecdsa(key: &KeyData) -> KeyData {
    let KeyData::Ecdsa(key) = key else { panic!("not ecdsa") };
    let blob = [
        string(b"sk-ecdsa-sha2-nistp256@openssh.com"),
        string(b"nistp256"),
        string(key.as_sec1_bytes()),
        string(Hardware::APPLICATION.as_bytes()),
    ];
    PublicKey::from_bytes(&blob.concat()).unwrap().into()
}

fn string(bytes: &[u8]) -> Vec<u8> {
    [&u32::try_from(bytes.len()).unwrap().to_be_bytes(), bytes].concat()
}

fn sha256(bytes: &[u8]) -> Vec<u8> {
    HashAlg::Sha256.digest(bytes)
}

fn sign_with(key: &impl SigningKey, message: &[u8]) -> Signature {
    key.try_sign(message).unwrap()
}

#[test]
fn hardware_keys_are_verified_as_ssh_keygen_does() {
    let shop = Workshop::new();
    for kind in ["ed25519", "ecdsa"] {
        let hardware = Hardware::new(&shop, kind);
        let line = hardware.line();
        let known = signers(&[&format!("a {line}")]);
        let allowed = shop.put("allowed", format!("a {line}\n"));
        let openssh = |armor: &str, text: &str| {
            let signature = shop.put("sig", armor);
            let (allowed, signature) = (allowed.to_str().unwrap(), signature.to_str().unwrap());
            let args = ["-Y", "verify", "-f", allowed, "-I", "a", "-n", NAMESPACE, "-s", signature];
            try_run("ssh-keygen", &args, text.as_bytes()).status.success()
        };

        let armor = hardware.sign(TEXT, 0x01);
        assert!(openssh(&armor, TEXT), "{kind}");
        assert_eq!(check(&attach(TEXT, &armor), &known), Ok(fingerprint(&line)), "{kind}");

        let changed = TEXT.replace('1', "2");
        assert!(!openssh(&armor, &changed), "{kind}");
        let problem = check(&attach(&changed, &armor), &known).unwrap_err();
        assert_eq!(problem, SignatureProblem::Changed, "{kind}");

        // ssh-keygen leaves this to its caller; a provider's key must be touched.
        let untouched = hardware.sign(TEXT, 0x04);
        assert!(openssh(&untouched, TEXT), "{kind}");
        let problem = check(&attach(TEXT, &untouched), &known).unwrap_err();
        assert!(matches!(problem, SignatureProblem::Untouched { .. }), "{kind}: {problem}");
        both(&problem);
    }
}
