// SPDX-License-Identifier: GPL-2.0-only
//! A plan that somebody wrote, inside a link: a tag that names the coding, a full stop, the coded text.
//!
//! The only coding so far is `j`: compact JSON in base64url without padding (RFC 4648, section 5), whose characters
//! are all allowed in a link. Compressing it would save a third and make equal plans give different links whenever
//! the compressor changes.

use crate::workload::{PlanSpec, Workload};

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

pub fn write(plan: &PlanSpec) -> String {
    let json = serde_json::to_string(plan).expect("a plan is plain data");
    format!("j.{}", encode(json.as_bytes()))
}

pub fn read(text: &str) -> Result<Workload, String> {
    let Some(code) = text.strip_prefix("j.") else {
        return Err(format!("the coding `{}` is not known; there is `j`", text.split('.').next().unwrap_or_default()));
    };
    let bytes = decode(code).ok_or("it is not base64url")?;
    let json = String::from_utf8(bytes).map_err(|_| "it is not text")?;
    Ok(Workload::from_json(&json)?)
}

fn encode(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0, |word, &byte| word << 8 | u32::from(byte)) << (8 * (3 - chunk.len()));
        for digit in 0..=chunk.len() {
            text.push(char::from(ALPHABET[(word >> (18 - 6 * digit)) as usize & 63]));
        }
    }
    text
}

fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for chunk in text.as_bytes().chunks(4) {
        let mut word = 0_u32;
        for &digit in chunk {
            word = word << 6 | ALPHABET.iter().position(|&known| known == digit)? as u32;
        }
        word <<= 6 * (4 - chunk.len());
        // Two digits hold one byte, three hold two; one alone holds none and is no code.
        let count = chunk.len().checked_sub(1).filter(|&count| count > 0)?;
        bytes.extend((0..count).map(|i| (word >> (16 - 8 * i)) as u8));
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vectors_of_the_standard() {
        for (plain, code) in
            [("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("\u{fb}\u{ff}", "w7vDvw")]
        {
            assert_eq!((encode(plain.as_bytes()), decode(code)), (code.to_owned(), Some(plain.as_bytes().to_vec())));
        }
        assert!(decode("Z").is_none() && decode("Zm9+").is_none());
    }
}
