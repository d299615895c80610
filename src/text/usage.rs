//! What was typed wrong.

use crate::words;

words! {
    /// A command line that means nothing. Nothing was done.
    Usage {
        UnknownOption { option: String } =>
            "unknown option {option}. See: support-access --help",
            "알 수 없는 옵션입니다: {option}. 도움말: support-access --help";
        UnknownOptionLike { option: String, like: String } =>
            "unknown option {option}. Did you mean {like}? See: support-access --help",
            "알 수 없는 옵션입니다: {option}. {like} 옵션을 찾으십니까? 도움말: support-access --help";
        UnknownWord { word: String } =>
            "'{word}' is not a command. The commands are: grant, delete, audit, doctor, check, key. See: support-access --help",
            "'{word}'은(는) 없는 명령입니다. 사용할 수 있는 명령: grant, delete, audit, doctor, check, key. 도움말: support-access --help";
        MissingValue { option: String } =>
            "{option} needs a value. See: support-access --help",
            "{option} 옵션에는 값이 필요합니다. 도움말: support-access --help";
        BadValue { option: String, value: String, allowed: String } =>
            "{option} {value}: not allowed. Use one of: {allowed}",
            "{option} {value}: 사용할 수 없는 값입니다. 사용할 수 있는 값: {allowed}";
        BadField { option: String, why: String } =>
            "{option}: {why}",
            "{option}: {why}";
        Twice { option: String } =>
            "{option} was given twice, or together with an option that excludes it.",
            "{option} 옵션이 두 번 쓰였거나 함께 쓸 수 없는 옵션과 같이 쓰였습니다.";
        TwoVerbs { first: String, second: String } =>
            "'{first}' and '{second}' are two commands; give one.",
            "'{first}'와(과) '{second}' 명령을 함께 쓸 수 없습니다. 하나만 지정해 주세요.";
        ExtendAndExpires =>
            "--extend and --expires can't go together: --expires is for opening, --extend for an open access.",
            "--extend와 --expires는 함께 쓸 수 없습니다. --expires는 새로 허용할 때, --extend는 이미 허용된 접속을 연장할 때 사용합니다.";
        Ticket =>
            "--ticket: at most 64 letters, digits, '-', '_', '.', '#', '/' or ':'",
            "--ticket: 영문자, 숫자, '-', '_', '.', '#', '/', ':' 64자 이내로 적어 주세요";
        Nowhere =>
            "a host is needed, [USER@]HOST[:PORT], or the customer's receipt, --receipt FILE. See: support-access check --help",
            "접속할 서버 [USER@]HOST[:PORT] 또는 접속 허용 내역(--receipt 파일)을 지정해 주세요. 도움말: support-access check --help";
        Other { detail: String } =>
            "{detail}. See: support-access --help",
            "{detail}. 도움말: support-access --help";
    }
}
