//! Files that are no public key, though somebody took them for one.

use lab::{Key, KeyKind};

use crate::support::Server;
use crate::table::{Case, try_all};

#[test]
fn what_is_no_public_key_opens_nothing() {
    let server = Server::boot();
    let public = server.key.public().trim_end().to_owned();
    let body = public.split(' ').nth(1).unwrap().to_owned();
    let put = |name: &str, text: &[u8]| server.host.put(&format!("/root/{name}"), text, 0o644);
    put("cut", &public.as_bytes()[..50]);
    put("wrapped", format!("{}\n{}\n", &public[..60], &public[60..]).as_bytes());
    put("no-type", format!("{body} ann@example\n").as_bytes());
    put("type-only", b"ssh-ed25519\n");
    put("bom", format!("\u{feff}{public}\n").as_bytes());
    put(
        "utf16",
        &"\u{feff}"
            .encode_utf16()
            .chain(public.encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect::<Vec<_>>(),
    );
    put("smart", format!("\u{201c}{public}\u{201d}\n").as_bytes());
    put("options", format!("from=\"192.0.2.7\",no-pty {public}\n").as_bytes());
    put("command", format!("command=\"/bin/id\" {public}\n").as_bytes());
    put("mismatch", public.replacen("ssh-ed25519", "ssh-rsa", 1).as_bytes());
    put("page", b"<!DOCTYPE html><html><body>Sign in</body></html>\n");
    put("junk", &[0x80, 0xff, 0xfe, 7, 0, 1]);
    put("comments", b"# nothing but this\n\n");
    put("escape", format!("{public} \x1b]0;owned\x07\n").as_bytes());
    put("short.pub", b"");
    // ssh-keygen no longer makes these by itself in every release, openssl and a fixed text do.
    server.host.ok("cd /root; rm short.pub
        ssh-keygen -q -t rsa -b 1024 -N '' -f short
        ssh-keygen -q -t rsa -b 2048 -m PEM -N '' -f pem
        ssh-keygen -q -t ecdsa -m PKCS8 -N '' -f pkcs8
        ssh-keygen -q -t ed25519 -N secret -f locked
        ssh-keygen -q -t ed25519 -N '' -f ca
        ssh-keygen -q -s ca -I ann -n ann engineer.pub
        ssh-keygen -e -m RFC4716 -f engineer.pub >ssh2
        ssh-keygen -e -m PKCS8 -f pem.pub >public.pem
        mkdir folder");
    let private = server.key.private().to_owned();
    put("openssh", private.as_bytes());
    put("both", format!("{public}\n{private}").as_bytes());
    put("wide", &private.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>());
    // A key in PuTTY's own form: its head is what counts, the rest is random text.
    let ppk = "PuTTY-User-Key-File-3: ssh-ed25519\r\nEncryption: none\r\nComment: ann\r\n\
        Public-Lines: 2\r\nAAAAC3NzaC1lZDI1NTE5AAAAILM+rvN+ot98qgEN796jTiQfZfG1KaT0PtFDJ/XF\r\nSqti\r\n\
        Private-Lines: 1\r\nAAAAIHNlY3JldHNlY3JldHNlY3JldHNlY3JldA==\r\nPrivate-MAC: 00\r\n";
    put("ppk", ppk.as_bytes());
    let secret = private.lines().nth(1).unwrap().to_owned();
    let pem = server.host.read("/root/pem").lines().nth(1).unwrap().to_owned();
    let pkcs8 = server.host.read("/root/pkcs8").lines().nth(1).unwrap().to_owned();
    let locked = server.host.read("/root/locked").lines().nth(2).unwrap().to_owned();

    let case = |name, file: &str, english, korean| {
        Case::refused(name, &format!("--key /root/{file}"), english, korean)
    };
    let is_private = |name, file: &str, kind, korean, secret: &str| {
        case(name, file, kind, korean).keeping(secret)
    };
    try_all(
        "Keys",
        &server,
        &[
            is_private(
                "private, OpenSSH",
                "openssh",
                "PRIVATE key (OpenSSH)",
                "개인 키(OpenSSH)",
                &secret,
            ),
            is_private(
                "private, with passphrase",
                "locked",
                "PRIVATE key (OpenSSH)",
                "개인 키(OpenSSH)",
                &locked,
            ),
            is_private("private, PEM", "pem", "PRIVATE key (PEM)", "개인 키(PEM)", &pem),
            is_private("private, PKCS#8", "pkcs8", "PRIVATE key (PEM)", "개인 키(PEM)", &pkcs8),
            is_private(
                "private, PuTTY",
                "ppk",
                "PRIVATE key (PuTTY)",
                "개인 키(PuTTY)",
                "c2VjcmV0",
            ),
            is_private(
                "private, in UTF-16",
                "wide",
                "PRIVATE key (OpenSSH)",
                "개인 키(OpenSSH)",
                &secret,
            ),
            is_private(
                "both halves in one file",
                "both",
                "PRIVATE key (OpenSSH)",
                "개인 키(OpenSSH)",
                &secret,
            ),
            Case::refused("private, on stdin", "--key - </root/openssh", "PRIVATE key", "개인 키")
                .keeping(&secret),
            case(
                "cut",
                "cut",
                "/root/cut:1: the key's text is damaged",
                "/root/cut:1: 키 본문이 손상",
            ),
            case(
                "wrapped",
                "wrapped",
                "/root/wrapped:1: the key is broken over several lines",
                "/root/wrapped:1: 키가 여러 줄로",
            ),
            case(
                "without its type",
                "no-type",
                "the key's type is missing",
                "키 종류가 빠졌습니다",
            ),
            case(
                "its type alone",
                "type-only",
                "after `ssh-ed25519` is missing",
                "뒤에 키 본문이 없습니다",
            ),
            case("byte order mark", "bom", "byte order mark", "BOM"),
            case("UTF-16", "utf16", "UTF-16", "UTF-16"),
            case("smart quotes", "smart", "quotation marks", "따옴표"),
            case("options in front", "options", "options stand before the key", "키 앞에 옵션이"),
            case("a command in front", "command", "options stand before the key", "키 앞에 옵션이"),
            case(
                "another type than it says",
                "mismatch",
                "but the key in it is `ssh-ed25519`",
                "실제 키는 `ssh-ed25519`",
            ),
            case(
                "RSA of 1024 bits",
                "short.pub",
                "1024 bits is too short",
                "1024비트 키는 너무 짧습니다",
            ),
            case("a certificate", "engineer-cert.pub", "is a certificate", "인증서입니다"),
            case("SSH2 form", "ssh2", "SSH2 (RFC 4716)", "SSH2(RFC 4716)"),
            case("public key in PEM", "public.pem", "in PEM format", "PEM 형식"),
            case("a web page", "page", "a web page", "웹 페이지"),
            case("binary junk", "junk", "not text", "텍스트 파일이 아닙니다"),
            case(
                "comments only",
                "comments",
                "no public key in it",
                "공개 키가 들어 있지 않습니다",
            ),
            case("escapes in its comment", "escape", "control character", "제어 문자"),
            case("no such file", "none", "/root/none: no such file", "/root/none: 파일이 없습니다"),
            case("a folder", "folder", "not a regular file", "일반 파일이 아닙니다"),
            Case::usage(
                "the key itself",
                &format!("--key '{public}'"),
                "put it into a file",
                "파일에 넣어",
            ),
        ],
    );
    let rsa = Key::generate(KeyKind::Rsa);
    put("good.pub", rsa.public().as_bytes());
    let control = server.program("--key /root/good.pub --dry-run").run();
    assert_eq!(control.code, 0, "{control}");
}
