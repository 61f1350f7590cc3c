// SPDX-License-Identifier: GPL-2.0-only
//! The programs of workers, and the few lines of script that start one. A frame without an origin may start no worker
//! from a URL, so each is started from a Blob.

use gloo::utils::document;
use js_sys::{Array, JsString};
use wasm_bindgen::prelude::*;
use web_sys::{Blob, BlobPropertyBag, Url, Worker, WorkerOptions, WorkerType};

use super::platform;

#[wasm_bindgen]
extern "C" {
    /// Where this program's script came from.
    #[wasm_bindgen(thread_local_v2, js_namespace = ["import", "meta"], js_name = url)]
    static SCRIPT: JsString;
}

/// The elements that hold scripts and a program in a page of one file.
const INLINE_SCRIPT: &str = "oompoint-script";
const INLINE_REPLAY_SCRIPT: &str = "oompoint-replay-script";
const INLINE_REPLAY_PROGRAM: &str = "oompoint-replay-program";
/// The element of index.html that names the replay's script, whose name is known when the page has been built.
const REPLAY_SCRIPT: &str = "meta[name=replay-script]";
/// A rejected promise is no error event of a worker; what is thrown out of a timer is.
const TELL: &str = ".catch((error) => setTimeout(() => { throw error; }));";

/// What a worker runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// The page's own program, which is there already.
    Compare,
    /// That of the replay, loaded each time; the browser keeps it.
    Replay,
}

/// # Errors
/// A browser that lets no worker start here.
pub fn start(program: Program) -> Result<Worker, JsValue> {
    match program {
        Program::Compare => compare(),
        Program::Replay => from_text(&replay(), &WorkerOptions::new()),
    }
}

/// The script imports the page's own, whose name is known to that script alone.
fn compare() -> Result<Worker, JsValue> {
    let options = WorkerOptions::new();
    let script = match inline(INLINE_SCRIPT) {
        // No module: browsers refuse one from a page that has no origin, such as a file.
        Some(text) => text,
        None => {
            options.set_type(WorkerType::Module);
            let from = SCRIPT.with(|url| String::from(url));
            format!(
                "import start from {from:?};\n\
                 onmessage = (event) => {{ onmessage = null; start({{ module_or_path: event.data }}); }};"
            )
        }
    };
    let worker = from_text(&script, &options)?;
    // The program is compiled once; a worker gets what the page has. It waits for this as its first message.
    worker.post_message(&wasm_bindgen::module())?;
    Ok(worker)
}

fn replay() -> String {
    if let (Some(script), Some(program)) = (inline(INLINE_REPLAY_SCRIPT), inline(INLINE_REPLAY_PROGRAM)) {
        return format!(
            "{script}\n\
             wasm_bindgen({{ module_or_path: fetch(\"data:;base64,{}\").then((packed) => new Response(\n\
             packed.body.pipeThrough(new DecompressionStream(\"gzip\")),\n\
             {{ headers: {{ \"content-type\": \"application/wasm\" }} }})) }}){TELL}",
            program.trim()
        );
    }
    let name = document().query_selector(REPLAY_SCRIPT).ok().flatten().and_then(|meta| meta.get_attribute("content"));
    let script = platform::absolute(&name.unwrap_or_default());
    let program = format!("{}_bg.wasm", script.trim_end_matches(".js"));
    format!("importScripts({script:?});\nwasm_bindgen({{ module_or_path: {program:?} }}){TELL}")
}

fn inline(id: &str) -> Option<String> {
    document().get_element_by_id(id)?.text_content()
}

fn from_text(script: &str, options: &WorkerOptions) -> Result<Worker, JsValue> {
    let kind = BlobPropertyBag::new();
    kind.set_type("text/javascript");
    let blob = Blob::new_with_str_sequence_and_options(&Array::of1(&JsValue::from_str(script)), &kind)?;
    let url = Url::create_object_url_with_blob(&blob)?;
    Worker::new_with_options(&url, options)
}
