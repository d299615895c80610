//! `key` with what it can't use: nothing is written, and nothing of a private half is said.

use crate::support::{PROGRAM, Server};
use crate::table::{Case, try_all};

#[test]
fn what_key_can_t_use_changes_nothing() {
    let server = Server::boot();
    server.host.ok("cd /root
        ssh-keygen -q -t ed25519 -N '' -C ann -f k
        ssh-keygen -q -t ed25519 -N secret -f locked
        head -c 150 k >cut; cat k.pub engineer.pub >two.pub; echo precious >taken
        mkdir folder; mkfifo pipe");
    let secret = server.host.read("/root/k").lines().nth(4).unwrap().to_owned();
    let convert = |name, words: &str, english, korean| {
        Case::refused(name, &format!("key convert /root/{words}"), english, korean)
    };
    let wrong = |name, words: &str, english, korean| {
        Case::usage(name, &format!("key {words}"), english, korean)
    };
    server.host.ok("useradd -m ann");
    let as_ann = format!("runuser -u ann -- {PROGRAM} key new MANNER");
    try_all(
        "Key files",
        &server,
        &[
            wrong("no action", "", "inspect, convert, new", "inspect, convert, new"),
            wrong("another action", "mend /root/k", "key mend: not allowed", "inspect, convert"),
            wrong("no file to inspect", "inspect", "needs a value", "값이 필요합니다"),
            wrong("no format", "convert /root/k", "--to needs a value", "값이 필요합니다"),
            wrong(
                "another format",
                "convert /root/k --to der",
                "--to der: not allowed",
                "--to der",
            ),
            wrong(
                "two files",
                "convert /root/k /root/k --to ppk",
                "needs a value",
                "값이 필요합니다",
            ),
            wrong("option of another action", "new /root/n --force", "--force", "--force"),
            wrong(
                "a line end as comment",
                "new /root/n --comment \"a\nb\"",
                "--comment",
                "--comment",
            ),
            wrong(
                "both passphrases",
                "convert /root/k --to ppk --new-passphrase --no-passphrase",
                "given twice",
                "두 번 쓰였거나",
            ),
            convert("missing", "none --to ppk", "no such file", "파일이 없습니다"),
            convert("folder", "folder --to ppk", "not a regular file", "일반 파일이 아닙니다"),
            convert("pipe", "pipe --to ppk", "not a regular file", "일반 파일이 아닙니다"),
            convert("cut", "cut --to ppk", "key inspect /root/cut", "key inspect /root/cut")
                .keeping(&secret),
            convert("public to private", "k.pub --to ppk", "a public key", "공개 키입니다"),
            convert("two keys", "two.pub --to public --out /root/n", "holds 2 keys", "키가 2개"),
            convert(
                "onto another file",
                "k --to ppk --out /root/taken",
                "there already",
                "이미 있습니다",
            )
            .keeping(&secret),
            convert(
                "onto itself",
                "k --to openssh --out /root/k",
                "there already",
                "이미 있습니다",
            )
            .keeping(&secret),
            convert("no name for it", "k --to openssh", "--out", "--out"),
            convert("no PEM of Ed25519", "k --to pem", "no ssh or PuTTY reads", "읽지 못합니다")
                .keeping(&secret),
            convert("nobody to ask", "locked --to ppk", "only be asked on a terminal", "터미널"),
            Case::refused("a pair onto a key", "key new /root/k", "there already", "이미 있어"),
            Case::refused("nobody to ask at home", &as_ann, "terminal", "터미널"),
            Case::refused("nobody to ask for a new one", "key new /root/n", "terminal", "터미널"),
            Case::refused(
                "inspect nothing",
                "key inspect /root/none",
                "no such file",
                "파일이 없습니다",
            ),
        ],
    );
}
