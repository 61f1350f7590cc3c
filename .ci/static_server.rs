// SPDX-License-Identifier: GPL-2.0-only
//! Serves one folder of static files on 127.0.0.1, without any header that a plain file host would not send.
//! `.ci/serve` compiles it as a program; the browser test includes it as a module.

use std::fs;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

const DEFAULT_PORT: u16 = 8080;
/// A request longer than this is not one a browser makes for a static file.
const REQUEST_LIMIT: usize = 16 * 1024;

fn main() {
    if let Err(message) = run() {
        eprintln!("error: {message}");
        std::process::exit(1);
    }
}

fn run() -> Result<(), String> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("usage: static-server FOLDER [PORT]")?);
    let listener = match arguments.next() {
        Some(text) => {
            let port: u16 = text.parse().map_err(|_| format!("{text} is not a port number"))?;
            listen(port).map_err(|e| format!("port {port}: {e}; try another one with --port"))?
        }
        None => listen(DEFAULT_PORT).or_else(|_| listen(0)).map_err(|e| e.to_string())?,
    };
    let port = listener.local_addr().map_err(|e| e.to_string())?.port();
    println!("http://127.0.0.1:{port}/");
    io::stdout().flush().map_err(|e| e.to_string())?;
    serve(&listener, &folder, "/");
    Ok(())
}

pub fn listen(port: u16) -> io::Result<TcpListener> {
    TcpListener::bind(("127.0.0.1", port))
}

/// Answers requests below `prefix`, which begins and ends with a slash, until the process ends.
pub fn serve(listener: &TcpListener, folder: &Path, prefix: &str) {
    let shared: Arc<(PathBuf, String)> = Arc::new((folder.to_path_buf(), prefix.to_owned()));
    for stream in listener.incoming().flatten() {
        let shared = Arc::clone(&shared);
        // A browser that goes away in the middle of an answer is no concern of ours.
        thread::spawn(move || drop(answer(stream, &shared.0, &shared.1)));
    }
}

fn answer(mut stream: TcpStream, folder: &Path, prefix: &str) -> io::Result<()> {
    let request = read_request(&mut stream)?;
    let mut words = request.split_whitespace();
    let method = words.next().unwrap_or_default();
    let path = words.next().unwrap_or_default().split(['?', '#']).next().unwrap_or_default();
    let body = match find(folder, prefix, path) {
        Some(file) if method == "GET" || method == "HEAD" => fs::read(&file).map(|bytes| (mime(&file), bytes)),
        _ => Err(io::Error::from(ErrorKind::NotFound)),
    };
    let (status, mime, bytes) = match body {
        Ok((mime, bytes)) => ("200 OK", mime, bytes),
        Err(_) => ("404 Not Found", "text/plain", b"not found\n".to_vec()),
    };
    // The names of the worker's files do not change with their content, so a cache must ask again.
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: {mime}\r\nContent-Length: {}\r\nCache-Control: no-cache\r\nConnection: close\r\n\r\n",
        bytes.len()
    )?;
    if method != "HEAD" {
        stream.write_all(&bytes)?;
    }
    Ok(())
}

fn read_request(stream: &mut TcpStream) -> io::Result<String> {
    let mut bytes = Vec::new();
    let mut part = [0; 4096];
    while !bytes.windows(4).any(|w| w == b"\r\n\r\n") && bytes.len() < REQUEST_LIMIT {
        match stream.read(&mut part)? {
            0 => break,
            n => bytes.extend_from_slice(&part[..n]),
        }
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The file a path names, if it is below both the prefix and the folder.
fn find(folder: &Path, prefix: &str, path: &str) -> Option<PathBuf> {
    let relative = path.strip_prefix(prefix)?;
    let plain = relative.split('/').all(|part| part != ".." && !part.contains('\\'));
    let file = folder.join(relative);
    match plain && !relative.starts_with('/') {
        true if file.is_dir() => Some(file.join("index.html")),
        true => Some(file),
        false => None,
    }
}

fn mime(file: &Path) -> &'static str {
    match file.extension().and_then(|e| e.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("wasm") => "application/wasm",
        _ => "application/octet-stream",
    }
}
