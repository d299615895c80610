//! Before sshd hears of the login.

use super::Told;

told! {
    SSHD_STOPPED {
        "sshd does not run, or not on this port", "sshd가 실행 중이 아니거나 다른 포트를 사용합니다";
        "Nobody listens where the engineer knocks, so the connection is refused before any key is shown.", "접속하려는 포트에서 응답하는 프로그램이 없어 키를 확인하기 전에 연결이 거부됩니다.";
        "Start sshd, or tell the engineer the port on which it listens.", "sshd를 시작하거나 실제 포트를 엔지니어에게 알려 주세요.";
    }
}
