// SPDX-License-Identifier: GPL-2.0-only
//! A cursor over `key=value` text: each field is looked for where the kernel prints it, then anywhere.
//!
//! Nearly all lines are read by `fast` instead. Here nothing is inlined: hundreds of uses would each be a copy, which
//! the page has to load.

use super::skip::Reason;

/// The kernel prints fields in a fixed order, so the next one nearly always starts at the cursor. Another kernel
/// version may add or move a field: only then is the whole text searched.
pub struct Fields<'a> {
    text: &'a [u8],
    at: usize,
}

/// A number as printed: up to 64 bits and a sign. What does not fit saturates, which fails every range check.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Number {
    pub negative: bool,
    pub magnitude: u64,
}

impl Number {
    pub fn to_u32(self) -> Option<u32> {
        if self.negative { None } else { u32::try_from(self.magnitude).ok() }
    }

    pub fn to_i32(self) -> Option<i32> {
        let magnitude = i32::try_from(self.magnitude).ok()?;
        Some(if self.negative { -magnitude } else { magnitude })
    }
}

impl<'a> Fields<'a> {
    pub fn new(text: &'a [u8]) -> Fields<'a> {
        Fields { text, at: 0 }
    }

    /// Passes over `page=0000000012345678 ` (or `page=(null) `): a hashed pointer that says nothing.
    #[inline(never)]
    pub fn skip_page(&mut self) {
        if self.text.starts_with(b"page=") && self.text.get(21) == Some(&b' ') {
            self.at = 22;
        }
    }

    #[inline(never)]
    fn seek(&mut self, key: &'static str) -> Result<(), Reason> {
        while self.text.get(self.at) == Some(&b' ') {
            self.at += 1;
        }
        if self.text[self.at..].starts_with(key.as_bytes()) {
            self.at += key.len();
            return Ok(());
        }
        self.search(key)
    }

    #[cold]
    fn search(&mut self, key: &'static str) -> Result<(), Reason> {
        for at in 0..self.text.len() {
            let begins = at == 0 || matches!(self.text[at - 1], b' ' | b',');
            if begins && self.text[at..].starts_with(key.as_bytes()) {
                self.at = at + key.len();
                return Ok(());
            }
        }
        Err(Reason::Missing(key))
    }

    #[inline(never)]
    pub fn number(&mut self, key: &'static str) -> Result<Number, Reason> {
        self.seek(key)?;
        let rest = &self.text[self.at..];
        let (number, length) = digits(rest).ok_or(Reason::NotANumber(key))?;
        match rest.get(length) {
            None | Some(b' ' | b',' | b')') => {}
            _ => return Err(Reason::NotANumber(key)),
        }
        // A closing bracket or a comma belongs to the number's frame, not to the next key.
        self.at += length + usize::from(matches!(rest.get(length), Some(b',' | b')')));
        Ok(number)
    }

    #[inline(never)]
    pub fn u32(&mut self, key: &'static str) -> Result<u32, Reason> {
        self.number(key)?.to_u32().ok_or(Reason::OutOfRange(key))
    }

    #[inline(never)]
    pub fn i32(&mut self, key: &'static str) -> Result<i32, Reason> {
        self.number(key)?.to_i32().ok_or(Reason::OutOfRange(key))
    }

    /// A number in 0..=max.
    #[inline(never)]
    pub fn small(&mut self, key: &'static str, max: u8) -> Result<u8, Reason> {
        match self.u32(key)? {
            value if value <= u32::from(max) => Ok(value as u8),
            _ => Err(Reason::OutOfRange(key)),
        }
    }

    /// 0 or 1.
    #[inline(never)]
    pub fn flag(&mut self, key: &'static str) -> Result<bool, Reason> {
        Ok(self.small(key, 1)? != 0)
    }

    /// An order of the buddy allocator.
    #[inline(never)]
    pub fn order(&mut self, key: &'static str) -> Result<u8, Reason> {
        self.small(key, 10)
    }

    /// The order of a request, where -1 means "no page is asked for" (kcompactd, proactive compaction).
    pub fn request_order(&mut self, key: &'static str) -> Result<i8, Reason> {
        match self.i32(key)? {
            order @ -1..=10 => Ok(order as i8),
            _ => Err(Reason::OutOfRange(key)),
        }
    }

    /// Unmovable, movable, reclaimable, highatomic, CMA, isolate.
    #[inline(never)]
    pub fn migratetype(&mut self, key: &'static str) -> Result<u8, Reason> {
        self.small(key, 5)
    }

    /// A page, or the zero that the kernel prints for "no page".
    #[inline(never)]
    pub fn page(&mut self, key: &'static str) -> Result<Option<u32>, Reason> {
        let pfn = self.u32(key)?;
        Ok(if pfn == 0 { None } else { Some(pfn) })
    }

    /// A number of KiB, printed with its unit.
    pub fn kib(&mut self, key: &'static str) -> Result<u64, Reason> {
        self.seek(key)?;
        let rest = &self.text[self.at..];
        let (number, length) = digits(rest).ok_or(Reason::NotANumber(key))?;
        if number.negative || !rest[length..].starts_with(b"kB") {
            return Err(Reason::NotANumber(key));
        }
        self.at += length + 2;
        Ok(number.magnitude)
    }

    #[inline(never)]
    pub fn word(&mut self, key: &'static str) -> Result<&'a [u8], Reason> {
        self.seek(key)?;
        let rest = &self.text[self.at..];
        let length = rest.iter().position(|byte| matches!(byte, b' ' | b',')).unwrap_or(rest.len());
        self.at += length;
        Ok(&rest[..length])
    }

    /// A value that may hold spaces itself and reaches to `next`.
    pub fn until(&mut self, key: &'static str, next: &'static str) -> Result<&'a [u8], Reason> {
        self.seek(key)?;
        let rest = &self.text[self.at..];
        let end = rest.windows(next.len()).position(|window| window == next.as_bytes());
        let length = end.ok_or(Reason::Missing(next))?;
        self.at += length;
        Ok(&rest[..length])
    }

    /// Index of a zone by its name.
    #[inline(never)]
    pub fn zone(&mut self, key: &'static str) -> Result<u8, Reason> {
        match self.word(key)? {
            b"DMA" => Ok(0),
            b"DMA32" => Ok(1),
            b"Normal" => Ok(2),
            b"Movable" => Ok(3),
            _ => Err(Reason::UnknownWord(key)),
        }
    }

    pub fn gfp(&mut self, key: &'static str) -> Result<crate::model::gfp::Gfp, Reason> {
        crate::model::gfp::Gfp::parse(self.word(key)?).ok_or(Reason::UnknownWord(key))
    }

    /// What follows the last known field may only be more fields, of a kernel that prints more.
    #[inline(never)]
    pub fn end(&self) -> Result<(), Reason> {
        if self.at == self.text.len() { Ok(()) } else { self.more() }
    }

    #[cold]
    fn more(&self) -> Result<(), Reason> {
        let mut words = self.text[self.at..].split(|&byte| byte == b' ').filter(|word| !word.is_empty());
        if words.all(|word| word.contains(&b'=')) { Ok(()) } else { Err(Reason::Trailing) }
    }
}

/// The number at the beginning of `text` and its length: decimal, or hexadecimal after `0x`.
#[inline(never)]
pub fn digits(text: &[u8]) -> Option<(Number, usize)> {
    let negative = text.first() == Some(&b'-');
    let mut at = usize::from(negative);
    let mut magnitude: u64 = 0;
    let first;
    if text.get(at) == Some(&b'0') && text.get(at + 1) == Some(&b'x') {
        at += 2;
        first = at;
        while let Some(&byte) = text.get(at) {
            let digit = match byte {
                b'0'..=b'9' => byte - b'0',
                b'a'..=b'f' => byte - b'a' + 10,
                b'A'..=b'F' => byte - b'A' + 10,
                _ => break,
            };
            magnitude = if magnitude >> 60 == 0 { magnitude << 4 | u64::from(digit) } else { u64::MAX };
            at += 1;
        }
    } else {
        first = at;
        while let Some(&byte @ b'0'..=b'9') = text.get(at) {
            magnitude = magnitude.saturating_mul(10).saturating_add(u64::from(byte - b'0'));
            at += 1;
        }
    }
    if at == first { None } else { Some((Number { negative, magnitude }, at)) }
}
