//! Strings and numbers as SSH writes them (RFC 4251, section 5), and base64.

use base64ct::{Base64Unpadded, Encoding};
use zeroize::Zeroizing;

/// What is left to be read.
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    /// The next bytes.
    pub(super) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    pub(super) fn u64(&mut self) -> Option<u64> {
        Some(u64::from_be_bytes(self.take(8)?.try_into().ok()?))
    }

    pub(super) fn string(&mut self) -> Option<&'a [u8]> {
        let length = self.u32()?;
        self.take(length.try_into().ok()?)
    }

    pub(super) fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.string()?).ok()
    }

    /// A number without its leading zeros; none is negative here.
    pub(super) fn number(&mut self) -> Option<&'a [u8]> {
        let bytes = self.string()?;
        if bytes.first().is_some_and(|first| first & 0x80 != 0) { None } else { Some(bare(bytes)) }
    }
}

/// A number without its leading zeros.
pub(super) fn bare(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes.get(zeros..).unwrap_or_default()
}

/// How many bits a number has.
pub(super) fn bits(number: &[u8]) -> usize {
    let number = bare(number);
    number.first().map_or(0, |first| number.len() * 8 - first.leading_zeros() as usize)
}

/// Adds a string.
pub(super) fn put(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend(u32::try_from(bytes.len()).unwrap_or_default().to_be_bytes());
    out.extend(bytes);
}

/// Adds a number.
pub(super) fn put_number(out: &mut Vec<u8>, number: &[u8]) {
    let number = bare(number);
    let sign = usize::from(number.first().is_some_and(|first| first & 0x80 != 0));
    out.extend(u32::try_from(number.len() + sign).unwrap_or_default().to_be_bytes());
    out.extend(&[0][..sign]);
    out.extend(number);
}

/// A comment without what would end its line.
pub(super) fn one_line(comment: &[u8]) -> Vec<u8> {
    comment.iter().copied().filter(|byte| !byte.is_ascii_control()).collect()
}

/// Bytes in base64.
pub(super) fn base64(bytes: &[u8]) -> Zeroizing<String> {
    // The one form of it that the program has anyway: fingerprints are written so.
    let mut text = Zeroizing::new(String::with_capacity(bytes.len() * 2 + 4));
    let bare = Zeroizing::new(Base64Unpadded::encode_string(bytes));
    let missing = bare.len().wrapping_neg() % 4;
    text.extend([&**bare, &"=="[..missing.min(2)]]);
    text
}

/// Adds a text in lines of a width.
pub(super) fn put_lines(out: &mut Vec<u8>, text: &str, width: usize) {
    for line in text.as_bytes().chunks(width) {
        out.extend(line);
        out.push(b'\n');
    }
}

/// Bytes from base64, blanks and ends of lines passed over.
pub(super) fn from_base64(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let mut bare = Zeroizing::new(String::with_capacity(text.len()));
    bare.extend(text.chars().filter(|c| !c.is_ascii_whitespace()));
    let body = bare.trim_end_matches('=');
    let whole = bare.len().is_multiple_of(4) && bare.len() - body.len() <= 2;
    if whole { Base64Unpadded::decode_vec(body).ok().map(Zeroizing::new) } else { None }
}
