//! The key file.

use super::Told;

told! {
    NO_KEY_FILE_SET {
        "AuthorizedKeysFile names no file", "AuthorizedKeysFile에 파일이 지정되어 있지 않습니다";
        "sshd reads no file of keys for this account, so no key in it can help.", "sshd가 이 계정의 키 파일을 읽지 않으므로 파일에 넣은 키가 소용없습니다.";
        "Set 'AuthorizedKeysFile .ssh/authorized_keys' (perhaps within a Match block) and reload sshd.", "'AuthorizedKeysFile .ssh/authorized_keys'로 설정하고(Match 블록에 넣어도 됩니다) sshd를 다시 읽게 해 주세요.";
    }
    KEY_FILE_MISSING {
        "the key file is not there", "공개키 파일이 없습니다";
        "sshd looks for the account's keys in this file and finds nothing.", "sshd가 이 파일에서 키를 찾지만 파일이 없습니다.";
        "Put the public key there, in a file of the account's own with mode 600.", "계정 소유의 600 권한 파일로 만들어 공개 키를 넣어 주세요.";
    }
    KEY_FILE_MODES {
        "others could write to the key file, or it has the wrong owner", "키 파일을 다른 사용자가 쓸 수 있거나 소유자가 다릅니다";
        "sshd does not trust a key file that somebody else could change (StrictModes).", "sshd는 다른 사람이 바꿀 수 있는 키 파일을 믿지 않습니다(StrictModes).";
        "Let the file belong to the account, and let nobody else write to it.", "파일을 계정 소유로 하고 다른 사용자의 쓰기 권한을 없애 주세요.";
    }
    FOLDER_MODES {
        "others could write to a folder above the key file, or it has the wrong owner", "키 파일의 상위 폴더를 다른 사용자가 쓸 수 있거나 소유자가 다릅니다";
        "Whoever can write to .ssh or to the home could swap the keys, so sshd trusts none of them (StrictModes).", ".ssh나 홈 폴더에 쓸 수 있으면 키를 바꿔치기할 수 있으므로 sshd가 키를 믿지 않습니다(StrictModes).";
        "Let the folder belong to the account or to root, and let nobody else write to it.", "폴더를 계정이나 root 소유로 하고 다른 사용자의 쓰기 권한을 없애 주세요.";
    }
}
