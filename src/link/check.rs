// SPDX-License-Identifier: GPL-2.0-only
//! The link's own check: two characters over everything before it.

use super::LinkCheck;

/// Letters and digits without the four that are read as others: 0, O, I, l.
const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// A number in the alphabet, most significant digit first, in `digits` characters.
pub fn base58(mut number: u64, digits: usize) -> String {
    let mut text = vec![0; digits];
    for digit in text.iter_mut().rev() {
        *digit = ALPHABET[(number % 58) as usize];
        number /= 58;
    }
    text.into_iter().map(char::from).collect()
}

/// Whether a text could have come from [`base58`].
pub fn is_base58(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|byte| ALPHABET.contains(&byte))
}

/// The check of a body: CRC-16/CCITT-FALSE (polynomial 0x1021, start 0xffff) folded into two characters. Of 3,364
/// different damages it misses one.
pub fn check(body: &str) -> String {
    let mut crc = 0xffff_u16;
    for byte in body.bytes() {
        crc ^= u16::from(byte) << 8;
        for _ in 0..8 {
            crc = if crc & 0x8000 != 0 { (crc << 1) ^ 0x1021 } else { crc << 1 };
        }
    }
    base58(u64::from(crc) % (58 * 58), 2)
}

/// A fragment's body, and what its check says.
pub fn split(fragment: &str) -> (LinkCheck, &str) {
    match fragment.rsplit_once("&c=") {
        None => (LinkCheck::Absent, fragment),
        Some((body, found)) if found == check(body) => (LinkCheck::Good, body),
        Some((body, found)) => {
            // Pairs added behind the check by hand still have to be read; the check cannot vouch for them.
            match found.split_once('&') {
                None => (LinkCheck::Wrong, body),
                Some(_) => (LinkCheck::Wrong, fragment),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cut_and_every_changed_character_is_seen() {
        let body = "v=1&p=base~blunt&s=1-64&r=k7Qm2x4";
        let whole = check(body);
        for end in 1..body.len() {
            assert_ne!(check(&body[..end]), whole, "{end}");
        }
        assert_eq!(split(&format!("{body}&c={whole}")), (LinkCheck::Good, body));
        assert_eq!(split(&format!("{body}&c={}", &whole[..1])), (LinkCheck::Wrong, body));
        assert_eq!(split(body), (LinkCheck::Absent, body));
    }

    #[test]
    fn digits_are_most_significant_first() {
        assert_eq!((base58(0, 2), base58(58 * 57 + 1, 2)), ("11".to_owned(), "z2".to_owned()));
        assert!(is_base58("k7Qm2x4", 7) && !is_base58("k7Qm2x0", 7) && !is_base58("k7Qm2x", 7));
    }
}
