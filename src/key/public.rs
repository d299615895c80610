//! A public key, out of whatever file, and a certificate of one.

use ssh_key::Fingerprint;

use super::wire::{Reader, base64, bits, one_line, put};

/// What follows the type in a certificate's name.
const CERTIFICATE: &str = "-cert-v01@openssh.com";

/// Types as OpenSSH writes them, and as `ssh-keygen -l` does.
const KINDS: [(&str, &str); 8] = [
    ("ssh-ed25519", "ED25519"),
    ("ssh-rsa", "RSA"),
    ("ecdsa-sha2-nistp256", "ECDSA"),
    ("ecdsa-sha2-nistp384", "ECDSA"),
    ("ecdsa-sha2-nistp521", "ECDSA"),
    ("sk-ssh-ed25519@openssh.com", "ED25519-SK"),
    ("sk-ecdsa-sha2-nistp256@openssh.com", "ECDSA-SK"),
    ("ssh-dss", "DSA"),
];

/// A public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Public {
    /// The type, such as `ssh-ed25519`; of a certificate that of its key.
    pub kind: &'static str,
    /// Its name in `ssh-keygen -l`.
    pub shown: &'static str,
    /// How long it is.
    pub bits: usize,
    /// What a certificate says, if it is one.
    pub certificate: Option<Certificate>,
    /// The whole, as in base64 after the type.
    pub(super) blob: Vec<u8>,
    /// The key without its certificate.
    pub(super) plain: Vec<u8>,
}

/// What a certificate says of the key in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Whether it is a server's and nobody's who signs in.
    pub host: bool,
    /// Its number.
    pub serial: u64,
    /// Whose it is, in the signer's words.
    pub id: String,
    /// The names that it is good for; nothing is every name where `authorized_keys` trusts the signer.
    pub principals: Vec<String>,
    /// Good from here, in seconds since 1970.
    pub from: u64,
    /// Good until here; the greatest number is for ever.
    pub until: u64,
    /// What it demands of a login, such as `source-address`.
    pub critical: Vec<String>,
    /// What it allows.
    pub extensions: Vec<String>,
    /// The fingerprint of the key that signed it.
    pub signer: String,
    /// With which algorithm.
    pub algorithm: String,
}

/// Whether a word is the type of a key or of a certificate.
pub(super) fn is_kind(word: &str) -> bool {
    known(word.strip_suffix(CERTIFICATE).map_or(word, bare_kind)).is_some()
}

/// A certificate's type without its end may lack that of a hardware key's.
fn bare_kind(word: &str) -> &str {
    let hardware = KINDS.iter().find(|(kind, _)| kind.strip_suffix("@openssh.com") == Some(word));
    hardware.map_or(word, |(kind, _)| kind)
}

fn known(word: &str) -> Option<(&'static str, &'static str)> {
    KINDS.into_iter().find(|(kind, _)| *kind == word)
}

impl Public {
    /// Reads a key as it stands in base64 after its type, to its last byte.
    pub(super) fn read(blob: &[u8]) -> Option<Self> {
        let mut reader = Reader(blob);
        let name = reader.text()?;
        let bare = name.strip_suffix(CERTIFICATE);
        let (kind, shown) = known(bare.map_or(name, bare_kind))?;
        if bare.is_some() {
            reader.string()?;
        }
        let start = reader.0;
        let bits = fields(kind, &mut reader)?;
        let mut plain = Vec::new();
        put(&mut plain, kind.as_bytes());
        plain.extend(&start[..start.len() - reader.0.len()]);
        let certificate = match bare {
            Some(_) => Some(certificate(&mut reader)?),
            None => None,
        };
        let whole = reader.0.is_empty();
        whole.then(|| Self { kind, shown, bits, certificate, blob: blob.to_vec(), plain })
    }

    /// Type and key in base64, as in a `.pub` file.
    #[must_use]
    pub fn line(&self) -> String {
        let name = Reader(&self.blob).text().unwrap_or_default();
        format!("{name} {}", *base64(&self.blob))
    }

    /// The same with a comment, and the line's end. No comment makes a second line.
    #[must_use]
    pub fn file(&self, comment: &[u8]) -> Vec<u8> {
        let mut line = self.line().into_bytes();
        let comment = one_line(comment);
        if !comment.is_empty() {
            line.push(b' ');
            line.extend(comment);
        }
        line.push(b'\n');
        line
    }

    /// The fingerprint, as `ssh-keygen -l` writes it.
    #[must_use]
    pub fn sha256(&self) -> String {
        self.fingerprint().to_string()
    }

    fn fingerprint(&self) -> Fingerprint {
        use sha2::Digest;
        Fingerprint::Sha256(sha2::Sha256::digest(&self.plain).into())
    }

    /// The older fingerprint, as `ssh-keygen -lE md5` writes it.
    #[must_use]
    pub fn md5(&self) -> String {
        use md5::Digest;
        let bytes = md5::Md5::digest(&self.plain);
        let pairs: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("MD5:{}", pairs.join(":"))
    }

    /// The picture that `ssh-keygen -lv` draws.
    #[must_use]
    pub fn randomart(&self) -> String {
        let cert = if self.certificate.is_some() { "-CERT" } else { "" };
        let mut title = format!("[{}{cert} {}]", self.shown, self.bits);
        // As much as ssh-keygen has room for.
        if title.len() > 16 {
            title = format!("[{}{cert}]", self.shown);
        }
        self.fingerprint().to_randomart(&title)
    }
}

/// Reads what a type's key is made of; returns how long it is.
fn fields(kind: &str, reader: &mut Reader) -> Option<usize> {
    let point = |reader: &mut Reader, curve: &str, bits: usize| {
        let fits = reader.text()? == curve;
        let point = reader.string()?;
        let whole = point.len() == 1 + 2 * bits.div_ceil(8) && point.first() == Some(&4);
        // The one curve that we can calculate on.
        let on = bits != 256 || p256::PublicKey::from_sec1_bytes(point).is_ok();
        (fits && whole && on).then_some(bits)
    };
    match kind {
        "ssh-ed25519" => (reader.string()?.len() == 32).then_some(256),
        "ssh-rsa" => {
            reader.number()?;
            Some(bits(reader.number()?))
        }
        "ecdsa-sha2-nistp256" => point(reader, "nistp256", 256),
        "ecdsa-sha2-nistp384" => point(reader, "nistp384", 384),
        "ecdsa-sha2-nistp521" => point(reader, "nistp521", 521),
        "ssh-dss" => {
            let long = bits(reader.number()?);
            (0..3).try_for_each(|_| reader.number().map(drop))?;
            Some(long)
        }
        "sk-ssh-ed25519@openssh.com" => {
            let fits = reader.string()?.len() == 32;
            reader.string()?;
            fits.then_some(256)
        }
        _ => {
            let long = point(reader, "nistp256", 256)?;
            reader.string()?;
            Some(long)
        }
    }
}

/// Reads what follows the key in a certificate (OpenSSH PROTOCOL.certkeys).
fn certificate(reader: &mut Reader) -> Option<Certificate> {
    let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let serial = reader.u64()?;
    let host = reader.u32()? == 2;
    let id = shown(reader.string()?);
    let mut names = Reader(reader.string()?);
    let mut principals = Vec::new();
    while !names.0.is_empty() {
        principals.push(shown(names.string()?));
    }
    let (from, until) = (reader.u64()?, reader.u64()?);
    let mut lists = [Vec::new(), Vec::new()];
    for list in &mut lists {
        let mut options = Reader(reader.string()?);
        while !options.0.is_empty() {
            let name = shown(options.string()?);
            let value = shown(Reader(options.string()?).string().unwrap_or_default());
            list.push(if value.is_empty() { name } else { format!("{name}={value}") });
        }
    }
    let [critical, extensions] = lists;
    reader.string()?;
    let signer = Public::read(reader.string()?).filter(|it| it.certificate.is_none())?.sha256();
    let algorithm = shown(Reader(reader.string()?).string()?);
    Some(Certificate {
        host,
        serial,
        id,
        principals,
        from,
        until,
        critical,
        extensions,
        signer,
        algorithm,
    })
}
