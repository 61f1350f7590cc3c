// SPDX-License-Identifier: GPL-2.0-only
//! The page's program, and that of the workers that compare: one file to load, to cache and to inline.

use wasm_bindgen::JsCast;

fn main() {
    if js_sys::global().is_instance_of::<web_sys::DedicatedWorkerGlobalScope>() {
        oompoint::worker::start();
    } else {
        oompoint::app::start();
    }
}
