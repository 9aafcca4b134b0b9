//! The running boot of the machine.

use crate::event::text::SafeText;

/// Identifies the boot; none if `/proc` does not show it.
#[must_use]
pub fn boot_id() -> Option<SafeText> {
    std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok().map(|text| SafeText::new(text.trim()))
}
