// SPDX-License-Identifier: GPL-2.0-only
//! Why a page is where it is, in both runs.

use super::{Parts, Tour, part};
use crate::inspect::history::{History, Until};
use crate::inspect::place::{Place, Which};
use crate::inspect::words::PAGES_PER_MIB;
use crate::report::panel::html::escape;

impl Tour {
    /// Up to when a run is looked at. One that never asked for so much is seen as it ended: at its last kill, not after the
    /// victim's exit.
    pub(super) fn until(&self, which: Which) -> Until {
        let Place { pages, a, b } = self.place;
        let (timeline, ordinal) = (self.of(which).timeline(), if which == Which::A { a } else { b });
        let kill = timeline.kills.last().filter(|_| timeline.last_mib() < pages / PAGES_PER_MIB);
        ordinal.or(kill.map(|kill| kill.ordinal)).map_or(Until::Pages(pages), Until::Decision)
    }

    /// The history of a page of the block under the cursor.
    pub(super) fn page_parts(&mut self, page: u32) -> Parts {
        let blocks = self.a.pageblocks();
        let Some(pfn) = blocks.get(self.block).map(|block| block + page) else { return Vec::new() };
        let mut html = "<div class=\"two\">".to_owned();
        let mut said = String::new();
        for which in [Which::A, Which::B] {
            let (until, name) = (self.until(which), self.name(which));
            let (recording, letter) = if which == Which::A { (&mut self.a, "a") } else { (&mut self.b, "b") };
            let Some(history) = recording.history(pfn, until) else {
                // The first frame of all belongs to no zone.
                return vec![(part::HISTORY, String::new()), (part::TOLD, format!("Frame {pfn:#x} is in no zone."))];
            };
            said += &format!("{name}: {}. ", history.now);
            html += &table(&history, &name, letter);
        }
        html += "</div><p class=\"note\">Looked at after each step of simulated time: what came and went within one is not listed. \
                 Gfp masks are kept of requests that took the slow path.</p>";
        vec![(part::HISTORY, html), (part::TOLD, said)]
    }
}

fn table(history: &History, name: &str, letter: &str) -> String {
    let caption = escape(&format!("{name}: what befell it, the newest first"));
    let mut html = format!(
        "<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"{caption}\"><table class=\"history\">\
         <caption>{caption}</caption><thead><tr><th scope=\"col\">MiB</th><th scope=\"col\">what</th></tr></thead><tbody>"
    );
    for line in &history.lines {
        let way = line.ordinal.map_or(String::new(), |ordinal| {
            format!(
                " <button type=\"button\" class=\"small\" data-wish=\"{letter} {ordinal}\">decision {ordinal}</button>"
            )
        });
        html += &format!("<tr><th scope=\"row\">{}</th><td>{}{way}</td></tr>", line.requested_mib, escape(&line.text));
    }
    let more = match (history.lines.len(), history.earlier) {
        (0, _) => "Nothing has happened to it since boot.".to_owned(),
        (_, 0) => "Nothing before that since boot.".to_owned(),
        (_, more) => format!("{more} more before that."),
    };
    html + &format!("</tbody></table><p class=\"note\">{more}</p></div>")
}
