// SPDX-License-Identifier: GPL-2.0-only
//! Puts a built page into one file that opens without a server: style, program, script and traces are in it.
//! `.ci/setup/one-file.sh` compiles it and says where the page is; nothing but `gzip` is needed.

use std::fs;
use std::path::Path;
use std::process::Command;

/// What the page and its workers run after the glue that wasm-bindgen made.
const START: &str = include_str!("../www/one-file.js");
const NAME: &str = "oompoint.html";

fn main() {
    let folder = std::env::args().nth(1).unwrap_or_default();
    match run(Path::new(&folder)) {
        Ok(text) => println!("{text}"),
        Err(message) => {
            eprintln!("error: {message}");
            std::process::exit(1);
        }
    }
}

fn run(folder: &Path) -> Result<String, String> {
    let page = read(&folder.join("index.html"))?;
    let (page, script) = take_script(&page, folder)?;
    let (page, replay) = take_replay(&page, folder)?;
    let page = with_style(&page, folder)?;
    let page = without_links(&page);
    let mut data = script + &replay;
    for path in files(folder, "")? {
        let bytes = fs::read(folder.join(&path)).map_err(|error| format!("{path}: {error}"))?;
        data += &format!("<script type=\"text/plain\" id=\"file:{path}\">{}</script>\n", base64(&bytes));
    }
    let (body, end) = page.rsplit_once("</body>").ok_or("index.html has no end of its body")?;
    let whole = format!("{body}{data}</body>{end}");
    for beside in ["src=\"./", "href=\"./", "from './"] {
        if whole.contains(beside) {
            return Err(format!("the page still needs a file beside it: it has {beside}"));
        }
    }
    let target = folder.join(NAME);
    fs::write(&target, &whole).map_err(|error| format!("{}: {error}", target.display()))?;
    Ok(format!("{NAME}: the page as one file, {} bytes", whole.len()))
}

/// The page without Trunk's script, and what takes its place: one script that starts page and workers alike, and the
/// program as data.
fn take_script(page: &str, folder: &Path) -> Result<(String, String), String> {
    let (before, rest) = page.split_once("<script type=\"module\">").ok_or("index.html has no module script")?;
    let (script, after) = rest.split_once("</script>").ok_or("index.html has no end of its script")?;
    let name = |before: &str| {
        let rest = script.split(before).nth(1).ok_or(format!("the page's script has no {before}"))?;
        Ok::<_, String>(folder.join(rest.split('\'').next().unwrap_or_default()))
    };
    // A page without an origin may start no module as a worker, so what only modules have must go.
    let glue = read(&name("bindings from './")?)?;
    let glue = glue.replace("export { initSync, __wbg_init as default };", "").replace("import.meta.url", "''");
    let loading = read(&name("initializer from './")?)?.replacen("export default function", "function", 1);
    let text = format!("{glue}\n{loading}\n{START}");
    for end in ["</script", "<!--", "\nexport ", "\nimport ", "import.meta"] {
        if text.contains(end) {
            return Err(format!("the script cannot be put into the page: it has {end}"));
        }
    }
    let program = base64(&packed(&name("__trunkInitializer(init, './")?)?);
    let data = format!(
        "<script type=\"text/plain\" id=\"oompoint-program\">{program}</script>\n\
         <script type=\"module\" id=\"oompoint-script\">\n{text}</script>\n"
    );
    Ok((format!("{before}{after}"), data))
}

/// The page without the name of the replay's script, and what takes its place: that script and its program as data.
fn take_replay(page: &str, folder: &Path) -> Result<(String, String), String> {
    const NAMED: &str = "<meta name=\"replay-script\" content=\"";
    let (before, rest) = page.split_once(NAMED).ok_or("index.html does not name the replay's script")?;
    let (name, after) = rest.split_once("\">").ok_or("index.html has no end of the name of the replay's script")?;
    let glue = read(&folder.join(name))?;
    for end in ["</script", "<!--"] {
        if glue.contains(end) {
            return Err(format!("{name} cannot be put into the page: it has {end}"));
        }
    }
    let program = base64(&packed(&folder.join(format!("{}_bg.wasm", name.trim_end_matches(".js"))))?);
    let data = format!(
        "<script type=\"text/plain\" id=\"oompoint-replay-script\">\n{glue}</script>\n\
         <script type=\"text/plain\" id=\"oompoint-replay-program\">{program}</script>\n"
    );
    Ok((format!("{before}{after}"), data))
}

/// Style sheets in the page instead of beside it, and nothing loaded ahead.
fn with_style(page: &str, folder: &Path) -> Result<String, String> {
    let mut parts = page.split("<link rel=\"");
    let mut result = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (tag, rest) = part.split_once('>').ok_or("a link has no end")?;
        match tag.split('"').next().unwrap_or_default() {
            "stylesheet" => {
                let name = tag.split("href=\"./").nth(1).and_then(|rest| rest.split('"').next());
                let css = read(&folder.join(name.ok_or("a style sheet has no name")?))?;
                result += &format!("<style>\n{css}</style>{rest}");
            }
            "modulepreload" | "preload" => result += rest,
            _ => result += &format!("<link rel=\"{part}"),
        }
    }
    Ok(result)
}

/// Links to files that lie beside the page become their text: here there is nothing beside it.
fn without_links(page: &str) -> String {
    let mut parts = page.split("<a href=\"");
    let mut result = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let target = part.split('"').next().unwrap_or_default();
        let inside = part.split_once('>').and_then(|(_, rest)| rest.split_once("</a>"));
        match inside.filter(|_| !target.starts_with('#') && !target.contains(':')) {
            Some((text, rest)) => result += &format!("{text}{rest}"),
            None => result += &format!("<a href=\"{part}"),
        }
    }
    result
}

/// Files that the page fetches: all that are no part of it and no program.
fn files(folder: &Path, prefix: &str) -> Result<Vec<String>, String> {
    let entries = fs::read_dir(folder.join(prefix)).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut found = Vec::new();
    for entry in entries.flatten() {
        let name = entry.file_name().into_string().map_err(|name| format!("{name:?} is no name for a file"))?;
        let path = format!("{prefix}{name}");
        if entry.path().is_dir() {
            found.extend(files(folder, &format!("{path}/"))?);
        } else if !["index.html", NAME].contains(&&*name) && ![".js", ".css", ".wasm"].iter().any(|end| name.ends_with(end)) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// Without name and time, so that the same page gives the same bytes.
fn packed(path: &Path) -> Result<Vec<u8>, String> {
    let output = Command::new("gzip").args(["-9", "-n", "-c"]).arg(path).output();
    let output = output.map_err(|error| format!("gzip: {error}"))?;
    if !output.status.success() {
        return Err(format!("gzip {}: {}", path.display(), String::from_utf8_lossy(&output.stderr)));
    }
    Ok(output.stdout)
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let number = group.iter().fold(0u32, |number, &byte| number << 8 | u32::from(byte)) << (8 * (3 - group.len()));
        for digit in 0..4 {
            let value = (number >> (18 - 6 * digit)) as usize & 63;
            text.push(if digit <= group.len() { char::from(DIGITS[value]) } else { '=' });
        }
    }
    text
}
