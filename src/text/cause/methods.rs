//! Which proofs sshd asks for.

use super::Told;

told! {
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
