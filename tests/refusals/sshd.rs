//! Servers whose sshd would not let the engineer in.

use crate::support::{ENGINEER, Server};
use crate::table::{Case, try_all};

const DROP_IN: &str = "/etc/ssh/sshd_config.d/00-case.conf";

/// A case under a piece of sshd's configuration that is in force.
fn configured(case: Case, lines: &str) -> Case {
    case.with(
        format!(
            "printf '{lines}\\n' >{DROP_IN}; systemctl reset-failed ssh; systemctl restart ssh"
        ),
        format!("rm {DROP_IN}; systemctl reset-failed ssh; systemctl restart ssh"),
    )
}

#[test]
fn an_sshd_that_lets_nobody_in_is_told_before_anything_is_done() {
    let server = Server::boot();
    let open = Server::opening();
    let refused = |name, english, korean| Case::refused(name, &open, english, korean);
    let on_2222 = "the engineer comes to port 22, but sshd listens on 2222";
    try_all(
        "sshd, refused",
        &server,
        &[
            refused("sshd stopped", "does not run. Start it", "실행 중이 아닙니다")
                .with("systemctl stop ssh", "systemctl reset-failed ssh; systemctl start ssh"),
            refused(
                "sshd not installed",
                "no OpenSSH server (sshd) is installed",
                "설치되어 있지 않아",
            )
            .with(
                "systemctl stop ssh; mv /usr/sbin/sshd /root/away",
                "mv /root/away /usr/sbin/sshd; systemctl start ssh",
            ),
            refused(
                "sshd removed while it runs",
                "no OpenSSH server (sshd) is installed",
                "설치되어 있지 않아",
            )
            .with(
                "cp -p /usr/sbin/sshd /root/away; rm /usr/sbin/sshd",
                "mv /root/away /usr/sbin/sshd; systemctl reset-failed ssh; systemctl restart ssh",
            ),
            configured(
                refused("sshd on 2222", on_2222, "sshd는 2222번 포트를 사용하고"),
                "Port 2222",
            ),
            configured(
                Case::refused(
                    "asked for 2222, sshd on 22",
                    &format!("{open} --port 2222"),
                    "sshd listens on 22.",
                    "sshd는 22번 포트를",
                ),
                "Port 22",
            ),
            configured(
                refused("one key file for all", "shared by all users", "모든 사용자"),
                "AuthorizedKeysFile /etc/ssh/keys",
            ),
            configured(
                refused("no key file", "AuthorizedKeysFile none", "AuthorizedKeysFile none"),
                "AuthorizedKeysFile none",
            ),
            configured(
                refused("no public keys", "PubkeyAuthentication no", "PubkeyAuthentication no"),
                "PubkeyAuthentication no",
            ),
            configured(
                refused(
                    "no public keys for this account",
                    "PubkeyAuthentication no",
                    "PubkeyAuthentication no",
                ),
                "Match User cafe24\\n PubkeyAuthentication no",
            ),
            configured(
                refused(
                    "AllowUsers without the account",
                    "AllowUsers does not name the account",
                    "AllowUsers에",
                ),
                "AllowUsers root",
            ),
            configured(
                refused(
                    "AllowUsers from elsewhere",
                    "AllowUsers does not name the account",
                    "AllowUsers에",
                ),
                "AllowUsers root cafe24@198.51.100.1",
            ),
            configured(
                refused("DenyUsers", "DenyUsers names the account", "DenyUsers에"),
                "DenyUsers cafe*",
            ),
            configured(
                refused("AllowGroups", "AllowGroups names no group", "AllowGroups에"),
                "AllowGroups root",
            ),
            configured(
                refused(
                    "a key is not enough",
                    "AuthenticationMethods asks for more",
                    "AuthenticationMethods가",
                ),
                "PasswordAuthentication yes\\nAuthenticationMethods publickey,password",
            ),
            refused(
                "broken configuration",
                "00-case.conf line 2: Bad configuration option",
                "00-case.conf line 2: Bad configuration option",
            )
            .with(format!("printf 'Port 22\\nProt 22\\n' >{DROP_IN}"), format!("rm {DROP_IN}")),
        ],
    );
    let control = server.program(&format!("{open} --dry-run")).run();
    assert_eq!(control.code, 0, "{control}");
}

#[test]
fn a_login_that_sshd_would_refuse_undoes_everything() {
    let server = Server::boot();
    let open = Server::opening();
    let failed = |name, english, korean| Case::failed(name, &open, english, korean);
    try_all(
        "sshd, undone",
        &server,
        &[
            configured(
                failed(
                    "keys of another type only",
                    "does not accept keys of type ssh-ed25519",
                    "ssh-ed25519 유형의 키를",
                ),
                "PubkeyAcceptedAlgorithms rsa-sha2-512",
            ),
            configured(
                failed("another command for all", "ForceCommand replaces", "ForceCommand가"),
                "Match User cafe24\\n ForceCommand /bin/false",
            ),
            failed(
                "logins closed",
                "/etc/nologin or /run/nologin",
                "/etc/nologin 또는 /run/nologin",
            )
            .with("touch /etc/nologin", "rm /etc/nologin"),
            failed("the running sshd knows more than the disk", "has not read it yet", "설정을 다시 읽지 않은 것").with(
                format!(
                    "printf 'AllowUsers root\\n' >{DROP_IN}; systemctl reset-failed ssh; systemctl restart ssh; rm {DROP_IN}"
                ),
                "systemctl reset-failed ssh; systemctl restart ssh",
            ),
        ],
    );
    let engineer = server.engineer();
    server.grant("");
    let to = format!("cafe24@{}", server.host.address());
    assert_eq!(engineer.ssh(&server.key, &to).from(ENGINEER).command("id -un").ok(), "cafe24\n");
    server.delete();
}
