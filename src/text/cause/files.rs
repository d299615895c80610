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
    HOME_MISSING {
        "the account's home is not there", "계정의 홈 폴더가 없습니다";
        "The key file lies in the home. sshd finds neither and takes no key.", "공개키 파일은 홈 폴더에 있어야 하는데, 홈 폴더가 없어 sshd가 어떤 키도 받지 않습니다.";
        "Make the home, the account's own with mode 700, and put the public key into it.", "홈 폴더를 계정 소유, 권한 700으로 만들고 공개 키를 넣어 주세요.";
    }
    SSH_FOLDER_MISSING {
        "the folder of the key file (.ssh) is not there", "공개키 파일의 폴더(.ssh)가 없습니다";
        "sshd looks for the key file in this folder and finds nothing.", "sshd가 이 폴더에서 공개키 파일을 찾지만 폴더가 없습니다.";
        "Make the folder, the account's own with mode 700, and put the public key into the file.", "폴더를 계정 소유, 권한 700으로 만들고 파일에 공개 키를 넣어 주세요.";
    }
    SSH_FOLDER_IS_FILE {
        "a file stands where the folder of the key file (.ssh) should be", "공개키 파일의 폴더(.ssh) 자리에 파일이 있습니다";
        "A key was perhaps copied to the name .ssh itself. No key file can lie below a file.", "키를 .ssh라는 이름으로 복사한 것 같습니다. 파일 아래에는 공개키 파일을 둘 수 없습니다.";
        "Give the file another name, make the folder with mode 700, and put the public key into authorized_keys there.", "파일 이름을 바꾸고 권한 700의 폴더를 만든 뒤 그 안의 authorized_keys에 공개 키를 넣어 주세요.";
    }
    KEY_FILE_ELSEWHERE {
        "the key is in a file that sshd does not read", "sshd가 읽지 않는 파일에 키가 들어 있습니다";
        "AuthorizedKeysFile names another place, or the file has another name, so the key there is never seen.", "AuthorizedKeysFile이 다른 위치를 가리키거나 파일 이름이 달라서 sshd가 그 키를 보지 못합니다.";
        "Put the public key into the file that sshd reads, or change AuthorizedKeysFile and reload sshd.", "sshd가 읽는 파일에 공개 키를 넣거나 AuthorizedKeysFile을 바꾸고 sshd를 다시 읽게 해 주세요.";
    }
    FOLDER_CLOSED {
        "a folder on the way to the key file does not let the account through", "공개키 파일까지 가는 폴더를 계정이 통과할 수 없습니다";
        "sshd reads the file in the account's name. Every folder above it must let the account enter.", "sshd는 계정 권한으로 파일을 읽으므로 모든 상위 폴더에 계정이 들어갈 수 있어야 합니다.";
        "Let the account enter the folder: the home and .ssh are its own with mode 700, /home has mode 755.", "계정이 폴더에 들어갈 수 있게 해 주세요. 홈과 .ssh는 계정 소유에 권한 700, /home은 권한 755입니다.";
    }
    KEY_FILE_UNREADABLE {
        "the account may not read its key file", "계정이 자신의 공개키 파일을 읽을 수 없습니다";
        "sshd reads the file in the account's name. A file that was made as root with mode 600 is closed to it.", "sshd는 계정 권한으로 파일을 읽습니다. root가 권한 600으로 만든 파일은 읽지 못합니다.";
        "Let the file belong to the account, with mode 600.", "파일을 계정 소유, 권한 600으로 바꿔 주세요.";
    }
    KEY_FILE_IRREGULAR {
        "the key file is no regular file", "공개키 파일이 일반 파일이 아닙니다";
        "A folder or special file stands under its name, and sshd reads keys from regular files only.", "그 이름에 폴더나 특수 파일이 있습니다. sshd는 일반 파일에서만 키를 읽습니다.";
        "Give it another name and put the public key into a file.", "이름을 바꾸고 파일을 새로 만들어 공개 키를 넣어 주세요.";
    }
    LINK_FOLDER_MODES {
        "a link leads to a key file in a folder that others can write to", "링크가 가리키는 공개키 파일의 폴더를 다른 사용자가 쓸 수 있습니다";
        "sshd follows the link and looks at every folder above the real file. One of them is open to others or somebody else's (StrictModes).", "sshd는 링크를 따라가 실제 파일의 모든 상위 폴더를 확인하는데, 그중 하나를 다른 사용자가 쓸 수 있거나 소유자가 다릅니다(StrictModes).";
        "Put a real file in the place of the link.", "링크 대신 실제 파일을 두어 주세요.";
    }
    SELINUX_LABEL {
        "SELinux labels on the way to the key file are not the policy's", "공개키 파일 경로의 SELinux 레이블이 정책과 다릅니다";
        "Files that were moved or restored keep a strange label, and a confined sshd may not be allowed to read them.", "옮기거나 복원한 파일에는 다른 레이블이 남아 있어 SELinux가 sshd의 읽기를 막을 수 있습니다.";
        "Give the home its labels back.", "홈 폴더의 레이블을 복원해 주세요.";
    }
}
