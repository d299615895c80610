//! Which kinds of keys sshd takes.

use super::Told;

told! {
    KEY_TYPE_REFUSED {
        "sshd does not accept keys of this type", "sshd가 이 종류의 키를 받지 않습니다";
        "The server's list of algorithms leaves this key's out (DSA is gone altogether), so sshd refuses it unseen.", "서버가 허용하는 알고리즘에 이 키의 종류가 없어 sshd가 바로 거부합니다(DSA는 폐지되었습니다).";
        "Make a new key of type ed25519 and put its public half on the server, or add the algorithm to PubkeyAcceptedAlgorithms.", "ed25519 키를 새로 만들어 공개 키를 서버에 넣거나 PubkeyAcceptedAlgorithms에 알고리즘을 추가해 주세요.";
    }
    RSA_TOO_SHORT {
        "the RSA key is too short for this sshd", "RSA 키가 이 sshd에는 너무 짧습니다";
        "RequiredRSASize, or the system's crypto policy, asks for more bits.", "RequiredRSASize 설정이나 시스템의 암호 정책이 더 긴 키를 요구합니다.";
        "Make a new key (ed25519, or RSA of 3072 bits) and put its public half on the server.", "새 키(ed25519 또는 RSA 3072비트)를 만들어 공개 키를 서버에 넣어 주세요.";
    }
    KEY_REVOKED {
        "the key is revoked on this server", "이 서버에서 폐기된 키입니다";
        "It stands in the list of RevokedKeys, so sshd refuses it wherever else it is allowed.", "RevokedKeys 목록에 있어 다른 곳에서 허용해도 sshd가 거부합니다.";
        "Use another key. Somebody had a reason to revoke this one.", "다른 키를 사용해 주세요. 이유가 있어 폐기된 키입니다.";
    }
}
