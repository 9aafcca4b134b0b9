//! Compares output with stored snapshots. `cargo insta review` or `INSTA_UPDATE=always cargo test` accepts changed
//! output as the new snapshots.

/// Compares a text with the snapshot of this name in `tests/PROGRAM/snapshots`.
pub fn assert_matches_snapshot(program: &str, name: &str, text: &str) {
    insta::with_settings!({
        snapshot_path => format!("../{program}/snapshots"),
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_snapshot!(name, text);
    });
}
