// SPDX-License-Identifier: GPL-2.0-only
//! The reserve for high-order atomic requests, written from the rules alone.

use super::Naive;

impl Naive {
    pub(super) fn reserve(&mut self, p: u32, order: u8) {
        let percent = self.managed / 100;
        let limit = percent.div_ceil(512) * 512;
        if percent < 512 || self.reserved >= limit || self.type_of(p) > 2 {
            return;
        }
        if order < 9 {
            if self.move_block(p / 512 * 512, 3) {
                self.reserved += 512;
            }
            return;
        }
        for block in 0..1 << (order - 9) {
            self.types.insert(p / 512 + block, 3);
            self.reserved += 512;
        }
    }

    pub fn unreserve(&mut self, mt: u8, force: bool) -> bool {
        if !force && self.reserved <= 512 {
            return false;
        }
        for o in 0..=10 {
            let Some(p) = self.head(o, 3) else { continue };
            self.reserved -= self.reserved.min(512.max(1 << o));
            if o < 9 {
                self.move_block(p / 512 * 512, mt);
            } else {
                self.remove(p);
                self.insert(p, o, mt, true);
                self.types.insert(p / 512, mt);
                self.types.insert((p + (1 << o) - 1) / 512, mt);
            }
            return true;
        }
        false
    }
}
