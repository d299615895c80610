//! sshd itself and its configuration.

use super::Told;

told! {
    CONFIG_BROKEN {
        "sshd's configuration on disk is broken", "디스크에 있는 sshd 설정에 오류가 있습니다";
        "A running sshd goes on with what it has read, but it can't start again, and after a reboot nobody gets in.", "실행 중인 sshd는 이미 읽은 설정으로 동작하지만 다시 시작할 수 없습니다. 재부팅하면 아무도 접속할 수 없습니다.";
        "Correct the line that is named, then look with 'sshd -t' before sshd is restarted.", "표시된 줄을 고친 뒤 sshd를 다시 시작하기 전에 'sshd -t'로 확인해 주세요.";
    }
}
