// SPDX-License-Identifier: GPL-2.0-only
//! Small layouts drawn as text: one character a frame.
//!
//! `.` is a frame of a free block and `|` its first, `u` is allocated. The lists follow, head to tail.

use oompoint::model::buddy::Place;
use oompoint::model::frames::Kind;
use oompoint::model::gfp::Gfp;
use oompoint::model::machine::Machine;
use oompoint::model::node::Node;
use oompoint::model::request::Request;
use oompoint::model::settings::{Costs, Settings};
use oompoint::model::zone::{Zone, ZoneSpan};
use oompoint::model::{alloc_flags, check, view};
use oompoint::policy::{Knobs, base};

const START: u32 = 4096;

fn zone(frames: u32) -> Zone {
    let mut zone = Zone::new(ZoneSpan { index: 1, start_pfn: START, end_pfn: START + frames }, 1);
    zone.release_range(START, START + frames);
    zone
}

/// Frames as characters, then each free list as `order: offsets`.
fn draw(zone: &Zone) -> String {
    check::assert_sound(zone);
    let mut map = String::new();
    let mut pfn = zone.span.start_pfn;
    while pfn < zone.span.end_pfn {
        let (kind, order) = view::frame(zone, pfn);
        let (first, rest) = if kind == Kind::Buddy { ("|", ".") } else { ("u", "u") };
        map += first;
        map += &rest.repeat((1 << order) - 1);
        pfn += 1 << order;
    }
    for (order, _, list) in view::free_lists(zone) {
        let offsets: Vec<String> = list.iter().map(|pfn| (pfn - START).to_string()).collect();
        map += &format!("  {order}: {}", offsets.join(" "));
    }
    map
}

#[test]
fn expand_keeps_the_lowest_piece_and_gives_upper_halves_back() {
    let mut zone = zone(16);
    assert_eq!(draw(&zone), "|...............  4: 0");
    assert_eq!(zone.rmqueue_buddy(1, 1, 0), Some(START));
    assert_eq!(draw(&zone), "uu|.|...|.......  1: 2  2: 4  3: 8");
    assert_eq!(zone.rmqueue_buddy(0, 1, 0), Some(START + 2));
    assert_eq!(draw(&zone), "uuu||...|.......  0: 3  2: 4  3: 8");
}

#[test]
fn a_block_goes_to_the_tail_when_the_next_merge_is_likely() {
    let mut zone = zone(16);
    (0..16).for_each(|n| assert_eq!(zone.rmqueue_buddy(0, 1, 0), Some(START + n)));
    let mut free = |n: u32| {
        zone.free_to_buddy(START + n, 0, Place::Usual);
        draw(&zone)
    };
    assert_eq!(free(8), "uuuuuuuu|uuuuuuu  0: 8");
    assert_eq!(free(12), "uuuuuuuu|uuu|uuu  0: 12 8");
    assert_eq!(free(2), "uu|uuuuu|uuu|uuu  0: 2 12 8");
    assert_eq!(free(3), "uu|.uuuu|uuu|uuu  0: 12 8  1: 2");
    // Frames 2 and 3 are free as a pair: once 1 comes back too, 0 to 3 will merge, so 0 waits at the tail.
    assert_eq!(free(0), "|u|.uuuu|uuu|uuu  0: 12 8 0  1: 2");
    assert_eq!(free(1), "|...uuuu|uuu|uuu  0: 12 8  2: 0");
}

#[test]
fn to_tail_beats_the_head() {
    let mut zone = zone(16);
    (0..16).for_each(|n| assert_eq!(zone.rmqueue_buddy(0, 1, 0), Some(START + n)));
    for n in [3, 9, 13] {
        zone.free_to_buddy(START + n, 0, Place::Tail);
    }
    assert_eq!(draw(&zone), "uuu|uuuuu|uuu|uu  0: 3 9 13");
}

fn node(frames: u32, watermark: [u32; 4]) -> Node {
    let mut zones = vec![zone(frames)];
    let start = 1 << 20;
    let mut normal = Zone::new(ZoneSpan { index: 2, start_pfn: start, end_pfn: start + frames }, 1);
    normal.release_range(start, start + frames);
    zones.push(normal);
    zones.iter_mut().for_each(|zone| zone.watermark = watermark);
    zones[0].lowmem_reserve = [0, 0, 7, 7, 7];
    Node::new(zones, false)
}

fn denial(node: Node, request: &Request) -> String {
    let mut machine = Machine::new(node, Settings::default(), Costs::default(), (base::POLICY.make)(&Knobs::default()));
    assert_eq!(machine.walk(request), None, "the request is denied");
    machine.node.explain(request).to_string()
}

#[test]
fn denial_below_the_watermark_lists_each_zone() {
    let mut node = node(64, [60, 64, 70, 75]);
    node.zones[0].boost = 512;
    let text = denial(node, &Request::fast(Gfp::GFP_KERNEL, 3, true));
    assert_eq!(
        text,
        "order-3 Unmovable request (GFP_KERNEL) denied at the low watermark:\n  \
         Normal: free 64 - unusable 7 <= mark 64 (boost 0) + lowmem_reserve 0; 0 more pages on per-CPU lists\n  \
         DMA32: free 64 - unusable 7 <= mark 576 (boost 512) + lowmem_reserve 7; 0 more pages on per-CPU lists\n"
    );
}

#[test]
fn denial_without_a_block_of_the_order() {
    let mut node = node(64, [1, 2, 3, 4]);
    let text = denial(node.clone(), &Request::slow(Gfp::GFP_KERNEL, 7, false));
    let line = "free 64 - unusable 127 <= mark 1 (boost 0) + lowmem_reserve";
    assert_eq!(
        text,
        format!(
            "order-7 Unmovable request (GFP_KERNEL) denied at the min watermark:\n  \
             Normal: {line} 0; 0 more pages on per-CPU lists\n  DMA32: {line} 7; 0 more pages on per-CPU lists\n"
        )
    );
    // Every other frame taken: plenty is free, nothing of it is a pair.
    for zone in &mut node.zones {
        let all: Vec<u32> = std::iter::from_fn(|| zone.rmqueue_buddy(0, 1, 0)).collect();
        all.iter().filter(|&pfn| pfn % 2 == 0).for_each(|&pfn| zone.free_to_buddy(pfn, 0, Place::Usual));
    }
    let text = denial(node, &Request::slow(Gfp::GFP_KERNEL, 1, false));
    assert_eq!(
        text,
        "order-1 Unmovable request (GFP_KERNEL) denied at the min watermark:\n  \
         Normal: free 32 - unusable 1 > mark 1 + lowmem_reserve 0, but no free block of order 1 or above may be used\n  \
         DMA32: free 32 - unusable 1 > mark 1 + lowmem_reserve 7, but no free block of order 1 or above may be used\n"
    );
}

#[test]
fn denial_when_nothing_of_the_type_is_left() {
    let mut node = node(64, [1, 2, 3, 4]);
    node.defrag_mode = true;
    let text = denial(node, &Request::slow(Gfp::GFP_KERNEL, 2, true));
    assert_eq!(
        text,
        "order-2 Unmovable request (GFP_KERNEL) denied at the min watermark:\n  \
         Normal: free 64 - unusable 3 > mark 1 + lowmem_reserve 0, but no block of its own type is free, and no other \
         may be used\n  \
         DMA32: free 64 - unusable 3 > mark 1 + lowmem_reserve 7, but no block of its own type is free, and no other \
         may be used\n"
    );
}

#[test]
fn denial_without_watermarks_does_not_blame_them() {
    let node = node(64, [60, 64, 70, 75]);
    let request = Request::slow(Gfp::GFP_KERNEL, 7, false);
    let text = denial(node, &request.with(request.flags | alloc_flags::NO_WATERMARKS));
    let line = "free 64 - unusable 127 held against no mark, but no free block of order 7 or above may be used";
    assert_eq!(
        text,
        format!(
            "order-7 Unmovable request (GFP_KERNEL) denied without watermarks:\n  Normal: {line}\n  DMA32: {line}\n"
        )
    );
}
