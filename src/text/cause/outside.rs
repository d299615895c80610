//! Why a login from this side does not work.

use super::Told;

told! {
    NAME_UNKNOWN {
        "the name is unknown", "호스트 이름을 찾을 수 없습니다";
        "No address belongs to this name.", "이 이름에 연결된 IP 주소가 없습니다.";
        "Correct the name, or use the server's address.", "이름을 확인하거나 서버의 IP 주소로 접속해 주세요.";
    }
    RESOLVER_SILENT {
        "no name can be resolved from here", "이 PC에서 DNS를 사용할 수 없습니다";
        "The resolver of this machine does not answer.", "DNS 서버가 응답하지 않습니다.";
        "Mend this machine's network or DNS, or use the server's address.", "이 PC의 네트워크와 DNS를 확인하거나 서버의 IP 주소로 접속해 주세요.";
    }
    NO_ROUTE {
        "there is no way from here to this address", "이 PC에서 해당 주소로 가는 경로가 없습니다";
        "This machine is offline, or the address is a private one behind a VPN.", "네트워크가 끊겼거나 VPN으로만 접속할 수 있는 사설 IP입니다.";
        "Connect this machine or its VPN, or take the server's public address ('--via' for a forwarded port).", "네트워크나 VPN을 연결하거나 공인 IP로 접속해 주세요(포트포워딩은 '--via').";
    }
    HOST_UNREACHABLE {
        "the host can't be reached", "서버에 도달할 수 없습니다";
        "The server is stopped or rebooting, the address is not its own, or a firewall rejects the connection.", "서버가 중지 또는 재부팅 중이거나, IP 주소가 다르거나, 방화벽이 연결을 거부합니다.";
        "See in the console that the server runs and the address is right; then add the INBOUND rule that is shown. What this server itself refuses, the doctor finds there.", "콘솔에서 서버가 '운영중'인지, IP가 맞는지 확인하고 표시된 INBOUND 정책을 추가해 주세요. 서버 자체의 차단은 서버에서 doctor로 확인할 수 있습니다.";
    }
    FORWARD_NOTHING {
        "the forwarded port leads to nothing", "포트포워딩된 포트에 연결되는 서버가 없습니다";
        "Nobody answers behind the outer address and port: no forwarding is set, or it leads to an address or port where nobody listens.", "외부 IP와 포트로 접속해도 응답이 없습니다. 포트포워딩이 없거나, 대기하지 않는 내부 IP·포트로 연결됩니다.";
        "Set the forwarding to the server's own address and port (on a Linux router, with the line that is shown).", "포트포워딩의 내부 IP와 포트를 이 서버로 설정해 주세요(Linux 라우터라면 표시된 명령).";
    }
    TIMED_OUT {
        "no answer (timed out): a firewall lets nothing through", "응답이 없습니다(Connection timed out). 방화벽이 막고 있습니다";
        "Packets to this port are dropped, mostly by the provider's firewall in front of the server.", "이 포트로 가는 패킷이 버려집니다. 대개 서버 앞의 클라우드 방화벽 때문입니다.";
        "Add the INBOUND rule that is shown in the console (behind a router, with its public address). Where it stands there already, the doctor finds on the server what its own firewall drops.", "콘솔의 방화벽에 표시된 INBOUND 정책을 추가해 주세요(공유기를 쓰면 공인 IP로). 이미 있다면 서버에서 doctor로 서버 자체 방화벽을 확인해 주세요.";
    }
    CALL_OTHER_PORT {
        "sshd listens on another port", "sshd가 다른 포트를 사용합니다";
        "Nobody listens on the port that was tried, but an SSH server answers on the one that is shown.", "시도한 포트에는 대기하는 프로그램이 없고, 표시된 포트에서 SSH 서버가 응답합니다.";
        "Use that port.", "그 포트로 접속해 주세요.";
    }
    CONNECTION_REFUSED {
        "the connection is refused", "연결이 거부되었습니다(Connection refused)";
        "The host is there, but sshd does not run, listens on another port, or a firewall rejects.", "서버는 켜져 있지만 sshd가 실행 중이 아니거나, 다른 포트를 쓰거나, 방화벽이 거부합니다.";
        "Run the doctor on the server (through the cloud's console): it names which, and the command that mends it.", "서버(클라우드 콘솔)에서 doctor를 실행하면 원인과 해결 명령을 알려 줍니다.";
    }
    NOT_SSH {
        "what answers is no SSH server", "SSH 서버가 아닌 프로그램이 응답합니다";
        "Another service has this port.", "이 포트는 다른 서비스가 사용합니다.";
        "Use the port on which sshd listens.", "sshd가 사용하는 포트로 접속해 주세요.";
    }
    SILENT {
        "the connection is taken, and nobody speaks", "연결되지만 응답이 없습니다";
        "A proxy, an overloaded server, or another service holds the port.", "프록시, 과부하 상태의 서버, 또는 다른 서비스가 포트를 사용합니다.";
        "Run the doctor on the server.", "서버에서 doctor를 실행해 주세요.";
    }
    CLOSED_EARLY {
        "the server hangs up before it says anything", "서버가 바로 연결을 끊습니다";
        "It turns this address away (fail2ban, hosts.deny, PerSourcePenalties) or has too many logins at once (MaxStartups).", "이 주소를 차단했거나(fail2ban, hosts.deny, PerSourcePenalties) 동시 접속 한도(MaxStartups)에 이르렀습니다.";
        "Run the doctor on the server.", "서버에서 doctor를 실행해 주세요.";
    }
    CALL_NO_AGREEMENT {
        "this ssh and the server have no algorithm in common", "공통으로 쓸 수 있는 알고리즘이 없습니다";
        "One of them is much older than the other.", "한쪽 프로그램이 너무 오래되었습니다.";
        "Update the older one; until then, allow the algorithm for this host alone.", "오래된 쪽을 업데이트해 주세요. 그 전에는 이 서버에만 해당 알고리즘을 허용할 수 있습니다.";
    }
    FORWARD_WRONG {
        "the forwarded port leads to another machine", "포트포워딩된 포트가 다른 서버로 연결됩니다";
        "Who answers behind the outer port has other host keys (-: expected, +: shown). Nothing was sent to it.", "외부 포트에서 응답한 서버의 키가 다릅니다(-: 기대한 키, +: 받은 키). 아무것도 보내지 않았습니다.";
        "Set the forwarding to the server's own address and port (on a Linux router, with the line that is shown).", "포트포워딩의 내부 IP와 포트를 이 서버로 설정해 주세요(Linux 라우터라면 표시된 명령).";
    }
    OTHER_HOST {
        "this is not the server of the receipt", "접속 허용 내역의 서버가 아닙니다";
        "Its host key is none of the receipt's (-: the receipt's, +: shown): the address has gone to another server, the server was made anew, or somebody stands between. Nothing was sent to it.", "서버 키가 내역과 다릅니다(-: 내역, +: 받은 키). IP가 다른 서버에 연결되었거나, 서버를 다시 만들었거나, 중간에서 가로채고 있습니다. 아무것도 보내지 않았습니다.";
        "Ask the customer whether the address is right, and for a new receipt.", "고객에게 IP를 확인하고 새 내역을 받아 주세요.";
    }
    HOST_KEY_OLD {
        "an old host key is remembered here; the receipt vouches for the new one", "이 PC에 옛 서버 키가 남아 있습니다. 새 키는 내역과 일치합니다";
        "The server was made anew, or its address was another's before (-: remembered, +: shown). A plain ssh says 'REMOTE HOST IDENTIFICATION HAS CHANGED'.", "서버를 다시 만들었거나 같은 IP를 다른 서버가 쓰던 경우입니다(-: 저장된 키, +: 받은 키). ssh는 'REMOTE HOST IDENTIFICATION HAS CHANGED'라고 표시합니다.";
        "Forget the old key.", "옛 키를 지워 주세요.";
    }
    HOST_KEY_CHANGED {
        "the host key has changed", "서버 키가 바뀌었습니다(REMOTE HOST IDENTIFICATION HAS CHANGED)";
        "It is not the one that is remembered here (-: remembered, +: shown): the server was made anew, the address has gone to another server, or somebody stands between. Nothing was sent to it.", "저장된 키와 다릅니다(-: 저장된 키, +: 받은 키). 서버를 다시 만들었거나, IP가 다른 서버에 연결되었거나, 중간에서 가로채고 있습니다. 아무것도 보내지 않았습니다.";
        "The customer's receipt decides: try again with '--receipt'. Only where you know that the server was made anew, forget the old key.", "접속 허용 내역으로 확인해 주세요('--receipt'). 서버를 다시 만든 것이 확실할 때만 옛 키를 지워 주세요.";
    }
    HOST_KEY_UNKNOWN {
        "the host's key is not known here yet", "처음 접속하는 서버라 서버 키를 확인할 수 없습니다";
        "Nothing on this machine says whether this is the right server. Nothing was sent to it.", "올바른 서버인지 확인할 방법이 없습니다. 아무것도 보내지 않았습니다.";
        "Try again with the customer's receipt ('--receipt'). Or compare the fingerprint with the server's own ('ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub' there), and only then put the key down.", "접속 허용 내역('--receipt')으로 다시 확인해 주세요. 또는 서버에서 'ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub'로 지문을 비교한 뒤에만 키를 저장해 주세요.";
    }
    CALL_NO_KEY {
        "ssh has no key to show", "사용할 키가 없습니다";
        "No '-i' was given, no key has a usual name, and no agent holds one.", "'-i' 지정이 없고, 기본 이름의 키나 에이전트의 키도 없습니다.";
        "Name the key: '-i FILE'.", "'-i 파일'로 키를 지정해 주세요.";
    }
    KEY_MISSING {
        "there is no such key file", "키 파일이 없습니다";
        "ssh passes over it without a word.", "ssh는 별다른 표시 없이 넘어갑니다.";
        "Correct the path after '-i'.", "'-i' 뒤의 경로를 확인해 주세요.";
    }
    KEY_UNREADABLE {
        "the key file can't be read", "키 파일을 읽을 권한이 없습니다";
        "It belongs to somebody else (mode and owner are shown).", "다른 사용자의 파일입니다(권한과 소유자 표시).";
        "Take it over, and keep it from others.", "소유자를 바꾸고 권한을 600으로 설정해 주세요.";
    }
    KEY_TOO_OPEN {
        "others can read the key file (UNPROTECTED PRIVATE KEY FILE)", "키 파일 권한이 너무 열려 있습니다(UNPROTECTED PRIVATE KEY FILE)";
        "ssh does not use a private key that others may read (mode and owner are shown).", "ssh는 다른 사용자가 읽을 수 있는 개인 키를 쓰지 않습니다(권한과 소유자 표시).";
        "Keep it from others.", "권한을 600으로 설정해 주세요.";
    }
    KEY_IS_PUBLIC {
        "this is the public half of the key", "개인 키가 아니라 공개 키입니다";
        "Signing in takes the private half.", "접속에는 개인 키가 필요합니다.";
        "Name the private half; it mostly has the same name without '.pub'.", "개인 키 파일을 지정해 주세요. 대개 '.pub'이 없는 같은 이름입니다.";
    }
    KEY_FORMAT {
        "the key is in PuTTY's format (.ppk)", "PuTTY 형식(.ppk)의 키입니다";
        "ssh can't read it.", "ssh가 읽을 수 없는 형식입니다.";
        "Convert it, and name the new file.", "변환한 뒤 새 파일을 지정해 주세요.";
    }
    KEY_DAMAGED {
        "the key file is damaged or of an unknown format", "키 파일이 손상되었거나 알 수 없는 형식입니다";
        "ssh-keygen can't read it: parts are missing, or something was added while it was copied.", "ssh-keygen이 읽지 못합니다. 복사 중에 일부가 빠졌거나 다른 문자가 들어갔습니다.";
        "Run the line that is shown; where that does not help, copy the file anew from where it was made.", "표시된 명령을 실행하고, 해결되지 않으면 원본 파일을 다시 복사해 주세요.";
    }
    KEY_ENCRYPTED {
        "the key has a passphrase, which nobody could be asked for", "키에 암호가 걸려 있어 사용할 수 없습니다";
        "This check asks nothing; a plain ssh would ask for the passphrase.", "이 확인에서는 암호를 묻지 않습니다.";
        "Put the key into the agent, and check again.", "키를 ssh-agent에 등록한 뒤 다시 확인해 주세요.";
    }
    TOO_MANY_KEYS {
        "too many keys were shown (Too many authentication failures)", "키를 너무 많이 제시했습니다(Too many authentication failures)";
        "ssh shows every key of the agent first, and the server hangs up before the right one.", "ssh가 에이전트의 키를 먼저 모두 제시하여, 맞는 키를 쓰기 전에 서버가 연결을 끊었습니다.";
        "Let ssh show this one key alone to this host ('-i' names it).", "이 서버에는 지정한 키('-i')만 제시하도록 설정해 주세요.";
    }
    WRONG_USER {
        "probably the wrong user name", "사용자 이름이 잘못된 것 같습니다";
        "A key opens one account. Shown are the name that was tried, the server's system, and the names that are usual there.", "키는 정해진 계정에만 사용할 수 있습니다. 시도한 이름, 서버 OS, 그 OS의 기본 계정을 표시했습니다.";
        "Try the other name.", "다른 이름으로 접속해 주세요.";
    }
    KEYS_OFF {
        "the server takes no keys from this user", "서버가 이 사용자의 키 로그인을 받지 않습니다";
        "It names only other ways to sign in.", "다른 로그인 방법만 제시합니다.";
        "Run the doctor on the server.", "서버에서 doctor를 실행해 주세요.";
    }
    CALL_MORE_METHODS {
        "the key was taken, but the server wants more", "키는 받았지만 서버가 추가 인증을 요구합니다";
        "It asks for a password or code besides.", "비밀번호나 인증 코드를 더 요구합니다.";
        "Run the doctor on the server.", "서버에서 doctor를 실행해 주세요.";
    }
    GRANT_OVER {
        "the support access is over", "접속 허용 시간이 끝났습니다";
        "By the receipt it has ended at the time that is shown.", "내역의 종료 시각이 지났습니다.";
        "Ask the customer to open it again.", "고객에게 다시 허용해 달라고 요청해 주세요.";
    }
    OTHER_SOURCE {
        "this machine's address is none of those that are let in", "이 PC의 IP는 접속 허용 IP가 아닙니다";
        "The key counts only from the receipt's addresses (shown: ours, then those).", "키는 내역의 IP에서만 사용할 수 있습니다(이 PC의 IP, 허용 IP 순으로 표시).";
        "Sign in from one of them.", "허용된 IP에서 접속해 주세요.";
    }
    FORWARD_MASKED {
        "the router probably shows its own address to the server", "포트포워딩 라우터가 서버에 자신의 주소를 보이는 것 같습니다";
        "The key counts only from the receipt's addresses (shown after the outer place). A router that masquerades what it forwards makes every login come from itself.", "키는 내역의 IP(외부 주소 뒤에 표시)에서만 사용할 수 있는데, 라우터가 출발지 주소를 바꾸면(masquerade) 모든 접속이 라우터에서 온 것으로 보입니다.";
        "Let the router keep the source address of what it forwards; else open the access again with '--from' and the router's inner address as well.", "라우터가 출발지 주소를 바꾸지 않게 하거나, '--from'에 라우터의 내부 IP도 넣어 다시 허용해 주세요.";
    }
    KEY_REFUSED {
        "the server does not take the key (Permission denied)", "서버가 키를 거부합니다(Permission denied, Server refused our key)";
        "The key is not in the account's file, or something about the file, the account or sshd is wrong: only the server knows.", "계정에 공개 키가 없거나 파일, 계정, sshd 설정에 문제가 있습니다. 원인은 서버에서만 알 수 있습니다.";
        "Run the doctor on the server: it names the cause and the command that mends it.", "서버에서 doctor를 실행하면 원인과 해결 명령을 알려 줍니다.";
    }
    NO_SESSION {
        "the key is taken, but no command runs", "키는 받았지만 세션이 바로 종료됩니다";
        "The account's shell, its home or a limit ends the session at once.", "계정의 셸(nologin 등), 홈 디렉터리, 제한 설정 때문에 세션이 끝납니다.";
        "Run the doctor on the server.", "서버에서 doctor를 실행해 주세요.";
    }
    UNEXPLAINED {
        "the login fails for a reason that is not known here", "알 수 없는 이유로 접속할 수 없습니다";
        "What ssh said is shown.", "ssh가 출력한 내용을 표시했습니다.";
        "Run the doctor on the server.", "서버에서 doctor를 실행해 주세요.";
    }
}
