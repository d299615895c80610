//! What was typed, or set in the environment.

use crate::support::{PROGRAM, Server};
use crate::table::{Case, try_all};

#[test]
fn what_means_nothing_does_nothing() {
    let server = Server::boot();
    server.host.ok("useradd -m ann");
    let open = Server::opening();
    let as_ann = format!("runuser -u ann -- {PROGRAM} {open} MANNER");
    let wish = format!("CAFE24DEL=yes runuser -u ann -- {PROGRAM} MANNER");
    let line = "sudo /opt/support-access --key /root/engineer.pub --from 192.0.2.7";
    try_all(
        "What is typed",
        &server,
        &[
            Case::refused("not root", &as_ann, line, line).ending("failed", 3),
            // sudo drops the variable.
            Case::refused("a delete, not root", &wish, "--delete", "--delete").ending("failed", 3),
            Case::refused("not root, in words", &as_ann, "needs root", "root 권한이 필요합니다")
                .ending("failed", 3),
            Case::usage(
                "unknown option",
                "--no-such",
                "unknown option --no-such",
                "알 수 없는 옵션",
            ),
            Case::usage(
                "almost an option",
                "--dryrun",
                "Did you mean --dry-run",
                "--dry-run 옵션을 찾으십니까",
            ),
            Case::usage("unknown command", "grnat", "'grnat' is not a command", "없는 명령입니다"),
            Case::usage(
                "stray word",
                &format!("{open} now"),
                "'now' is not a command",
                "없는 명령입니다",
            ),
            Case::usage(
                "option without its value",
                "--expires",
                "--expires needs a value",
                "값이 필요합니다",
            ),
            Case::usage(
                "two commands",
                "delete --audit",
                "two commands",
                "명령을 함께 쓸 수 없습니다",
            ),
            Case::usage(
                "option of another command",
                "delete --key x",
                "unknown option --key",
                "알 수 없는 옵션",
            ),
            Case::usage(
                "same option twice",
                "--dry-run --dry-run",
                "given twice",
                "두 번 쓰였거나",
            ),
            Case::usage("time without unit", "--expires 24", "--expires: ", "--expires: "),
            Case::usage("time too short", "--expires 1m", "--expires: ", "--expires: "),
            Case::usage(
                "extend and expires",
                "--extend 1h --expires 1h",
                "can't go together",
                "함께 쓸 수 없습니다",
            ),
            Case::usage("address that is a name", "--from support.example", "--from: ", "--from: "),
            Case::usage("everybody's address", "--from 0.0.0.0/0", "--from: ", "--from: "),
            Case::usage("account root", "--account root", "--account: ", "--account: "),
            Case::usage(
                "account of the system's image",
                "--account ubuntu",
                "--account: ",
                "--account: ",
            ),
            Case::usage("port 0", "--port 0", "1-65535", "1-65535"),
            Case::usage("sudo maybe", "--sudo maybe", "none, full", "none, full"),
            Case::usage("ticket with a semicolon", "--ticket 'a;b'", "at most 64", "64자 이내"),
            Case::refused(
                "CAFE24DEL=maybe",
                &format!("CAFE24DEL=maybe {open}"),
                "CAFE24DEL=maybe is not understood",
                "CAFE24DEL=maybe 값은 사용할 수 없습니다",
            ),
            Case::refused(
                "CAFE24DEL=YES",
                "CAFE24DEL=YES",
                "CAFE24DEL=YES is not understood",
                "CAFE24DEL=YES 값은",
            ),
            Case::refused(
                "delete with CAFE24DEL=no",
                "CAFE24DEL=no --delete",
                "contradict each other",
                "서로 맞지 않습니다",
            ),
            Case::refused(
                "grant with CAFE24DEL=yes",
                "CAFE24DEL=yes grant",
                "contradict each other",
                "서로 맞지 않습니다",
            ),
            Case::refused(
                "audit with CAFE24DEL=yes",
                "CAFE24DEL=yes --audit",
                "contradict each other",
                "서로 맞지 않습니다",
            ),
            Case::refused(
                "no key",
                "--from 192.0.2.7",
                "no key: nothing can be opened",
                "키가 없어",
            ),
            Case::refused(
                "nothing to extend",
                "--key /root/engineer.pub --extend 1h",
                "nothing to extend",
                "연장할 수 없습니다",
            ),
            Case::refused(
                "nothing on stdin",
                "--key -",
                "no public key in it",
                "공개 키가 들어 있지 않습니다",
            ),
        ],
    );
}
