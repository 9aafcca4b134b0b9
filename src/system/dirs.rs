//! Where a user's files are, as the XDG base directory standard has it.

use std::env::var_os;
use std::path::PathBuf;

/// Where mpviz' configuration is; none if the user has no home that is an absolute path.
#[must_use]
pub fn config() -> Option<PathBuf> {
    base("XDG_CONFIG_HOME", ".config").map(|dir| dir.join("mpviz"))
}

/// Where mpviz may leave what outlives it; none if the user has no home that is an absolute path.
#[must_use]
pub fn state() -> Option<PathBuf> {
    base("XDG_STATE_HOME", ".local/state").map(|dir| dir.join("mpviz"))
}

fn base(name: &str, below_home: &str) -> Option<PathBuf> {
    // The standard: a path that is not absolute is to be ignored. A home that is none would be another one in each directory.
    let path = |name| var_os(name).map(PathBuf::from).filter(|dir| dir.is_absolute());
    path(name).or_else(|| path("HOME").map(|home| home.join(below_home)))
}
