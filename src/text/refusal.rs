//! Why nothing was done: what is in the way, and the way out.

use crate::words;

words! {
    /// A refusal: nothing was changed.
    Refusal {
        NotRoot { line: String } =>
            "this needs root. Run: {line}",
            "root 권한이 필요합니다. 다음과 같이 실행해 주세요: {line}";
        DeleteValue { value: String } =>
            "CAFE24DEL={value} is not understood. Use CAFE24DEL=yes to end support access, or leave it out to open it.",
            "CAFE24DEL={value} 값은 사용할 수 없습니다. 접속 허용을 종료하려면 CAFE24DEL=yes, 허용하려면 변수를 빼고 실행해 주세요.";
        DeleteContradiction { verb: String, value: String } =>
            "'{verb}' and CAFE24DEL={value} contradict each other. Leave one of them out.",
            "'{verb}' 옵션과 CAFE24DEL={value} 값이 서로 맞지 않습니다. 둘 중 하나를 빼고 실행해 주세요.";
        WouldRefuse { name: String } =>
            "sshd would refuse the engineer: {name}. Nothing was changed. Correct that and run this again.",
            "sshd가 엔지니어의 접속을 거부합니다: {name}. 아무것도 변경하지 않았습니다. 수정한 뒤 다시 실행해 주세요.";
        NotOurs { path: String } =>
            "{path} exists and was not made by support-access. It was left as it is. Look at it; if nobody needs it, remove or rename it and run this again.",
            "{path} 이(가) 이미 있으며 support-access가 만든 것이 아닙니다. 그대로 두었습니다. 확인 후 필요 없으면 삭제하거나 이름을 바꾸고 다시 실행해 주세요.";
        AccountExists { account: String } =>
            "account {account} exists and was not made by support-access. It was left as it is. Look at it with 'getent passwd {account}'; if nobody needs it, remove it with 'userdel -r {account}' and run this again.",
            "{account} 계정이 이미 있으며 support-access가 만든 것이 아닙니다. 그대로 두었습니다. 'getent passwd {account}'로 확인하고, 필요 없으면 'userdel -r {account}'로 삭제한 뒤 다시 실행해 주세요.";
        AccountVanished { account: String } =>
            "account {account} of the support access was removed by hand. End what is left with '/usr/local/sbin/support-access delete', then open it again.",
            "접속 허용에 쓰이던 {account} 계정이 수동으로 삭제되었습니다. '/usr/local/sbin/support-access delete'로 정리한 뒤 다시 허용해 주세요.";
        GroupExists { group: String } =>
            "group {group} exists, so useradd can't make an account of that name. If nobody needs it, remove it with 'groupdel {group}' and run this again.",
            "{group} 그룹이 이미 있어 같은 이름의 계정을 만들 수 없습니다. 필요 없으면 'groupdel {group}'로 삭제한 뒤 다시 실행해 주세요.";
        HomeExists { path: String } =>
            "{path} exists, but must be made new for the support account. If nobody needs it, rename it ('mv {path} {path}.old') and run this again.",
            "{path} 경로가 이미 있습니다. 지원 계정의 홈은 새로 만들어야 합니다. 필요 없으면 이름을 바꾸고('mv {path} {path}.old') 다시 실행해 주세요.";
        ChildrenIgnored =>
            "whoever started this ignores SIGCHLD, so that the end of no program can be seen. Run it from a shell.",
            "이 명령을 시작한 프로그램이 SIGCHLD를 무시하고 있어 다른 프로그램의 종료를 확인할 수 없습니다. 셸에서 직접 실행해 주세요.";
        NoHomes { path: String } =>
            "the folder for homes, {path}, does not exist. Make it ('mkdir -m 755 {path}'), or set HOME in /etc/default/useradd to the one that does, and run this again.",
            "홈 폴더를 만들 위치 {path} 경로가 없습니다. 'mkdir -m 755 {path}'로 만들거나 /etc/default/useradd의 HOME을 실제 경로로 바꾼 뒤 다시 실행해 주세요.";
        Legacy { account: String } =>
            "account {account} was opened by the provider's earlier script, which kept no record. It was left as it is. To remove it: 'pkill -KILL -u {account}; sleep 1; userdel -r {account}'. Then run this again.",
            "{account} 계정은 이전 스크립트로 만들어진 것으로 기록이 없습니다. 그대로 두었습니다. 삭제하려면 'pkill -KILL -u {account}; sleep 1; userdel -r {account}'을 실행한 뒤 다시 시도해 주세요.";
        OtherProvider { provider: String, until: String } =>
            "support access for {provider} is open until {until}; one at a time. To end it: /usr/local/sbin/support-access delete",
            "{provider} 지원 접속이 {until}까지 허용되어 있습니다. 한 번에 하나만 허용할 수 있습니다. 종료하려면: /usr/local/sbin/support-access delete";
        OtherAccount { account: String, until: String } =>
            "support access is open for account {account} until {until}. To use another account, end it first: /usr/local/sbin/support-access delete",
            "{account} 계정으로 {until}까지 접속이 허용되어 있습니다. 다른 계정을 쓰려면 먼저 종료해 주세요: /usr/local/sbin/support-access delete";
        NewerJournal { schema: u32 } =>
            "the open support access was made by a newer program (journal schema {schema}), which this one can't read. Use the copy on this server: /var/lib/support-access/support-access",
            "현재 접속 허용은 더 새로운 프로그램이 만든 것(기록 형식 {schema})이라 이 프로그램으로 다룰 수 없습니다. 서버에 있는 프로그램을 사용해 주세요: /var/lib/support-access/support-access";
        DamagedJournal { line: usize, why: String } =>
            "the record of the support access, /var/lib/support-access/journal, line {line}, is damaged ({why}). Nothing was changed. Keep a copy of the file for support, and end the access: /usr/local/sbin/support-access delete. Then it can be opened again.",
            "접속 허용 기록 /var/lib/support-access/journal {line}행이 손상되어({why}) 아무것도 바꾸지 않았습니다. 문의에 쓸 수 있도록 파일을 복사해 두고, /usr/local/sbin/support-access delete 명령으로 종료한 뒤 다시 허용해 주세요.";
        LostJournal { why: String } =>
            "the record of the support access can't be read from its first line on: /var/lib/support-access/journal, line 1 ({why}). Nothing was changed. Keep a copy of the file for support. To end the access by hand: 'getent passwd | grep support-access' shows the account; remove it with 'pkill -KILL -u NAME; userdel -r NAME'.",
            "접속 허용 기록을 첫 줄부터 읽을 수 없습니다: /var/lib/support-access/journal 1행({why}). 아무것도 바꾸지 않았습니다. 문의에 쓸 수 있도록 파일을 복사해 두십시오. 직접 종료하려면 'getent passwd | grep support-access'로 계정을 확인하고 'pkill -KILL -u 계정; userdel -r 계정'으로 삭제해 주세요.";
        MarkMismatch { account: String } =>
            "account {account} no longer carries the mark of this support access, so it is not touched. Look at it with 'getent passwd {account}'.",
            "{account} 계정의 표식이 기록과 달라 손대지 않았습니다. 'getent passwd {account}'로 확인해 주세요.";
        NoSshd =>
            "no OpenSSH server (sshd) is installed here, so nobody could sign in. Install it (Debian, Ubuntu: 'apt install openssh-server'; Rocky, AlmaLinux, CentOS: 'dnf install openssh-server') and run this again.",
            "OpenSSH 서버(sshd)가 설치되어 있지 않아 접속할 수 없습니다. 설치(Debian, Ubuntu: 'apt install openssh-server', Rocky, AlmaLinux, CentOS: 'dnf install openssh-server') 후 다시 실행해 주세요.";
        SshdStopped =>
            "sshd is installed but does not run. Start it (Debian, Ubuntu: 'systemctl start ssh'; Rocky, AlmaLinux, CentOS: 'systemctl start sshd') and run this again.",
            "sshd가 설치되어 있지만 실행 중이 아닙니다. 시작(Debian, Ubuntu: 'systemctl start ssh', Rocky, AlmaLinux, CentOS: 'systemctl start sshd') 후 다시 실행해 주세요.";
        OtherPort { wanted: u16, found: String } =>
            "the engineer comes to port {wanted}, but sshd listens on {found}. Set 'Port {wanted}' in sshd_config for the time of the visit and reload sshd, or, if support agreed to the other port, run this again with --port {found}.",
            "엔지니어는 {wanted}번 포트로 접속하지만 sshd는 {found}번 포트를 사용하고 있습니다. 기술지원 동안 sshd_config의 Port를 {wanted}번으로 설정하고 sshd를 다시 읽어 주세요. 지원팀과 다른 포트로 협의했다면 --port {found} 옵션으로 다시 실행해 주세요.";
        SshdConfig { detail: String } =>
            "sshd can't read its own configuration: {detail}. Correct it (check with 'sshd -t') and run this again.",
            "sshd 설정에 오류가 있습니다: {detail}. 'sshd -t'로 확인하고 고친 뒤 다시 실행해 주세요.";
        KeysOff =>
            "sshd accepts no public keys here (PubkeyAuthentication no). Allow them in sshd_config, reload sshd, and run this again.",
            "sshd가 공개키 인증을 받지 않습니다(PubkeyAuthentication no). sshd_config에서 허용하고 sshd를 다시 읽은 뒤 실행해 주세요.";
        NoKeyFile { user: String } =>
            "sshd reads no key file for {user} (AuthorizedKeysFile none). Set AuthorizedKeysFile in sshd_config to a path with %h or %u in it (the default is .ssh/authorized_keys), reload sshd, and run this again.",
            "sshd가 {user} 계정의 공개키 파일을 읽지 않습니다(AuthorizedKeysFile none). sshd_config의 AuthorizedKeysFile을 %h 또는 %u가 들어간 경로(기본값 .ssh/authorized_keys)로 설정하고 sshd를 다시 읽은 뒤 실행해 주세요.";
        SharedKeyFile { path: String } =>
            "AuthorizedKeysFile {path} is shared by all users, so a key in it would open every account. Set AuthorizedKeysFile in sshd_config to a path with %h or %u in it (the default is .ssh/authorized_keys), reload sshd, and run this again.",
            "AuthorizedKeysFile {path} 파일은 모든 사용자가 함께 써서, 여기에 키를 넣으면 모든 계정이 열립니다. sshd_config의 AuthorizedKeysFile을 %h 또는 %u가 들어간 경로(기본값 .ssh/authorized_keys)로 설정하고 sshd를 다시 읽은 뒤 실행해 주세요.";
        OddKeyFile { path: String } =>
            "AuthorizedKeysFile {path} is not a name that can be worked out. Set AuthorizedKeysFile in sshd_config to a path with %h or %u in it (the default is .ssh/authorized_keys), reload sshd, and run this again.",
            "AuthorizedKeysFile {path} 값에서 파일 이름을 알아낼 수 없습니다. sshd_config의 AuthorizedKeysFile을 %h 또는 %u가 들어간 경로(기본값 .ssh/authorized_keys)로 설정하고 sshd를 다시 읽은 뒤 실행해 주세요.";
        NoScheduler =>
            "neither systemd nor cron runs here, so nothing could end the access by itself. Start cron and run this again.",
            "systemd도 cron도 실행 중이 아니어서 접속 허용을 자동으로 종료할 수 없습니다. cron을 시작한 뒤 다시 실행해 주세요.";
        NoSudo =>
            "sudo is not installed, but this grant needs it (sudo full). Install sudo, or run this again with --sudo none.",
            "sudo가 설치되어 있지 않지만 이번 지원에는 필요합니다(sudo full). 설치하거나 --sudo none 옵션으로 다시 실행해 주세요.";
        NoTool { tool: String } =>
            "{tool} is not installed, and there is no support account without it. Install it and run this again.",
            "{tool} 명령이 없어 지원 계정을 만들 수 없습니다. 설치한 뒤 다시 실행해 주세요.";
        NothingToExtend =>
            "no support access is open, so there is nothing to extend. Leave --extend out to open it.",
            "허용된 접속이 없어 연장할 수 없습니다. 새로 허용하려면 --extend 옵션을 빼고 실행해 주세요.";
        TooLong { most: String } =>
            "that would end later than the policy allows: {most} at the latest. Ask for less with --extend.",
            "정책이 허용하는 기한을 넘습니다. 최대 {most}까지 가능합니다. --extend 값을 줄여 주세요.";
        OlderSerial { offered: u64, current: u64 } =>
            "the policy offered (serial {offered}) is older than the one in force (serial {current}). It was not used.",
            "제공된 정책(일련번호 {offered})이 현재 적용된 정책(일련번호 {current})보다 오래되어 사용하지 않았습니다.";
        FromInside { account: String } =>
            "this session belongs to the support account {account}: ending the access would cut it off half-way. Run the same command from a session of the server's owner.",
            "이 세션은 지원 계정 {account}의 접속입니다. 여기서 종료하면 작업이 중간에 끊깁니다. 서버 소유자의 세션에서 같은 명령을 실행해 주세요.";
    }
}
