//! Directories of the user's files, by the XDG base directory specification.

use std::env::var_os;
use std::path::PathBuf;

/// Configuration directory; none if the user has no absolute home.
#[must_use]
pub fn config_dir() -> Option<PathBuf> {
    xdg_directory("XDG_CONFIG_HOME", ".config").map(|dir| dir.join("mpviz"))
}

/// Directory for crash reports; none if the user has no absolute home.
#[must_use]
pub fn state_dir() -> Option<PathBuf> {
    xdg_directory("XDG_STATE_HOME", ".local/state").map(|dir| dir.join("mpviz"))
}

/// Directory for files that can be made again; none if the user has no absolute home.
#[must_use]
pub fn cache_dir() -> Option<PathBuf> {
    xdg_directory("XDG_CACHE_HOME", ".cache").map(|dir| dir.join("mpviz"))
}

fn xdg_directory(name: &str, below_home: &str) -> Option<PathBuf> {
    // The specification says that relative paths must be ignored.
    let path = |name| var_os(name).map(PathBuf::from).filter(|dir| dir.is_absolute());
    path(name).or_else(|| path("HOME").map(|home| home.join(below_home)))
}
