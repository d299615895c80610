//! What happens to key files on their way, and what is to be said of it.

/// What is done to a good file, and what is to be said of it.
pub(crate) struct Damage {
    pub(crate) name: &'static str,
    pub(crate) make: fn(&str) -> Vec<u8>,
    /// What is found first; nothing where it does no harm.
    pub(crate) id: Option<&'static str>,
    pub(crate) line: u64,
    /// Whether the printed command mends it.
    pub(crate) mends: bool,
}

const fn hurts(
    name: &'static str,
    id: &'static str,
    line: u64,
    mends: bool,
    make: fn(&str) -> Vec<u8>,
) -> Damage {
    Damage { name, make, id: Some(id), line, mends }
}

const fn harmless(name: &'static str, make: fn(&str) -> Vec<u8>) -> Damage {
    Damage { name, make, id: None, line: 0, mends: false }
}

fn line(text: &str, number: usize) -> &str {
    text.lines().nth(number - 1).unwrap()
}

/// In the third line, something else at its tenth character.
fn third(text: &str, with: &str) -> Vec<u8> {
    let whole = line(text, 3);
    text.replace(whole, &format!("{}{with}{}", &whole[..9], &whole[10..])).into_bytes()
}

/// The first three lines, less so many bytes.
fn cut(text: &str, less: usize) -> Vec<u8> {
    let kept = text.split_inclusive('\n').take(3).map(str::len).sum::<usize>();
    text.as_bytes()[..kept - less].to_vec()
}

fn wide(text: &str) -> Vec<u8> {
    let units = std::iter::once(0xfeff).chain(text.encode_utf16());
    units.flat_map(u16::to_le_bytes).collect()
}

/// What ssh-keygen refuses in OpenSSH's format alone.
pub(crate) const OPENSSH: &[Damage] = &[
    hurts("CRLF", "carriage-returns", 1, true, |it| it.replace('\n', "\r\n").into_bytes()),
    hurts("no final line end", "no-final-line", 7, true, |it| it.trim_end().as_bytes().to_vec()),
    hurts("byte order mark", "byte-order-mark", 1, true, |it| format!("\u{feff}{it}").into_bytes()),
    hurts("a blank line above", "text-above", 1, true, |it| format!("\n{it}").into_bytes()),
    hurts("a mail's text above", "text-above", 1, true, |it| format!("Here:\n{it}").into_bytes()),
    harmless("lines of another width", |it| {
        let (head, rest) = it.split_once('\n').unwrap();
        let (body, end) = rest.rsplit_once("\n-----END").unwrap();
        format!("{head}\n{}\n-----END{end}", body.replace('\n', "")).into_bytes()
    }),
    harmless("text below", |it| format!("{it}\nregards\n").into_bytes()),
];

/// What ssh-keygen refuses in PEM as well.
pub(crate) const ALL: &[Damage] = &[
    hurts("cut", "no-end", 3, false, |it| cut(it, 0)),
    hurts("cut within the last line", "no-end", 3, false, |it| cut(it, 20)),
    hurts("no BEGIN", "not-key", 1, false, |it| it.split_once('\n').unwrap().1.as_bytes().to_vec()),
    hurts("a character lost", "lost", 2, false, |it| third(it, "")),
    hurts("a foreign character", "not-base64", 3, false, |it| third(it, "*")),
    hurts("typographic quotes within", "not-base64", 3, false, |it| third(it, "\u{201c}")),
    hurts("long dashes", "dashes", 1, true, |it| {
        it.replace("-----", "\u{2014}\u{2014}-").into_bytes()
    }),
    hurts("four dashes", "dashes", 1, true, |it| it.replacen("-----", "----", 1).into_bytes()),
    hurts("all on one line", "one-line", 1, true, |it| {
        format!("{}\n", it.trim().replace('\n', " ")).into_bytes()
    }),
    hurts("line ends as JSON has them", "escaped-lines", 1, true, |it| {
        format!("{}\n", it.trim().replace('\n', "\\n")).into_bytes()
    }),
    hurts("UTF-16", "wide", 1, true, wide),
    hurts("empty", "empty", 1, false, |_| Vec::new()),
    hurts("a web page", "html", 1, false, |_| b"<!DOCTYPE html>\n<p>Sign in</p>\n".to_vec()),
    hurts("no text", "not-text", 1, false, |_| b"PK\x03\x04\xff\xfe\x00\x01".to_vec()),
    hurts("something else", "not-key", 1, false, |_| b"hello\n".to_vec()),
];

/// What does no harm in PEM.
pub(crate) const PEM: &[Damage] = &[
    harmless("CRLF", |it| it.replace('\n', "\r\n").into_bytes()),
    harmless("no final line end", |it| it.trim_end().as_bytes().to_vec()),
    harmless("a mail's text above", |it| format!("Here:\n{it}").into_bytes()),
];

/// Public lines.
pub(crate) const PUBLIC: &[Damage] = &[
    harmless("CRLF", |it| it.replace('\n', "\r\n").into_bytes()),
    harmless("no final line end", |it| it.trim_end().as_bytes().to_vec()),
    harmless("blanks in front", |it| format!(" \t {it}").into_bytes()),
    harmless("tabs between", |it| it.replace(' ', "\t").into_bytes()),
    harmless("a comment line above", |it| format!("# of ann\n{it}").into_bytes()),
    hurts("byte order mark", "byte-order-mark", 1, true, |it| format!("\u{feff}{it}").into_bytes()),
    hurts("UTF-16", "wide", 1, true, wide),
    hurts("wrapped", "wrapped", 1, true, |it| format!("{}\n{}", &it[..50], &it[50..]).into_bytes()),
    hurts("wrapped three times, indented", "wrapped", 1, true, |it| {
        format!("{}\r\n  {}\r\n  {}", &it[..40], &it[40..60], &it[60..]).into_bytes()
    }),
    hurts("broken after the type", "wrapped", 1, true, |it| it.replacen(' ', "\n", 1).into_bytes()),
    hurts("no type", "missing-type", 1, true, |it| {
        it.split_once(' ').unwrap().1.as_bytes().to_vec()
    }),
    hurts("another type", "other-type", 1, true, |it| {
        let (_, rest) = it.split_once(' ').unwrap();
        format!("ecdsa-sha2-nistp384 {rest}").into_bytes()
    }),
    hurts("cut", "cut", 1, false, |it| it.as_bytes()[..60].to_vec()),
    hurts("cut after the type", "cut", 1, false, |it| {
        it.split(' ').next().unwrap().as_bytes().to_vec()
    }),
    hurts("a foreign character", "not-base64", 1, false, |it| {
        format!("{}*{}", &it[..50], &it[51..]).into_bytes()
    }),
    hurts("quoted", "quoted", 1, true, |it| format!("\"{}\"\n", it.trim()).into_bytes()),
    hurts("in typographic quotes", "smart-quotes", 1, true, |it| {
        format!("\u{201c}{}\u{201d}\n", it.trim()).into_bytes()
    }),
    hurts("typographic quotes in options", "smart-quotes", 1, false, |it| {
        format!("from=\u{201c}192.0.2.7\u{201d} {it}").into_bytes()
    }),
];
