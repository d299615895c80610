//! What is told about each cause of a refused login.

use super::Lang;

/// The texts of one cause: English first, then Korean.
#[derive(Debug)]
pub struct Told {
    /// What it is, in a line.
    pub name: [&'static str; 2],
    /// What happens and why.
    pub why: [&'static str; 2],
    /// What to do.
    pub todo: [&'static str; 2],
}

/// One of two texts.
#[must_use]
pub fn choose(texts: &[&'static str; 2], lang: Lang) -> &'static str {
    match lang {
        Lang::En => texts[0],
        Lang::Ko => texts[1],
    }
}

/// One cause a block: name, why, what to do; each in English and Korean.
macro_rules! told {
    ($( $id:ident { $n:literal, $nk:literal; $w:literal, $wk:literal; $t:literal, $tk:literal; } )+) => {
        $(
            #[allow(missing_docs, reason = "each text documents itself")]
            pub const $id: Told = Told { name: [$n, $nk], why: [$w, $wk], todo: [$t, $tk] };
        )+
    };
}

told! {
    SSHD_STOPPED {
        "sshd does not run, or not on this port", "sshd가 실행 중이 아니거나 다른 포트를 사용합니다";
        "Nobody listens where the engineer knocks, so the connection is refused before any key is shown.", "접속하려는 포트에서 응답하는 프로그램이 없어 키를 확인하기 전에 연결이 거부됩니다.";
        "Start sshd, or tell the engineer the port on which it listens.", "sshd를 시작하거나 실제 포트를 엔지니어에게 알려 주세요.";
    }
    CONFIG_BROKEN {
        "sshd's configuration on disk is broken", "디스크에 있는 sshd 설정에 오류가 있습니다";
        "A running sshd goes on with what it has read, but it can't start again, and after a reboot nobody gets in.", "실행 중인 sshd는 이미 읽은 설정으로 동작하지만 다시 시작할 수 없습니다. 재부팅하면 아무도 접속할 수 없습니다.";
        "Correct the line that is named, then look with 'sshd -t' before sshd is restarted.", "표시된 줄을 고친 뒤 sshd를 다시 시작하기 전에 'sshd -t'로 확인해 주세요.";
    }
    PUBLIC_KEYS_OFF {
        "PubkeyAuthentication is off for this login", "이 로그인에는 PubkeyAuthentication이 꺼져 있습니다";
        "sshd does not look at keys at all and asks for a password.", "sshd가 키를 확인하지 않고 비밀번호를 요구합니다.";
        "Set 'PubkeyAuthentication yes' in sshd's configuration (perhaps within a Match block for this account) and reload sshd.", "sshd 설정에서(이 계정의 Match 블록에만 넣어도 됩니다) 'PubkeyAuthentication yes'로 바꾸고 sshd를 다시 읽게 해 주세요.";
    }
    MORE_METHODS {
        "AuthenticationMethods asks for more than a key", "AuthenticationMethods가 키 외의 인증도 요구합니다";
        "The key alone is taken but not enough: sshd wants a second proof, such as a password.", "키는 맞지만 sshd가 비밀번호 같은 두 번째 인증을 더 요구합니다.";
        "Add a Match block for this account with 'AuthenticationMethods publickey' and reload sshd.", "이 계정의 Match 블록에 'AuthenticationMethods publickey'를 추가하고 sshd를 다시 읽게 해 주세요.";
    }
    NO_KEY_FILE_SET {
        "AuthorizedKeysFile names no file", "AuthorizedKeysFile에 파일이 지정되어 있지 않습니다";
        "sshd reads no file of keys for this account, so no key in it can help.", "sshd가 이 계정의 키 파일을 읽지 않으므로 파일에 넣은 키가 소용없습니다.";
        "Set 'AuthorizedKeysFile .ssh/authorized_keys' (perhaps within a Match block) and reload sshd.", "'AuthorizedKeysFile .ssh/authorized_keys'로 설정하고(Match 블록에 넣어도 됩니다) sshd를 다시 읽게 해 주세요.";
    }
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
    NO_LOGIN_SHELL {
        "the account's shell lets nobody in", "계정의 셸이 로그인을 허용하지 않습니다";
        "The key is taken, then the session ends at once: the shell is one that only refuses (nologin, false).", "키는 맞지만 셸이 접속을 거부하는 프로그램(nologin, false)이라 세션이 바로 끝납니다.";
        "Give the account a real shell.", "계정에 일반 셸을 지정해 주세요.";
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
    ACCOUNT_EXPIRED {
        "the account has expired", "계정의 사용 기한이 지났습니다";
        "The date in /etc/shadow is over, so the login is refused although the key fits.", "/etc/shadow에 적힌 기한이 지나 키가 맞아도 접속이 거부됩니다.";
        "Move the date, or take it away.", "기한을 늘리거나 없애 주세요.";
    }
    KEY_FILE_MISSING {
        "the key file is not there", "공개키 파일이 없습니다";
        "sshd looks for the account's keys in this file and finds nothing.", "sshd가 이 파일에서 키를 찾지만 파일이 없습니다.";
        "Put the public key there, in a file of the account's own with mode 600.", "계정 소유의 600 권한 파일로 만들어 공개 키를 넣어 주세요.";
    }
    KEY_FILE_MODES {
        "others could write to the key file, or it has the wrong owner", "키 파일을 다른 사용자가 쓸 수 있거나 소유자가 다릅니다";
        "sshd does not trust a key file that somebody else could change (StrictModes).", "sshd는 다른 사람이 바꿀 수 있는 키 파일을 믿지 않습니다(StrictModes).";
        "Let the file belong to the account, and let nobody else write to it.", "파일을 계정 소유로 하고 다른 사용자의 쓰기 권한을 없애 주세요.";
    }
    FOLDER_MODES {
        "others could write to a folder above the key file, or it has the wrong owner", "키 파일의 상위 폴더를 다른 사용자가 쓸 수 있거나 소유자가 다릅니다";
        "Whoever can write to .ssh or to the home could swap the keys, so sshd trusts none of them (StrictModes).", ".ssh나 홈 폴더에 쓸 수 있으면 키를 바꿔치기할 수 있으므로 sshd가 키를 믿지 않습니다(StrictModes).";
        "Let the folder belong to the account or to root, and let nobody else write to it.", "폴더를 계정이나 root 소유로 하고 다른 사용자의 쓰기 권한을 없애 주세요.";
    }
    KEY_NOT_IN_FILE {
        "the key is not in the file that sshd reads", "sshd가 읽는 파일에 이 키가 없습니다";
        "The file holds other keys, or this one in a form that sshd does not take for a key.", "파일에 다른 키만 있거나 sshd가 키로 알아보지 못하는 형식으로 들어 있습니다.";
        "Add the public key as one line of its own.", "공개 키를 한 줄로 추가해 주세요.";
    }
    UNKNOWN {
        "sshd refuses, for a reason that is not in our list", "목록에 없는 이유로 sshd가 거부합니다";
        "sshd itself was asked and said no. Its own words are shown.", "sshd에 직접 확인한 결과 거부되었습니다. sshd가 남긴 내용은 다음과 같습니다.";
        "Look at these lines of sshd's log together with the engineer.", "이 로그를 엔지니어에게 보내 함께 확인해 주세요.";
    }
}
