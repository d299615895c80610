//! Policies that can't be read, or not believed.

use lab::{Key, KeyKind};

use crate::support::Server;
use crate::table::{Case, try_all};

/// A policy in which everything is right.
pub(crate) fn good(key: &Key) -> String {
    format!(
        "schema = 1\nserial = 7\nprovider = \"Example Support\"\nlanguage = \"en\"\n\
         site = \"https://support.example\"\naccount = \"helper\"\nfrom = [\"192.0.2.7\"]\n\
         port = 22\nlifetime = \"2h\"\nlongest = \"1d\"\nsudo = \"none\"\nkeys = [\"{}\"]\n",
        key.public().trim_end()
    )
}

#[test]
fn an_unreadable_policy_opens_nothing() {
    let server = Server::boot();
    let good = good(&server.key);
    let changed = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        good.replace(from, to)
    };
    let put = |name: &str, text: &[u8]| server.host.put(&format!("/root/{name}.toml"), text, 0o644);
    put("good", good.as_bytes());
    put("junk", &(0..=255).cycle().take(5000).collect::<Vec<u8>>());
    put("empty", b"");
    put("huge", &vec![b'#'; 2 << 20]);
    put("syntax", changed("port = 22", "port = = 22").as_bytes());
    put("unknown", changed("port = 22", "port = 22\n  prot = 22").as_bytes());
    put("missing", changed("port = 22\n", "").as_bytes());
    put("text", changed("port = 22", "port = \"22\"").as_bytes());
    put("twice", changed("port = 22", "port = 22\nport = 23").as_bytes());
    put("root", changed("\"helper\"", "\"root\"").as_bytes());
    put("range", changed("192.0.2.7", "192.0.2.7/24").as_bytes());
    put("long", changed("lifetime = \"2h\"", "lifetime = \"2d\"").as_bytes());
    put("cut-key", changed("ssh-ed25519 AAAA", "ssh-ed25519 AAA").as_bytes());
    put("newer", changed("schema = 1", "schema = 2").as_bytes());
    put(
        "past",
        changed("serial = 7", "serial = 7\nvalid-until = \"2020-01-01T00:00:00Z\"").as_bytes(),
    );
    put(
        "far",
        changed("serial = 7", "serial = 7\nvalid-until = \"2099-01-01T00:00:00Z\"").as_bytes(),
    );
    put("no-key", changed(server.key.public().trim_end(), "").replace("[\"\"]", "[]").as_bytes());
    put("withdrawn", format!("{good}revoke-all = true\n").as_bytes());
    put("revoked", format!("{good}revoked = [\"{}\"]\n", server.key.fingerprint()).as_bytes());
    let other = Key::generate(KeyKind::Ecdsa);
    server.host.put("/root/other.pub", other.public(), 0o644);
    server.host.ok("useradd -m ann; mkdir /root/folder.toml; mkfifo /root/pipe.toml
        cp /root/good.toml /root/anns.toml; chown ann /root/anns.toml
        cp /root/good.toml /root/open.toml; chmod 666 /root/open.toml");

    let case = |name, file: &str, english, korean| {
        Case::refused(name, &format!("--policy /root/{file}.toml"), english, korean)
    };
    let wish = |name, wish: &str, english, korean| {
        Case::refused(name, &format!("--policy /root/good.toml {wish}"), english, korean)
    };
    try_all(
        "Policies",
        &server,
        &[
            case(
                "no such file",
                "none",
                "/root/none.toml: no such file",
                "/root/none.toml: 파일이 없습니다",
            ),
            case("a folder", "folder", "not a regular file", "일반 파일이 아닙니다"),
            case("a pipe", "pipe", "not a regular file", "일반 파일이 아닙니다"),
            Case::refused(
                "a device",
                "--policy /dev/zero",
                "not a regular file",
                "일반 파일이 아닙니다",
            ),
            case("binary junk", "junk", "not UTF-8 text", "UTF-8 텍스트가 아닙니다"),
            case("empty", "empty", "the policy is empty", "정책 파일이 비어 있습니다"),
            case("2 MiB", "huge", "larger than", "바이트를 넘습니다"),
            case("owned by ann", "anns", "let root own it", "root만 쓸 수 있게"),
            case("writable by all", "open", "let root own it", "root만 쓸 수 있게"),
            case(
                "wrong syntax",
                "syntax",
                "/root/syntax.toml:8:8: not valid TOML",
                "/root/syntax.toml:8:8: TOML 문법",
            ),
            case(
                "unknown field",
                "unknown",
                "/root/unknown.toml:9:3: unknown field `prot`",
                "/root/unknown.toml:9:3: 알 수 없는 항목 `prot`",
            ),
            case("missing field", "missing", "the field `port` is missing", "필수 항목 `port`"),
            case(
                "text for a number",
                "text",
                "/root/text.toml:8:8: `port` must be a whole number",
                "/root/text.toml:8:8: `port`",
            ),
            case(
                "a field twice",
                "twice",
                "/root/twice.toml:9:1: `port` stands twice",
                "/root/twice.toml:9:1: `port`: 두 번",
            ),
            case(
                "account root",
                "root",
                "/root/root.toml:6:11: account",
                "/root/root.toml:6:11: account",
            ),
            case(
                "network with host bits",
                "range",
                "/root/range.toml:7:9: from",
                "/root/range.toml:7:9: from",
            ),
            case(
                "lifetime beyond the longest",
                "long",
                "/root/long.toml:9:12: `lifetime` 48h is longer",
                "/root/long.toml:9:12: `lifetime`",
            ),
            case(
                "damaged key",
                "cut-key",
                "/root/cut-key.toml:12:9: keys: ",
                "/root/cut-key.toml:12:9: keys: ",
            ),
            case(
                "newer schema",
                "newer",
                "/root/newer.toml:1:10: `schema` is 2",
                "/root/newer.toml:1:10: `schema`: 2",
            ),
            case(
                "no longer valid",
                "past",
                "was valid until 2020-01-01",
                "2020-01-01T00:00:00Z에 유효 기간이 끝난",
            ),
            case("valid for too long", "far", "at most 90 days ahead", "최대 90일"),
            case("no key in it", "no-key", "holds no key", "정책에 키가 없습니다"),
            case(
                "all withdrawn",
                "withdrawn",
                "has withdrawn all support access",
                "모든 지원 접속을 회수",
            ),
            case("its key withdrawn", "revoked", "has withdrawn every key", "모든 키를 회수"),
            wish(
                "another account than the policy's",
                "--account other",
                "is not the policy's account `helper`",
                "정책의 계정은 `helper`",
            ),
            wish(
                "another address",
                "--from 192.0.2.8",
                "outside of what the policy allows: 192.0.2.7",
                "정책이 허용하는 주소(192.0.2.7)",
            ),
            wish("a longer time", "--expires 2d", "at most 24h", "최대 24h"),
            wish(
                "more rights",
                "--sudo full",
                "more than the policy allows",
                "sudo를 허용하지 않습니다",
            ),
            wish(
                "another key",
                "--key /root/other.pub",
                "is not in the policy of Example Support",
                "정책에 없는 키입니다",
            ),
            wish(
                "no signers' file",
                "--signers /root/none",
                "/root/none: no such file",
                "/root/none: 파일이 없습니다",
            ),
            wish(
                "signers that are none",
                "--signers /root/good.toml",
                "signers, line 1",
                "서명자 목록 1행",
            ),
        ],
    );
    let control = server.program("--policy /root/good.toml --dry-run").run();
    assert_eq!(
        (control.code, control.last_line().split(' ').nth(1)),
        (0, Some("dry-run")),
        "{control}"
    );
}
