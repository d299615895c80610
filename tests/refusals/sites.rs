//! Policies and keys from a site, with real TLS: out of reach, not there, not signed, not believed.

use lab::{Key, KeyKind, Site};

use crate::policy;
use crate::support::Server;
use crate::table::{Case, try_all};

const NAME: &str = "support.example";

#[test]
fn a_site_that_can_t_be_believed_opens_nothing() {
    let server = Server::boot();
    let host = &server.host;
    let folder = tempfile::tempdir().unwrap();
    let site = Site::serve(&server.net, NAME, "198.51.100.5", folder.path());
    let stranger = Site::serve(&server.net, "stranger.example", "198.51.100.6", folder.path());
    host.knows(NAME, site.address());
    host.trusts(&site);
    host.knows("other-name.example", site.address());
    host.knows("stranger.example", stranger.address());
    host.knows("closed.example", host.address());
    host.knows("nobody.example", "198.51.100.99");

    let (signer, other) = (Key::generate(KeyKind::Ed25519), Key::generate(KeyKind::Ed25519));
    let until = host.ok("date -u -d '+30 days' +%FT%TZ");
    let valid = format!("serial = 7\nvalid-until = {}\n", until.trim_end());
    let text = policy::good(&server.key).replace("serial = 7\n", &valid);
    let good = signer.sign("support-access", &text);
    let serve = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    serve("good.toml", &good);
    serve("unsigned.toml", &text);
    serve("other.toml", &other.sign("support-access", &text));
    serve("file.toml", &signer.sign("file", &text));
    serve("changed.toml", &good.replace("192.0.2.7", "192.0.2.8"));
    serve("longer.toml", &format!("{good}port = 23\n"));
    serve("cut.toml", &good[..good.len() - 60]);
    serve("endless.toml", &signer.sign("support-access", &policy::good(&server.key)));
    serve("page.html", "<!doctype html><title>Sign in</title>");
    serve("engineer.pub", server.key.public());
    let line = |key: &Key| format!("release namespaces=\"support-access\" {}", key.public());
    host.put("/root/signers", line(&signer), 0o644);
    host.put(
        "/root/late",
        line(&signer).replace(" namespaces", " valid-before=\"20200101Z\",namespaces"),
        0o644,
    );
    host.put("/root/local.toml", &good, 0o644);
    host.put("/root/broken.toml", good.replace("192.0.2.7", "192.0.2.8"), 0o644);

    let control = server
        .program(&format!("--policy https://{NAME}/good.toml --signers /root/signers --dry-run"))
        .run();
    assert_eq!(control.code, 0, "{control}");

    let at = |name, url: &str, english, korean| {
        Case::refused(
            name,
            &format!("--policy https://{url} --signers /root/signers"),
            english,
            korean,
        )
    };
    let of =
        |name, file: &str, english, korean| at(name, &format!("{NAME}/{file}"), english, korean);
    let good_url = format!("https://{NAME}/good.toml");
    try_all(
        "Sites",
        &server,
        &[
            at(
                "unknown name",
                "nowhere.invalid/policy.toml",
                "nowhere.invalid: name not found (DNS)",
                "이름을 찾을 수 없습니다",
            ),
            at(
                "closed port",
                "closed.example/policy.toml",
                "connection refused",
                "연결을 거부했습니다",
            ),
            at(
                "nobody at the address",
                "nobody.example/policy.toml",
                "https://nobody.example/policy.toml: ",
                "https://nobody.example/policy.toml: ",
            ),
            Case::usage(
                "http",
                "--policy http://support.example/good.toml",
                "over `https://` only",
                "`https://`로만",
            ),
            Case::usage(
                "key over http",
                "--key http://support.example/engineer.pub",
                "over `https://` only",
                "`https://`로만",
            ),
            Case::usage(
                "ftp",
                "--policy ftp://support.example/x",
                "over `https://` only",
                "`https://`로만",
            ),
            Case::usage(
                "password in the URL",
                "--policy https://ann:x@support.example/x",
                "is not a URL",
                "URL이 아닙니다",
            ),
            at(
                "unknown authority",
                "stranger.example/good.toml",
                "no secure connection",
                "보안 연결(TLS)에 실패",
            ),
            at(
                "another name's certificate",
                "other-name.example/good.toml",
                "no secure connection",
                "보안 연결(TLS)에 실패",
            ),
            of("404", "none.toml", "status 404 instead of 200", "404 상태로 응답"),
            Case::refused(
                "key: 404",
                &format!("--key https://{NAME}/none.pub"),
                "status 404 instead of 200",
                "404 상태로 응답",
            ),
            of("a web page", "page.html", "is a web page", "웹 페이지가 왔습니다"),
            of("not signed", "unsigned.toml", "carries no signature", "서명이 없습니다"),
            of(
                "signed by another key",
                "other.toml",
                "not among its known signers",
                "등록되지 않은 키",
            ),
            of("signed for another purpose", "file.toml", "is for `file`", "`file`입니다"),
            of(
                "changed after it was signed",
                "changed.toml",
                "was changed after it was signed",
                "서명한 뒤에 정책이 변경",
            ),
            of(
                "text after the signature",
                "longer.toml",
                "text stands after",
                "서명 뒤에 다른 내용",
            ),
            of(
                "cut within the signature",
                "cut.toml",
                "damaged or cut off",
                "손상되었거나 잘렸습니다",
            ),
            of(
                "signed without an end",
                "endless.toml",
                "must carry `valid-until`",
                "`valid-until`이 있어야",
            ),
            Case::refused(
                "no signers known",
                &format!("--policy {good_url}"),
                "no signers are known",
                "등록된 서명자가 없습니다",
            ),
            Case::refused(
                "a signer of the past",
                &format!("--policy {good_url} --signers /root/late"),
                "not at this time",
                "유효하지 않습니다",
            ),
            Case::refused(
                "local file, changed after it was signed",
                "--policy /root/broken.toml --signers /root/signers",
                "was changed after it was signed",
                "서명한 뒤에 정책이 변경",
            ),
            Case::refused(
                "the site's policy, as install.sh passes it",
                &format!(
                    "SUPPORT_ACCESS_POLICY=https://{NAME}/other.toml SUPPORT_ACCESS_SIGNERS=/root/signers grant"
                ),
                "not among its known signers",
                "등록되지 않은 키",
            ),
        ],
    );
    let control =
        server.program("--policy /root/local.toml --signers /root/signers --dry-run").run();
    assert_eq!(control.code, 0, "{control}");
}
