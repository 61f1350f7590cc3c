// SPDX-License-Identifier: GPL-2.0-only
//! The library as it runs in the page, compiled to wasm32 and run in node: 32-bit words, and the crates that differ there.
#![cfg(target_arch = "wasm32")]

use std::io::Read;
use wasm_bindgen_test::wasm_bindgen_test;

/// `gzip -9n` of `{"order":10,"pfn":4294967295}`.
const STATE_GZ: &[u8] = include_bytes!("state.json.gz");

#[wasm_bindgen_test]
fn a_gzipped_state_is_read() {
    let mut text = String::new();
    flate2::read::GzDecoder::new(STATE_GZ).read_to_string(&mut text).expect("the file is whole");
    let value: serde_json::Value = serde_json::from_str(&text).expect("the text is JSON");
    assert_eq!(value["order"], 10);
    assert_eq!(value["pfn"], u32::MAX);
}

#[wasm_bindgen_test]
fn a_truncated_state_is_an_error_and_no_panic() {
    let mut text = String::new();
    assert!(flate2::read::GzDecoder::new(&STATE_GZ[..STATE_GZ.len() / 2]).read_to_string(&mut text).is_err());
}

/// 32-bit words hold the records of the largest guest; of a larger one they would not, so it is refused in words.
#[wasm_bindgen_test]
fn a_guest_of_64_gib_boots_and_one_of_1_tib_is_refused() {
    let mut guest = oompoint::environment::preset("minimal-1g").expect("the preset exists");
    guest.memory_mib = 1 << 20;
    assert_eq!(
        guest.check().map_err(|error| error.to_string()),
        Err("memory_mib: 1048576 is not within 16..65536".into())
    );
    guest.memory_mib = 1 << 16;
    assert_eq!(guest.check(), Ok(()));
    let base = oompoint::experiment::PolicySpec::parse("base").expect("the policy exists");
    let mut rng = oompoint::experiment::seed::stream(1, "boot");
    let machine = oompoint::environment::boot(&guest, (base.policy.make)(&base.knobs), &mut rng);
    let gib = machine.bytes() >> 30;
    assert_eq!((gib, machine.node.zones.iter().map(|zone| zone.managed >> 18).sum::<u32>()), (0, 62));
}

/// The cells that the native tests compare too: same result, same digest, on this target.
#[wasm_bindgen_test]
fn recorded_cells_come_out_as_they_do_natively() {
    let recorded = [
        include_str!("../golden/base/cells.txt"),
        include_str!("../golden/series/cells.txt"),
        include_str!("../golden/blunt/cells.txt"),
        include_str!("../golden/early/cells.txt"),
        include_str!("../golden/isolate/cells.txt"),
        include_str!("../golden/defrag-mode/cells.txt"),
        include_str!("../golden/promote-reclaim/cells.txt"),
        include_str!("../golden/kcompactd-target/cells.txt"),
        include_str!("../golden/map-back/cells.txt"),
        include_str!("../golden/tunable/cells.txt"),
    ];
    assert_eq!(recorded.len(), oompoint::policy::REGISTRY.len());
    for text in recorded {
        assert_eq!(oompoint::experiment::golden::rewrite(text).as_deref(), Ok(text));
    }
}
