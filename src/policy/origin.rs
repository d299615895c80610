//! Where a policy or key comes from, and reading it there.

mod fetch;
mod tls;

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use nix::unistd::geteuid;

use super::plain::quoted;
use super::{HttpsUrl, MAX_BYTES, UrlProblem};
use crate::text::{Lang, Words};

pub(super) use fetch::is_tag;
pub use fetch::{Answer, Fetcher, Roots};

crate::words! {
    /// Why something could not be read from where it is said to be.
    ReadError {
        NotHttps { url: String } =>
            "{url}: fetched over `https://` only",
            "{url}: `https://`로만 받을 수 있습니다";
        NotUrl { text: String } =>
            "`{text}` is not a URL: allowed is `https://HOST/PATH` without spaces, user name or `#`",
            "`{text}`: URL이 아닙니다. 공백, 사용자 이름, `#` 없이 `https://HOST/PATH` 형식으로 적으십시오";
        KeyItself =>
            "a key's text was given where a file, URL or `-` is expected: put it into a file, or pass it on standard input with `-`",
            "파일, URL, `-` 자리에 키 본문이 왔습니다. 파일에 넣어 지정하거나 `-`로 표준 입력에 주십시오";
        NoName =>
            "the file's name is empty",
            "파일 이름이 비어 있습니다";
        NotFound { path: String } =>
            "{path}: no such file",
            "{path}: 파일이 없습니다";
        NotFile { path: String } =>
            "{path}: not a regular file (a folder, device or pipe); use `-` for standard input",
            "{path}: 일반 파일이 아닙니다(디렉터리, 장치, 파이프). 표준 입력은 `-`로 지정하십시오";
        Denied { path: String } =>
            "{path}: not readable for this user",
            "{path}: 읽을 권한이 없습니다";
        Failed { origin: String, detail: String } =>
            "{origin}: could not be read: {detail}",
            "{origin}: 읽을 수 없습니다: {detail}";
        TooLarge { origin: String, most: usize } =>
            "{origin}: larger than {most} bytes, which no policy or key file is",
            "{origin}: {most}바이트를 넘습니다. 정책이나 키 파일이 아닙니다";
        Terminal =>
            "standard input is a terminal: give a file, or `-` with a pipe, such as `cat KEY.pub | …`",
            "표준 입력이 터미널입니다. 파일을 지정하거나 `cat KEY.pub | …`처럼 파이프로 주십시오";
        Dns { host: String } =>
            "{host}: name not found (DNS): check the name and this server's resolver",
            "{host}: 이름을 찾을 수 없습니다(DNS). 이름과 이 서버의 DNS 설정을 확인하십시오";
        Refused { url: String } =>
            "{url}: connection refused, by the site or by the proxy that the environment names",
            "{url}: 사이트 또는 환경 변수에 지정된 프록시가 연결을 거부했습니다";
        Timeout { url: String, seconds: u64 } =>
            "{url}: no answer within {seconds} s: check the network, firewall and proxy",
            "{url}: {seconds}초 안에 응답이 없습니다. 네트워크, 방화벽, 프록시를 확인하십시오";
        Tls { url: String, detail: String } =>
            "{url}: no secure connection: {detail}. Check this server's clock and CA certificates, and whether a proxy stands between",
            "{url}: 보안 연결(TLS)에 실패했습니다: {detail}. 서버 시각과 CA 인증서, 중간 프록시를 확인하십시오";
        Unreachable { url: String, detail: String } =>
            "{url}: not reachable: {detail}",
            "{url}: 연결할 수 없습니다: {detail}";
        Status { url: String, status: u16 } =>
            "{url}: the server answered with status {status} instead of 200",
            "{url}: 서버가 200이 아니라 {status} 상태로 응답했습니다";
        Redirect { url: String } =>
            "{url}: redirected too often or to an address that is not https",
            "{url}: 리디렉션이 너무 많거나 https가 아닌 주소로 향합니다";
        Html { url: String } =>
            "{url}: the answer is a web page, not a policy or key: a login page of the network may stand between",
            "{url}: 정책이나 키가 아니라 웹 페이지가 왔습니다. 네트워크의 로그인 페이지일 수 있습니다";
        NoTls { detail: String } =>
            "no secure connection can be made from here: {detail}",
            "이 서버에서 보안 연결(TLS)을 만들 수 없습니다: {detail}";
    }
}

/// Where a policy or key comes from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Origin {
    /// The program itself.
    Builtin,
    /// A file on this server.
    File(PathBuf),
    /// Standard input.
    Stdin,
    /// A site.
    Url(HttpsUrl),
}

/// What was read, and what speaks for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Fetched {
    /// The bytes, at most [`MAX_BYTES`].
    pub bytes: Vec<u8>,
    /// Which CA certificates vouched for the site, if it came from one.
    pub roots: Option<Roots>,
    /// Whether only root (or the user we run as) could have written it; never so for a URL.
    pub ours: bool,
}

impl Origin {
    /// Reads it to its end, which is never far or late.
    pub fn read(&self) -> Result<Fetched, ReadError> {
        let ours = |bytes| Fetched { bytes, roots: None, ours: true };
        match self {
            Self::Builtin => Ok(ours(include_bytes!("builtin.toml").to_vec())),
            Self::File(path) => read_file(path),
            Self::Stdin => {
                let stdin = io::stdin().lock();
                if io::IsTerminal::is_terminal(&stdin) {
                    return Err(ReadError::Terminal);
                }
                let name = self.to_string();
                read_bounded(stdin, &name, |error| failed(&name, &error)).map(ours)
            }
            Self::Url(url) => {
                let (bytes, roots) = fetch::get(url)?;
                Ok(Fetched { bytes, roots: Some(roots), ours: false })
            }
        }
    }
}

impl FromStr for Origin {
    type Err = ReadError;

    /// Reads `FILE`, `URL` or `-`, as flags take them.
    fn from_str(text: &str) -> Result<Self, ReadError> {
        if text.is_empty() {
            return Err(ReadError::NoName);
        }
        if text == "-" {
            return Ok(Self::Stdin);
        }
        let key = ["ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-", "AAAA"];
        let has_space = text.contains([' ', '\n']);
        if text.contains("PRIVATE KEY") || has_space && key.iter().any(|k| text.starts_with(k)) {
            return Err(ReadError::KeyItself);
        }
        if text.contains("://") {
            return text.parse().map(Self::Url).map_err(|problem| match problem {
                UrlProblem::Scheme { .. } => ReadError::NotHttps { url: quoted(text) },
                _ => ReadError::NotUrl { text: quoted(text) },
            });
        }
        Ok(Self::File(PathBuf::from(text)))
    }
}

impl Words for Origin {
    fn say(&self, lang: Lang) -> String {
        match (self, lang) {
            (Self::Builtin, Lang::En) => "built-in policy".to_owned(),
            (Self::Builtin, Lang::Ko) => "내장 정책".to_owned(),
            (Self::Stdin, Lang::En) => "standard input".to_owned(),
            (Self::Stdin, Lang::Ko) => "표준 입력".to_owned(),
            (Self::File(path), _) => shown(path),
            (Self::Url(url), _) => url.to_string(),
        }
    }
}

impl fmt::Display for Origin {
    /// A short name for the front of a message, the same in every language.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Builtin => f.write_str("builtin.toml"),
            Self::Stdin => f.write_str("stdin"),
            Self::File(path) => f.write_str(&shown(path)),
            Self::Url(url) => url.fmt(f),
        }
    }
}

fn failed(origin: &str, error: &io::Error) -> ReadError {
    ReadError::Failed { origin: origin.to_owned(), detail: quoted(&error.to_string()) }
}

fn shown(path: &Path) -> String {
    String::from_utf8_lossy(path.as_os_str().as_bytes()).escape_debug().to_string()
}

fn read_file(path: &Path) -> Result<Fetched, ReadError> {
    let name = || shown(path);
    let judge = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
            ReadError::NotFound { path: name() }
        }
        io::ErrorKind::PermissionDenied => ReadError::Denied { path: name() },
        _ => failed(&name(), &error),
    };
    // A pipe without a writer would hold a plain open for ever.
    let flags = nix::fcntl::OFlag::O_NONBLOCK | nix::fcntl::OFlag::O_NOCTTY;
    let file = File::options().read(true).custom_flags(flags.bits()).open(path).map_err(judge)?;
    let about = file.metadata().map_err(judge)?;
    if !about.is_file() {
        return Err(ReadError::NotFile { path: name() });
    }
    let owned = about.uid() == 0 || about.uid() == geteuid().as_raw();
    let ours = owned && about.mode() & 0o022 == 0;
    let bytes = read_bounded(file, &name(), judge)?;
    Ok(Fetched { bytes, roots: None, ours })
}

/// Reads all there is, or refuses more than [`MAX_BYTES`].
fn read_bounded(
    from: impl Read,
    origin: &str,
    judge: impl FnOnce(io::Error) -> ReadError,
) -> Result<Vec<u8>, ReadError> {
    let mut bytes = Vec::new();
    from.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(judge)?;
    if bytes.len() > MAX_BYTES {
        return Err(ReadError::TooLarge { origin: origin.to_owned(), most: MAX_BYTES });
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests;
