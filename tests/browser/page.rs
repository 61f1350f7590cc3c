// SPDX-License-Identifier: GPL-2.0-only
//! The page as a test sees it: open, wait, read, look, close.

use crate::driver::{self, Driver};
use crate::static_server;
use base64::prelude::{BASE64_STANDARD, Engine};
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, Locator};
use http::Method;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Not the root, so that an absolute path in the page shows as a missing file.
const PREFIX: &str = "/some/folder/";
const WAIT_LIMIT: Duration = Duration::from_secs(120);

pub struct Page {
    pub client: Client,
    pub url: String,
    _driver: Driver,
}

impl Page {
    /// Serves the built page, starts a browser and goes to the page's URL followed by `rest` (a query, a hash).
    pub async fn open(rest: &str) -> Page {
        Page::open_folder(built(), rest).await
    }

    /// The same for another folder than the built one.
    pub async fn open_folder(folder: PathBuf, rest: &str) -> Page {
        Page::open_with(folder, rest, "").await
    }

    /// The same with a script that runs before any of the page's own.
    pub async fn open_with(folder: PathBuf, rest: &str, script: &str) -> Page {
        let listener = static_server::listen(0).expect("some port is free");
        let port = listener.local_addr().expect("a bound socket has an address").port();
        std::thread::spawn(move || static_server::serve(&listener, &folder, PREFIX));
        let mut page = Page::open_url_with(&format!("http://127.0.0.1:{port}{PREFIX}{rest}"), script).await;
        page.url.truncate(page.url.len() - rest.len());
        page
    }

    /// Starts a browser and goes to a URL, whoever serves it.
    pub async fn open_url(url: &str) -> Page {
        Page::open_url_with(url, "").await
    }

    async fn open_url_with(url: &str, script: &str) -> Page {
        let (driver, client) = driver::start().await;
        let page = Page { client, url: url.to_owned(), _driver: driver };
        page.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script })).await;
        page.client.goto(url).await.expect("the page loads");
        page
    }

    /// Waits until an element is there. On failure it says what the page showed and logged instead.
    pub async fn wait_for(&self, css: &str) {
        let begun = Instant::now();
        while self.client.find(Locator::Css(css)).await.is_err() {
            if begun.elapsed() > WAIT_LIMIT {
                let (text, errors) = (self.text("body").await, self.errors().await);
                panic!("no {css} after {WAIT_LIMIT:?}; console errors: {errors:?}; the page:\n{text}");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until a JavaScript expression is true.
    pub async fn wait_until(&self, expression: &str) {
        let begun = Instant::now();
        while self.value(expression).await != true {
            if begun.elapsed() > WAIT_LIMIT {
                panic!("not so after {WAIT_LIMIT:?}: {expression}; the page:\n{}", self.text("body").await);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// What an element shows. One that the page replaces meanwhile, as it does with its first paint, is found again.
    pub async fn text(&self, css: &str) -> String {
        loop {
            let element = self.client.find(Locator::Css(css)).await.unwrap_or_else(|e| panic!("{css}: {e}"));
            match element.text().await {
                Ok(text) => return text,
                Err(e) if e.is_stale_element_reference() => {}
                Err(e) => panic!("{css}: {e}"),
            }
        }
    }

    pub async fn click(&self, css: &str) {
        let element = self.client.find(Locator::Css(css)).await.unwrap_or_else(|e| panic!("{css}: {e}"));
        element.click().await.unwrap_or_else(|e| panic!("{css}: {e}"));
    }

    /// The value of a JavaScript expression that is an integer.
    pub async fn number(&self, expression: &str) -> i64 {
        let value = self.value(expression).await;
        value.as_i64().unwrap_or_else(|| panic!("{expression} is {value}"))
    }

    /// Sends keys to an element as a reader would press them; WebDriver's own code points stand for arrows and the like.
    pub async fn press(&self, css: &str, keys: &str) {
        let element = self.client.find(Locator::Css(css)).await.unwrap_or_else(|e| panic!("{css}: {e}"));
        element.send_keys(keys).await.unwrap_or_else(|e| panic!("{css}: {e}"));
    }

    /// Presses a key wherever the focus is.
    pub async fn key(&self, key: &str, code: &str, number: u32, text: &str) {
        for kind in ["keyDown", "keyUp"] {
            let mut event = json!({ "type": kind, "key": key, "code": code, "windowsVirtualKeyCode": number });
            if kind == "keyDown" && !text.is_empty() {
                event["text"] = json!(text);
            }
            self.devtools("Input.dispatchKeyEvent", event).await;
        }
    }

    /// Writes over what a text field holds and leaves it.
    pub async fn fill(&self, css: &str, text: &str) {
        self.press(css, &format!("\u{e009}a\u{e000}{text}\u{e004}")).await;
    }

    /// What follows happens inside a frame of the page.
    pub async fn enter_frame(&self, css: &str) {
        let element = self.client.find(Locator::Css(css)).await.unwrap_or_else(|e| panic!("{css}: {e}"));
        element.enter_frame().await.unwrap_or_else(|e| panic!("{css}: {e}"));
    }

    /// What follows happens in the page itself again.
    pub async fn leave_frame(&self) {
        self.client.clone().enter_parent_frame().await.expect("a frame has a parent");
    }

    /// Lets the page write and this test read the clipboard.
    pub async fn allow_clipboard(&self) {
        let permissions = json!({ "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"] });
        self.devtools("Browser.grantPermissions", permissions).await;
    }

    /// What the page saves is put into a folder.
    pub async fn save_into(&self, folder: &Path) {
        let behaviour = json!({ "behavior": "allow", "downloadPath": folder });
        self.devtools("Browser.setDownloadBehavior", behaviour).await;
    }

    /// The value of a JavaScript expression, whatever it is.
    pub async fn value(&self, expression: &str) -> Value {
        self.client.execute(&format!("return {expression}"), vec![]).await.expect("the script runs")
    }

    /// An attribute of an element that is there.
    pub async fn attribute(&self, css: &str, name: &str) -> String {
        let value = self.value(&format!("document.querySelector('{css}').getAttribute('{name}')")).await;
        value.as_str().unwrap_or_else(|| panic!("{css} has no {name}")).to_owned()
    }

    /// Sets the size of the viewport (not of the window, which Chrome will not make as narrow as a phone)
    /// and the colour scheme that the user is said to prefer.
    pub async fn view(&self, width: u32, height: u32, scheme: &str) {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500 });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.devtools("Emulation.setEmulatedMedia", media).await;
        assert_eq!(self.number("innerWidth").await, i64::from(width), "the viewport follows");
        assert_eq!(self.number(&format!("matchMedia('(prefers-color-scheme: {scheme})').matches ? 1 : 0")).await, 1);
    }

    /// What the viewport shows, as target/screenshots/NAME.png; and the page to its end, as NAME-whole.png.
    pub async fn screenshot(&self, name: &str) {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("screenshots");
        std::fs::create_dir_all(&folder).expect("the target folder can be written");
        for (whole, suffix) in [(false, ""), (true, "-whole")] {
            let parameters = json!({ "format": "png", "captureBeyondViewport": whole, "clip": self.clip(whole).await });
            let answer = self.devtools("Page.captureScreenshot", parameters).await;
            let data = answer["data"].as_str().expect("a screenshot has data");
            let picture = BASE64_STANDARD.decode(data).expect("a screenshot is base64");
            std::fs::write(folder.join(format!("{name}{suffix}.png")), picture).expect("the picture can be written");
        }
    }

    /// The whole page, or what of it is on the screen.
    async fn clip(&self, whole: bool) -> Value {
        let width = self.number("innerWidth").await;
        let (y, height) = match whole {
            true => (0, self.number("Math.max(innerHeight, document.documentElement.scrollHeight)").await),
            false => (self.number("Math.round(scrollY)").await, self.number("innerHeight").await),
        };
        json!({ "x": 0, "y": y, "width": width, "height": height, "scale": 1 })
    }

    /// Ends the browser and returns the errors on its console since it started.
    pub async fn close(self) -> Vec<String> {
        let errors = self.errors().await;
        self.client.close().await.expect("the browser ends when asked");
        errors
    }

    pub async fn close_without_errors(self) {
        let errors = self.close().await;
        assert!(errors.is_empty(), "errors on the browser's console: {errors:#?}");
    }

    async fn errors(&self) -> Vec<String> {
        let log = self.command("se/log", json!({ "type": "browser" })).await;
        let entries = log.as_array().expect("a log is a list");
        let severe = entries.iter().filter(|entry| entry["level"] == "SEVERE");
        severe.map(|entry| entry["message"].as_str().unwrap_or("(no message)").to_owned()).collect()
    }

    /// A command of the browser's own protocol.
    pub async fn devtools(&self, command: &str, parameters: Value) -> Value {
        self.command("goog/cdp/execute", json!({ "cmd": command, "params": parameters })).await
    }

    async fn command(&self, path: &'static str, body: Value) -> Value {
        let command = ChromeCommand { path, body };
        self.client.issue_cmd(command).await.unwrap_or_else(|e| panic!("{path}: {e}"))
    }
}

/// A command that ChromeDriver knows beyond the WebDriver standard.
#[derive(Debug)]
struct ChromeCommand {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for ChromeCommand {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &url::Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}

/// Where Trunk puts the page.
pub fn built() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("dist");
    assert!(
        folder.join("index.html").exists(),
        "the page is not built: run .ci/test, or .ci/with trunk build --release"
    );
    folder
}
