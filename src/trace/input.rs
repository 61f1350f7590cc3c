// SPDX-License-Identifier: GPL-2.0-only
//! Bytes as a user gives them: plain or gzip, whole or cut.

use std::borrow::Cow;
use std::fmt;

use super::gzip::{Broken, Gzip};

/// A browser tab has a few GiB at most, and a small damaged file may claim to hold more than that.
pub const OUTPUT_BYTES_MAX: u64 = 1 << 30;

/// Why not all of the input could be had.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    Empty,
    /// The compressed input ends early. `at` is its length.
    Cut {
        at: u64,
    },
    /// The compressed input is damaged at or shortly before this byte.
    Damaged {
        at: u64,
    },
    TooLarge {
        limit: u64,
    },
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Empty => out.write_str("the file is empty"),
            Fault::Cut { at } => write!(out, "the compressed file ends early, at byte {at}: the rest is missing"),
            Fault::Damaged { at } => {
                write!(out, "the compressed file is damaged near byte {at}: the rest is unreadable")
            }
            Fault::TooLarge { limit } => {
                write!(out, "the file holds more than {} MiB: trace for a shorter time, or cut it", limit >> 20)
            }
        }
    }
}

/// All that could be had of an input.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Input<'a> {
    pub bytes: Cow<'a, [u8]>,
    pub gzip: bool,
    pub fault: Option<Fault>,
}

impl Input<'_> {
    /// True when bytes are missing at the end.
    pub fn truncated(&self) -> bool {
        matches!(self.fault, Some(Fault::Cut { .. } | Fault::Damaged { .. } | Fault::TooLarge { .. }))
    }
}

/// Decompresses if need be. What precedes a fault is kept.
pub fn decompress(bytes: &[u8]) -> Input<'_> {
    decompress_up_to(bytes, OUTPUT_BYTES_MAX)
}

fn decompress_up_to(bytes: &[u8], limit: u64) -> Input<'_> {
    let mut source = Source::with_limit(bytes, limit);
    if !source.gzip() {
        let end = bytes.len().min(usize::try_from(limit).unwrap_or(usize::MAX));
        while source.next_chunk().is_some() {}
        return Input { bytes: Cow::Borrowed(&bytes[..end]), gzip: false, fault: source.fault() };
    }
    let mut out = Vec::new();
    while let Some(chunk) = source.next_chunk() {
        out.extend_from_slice(chunk);
    }
    Input { bytes: Cow::Owned(out), gzip: true, fault: source.fault() }
}

/// The input in pieces, for a caller that reports progress between them.
pub struct Source<'a> {
    state: Reader<'a>,
    buffer: Vec<u8>,
    total: u64,
    given: u64,
    limit: u64,
    fault: Option<Fault>,
}

enum Reader<'a> {
    Plain(&'a [u8]),
    Packed(Box<Gzip<'a>>),
}

impl<'a> Source<'a> {
    const CHUNK_BYTES: usize = 1 << 18;

    pub fn new(bytes: &'a [u8]) -> Source<'a> {
        Source::with_limit(bytes, OUTPUT_BYTES_MAX)
    }

    fn with_limit(bytes: &'a [u8], limit: u64) -> Source<'a> {
        let gzip = bytes.starts_with(&[0x1f, 0x8b]);
        let (state, buffer) = match gzip {
            true => (Reader::Packed(Box::new(Gzip::new(bytes))), vec![0; Self::CHUNK_BYTES]),
            false => (Reader::Plain(bytes), Vec::new()),
        };
        let fault = if bytes.is_empty() { Some(Fault::Empty) } else { None };
        Source { state, buffer, total: bytes.len() as u64, given: 0, limit, fault }
    }

    pub fn gzip(&self) -> bool {
        matches!(self.state, Reader::Packed(_))
    }

    /// Bytes of the input that have been used, of [`Source::total`].
    pub fn consumed(&self) -> u64 {
        match &self.state {
            Reader::Plain(rest) => self.total - rest.len() as u64,
            Reader::Packed(gzip) => self.total - gzip.left() as u64,
        }
    }

    pub fn total(&self) -> u64 {
        self.total
    }

    /// Known for certain only after the last chunk.
    pub fn fault(&self) -> Option<Fault> {
        self.fault
    }

    /// The next piece, or `None` at the end or at a fault.
    pub fn next_chunk(&mut self) -> Option<&[u8]> {
        if self.fault.is_some() {
            return None;
        }
        let room = self.limit - self.given;
        let chunk: &[u8] = match &mut self.state {
            Reader::Plain(rest) => {
                let (chunk, left) = rest.split_at(rest.len().min(Self::CHUNK_BYTES));
                *rest = left;
                chunk
            }
            Reader::Packed(gzip) => match gzip.read(&mut self.buffer) {
                Ok(length) => &self.buffer[..length],
                Err(broken) => {
                    self.fault = Some(match broken {
                        Broken::Cut => Fault::Cut { at: self.total },
                        Broken::Damaged => Fault::Damaged { at: self.total - gzip.left() as u64 },
                    });
                    return None;
                }
            },
        };
        if chunk.len() as u64 > room {
            self.fault = Some(Fault::TooLarge { limit: self.limit });
        }
        let chunk = &chunk[..chunk.len().min(usize::try_from(room).unwrap_or(usize::MAX))];
        self.given += chunk.len() as u64;
        if chunk.is_empty() { None } else { Some(chunk) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;

    fn pack(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).expect("a vector takes all");
        encoder.finish().expect("a vector takes all")
    }

    fn sample() -> Vec<u8> {
        (0..40_000u32).flat_map(|n| (n.wrapping_mul(2_654_435_761) >> 20).to_string().into_bytes()).collect()
    }

    #[test]
    fn plain_packed_and_concatenated_inputs_are_whole() {
        let text = sample();
        let input = decompress(&text);
        assert_eq!((&*input.bytes, input.gzip, input.fault), (&text[..], false, None));
        let mut packed = pack(&text[..1000]);
        packed.extend(pack(&text[1000..]));
        let input = decompress(&packed);
        assert_eq!((&*input.bytes, input.gzip, input.fault), (&text[..], true, None));
    }

    #[test]
    fn empty_input_is_said_to_be_empty() {
        assert_eq!(decompress(b"").fault, Some(Fault::Empty));
        let input = decompress(&[0x1f, 0x8b]);
        assert_eq!((input.bytes.len(), input.fault), (0, Some(Fault::Cut { at: 2 })));
    }

    #[test]
    fn a_cut_file_yields_its_beginning() {
        let text = sample();
        let packed = pack(&text);
        for end in (2..packed.len()).step_by(997) {
            let input = decompress(&packed[..end]);
            assert!(text.starts_with(&input.bytes));
            assert_eq!(input.fault, Some(Fault::Cut { at: end as u64 }));
            assert!(input.truncated());
        }
        let input = decompress(&packed[..packed.len() / 2]);
        assert!(input.bytes.len() > text.len() / 4, "only {} of {} bytes", input.bytes.len(), text.len());
    }

    #[test]
    fn a_damaged_file_yields_what_precedes_the_damage() {
        let text = sample();
        let mut packed = pack(&text);
        let middle = packed.len() / 2;
        packed[middle..middle + 64].fill(0xff);
        let input = decompress(&packed);
        assert!(input.truncated(), "{:?}", input.fault);
        assert!(input.bytes.len() > text.len() / 4);
        assert_eq!(input.bytes[..text.len() / 4], text[..text.len() / 4]);
    }

    #[test]
    fn a_too_large_file_is_cut_at_the_limit() {
        let text = sample();
        for bytes in [text.clone(), pack(&text)] {
            let input = decompress_up_to(&bytes, 1000);
            assert_eq!((&*input.bytes, input.fault), (&text[..1000], Some(Fault::TooLarge { limit: 1000 })));
        }
        let exact = text.len() as u64;
        assert_eq!(decompress_up_to(&text, exact).fault, None);
        assert_eq!(decompress_up_to(&pack(&text), exact).fault, None);
    }
}
