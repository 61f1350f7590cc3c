// SPDX-License-Identifier: GPL-2.0-only
//! The page inside another one: it tells its host how high it is, so that the host can give it as much room.

use gloo::utils::{body, window};
use js_sys::{JSON, Object};
use wasm_bindgen::prelude::*;
use web_sys::ResizeObserver;
use yew::prelude::*;

/// Tells the host now, and whenever the height changes.
#[hook]
pub fn use_height(is_embedded: bool) {
    use_effect_with(is_embedded, |is_embedded| {
        let watch = is_embedded.then(|| {
            let told = Closure::<dyn Fn()>::new(tell);
            let observer = ResizeObserver::new(told.as_ref().unchecked_ref());
            if let Ok(observer) = &observer {
                observer.observe(&body());
            }
            (observer, told)
        });
        move || {
            if let Some((Ok(observer), _told)) = watch {
                observer.disconnect();
            }
        }
    });
}

/// The message is documented in README.md. It holds nothing that is secret, so any host may hear it.
fn tell() {
    let Ok(Some(host)) = window().parent() else { return };
    if Object::is(&host, &window()) {
        return;
    }
    // Of the body: the document is never lower than the frame, and a frame that is too high would stay so.
    let height = body().offset_height();
    if let Ok(message) = JSON::parse(&format!("{{\"type\":\"oompoint:height\",\"height\":{height}}}")) {
        let _ = host.post_message(&message, "*");
    }
}
