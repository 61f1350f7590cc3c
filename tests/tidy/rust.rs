// SPDX-License-Identifier: GPL-2.0-only
//! As much of Rust's grammar as the checks need: code without comments and strings, words, function bodies.

/// The source with comments and the insides of strings turned into spaces; lines and columns stay where they are.
pub fn code_only(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let end = skip(bytes, at);
        match end {
            Some(end) => {
                out[at..end].iter_mut().filter(|b| **b != b'\n').for_each(|b| *b = b' ');
                at = end;
            }
            None => at += 1,
        }
    }
    String::from_utf8(out).expect("spaces replace whole characters")
}

/// The end of the comment, string or character that begins here, if one does.
fn skip(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = &bytes[at..];
    let within_word = at > 0 && is_word(bytes[at - 1]);
    match rest {
        [b'/', b'/', ..] => Some(at + rest.iter().position(|&b| b == b'\n').unwrap_or(rest.len())),
        [b'/', b'*', ..] => Some(block_comment(bytes, at)),
        [b'"', ..] => Some(string(bytes, at + 1)),
        [b'r', ..] | [b'b', b'r', ..] if !within_word => raw_string(bytes, at + usize::from(rest[0] == b'b')),
        [b'\'', b'\\', ..] => rest[2..].iter().skip(1).position(|&b| b == b'\'').map(|n| at + n + 4),
        // A lifetime has no closing quote; a character has it after one character of up to four bytes.
        [b'\'', ..] => {
            let length = match rest.get(1)? {
                0..=0x7f => 1,
                0xc0..=0xdf => 2,
                0xe0..=0xef => 3,
                _ => 4,
            };
            (rest.get(1 + length) == Some(&b'\'')).then_some(at + length + 2)
        }
        _ => None,
    }
}

fn block_comment(bytes: &[u8], mut at: usize) -> usize {
    let mut depth = 0;
    while at < bytes.len() {
        match &bytes[at..] {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] if depth == 1 => return at + 2,
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
    }
    bytes.len()
}

fn string(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

fn raw_string(bytes: &[u8], at: usize) -> Option<usize> {
    let hashes = bytes[at + 1..].iter().take_while(|&&b| b == b'#').count();
    if bytes.get(at + 1 + hashes) != Some(&b'"') {
        return None;
    }
    let mut closing = vec![b'"'];
    closing.resize(1 + hashes, b'#');
    let body = at + 2 + hashes;
    let length = bytes[body..].windows(closing.len()).position(|w| w == closing);
    Some(length.map_or(bytes.len(), |n| body + n + closing.len()))
}

pub fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Where a name stands by itself, not as a part of a longer one.
pub fn occurrences(code: &str, name: &str) -> Vec<usize> {
    let bytes = code.as_bytes();
    let first = is_word(name.as_bytes()[0]);
    let last = is_word(name.as_bytes()[name.len() - 1]);
    let free = |at: usize| {
        let before = at > 0 && first && is_word(bytes[at - 1]);
        let after = last && bytes.get(at + name.len()).is_some_and(|&b| is_word(b));
        !before && !after
    };
    code.match_indices(name).map(|(at, _)| at).filter(|&at| free(at)).collect()
}

pub fn line_of(text: &str, at: usize) -> usize {
    text.as_bytes()[..at].iter().filter(|&&b| b == b'\n').count() + 1
}

/// The word that begins at or after `at`, spaces skipped.
pub fn word_at(code: &str, at: usize) -> &str {
    let rest = code[at..].trim_start();
    let length = rest.bytes().take_while(|&b| is_word(b)).count();
    &rest[..length]
}

/// Name, first line and number of lines of every function with a body.
pub fn functions(code: &str) -> Vec<(String, usize, usize)> {
    occurrences(code, "fn").into_iter().filter_map(|at| function(code, at)).collect()
}

fn function(code: &str, at: usize) -> Option<(String, usize, usize)> {
    let name = word_at(code, at + 2);
    let opening = at + code[at..].find(['{', ';'])?;
    // A function type has no name, and a declaration no body. (An array type's `;` is within brackets.)
    let opening = match code.as_bytes()[opening] {
        b'{' => opening,
        _ if within_brackets(&code[at..opening]) => opening + code[opening..].find('{')?,
        _ => return None,
    };
    let mut depth = 0;
    for (offset, byte) in code.bytes().enumerate().skip(opening) {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 1 => {
                let (first, last) = (line_of(code, at), line_of(code, offset));
                return (!name.is_empty()).then(|| (name.to_owned(), first, last + 1 - first));
            }
            b'}' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn within_brackets(text: &str) -> bool {
    text.matches('[').count() > text.matches(']').count()
}

#[test]
fn comments_and_strings_are_not_code() {
    let text = "a(\"x // \\\" y\"); // b\n/* c /* d */ e */ f('\"', '\\'', 'é', r#\"g\"\"#); fn h<'a>(i: &'a str) {}";
    let code = code_only(text);
    assert_eq!(code.len(), text.len());
    for word in ["x", "y", "b", "c", "d", "e", "g"] {
        assert_eq!(occurrences(&code, word), [], "{word} in {code}");
    }
    for word in ["a", "f", "h", "str"] {
        assert!(!occurrences(&code, word).is_empty(), "{word} in {code}");
    }
}

#[test]
fn functions_are_measured() {
    let code = "fn a() -> [u8; 2] {\n if b {\n }\n}\ntrait T { fn c(&self); }\ntype F = fn(u8);\nfn d() {}\n";
    assert_eq!(functions(code), [("a".to_owned(), 1, 4), ("d".to_owned(), 7, 1)]);
}
