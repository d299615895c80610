//! The account.

use super::Told;

told! {
    NO_ACCOUNT {
        "the account does not exist", "계정이 없습니다";
        "sshd treats a name that it does not know like a wrong key: 'Invalid user' stands in its log only.", "sshd는 없는 계정도 키가 틀린 것처럼 처리하고 로그에만 'Invalid user'를 남깁니다.";
        "Sign in with the account that exists on this server.", "이 서버에 있는 계정으로 접속해 주세요.";
    }
    BAD_SHELL {
        "the account's shell is missing or can't be run", "계정의 셸이 없거나 실행할 수 없습니다";
        "sshd lets nobody in whose shell is not an executable file.", "sshd는 셸이 실행 가능한 파일이 아닌 계정의 접속을 거부합니다.";
        "Give the account a shell that is there.", "계정에 실제로 있는 셸을 지정해 주세요.";
    }
    DENY_USERS {
        "DenyUsers names the account", "DenyUsers에 이 계정이 들어 있습니다";
        "sshd's configuration shuts this account out, whatever its key.", "sshd 설정이 키와 관계없이 이 계정의 접속을 막고 있습니다.";
        "Take the account out of DenyUsers and reload sshd.", "DenyUsers에서 이 계정을 빼고 sshd를 다시 읽게 해 주세요.";
    }
    ALLOW_USERS {
        "AllowUsers does not name the account for this address", "AllowUsers에 이 주소에서 오는 이 계정이 없습니다";
        "Where AllowUsers stands, only the accounts it names get in, from the addresses it names.", "AllowUsers가 설정되어 있으면 여기에 적힌 계정과 주소만 접속할 수 있습니다.";
        "Add the account to AllowUsers and reload sshd.", "AllowUsers에 이 계정을 추가하고 sshd를 다시 읽게 해 주세요.";
    }
    DENY_GROUPS {
        "DenyGroups names a group of the account", "DenyGroups에 이 계정의 그룹이 들어 있습니다";
        "sshd's configuration shuts every member of that group out.", "sshd 설정이 이 그룹에 속한 계정의 접속을 막고 있습니다.";
        "Take the account out of the group, or the group out of DenyGroups, and reload sshd.", "계정을 그룹에서 빼거나 DenyGroups에서 그룹을 빼고 sshd를 다시 읽게 해 주세요.";
    }
    ALLOW_GROUPS {
        "AllowGroups names no group of the account", "AllowGroups에 이 계정의 그룹이 없습니다";
        "Where AllowGroups stands, only members of the groups it names get in.", "AllowGroups가 설정되어 있으면 여기에 적힌 그룹의 계정만 접속할 수 있습니다.";
        "Add the account to one of the groups.", "계정을 해당 그룹에 추가해 주세요.";
    }
    ACCOUNT_LOCKED {
        "the account is locked, and PAM is off", "계정이 잠겨 있고 PAM을 사용하지 않습니다";
        "With 'UsePAM no' sshd refuses an account whose password begins with '!', even with a key.", "'UsePAM no'이면 비밀번호가 '!'로 시작하는 계정은 키가 맞아도 거부됩니다.";
        "Give it a password that fits nothing: '*'.", "어떤 비밀번호와도 맞지 않는 '*'로 바꿔 주세요.";
    }
}
