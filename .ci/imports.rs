// SPDX-License-Identifier: GPL-2.0-only
//! wasm-bindgen ends the name of what a program imports with a hash of 16 digits, in case two crates import what has one
//! name. Hashes cannot be packed: as much of each goes as the name can spare, here and in the page's script.

use std::collections::HashSet;

use crate::wasm::{leb, number, take, text};

/// The program and its script with shorter names, and how many there are; `None` if it is no wasm program.
pub fn shorten(program: &[u8], mut script: String) -> Option<(Vec<u8>, String, usize)> {
    const IMPORTS: u8 = 2;
    const MAGIC: &[u8] = b"\0asm\x01\0\0\0";
    let mut rest = program.strip_prefix(MAGIC)?;
    let mut out = MAGIC.to_vec();
    let mut shortened = 0;
    while let Some((&kind, after)) = rest.split_first() {
        rest = after;
        let size = number(&mut rest)?;
        let mut section = take(&mut rest, size)?;
        let mut made = section.to_vec();
        if kind == IMPORTS {
            let imports = read(&mut section)?;
            let mut known: HashSet<String> = imports.iter().map(|(_, name, _)| name.clone()).collect();
            made = leb(imports.len());
            for (module, name, what) in &imports {
                let mut given = name.clone();
                // Named once in the script, where it is defined: nobody else can mean it.
                let is_free = |short: &String| !known.contains(short) && !script.contains(&format!("{short}:"));
                if let Some(short) = shorter(name).find(is_free)
                    && script.matches(name.as_str()).count() == 1
                {
                    script = script.replace(name.as_str(), &short);
                    known.insert(short.clone());
                    given = short;
                    shortened += 1;
                }
                made.extend([text(module), text(&given), what.to_vec()].concat());
            }
        }
        out.push(kind);
        out.extend(leb(made.len()));
        out.extend(made);
    }
    Some((out, script, shortened))
}

/// A name without its hash, then with ever more of it; nothing if it has none.
fn shorter(name: &str) -> impl Iterator<Item = String> {
    let is_hash = |end: &str| end.len() == 16 && end.bytes().all(|digit| digit.is_ascii_hexdigit());
    let parts = name.rsplit_once('_').filter(|(_, end)| is_hash(end));
    parts.into_iter().flat_map(|(start, hash)| {
        let with_hash = (1..hash.len()).map(move |digits| format!("{start}_{}", &hash[..digits]));
        std::iter::once(start.to_owned()).chain(with_hash)
    })
}

/// Module, name, and what it is, of each import.
fn read<'a>(section: &mut &'a [u8]) -> Option<Vec<(String, String, &'a [u8])>> {
    let mut imports = Vec::new();
    for _ in 0..number(section)? {
        let mut name = || {
            let size = number(section)?;
            String::from_utf8(take(section, size)?.to_vec()).ok()
        };
        let (module, name) = (name()?, name()?);
        let before = *section;
        crate::wasm::import(section)?;
        imports.push((module, name, &before[..before.len() - section.len()]));
    }
    Some(imports)
}
