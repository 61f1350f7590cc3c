// SPDX-License-Identifier: GPL-2.0-only
//! Watermarks, reserves and per-CPU sizes against figures computed from the kernel's formulas by hand.

use oompoint::model::frames::Pfn;
use oompoint::model::node::{Node, Tuning};
use oompoint::model::pcp::{zone_batchsize, zone_highsize};
use oompoint::model::watermark::{self, LOWMEM_RESERVE_RATIO};
use oompoint::model::zone::{Zone, ZoneSpan};
use oompoint::model::{alloc_flags, check, view};

/// A node whose zones have this many managed pages, in DMA, DMA32 and Normal.
fn node(managed: &[u32]) -> Node {
    let starts: [Pfn; 3] = [0, 4096, 1 << 20];
    let zones = managed.iter().zip(starts).enumerate().map(|(index, (&pages, start))| {
        let mut zone = Zone::new(ZoneSpan { index: index as u8, start_pfn: start, end_pfn: start + pages }, 1);
        zone.release_range(start, start + pages);
        zone
    });
    Node::new(zones.collect(), false)
}

#[test]
fn watermarks_of_common_guests() {
    // Managed pages, huge pages on, min_free_kbytes, min/low/high of each zone, what DMA keeps from column 2 requests.
    let table: [(&[u32], bool, u32, &str, u32); 6] = [
        (&[3840, 246_000], true, 45056, "173/216/259 11090/13862/16634", 960),
        (&[3840, 246_000], false, 3998, "15/18/21 983/1229/1475", 960),
        // Here the cap of 5 % holds, taken after the high marks of the first set-up are deducted.
        (&[3840, 184_000], true, 37308, "190/237/284 9136/11420/13704", 718),
        (&[3840, 120_000], false, 2815, "21/26/31 681/851/1021", 468),
        (&[3840, 500_000], true, 45056, "85/106/127 11178/13972/16766", 1953),
        (&[3840, 756_000, 260_000], true, 67584, "63/78/93 12524/15655/18786 4307/5383/6459", 3968),
    ];
    for (managed, thp, min_free, marks, reserve) in table {
        let mut node = node(managed);
        assert_eq!(node.set_up_watermarks(&Tuning { thp, ..Tuning::default() }), min_free, "{managed:?}");
        let text = |zone: &Zone| zone.watermark[..3].iter().map(u32::to_string).collect::<Vec<_>>().join("/");
        assert_eq!(node.zones.iter().map(text).collect::<Vec<_>>().join(" "), marks, "{managed:?}");
        let [own, .., normal, movable, _] = node.zones[0].lowmem_reserve;
        assert_eq!((own, normal, movable), (0, reserve, reserve), "{managed:?}");
    }
}

#[test]
fn reserves_of_a_large_guest() {
    let of = |index| watermark::lowmem_reserve(index, &[3840, 756_000, 260_000, 0, 0], &LOWMEM_RESERVE_RATIO);
    assert_eq!(of(0), [0, 2953, 3968, 3968, 3968]);
    assert_eq!(of(1), [0, 0, 1015, 1015, 1015]);
    assert_eq!(of(2), [0; 5]);
    // Ratio 0 protects nothing, and an empty zone needs no protection.
    assert_eq!(watermark::lowmem_reserve(2, &[0, 0, 9, 900, 0], &[256, 256, 0, 0, 0]), [0; 5]);
    assert_eq!(watermark::lowmem_reserve(1, &[0, 0, 900, 0, 0], &LOWMEM_RESERVE_RATIO), [0; 5]);
}

#[test]
fn minimum_is_clamped() {
    let at = |pages| watermark::min_free_kbytes(pages);
    assert_eq!((at(0), at(255), at(256), at(1 << 33)), (128, 128, 128, 262_144));
}

#[test]
fn sizes_of_per_cpu_lists() {
    // Managed, low watermark, CPUs, fraction; then batch, high_min, high_max.
    let table = [
        ((246_000, 13_862, 1, 0), (63, 13_862, 30_750)),
        ((246_000, 13_862, 4, 0), (63, 3465, 7687)),
        ((3840, 216, 1, 0), (1, 216, 480)),
        ((3840, 18, 8, 0), (1, 4, 60)),
        ((246_000, 13_862, 2, 8), (63, 15_375, 15_375)),
        ((176_128, 0, 1, 0), (63, 252, 22_016)),
        ((176_127, 0, 1, 0), (31, 124, 22_015)),
    ];
    for ((managed, low, cpus, fraction), want) in table {
        let batch = zone_batchsize(managed);
        let (min, max) = zone_highsize(managed, low, batch, cpus, fraction);
        assert_eq!((batch, min, max), want, "{managed} pages, low {low}, {cpus} CPUs, fraction {fraction}");
    }
}

#[test]
fn marks_of_the_test_with_each_discount() {
    let mut zone = node(&[3840, 20_000]).zones.remove(1);
    zone.lowmem_reserve[3] = 50;
    let mark = |flags| zone.watermark_test(0, 1000, 2, flags, 1000).mark;
    use alloc_flags::{HIGHATOMIC, MIN_RESERVE, NON_BLOCK, OOM};
    assert_eq!([mark(0), mark(MIN_RESERVE), mark(NON_BLOCK), mark(HIGHATOMIC)], [1000, 500, 1000, 1000]);
    // GFP_ATOMIC gets down to three eighths, a victim of the OOM killer halves what is left.
    assert_eq!([mark(MIN_RESERVE | NON_BLOCK), mark(OOM), mark(OOM | MIN_RESERVE)], [375, 500, 250]);
    let ok = |order, column, free| zone.watermark_test(order, 1000, column, 0, free).ok();
    assert_eq!([ok(0, 2, 1000), ok(0, 2, 1001), ok(0, 3, 1050), ok(0, 3, 1051)], [false, true, false, true]);
    assert_eq!([ok(3, 2, 1007), ok(3, 2, 1008)], [false, true]);
}

#[test]
fn boost_goes_up_by_a_pageblock_to_half_again_the_high_mark() {
    let mut zone = node(&[3840, 20_000]).zones.remove(1);
    zone.watermark = [600, 750, 900, 1050];
    let raised: Vec<u32> = (0..4).map(|_| (zone.boost_watermark(), zone.boost).1).collect();
    assert_eq!(raised, [512, 1024, 1350, 1350]);
    assert_eq!([0, 1, 2].map(|mark| zone.wmark_pages(mark)), [1950, 2100, 2250]);
    let mut low = node(&[3840, 20_000]).zones.remove(1);
    low.watermark = [1, 1, 2, 3];
    assert!(low.boost_watermark() && low.boost_watermark());
    assert_eq!(low.boost, 512, "a small zone may still boost one pageblock");
    let mut none = node(&[2047]).zones.remove(0);
    none.watermark = [600, 750, 900, 1050];
    assert!(!none.boost_watermark(), "under four pageblocks nothing is boosted");
}

#[test]
fn an_order_0_request_with_reserves_is_not_held_against_the_boost() {
    let mut zone = node(&[3840, 20_000]).zones.remove(1);
    (zone.watermark, zone.boost) = ([10_000, 10_000, 10_000, 10_000], 12_000);
    use alloc_flags::MIN_RESERVE;
    let fast = |order, flags| zone.zone_watermark_fast(order, (flags & 3) as usize, 2, flags);
    // 20,000 pages are free; the boosted mark is 22,000, half of which is 11,000.
    assert_eq!([fast(0, 0), fast(0, MIN_RESERVE)], [false, true]);
    zone.boost = 60_000;
    let fast = |order, flags| zone.zone_watermark_fast(order, (flags & 3) as usize, 2, flags);
    assert_eq!([fast(0, MIN_RESERVE), fast(1, MIN_RESERVE), fast(0, MIN_RESERVE | 1)], [true, false, false]);
}

#[test]
fn highatomic_reserve_up_to_one_percent_and_back() {
    let mut zone = node(&[3840, 60_000]).zones.remove(1);
    let flags = alloc_flags::HIGHATOMIC | alloc_flags::NON_BLOCK;
    // 60,000 pages: one percent is 600, rounded up to 1024, so two blocks.
    let mut held = Vec::new();
    let mut reserved = Vec::new();
    for _ in 0..5 {
        // Whole-block requests of another kind push each reservation into a block of its own.
        held.push((zone.rmqueue_buddy(8, 0, flags).expect("memory is plentiful"), 8));
        reserved.push(zone.reserved_highatomic);
        check::assert_sound(&zone);
    }
    assert_eq!(reserved, [512, 512, 1024, 1024, 1024]);
    // The first page stays, so that the two blocks do not merge into one of order 10.
    held.drain(1..).for_each(|(pfn, order)| zone.free_pages(pfn, order));
    assert!(zone.unreserve_highatomic(1, false));
    assert!(!zone.unreserve_highatomic(1, false), "the last block stays unless forced");
    assert!(zone.unreserve_highatomic(1, true));
    assert_eq!((zone.reserved_highatomic, view::counters(&zone).free_highatomic), (0, 0));
    check::assert_sound(&zone);
}
