//! What a run tells while it works and at its end.

use crate::words;

words! {
    /// Lines of a run.
    Report {
        DryRunGrant => "Dry run: this is what would be done. Nothing is changed.", "모의 실행입니다. 아래와 같이 진행되며, 지금은 아무것도 바꾸지 않습니다.";
        DryRunNothing => "Dry run: everything stands already; nothing would be done.", "모의 실행입니다. 이미 모두 갖추어져 있어 바뀔 것이 없습니다.";
        DryRunFirst => "An earlier run was cut off or is over. It would be cleared away first, then access would be opened anew.", "이전 실행이 중단되었거나 기한이 지났습니다. 먼저 정리한 뒤 새로 허용합니다.";
        DryRunProof => "Then sshd would be asked whether it lets the engineer in, and all of this would be undone if not.", "마지막으로 엔지니어가 실제로 접속할 수 있는지 sshd로 확인하고, 안 되면 모두 되돌립니다.";
        DryRunEnds { local: String, utc: String } => "It would end by itself at {local} ({utc}).", "{local} ({utc})에 자동으로 종료됩니다.";
        DryRunRecord => "Dry run: nothing on the server would change; the grant's own record would (ticket, outer address, policy).", "모의 실행입니다. 서버에서 바뀌는 것은 없고, 접속 허용 기록(문의 번호, 외부 주소, 정책)만 바뀝니다.";
        DryRunDelete => "Dry run: this is what ending the access would do. Nothing is changed.", "모의 실행입니다. 종료하면 아래와 같이 진행되며, 지금은 아무것도 바꾸지 않습니다.";
        Waiting { holder: String, since: String } => "Another run is busy ({holder}, since {since}); waiting up to 60 seconds.", "다른 실행({holder}, {since} 시작)이 진행 중입니다. 최대 60초 기다립니다.";
        Busy { holder: String, since: String } => "another run held the lock for 60 seconds: {holder}, since {since}. Nothing was done. Wait until it has ended and run this again.", "다른 실행({holder}, {since} 시작)이 60초가 지나도 끝나지 않아 아무것도 하지 않았습니다. 끝난 뒤 다시 실행해 주세요.";
        EndsSoon { until: String } => "support-access: this support access ends at {until}. All its sessions are closed then; please save your work.", "support-access: 기술지원 접속이 {until}에 종료됩니다. 그때 모든 세션이 끊기니 작업을 저장해 주세요.";
        EndedEarly { minutes: i64 } => "The clock of this server was set forward: by the time since boot, {minutes} minutes were left.", "이 서버의 시계가 앞으로 바뀌었습니다. 부팅 후 경과 시간으로는 {minutes}분이 남아 있었습니다.";
        RecordLost { why: String } => "The record of the support access can't be used ({why}), so nobody can tell when it ends. It was closed now: nobody can sign in any more, and the sessions were ended. All files were kept.", "접속 허용 기록을 사용할 수 없어({why}) 종료 시각을 알 수 없습니다. 지금 접속을 막고 세션을 끊었습니다. 파일은 모두 그대로 두었습니다.";
        Fetching { url: String } => "Fetching {url}", "받는 중: {url}";
        ClearingEarlier => "An earlier run was cut off or is over; clearing it away first.", "중단되었거나 기한이 지난 이전 실행을 먼저 정리합니다.";
        StepDone { step: String } => "done: {step}", "완료: {step}";
        Proving => "Asking sshd whether it lets the engineer in", "엔지니어가 접속할 수 있는지 sshd에 확인하는 중";
        SudoForeign { account: String, rule: String } => "a rule on this server that is not ours would let account {account} run things as root without a password: {rule}. Look for it in /etc/sudoers and /etc/sudoers.d, remove it, and run this again; or allow it with --sudo full", "이 서버에 있는 다른 sudo 규칙 때문에 {account} 계정이 비밀번호 없이 root 권한을 쓸 수 있습니다: {rule}. /etc/sudoers와 /etc/sudoers.d에서 확인해 삭제한 뒤 다시 실행하거나, --sudo full로 허용해 주세요";
        SudoMissing { account: String } => "sudo does not follow the rule for account {account}. Look whether /etc/sudoers has the line '@includedir /etc/sudoers.d' and whether a later rule takes it back: sudo -l -U {account}", "sudo가 {account} 계정의 규칙을 따르지 않습니다. /etc/sudoers에 '@includedir /etc/sudoers.d' 줄이 있는지, 뒤의 다른 규칙이 취소하지 않는지 확인해 주세요: sudo -l -U {account}";
        RollingBack => "Undoing everything", "모두 되돌리는 중";
        RolledBack { log: String } => "Everything was undone; nothing is left but the log {log}.", "모두 되돌렸습니다. 로그 {log}만 남아 있습니다.";
        ProofFailed { reason: String } => "The engineer could not sign in: {reason}.", "엔지니어가 접속할 수 없습니다: {reason}.";
        ProofEvidence { line: String } => "sshd says: {line}", "sshd 기록: {line}";
        ProofNext => "Correct that and run this again; or open the access without this check: --no-verify.", "원인을 고친 뒤 다시 실행해 주세요. 확인 없이 허용하려면 --no-verify 옵션을 사용해 주세요.";
        ProofDaemon => "The running sshd refused what its configuration on disk allows. Most likely it has not read it yet: 'systemctl reload ssh' (Rocky, AlmaLinux, CentOS: 'systemctl reload sshd').", "실행 중인 sshd가 설정 파일에서 허용하는 접속을 거부했습니다. 설정을 다시 읽지 않은 것 같습니다: 'systemctl reload ssh'(Rocky, AlmaLinux, CentOS: 'systemctl reload sshd').";
        StaleConfig { file: String } => "Note: {file} was changed after sshd last read its configuration. 'systemctl reload ssh' makes it count.", "참고: sshd가 설정을 읽은 뒤 {file} 파일이 바뀌었습니다. 'systemctl reload ssh'를 실행해야 적용됩니다.";
        Unproven { reason: String } => "Not proven: {reason}.", "확인하지 못함: {reason}.";
        Failed { why: String } => "Failed: {why}", "실패: {why}";
        Granted => "Support access is open.", "기술지원 접속을 허용했습니다.";
        Unchanged => "Support access is open already; nothing was changed.", "이미 접속이 허용되어 있어 바뀐 것이 없습니다.";
        Updated => "Support access was brought up to date.", "접속 허용 내용을 갱신했습니다.";
        Extended => "Support access was extended.", "접속 허용 기간을 연장했습니다.";
        NotSooner => "The time does not change; to extend it, use --extend.", "종료 시각은 바뀌지 않습니다. 연장하려면 --extend 옵션을 사용해 주세요.";
        PasteReceipt => "Please paste the text below into your support ticket.", "아래 내용을 문의 글에 붙여 넣어 주세요.";
        NothingToDelete => "No support access is open on this server; nothing was done.", "이 서버에 허용된 기술지원 접속이 없어 아무것도 하지 않았습니다.";
        Deleted { log: String } => "Support access has ended; nothing of it is left but the log {log}.", "기술지원 접속을 종료하고 모두 삭제했습니다. 로그 {log}만 남아 있습니다.";
        DeletedBut => "Support access has ended, but something is left:", "기술지원 접속을 종료했지만 남은 것이 있습니다:";
        NotDeleted => "Support access is closed, but could not be removed completely:", "접속은 막았지만 완전히 삭제하지 못했습니다:";
        AccountFiles => "If these files are locked, wait until the other program is done; after a crash, remove the lock (/etc/passwd.lock and its like). If they can't be opened or changed, look for an 'i': lsattr /etc/passwd /etc/shadow /etc/group /etc/gshadow ('chattr -i' takes it off).", "파일이 잠겨 있으면(lock) 다른 프로그램이 끝난 뒤 다시 실행하고, 비정상 종료로 남은 잠금(/etc/passwd.lock 등)은 삭제해 주세요. 열거나 바꿀 수 없으면 'lsattr /etc/passwd /etc/shadow /etc/group /etc/gshadow'로 'i' 속성을 확인하고 'chattr -i'로 해제해 주세요.";
        NotClosed => "Support access could NOT be closed: the engineer may still be able to sign in.", "접속을 막지 못했습니다. 엔지니어가 아직 접속할 수 있습니다.";
        KeyLines { path: String } => "Lines that were not ours in {path}; they go with the account:", "{path} 파일에 저희가 넣지 않은 줄이 있었습니다. 계정과 함께 삭제됩니다:";
        LeftForeign { path: String } => "{path} is not ours and was left as it is.", "{path}은(는) 저희가 만든 것이 아니어서 그대로 두었습니다.";
        LeftUnmarked { account: String } => "account {account} no longer carries our mark. Nobody can sign in to it any more, but it and its files were kept. Look at it with 'getent passwd {account}'; to remove it: 'pkill -KILL -u {account}; sleep 1; userdel -r {account}', then run this again.", "{account} 계정의 표식이 기록과 다릅니다. 접속은 막았지만 계정과 파일은 그대로 두었습니다. 'getent passwd {account}'로 확인하고, 삭제하려면 'pkill -KILL -u {account}; sleep 1; userdel -r {account}'를 실행한 뒤 다시 실행해 주세요.";
        LeftFailed { what: String, why: String } => "{what}: {why}", "{what}: {why}";
        LeftBusy { list: String } => "A package manager that the engineer started is still at work and was not interrupted: {list}. The timer ends the rest when it is done, or run this again then.", "엔지니어가 실행한 패키지 관리자가 작업 중이어서 중단하지 않았습니다: {list}. 작업이 끝나면 타이머가 나머지를 정리합니다. 그 뒤에 다시 실행해도 됩니다.";
        LeftElsewhere { count: u64 } => "Found outside the account's home, its own or not to be searched: {count}. Look at them:", "홈 밖에서 계정의 파일이나 검색하지 못한 폴더를 {count}개 찾았습니다. 확인해 주세요:";
        Searching { count: u64 } => "Searching the disks for files of the account: {count} looked at", "디스크에서 계정의 파일을 찾는 중: {count}개 확인";
        HandedOver { unit: String, log: String } => "This session belongs to the access that ends, and ends now with it. systemd goes on with it: 'journalctl -u {unit}'. The report will be in {log}.", "이 세션도 종료 대상이어서 곧 끊깁니다. 나머지는 systemd가 진행합니다: 'journalctl -u {unit}'. 결과는 {log} 파일에 남습니다.";
        DryRunHandedOver => "This session belongs to the access: it would be ended with it, and systemd would finish the work.", "이 세션도 종료 대상입니다. 실제로 실행하면 이 세션은 끊기고 systemd가 나머지를 진행합니다.";
        HandedOverFailed { unit: String } => "The access was not removed completely. See 'journalctl -u {unit}'.", "완전히 삭제하지 못했습니다. 'journalctl -u {unit}'에서 확인해 주세요.";
        TryAgain => "Correct that and run this again; until then the timer tries every ten minutes.", "원인을 고친 뒤 다시 실행해 주세요. 그때까지 타이머가 10분마다 다시 시도합니다.";
        LegacyFound { account: String } => "account {account} was opened by the provider's earlier script and is still here. It was left as it is. To remove it: pkill -KILL -u {account}; sleep 1; userdel -r {account}", "이전 스크립트로 만든 {account} 계정이 남아 있습니다. 그대로 두었습니다. 삭제하려면: pkill -KILL -u {account}; sleep 1; userdel -r {account}";
        OrphanFound { account: String } => "account {account} carries the mark of a support access whose record is gone. To remove it: pkill -KILL -u {account}; sleep 1; userdel -r {account}", "{account} 계정에 기술지원 표식이 있지만 기록이 없습니다. 삭제하려면: pkill -KILL -u {account}; sleep 1; userdel -r {account}";
        AuditNone => "No support access is open on this server.", "이 서버에 허용된 기술지원 접속이 없습니다.";
        AuditOpen => "Support access is open.", "기술지원 접속이 허용되어 있습니다.";
        AuditOver => "The time of this support access is over, but it has not been removed yet. To remove it now: /usr/local/sbin/support-access delete", "기한이 지났지만 아직 삭제되지 않았습니다. 지금 삭제하려면: /usr/local/sbin/support-access delete";
        AuditIncomplete => "A run was cut off before it was complete. The timer undoes it; to do that now: /usr/local/sbin/support-access delete", "실행이 중간에 끊겼습니다. 타이머가 되돌립니다. 지금 되돌리려면: /usr/local/sbin/support-access delete";
        AuditClosing => "The access is being ended, but something is left. To try again: /usr/local/sbin/support-access delete", "종료하는 중이지만 남은 것이 있습니다. 다시 시도하려면: /usr/local/sbin/support-access delete";
        Foreseen => "Before anything is made: this would keep the engineer out.", "변경하기 전에 확인한 결과, 다음 문제로 엔지니어가 접속할 수 없습니다.";
        AuditLetsIn => "sshd would let the engineer in right now.", "지금 엔지니어가 접속할 수 있습니다.";
        AuditUnknown => "Whether sshd would let the engineer in right now could not be told.", "지금 엔지니어가 접속할 수 있는지 확인하지 못했습니다.";
        AuditDoctor => "What to do about it: /usr/local/sbin/support-access doctor", "해결 방법 확인: /usr/local/sbin/support-access doctor";
        AuditDrift { what: String } => "differs from the record: {what}", "기록과 다름: {what}";
        AuditWell => "Everything on this server is as recorded.", "서버 상태가 기록과 같습니다.";
        AuditRefused { why: String } => "does not stand as recorded: {why}", "기록과 다름: {why}";
        AuditRepair => "To repair it, open the access again with the same command; to end it: /usr/local/sbin/support-access delete", "복구하려면 같은 명령으로 다시 허용하고, 종료하려면 /usr/local/sbin/support-access delete 를 실행해 주세요.";
        AuditCustomerLines { count: usize } => "lines in the key file that are not of this access: {count}", "공개키 파일에서 이 접속 허용과 관계없는 줄: {count}개";
        Withdrawn { provider: String, count: usize } => "{provider} has withdrawn {count} of the keys: they were taken away, the key file was put back to the lines of this access, and all sessions were ended.", "{provider}에서 키 {count}개를 회수했습니다. 해당 키를 지우고 공개키 파일을 접속 허용 기록대로 되돌렸으며, 모든 세션을 끊었습니다.";
        LinesTaken { count: usize } => "Keys were withdrawn before, so lines in the key files that are not of this access were taken away ({count}), and all sessions were ended.", "이미 키가 회수된 접속이므로 공개키 파일에 추가된 줄({count}개)을 지우고 모든 세션을 끊었습니다.";
        WouldWithdraw { count: usize } => "The provider has withdrawn {count} of the keys: all sessions would be ended as well.", "제공 업체에서 키 {count}개를 회수했습니다. 실제로 실행하면 모든 세션도 끊깁니다.";
        WithdrawnAll { provider: String } => "{provider} has withdrawn the keys of this support access: it ends now.", "{provider}에서 이 접속의 키를 모두 회수하여 지금 종료합니다.";
        AuditConfirmed { at: String, serial: u64 } => "The provider's policy was last confirmed at {at} (serial {serial}).", "제공 업체 정책을 마지막으로 확인한 시각: {at}(일련번호 {serial})";
        AuditUnconfirmed { why: String } => "Since then it could not be confirmed: {why}. The access goes on to its own end.", "이후에는 확인하지 못했습니다: {why}. 접속은 정해진 시각에 종료됩니다.";
        AuditWithdrawn { keys: String } => "Keys that the provider has withdrawn: {keys}", "제공 업체가 회수한 키: {keys}";
        AuditProcesses { list: String } => "processes of the account: {list}", "계정의 프로세스: {list}";
        VisitsNone => "Nobody has signed in, by this server's log.", "서버 로그에 따르면 접속한 사람이 없습니다.";
        VisitsUnknown => "This server's log could not be read, or not whole, so nobody can tell who signed in.", "서버 로그를 끝까지 읽지 못해 누가 접속했는지 알 수 없습니다.";
        VisitsHead { count: usize } => "Logins during this access: {count}", "접속 기록: {count}건";
        Visit { at: String, from: String, key: String, lasted: String } => "  {at} from {from}, {key}: {lasted}", "  {at} {from}에서 접속, {key}: {lasted}";
        Said { text: String } => "{text}", "{text}";
        VisitNoKey => "without a key", "키 없이 인증";
        VisitOtherKey { key: String } => "{key} (not a key of this access)", "{key}(이 접속에 허용한 키가 아님)";
        VisitLasted { minutes: i64, seconds: i64 } => "{minutes} min {seconds} s", "{minutes}분 {seconds}초";
        VisitHere => "still here", "접속 중";
        VisitNoEnd => "its end is not in the log", "종료 시각 기록 없음";
        CommandsHead { count: usize } => "Run through sudo: {count}", "sudo로 실행한 명령: {count}건";
        Command { at: String, user: String, line: String } => "  {at} as {user}: {line}", "  {at} {user} 권한: {line}";
        VisitsMore { count: usize } => "  and {count} more (--json)", "  외 {count}건(--json)";
        VisitsHint => "Some of these lines the account itself or other local users could have had written: a hint, no proof.", "로컬 사용자가 직접 남길 수 있는 기록이 포함되어 있어 확실한 증거는 아닙니다.";
        VisitsCut => "The log was longer than could be read; earlier ones may be missing.", "로그가 길어 끝까지 읽지 못했습니다. 이전 기록이 빠져 있을 수 있습니다.";
        AuditLastAsked { proof: String } => "proof of the way in: {proof}", "접속 확인: {proof}";
        ReportInLog { why: String } => "the log could not be written: {why}", "로그를 쓰지 못했습니다: {why}";
    }
}

words! {
    /// What became of a file of the account outside its home, or would.
    Swept {
        Handed { path: String } => "to root: {path}", "root 소유로 변경: {path}";
        Quarantined { path: String, to: String } => "moved to quarantine: {path} -> {to}", "격리: {path} -> {to}";
        Older { path: String } => "kept, older than the access: {path}", "유지(접속 허용 전 파일): {path}";
        Container { path: String } => "kept, in a container's storage: {path}", "유지(컨테이너 저장소): {path}";
        Failed { path: String, why: String } => "kept: {path}: {why}", "유지: {path}: {why}";
    }
}
