//! The key and its line.

use super::Told;

told! {
    KEY_NOT_IN_FILE {
        "the key is not in the file that sshd reads", "sshd가 읽는 파일에 이 키가 없습니다";
        "The file holds other keys, or this one in a form that sshd does not take for a key.", "파일에 다른 키만 있거나 sshd가 키로 알아보지 못하는 형식으로 들어 있습니다.";
        "Add the public key as one line of its own.", "공개 키를 한 줄로 추가해 주세요.";
    }
    KEYS_COMMAND_UNSAFE {
        "sshd does not run the command that gives it the keys", "sshd가 키를 가져오는 명령을 실행하지 않습니다";
        "The key is in no file, and sshd runs AuthorizedKeysCommand only if the program is there and nobody but root can write to it or to a folder above it.", "파일에는 키가 없고, AuthorizedKeysCommand는 프로그램이 있고 프로그램과 상위 폴더에 root만 쓸 수 있을 때만 실행됩니다.";
        "Let the program and the folders above it belong to root, and let nobody else write to them.", "프로그램과 상위 폴더를 root 소유로 하고 다른 사용자의 쓰기 권한을 없애 주세요.";
    }
    KEYS_COMMAND_USER {
        "the account that should run AuthorizedKeysCommand does not exist", "AuthorizedKeysCommand를 실행할 계정이 없습니다";
        "The key is in no file, and sshd can't run the command that would give it: AuthorizedKeysCommandUser is unknown here.", "파일에는 키가 없고, AuthorizedKeysCommandUser 계정이 서버에 없어 키를 가져오는 명령을 실행하지 못합니다.";
        "Set AuthorizedKeysCommandUser to an account that exists, and reload sshd.", "AuthorizedKeysCommandUser를 실제로 있는 계정으로 바꾸고 sshd를 다시 읽게 해 주세요.";
    }
    KEY_LINE_COMMENT {
        "the key's line is a comment", "키 줄이 주석으로 처리되어 있습니다";
        "The line begins with '#', so sshd passes over it.", "줄이 '#'으로 시작하여 sshd가 읽지 않습니다.";
        "Take the '#' away, or add the key as a new line.", "'#'을 지우거나 키를 새 줄로 추가해 주세요.";
    }
    KEY_LINE_WRAPPED {
        "the key is broken over several lines", "키가 여러 줄로 나뉘어 있습니다";
        "A key must stand on one line. Copied from a window it is often wrapped, and sshd then sees no key.", "키는 한 줄이어야 합니다. 화면에서 복사하면 줄이 나뉘기 쉽고, 그러면 sshd가 키로 알아보지 못합니다.";
        "Add the key again on one line, and take the broken lines away.", "키를 한 줄로 다시 추가하고 나뉜 줄은 지워 주세요.";
    }
    KEY_LINE_JOINED {
        "two keys stand on one line", "한 줄에 키가 두 개 붙어 있습니다";
        "The line before had no end when the key was added, so sshd sees one broken key or only the first of them.", "앞줄 끝에 줄바꿈이 없는 상태에서 키를 추가하여 sshd가 깨진 키나 첫 번째 키로만 읽습니다.";
        "Add the key again on a line of its own, and part the joined line.", "키를 별도의 줄로 다시 추가하고 붙은 줄은 나눠 주세요.";
    }
    KEY_LINE_FOREIGN {
        "the key is in another program's format", "키가 다른 프로그램의 형식으로 들어 있습니다";
        "sshd reads keys in OpenSSH's one-line form only, not what PuTTYgen saves (RFC 4716, .ppk), nor PEM or UTF-16.", "sshd는 OpenSSH의 한 줄 형식만 읽습니다. PuTTYgen이 저장한 형식(RFC 4716, .ppk)이나 PEM, UTF-16은 읽지 못합니다.";
        "Add the key in OpenSSH's form: PuTTYgen shows it in the field 'Public key for pasting'.", "OpenSSH 형식으로 추가해 주세요. PuTTYgen의 'Public key for pasting' 칸에 나옵니다.";
    }
    KEY_LINE_DAMAGED {
        "the key's line is damaged", "키 줄이 손상되었습니다";
        "Characters are missing, changed or too many, or the type in front of the key is not there, so sshd sees no key or another.", "글자가 빠지거나 바뀌거나 더해졌거나 키 앞의 종류가 없어 sshd가 키로 알아보지 못하거나 다른 키로 읽습니다.";
        "Add the key again from its '.pub' file, and take the damaged line away.", "'.pub' 파일에서 키를 다시 복사해 추가하고 손상된 줄은 지워 주세요.";
    }
    KEY_OPTION_UNKNOWN {
        "sshd does not know an option in front of the key", "키 앞의 옵션을 sshd가 알지 못합니다";
        "Because of one unknown option sshd passes over the whole line. Some options need a newer OpenSSH than this one.", "모르는 옵션이 하나라도 있으면 sshd가 그 줄 전체를 무시합니다. 이 서버보다 새로운 OpenSSH에만 있는 옵션일 수도 있습니다.";
        "Correct the option or take it away.", "옵션을 고치거나 지워 주세요.";
    }
    KEY_OPTION_MALFORMED {
        "an option in front of the key is badly written", "키 앞의 옵션 형식이 잘못되었습니다";
        "Values stand in straight quotes, options are parted by commas without blanks. Because of one mistake sshd passes over the whole line.", "값은 곧은 큰따옴표로 감싸고 옵션은 공백 없이 쉼표로 구분해야 합니다. 하나라도 틀리면 sshd가 그 줄 전체를 무시합니다.";
        "Correct the options, such as: from=\"192.0.2.7\",no-pty ssh-ed25519 AAAA...", "옵션을 바르게 고쳐 주세요. 예: from=\"192.0.2.7\",no-pty ssh-ed25519 AAAA...";
    }
    FROM_TWICE {
        "two 'from=' stand in front of the key", "키 앞에 'from='이 두 번 있습니다";
        "Since OpenSSH 7.7 a line with two of them is passed over, even if both allow the address.", "OpenSSH 7.7부터는 둘 다 주소를 허용하더라도 'from='이 두 개인 줄을 무시합니다.";
        "Write all addresses into one list: from=\"ADDRESS,ADDRESS\".", "모든 주소를 from=\"주소,주소\"처럼 하나로 합쳐 주세요.";
    }
    KEY_FOR_CERTIFICATES {
        "the key's line is for certificates only", "키 줄이 인증서 전용으로 되어 있습니다";
        "With 'cert-authority' sshd takes certificates that this key has signed, and not the key itself.", "'cert-authority'가 있으면 이 키로 서명한 인증서만 받고 키 자체는 받지 않습니다.";
        "Take 'cert-authority' out of the line, or add the key as a line of its own.", "줄에서 'cert-authority'를 지우거나 키를 별도의 줄로 추가해 주세요.";
    }
    KEY_EXPIRED {
        "the key's line has expired", "키 줄의 사용 기한이 지났습니다";
        "The moment in 'expiry-time' is over, so sshd refuses the key.", "'expiry-time'에 적힌 시각이 지나 sshd가 키를 거부합니다.";
        "Write a later moment, or open the access again. A grant of ours is extended with --extend.", "더 늦은 시각으로 바꾸거나 접속을 다시 열어 주세요. 이 프로그램으로 연 접속은 --extend로 연장합니다.";
    }
    KEY_PRINCIPALS {
        "'principals=' stands in front of a plain key", "일반 키 앞에 'principals='가 있습니다";
        "The option belongs to lines with 'cert-authority'. Since OpenSSH 7.7 sshd refuses a plain key that has it.", "'cert-authority' 줄에만 쓰는 옵션입니다. OpenSSH 7.7부터는 일반 키에 이 옵션이 있으면 거부합니다.";
        "Take 'principals=' out of the line.", "줄에서 'principals='를 지워 주세요.";
    }
    FROM_MALFORMED {
        "the list in 'from=' is badly written", "'from=' 목록의 형식이 잘못되었습니다";
        "A blank, an empty entry, or a network with host bits set makes sshd refuse: it is 192.0.2.0/24, and not 192.0.2.7/24.", "공백이나 빈 항목이 있거나 네트워크 주소가 틀리면 sshd가 거부합니다. 192.0.2.7/24가 아니라 192.0.2.0/24입니다.";
        "Correct the entry that is shown.", "표시된 항목을 고쳐 주세요.";
    }
    FROM_MISMATCH {
        "'from=' does not allow this address", "'from='이 이 주소를 허용하지 않습니다";
        "The key is right, and comes from an address that its line does not name.", "키는 맞지만 키 줄에 없는 주소에서 접속하고 있습니다.";
        "Add the address to 'from=' in that line, or sign in from an address that stands there.", "그 줄의 'from='에 주소를 추가하거나 적혀 있는 주소에서 접속해 주세요.";
    }
    KEY_OF_OTHER_ACCOUNT {
        "the key belongs to another account", "다른 계정에 등록된 키입니다";
        "This account's file does not have the key, and another account's has it: a login with that name would be let in.", "이 계정의 파일에는 키가 없고 다른 계정의 파일에 있습니다. 그 계정으로 접속해야 합니다.";
        "Sign in with the account that is shown, or add the public key to this account's file.", "표시된 계정으로 접속하거나 이 계정의 파일에 공개 키를 추가해 주세요.";
    }
}
