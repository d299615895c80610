//! Before sshd hears of the login.

use super::Told;

told! {
    SSHD_STOPPED {
        "sshd does not run", "sshd가 실행되고 있지 않습니다";
        "No sshd listens on any port, so the connection is refused before any key is shown.", "sshd가 어떤 포트에서도 대기하지 않아 키를 확인하기 전에 연결이 거부됩니다.";
        "Start sshd; where it does not start, mend first what is named below.", "sshd를 시작해 주세요. 시작되지 않으면 아래에 표시된 문제를 먼저 해결해 주세요.";
    }
    PORT_TAKEN {
        "another program holds the port of sshd", "다른 프로그램이 sshd의 포트를 사용하고 있습니다";
        "sshd is to listen on this port and could not: another program was first.", "sshd가 이 포트를 열어야 하지만 다른 프로그램이 먼저 사용하고 있습니다.";
        "End that program or give it another port, then restart sshd.", "해당 프로그램을 종료하거나 포트를 바꾼 뒤 sshd를 다시 시작해 주세요.";
    }
    PORT_REFUSED {
        "the system does not let sshd have the port", "시스템이 sshd의 포트 사용을 허용하지 않습니다";
        "sshd may not listen on this port; mostly SELinux, which lets sshd have port 22 alone.", "sshd가 이 포트를 열 권한이 없습니다. 대개 SELinux가 sshd에 22번 포트만 허용하기 때문입니다.";
        "Let sshd have the port (SELinux: 'semanage port'), then restart it.", "포트 사용을 허용한 뒤(SELinux: 'semanage port') sshd를 다시 시작해 주세요.";
    }
    SOCKET_STALE {
        "systemd's ssh.socket does not listen on the port of sshd_config", "systemd의 ssh.socket이 sshd_config의 포트에서 대기하지 않습니다";
        "With socket activation systemd holds the port: a changed 'Port' in sshd_config has no effect until ssh.socket follows it.", "소켓 활성화를 사용하면 포트를 systemd가 엽니다. sshd_config의 'Port'를 바꿔도 ssh.socket에 반영해야 적용됩니다.";
        "Set the port in ssh.socket and restart it. Sessions that are open stay open.", "ssh.socket에 포트를 설정하고 다시 시작해 주세요. 열려 있는 세션은 유지됩니다.";
    }
    OTHER_PORT {
        "sshd listens on another port", "sshd가 다른 포트를 사용합니다";
        "Nobody listens where the engineer knocks, so the connection is refused before any key is shown.", "접속하려는 포트에서 대기하는 프로그램이 없어 키를 확인하기 전에 연결이 거부됩니다.";
        "Tell the engineer the port on which sshd listens.", "sshd가 사용하는 포트를 엔지니어에게 알려 주세요.";
    }
    LISTEN_ADDRESS {
        "sshd does not listen on an address that can be reached", "sshd가 외부에서 접속할 수 있는 주소에서 대기하지 않습니다";
        "ListenAddress or AddressFamily leaves out the way by which the engineer comes.", "ListenAddress나 AddressFamily 설정에 엔지니어가 접속하는 경로가 빠져 있습니다.";
        "Correct ListenAddress or AddressFamily in sshd's configuration and restart sshd.", "sshd 설정에서 ListenAddress나 AddressFamily를 고치고 sshd를 다시 시작해 주세요.";
    }
    PACKET_FILTER {
        "this server's packet filter stops the connection", "이 서버의 방화벽이 연결을 막고 있습니다";
        "The rule that is shown drops or rejects what comes from this address to this port, before sshd hears of it.", "표시된 규칙이 이 주소에서 이 포트로 오는 연결을 sshd에 도달하기 전에 차단합니다.";
        "Let the address in, and write the rule into the firewall's own files as well, or it is gone after a reboot.", "이 주소를 허용해 주세요. 방화벽 설정 파일에도 저장해야 재부팅 후에도 유지됩니다.";
    }
    FAIL2BAN {
        "fail2ban has banned the address", "fail2ban이 이 주소를 차단했습니다";
        "After some failed logins fail2ban shuts an address out for a while.", "로그인 실패가 반복되면 fail2ban이 해당 주소를 일정 시간 차단합니다.";
        "Lift the ban, and put the address on fail2ban's list 'ignoreip'.", "차단을 해제하고 fail2ban의 ignoreip에 이 주소를 추가해 주세요.";
    }
    HOSTS_DENY {
        "TCP wrappers refuse the address", "TCP wrappers가 이 주소를 거부합니다";
        "This sshd obeys /etc/hosts.allow and /etc/hosts.deny, and these shut the address out.", "이 서버의 sshd는 /etc/hosts.allow와 /etc/hosts.deny를 따르며, 여기서 이 주소가 거부됩니다.";
        "Allow the address in /etc/hosts.allow; the first line that fits counts.", "/etc/hosts.allow에 이 주소를 허용해 주세요. 먼저 일치하는 줄이 적용됩니다.";
    }
    PENALTY {
        "sshd makes this address wait after failures (PerSourcePenalties)", "접속 실패가 반복되어 sshd가 이 주소를 잠시 거부하고 있습니다(PerSourcePenalties)";
        "From OpenSSH 9.8 on sshd turns an address away for a while (ten minutes at most, unless set otherwise) that failed too often.", "OpenSSH 9.8부터는 실패가 잦은 주소의 연결을 일정 시간(기본 최대 10분) 끊습니다.";
        "Wait, or reload sshd, which forgets it; 'PerSourcePenaltyExemptList' spares the address for good.", "잠시 기다리거나 sshd를 다시 읽게 하면 해제됩니다. 계속 제외하려면 'PerSourcePenaltyExemptList'에 주소를 추가해 주세요.";
    }
    NO_AGREEMENT {
        "the client and sshd have no algorithm in common", "클라이언트와 sshd에 공통으로 쓸 수 있는 알고리즘이 없습니다";
        "An old client, an old server or a strict policy: they part before any key is shown.", "클라이언트나 서버가 오래되었거나 암호 정책이 엄격하여 키를 확인하기 전에 연결이 끝납니다.";
        "Use a newer client, or allow the algorithm there.", "최신 클라이언트를 사용하거나 클라이언트에서 해당 알고리즘을 허용해 주세요.";
    }
    MAX_STARTUPS {
        "too many connections are about to sign in (MaxStartups)", "로그인 중인 연결이 너무 많습니다(MaxStartups)";
        "sshd turns new connections away while that many have not signed in yet: a flood of attempts, or a limit that is too low.", "아직 로그인하지 않은 연결이 한도에 이르면 sshd가 새 연결을 끊습니다. 접속 시도가 몰렸거나 한도가 너무 낮은 경우입니다.";
        "Look who connects ('ss -tn sport = :22'), shut them out, or raise MaxStartups and reload sshd.", "'ss -tn sport = :22'로 접속 중인 주소를 확인해 차단하거나, MaxStartups를 높이고 sshd를 다시 읽게 해 주세요.";
    }
}
