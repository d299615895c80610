//! The key and its line.

use super::Told;

told! {
    KEY_NOT_IN_FILE {
        "the key is not in the file that sshd reads", "sshd가 읽는 파일에 이 키가 없습니다";
        "The file holds other keys, or this one in a form that sshd does not take for a key.", "파일에 다른 키만 있거나 sshd가 키로 알아보지 못하는 형식으로 들어 있습니다.";
        "Add the public key as one line of its own.", "공개 키를 한 줄로 추가해 주세요.";
    }
}
