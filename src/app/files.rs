// SPDX-License-Identifier: GPL-2.0-only
//! Files that the page hands to its reader.

use gloo::utils::{document, window};
use js_sys::{Array, JsString, encode_uri_component};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    Blob, BlobPropertyBag, CanvasRenderingContext2d, HtmlAnchorElement, HtmlCanvasElement, HtmlImageElement, Url,
};

use super::platform;

/// Pixels of a saved picture for each of its units.
const SCALE: u32 = 2;
/// A saved file is free to go once the browser has certainly begun to read it.
const KEPT_MS: i32 = 60_000;

/// Whether the browser lets this page save files; a frame of no origin may not.
pub fn may_save() -> bool {
    window().origin() != "null" || window().location().protocol().is_ok_and(|protocol| protocol == "file:")
}

/// Saves a text.
pub fn save(name: &str, kind: &str, text: &str) -> Result<(), JsValue> {
    let bag = BlobPropertyBag::new();
    bag.set_type(kind);
    let blob = Blob::new_with_str_sequence_and_options(&Array::of1(&JsString::from(text)), &bag)?;
    let url = Url::create_object_url_with_blob(&blob)?;
    save_url(name, &url)?;
    // That it is forgotten matters to nobody.
    platform::later(KEPT_MS, move || _ = Url::revoke_object_url(&url));
    Ok(())
}

/// Saves a drawing as a picture of pixels; `then` hears whether that worked.
pub fn save_png(name: String, svg: &str, then: impl Fn(bool) + 'static) {
    // As a data URL: a canvas that has drawn anything else may not be read by a frame of no origin.
    let url = format!("data:image/svg+xml,{}", String::from(encode_uri_component(svg)));
    spawn_local(async move { then(paint(&name, &url).await.is_ok()) });
}

async fn paint(name: &str, url: &str) -> Result<(), JsValue> {
    let image = HtmlImageElement::new()?;
    image.set_src(url);
    JsFuture::from(image.decode()).await?;
    let (width, height) = (image.natural_width() * SCALE, image.natural_height() * SCALE);
    let canvas: HtmlCanvasElement = document().create_element("canvas")?.unchecked_into();
    canvas.set_width(width);
    canvas.set_height(height);
    let context = canvas.get_context("2d")?.ok_or(JsValue::NULL)?;
    context.unchecked_ref::<CanvasRenderingContext2d>().draw_image_with_html_image_element_and_dw_and_dh(
        &image,
        0.0,
        0.0,
        f64::from(width),
        f64::from(height),
    )?;
    save_url(name, &canvas.to_data_url()?)
}

fn save_url(name: &str, url: &str) -> Result<(), JsValue> {
    let anchor: HtmlAnchorElement = document().create_element("a")?.unchecked_into();
    anchor.set_href(url);
    anchor.set_download(name);
    anchor.click();
    Ok(())
}
