//! The little of DER (X.690) that key files are made of.

use super::wire::bare;

pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const OCTETS: u8 = 0x04;
pub(super) const BITS: u8 = 0x03;
pub(super) const OID: u8 = 0x06;
const NUMBER: u8 = 0x02;

/// What is left to be read.
#[derive(Clone, Copy)]
pub(super) struct Der<'a>(pub(super) &'a [u8]);

impl<'a> Der<'a> {
    /// The next element: its tag and what it holds.
    pub(super) fn next(&mut self) -> Option<(u8, &'a [u8])> {
        let [tag, length, rest @ ..] = self.0 else { return None };
        let (length, rest) = match *length {
            short @ ..0x80 => (usize::from(short), rest),
            long => {
                // Two bytes of length are 64 KiB, more than any key has.
                let (bytes, rest) = rest.split_at_checked(usize::from(long & 0x7f))?;
                let length = match bytes {
                    [one] => usize::from(*one),
                    [high, low] => usize::from(u16::from_be_bytes([*high, *low])),
                    _ => return None,
                };
                (length, rest)
            }
        };
        let (value, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((*tag, value))
    }

    /// The next element, which must have this tag.
    pub(super) fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        self.next().filter(|(found, _)| *found == tag).map(|(_, value)| value)
    }

    /// The elements of a sequence, which comes next.
    pub(super) fn sequence(&mut self) -> Option<Self> {
        self.take(SEQUENCE).map(Self)
    }

    /// A number without its leading zeros.
    pub(super) fn number(&mut self) -> Option<&'a [u8]> {
        let bytes = self.take(NUMBER)?;
        if bytes.first().is_some_and(|first| first & 0x80 != 0) { None } else { Some(bare(bytes)) }
    }
}
