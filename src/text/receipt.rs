//! The labels of the receipt.

use crate::words;

words! {
    /// One line of the receipt.
    Label {
        Title => "Support access receipt", "기술지원 접속 허용 내역";
        Provider { name: String } => "Support by:    {name}", "지원 업체:     {name}";
        Account { name: String } => "Account:       {name}", "계정:          {name}";
        Connect { line: String } => "Connect:       {line}", "접속 명령:     {line}";
        Public { line: String } => "From outside:  {line}", "외부 접속:     {line}";
        NoAddress { port: u16 } => "Connect:       to this server's public address, port {port}", "접속 주소:     이 서버의 공인 IP, {port}번 포트";
        HostKey { line: String } => "Host key:      {line}", "서버 키:       {line}";
        KnownHosts { line: String } => "known_hosts:   {line}", "known_hosts:   {line}";
        Key { line: String } => "Key allowed:   {line}", "허용한 공개키: {line}";
        From { list: String } => "Only from:     {list}", "접속 허용 IP:  {list}";
        Ends { local: String, utc: String } => "Ends:          {local} ({utc})", "종료 시각:     {local} ({utc})";
        SudoNone => "Root (sudo):   no", "root 권한:     없음(sudo 불가)";
        SudoFull => "Root (sudo):   yes, without a password", "root 권한:     있음(비밀번호 없이 sudo 가능)";
        Ticket { id: String } => "Ticket:        {id}", "문의 번호:     {id}";
        Policy { source: String } => "Policy:        {source}", "정책:          {source}";
        Unsigned { source: String } => "Policy:        {source} (not signed)", "정책:          {source} (서명 없음)";
        Signed { source: String, serial: u64, by: String } => "Policy:        {source}, serial {serial}, signed by {by}", "정책:          {source}, 일련번호 {serial}, 서명 {by}";
        ProofFull => "Proven:        this server's sshd accepts each key from each address, and a session ran", "접속 확인:     이 서버의 sshd가 모든 키와 주소를 받아들였고 세션을 실행했습니다";
        ProofPartial => "Proven:        in part; see above for what could not be tried", "접속 확인:     일부만 확인했습니다. 확인하지 못한 것은 위를 참고해 주세요";
        ProofNone => "Proven:        nothing was tried", "접속 확인:     하지 않았습니다";
        Daemon => "               The running sshd let a session in.", "               실행 중인 sshd에서 세션을 열었습니다.";
        DaemonHere => "               The running sshd allows no login from the server itself, so it was not tried further.", "               실행 중인 sshd는 서버 자신에게서 오는 접속을 받지 않도록 설정되어 있어 더 확인하지 않았습니다.";
        Firewall { port: u16, list: String } => "Not proven:    the provider's firewall outside of this server. It must let in TCP {port} from {list}.", "확인 불가:     서버 밖의 방화벽은 확인할 수 없습니다. INBOUND 정책에 TCP {port}번 포트, 원격지 IP {list}을(를) 추가해 주세요.";
        End { line: String } => "To end it:     {line}", "종료 방법:     {line}";
        EndByLine { line: String } => "               or {line}", "               또는 {line}";
        Log { path: String } => "Log:           {path} (it stays)", "로그:          {path} (종료 후에도 남습니다)";
    }
}
