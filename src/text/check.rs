//! What a check tells besides the causes themselves.

use crate::words;

words! {
    /// Lines of the check's.
    Told {
        Asked { user: String, at: String } => "Login as {user} at {at}", "{at} 서버에 {user} 계정으로 접속";
        Via { at: String, via: String } => "  through {via}, for the server at {at}", "  {via} 포트포워딩을 거쳐 {at} 서버로";
        EndsAt { stage: String } => "The way ends at: {stage}", "접속이 끝난 단계: {stage}";
        Connected { user: String, at: String } => "Connected: {at} took the key, and a command ran as {user}.", "접속되었습니다. {at} 서버가 키를 받았고 {user} 계정으로 명령을 실행했습니다.";
        ByReceipt => "It is the server of the receipt (host key compared).", "접속 허용 내역의 서버가 맞습니다(서버 키 확인).";
        ByMemory => "Its host key is the one that is remembered here.", "이 PC에 저장된 서버 키와 일치합니다.";
        Right { via: String } => "The forwarded port {via} leads to the right server.", "{via} 포트포워딩은 올바른 서버로 연결됩니다.";
        Here { line: String } => "  on this machine: {line}", "  이 PC에서 실행: {line}";
        ByFix { line: String } => "  on this machine (or with --fix): {line}", "  이 PC에서 실행(또는 --fix 사용): {line}";
        There { line: String } => "  on the server: {line}", "  서버에서 실행: {line}";
        Router { line: String } => "  on the router: {line}", "  라우터에서 실행: {line}";
        NoSsh => "ssh is not installed on this machine: install openssh-client (Debian, Ubuntu: 'apt-get install openssh-client') or openssh-clients (Rocky and the like: 'dnf install openssh-clients')", "이 PC에 ssh가 없습니다. openssh-client(Debian, Ubuntu: 'apt-get install openssh-client') 또는 openssh-clients(Rocky 등: 'dnf install openssh-clients')를 설치해 주세요";
        OwnConfig { why: String } => "ssh does not start with its configuration on this machine; correct the file that it names (your own, mode 600): {why}", "이 PC의 ssh 설정 오류로 ssh를 실행할 수 없습니다. 표시된 파일(본인 소유, 권한 600)을 수정해 주세요: {why}";
        ReceiptPlace => "the receipt names no address: give the server's own, HOST[:PORT], beside it", "내역에 주소가 없습니다. 서버 주소 HOST[:PORT]를 함께 지정해 주세요";
    }
}
