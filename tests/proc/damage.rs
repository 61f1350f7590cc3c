// SPDX-License-Identifier: GPL-2.0-only
//! Damaged and foreign texts: what can be read is read, the rest is named, nothing panics.

use oompoint::report::proc::view::{Layout, NodeView};
use oompoint::report::proc::{Buddyinfo, FragIndex, FragKind, MemInfo, OomReport, PageTypeInfo, VmStat, ZoneInfo};

use crate::{text, texts};

/// Reads `text` as everything, and writes what was read.
fn read_as_everything(text: &str) -> usize {
    let (buddies, types, zones) = (Buddyinfo::parse(text), PageTypeInfo::parse(text), ZoneInfo::parse(text));
    let nodes = NodeView::from_texts(&zones.value, &types.value, &buddies.value);
    let mut length = buddies.value.to_string().len() + types.value.to_string().len() + zones.value.to_string().len();
    length += VmStat::parse(text).value.to_string().len();
    length += VmStat::of(&nodes, &VmStat::parse(text).value.counters).to_string().len();
    for kind in [FragKind::Extfrag, FragKind::Unusable] {
        length += FragIndex::parse(kind, text).value.to_string().len();
        length += FragIndex::of(kind, &buddies.value).to_string().len();
    }
    length += PageTypeInfo::of(&nodes, &Layout::debian().types).to_string().len();
    length += MemInfo::of(&nodes, &Layout::debian(), usize::MAX, u32::MAX).to_string().len();
    OomReport::parse_all(text).value.iter().fold(length, |length, report| length + report.to_string().len())
}

/// A generator of its own, so that a failure repeats: Knuth's constants.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % limit.max(1)
    }
}

#[test]
fn damaged_texts_do_not_panic() {
    const JUNK: [&str; 12] = [
        "",
        "-1",
        "18446744073709551615",
        "99999999999999999999999",
        "\u{1f4a5}",
        ":",
        "kB",
        "(",
        "[",
        "\n",
        " ",
        "<4>",
    ];
    let folders = ["real/oom", "real/buddyinfo", "real/pagetypeinfo", "built/zoneinfo", "built/extfrag_index"];
    for (name, text) in folders.iter().flat_map(|folder| texts(folder).into_iter().take(3)) {
        let mut dice = Dice(name.len() as u64);
        for _ in 0..150 {
            let mut bytes = text.clone().into_bytes();
            for _ in 0..=dice.below(8) {
                let start = dice.below(bytes.len());
                let end = (start + dice.below(24)).min(bytes.len());
                bytes.splice(start..end, JUNK[dice.below(JUNK.len())].bytes());
            }
            read_as_everything(&String::from_utf8_lossy(&bytes));
        }
    }
}

#[test]
fn enormous_numbers_do_not_overflow() {
    let max = u64::MAX;
    let counts = format!("{max} ").repeat(11);
    read_as_everything(&format!("Node 0, zone      DMA {counts}\n"));
    let zone = format!(
        "Node 0, zone      DMA\n  per-node stats\n      nr_shmem_hugepages {max}\n  pages free     {max}\n        present  {max}\n        \
         managed  {max}\n        protection: ({max})\n      nr_mlock {max}\n  pagesets\n    cpu: 1\n              count:    {max}\n  \
         start_pfn:           {max}\n"
    );
    let again = zone.replace("Node 0", "Node 4294967295");
    read_as_everything(&format!(
        "{zone}{again}Page block order: 4294967295\nNode 0, zone DMA, type Movable {counts}\n"
    ));
}

#[test]
fn a_bad_line_costs_only_itself() {
    let good = text("real/pagetypeinfo", "unmapped-series-postfrag");
    let bad = good.replace("type      Movable", "type      Moveable");
    let parsed = PageTypeInfo::parse(&bad);
    assert_eq!(parsed.skipped.len(), 1);
    assert_eq!(parsed.skipped[0].line, 6);
    let (good, bad) = (&PageTypeInfo::parse(&good).value.nodes[0], &parsed.value.nodes[0]);
    assert_eq!(good.zones[0].blocks, bad.zones[0].blocks);
    assert_eq!(good.zones[0].free[0][0], bad.zones[0].free[0][0]);
}

#[test]
fn a_wrong_sum_is_a_damaged_line() {
    let good = text("real/oom", "debian-256-plain");
    let bad = good.replacen("*4kB", "7*4kB", 1);
    let parsed = OomReport::parse(&bad);
    assert_eq!(parsed.skipped.len(), 1);
    assert_eq!(parsed.value.mem.unwrap().free_lists.len(), 1);
}

#[test]
fn two_reports_in_a_log() {
    let (first, second) = (text("real/oom", "no-numa-128"), text("real/oom", "no-numa-128-allocation-failure"));
    let log = format!("{first}systemd: unrelated\n{second}");
    let all = OomReport::parse_all(&log);
    assert_eq!(all.skipped, []);
    assert_eq!(all.value.iter().map(OomReport::to_string).collect::<Vec<_>>(), [first.clone(), second]);
    let one = OomReport::parse(&log);
    assert_eq!(one.value, all.value[0]);
    assert_eq!(one.skipped[0].line as usize, first.lines().count() + 2);
}

#[test]
fn a_text_without_a_report_says_so() {
    assert_eq!(OomReport::parse("nothing\n").skipped[0].reason, "no OOM report or allocation failure");
}

/// A text of many zones is cut, not read in quadratic time.
#[test]
fn too_many_zones_are_skipped() {
    let lines: String = (0..20_000).map(|zone| format!("Node 0, zone Z{zone} {}\n", "0 ".repeat(11))).collect();
    let parsed = Buddyinfo::parse(&lines);
    assert_eq!(parsed.value.zones.len() + parsed.skipped.len(), 20_000);
    assert_eq!(parsed.value.zones.len(), 4096);
    read_as_everything(&lines);
    read_as_everything(&(0..20_000).map(|zone| format!("Node {zone}, zone DMA\n  pages free 1\n")).collect::<String>());
}
