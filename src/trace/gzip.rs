// SPDX-License-Identifier: GPL-2.0-only
//! The gzip format (RFC 1952) around deflate. `flate2` knows it too, but its checksum brings 16 KiB of tables that no
//! compression makes smaller; here they are computed.

use flate2::{Decompress, FlushDecompress, Status};

/// Why no more can be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Broken {
    /// The input ends where more must come.
    Cut,
    Damaged,
}

#[derive(Clone, Copy)]
enum Part {
    /// A member, of which there must be one.
    First,
    Head,
    Body,
    Tail,
}

/// One member after the other, until the input ends.
pub struct Gzip<'a> {
    rest: &'a [u8],
    /// What `rest` begins with.
    next: Part,
    inflate: Decompress,
    check: Check,
    /// Bytes that the member has given, modulo 2^32.
    size: u32,
}

impl<'a> Gzip<'a> {
    pub fn new(bytes: &'a [u8]) -> Gzip<'a> {
        Gzip { rest: bytes, next: Part::First, inflate: Decompress::new(false), check: Check::new(), size: 0 }
    }

    /// Bytes of the input that have not been used.
    pub fn left(&self) -> usize {
        self.rest.len()
    }

    /// Fills the front of `buffer`; 0 at the end.
    pub fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Broken> {
        loop {
            match self.next {
                Part::Head if self.rest.is_empty() => return Ok(0),
                Part::First | Part::Head => self.head()?,
                Part::Tail => {
                    self.tail()?;
                    continue;
                }
                Part::Body => {}
            }
            let (before_in, before_out) = (self.inflate.total_in(), self.inflate.total_out());
            let status = self.inflate.decompress(self.rest, buffer, FlushDecompress::None);
            self.take((self.inflate.total_in() - before_in) as usize)?;
            let made = (self.inflate.total_out() - before_out) as usize;
            self.check.add(&buffer[..made]);
            self.size = self.size.wrapping_add(made as u32);
            match status {
                Ok(Status::StreamEnd) => self.next = Part::Tail,
                // What came before a fault is given first; the next call finds the fault again.
                _ if made > 0 => {}
                Ok(_) if self.rest.is_empty() => return Err(Broken::Cut),
                _ => return Err(Broken::Damaged),
            }
            if made > 0 {
                return Ok(made);
            }
        }
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], Broken> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(Broken::Cut)?;
        self.rest = rest;
        Ok(taken)
    }

    fn head(&mut self) -> Result<(), Broken> {
        const HAS_CHECK: u8 = 2;
        const HAS_EXTRA: u8 = 4;
        const HAS_NAME: u8 = 8;
        const HAS_COMMENT: u8 = 16;
        let all = self.rest;
        let fixed = self.take(10)?;
        let flags = fixed[3];
        if fixed[..3] != [0x1f, 0x8b, 8] || flags >= 2 * HAS_COMMENT {
            return Err(Broken::Damaged);
        }
        if flags & HAS_EXTRA != 0 {
            let length = self.take(2)?;
            self.take(usize::from(length[0]) | usize::from(length[1]) << 8)?;
        }
        for text in [HAS_NAME, HAS_COMMENT] {
            while flags & text != 0 && self.take(1)? != [0] {}
        }
        if flags & HAS_CHECK != 0 {
            self.check.begin();
            self.check.add(&all[..all.len() - self.rest.len()]);
            let found = self.check.sum().to_le_bytes();
            if self.take(2)? != &found[..2] {
                return Err(Broken::Damaged);
            }
        }
        self.inflate.reset(false);
        self.check.begin();
        (self.size, self.next) = (0, Part::Body);
        Ok(())
    }

    fn tail(&mut self) -> Result<(), Broken> {
        let found = [self.check.sum().to_le_bytes(), self.size.to_le_bytes()].concat();
        if self.take(8)? != found {
            return Err(Broken::Damaged);
        }
        self.next = Part::Head;
        Ok(())
    }
}

/// CRC-32, eight bytes at a time.
struct Check {
    /// Entry b of table n: what byte b does to the sum when n more bytes follow it.
    tables: Vec<[u32; 256]>,
    state: u32,
}

impl Check {
    fn new() -> Check {
        let mut tables: Vec<[u32; 256]> =
            vec![std::array::from_fn(|byte| (0..8).fold(byte as u32, |sum, _| (sum >> 1) ^ ((sum & 1) * 0xedb8_8320)))];
        for n in 1..8 {
            let after = |byte: usize| (tables[n - 1][byte] >> 8) ^ tables[0][(tables[n - 1][byte] & 255) as usize];
            tables.push(std::array::from_fn(after));
        }
        Check { tables, state: !0 }
    }

    fn begin(&mut self) {
        self.state = !0;
    }

    fn sum(&self) -> u32 {
        !self.state
    }

    fn add(&mut self, bytes: &[u8]) {
        let Ok(tables) = <&[[u32; 256]; 8]>::try_from(self.tables.as_slice()) else { unreachable!("there are eight") };
        let mut state = self.state;
        let (eights, rest) = bytes.as_chunks::<8>();
        for bytes in eights {
            let word = u64::from_le_bytes(*bytes) ^ u64::from(state);
            state = (0..8).fold(0, |sum, n| sum ^ tables[7 - n][(word >> (8 * n)) as usize & 255]);
        }
        for byte in rest {
            state = (state >> 8) ^ tables[0][((state ^ u32::from(*byte)) & 255) as usize];
        }
        self.state = state;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, GzBuilder};
    use std::io::Write;

    #[test]
    fn the_checksum_is_the_published_one() {
        for (text, sum) in
            [("", 0), ("123456789", 0xcbf4_3926), ("The quick brown fox jumps over the lazy dog", 0x414f_a339)]
        {
            let mut check = Check::new();
            check.add(text.as_bytes());
            assert_eq!(check.sum(), sum, "{text}");
        }
    }

    fn all(bytes: &[u8]) -> (Vec<u8>, Option<Broken>) {
        let (mut gzip, mut out, mut buffer) = (Gzip::new(bytes), Vec::new(), [0; 7]);
        loop {
            match gzip.read(&mut buffer) {
                Ok(0) => return (out, None),
                Ok(count) => out.extend(&buffer[..count]),
                Err(broken) => return (out, Some(broken)),
            }
        }
    }

    fn pack(text: &[u8]) -> Vec<u8> {
        let head = GzBuilder::new().filename("a").comment("b").extra(vec![1, 2, 3]);
        let mut encoder = head.write(Vec::new(), Compression::default());
        encoder.write_all(text).expect("a vector takes all");
        encoder.finish().expect("a vector takes all")
    }

    #[test]
    fn every_part_of_a_header_is_skipped_and_judged() {
        let plain = pack(b"some text");
        assert_eq!(all(&plain), (b"some text".to_vec(), None));
        let both = [plain.clone(), pack(b""), pack(b", more")].concat();
        assert_eq!(all(&both), (b"some text, more".to_vec(), None));
        // The header's own checksum, which no common program writes.
        let body = 10 + 2 + 3 + 2 + 2;
        let mut head = plain[..body].to_vec();
        head[3] |= 2;
        let mut check = Check::new();
        check.add(&head);
        for (sum, expected) in [(check.sum(), None), (!check.sum(), Some(Broken::Damaged))] {
            let bytes = [&head[..], &sum.to_le_bytes()[..2], &plain[body..]].concat();
            assert_eq!(all(&bytes).1, expected);
        }
        for (at, value) in [(2, 7), (3, 0xff), (plain.len() - 1, 1), (plain.len() - 5, plain[plain.len() - 5] ^ 1)] {
            let mut bytes = plain.clone();
            bytes[at] = value;
            assert_eq!(all(&bytes).1, Some(Broken::Damaged), "byte {at}");
        }
        for end in 0..plain.len() {
            assert_eq!(all(&plain[..end]).1, Some(Broken::Cut), "{end} bytes");
        }
    }
}
