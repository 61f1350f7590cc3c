// SPDX-License-Identifier: GPL-2.0-only
//! A reader of one line: each step either consumes what it names or yields `None`, which skips the line.

use super::view::ORDERS;

/// A text with more zones than any machine has is not read on: looking zones up by name is quadratic in their number.
pub(super) const ZONES_MAX: usize = 4096;

pub(super) struct Cursor<'a> {
    rest: &'a str,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(line: &'a str) -> Cursor<'a> {
        Cursor { rest: line }
    }

    /// Consumes exactly `literal`.
    pub(super) fn eat(&mut self, literal: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(literal)?;
        Some(())
    }

    /// Consumes blanks, then a word that ends before a blank.
    pub(super) fn word(&mut self) -> Option<&'a str> {
        let rest = self.rest.trim_start();
        let (word, rest) = rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len()));
        self.rest = rest;
        (!word.is_empty()).then_some(word)
    }

    /// Consumes all up to and including the first `stop`, and yields what stood before it.
    pub(super) fn until(&mut self, stop: &str) -> Option<&'a str> {
        let (before, rest) = self.rest.split_once(stop)?;
        self.rest = rest;
        Some(before)
    }

    /// Like [`Cursor::until`] with the last `stop`: for names, which may contain it.
    pub(super) fn until_last(&mut self, stop: &str) -> Option<&'a str> {
        let (before, rest) = self.rest.rsplit_once(stop)?;
        self.rest = rest;
        Some(before)
    }

    /// Consumes blanks, then a decimal number with an optional sign.
    pub(super) fn signed(&mut self) -> Option<i64> {
        let rest = self.rest.trim_start();
        let digits_at = usize::from(rest.starts_with('-'));
        let end = rest.bytes().skip(digits_at).take_while(u8::is_ascii_digit).count() + digits_at;
        let (number, rest) = rest.split_at(end);
        self.rest = rest;
        number.parse().ok()
    }

    /// Consumes blanks, then a decimal number.
    pub(super) fn number(&mut self) -> Option<u64> {
        let rest = self.rest.trim_start();
        let (number, rest) = rest.split_at(rest.bytes().take_while(u8::is_ascii_digit).count());
        self.rest = rest;
        number.parse().ok()
    }

    /// A number of 32 bits: node, CPU and process numbers.
    pub(super) fn small(&mut self) -> Option<u32> {
        self.number()?.try_into().ok()
    }

    /// Consumes `%#x`.
    pub(super) fn hex(&mut self) -> Option<u64> {
        let rest = self.rest.strip_prefix("0x").unwrap_or(self.rest);
        let (number, rest) = rest.split_at(rest.bytes().take_while(u8::is_ascii_hexdigit).count());
        self.rest = rest;
        u64::from_str_radix(number, 16).ok()
    }

    pub(super) fn rest(&self) -> &'a str {
        self.rest
    }

    /// Only blanks may remain.
    pub(super) fn end(&self) -> Option<()> {
        self.rest.trim().is_empty().then_some(())
    }

    /// Consumes `Node 0, zone      DMA` and yields the node and the name of the zone.
    pub(super) fn node_zone(&mut self) -> Option<(u32, String)> {
        self.eat("Node")?;
        let node = self.small()?;
        self.eat(", zone")?;
        let name = self.word()?.trim_end_matches(',');
        Some((node, name.to_string()))
    }

    /// Consumes one count per order to the end of the line. `>100000` is read as 100000, see `pagetypeinfo`.
    pub(super) fn orders(&mut self) -> Option<[u64; ORDERS]> {
        let mut counts = [0; ORDERS];
        for count in &mut counts {
            let word = self.word()?;
            *count = word.strip_prefix('>').unwrap_or(word).parse().ok()?;
        }
        self.end()?;
        Some(counts)
    }
}

/// Yields the number of a `name:123kB` token. 7.2 printed two of them as `KB`, older ones some in pages.
pub(super) fn kilobytes(token: &str) -> Option<(&str, u64)> {
    let (name, value) = token.rsplit_once(':')?;
    let number = value.strip_suffix("kB").or_else(|| value.strip_suffix("KB"))?;
    Some((name, number.parse().ok()?))
}
