//! The session, and what is not in the list.

use super::Told;

told! {
    NO_LOGIN_SHELL {
        "the account's shell lets nobody in", "계정의 셸이 로그인을 허용하지 않습니다";
        "The key is taken, then the session ends at once: the shell is one that only refuses (nologin, false).", "키는 맞지만 셸이 접속을 거부하는 프로그램(nologin, false)이라 세션이 바로 끝납니다.";
        "Give the account a real shell.", "계정에 일반 셸을 지정해 주세요.";
    }
    UNKNOWN {
        "sshd refuses, for a reason that is not in our list", "목록에 없는 이유로 sshd가 거부합니다";
        "sshd itself was asked and said no. Its own words are shown.", "sshd에 직접 확인한 결과 거부되었습니다. sshd가 남긴 내용은 다음과 같습니다.";
        "Look at these lines of sshd's log together with the engineer.", "이 로그를 엔지니어에게 보내 함께 확인해 주세요.";
    }
}
