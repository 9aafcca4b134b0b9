//! The directory in which the processes of one watched program create their ring files.

use std::env::{temp_dir, var_os};
use std::fs::{self, File, Permissions, TryLockError};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use nix::fcntl::OFlag;
use nix::sys::statfs::{TMPFS_MAGIC, statfs};
use nix::unistd::geteuid;
use tempfile::{Builder, TempDir};
use thiserror::Error;

use crate::event::text::display_path;
use crate::system::shortage::describe_error;

/// Space that must be available in memory. A process needs up to 1.1 MB, and the program may need the rest.
const MIN_SPACE_IN_MEMORY: u64 = 128 << 20;
const MIN_SPACE_ON_DISK: u64 = 16 << 20;
/// File that mpviz keeps locked while it uses the directory.
const OWNER: &str = "owner";
/// Age of a directory without an owner from which on its mpviz has certainly been killed.
const MAX_AGE_WITHOUT_OWNER: Duration = Duration::from_mins(1);
/// Directories that are created in turn if others delete them, which they do only before they are locked.
const MAX_ATTEMPTS: u32 = 10;

/// A directory in which trace directories can be created.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    dir: PathBuf,
    /// Whether it is used only if its files are in memory.
    is_for_memory: bool,
}

/// Why no trace directory can be created.
#[derive(Debug, Error)]
#[error("no place for the program's reports: {}; set TMPDIR to a directory with {} MB", listed(refused), MIN_SPACE_ON_DISK >> 20)]
pub struct TraceDirectoryError {
    refused: Vec<Refused>,
}

#[derive(Debug, Error)]
#[error("{} {problem}", display_path(dir))]
struct Refused {
    dir: PathBuf,
    problem: Problem,
}

#[derive(Debug, Error)]
enum Problem {
    #[error("cannot be used: {}", describe_error(.0))]
    Call(#[from] io::Error),
    #[error("is not in memory")]
    NotInMemory,
    #[error("has {} MB left", .0 >> 20)]
    Space(u64),
}

fn listed(refused: &[Refused]) -> String {
    refused.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// A trace directory, deleted with its files when this value is dropped.
#[derive(Debug)]
pub struct TraceDirectory {
    dir: TempDir,
    /// Locked as long as it is open.
    _owner: File,
}

impl TraceDirectory {
    /// Creates a directory, in memory where there is room. Deletes those that mpviz left behind when it was killed.
    pub fn create() -> Result<Self, TraceDirectoryError> {
        Self::create_in(&places())
    }

    fn create_in(places: &[Place]) -> Result<Self, TraceDirectoryError> {
        for place in places {
            delete_abandoned(&place.dir, SystemTime::now());
        }
        let mut refused = Vec::new();
        for place in places {
            match check_space(place).and_then(|()| Ok(create_locked(&place.dir)?)) {
                Ok((dir, owner)) => return Ok(Self { dir, _owner: owner }),
                Err(problem) => refused.push(Refused { dir: place.dir.clone(), problem }),
            }
        }
        Err(TraceDirectoryError { refused })
    }

    #[must_use]
    pub fn path(&self) -> &Path {
        self.dir.path()
    }
}

/// Where trace directories may be, the best place first.
fn places() -> Vec<Place> {
    let runtime = var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|dir| dir.is_absolute());
    let in_memory = [Some("/dev/shm".into()), runtime].into_iter().flatten();
    let in_memory = in_memory.map(|dir| Place { dir, is_for_memory: true });
    in_memory.chain([Place { dir: temp_dir(), is_for_memory: false }]).collect()
}

fn check_space(place: &Place) -> Result<(), Problem> {
    let found = statfs(&place.dir).map_err(io::Error::from)?;
    if place.is_for_memory && found.filesystem_type() != TMPFS_MAGIC {
        return Err(Problem::NotInMemory);
    }
    let space = found.blocks_available().saturating_mul(found.block_size().max(0).cast_unsigned());
    let minimum = if place.is_for_memory { MIN_SPACE_IN_MEMORY } else { MIN_SPACE_ON_DISK };
    if space < minimum { Err(Problem::Space(space)) } else { Ok(()) }
}

/// Start of the names of this user's trace directories.
fn name_prefix() -> String {
    format!("mpviz-trace-{}-", geteuid())
}

fn create_locked(place: &Path) -> io::Result<(TempDir, File)> {
    for _ in 0..MAX_ATTEMPTS {
        let permissions = Permissions::from_mode(0o700);
        let dir = Builder::new().prefix(&name_prefix()).permissions(permissions).tempdir_in(place)?;
        // Another mpviz may delete the directory before it is locked.
        let owner = match File::options().write(true).create_new(true).mode(0o600).open(dir.path().join(OWNER)) {
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            owner => owner?,
        };
        match owner.try_lock() {
            Ok(()) if owner.metadata()?.nlink() > 0 => return Ok((dir, owner)),
            Ok(()) | Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Err(ErrorKind::Interrupted.into())
}

/// Deletes this user's trace directories that no mpviz uses. What cannot be deleted stays.
fn delete_abandoned(place: &Path, now: SystemTime) {
    let entries = fs::read_dir(place).into_iter().flatten().flatten();
    let prefix = name_prefix();
    for path in
        entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(&prefix)).map(|entry| entry.path())
    {
        let Ok(found) = path.symlink_metadata() else { continue };
        if !found.is_dir() || found.uid() != geteuid().as_raw() {
            continue;
        }
        // Held until the directory is deleted.
        let _lock = match File::options().read(true).custom_flags(OFlag::O_NOFOLLOW.bits()).open(path.join(OWNER)) {
            Ok(owner) if owner.try_lock().is_ok() => Some(owner),
            Err(error) if error.kind() == ErrorKind::NotFound && is_old(&found, now) => None,
            _ => continue,
        };
        let _ = fs::remove_dir_all(&path);
    }
}

fn is_old(found: &fs::Metadata, now: SystemTime) -> bool {
    let age = found.modified().ok().and_then(|modified| now.duration_since(modified).ok());
    age.is_some_and(|age| age > MAX_AGE_WITHOUT_OWNER)
}

#[cfg(test)]
mod tests;
