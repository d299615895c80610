//! PAM's account rules.

use super::Told;

told! {
    BOOT_UNFINISHED {
        "the server is still starting, or shutting down", "서버가 아직 부팅 중이거나 종료 중입니다";
        "systemd lets nobody but root in until the boot is through (/run/nologin).", "부팅이 끝날 때까지 systemd가 root 외의 접속을 막습니다(/run/nologin).";
        "Wait until the boot is through; if it hangs, look at 'systemctl list-jobs'.", "부팅이 끝날 때까지 기다려 주세요. 멈춰 있으면 'systemctl list-jobs'를 확인해 주세요.";
    }
    NOLOGIN_FILE {
        "a nologin file closes logins for everybody but root", "nologin 파일 때문에 root 외에는 접속할 수 없습니다";
        "While the file is there, PAM refuses every account, although the key fits.", "이 파일이 있는 동안에는 키가 맞아도 PAM이 모든 계정을 거부합니다.";
        "Remove the file once the maintenance is over.", "점검이 끝났으면 파일을 삭제해 주세요.";
    }
    PAM_MODULE_MISSING {
        "PAM is told to use a module that is not installed", "PAM 설정에 설치되지 않은 모듈이 있습니다";
        "PAM says no where a module that it must ask can't be loaded.", "필수로 지정된 모듈을 불러오지 못하면 PAM이 접속을 거부합니다.";
        "Install the package with the module, or take out the line that is named.", "모듈이 들어 있는 패키지를 설치하거나 표시된 줄을 삭제해 주세요.";
    }
    NO_SHADOW_LINE {
        "the account has no line in /etc/shadow", "/etc/shadow에 이 계정의 줄이 없습니다";
        "PAM can't tell whether the account is still valid, and refuses it.", "PAM이 계정이 유효한지 확인할 수 없어 접속을 거부합니다.";
        "Let pwconv add the missing line.", "pwconv로 없는 줄을 만들어 주세요.";
    }
    ACCOUNT_EXPIRED {
        "the account has expired", "계정의 사용 기한이 지났습니다";
        "The date in /etc/shadow is over, so the login is refused although the key fits.", "/etc/shadow에 적힌 기한이 지나 키가 맞아도 접속이 거부됩니다.";
        "Move the date, or take it away.", "기한을 늘리거나 없애 주세요.";
    }
    PASSWORD_INACTIVE {
        "the password is too old, and the account inactive for it", "비밀번호가 너무 오래되어 계정이 비활성화되었습니다";
        "The password should have been changed long ago. PAM refuses the account for it, even with a key.", "비밀번호를 바꿔야 하는 기간이 모두 지나 키로 접속해도 PAM이 거부합니다.";
        "Take the limits away, or set a new password.", "기한을 없애거나 비밀번호를 새로 설정해 주세요.";
    }
    PASSWORD_CHANGE {
        "a new password is demanded at login", "로그인할 때 비밀번호를 바꾸도록 설정되어 있습니다";
        "The key is taken, then the session asks for the old password, which whoever has only the key can't give.", "키는 맞지만 세션이 기존 비밀번호를 요구합니다. 키만 있는 사람은 입력할 수 없습니다.";
        "Set the day of the last change to today, or set a new password.", "마지막 변경일을 오늘로 바꾸거나 비밀번호를 새로 설정해 주세요.";
    }
    PASSWORD_MAX_AGE {
        "the password is older than it may be", "비밀번호 사용 기한이 지났습니다";
        "The key is taken, then the session demands a new password and ends without one.", "키는 맞지만 세션이 새 비밀번호를 요구하고, 바꾸지 않으면 끝납니다.";
        "Take the limit away, or set a new password.", "기한을 없애거나 비밀번호를 새로 설정해 주세요.";
    }
    PAM_ACCESS {
        "pam_access turns the account away", "pam_access가 이 계정을 거부합니다";
        "The first line of its list that fits the account and the address decides, and it says no.", "목록에서 계정과 주소에 맞는 첫 줄이 거부하도록 되어 있습니다.";
        "Let the account in by a line above the one that turns it away.", "거부하는 줄보다 위에 이 계정을 허용하는 줄을 넣어 주세요.";
    }
    PAM_SUCCEED_IF {
        "the account does not meet a requirement of PAM's (pam_succeed_if)", "계정이 PAM의 조건을 충족하지 않습니다(pam_succeed_if)";
        "PAM lets only accounts in that fit the rule, often members of a group.", "규칙에 맞는 계정만(대개 특정 그룹만) 접속할 수 있습니다.";
        "Make the account fit, or change the rule that is named.", "계정을 조건에 맞추거나 표시된 규칙을 바꿔 주세요.";
    }
    PAM_LISTFILE {
        "PAM's list of accounts turns this one away (pam_listfile)", "PAM의 계정 목록이 이 계정을 거부합니다(pam_listfile)";
        "A file says which accounts may come in, or which may not.", "접속을 허용하거나 막을 계정이 파일에 적혀 있습니다.";
        "Correct the file that the rule names.", "규칙에 표시된 파일을 고쳐 주세요.";
    }
    PAM_SHELLS {
        "the account's shell is not in /etc/shells", "계정의 셸이 /etc/shells에 없습니다";
        "PAM lets only accounts in whose shell is in that list (pam_shells).", "pam_shells가 이 목록에 있는 셸만 허용합니다.";
        "Add the shell to the list, or give the account another one.", "목록에 셸을 추가하거나 계정의 셸을 바꿔 주세요.";
    }
    PAM_TIME {
        "PAM allows no login at this time (pam_time)", "지금은 PAM이 접속을 허용하지 않는 시간입니다(pam_time)";
        "A rule says when the account may come in, and now is not the time.", "계정이 접속할 수 있는 시간이 정해져 있고 지금은 그 시간이 아닙니다.";
        "Wait for the time, or change the rule that is named.", "허용된 시간까지 기다리거나 표시된 규칙을 바꿔 주세요.";
    }
    PAM_REFUSES {
        "PAM refuses the account", "PAM이 이 계정을 거부합니다";
        "The key is right. One of PAM's account rules says no and does not tell why.", "키는 맞지만 PAM의 account 규칙 중 하나가 이유를 남기지 않고 거부합니다.";
        "Look at the rules that are named, the last added one first.", "표시된 규칙을 최근에 추가한 것부터 확인해 주세요.";
    }
}
