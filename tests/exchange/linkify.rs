// SPDX-License-Identifier: GPL-2.0-only
//! What public-inbox, the software behind lore.kernel.org, makes a link of in a mail: its rule, written anew.

/// Bytes of path, query and fragment.
fn is_url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&';()*+,=:@/%".contains(&byte)
}

/// The links of a text, as the archive would make them.
pub fn links(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(offset) = text[at..].find("http") {
        let start = at + offset;
        at = start + 4;
        let rest = &text[start..];
        let Some(host) = rest.strip_prefix("https://").or_else(|| rest.strip_prefix("http://")) else { continue };
        let is_host = |byte: u8| byte.is_ascii_alphanumeric() || b"@:_.-".contains(&byte);
        let mut end = rest.len() - host.len() + host.bytes().take_while(|&byte| is_host(byte)).count();
        let more = |from: usize, also: &[u8]| {
            rest.bytes().skip(from).take_while(|&byte| is_url(byte) || also.contains(&byte)).count()
        };
        // Only a slash after the host lets anything else belong to the link.
        if rest.as_bytes().get(end) == Some(&b'/') {
            end += more(end, b"");
            for (mark, also) in [(b'?', &b""[..]), (b'#', &b"?"[..])] {
                if rest.as_bytes().get(end) == Some(&mark) && more(end + 1, also) > 0 {
                    end += 1 + more(end + 1, also);
                }
            }
        }
        let before = text[..start].chars().next_back();
        found.push(trim(&rest[..end], before).to_owned());
        at = start + end;
    }
    found
}

/// Takes the punctuation of the sentence away.
fn trim(url: &str, before: Option<char>) -> &str {
    let pair = match before {
        Some('(') => Some(')'),
        Some(mark @ ('\'' | '!')) => Some(mark),
        _ => None,
    };
    if let Some(pair) = pair {
        let inner = url.strip_suffix(['.', ',', ';', '+']).unwrap_or(url);
        return inner.strip_suffix(pair).or_else(|| url.strip_suffix(pair)).unwrap_or(url);
    }
    match url.strip_suffix(['.', ',', ';']) {
        Some(inner) if !inner.contains('(') => inner.strip_suffix(')').unwrap_or(inner),
        Some(inner) => inner,
        None if !url.contains('(') => url.strip_suffix(')').unwrap_or(url),
        None => url,
    }
}

#[test]
fn the_rule_cuts_what_it_cuts() {
    let cases = [
        ("see https://host#v=1 now", "https://host"),
        ("see https://host/#v=1&p[]=x", "https://host/#v=1&p"),
        ("(https://host/#v=1&c=5f)", "https://host/#v=1&c=5f"),
        ("so https://host/#v=1&c=5f.", "https://host/#v=1&c=5f"),
        ("so https://host/#v=1|x", "https://host/#v=1"),
        ("<https://host/x?y=1#v=1&c=5f>", "https://host/x?y=1#v=1&c=5f"),
    ];
    for (text, wanted) in cases {
        assert_eq!(links(text), [wanted], "{text}");
    }
}
