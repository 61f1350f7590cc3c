// SPDX-License-Identifier: GPL-2.0-only
//! The files of the project, without what is built or fetched.

use std::fs;
use std::path::Path;

/// Made by tools, or not ours to judge.
const OUTSIDE: [&str; 4] = [".git", ".tools", "dist", "target"];

pub struct Source {
    /// From the project's root, with slashes.
    pub path: String,
    /// Empty for a file that is not text.
    pub text: String,
}

impl Source {
    pub fn new(path: &str, text: &str) -> Source {
        Source { path: path.to_owned(), text: text.to_owned() }
    }

    pub fn extension(&self) -> &str {
        Path::new(&self.path).extension().and_then(|e| e.to_str()).unwrap_or_default()
    }

    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().expect("a path has a last part")
    }

    pub fn folder(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    pub fn is_rust(&self) -> bool {
        self.extension() == "rs"
    }

    pub fn is_code(&self) -> bool {
        matches!(self.extension(), "rs" | "sh" | "css" | "html" | "js" | "toml" | "py") || self.path.starts_with(".ci/")
    }
}

/// Every file that somebody wrote as code.
pub fn sources() -> Vec<Source> {
    all().into_iter().filter(Source::is_code).collect()
}

pub fn all() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    walk(root, "", &mut found);
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(found.iter().any(|s| s.path == "src/lib.rs"), "the walk misses the sources");
    found
}

fn walk(folder: &Path, prefix: &str, found: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).expect("a folder of the project can be read") {
        let entry = entry.expect("a folder's entry can be read");
        let name = entry.file_name().into_string().expect("names are UTF-8");
        let path = format!("{prefix}{name}");
        let kind = entry.file_type().expect("an entry has a type");
        if kind.is_dir() && !OUTSIDE.contains(&path.as_str()) {
            walk(&entry.path(), &format!("{path}/"), found);
        } else if kind.is_file() && !OUTSIDE.contains(&path.as_str()) {
            let bytes = fs::read(entry.path()).expect("a file of the project can be read");
            found.push(Source { path, text: String::from_utf8(bytes).unwrap_or_default() });
        }
    }
}
