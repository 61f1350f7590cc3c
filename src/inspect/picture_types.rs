// SPDX-License-Identifier: GPL-2.0-only
//! Free memory by migratetype over what was asked for: a small picture for each type, all of one scale, and a table.

use std::fmt::Write;

use super::areas;
use super::types::{TypeSample, Types};
use super::words::PAGES_PER_MIB;
use crate::model::freetype::NAMES;
use crate::report::panel::html::{escape, table, thinned};

/// Height of a type's picture.
const HIGH: u32 = 44;
/// Rows of the table at most.
const ROWS: usize = 32;

/// The pictures and their table, folded; `top` is the scale's end, pages.
pub fn folded(types: &Types, max: u32, top: u64, name: &str) -> String {
    let mut html = format!(
        "<details><summary>{0}: free memory by migratetype</summary><figure><figcaption>{0}: free memory of each \
         migratetype by order, the largest at the bottom; {1} MiB high each</figcaption><div class=\"drawn types\">",
        escape(name),
        top.div_ceil(u64::from(PAGES_PER_MIB))
    );
    types.in_use().for_each(|ft| one(&mut html, types, ft, max, top, name));
    html += "</div></figure>";
    html += &twin(types, name);
    html + "</details>"
}

fn one(html: &mut String, types: &Types, ft: usize, max: u32, top: u64, name: &str) {
    let points: Vec<_> = types.samples.iter().map(|sample| (sample.requested_mib, &sample.free[ft])).collect();
    let sentence = sentence(types, ft, name);
    _ = write!(html, r#"<svg width="100%" height="{HIGH}" role="img" aria-label="{}">"#, escape(&sentence));
    let (wide, high) = areas::BOX;
    _ = write!(html, r#"<svg viewBox="0 0 {wide} {high}" preserveAspectRatio="none" width="100%" height="{HIGH}">"#);
    areas::stack(html, &points, max, top);
    _ = write!(
        html,
        r#"</svg><line class="rule" x1="0" x2="100%" y1="{HIGH}" y2="{HIGH}"/><text class="name" x="0" y="11">{}</text></svg>"#,
        NAMES[ft]
    );
}

/// What a picture shows, for those who do not see it.
fn sentence(types: &Types, ft: usize, name: &str) -> String {
    let say = |sample: &TypeSample| format!("{} MiB at {} requested", mib(sample, ft), sample.requested_mib);
    let (Some(first), Some(last)) = (types.samples.first(), types.samples.last()) else {
        return format!("{name}, free memory of type {}: nothing was sampled.", NAMES[ft]);
    };
    let most = types.samples.iter().max_by_key(|sample| mib(sample, ft)).unwrap_or(last);
    format!("{name}, free memory of type {}: first {}; most {}; last {}.", NAMES[ft], say(first), say(most), say(last))
}

fn twin(types: &Types, name: &str) -> String {
    let shown: Vec<usize> = types.in_use().collect();
    let mut head = vec!["MiB asked for".to_owned()];
    head.extend(shown.iter().map(|&ft| NAMES[ft].to_owned()));
    let row = |sample: &TypeSample| {
        let cells = shown.iter().map(|&ft| mib(sample, ft).to_string());
        std::iter::once(sample.requested_mib.to_string()).chain(cells).collect()
    };
    let rows: Vec<Vec<String>> = thinned(&types.samples, ROWS).map(row).collect();
    table(&format!("inside-types-{}", &name[..1]), &format!("{name}: free MiB by migratetype"), &head, &rows)
}

/// Free MiB of a type.
fn mib(sample: &TypeSample, ft: usize) -> u64 {
    sample.free[ft].iter().map(|&pages| u64::from(pages)).sum::<u64>() / u64::from(PAGES_PER_MIB)
}
