//! Which proofs sshd asks for.

use super::Told;

told! {
    TOO_MANY_KEYS {
        "the client offers too many keys", "클라이언트가 키를 너무 많이 제시합니다";
        "Every key that the client tries counts: sshd hangs up (MaxAuthTries) before the right one comes.", "클라이언트가 시도하는 키마다 횟수에 포함되어, 맞는 키를 제시하기 전에 sshd가 연결을 끊습니다(MaxAuthTries).";
        "Let the client offer this one key alone.", "클라이언트에서 해당 키 하나만 제시하게 해 주세요.";
    }
    REVOKED_KEYS_FILE {
        "the file of RevokedKeys can't be read", "RevokedKeys 파일을 읽을 수 없습니다";
        "Where RevokedKeys names a file that is missing or damaged, sshd refuses every key.", "RevokedKeys에 지정된 파일이 없거나 손상되면 sshd는 모든 키를 거부합니다.";
        "Put the list back. An empty file revokes nothing.", "폐기 목록 파일을 되돌려 주세요. 빈 파일은 아무 키도 폐기하지 않습니다.";
    }
    ROOT_LOGIN {
        "PermitRootLogin refuses root", "PermitRootLogin이 root 로그인을 거부합니다";
        "sshd's configuration lets nobody sign in as root, or only with a command that stands in the key's line.", "sshd 설정이 root 로그인을 막거나, 키 줄에 명령이 지정된 경우에만 허용합니다.";
        "Sign in with an account of your own and use sudo, or set 'PermitRootLogin prohibit-password' and reload sshd.", "일반 계정으로 접속해 sudo를 사용하거나, 'PermitRootLogin prohibit-password'로 설정하고 sshd를 다시 읽게 해 주세요.";
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
}
