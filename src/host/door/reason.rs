//! Why a login fails or could not be tried, in words for the customer.

use serde::{Deserialize, Serialize};

use crate::words;

words! {
    /// Why sshd refuses a login.
    #[derive(Serialize, Deserialize)]
    Reason {
        HostsDeny => "TCP wrappers refuse this address (/etc/hosts.allow, /etc/hosts.deny)", "TCP wrappers가 이 주소를 거부합니다(/etc/hosts.allow, /etc/hosts.deny)";
        NoAccount => "sshd does not know the account", "sshd가 이 계정을 알지 못합니다";
        AccountLocked => "the account is locked", "계정이 잠겨 있습니다";
        AccountExpired => "the account has expired", "계정의 사용 기한이 지났습니다";
        PasswordAged => "the account's password has aged out, so PAM refuses even a key", "비밀번호 사용 기한이 지나 PAM이 키 로그인도 거부합니다";
        PasswordChange => "PAM demands a new password at login", "PAM이 로그인할 때 비밀번호 변경을 요구합니다";
        BadShell { shell: String } => "the account's shell {shell} is missing or can't be run", "계정의 셸 {shell}이(가) 없거나 실행할 수 없습니다";
        NoLoginShell => "the account's shell lets nobody in", "계정의 셸이 로그인을 허용하지 않습니다";
        DenyUsers => "sshd_config: DenyUsers names the account", "sshd_config의 DenyUsers에 이 계정이 들어 있습니다";
        AllowUsers => "sshd_config: AllowUsers does not name the account for this address", "sshd_config의 AllowUsers에 이 주소에서 오는 이 계정이 없습니다";
        DenyGroups => "sshd_config: DenyGroups names a group of the account", "sshd_config의 DenyGroups에 이 계정의 그룹이 들어 있습니다";
        AllowGroups => "sshd_config: AllowGroups names no group of the account", "sshd_config의 AllowGroups에 이 계정의 그룹이 없습니다";
        RootRefused => "sshd_config: PermitRootLogin refuses root", "sshd_config의 PermitRootLogin이 root 로그인을 거부합니다";
        PublicKeyOff => "sshd_config: PubkeyAuthentication is off for this login", "sshd_config의 PubkeyAuthentication이 이 로그인에 꺼져 있습니다";
        MoreMethods => "sshd_config: AuthenticationMethods asks for more than a key", "sshd_config의 AuthenticationMethods가 키 외의 인증도 요구합니다";
        Algorithm { algorithm: String } => "sshd does not accept keys of type {algorithm}", "sshd가 {algorithm} 유형의 키를 받지 않습니다";
        KeyTooShort => "the RSA key is too short for this sshd", "RSA 키가 이 sshd에는 너무 짧습니다";
        Revoked => "the key is revoked (RevokedKeys), or that list can't be read", "키가 폐기되었거나(RevokedKeys) 폐기 목록을 읽을 수 없습니다";
        WrongSource => "the key's line does not allow this address (from=)", "키 줄의 from= 조건이 이 주소를 허용하지 않습니다";
        KeyExpired => "the key's line has expired (expiry-time)", "키 줄의 사용 기한(expiry-time)이 지났습니다";
        KeyOptions => "an option in the key's line refuses the login", "키 줄의 옵션이 로그인을 거부합니다";
        BadLine => "sshd can't read the key's line", "sshd가 키 줄을 해석하지 못합니다";
        NotInFile => "the key is not in the file that sshd reads", "sshd가 읽는 파일에 이 키가 없습니다";
        Modes { path: String } => "others could write to {path}, or it has the wrong owner (StrictModes)", "{path}의 소유자나 권한이 안전하지 않습니다(StrictModes)";
        Unreadable { path: String } => "sshd can't read {path} as the account", "sshd가 계정 권한으로 {path}을(를) 읽지 못합니다";
        NotRegular { path: String } => "{path} is not a regular file", "{path}은(는) 일반 파일이 아닙니다";
        Access => "pam_access refuses the account (/etc/security/access.conf)", "pam_access가 이 계정을 거부합니다(/etc/security/access.conf)";
        NoLoginFile => "logins are closed by /etc/nologin or /run/nologin", "/etc/nologin 또는 /run/nologin 파일 때문에 로그인이 막혀 있습니다";
        PamAccount => "PAM refuses the account", "PAM이 이 계정을 거부합니다";
        PamSession => "PAM could not open a session", "PAM이 세션을 열지 못했습니다";
        Chroot { path: String } => "the folder {path} of ChrootDirectory has an unsafe owner or mode", "ChrootDirectory의 {path} 폴더 소유자나 권한이 안전하지 않습니다";
        ForcedCommand => "sshd_config: ForceCommand replaces the engineer's shell", "sshd_config의 ForceCommand가 엔지니어의 셸을 다른 명령으로 바꿉니다";
        Limits => "a limit of the account allows no new process", "계정의 자원 제한 때문에 새 프로세스를 만들 수 없습니다";
        SessionEnded { code: i32 } => "the session ended at once with exit code {code}", "세션이 종료 코드 {code}(으)로 바로 끝났습니다";
        NoAgreement => "sshd's policy of algorithms leaves nothing in common with the client", "sshd의 암호 알고리즘 정책과 클라이언트 사이에 공통 항목이 없습니다";
        BrokenConfig => "sshd can't start with the configuration on disk", "디스크에 있는 설정으로는 sshd가 시작되지 않습니다";
        TooSlow => "sshd did not answer in time", "sshd가 제시간에 응답하지 않았습니다";
        Unknown => "sshd refused and did not say why", "sshd가 이유를 밝히지 않고 거부했습니다";
    }
}

words! {
    /// Why something could not be proven here.
    #[derive(Serialize, Deserialize)]
    Unproven {
        NoClient => "no ssh client is installed on this server", "이 서버에 ssh 클라이언트가 설치되어 있지 않습니다";
        NoNamespace { why: String } => "this system allows no private namespace: {why}", "이 시스템에서는 별도의 네임스페이스를 만들 수 없습니다: {why}";
        NoServerAddress => "this server has no address of the same family (IPv4, IPv6)", "이 서버에는 같은 종류(IPv4, IPv6)의 주소가 없습니다";
        BadAddress { why: String } => "the address can't be stood in for here: {why}", "여기서는 이 주소를 대신할 수 없습니다: {why}";
        AuditLogin => "the audit rules of this server (loginuid immutable) allow no session out of a session", "이 서버의 감사 규칙(loginuid immutable) 때문에 세션 안에서 세션을 열 수 없습니다";
        NoTime => "there was no time left for it", "시험할 시간이 남지 않았습니다";
        Broken { why: String } => "the test itself failed: {why}", "시험 자체가 실패했습니다: {why}";
    }
}
