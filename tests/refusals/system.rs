//! Servers that lack a tool or the room, and names that are taken.

use crate::support::Server;
use crate::table::{Case, try_all};

fn away(case: Case, tool: &str) -> Case {
    case.with(format!("mv {tool} /root/away"), format!("mv /root/away {tool}"))
}

#[test]
fn a_server_without_the_tools_is_left_alone() {
    let server = Server::boot();
    let open = Server::opening();
    let full = format!("{open} --sudo full");
    let refused = |name, english, korean| Case::refused(name, &open, english, korean);
    try_all(
        "Tools and names",
        &server,
        &[
            away(
                Case::refused(
                    "no sudo",
                    &full,
                    "sudo is not installed",
                    "sudo가 설치되어 있지 않지만",
                ),
                "/usr/bin/sudo",
            ),
            away(
                refused("no useradd", "useradd is not installed", "useradd 명령이 없어"),
                "/usr/sbin/useradd",
            ),
            away(
                refused("no usermod", "usermod is not installed", "usermod 명령이 없어"),
                "/usr/sbin/usermod",
            ),
            away(
                refused("no userdel", "userdel is not installed", "userdel 명령이 없어"),
                "/usr/sbin/userdel",
            ),
            refused(
                "the account's name is taken",
                "account cafe24 exists",
                "cafe24 계정이 이미 있으며",
            )
            .with("useradd cafe24", "userdel cafe24"),
            refused("the group's name is taken", "group cafe24 exists", "cafe24 그룹이 이미 있어")
                .with("groupadd cafe24", "groupdel cafe24"),
            refused("the home is taken", "/home/cafe24 exists", "/home/cafe24 경로가 이미")
                .with("mkdir /home/cafe24", "rmdir /home/cafe24"),
        ],
    );
}

#[test]
fn a_server_without_room_gets_everything_back() {
    let server = Server::boot();
    let open = Server::opening();
    let failed = |name, english, korean| Case::failed(name, &open, english, korean);
    let read_only = |case: Case, folder: &str| {
        case.with(
            format!("mount --bind {folder} {folder}; mount -o remount,bind,ro {folder}"),
            format!("umount -l {folder}"),
        )
    };
    let small = |case: Case, options: &str, folder: &str| {
        case.with(
            format!("mount -t tmpfs -o {options} tmpfs {folder}"),
            format!(
                "left=$(find {folder} -mindepth 1 -ls); umount -l {folder}
                 [ -z \"$left\" ] || {{ echo \"left in {folder}: $left\"; exit 1; }}"
            ),
        )
    };
    try_all(
        "Room",
        &server,
        &[
            small(
                failed("/var/lib is full", "/var/lib/support-access", "/var/lib/support-access"),
                "size=64k",
                "/var/lib",
            ),
            small(
                failed(
                    "/var/lib takes no more files",
                    "/var/lib/support-access",
                    "/var/lib/support-access",
                ),
                "nr_inodes=3",
                "/var/lib",
            ),
            small(
                failed("/usr/local is full", "/usr/local/sbin/", "/usr/local/sbin/"),
                "size=64k",
                "/usr/local/sbin",
            ),
            read_only(
                failed("/etc is read-only", "/etc/systemd/system", "/etc/systemd/system"),
                "/etc",
            ),
            read_only(failed("/home is read-only", "useradd", "useradd"), "/home"),
            small(failed("/home is full", "/home/cafe24", "/home/cafe24"), "nr_inodes=2", "/home"),
        ],
    );
    server.grant("");
    server.delete();
}

/// The account has no password, so a rule that asks for none is what counts.
#[test]
fn sudo_is_held_to_what_the_grant_says() {
    let server = Server::boot();
    let open = Server::opening();
    let full = format!("{open} --sudo full");
    let foreign = "echo 'cafe24 ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/left";
    try_all(
        "Sudo",
        &server,
        &[
            Case::failed(
                "a rule of others gives the account root",
                &open,
                "a rule on this server that is not ours would let account cafe24",
                "다른 sudo 규칙 때문에 cafe24 계정이",
            )
            .with(foreign, "rm /etc/sudoers.d/left"),
            Case::failed(
                "sudoers.d is not read",
                &full,
                "sudo does not follow the rule for account cafe24",
                "sudo가 cafe24 계정의 규칙을 따르지 않습니다",
            )
            .with(
                "cp -p /etc/sudoers /root/sudoers; sed -i /includedir/d /etc/sudoers",
                "mv /root/sudoers /etc/sudoers",
            ),
        ],
    );
}

#[test]
fn where_usr_local_is_read_only_the_timer_s_copy_serves() {
    let server = Server::boot();
    server.host.ok("mount --bind /usr/local /usr/local; mount -o remount,bind,ro /usr/local");
    let opened = server.grant("");
    assert!(opened.contains("/var/lib/support-access/support-access delete"), "{opened}");
    let ended = server.host.run("/var/lib/support-access/support-access delete");
    assert_eq!(ended.last_line(), "RESULT: deleted", "{ended}");
}
