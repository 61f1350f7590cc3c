// SPDX-License-Identifier: GPL-2.0-only
//! ChromeDriver as a child process, and the browser it starts.

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value, json};
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A loaded machine starts a browser slowly; a broken one never does.
const START_LIMIT: Duration = Duration::from_secs(60);

/// A driver that has not ended by itself this long after being asked is killed.
const END_LIMIT: Duration = Duration::from_secs(5);

/// Ends the driver, and with it the browser, even if the test panics.
pub struct Driver {
    process: Child,
    port: u16,
    profile: PathBuf,
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Killing it would leave the browser behind.
        let _ = self.ask_to_end();
        let begun = Instant::now();
        while begun.elapsed() < END_LIMIT && matches!(self.process.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.profile);
    }
}

impl Driver {
    fn ask_to_end(&self) -> io::Result<usize> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(END_LIMIT))?;
        write!(stream, "GET /shutdown HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n\r\n", self.port)?;
        stream.read_to_end(&mut Vec::new())
    }
}

pub async fn start() -> (Driver, Client) {
    let program = std::env::var("CHROMEDRIVER").unwrap_or_else(|_| "chromedriver".to_owned());
    let port = free_port();
    let profile = std::env::temp_dir().join(format!("oompoint-browser-{}-{port}", std::process::id()));
    std::fs::create_dir_all(&profile).expect("the temporary folder can be written");
    let process = Command::new(&program)
        .arg(format!("--port={port}"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|e| panic!("{program}: {e}; .ci/setup/browser.sh installs it or says how"));
    let driver = Driver { process, port, profile };
    let begun = Instant::now();
    loop {
        let connector = HttpConnector::new();
        let capabilities = capabilities(&driver.profile);
        let url = format!("http://127.0.0.1:{port}");
        match ClientBuilder::new(connector).capabilities(capabilities).connect(&url).await {
            Ok(client) => return (driver, client),
            Err(e) if begun.elapsed() > START_LIMIT => {
                panic!("no browser: {e}; do the browser and ChromeDriver have the same version?")
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("some port is free");
    listener.local_addr().expect("a bound socket has an address").port()
}

fn capabilities(profile: &Path) -> Map<String, Value> {
    let mut options = json!({ "args": [
        "--headless", "--disable-gpu", "--hide-scrollbars",
        // A container seldom has what the sandbox needs, or a large /dev/shm. The page is ours.
        "--no-sandbox", "--disable-dev-shm-usage",
        // Nothing but the page: no look-ups of the browser's own.
        "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
        "--disable-quic", format!("--user-data-dir={}", profile.display()),
    ]});
    if let Ok(chrome) = std::env::var("CHROME") {
        options["binary"] = json!(chrome);
    }
    let all = json!({ "goog:loggingPrefs": { "browser": "ALL" }, "goog:chromeOptions": options });
    all.as_object().expect("an object was written").clone()
}
