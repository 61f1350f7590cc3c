// SPDX-License-Identifier: GPL-2.0-only
//! Every text is read without a skipped line and written again byte for byte.

use oompoint::report::proc::{
    Buddyinfo, FragIndex, FragKind, Head, OomReport, PageTypeInfo, Parsed, VmStat, ZoneInfo, names, stamped,
    take_stamps,
};

use crate::{assert_same, text, texts};

fn round_trip<T: ToString>(folders: &[&str], parse: impl Fn(&str) -> Parsed<T>) {
    for (name, text) in folders.iter().flat_map(|folder| texts(folder)) {
        let parsed = parse(&text);
        assert_eq!(parsed.skipped, [], "{name}");
        assert_same(&name, &parsed.value.to_string(), &text);
    }
}

#[test]
fn buddyinfo() {
    round_trip(&["real/buddyinfo", "built/buddyinfo"], Buddyinfo::parse);
}

#[test]
fn pagetypeinfo() {
    round_trip(&["real/pagetypeinfo", "built/pagetypeinfo"], PageTypeInfo::parse);
}

#[test]
fn zoneinfo() {
    round_trip(&["built/zoneinfo"], ZoneInfo::parse);
}

#[test]
fn vmstat() {
    round_trip(&["built/vmstat"], VmStat::parse);
}

#[test]
fn vmstat_names_are_those_of_the_kernel() {
    for (name, text) in texts("built/vmstat") {
        let ours: Vec<&str> = names::vmstat().chain([names::UNSTABLE]).collect();
        let kernel: Vec<&str> = text.lines().filter_map(|line| line.split(' ').next()).collect();
        assert_eq!(ours, kernel, "{name}");
    }
}

#[test]
fn fragmentation_indices() {
    round_trip(&["built/extfrag_index"], |text| FragIndex::parse(FragKind::Extfrag, text));
    round_trip(&["built/unusable_index"], |text| FragIndex::parse(FragKind::Unusable, text));
}

#[test]
fn fragmentation_indices_follow_from_buddyinfo() {
    for (name, buddies) in texts("built/buddyinfo") {
        let file = name.rsplit('/').next().unwrap().trim_end_matches(".txt");
        let buddies = Buddyinfo::parse(&buddies).value;
        let index = |kind| FragIndex::of(kind, &buddies).to_string();
        assert_same(&name, &index(FragKind::Extfrag), &text("built/extfrag_index", file));
        assert_same(&name, &index(FragKind::Unusable), &text("built/unusable_index", file));
    }
}

#[test]
fn oom_reports() {
    for (name, text) in texts("real/oom") {
        let (stamps, bare) = take_stamps(&text);
        let parsed = OomReport::parse(&bare);
        assert_eq!(parsed.skipped, [], "{name}");
        assert_same(&name, &parsed.value.to_string(), &bare);
        assert_same(&name, &stamped(&parsed.value.to_string(), &stamps), &text);
        // The prefixes need not be taken off first.
        assert_eq!(OomReport::parse(&text), parsed, "{name}");
    }
}

#[test]
fn oom_report_is_found_in_a_whole_log() {
    let log = text("real/log", "debian-1024-antagonized");
    let alone = OomReport::parse(&text("real/oom", "debian-1024-antagonized"));
    let found = OomReport::parse_all(&log);
    assert_eq!(found.skipped, []);
    assert_eq!(found.value, [alone.value]);
}

#[test]
fn oom_report_parts() {
    let report = OomReport::parse(&text("real/oom", "debian-1024-antagonized")).value;
    let Some(Head::Oom { gfp_mask, gfp, order, .. }) = &report.head else { panic!("{:?}", report.head) };
    assert_eq!((*gfp_mask, *order), (0x140dc0, 0));
    assert_eq!(gfp, "GFP_USER|__GFP_ZERO|__GFP_COMP");
    let mem = report.mem.unwrap();
    assert_eq!(mem.total("free_pcp"), Some(806));
    assert_eq!(mem.zone("DMA32").unwrap().kb.get("boost"), Some(18432));
    assert_eq!(mem.free_lists[1].free_blocks, [222, 204, 206, 427, 553, 31, 2, 2, 0, 0, 0]);
    assert_eq!(mem.free_lists[1].types[2], "UME");
    assert_eq!(report.tasks.unwrap().len(), 3);
    assert_eq!(report.killed.unwrap().file_rss_kb, 664_104);
}

#[test]
fn allocation_failure_has_its_own_head() {
    let report = OomReport::parse(&text("real/oom", "no-numa-128-allocation-failure")).value;
    let Some(Head::Failure { order, nodemask, cpuset, .. }) = &report.head else { panic!("{:?}", report.head) };
    assert_eq!((*order, nodemask.as_str(), cpuset), (0, "(null)", &None));
    assert!(report.killed.is_none() && report.tasks.is_none());
}
