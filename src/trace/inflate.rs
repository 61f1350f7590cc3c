// SPDX-License-Identifier: GPL-2.0-only
//! Deflate (RFC 1951), decompression only, from a whole input. The library's, which takes its input in pieces too, is
//! four times the program; the tests hold the two against each other.

use super::gzip::Broken;

/// How far back a copy may point.
const WINDOW: usize = 1 << 15;
/// Bytes that are made at once, but for the last copy.
const PIECE: usize = 1 << 18;
/// Longest code, and the longest that is found by one look into a table.
const BITS_MAX: usize = 15;
const FAST_BITS: usize = 10;

/// The order in which the lengths of the code of lengths are given.
const LENGTHS_ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

pub struct Inflate<'a> {
    bits: Bits<'a>,
    block: Block,
    is_last: bool,
    /// What copies may point to; what was made last is behind `old`.
    made: Vec<u8>,
    old: usize,
    fault: Option<Broken>,
}

enum Block {
    /// None is open.
    Between,
    /// So many bytes as they are.
    Stored(usize),
    /// Literals and lengths, distances.
    Coded(Box<[Code; 2]>),
}

impl<'a> Inflate<'a> {
    pub fn new(bytes: &'a [u8]) -> Inflate<'a> {
        let bits = Bits { bytes, at: 0, word: 0, count: 0 };
        Inflate { bits, block: Block::Between, is_last: false, made: Vec::new(), old: 0, fault: None }
    }

    /// How many bytes of the input have been used, the last one perhaps in part.
    pub fn used(&self) -> usize {
        self.bits.at - self.bits.count as usize / 8
    }

    /// Makes the next piece, an empty one at the end. What precedes a fault is made before the fault is told.
    pub fn advance(&mut self) -> Result<(), Broken> {
        self.made.drain(..self.made.len().saturating_sub(WINDOW));
        self.old = self.made.len();
        if self.fault.is_none() {
            self.fault = self.run(self.old + PIECE).err();
        }
        match self.fault {
            Some(fault) if self.piece().is_empty() => Err(fault),
            _ => Ok(()),
        }
    }

    /// What was made last.
    pub fn piece(&self) -> &[u8] {
        &self.made[self.old..]
    }

    fn run(&mut self, end: usize) -> Result<(), Broken> {
        while self.made.len() < end {
            match &mut self.block {
                Block::Between if self.is_last => break,
                Block::Between => self.open()?,
                Block::Stored(left) => {
                    let here = self.bits.rest();
                    let count = (*left).min(here.len()).min(end - self.made.len());
                    self.made.extend_from_slice(&here[..count]);
                    self.bits.at += count;
                    *left -= count;
                    if *left == 0 {
                        self.block = Block::Between;
                    } else if count == here.len() {
                        return Err(Broken::Cut);
                    }
                }
                Block::Coded(codes) => {
                    if symbols(&mut self.bits, codes, &mut self.made, end)? {
                        self.block = Block::Between;
                    }
                }
            }
        }
        Ok(())
    }

    fn open(&mut self) -> Result<(), Broken> {
        self.is_last = self.bits.take(1)? == 1;
        self.block = match self.bits.take(2)? {
            0 => {
                self.bits.align();
                let (length, complement) = (self.bits.take(16)?, self.bits.take(16)?);
                if length ^ complement != 0xffff {
                    return Err(Broken::Damaged);
                }
                self.bits.align();
                Block::Stored(length as usize)
            }
            1 => {
                let mut lengths = [8; 288];
                lengths[144..256].fill(9);
                lengths[256..280].fill(7);
                Block::Coded(Box::new([Code::new(&lengths)?, Code::new(&[5; 32])?]))
            }
            2 => Block::Coded(Box::new(codes(&mut self.bits)?)),
            _ => return Err(Broken::Damaged),
        };
        Ok(())
    }
}

/// The codes that a block brings along.
fn codes(bits: &mut Bits) -> Result<[Code; 2], Broken> {
    let literals = bits.take(5)? as usize + 257;
    let distances = bits.take(5)? as usize + 1;
    let mut of_lengths = [0; 19];
    let count = bits.take(4)? as usize + 4;
    for &place in &LENGTHS_ORDER[..count] {
        of_lengths[place] = bits.take(3)? as u8;
    }
    let code = Code::new(&of_lengths)?;
    let mut lengths = Vec::new();
    while lengths.len() < literals + distances {
        let (length, times) = match code.read(bits)? {
            16 => (*lengths.last().ok_or(Broken::Damaged)?, bits.take(2)? + 3),
            17 => (0, bits.take(3)? + 3),
            18 => (0, bits.take(7)? + 11),
            length => (length as u8, 1),
        };
        lengths.extend(std::iter::repeat_n(length, times as usize));
    }
    if lengths.len() > literals + distances || literals > 286 || distances > 30 {
        return Err(Broken::Damaged);
    }
    let (literals, distances) = lengths.split_at(literals);
    Ok([Code::new(literals)?, Code::new(distances)?])
}

/// Runs a block up to its end or until enough is made; says whether it has ended.
fn symbols(bits: &mut Bits, codes: &[Code; 2], made: &mut Vec<u8>, end: usize) -> Result<bool, Broken> {
    while made.len() < end {
        let length = match codes[0].read(bits)? {
            symbol @ 0..256 => {
                made.push(symbol as u8);
                continue;
            }
            256 => return Ok(true),
            symbol @ 257..285 => 3 + stepped(bits, u32::from(symbol) - 257, 2)?,
            285 => 258,
            _ => return Err(Broken::Damaged),
        };
        let distance = match codes[1].read(bits)? {
            symbol @ 0..30 => 1 + stepped(bits, u32::from(symbol), 1)?,
            _ => return Err(Broken::Damaged),
        };
        let from = made.len().checked_sub(distance).ok_or(Broken::Damaged)?;
        if distance >= length {
            made.extend_from_within(from..from + length);
        } else {
            // The copy repeats what it makes itself.
            (from..from + length).for_each(|at| made.push(made[at]));
        }
    }
    Ok(false)
}

/// A number whose scale grows by one bit every `1 << fine` symbols, the first two rows apart.
fn stepped(bits: &mut Bits, symbol: u32, fine: u32) -> Result<usize, Broken> {
    let steps = 1 << fine;
    let Some(more) = (symbol / steps).checked_sub(1) else { return Ok(symbol as usize) };
    Ok((((steps + symbol % steps) << more) + bits.take(more)?) as usize)
}

/// A canonical prefix code.
struct Code {
    /// By the next bits: the symbol times 16 and the length of its code; 0 for a longer code, or none.
    fast: Vec<u16>,
    /// How many codes there are of each length, and all symbols by their codes.
    counts: [u16; BITS_MAX + 1],
    symbols: Vec<u16>,
}

impl Code {
    fn new(lengths: &[u8]) -> Result<Code, Broken> {
        let mut counts = [0; BITS_MAX + 1];
        lengths.iter().for_each(|&length| counts[usize::from(length)] += 1);
        counts[0] = 0;
        let (mut code, mut next) = (0_u32, [0_u32; BITS_MAX + 1]);
        for length in 1..=BITS_MAX {
            code = (code + u32::from(counts[length - 1])) << 1;
            next[length] = code;
        }
        let used: u16 = counts.iter().sum();
        let end = code + u32::from(counts[BITS_MAX]);
        // A code may have gaps only where there is nothing to tell apart.
        if end > 1 << BITS_MAX || end < 1 << BITS_MAX && used > 1 {
            return Err(Broken::Damaged);
        }
        let mut places = [0; BITS_MAX + 1];
        for length in 1..BITS_MAX {
            places[length + 1] = places[length] + usize::from(counts[length]);
        }
        let mut symbols = vec![0; usize::from(used)];
        let mut fast = vec![0; 1 << FAST_BITS];
        for (symbol, &length) in lengths.iter().enumerate().filter(|(_, length)| **length > 0) {
            let length = usize::from(length);
            symbols[places[length]] = symbol as u16;
            places[length] += 1;
            if length <= FAST_BITS {
                let first = next[length].reverse_bits() >> (32 - length);
                for place in (first as usize..1 << FAST_BITS).step_by(1 << length) {
                    fast[place] = (symbol << 4 | length) as u16;
                }
            }
            next[length] += 1;
        }
        Ok(Code { fast, counts, symbols })
    }

    fn read(&self, bits: &mut Bits) -> Result<u16, Broken> {
        bits.fill();
        let found = self.fast[bits.word as usize & ((1 << FAST_BITS) - 1)];
        if found > 0 {
            bits.drop(u32::from(found & 15))?;
            return Ok(found >> 4);
        }
        let (mut code, mut first, mut before) = (0, 0, 0);
        for length in 1..=BITS_MAX {
            code |= (bits.word >> (length - 1)) as usize & 1;
            let count = usize::from(self.counts[length]);
            if code < first + count {
                bits.drop(length as u32)?;
                return Ok(self.symbols[before + code - first]);
            }
            before += count;
            first = (first + count) << 1;
            code <<= 1;
        }
        Err(if bits.count < BITS_MAX as u32 { Broken::Cut } else { Broken::Damaged })
    }
}

/// The input, the lowest bit of each byte first.
struct Bits<'a> {
    bytes: &'a [u8],
    /// Bytes before this one are in `word` or used.
    at: usize,
    word: u64,
    count: u32,
}

impl<'a> Bits<'a> {
    /// At least 56 bits, if there are as many.
    fn fill(&mut self) {
        if let Some(next) = self.bytes[self.at..].first_chunk() {
            self.word |= u64::from_le_bytes(*next) << self.count;
            let more = (63 - self.count) / 8;
            self.at += more as usize;
            self.count += more * 8;
            // What did not fit would be added to itself.
            self.word &= u64::MAX >> (64 - self.count);
            return;
        }
        while self.count <= 56
            && let Some(&byte) = self.bytes.get(self.at)
        {
            self.word |= u64::from(byte) << self.count;
            self.at += 1;
            self.count += 8;
        }
    }

    fn drop(&mut self, count: u32) -> Result<(), Broken> {
        self.count = self.count.checked_sub(count).ok_or(Broken::Cut)?;
        self.word >>= count;
        Ok(())
    }

    fn take(&mut self, count: u32) -> Result<u32, Broken> {
        self.fill();
        let taken = self.word as u32 & ((1 << count) - 1);
        self.drop(count)?;
        Ok(taken)
    }

    /// Goes on at the next whole byte.
    fn align(&mut self) {
        self.at -= self.count as usize / 8;
        (self.word, self.count) = (0, 0);
    }

    /// All from the next whole byte on.
    fn rest(&mut self) -> &'a [u8] {
        self.align();
        &self.bytes[self.at..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress};

    /// All that can be had, with how many bytes of the input were used, or the fault.
    fn mine(packed: &[u8]) -> (Vec<u8>, Result<usize, Broken>) {
        let (mut inflate, mut all) = (Inflate::new(packed), Vec::new());
        loop {
            match inflate.advance() {
                Ok(()) if inflate.piece().is_empty() => return (all, Ok(inflate.used())),
                Ok(()) => all.extend_from_slice(inflate.piece()),
                Err(broken) => return (all, Err(broken)),
            }
        }
    }

    fn text(count: u32) -> Vec<u8> {
        (0..count).flat_map(|n| (n.wrapping_mul(2_654_435_761) >> (n % 32)).to_string().into_bytes()).collect()
    }

    fn pack(text: &[u8], level: u32) -> Vec<u8> {
        let mut packed = Vec::with_capacity(text.len() + 1000);
        let mut compress = Compress::new(Compression::new(level), false);
        compress.compress_vec(text, &mut packed, FlushCompress::Finish).expect("there is room");
        packed
    }

    #[test]
    fn what_the_library_packs_comes_out_again() {
        let zeros = vec![0; 1 << 20];
        for text in [text(0), text(3), text(90), text(200_000), zeros] {
            for level in [0, 1, 6, 9] {
                let mut packed = pack(&text, level);
                let length = packed.len();
                packed.extend(b"what follows");
                assert!(mine(&packed) == (text.clone(), Ok(length)), "{} bytes at level {level}", text.len());
            }
        }
    }

    #[test]
    fn damage_is_judged_as_the_library_judges_it() {
        let plain = text(300);
        for level in [0, 1, 9] {
            let packed = pack(&plain, level);
            for at in 0..packed.len() {
                for bit in 0..8 {
                    let mut packed = packed.clone();
                    packed[at] ^= 1 << bit;
                    let mut theirs = Vec::with_capacity(1 << 17);
                    let mut decompress = Decompress::new(false);
                    let status = decompress.decompress_vec(&packed, &mut theirs, FlushDecompress::Finish);
                    let (made, fault) = mine(&packed);
                    assert_eq!(fault.is_ok(), matches!(status, Ok(flate2::Status::StreamEnd)), "byte {at}, bit {bit}");
                    assert!(fault.is_err() || made == theirs, "byte {at}, bit {bit}");
                }
                assert_eq!(mine(&packed[..at]).1, Err(Broken::Cut), "{at} bytes");
            }
        }
    }
}
