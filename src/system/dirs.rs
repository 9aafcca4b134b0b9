//! Directories of the user's files, by the XDG base directory specification.

use std::env::{temp_dir, var_os};
use std::path::PathBuf;

use nix::unistd::geteuid;

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

/// Directory for files about running programs. It may not exist, or belong to another user.
#[must_use]
pub fn runtime_dir() -> PathBuf {
    let session = var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|dir| dir.is_absolute());
    session.map_or_else(|| temp_dir().join(format!("mpviz-{}", geteuid())), |dir| dir.join("mpviz"))
}

fn xdg_directory(name: &str, below_home: &str) -> Option<PathBuf> {
    // The specification says that relative paths must be ignored.
    let path = |name| var_os(name).map(PathBuf::from).filter(|dir| dir.is_absolute());
    path(name).or_else(|| path("HOME").map(|home| home.join(below_home)))
}
