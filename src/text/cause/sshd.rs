//! sshd itself and its configuration.

use super::Told;

told! {
    NO_PRIVSEP_FOLDER {
        "the folder that sshd needs under /run is missing", "sshd에 필요한 /run 아래의 폴더가 없습니다";
        "sshd locks itself into this empty folder for each login, and ends the connection where it is not there.", "sshd는 로그인마다 이 빈 폴더에 들어가 동작하므로, 폴더가 없으면 연결을 끊습니다.";
        "Make the folder again.", "폴더를 다시 만들어 주세요.";
    }
    NO_HOST_KEYS {
        "sshd has no host key that it can use", "sshd가 사용할 수 있는 호스트 키가 없습니다";
        "Without a host key sshd does not start, and older versions take no connection: the files are missing, or others may read them.", "호스트 키가 없으면 sshd가 시작되지 않고, 이전 버전은 연결도 받지 못합니다. 파일이 없거나 다른 사용자가 읽을 수 있는 상태입니다.";
        "Put the keys back, with mode 600. New keys ('ssh-keygen -A') do as well, but everyone is then warned that the server has changed.", "키 파일을 600 권한으로 되돌려 주세요. 새로 만들어도 되지만('ssh-keygen -A') 접속하는 쪽에 서버가 바뀌었다는 경고가 나타납니다.";
    }
    CONFIG_NOT_READ {
        "sshd has not read its configuration since that was changed", "sshd 설정이 바뀐 뒤 sshd가 다시 읽지 않았습니다";
        "What stands on disk is not what the running sshd does.", "디스크에 있는 설정과 실행 중인 sshd의 동작이 다릅니다.";
        "Reload sshd, if the change is meant to be.", "의도한 변경이면 sshd가 설정을 다시 읽게 해 주세요.";
    }
    REFUSE_CONNECTION {
        "RefuseConnection shuts this login out", "RefuseConnection이 이 로그인을 막고 있습니다";
        "sshd's configuration ends such connections, whatever the key; mostly within a Match block.", "sshd 설정(주로 Match 블록)이 키와 관계없이 이 연결을 끊습니다.";
        "Take the address or the account out of that Match block and reload sshd.", "해당 Match 블록에서 이 주소나 계정을 빼고 sshd를 다시 읽게 해 주세요.";
    }
    CONFIG_BROKEN {
        "sshd's configuration on disk is broken", "디스크에 있는 sshd 설정에 오류가 있습니다";
        "A running sshd goes on with what it has read, but it can't start again, and after a reboot nobody gets in.", "실행 중인 sshd는 이미 읽은 설정으로 동작하지만 다시 시작할 수 없습니다. 재부팅하면 아무도 접속할 수 없습니다.";
        "Correct the line that is named, then look with 'sshd -t' before sshd is restarted.", "표시된 줄을 고친 뒤 sshd를 다시 시작하기 전에 'sshd -t'로 확인해 주세요.";
    }
    NAME_SERVICE {
        "the name services do not know the account", "이름 서비스(NSS)에서 계정을 찾지 못합니다";
        "sshd asks the sources in /etc/nsswitch.conf, and these do not answer or leave /etc/passwd out.", "sshd는 /etc/nsswitch.conf에 지정된 곳에서 계정을 찾는데, 응답이 없거나 /etc/passwd가 빠져 있습니다.";
        "Correct the line 'passwd:' in /etc/nsswitch.conf, or start the service that it names.", "/etc/nsswitch.conf의 'passwd:' 줄을 고치거나 해당 서비스를 시작해 주세요.";
    }
}
