// SPDX-License-Identifier: GPL-2.0-only
//! A real dump of the allocator, and the same dump with one thing wrong.

use oompoint::trace::{State, decompress, read_state};
use serde_json::{Value, json};

const STATE: &[u8] = include_bytes!("traces/state.json.gz");

fn value() -> Value {
    serde_json::from_slice(&decompress(STATE).bytes).expect("the dump is JSON")
}

fn parse(value: &Value) -> Result<State, String> {
    read_state(serde_json::to_vec(value).expect("a value can be written")).map_err(|error| error.to_string())
}

#[test]
fn a_real_dump_is_read_whole() {
    let state = read_state(STATE).expect("the dump is sound");
    assert_eq!((state.index, &*state.label, state.hz), (1, "frag_allocated", 250));
    assert_eq!((state.params.pageblock_order, state.params.max_page_order), (9, 10));
    let names: Vec<_> = state.zones.iter().map(|zone| (&*zone.name, zone.index)).collect();
    assert_eq!(names, [("DMA", 0), ("DMA32", 1)]);
    for (zone, raw) in state.zones.iter().zip(value()["zones"].as_array().expect("a list")) {
        assert_eq!(json!(zone.managed_pages), raw["managed_pages"]);
        assert_eq!(json!(zone.watermark_promo), raw["watermark_promo"]);
        assert_eq!(json!(zone.lowmem_reserve), raw["lowmem_reserve"]);
        assert_eq!(json!(zone.vm_stat.nr_free_pages), raw["vm_stat"]["nr_free_pages"]);
        assert_eq!(json!(zone.compact.cached_free_pfn), raw["compact"]["cached_free_pfn"]);
        assert_eq!(json!(zone.pcp[0].vm_stat_diff), raw["pcp"][0]["vm_stat_diff"]);
        assert_eq!(zone.free_lists.len(), raw["free_lists"].as_array().expect("a list").len());
        assert_eq!(zone.folios.len(), raw["folios"].as_array().expect("a list").len());
        assert_eq!(zone.pageblocks.len(), raw["pageblocks"].as_array().expect("a list").len());
        // The map agrees with the lists: each head of a free block is a B.
        for list in &zone.free_lists {
            assert!(list.pfns.iter().all(|&pfn| zone.letter(pfn) == Some(b'B')));
        }
        let heads = zone.pagemap.bytes().filter(|&letter| letter == b'B').count();
        assert_eq!(heads, zone.free_lists.iter().map(|list| list.pfns.len()).sum::<usize>());
    }
}

#[test]
fn optional_parts_may_be_absent_and_unknown_ones_are_ignored() {
    let mut value = value();
    let root = value.as_object_mut().expect("an object");
    for key in ["params", "HZ", "jiffies", "label"] {
        root.remove(key);
    }
    root.insert("new".into(), json!([1, 2]));
    let zone = root["zones"][1].as_object_mut().expect("an object");
    for key in ["pagemap", "pagemap_from_pfn", "folios", "nr_free_by_order", "compact", "vm_stat", "pageset"] {
        zone.remove(key);
    }
    zone["pageblocks"][0] = Value::Null;
    zone["pageblocks"][1]["skip"] = json!(true);
    let state = parse(&value).expect("nothing that matters is missing");
    assert_eq!(state.zones[1].pageblocks[0], None);
    assert!(state.zones[1].pageblocks[1].expect("a block").skip);
    assert_eq!((state.params.pageblock_order, state.zones[1].pagemap.len()), (9, 0));
}

/// The dump with one change, and a part of the message that must come of it.
#[test]
fn every_fault_is_named_with_its_place() {
    type Change = fn(&mut Value);
    let cases: [(&str, Change); 29] = [
        ("state: missing field `zones`", |v| drop(v.as_object_mut().expect("an object").remove("zones"))),
        ("zones: there is no zone", |v| v["zones"] = json!([])),
        ("zones: they span 512 GiB, and at most 256 are modelled; dump a guest with less", |v| {
            v["zones"][1]["spanned_pages"] = json!(1u32 << 27)
        }),
        ("zones[1]: it is no JSON object", |v| v["zones"][1] = json!(7)),
        ("instead of 10 and 9; dump a kernel", |v| v["params"]["pageblock_order"] = json!(7)),
        ("zone DMA32, pcp: it is no list", |v| v["zones"][1]["pcp"] = json!(1)),
        ("zone DMA32: missing field `start_pfn`", |v| {
            drop(v["zones"][1].as_object_mut().expect("an object").remove("start_pfn"))
        }),
        ("zone DMA32, free_lists[0], pfns[0]: invalid value", |v| {
            v["zones"][1]["free_lists"][0]["pfns"][0] = json!(-5)
        }),
        ("zone DMA32, free_lists[0], pfns[0]: invalid value", |v| {
            v["zones"][1]["free_lists"][0]["pfns"][0] = json!(1u64 << 32)
        }),
        ("is not within the zone's", |v| v["zones"][1]["free_lists"][0]["pfns"][0] = json!(0)),
        ("(order 11, type ", |v| v["zones"][1]["free_lists"][0]["order"] = json!(11)),
        ("there is no such list", |v| v["zones"][1]["free_lists"][0]["migratetype"] = json!(6)),
        ("is also on another list", |v| {
            let pfns = v["zones"][1]["free_lists"][0]["pfns"].as_array_mut().expect("a list");
            pfns.push(pfns[0].clone());
        }),
        ("this list occurs twice", |v| {
            let lists = v["zones"][1]["free_lists"].as_array_mut().expect("a list");
            lists.push(lists[0].clone());
        }),
        ("is not aligned to order", |v| {
            let lists = v["zones"][1]["free_lists"].as_array_mut().expect("a list");
            let list = lists.iter_mut().find(|list| list["order"].as_u64() > Some(1)).expect("a larger order");
            list["pfns"][0] = json!(list["pfns"][0].as_u64().expect("a number") + 1);
        }),
        ("nr_free_by_order is", |v| v["zones"][1]["nr_free_by_order"][0] = json!(77)),
        ("zone DMA32, pcp of cpu 0: count is", |v| v["zones"][1]["pcp"][0]["count"] = json!(1)),
        ("pcp of cpu 0, list 14: there is no such list", |v| v["zones"][1]["pcp"][0]["lists"][0]["pindex"] = json!(14)),
        ("pageblocks instead of", |v| v["zones"][1]["pageblocks"].as_array_mut().expect("a list").truncate(3)),
        ("pageblocks[2] has a migratetype above 5", |v| v["zones"][1]["pageblocks"][2]["migratetype"] = json!(6)),
        ("zones: there is no zone with managed pages", |v| {
            v["zones"].as_array_mut().expect("a list").iter_mut().for_each(|zone| zone["managed_pages"] = json!(0));
        }),
        ("is of another type; take the dump again", |v| v["zones"][1]["free_lists"][0]["migratetype"] = json!(4)),
        ("zone DMA32: a watermark or reserve of 4294967295 pages", |v| {
            v["zones"][1]["watermark_boost"] = json!(u32::MAX)
        }),
        ("zone DMA32: lowmem_reserve has 6 entries", |v| v["zones"][1]["lowmem_reserve"] = json!([0, 0, 0, 0, 0, 0])),
        ("pcp of cpu 255: it occurs twice or is above 254", |v| v["zones"][1]["pcp"][0]["cpu"] = json!(255)),
        ("pcp of cpu 0: it occurs twice", |v| {
            let lists = v["zones"][1]["pcp"].as_array_mut().expect("a list");
            lists.push(lists[0].clone());
        }),
        ("pcp of cpu 0: its tuning is not", |v| v["zones"][1]["pcp"][0]["alloc_factor"] = json!(40)),
        ("pcp of cpu 0: a counter's difference", |v| v["zones"][1]["pcp"][0]["vm_stat_diff"][0] = json!(i32::MIN)),
        ("the pagemap has 3 letters", |v| v["zones"][1]["pagemap"] = json!("RRR")),
    ];
    for (want, change) in cases {
        let mut value = value();
        change(&mut value);
        let said = parse(&value).expect_err(want);
        assert!(said.contains(want), "wanted: {want}\nsaid: {said}");
    }
}

#[test]
fn zones_must_not_overlap_or_overflow() {
    for (key, number) in [("start_pfn", 4000u32), ("spanned_pages", u32::MAX), ("spanned_pages", 0), ("index", 0)] {
        let mut value = value();
        value["zones"][1][key] = json!(number);
        parse(&value).expect_err(key);
    }
}

#[test]
fn cut_and_foreign_files_are_refused() {
    let text = decompress(STATE).bytes.into_owned();
    for end in [0, 1, 100, text.len() - 1] {
        let said = read_state(&text[..end]).expect_err("it is cut").to_string();
        assert!(said.contains("give the whole file"), "{said}");
    }
    let said = read_state(&STATE[..STATE.len() - 9]).expect_err("it is cut").to_string();
    assert!(said.contains("ends early"), "{said}");
    read_state(b"[1]").expect_err("it is no object");
    read_state(include_bytes!("traces/stock.txt")).expect_err("it is a trace");
}
