// SPDX-License-Identifier: GPL-2.0-only
//! The maps: their table, their keys, their moments.

use fantoccini::key::Key;

use crate::DONE;
use crate::page::Page;

/// Pageblocks that the guest of the bundled trace spans: 81,888 frames.
const BLOCKS: i64 = 160;

#[tokio::test]
async fn keys_move_the_cursor_and_the_words_follow() {
    let page = Page::open("#replay").await;
    page.wait_for(DONE).await;
    page.view(1440, 900, "light").await;
    assert_eq!(page.attribute("#map-before", "aria-valuemax").await, (BLOCKS - 1).to_string());
    page.press("#map-before", &format!("{}{}", '\u{e009}', Key::Home)).await;
    page.expect_block(0, "frames 0x0 to 0x1ff, zone DMA").await;
    page.press("#map-before", &Key::Right.to_string()).await;
    page.expect_block(1, "frames 0x200 to 0x3ff, zone DMA").await;
    page.press("#map-before", &Key::Down.to_string()).await;
    page.expect_block(33, "frames 0x4200 to 0x43ff, zone DMA32").await;
    page.press("#map-after", &Key::PageDown.to_string()).await;
    page.expect_block(129, "frames 0x10200 to 0x103ff, zone DMA32").await;
    page.press("#map-after", &Key::End.to_string()).await;
    page.expect_block(159, "frames 0x13e00 to 0x13fff, zone DMA32").await;
    page.press("#map-after", &Key::Up.to_string()).await;
    page.expect_block(127, "frames 0xfe00 to 0xffff, zone DMA32").await;
    assert!(page.attribute("#map-after", "aria-valuetext").await.contains("reserved or no memory"));
    page.close_without_errors().await;
}

#[tokio::test]
async fn each_moment_can_be_shown_and_the_table_has_every_block() {
    let page = Page::open("#replay").await;
    page.wait_for(DONE).await;
    page.view(1440, 900, "light").await;
    assert_eq!(page.number("document.querySelectorAll('#blocks tbody tr').length").await, BLOCKS);
    let sums = [
        (0, "7 Unmovable, 44 Movable, 2 Reclaimable. 19,996 pages free"),
        (2, "6 Unmovable, 47 Movable. 15,968 pages free"),
        (3, "Unmovable"),
        (5, "40 Unmovable, 12 Movable, 1 Reclaimable. 20,957 pages free"),
    ];
    for (moment, sum) in sums {
        page.click(&format!("#after option[value='{moment}']")).await;
        let shown = page.text("#map-after-sum").await;
        assert!(shown.contains(sum), "moment {moment}: {shown}");
        // Free pages of the map's sentence are those of the table's rows.
        let rows = "[...document.querySelectorAll('#blocks tbody tr')].reduce((n, r) => n + (+r.cells[6].textContent || 0), 0)";
        let free = shown.split(". ").nth(1).and_then(|rest| rest.split(' ').next()).expect("a number of pages");
        assert_eq!(page.number(rows).await.to_string(), free.replace(',', ""), "moment {moment}");
        page.screenshot(&format!("moment-{moment}")).await;
    }
    let painted = "(() => { const c = document.querySelector('#map-after'); const d = c.getContext('2d').getImageData(0, 0, \
                   c.width, c.height).data; return new Set(new Uint32Array(d.buffer)).size; })()";
    assert!(page.number(painted).await > 4, "the map is painted");
    page.close_without_errors().await;
}

impl Page {
    async fn expect_block(&self, number: i64, place: &str) {
        assert_eq!(self.attribute("#map-before", "aria-valuenow").await, number.to_string());
        assert_eq!(self.number("+document.querySelector('#block').value").await, number);
        assert_eq!(self.text("#place").await, place);
    }
}
