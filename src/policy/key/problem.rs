//! What can be wrong with a public key.

use std::fmt;

use crate::text::{Lang, Words};

crate::words! {
    /// Why a text is not a public key that opens an account.
    KeyProblem {
        Private { kind: String } =>
            "this is a PRIVATE key ({kind}). It was not used. A private key must never leave its owner's machine: if it came by mail, chat or ticket, replace it. Give the public key, the file whose name ends in `.pub`",
            "개인 키({kind})입니다. 사용하지 않았습니다. 개인 키는 소유자의 컴퓨터 밖으로 나가면 안 됩니다. 메일, 메신저, 티켓으로 받은 것이라면 새 키로 교체하십시오. 이름이 `.pub`으로 끝나는 공개 키 파일을 지정하십시오";
        Empty =>
            "no public key in it",
            "공개 키가 들어 있지 않습니다";
        Options =>
            "options stand before the key: give `TYPE BASE64 COMMENT` alone; the options (address, expiry, restrictions) are set by the grant itself",
            "키 앞에 옵션이 있습니다. `TYPE BASE64 COMMENT`만 적으십시오. 접속 주소, 만료, 제한 옵션은 프로그램이 직접 설정합니다";
        MissingType =>
            "the key's type is missing: a line begins with it, such as `ssh-ed25519 AAAA…`",
            "키 종류가 빠졌습니다. `ssh-ed25519 AAAA…`처럼 키 종류로 시작해야 합니다";
        MissingData { kind: String } =>
            "the key's text after `{kind}` is missing: the line was cut or wrapped",
            "`{kind}` 뒤에 키 본문이 없습니다. 줄이 잘렸거나 나뉘었습니다";
        UnknownType { word: String } =>
            "`{word}` is no type of public key: allowed are ssh-ed25519, ecdsa-sha2-nistp256, -nistp384, -nistp521, ssh-rsa (2048 bits or more), sk-ssh-ed25519@openssh.com and sk-ecdsa-sha2-nistp256@openssh.com",
            "`{word}`: 공개 키 종류가 아닙니다. ssh-ed25519, ecdsa-sha2-nistp256, -nistp384, -nistp521, ssh-rsa(2048비트 이상), sk-ssh-ed25519@openssh.com, sk-ecdsa-sha2-nistp256@openssh.com만 쓸 수 있습니다";
        Certificate { kind: String } =>
            "`{kind}` is a certificate, not a key: give the public key that it was made from",
            "`{kind}`: 키가 아니라 인증서입니다. 인증서의 원본 공개 키를 지정하십시오";
        Dsa =>
            "DSA keys are no longer accepted by OpenSSH: make an ed25519 key",
            "DSA 키는 OpenSSH가 더 이상 받지 않습니다. ed25519 키를 새로 만드십시오";
        RsaShort { bits: usize } =>
            "an RSA key of {bits} bits is too short: at least 2048, better an ed25519 key",
            "RSA {bits}비트 키는 너무 짧습니다. 2048비트 이상이어야 하며, ed25519 키를 권장합니다";
        RsaLong { bits: usize } =>
            "an RSA key of {bits} bits is longer than OpenSSH takes: at most 16384",
            "RSA {bits}비트 키는 OpenSSH가 받는 길이를 넘습니다. 최대 16384비트입니다";
        Damaged =>
            "the key's text is damaged: characters are missing or changed. Copy the `.pub` file again as it is",
            "키 본문이 손상되었습니다. 빠지거나 바뀐 글자가 있습니다. `.pub` 파일을 그대로 다시 복사하십시오";
        Wrapped =>
            "the key is broken over several lines: it must stand on one line. Copy the `.pub` file as a file, not from a window",
            "키가 여러 줄로 나뉘었습니다. 한 줄이어야 합니다. 화면에서 복사하지 말고 `.pub` 파일 자체를 복사하십시오";
        TypeMismatch { named: String, inside: String } =>
            "the line says `{named}`, but the key in it is `{inside}`",
            "줄에는 `{named}`이라고 적혀 있지만 실제 키는 `{inside}`입니다";
        Quotes =>
            "quotation marks stand around or in the key, as an editor or messenger puts them: remove them or copy the `.pub` file again",
            "키에 따옴표가 섞여 있습니다. 편집기나 메신저가 넣은 것입니다. 따옴표를 지우거나 `.pub` 파일을 다시 복사하십시오";
        ByteOrderMark =>
            "an invisible byte order mark stands at the start, which sshd does not accept: save the file as UTF-8 without BOM",
            "파일 맨 앞에 보이지 않는 BOM이 있어 sshd가 받지 않습니다. BOM 없는 UTF-8로 저장하십시오";
        Utf16 =>
            "the file is UTF-16, as Windows PowerShell writes: save it as UTF-8 without BOM",
            "파일이 UTF-16입니다(Windows PowerShell이 이렇게 저장합니다). BOM 없는 UTF-8로 저장하십시오";
        NotText =>
            "this is not text: give the public key, the file whose name ends in `.pub`",
            "텍스트 파일이 아닙니다. 이름이 `.pub`으로 끝나는 공개 키 파일을 지정하십시오";
        Ssh2 =>
            "this public key is in SSH2 (RFC 4716) format, as PuTTYgen saves it: convert it with `ssh-keygen -i -f FILE`",
            "SSH2(RFC 4716) 형식의 공개 키입니다(PuTTYgen이 이렇게 저장합니다). `ssh-keygen -i -f FILE`로 변환하십시오";
        Pem { label: String } =>
            "this is `{label}` in PEM format, not an OpenSSH public key: a PKCS#8 public key is converted with `ssh-keygen -i -m PKCS8 -f FILE`",
            "OpenSSH 공개 키가 아니라 PEM 형식의 `{label}`입니다. PKCS#8 공개 키라면 `ssh-keygen -i -m PKCS8 -f FILE`로 변환하십시오";
        Html =>
            "this is a web page, not a public key",
            "공개 키가 아니라 웹 페이지입니다";
        LineEnd =>
            "a line end or control character stands inside the key: a key is one line",
            "키 안에 줄바꿈이나 제어 문자가 있습니다. 키는 한 줄이어야 합니다";
        TooLong =>
            "the line is longer than any public key",
            "줄이 공개 키보다 깁니다";
        TooMany { most: usize } =>
            "more than {most} keys",
            "키가 {most}개를 넘습니다";
    }
}

/// What is wrong with a file of public keys, and on which line.
#[derive(Clone, Debug, PartialEq)]
pub struct KeysError {
    /// Where the file came from, as shown to people.
    pub origin: String,
    /// The line, counted from 1, where one is to blame.
    pub line: Option<usize>,
    /// What is wrong.
    pub problem: KeyProblem,
}

impl Words for KeysError {
    fn say(&self, lang: Lang) -> String {
        let Self { origin, line, problem } = self;
        let problem = problem.say(lang);
        match line {
            Some(line) => format!("{origin}:{line}: {problem}"),
            None => format!("{origin}: {problem}"),
        }
    }
}

impl fmt::Display for KeysError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.say(Lang::En))
    }
}

impl std::error::Error for KeysError {}
