//! What can be wrong with a policy, and where in the file.

use std::fmt;

use super::{
    AccountProblem, FingerprintProblem, KeyProblem, LifetimeProblem, SourceProblem, UrlProblem,
};
use crate::text::{Lang, Words};

crate::words! {
    /// What is wrong with the file or with one of its fields, apart from what the value's own type says.
    FieldProblem {
        TooLarge { most: usize } =>
            "larger than {most} bytes: this is no policy",
            "{most}바이트를 넘습니다. 정책 파일이 아닙니다";
        NotUtf8 =>
            "not UTF-8 text: this is no policy",
            "UTF-8 텍스트가 아닙니다. 정책 파일이 아닙니다";
        Empty =>
            "the policy is empty",
            "정책 파일이 비어 있습니다";
        Syntax { detail: String } =>
            "not valid TOML: {detail}",
            "TOML 문법이 잘못되었습니다: {detail}";
        Duplicate { field: String } =>
            "`{field}` stands twice: each field stands once",
            "`{field}`: 두 번 적혀 있습니다. 한 번만 적으십시오";
        Unknown { field: String, allowed: String } =>
            "unknown field `{field}`: allowed are {allowed}",
            "알 수 없는 항목 `{field}`. 쓸 수 있는 항목: {allowed}";
        Missing { field: String } =>
            "the field `{field}` is missing",
            "필수 항목 `{field}`: 빠져 있습니다";
        NotText { field: String } =>
            "`{field}` must be a text in quotation marks",
            "`{field}`: 따옴표로 묶은 문자열이어야 합니다";
        NotNumber { field: String, least: u64, most: u64 } =>
            "`{field}` must be a whole number from {least} to {most}, without quotation marks",
            "`{field}`: 따옴표 없이 {least}~{most}의 정수여야 합니다";
        NotBool { field: String } =>
            "`{field}` must be true or false, without quotation marks",
            "`{field}`: 따옴표 없이 true나 false여야 합니다";
        NotList { field: String } =>
            "`{field}` must be a list in square brackets",
            "`{field}`: 대괄호로 묶은 목록이어야 합니다";
        NotTables { field: String } =>
            "`{field}` must be written as `[[{field}]]` with its fields below",
            "`{field}`: `[[{field}]]` 아래에 항목을 적는 형식이어야 합니다";
        TooMany { field: String, most: usize } =>
            "`{field}` has more than {most} entries",
            "`{field}`: 항목이 {most}개를 넘습니다";
        NoEntry { field: String } =>
            "`{field}` must have at least one entry",
            "`{field}`: 하나 이상 적어야 합니다";
        Schema { found: u64 } =>
            "`schema` is {found}, but this program reads schema 1: a newer program is needed",
            "`schema`: {found}. 이 프로그램은 schema 1만 읽을 수 있습니다. 새 버전의 프로그램이 필요합니다";
        Provider =>
            "`provider` must be a name of 1 to 64 printable characters",
            "`provider`: 출력 가능한 1~64자의 이름이어야 합니다";
        Language { found: String } =>
            "`language` is `{found}`: allowed are `en` and `ko`",
            "`language`: `{found}`. `en`이나 `ko`만 쓸 수 있습니다";
        Sudo { found: String } =>
            "`sudo` is `{found}`: allowed are `none` and `full`",
            "`sudo`: `{found}`. `none`이나 `full`만 쓸 수 있습니다";
        LongerThanLongest { lifetime: String, longest: String } =>
            "`lifetime` {lifetime} is longer than `longest` {longest}",
            "`lifetime`({lifetime}): `longest`({longest})보다 깁니다";
        Date { found: String } =>
            "`valid-until` is `{found}`: allowed is a date with time and offset (RFC 3339), such as 2030-01-31T00:00:00Z",
            "`valid-until`: `{found}`. 2030-01-31T00:00:00Z처럼 날짜, 시각, 시간대(RFC 3339)를 적으십시오";
    }
}

/// Everything that can be wrong with a policy.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "each kind documents itself")]
pub enum Problem {
    Field(FieldProblem),
    Account(AccountProblem),
    Key(KeyProblem),
    Source(SourceProblem),
    Lifetime(LifetimeProblem),
    Fingerprint(FingerprintProblem),
    Url(UrlProblem),
}

impl Words for Problem {
    fn say(&self, lang: Lang) -> String {
        match self {
            Self::Field(p) => p.say(lang),
            Self::Account(p) => p.say(lang),
            Self::Key(p) => p.say(lang),
            Self::Source(p) => p.say(lang),
            Self::Lifetime(p) => p.say(lang),
            Self::Fingerprint(p) => p.say(lang),
            Self::Url(p) => p.say(lang),
        }
    }
}

macro_rules! problem_from {
    ($($variant:ident: $kind:ty),+ $(,)?) => {
        $(impl From<$kind> for Problem {
            fn from(problem: $kind) -> Self {
                Self::$variant(problem)
            }
        })+
    };
}

problem_from! {
    Field: FieldProblem,
    Account: AccountProblem,
    Key: KeyProblem,
    Source: SourceProblem,
    Lifetime: LifetimeProblem,
    Fingerprint: FingerprintProblem,
    Url: UrlProblem,
}

/// A place in a file, both counted from 1, the column in characters.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl Position {
    /// The place of a byte offset.
    pub(super) fn of(text: &str, offset: usize) -> Self {
        let before = &text[..text.floor_char_boundary(offset.min(text.len()))];
        let start = before.rfind('\n').map_or(0, |i| i + 1);
        Self { line: before.matches('\n').count() + 1, column: before[start..].chars().count() + 1 }
    }
}

/// What is wrong with a policy: the file, the place in it, the field, and what is allowed.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyError {
    /// Where the policy came from, as shown to people.
    pub origin: String,
    /// Where in the file.
    pub at: Option<Position>,
    /// The field, where the problem's own text does not name it.
    pub field: Option<&'static str>,
    /// What is wrong, and what is allowed.
    pub problem: Box<Problem>,
}

impl Words for PolicyError {
    fn say(&self, lang: Lang) -> String {
        let at = self.at.map(|at| format!(":{}:{}", at.line, at.column)).unwrap_or_default();
        let field = self.field.map(|field| format!(" {field}:")).unwrap_or_default();
        format!("{}{at}:{field} {}", self.origin, self.problem.say(lang))
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.say(Lang::En))
    }
}

impl std::error::Error for PolicyError {}
