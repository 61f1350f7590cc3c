// SPDX-License-Identifier: GPL-2.0-only
//! From pasted text to pairs.

use std::fmt;

/// Keys and values in the order of the link.
pub type Pairs = Vec<(String, String)>;

/// Why a link cannot be opened; `Display` says what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkError {
    /// No `key=value` in it.
    NotALink,
    /// Of a version that this program does not know.
    Newer { found: u32, known: u32 },
    /// It ends in the middle of a pair.
    Cut { last: String },
    /// A key twice.
    Twice { key: String },
    /// A value that does not exist.
    Value { key: String, problem: String },
    /// The same, where the link's check is absent or wrong.
    MaybeCut { key: String, problem: String },
}

impl LinkError {
    pub(super) fn value(key: &str, problem: impl Into<String>) -> LinkError {
        LinkError::Value { key: key.to_owned(), problem: problem.into() }
    }

    pub(super) fn may_be_a_cut(&self) -> bool {
        matches!(self, LinkError::Value { .. })
    }

    pub(super) fn maybe_cut(self) -> LinkError {
        match self {
            LinkError::Value { key, problem } => LinkError::MaybeCut { key, problem },
            other => other,
        }
    }
}

impl fmt::Display for LinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LinkError::NotALink => {
                write!(f, "this is no link: it has no `#` followed by key=value pairs such as `v=1`")
            }
            LinkError::Newer { found, known } => write!(
                f,
                "the link is of version {found}, this program knows versions up to {known}: reload the page, or install \
                 a newer oompoint"
            ),
            LinkError::Cut { last } => {
                write!(f, "the link was cut: it ends with `{last}`; copy it whole, up to the two characters after c=")
            }
            LinkError::Twice { key } => write!(f, "the link has `{key}=` twice: keep one"),
            LinkError::Value { key, problem } => write!(f, "in the link, {key}={problem}"),
            LinkError::MaybeCut { key, problem } => {
                write!(f, "in the link, {key}={problem}; its check is missing or does not fit, so it may have been cut")
            }
        }
    }
}

impl std::error::Error for LinkError {}

/// Whether a value may hold this byte. None of these ends or breaks a link in any archive or mail program.
pub fn is_allowed(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"._-~".contains(&byte)
}

/// The fragment of a pasted text, with what mail programs and HTML add taken away, and notes about that.
pub fn clean(text: &str) -> Result<(String, Vec<String>), LinkError> {
    let mut notes = Vec::new();
    let mut text = text.trim().trim_start_matches('<').trim_end_matches('>').to_owned();
    if text.contains('\n') {
        let lines = text.lines().map(|line| line.trim_start_matches(['>', ' ', '\t']).trim_end());
        text = lines.collect();
        notes.push("Line breaks inside the link were removed.".to_owned());
    }
    let mut fragment = match text.split_once('#') {
        Some((_, fragment)) => fragment.to_owned(),
        None if text.contains("://") => return Err(LinkError::NotALink),
        None => text,
    };
    if fragment.contains("&amp;") {
        fragment = fragment.replace("&amp;", "&");
    }
    if fragment.contains('%') {
        fragment = unescape(&fragment);
    }
    if let Some((before, check)) = fragment.rsplit_once("&c=") {
        // The full stop of the sentence that the link ended.
        let end = check.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(check.len());
        if check[end..].chars().all(|c| ".,;:!?)]>'\"".contains(c)) {
            fragment = format!("{before}&c={}", &check[..end]);
        }
    }
    if fragment.contains('=') { Ok((fragment, notes)) } else { Err(LinkError::NotALink) }
}

/// Undoes percent escapes of characters that a link may have; others stay and are refused by name.
fn unescape(text: &str) -> String {
    let mut parts = text.split('%');
    let mut result = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let code = part.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match code.filter(|&byte| is_allowed(byte) || b"&=".contains(&byte)) {
            Some(byte) => {
                result.push(char::from(byte));
                result.push_str(&part[2..]);
            }
            None => {
                result.push('%');
                result.push_str(part);
            }
        }
    }
    result
}

/// The pairs of a fragment without its check; `is_whole` says that the check vouches for its end.
pub fn pairs(body: &str, is_whole: bool) -> Result<Pairs, LinkError> {
    let mut pairs = Pairs::new();
    let mut rest = body.split('&').peekable();
    while let Some(part) = rest.next() {
        let is_last = rest.peek().is_none();
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        // A list or a range that stops at its separator, or a key without a value: only a cut ends so.
        if is_last && !is_whole && (value.is_empty() || value.ends_with(['~', '-', '.'])) {
            return Err(LinkError::Cut { last: part.to_owned() });
        }
        let is_key = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if key.is_empty() || !key.bytes().all(is_key) {
            return Err(LinkError::value(part, ": a key is lower-case letters, digits and `_`, followed by `=`"));
        }
        if value.is_empty() {
            return Err(LinkError::value(key, ": the value is missing"));
        }
        if let Some(other) = value.chars().find(|&c| !u8::try_from(c).is_ok_and(is_allowed)) {
            return Err(LinkError::value(key, format!("{value}: `{other}` cannot be in a link")));
        }
        if pairs.iter().any(|(other, _)| other == key) {
            return Err(LinkError::Twice { key: key.to_owned() });
        }
        pairs.push((key.to_owned(), value.to_owned()));
    }
    Ok(pairs)
}
