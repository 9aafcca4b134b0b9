//! Directories that only this user can read.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::Path;

use nix::unistd::geteuid;
use thiserror::Error;

use crate::system::shortage::describe_error;

/// Why a directory is not private.
#[derive(Debug, Error)]
pub enum NotPrivate {
    #[error("cannot be created: {}", describe_error(.0))]
    Create(io::Error),
    #[error("is not a directory")]
    NotDirectory,
    #[error("belongs to another user")]
    Owner,
    #[error("can be accessed by other users: its mode is {0:o} instead of 700")]
    Mode(u32),
    #[error("is in a directory that other users can change")]
    Parent,
}

/// Creates a directory of mode 0700 with its parents, or checks that an existing one is private.
pub fn create_private_dir(path: &Path) -> Result<(), NotPrivate> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|error| match path.symlink_metadata() {
        Ok(found) if !found.is_dir() => NotPrivate::NotDirectory,
        _ => NotPrivate::Create(error),
    })?;
    check_private_dir(path)
}

/// Checks that this directory, which is not a symbolic link, is of this user and of mode 0700, and that only
/// this user can replace it.
pub fn check_private_dir(path: &Path) -> Result<(), NotPrivate> {
    let found = fs::symlink_metadata(path).map_err(NotPrivate::Create)?;
    let user = geteuid().as_raw();
    if !found.is_dir() {
        return Err(NotPrivate::NotDirectory);
    }
    if found.uid() != user {
        return Err(NotPrivate::Owner);
    }
    if found.mode() & 0o077 != 0 {
        return Err(NotPrivate::Mode(found.mode() & 0o7777));
    }
    let parent = fs::metadata(path.parent().unwrap_or(path)).map_err(NotPrivate::Create)?;
    let is_sticky = parent.mode() & 0o1000 != 0;
    let is_of_others = ![user, 0].contains(&parent.uid()) || parent.mode() & 0o022 != 0;
    if is_of_others && !is_sticky { Err(NotPrivate::Parent) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn refusal(path: &Path) -> String {
        create_private_dir(path).unwrap_err().to_string()
    }

    #[test]
    fn only_own_directories_of_mode_700_are_private() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a/b");
        create_private_dir(&path).unwrap();
        create_private_dir(&path).unwrap();
        let link = dir.path().join("link");
        symlink(&path, &link).unwrap();
        assert_eq!(refusal(&link), "is not a directory");
        fs::set_permissions(&path, PermissionsExt::from_mode(0o750)).unwrap();
        assert_eq!(refusal(&path), "can be accessed by other users: its mode is 750 instead of 700");
        let file = dir.path().join("file");
        fs::write(&file, "").unwrap();
        assert_eq!(refusal(&file), "is not a directory");
        fs::set_permissions(dir.path().join("a"), PermissionsExt::from_mode(0o777)).unwrap();
        fs::set_permissions(&path, PermissionsExt::from_mode(0o700)).unwrap();
        assert_eq!(refusal(&path), "is in a directory that other users can change");
        fs::set_permissions(dir.path().join("a"), PermissionsExt::from_mode(0o1777)).unwrap();
        create_private_dir(&path).unwrap();
        assert_eq!(refusal(Path::new("/")), "can be accessed by other users: its mode is 755 instead of 700");
    }
}
