//! The built-in lessons.

/// The built-in lessons, in the order in which they are taught.
pub(super) const BUILT_IN: [(&str, &str); 12] = [
    ("sum", include_str!("../../../assets/lessons/sum.toml")),
    ("io", include_str!("../../../assets/lessons/io.toml")),
    ("match", include_str!("../../../assets/lessons/match.toml")),
    ("many", include_str!("../../../assets/lessons/many.toml")),
    ("few", include_str!("../../../assets/lessons/few.toml")),
    ("gil", include_str!("../../../assets/lessons/gil.toml")),
    ("gil-io", include_str!("../../../assets/lessons/gil-io.toml")),
    ("chunks", include_str!("../../../assets/lessons/chunks.toml")),
    ("skew", include_str!("../../../assets/lessons/skew.toml")),
    ("crash", include_str!("../../../assets/lessons/crash.toml")),
    ("oversubscribe", include_str!("../../../assets/lessons/oversubscribe.toml")),
    ("shipping", include_str!("../../../assets/lessons/shipping.toml")),
];

/// The names of the built-in lessons.
#[must_use]
pub fn built_in_names() -> Vec<&'static str> {
    BUILT_IN.iter().map(|(name, _)| *name).collect()
}
