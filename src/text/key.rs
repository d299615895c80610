//! What is told of key files.

use crate::words;

words! {
    /// What is wrong in a key file, and what to do.
    Flaw {
        Empty => "the file is empty: copy it again", "빈 파일입니다. 다시 복사해 주세요";
        NotText => "this is no text, so no key file: it may be packed or another file", "텍스트가 아니므로 키 파일이 아닙니다. 압축 파일이나 다른 파일인지 확인해 주세요";
        Html => "this is a web page, not a key: the download asked for a login", "키가 아니라 웹 페이지입니다. 로그인한 뒤 다시 내려받아 주세요";
        NotKey => "no key is in it", "키가 들어 있지 않습니다";
        Wide => "saved as UTF-16, as Windows does: ssh can't read it", "Windows 방식(UTF-16)으로 저장되어 ssh가 읽지 못합니다";
        ByteOrderMark => "an invisible mark (BOM) stands at the start, put there by an editor", "편집기가 넣은 보이지 않는 표시(BOM)가 맨 앞에 있습니다";
        CarriageReturns => "Windows line ends (CRLF)", "줄 끝이 Windows 방식(CRLF)입니다";
        NoFinalLine => "the last line has no line end, which OpenSSH wants", "마지막 줄 끝에 줄바꿈이 없어 OpenSSH가 읽지 못합니다";
        TextAbove => "something stands before the key's first line", "키의 첫 줄 앞에 다른 내용이 있습니다";
        Dashes => "the BEGIN or END line is not as it was: five plain dashes on each side", "BEGIN 또는 END 줄이 바뀌었습니다. 양쪽에 -가 다섯 개씩 있어야 합니다";
        OneLine => "the line ends are lost: all stands on one line", "줄바꿈이 사라져 한 줄로 붙었습니다";
        EscapedLines => "line ends are written as \\n, as JSON and environment files do", "줄바꿈이 \\n 글자로 저장되었습니다(JSON, 환경 변수)";
        NoEnd => "the end is missing: the file was cut. Copy it again", "끝부분이 없습니다. 파일이 잘렸으니 다시 복사해 주세요";
        NotBase64 { column: usize } => "the character at place {column} belongs into no key. Copy the file again", "{column}번째 글자는 키에 쓰이지 않는 글자입니다. 파일을 다시 복사해 주세요";
        Lost => "characters are missing or too many. Copy the file again", "빠지거나 더해진 글자가 있습니다. 파일을 다시 복사해 주세요";
        Cut { have: usize, want: usize } => "the key was cut: {have} of {want} bytes or more are there. Copy it again", "키가 잘렸습니다({want}바이트 이상 중 {have}바이트). 다시 복사해 주세요";
        Damaged => "characters were changed or lost. Copy the file again from its owner", "바뀌거나 빠진 글자가 있습니다. 소유자에게서 파일을 다시 받아 주세요";
        HalvesDiffer => "the public half in it is another key's. Take a copy from before it was edited", "안에 든 공개 키가 다른 키의 것입니다. 편집하기 전의 사본을 써 주세요";
        Unsupported => "a private key of a kind that is not read here", "여기에서 읽지 못하는 종류의 개인 키입니다";
        PpkVersion { version: String } => "PuTTY's format {version} is not read here: save it anew with puttygen", "PuTTY 형식 {version}은(는) 읽지 못합니다. puttygen으로 다시 저장해 주세요";
        Wrapped => "the key is broken over several lines: it must stand on one", "키가 여러 줄로 나뉘었습니다. 한 줄이어야 합니다";
        MissingType { kind: String } => "the type is missing: the line must begin with {kind}", "키 종류가 없습니다. {kind}(으)로 시작해야 합니다";
        OtherType { named: String, kind: String } => "the line says {named}, but the key is {kind}", "줄에는 {named}, 실제 키는 {kind}입니다";
        SmartQuotes => "typographic quotation marks, put there by an editor or messenger; only \" is read", "편집기나 메신저가 바꾼 둥근 따옴표가 있습니다. \"만 쓸 수 있습니다";
        Quoted => "quotation marks stand around the key", "키가 따옴표로 둘러싸여 있습니다";
        Option { option: String } => "sshd can't read the options, and passes over the line: {option}", "sshd가 옵션을 읽지 못해 이 줄을 무시합니다: {option}";
        TooOpen { mode: String } => "others may read the private key (mode {mode}): ssh refuses it", "다른 사용자가 개인 키를 읽을 수 있어(권한 {mode}) ssh가 거부합니다";
        OtherOwner { owner: u32 } => "the private key belongs to another user (uid {owner})", "개인 키가 다른 사용자(uid {owner})의 것입니다";
        Expired => "the certificate is no longer good: ask its signer for a new one", "인증서가 만료되었습니다. 발급자에게 새로 받아 주세요";
        NotYet => "the certificate is not good yet, or this machine's clock is wrong", "인증서가 아직 유효하지 않습니다. 이 컴퓨터의 시각도 확인해 주세요";
    }
}

words! {
    /// Why an sshd lets nobody in with a key.
    Refused {
        Dsa => "DSA is no longer taken", "DSA 키는 받지 않음";
        RsaShort { bits: usize, least: usize } => "RSA of {bits} bits; at least {least}", "RSA {bits}비트, {least}비트 이상 필요";
        RsaLong { bits: usize } => "RSA of {bits} bits; at most 16384", "RSA {bits}비트, 최대 16384비트";
        HostCertificate => "a server's certificate", "서버용 인증서";
        SignedBySha1 => "signed with SHA-1", "SHA-1로 서명됨";
    }
}

words! {
    /// What stands in front of a fact about a key.
    Label {
        Mode => "mode and owner", "권한과 소유자";
        Encrypted => "encrypted with a passphrase", "암호로 보호됨";
        Hidden => "its public half is encrypted as well; with the passphrase", "공개 키도 암호화되어 있습니다. 암호를 알면";
        Comment => "comment", "설명";
        Options => "options", "옵션";
        Certificate => "certificate", "인증서";
        Signer => "signed by", "발급 키";
        Principals => "for", "대상 계정";
        Validity => "good from and until", "유효 기간";
        Asks => "only with", "조건";
        Mend => "to mend it", "해결";
    }
}

words! {
    /// What `key` tells besides facts and flaws.
    Told {
        Private => "  a private key: it never leaves its owner's machine", "  개인 키입니다. 소유자의 컴퓨터 밖으로 내보내지 말아 주세요";
        Plain => "  not encrypted: whoever has the file can sign in", "  암호로 보호되지 않음: 파일만 있으면 접속할 수 있습니다";
        NoPrincipals => "none named: every account whose authorized_keys trusts the signer, no other", "지정되지 않음: authorized_keys에서 발급 키를 신뢰하는 모든 계정에서 쓸 수 있습니다";
        Takes => "takes it", "사용 가능";
        TakesNot { why: String } => "refuses it ({why})", "사용 불가({why})";
        Written { path: String } => "Written: {path}", "저장했습니다: {path}";
        Fingerprint { print: String } => "Fingerprint: {print}", "지문: {print}";
        Next { line: String } => "Next: {line}", "다음 명령: {line}";
        NextPutty { file: String } => "Next: give {file} to PuTTY (Connection > SSH > Auth > Credentials)", "다음: PuTTY의 Connection > SSH > Auth > Credentials에서 {file} 파일을 지정해 주세요";
        Again => "That passphrase does not fit.", "암호가 맞지 않습니다.";
        Unlike => "The two are not the same.", "두 암호가 서로 다릅니다.";
    }
}

words! {
    /// What is asked on the terminal.
    Question {
        Passphrase { file: String } => "Passphrase of {file}: ", "{file} 암호: ";
        New => "New passphrase (empty for none): ", "새 암호(비우면 암호 없음): ";
        Repeat => "The same once more: ", "한 번 더 입력: ";
    }
}

words! {
    /// Why a key was not converted or made. Nothing was changed.
    KeyRefusal {
        Exists { path: String } => "{path} is there already. Name another file with --out, or write over it with --force", "{path} 파일이 이미 있습니다. --out으로 다른 이름을 지정하거나 --force로 덮어써 주세요";
        PairExists { path: String } => "{path} is there already and is not touched. Name another file: support-access key new FILE", "{path} 파일이 이미 있어 그대로 두었습니다. 다른 이름을 지정해 주세요: support-access key new FILE";
        NoTerminal { line: String } => "the passphrase can only be asked on a terminal, and there is none. Sign in with one (over ssh: ssh -t) and run: {line}", "암호는 터미널에서만 입력할 수 있는데 터미널이 없습니다. 터미널(ssh라면 ssh -t)에서 실행해 주세요: {line}";
        Cancelled => "cancelled", "취소했습니다";
        WrongPassphrase { file: String } => "{file}: the passphrase does not fit", "{file}: 암호가 맞지 않습니다";
        NotOne { file: String, count: usize } => "{file}: holds {count} keys; one is converted at a time", "{file}: 키가 {count}개입니다. 한 번에 하나만 변환할 수 있습니다";
        NotPrivate { file: String } => "{file}: a public key; a private one can't be made of it. It can become: --to public", "{file}: 공개 키입니다. 공개 키로는 개인 키를 만들 수 없습니다. --to public만 쓸 수 있습니다";
        Unusable { file: String, line: String } => "{file}: no whole private key is in it. What is wrong: {line}", "{file}: 온전한 개인 키가 없습니다. 원인 확인: {line}";
        Unsupported { file: String } => "{file}: a key of this kind can't be converted (DSA, SSH 1, or in a hardware token)", "{file}: 변환할 수 없는 종류의 키입니다(DSA, SSH 1, 하드웨어 키)";
        Excessive { file: String } => "{file}: opening it would take more memory or time than any program of ours asks for", "{file}: 여는 데 필요한 메모리나 시간이 지나치게 큽니다";
        NoPem => "no ssh or PuTTY reads Ed25519 in PEM. A .pem file of such a key is in OpenSSH's format: --to openssh", "ssh와 PuTTY는 PEM 형식의 Ed25519 키를 읽지 못합니다. 이런 키의 .pem 파일은 OpenSSH 형식입니다: --to openssh";
        NoName => "where to? Name the new file with --out", "저장할 파일을 --out으로 지정해 주세요";
        Short => "PEM takes no passphrase of fewer than five characters. Choose another: --new-passphrase", "PEM 형식의 암호는 다섯 글자 이상이어야 합니다. --new-passphrase로 다른 암호를 정해 주세요";
        NoHome => "this user has no home of his own. Name the new file: support-access key new FILE", "이 사용자에게는 홈 디렉터리가 없습니다. 파일 이름을 지정해 주세요: support-access key new FILE";
        Keygen { why: String } => "the system's ssh-keygen could not do its part: {why}", "시스템의 ssh-keygen 실행에 실패했습니다: {why}";
    }
}
