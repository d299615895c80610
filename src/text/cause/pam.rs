//! PAM's account and session rules.

use super::Told;

told! {
    ACCOUNT_EXPIRED {
        "the account has expired", "계정의 사용 기한이 지났습니다";
        "The date in /etc/shadow is over, so the login is refused although the key fits.", "/etc/shadow에 적힌 기한이 지나 키가 맞아도 접속이 거부됩니다.";
        "Move the date, or take it away.", "기한을 늘리거나 없애 주세요.";
    }
}
