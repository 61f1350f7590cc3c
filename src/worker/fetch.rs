// SPDX-License-Identifier: GPL-2.0-only
//! Getting a file, from where the page is or from the reader, telling how much of it has come.

use js_sys::{Array, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStreamDefaultReader, Response};

use super::message::{Failure, File, From};
use crate::trace::input::OUTPUT_BYTES_MAX;

/// The bytes of a file, wherever it comes from. `heard` gets how many have come and how many there will be, 0 if the
/// server does not say.
pub async fn bytes(file: &File, handed: &Array, heard: impl FnMut(u32, u32)) -> Result<Vec<u8>, Failure> {
    match &file.from {
        From::Url(url) => fetched(&file.name, url, heard).await,
        From::Handed(number) => read(&file.name, handed.get(*number)).await,
    }
}

/// A file that the reader chose, or bytes that came with the page.
async fn read(name: &str, value: JsValue) -> Result<Vec<u8>, Failure> {
    let blob: web_sys::Blob = value.unchecked_into();
    if blob.size() > OUTPUT_BYTES_MAX as f64 {
        let (size, limit) = ((blob.size() / 1_048_576.0) as u64, OUTPUT_BYTES_MAX >> 20);
        return Err(Failure::new(
            format!("{name} has {size} MiB, more than the {limit} MiB that a page can hold"),
            "Trace for a shorter time, or cut the file.",
        ));
    }
    let buffer = JsFuture::from(blob.array_buffer()).await.map_err(|_| {
        Failure::new(format!("{name} could not be read"), "It may have been moved or changed: choose it again.")
    })?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

async fn fetched(name: &str, url: &str, mut heard: impl FnMut(u32, u32)) -> Result<Vec<u8>, Failure> {
    let answer = JsFuture::from(super::scope().fetch_with_str(url)).await.map_err(|error| unreachable(name, &error))?;
    let response: Response = answer.unchecked_into();
    if !response.ok() {
        return Err(Failure {
            what: format!("the server answered {} for {name}", response.status()),
            remedy: "The file belongs beside the page: copy the whole folder that Trunk built, then retry.".to_owned(),
        });
    }
    let length = response.headers().get("content-length").ok().flatten().and_then(|text| text.parse().ok());
    let mut all = Vec::new();
    let Some(body) = response.body() else { return Ok(all) };
    let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
    loop {
        let part = JsFuture::from(reader.read()).await.map_err(|error| unreachable(name, &error))?;
        let value = Reflect::get(&part, &JsValue::from_str("value")).unwrap_or(JsValue::UNDEFINED);
        if value.is_undefined() {
            return Ok(all);
        }
        all.extend(Uint8Array::new(&value).to_vec());
        heard(all.len() as u32, length.unwrap_or(0));
    }
}

fn unreachable(name: &str, error: &JsValue) -> Failure {
    let why = error.dyn_ref::<js_sys::Error>().map_or(String::new(), |error| format!(" ({})", error.message()));
    Failure {
        what: format!("{name} could not be fetched{why}"),
        remedy: "Check the connection to the server of this page, then retry.".to_owned(),
    }
}
