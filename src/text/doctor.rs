//! What the doctor tells besides the causes themselves.

use crate::words;

words! {
    /// Lines of the doctor's.
    Told {
        Asked { account: String, port: u16, from: String } => "Login of {account} on port {port} from {from}", "{from}에서 {account} 계정으로 {port}번 포트에 접속하는 경우";
        FromAnywhere => "No address is known from which the login comes: the one shown stands for any. --from ADDRESS names it.", "접속하는 쪽 주소를 몰라 임의의 주소로 확인합니다. --from 주소로 지정해 주세요.";
        NoKey => "The key is not known; causes that lie in it can't be seen. --key FILE names its public half.", "키를 몰라 키 자체의 문제는 확인할 수 없습니다. --key 파일로 공개 키를 지정해 주세요.";
        Here { line: String } => "  on this server: {line}", "  이 서버에서 실행: {line}";
        ByFix { line: String } => "  on this server (or with --fix): {line}", "  이 서버에서 실행(또는 --fix 사용): {line}";
        AtEngineers { line: String } => "  on the engineer's side: {line}", "  접속하는 쪽에서 실행: {line}";
        Unseen { name: String, why: String } => "not checked: {name}: {why}", "확인하지 못함: {name}: {why}";
        UnseenMany { count: usize, why: String } => "not checked, {count} causes: {why} (--json names them)", "확인하지 못함, 원인 {count}개: {why} (목록은 --json)";
        Healthy => "Nothing on this server stands in the way of this login.", "이 서버에는 이 접속을 막는 문제가 없습니다.";
        RuledOut { count: usize } => "Causes ruled out: {count}", "해당하지 않는 원인: {count}개";
        LetIn => "  But sshd itself was asked, and lets this login in all the same: this is probably not what refuses it.", "  다만 sshd에 직접 확인하면 접속을 허용합니다. 실제 거부 원인이 아닐 수 있습니다.";
        Fixing { line: String } => "Fixing: {line}", "수정: {line}";
        NotFixed { why: String } => "  failed: {why}", "  실패: {why}";
        NothingToFix => "Nothing here that --fix may change by itself.", "--fix로 자동 수정할 수 있는 것이 없습니다.";
        Again => "Looking again:", "다시 확인합니다:";
    }
}
