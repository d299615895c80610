//! The session, and what is not in the list.

use super::Told;

told! {
    TOO_MANY_LOGINS {
        "the account has as many logins as it may have", "계정의 동시 접속 수가 제한에 도달했습니다";
        "pam_limits counts the sessions and allows no more (maxlogins).", "pam_limits가 세션 수를 세어 더 이상 허용하지 않습니다(maxlogins).";
        "End sessions that are no longer used, or raise the limit that is named.", "사용하지 않는 세션을 끝내거나 표시된 제한을 늘려 주세요.";
    }
    PAM_SESSION {
        "PAM can't open a session", "PAM이 세션을 열지 못합니다";
        "Key and account are right, but one of PAM's session rules fails.", "키와 계정은 맞지만 PAM의 session 규칙 중 하나가 실패합니다.";
        "Look at the rules that are named, the last added one first.", "표시된 규칙을 최근에 추가한 것부터 확인해 주세요.";
    }
    MAX_SESSIONS {
        "MaxSessions allows no session", "MaxSessions가 세션을 허용하지 않습니다";
        "The key is taken, but sshd opens no shell for anybody.", "키는 맞지만 sshd가 셸을 열지 않습니다.";
        "Set MaxSessions to 10, the usual value, and reload sshd.", "MaxSessions를 기본값인 10으로 바꾸고 sshd를 다시 읽게 해 주세요.";
    }
    NO_PROCESSES {
        "the account may start no more processes", "계정이 프로세스를 더 만들 수 없습니다";
        "A limit on processes (nproc) keeps sshd from starting the shell.", "프로세스 수 제한(nproc) 때문에 sshd가 셸을 시작하지 못합니다.";
        "Raise the limit that is named, or end processes of the account.", "표시된 제한을 늘리거나 이 계정의 프로세스를 종료해 주세요.";
    }
    CHROOT_MODES {
        "the folder of ChrootDirectory is not safe", "ChrootDirectory 폴더가 안전하지 않습니다";
        "sshd locks a session only into a folder that belongs to root, like all above it, and that nobody else can write to.", "sshd는 상위 폴더까지 모두 root 소유이고 다른 사용자가 쓸 수 없는 폴더에만 세션을 가둡니다.";
        "Give the folder to root, and let nobody else write to it.", "폴더를 root 소유로 하고 다른 사용자의 쓰기 권한을 없애 주세요.";
    }
    CHROOT_SHELL {
        "the folder of ChrootDirectory has no shell", "ChrootDirectory 폴더에 셸이 없습니다";
        "The session is locked into a folder in which the account's shell is not to be found.", "세션이 갇히는 폴더 안에 계정의 셸이 없습니다.";
        "Take the account out of ChrootDirectory (by a Match block), and reload sshd.", "Match 블록으로 이 계정을 ChrootDirectory에서 빼고 sshd를 다시 읽게 해 주세요.";
    }
    FORCE_COMMAND {
        "ForceCommand runs something else than the engineer's shell", "ForceCommand가 셸 대신 다른 명령을 실행합니다";
        "The key is taken, but sshd's configuration replaces whatever is asked for by one command.", "키는 맞지만 sshd 설정이 요청한 것 대신 정해진 명령만 실행합니다.";
        "Take the account out of ForceCommand (by a Match block), and reload sshd.", "Match 블록으로 이 계정을 ForceCommand에서 빼고 sshd를 다시 읽게 해 주세요.";
    }
    KEY_COMMAND {
        "the key's line allows one command only", "키 줄에서 한 가지 명령만 허용합니다";
        "'command=' in front of the key replaces whatever is asked for, so there is no shell.", "키 앞의 'command='가 요청한 것 대신 정해진 명령만 실행해 셸을 쓸 수 없습니다.";
        "Take 'command=…' out of the line, or use another key.", "줄에서 'command=…'를 빼거나 다른 키를 사용해 주세요.";
    }
    PERMIT_TTY {
        "PermitTTY allows no terminal", "PermitTTY가 터미널을 허용하지 않습니다";
        "Commands run, but whoever wants to work there gets no prompt ('PTY allocation request failed').", "명령은 실행되지만 터미널을 쓸 수 없습니다('PTY allocation request failed').";
        "Set 'PermitTTY yes' for the account (perhaps within a Match block), and reload sshd.", "이 계정에 'PermitTTY yes'를 설정하고(Match 블록에 넣어도 됩니다) sshd를 다시 읽게 해 주세요.";
    }
    KEY_WITHOUT_TERMINAL {
        "the key's line allows no terminal", "키 줄에서 터미널을 허용하지 않습니다";
        "'restrict' without 'pty', or 'no-pty', in front of the key: commands run, but there is no prompt.", "키 앞의 'restrict'('pty' 없음) 또는 'no-pty' 때문에 명령은 실행되지만 터미널을 쓸 수 없습니다.";
        "Write 'pty' behind 'restrict', or take 'no-pty' away.", "'restrict' 뒤에 'pty'를 넣거나 'no-pty'를 빼 주세요.";
    }
    NO_LOGIN_SHELL {
        "the account's shell lets nobody in", "계정의 셸이 로그인을 허용하지 않습니다";
        "The key is taken, then the session ends at once: the shell is one that only refuses (nologin, false).", "키는 맞지만 셸이 접속을 거부하는 프로그램(nologin, false)이라 세션이 바로 끝납니다.";
        "Give the account a real shell.", "계정에 일반 셸을 지정해 주세요.";
    }
    SHELL_BROKEN {
        "the account's shell does not start", "계정의 셸이 시작되지 않습니다";
        "The shell is there, but the system can't run it: its interpreter or a library is missing.", "셸 파일은 있지만 인터프리터나 라이브러리가 없어 실행되지 않습니다.";
        "Give the account another shell, or install what is missing.", "계정에 다른 셸을 지정하거나 없는 것을 설치해 주세요.";
    }
    STARTUP_EXITS {
        "a startup file of the shell ends the session", "셸의 시작 파일이 세션을 끝냅니다";
        "The login is accepted, then the shell reads its startup files and ends at once.", "로그인은 되지만 셸이 시작 파일을 읽다가 바로 끝납니다.";
        "Repair the file that is named.", "표시된 파일을 고쳐 주세요.";
    }
    DEV_NULL_MISSING {
        "/dev/null is gone", "/dev/null이 없습니다";
        "Without it sshd cuts every connection before it greets. A script of root's may have removed it.", "/dev/null이 없으면 sshd가 모든 연결을 처음부터 끊습니다. root가 실행한 스크립트 등이 삭제한 것으로 보입니다.";
        "Make it anew.", "다시 만들어 주세요.";
    }
    DEV_NULL {
        "/dev/null is not what it should be", "/dev/null이 정상이 아닙니다";
        "sshd and every shell need /dev/null. It was replaced, perhaps by a script of root's.", "sshd와 모든 셸에 /dev/null이 필요합니다. root가 실행한 스크립트 등이 바꿔 놓은 것으로 보입니다.";
        "Make it anew.", "다시 만들어 주세요.";
    }
    HOME_MISSING {
        "the account's home is not there", "계정의 홈 폴더가 없습니다";
        "The session begins in '/' instead, and programs that keep something at home fail.", "세션이 '/'에서 시작되고 홈 폴더를 쓰는 프로그램이 실패합니다.";
        "Make the home, and give it to the account.", "홈 폴더를 만들고 계정 소유로 해 주세요.";
    }
    DISK_FULL {
        "a disk is full", "디스크가 가득 찼습니다";
        "Logins may fail or end at once where nothing can be written.", "파일을 쓸 수 없으면 접속이 실패하거나 바로 끝날 수 있습니다.";
        "Make room on it.", "공간을 확보해 주세요.";
    }
    UNKNOWN {
        "sshd refuses, for a reason that is not in our list", "목록에 없는 이유로 sshd가 거부합니다";
        "sshd itself was asked and said no. Its own words are shown.", "sshd에 직접 확인한 결과 거부되었습니다. sshd가 남긴 내용은 다음과 같습니다.";
        "Look at these lines of sshd's log together with the engineer.", "이 로그를 엔지니어에게 보내 함께 확인해 주세요.";
    }
}
