// SPDX-License-Identifier: GPL-2.0-only
//! States and texts at the limits.

use oompoint::report::proc::view::{Layout, NodeView, ZoneView};
use oompoint::report::proc::{
    Buddyinfo, FragIndex, FragKind, Head, KillSummary, MemInfo, OomReport, PageTypeInfo, Reaped, Stamp, Task, ZoneInfo,
    fragmentation_index, stamped, take_stamps, unusable_index,
};

fn zone(name: &str, present: u64) -> ZoneView {
    ZoneView { name: name.to_string(), present, managed: present, protection: vec![0; 5], ..ZoneView::default() }
}

fn node(zones: Vec<ZoneView>) -> NodeView {
    NodeView { zones, pageblock_order: 9, ..NodeView::default() }
}

#[test]
fn no_nodes_and_no_zones_print_nothing() {
    for nodes in [vec![], vec![node(vec![])]] {
        assert_eq!(Buddyinfo::of(&nodes).to_string(), "");
        assert_eq!(PageTypeInfo::of(&nodes, &Layout::debian().types).to_string(), "");
        assert_eq!(ZoneInfo::of(&nodes, true).to_string(), "");
        let mem = MemInfo::of(&nodes, &Layout::minimal(), 4, 0);
        assert_eq!((mem.nodes.len(), mem.zones.len(), mem.ram_pages), (0, 0, Some(0)));
    }
    assert_eq!(Buddyinfo::parse("").value, Buddyinfo::default());
    assert_eq!(ZoneInfo::parse("").skipped, []);
    assert_eq!(PageTypeInfo::parse("\n\n").value, PageTypeInfo::default());
}

#[test]
fn a_zone_without_pages_is_only_in_zoneinfo() {
    let nodes = [node(vec![zone("DMA", 3998), zone("Movable", 0)])];
    assert_eq!(Buddyinfo::of(&nodes).zones.len(), 1);
    assert_eq!(PageTypeInfo::of(&nodes, &Layout::debian().types).nodes[0].zones.len(), 1);
    assert_eq!(MemInfo::of(&nodes, &Layout::debian(), 4, 0).zones.len(), 1);
    let text = ZoneInfo::of(&nodes, true).to_string();
    let movable = "Node 0, zone  Movable\n  pages free     0\n        boost    0\n        min      0\n        low      0\n\
                   \x20       high     0\n        promo    0\n        spanned  0\n        present  0\n        managed  0\n\
                   \x20       cma      0\n        protection: (0, 0, 0, 0, 0)\n";
    assert!(text.ends_with(movable), "{text}");
    assert_eq!(ZoneInfo::parse(&text).value.to_string(), text);
}

#[test]
fn per_node_stats_stand_in_the_first_zone_with_pages() {
    let nodes = [node(vec![zone("DMA", 0), zone("DMA32", 512)])];
    let info = ZoneInfo::of(&nodes, true);
    assert!(info.zones[0].node_counters.is_none() && info.zones[1].node_counters.is_some());
}

/// A request for GFP_DMA memory is reported with the zones it may use.
#[test]
fn a_report_shows_zones_up_to_the_highest_allowed() {
    let nodes = [node(vec![zone("DMA", 3998), zone("DMA32", 1 << 18)])];
    let mem = MemInfo::of(&nodes, &Layout::debian(), 0, 0);
    assert_eq!(mem.zones.len(), 1);
    assert_eq!(mem.free_lists.len(), 1);
    assert_eq!(mem.ram_pages, Some(3998 + (1 << 18)));
}

#[test]
fn dma_only_machine() {
    let mut only = zone("DMA", 3998);
    only.free_blocks[3][1] = 2;
    let nodes = [node(vec![only])];
    assert_eq!(
        Buddyinfo::of(&nodes).to_string(),
        "Node 0, zone      DMA      0      0      0      2      0      0      0      0      0      0      0 \n"
    );
    let list = "DMA: 0*4kB 0*8kB 0*16kB 2*32kB (M) 0*64kB 0*128kB 0*256kB 0*512kB 0*1024kB 0*2048kB 0*4096kB = 64kB\n";
    assert!(MemInfo::of(&nodes, &Layout::minimal(), 0, 0).to_string().contains(&format!("\n{list}")));
}

#[test]
fn counts_at_the_cap() {
    for (count, shown) in [(99_999, " 99999 "), (100_000, ">100000 "), (1 << 40, ">100000 ")] {
        let mut zone = zone("Normal", 1 << 30);
        zone.free_blocks[0][0] = count;
        let text = PageTypeInfo::of(&[node(vec![zone])], &Layout::debian().types).to_string();
        let row = format!("\nNode    0, zone   Normal, type    Unmovable {shown}     0 ");
        assert!(text.contains(&row), "{count}: {text}");
        let parsed = PageTypeInfo::parse(&text);
        assert_eq!(parsed.skipped, []);
        assert_eq!(parsed.value.to_string(), text);
    }
}

#[test]
fn page_owner_adds_mixed_blocks() {
    let mut info = PageTypeInfo::of(&[node(vec![zone("DMA", 512)])], &Layout::minimal().types);
    info.nodes[0].zones[0].mixed = Some([1, 2, 3, 4, 0, 0, 5]);
    let text = info.to_string();
    let expected = "\nNumber of mixed blocks    Unmovable      Movable  Reclaimable     Unmapped   HighAtomic \n\
                    Node 0, zone      DMA            1            2            3            5            4 \n";
    assert!(text.ends_with(expected), "{text}");
    assert_eq!(PageTypeInfo::parse(&text).value, info);
}

#[test]
fn fragmentation_indices_at_the_limits() {
    let empty = [0; 11];
    assert_eq!((fragmentation_index(&empty, 9), unusable_index(&empty, 9)), (0, 1000));
    let mut blocks = [0; 11];
    blocks[0] = 1;
    // One page: 1000 - (1000 + 1000 / 2) / 1, as in the kernel below zero.
    assert_eq!(fragmentation_index(&blocks, 1), -500);
    assert_eq!((fragmentation_index(&blocks, 0), unusable_index(&blocks, 0)), (-1000, 0));
    assert_eq!(unusable_index(&[u64::MAX; 11], 10), 499);
}

/// C's remainder keeps the sign: -1 thousandth is ` 0.-01`.
#[test]
fn negative_indices_print_as_in_c() {
    let mut blocks = [0; 11];
    blocks[0] = 1;
    let buddies =
        Buddyinfo::of(&[node(vec![ZoneView { free_blocks: blocks.map(|n| [n, 0, 0, 0, 0, 0, 0]), ..zone("DMA", 1) }])]);
    let text = FragIndex::of(FragKind::Extfrag, &buddies).to_string();
    let row =
        "Node 0, zone      DMA -1.000  0.-500  0.-250  0.-125  0.-62  0.-31  0.-15  0.-07  0.-03  0.-01  0.000 \n";
    assert_eq!(text, row);
    assert_eq!(FragIndex::parse(FragKind::Extfrag, &text).value.to_string(), text);
}

#[test]
fn kilobytes_of_7_2_are_read() {
    let text = "Mem-Info:\nNode 0 DMA free:8kB reserved_highatomic:4KB free_highatomic:0KB\n";
    let parsed = OomReport::parse(text);
    assert_eq!(parsed.skipped, []);
    assert_eq!(parsed.value.mem.unwrap().zone("DMA").unwrap().kb.get("reserved_highatomic"), Some(4));
}

#[test]
fn lines_with_all_their_parts() {
    let head = "a b: page allocation failure: order:9, mode:0(), nodemask=0,2-3,cpuset=/x,mems_allowed=0,2-3";
    let report = OomReport::parse(head).value;
    assert!(matches!(&report.head, Some(Head::Failure { nodemask, .. }) if nodemask == "0,2-3"), "{report:?}");
    assert_eq!(report.to_string().trim_end(), head);
    let text = "oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=/a,task_memcg=/a/b,\
                task=c,d,pid=7,uid=-2";
    let text = format!(
        "Mem-Info:\n{text}\noom_reaper: reaped process 7 (c) x), now anon-rss:0kB, file-rss:4kB, shmem-rss:0kB\n"
    );
    let report = OomReport::parse(&text).value;
    let KillSummary { task, oom_memcg, task_memcg, uid, .. } = report.summary.clone().unwrap();
    assert_eq!(
        (task.as_str(), oom_memcg.as_deref(), task_memcg.as_deref(), uid),
        ("c,d", Some("/a"), Some("/a/b"), -2)
    );
    assert_eq!(report.reaped, Some(Reaped { pid: 7, comm: "c) x".to_string(), file_rss_kb: 4, ..Reaped::default() }));
    assert_eq!(report.to_string(), text);
}

#[test]
fn wide_numbers_push_the_columns_of_the_task_table() {
    let task = Task { pid: 12_345_678, total_vm: 1 << 40, name: "x y".to_string(), ..Task::default() };
    let text = format!("Tasks state (memory values in pages):\n{task}\n");
    assert_eq!(
        task.to_string(),
        "[12345678]     0     0 1099511627776        0        0        0         0        0        0             0 x y"
    );
    let parsed = OomReport::parse(&format!("Mem-Info:\n{text}")).value;
    assert_eq!(parsed.tasks, Some(vec![task]));
}

#[test]
fn stamps() {
    assert_eq!(Stamp::at_us(117_353_082).0, "[  117.353082] ");
    assert_eq!(Stamp::at_us(117_353_082).time_us(), Some(117_353_082));
    assert_eq!(Stamp::at_us(123_456_000_001).0, "[123456.000001] ");
    let lines = [
        ("<4>[    1.000002][    T7] ", "text"),
        ("Nov 23 11:00:00 host kernel: [    1.000002] ", "text"),
        ("<4>", " active_file:0"),
        ("", "[    100]     0   100 init"),
        ("[    1.000002] ", " active_file:0"),
    ];
    for (stamp, rest) in lines {
        let (stamps, bare) = take_stamps(&format!("{stamp}{rest}"));
        assert_eq!((stamps[0].0.as_str(), bare.trim_end_matches('\n')), (stamp, rest));
    }
    assert_eq!(stamped("a\nb\n", &[Stamp::at_us(1)]), "[    0.000001] a\n[    0.000001] b\n");
    assert_eq!(stamped("a\n", &[]), "a\n");
}
