// SPDX-License-Identifier: GPL-2.0-only
//! The page's program.

fn main() {
    let root = gloo::utils::document().get_element_by_id("app").expect("index.html has an element #app");
    // What index.html showed meanwhile gives way to the same, computed.
    root.set_inner_html("");
    root.remove_attribute("data-state").expect("an element's attribute can be removed");
    yew::Renderer::<oompoint::app::App>::with_root(root).render();
}
