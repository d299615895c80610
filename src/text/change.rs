//! What a plan changes, said in one line each.

use crate::words;

words! {
    /// One of the things that a grant is made of.
    StepName {
        Program => "program on this server", "서버에 남길 프로그램";
        Timer => "timer that ends the access", "자동 종료 타이머";
        Account => "account", "계정";
        Home => "home", "홈 폴더";
        Sudo => "sudo rule", "sudo 규칙";
        Keys => "keys", "공개키";
        Opening => "opening", "계정 사용 기한";
    }
}

words! {
    /// One change.
    ChangeText {
        MakeDir { path: String, mode: String, owner: String } =>
            "make folder {path} (mode {mode}, owner {owner})",
            "폴더 생성: {path} (권한 {mode}, 소유자 {owner})";
        SetMode { path: String, mode: String, owner: String } =>
            "set {path} to mode {mode}, owner {owner}",
            "권한 변경: {path} (권한 {mode}, 소유자 {owner})";
        Create { path: String, mode: String, owner: String } =>
            "create file {path} (mode {mode}, owner {owner})",
            "파일 생성: {path} (권한 {mode}, 소유자 {owner})";
        Rewrite { path: String, mode: String, owner: String } =>
            "change file {path} (mode {mode}, owner {owner})",
            "파일 변경: {path} (권한 {mode}, 소유자 {owner})";
        Checked { tool: String } =>
            "its content is first checked with: {tool}",
            "내용을 먼저 검사합니다: {tool}";
        Binary { size: usize, hash: String } =>
            "the program itself, {size} bytes, SHA-256 {hash}",
            "프로그램 파일, {size}바이트, SHA-256 {hash}";
        Remove { path: String } => "remove file {path}", "파일 삭제: {path}";
        RemoveDir { path: String } =>
            "remove folder {path} if nothing is left in it",
            "비어 있으면 폴더 삭제: {path}";
        RemoveTree { path: String } =>
            "remove folder {path} with everything in it",
            "폴더와 그 안의 모든 것 삭제: {path}";
        Run { line: String } => "run: {line}", "실행: {line}";
        Sweep { count: usize, paths: String } =>
            "remove the account's temporary files ({count}): {paths}",
            "계정의 임시 파일 삭제({count}개): {paths}";
        EndNone => "end all processes of the account (none runs now)", "계정의 모든 프로세스 종료(지금은 없음)";
        End { list: String } => "end all processes of the account: {list}", "계정의 모든 프로세스 종료: {list}";
    }
}
