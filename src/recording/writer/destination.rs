//! The file of a recording: a new one, one in the place of another, or a device or pipe as it is.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::OFlag;
use tempfile::{Builder, TempPath};

use super::packer::Packing;
use crate::system::new_file::is_device;

/// Where a recording is to be written.
pub struct Destination {
    pub(super) file: File,
    pub(super) packing: Packing,
    pub(super) place: Option<Position>,
}

impl Destination {
    /// Makes the file; its ending says how it is packed: `.zst`, `.gz` or not. One that exists is only replaced if `force`
    /// says so, and only once the new one has been begun. A device or a pipe is written to as it is.
    ///
    /// # Errors
    /// When the file exists or cannot be made, or nobody reads the pipe.
    pub fn create(path: &Path, force: bool) -> io::Result<Self> {
        let packing = Packing::of(path);
        let made = |file| Self { file, packing, place: None };
        if is_device(path) {
            return open_as_it_is(path).map(made);
        }
        if path.is_dir() {
            return Err(ErrorKind::IsADirectory.into());
        }
        if force && path.exists() {
            let (file, place) = beside(path)?;
            return Ok(Self { file, packing, place: Some(place) });
        }
        OpenOptions::new().write(true).create(force).create_new(!force).open(path).map(made)
    }
}

/// Opens a device or a pipe without waiting for whoever is to read it, now or later.
fn open_as_it_is(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().write(true).custom_flags(OFlag::O_NONBLOCK.bits()).open(path);
    file.map_err(|error| match error.raw_os_error().map(Errno::from_raw) {
        Some(Errno::ENXIO) => io::Error::new(ErrorKind::NotConnected, "nobody reads this pipe; start its reader first"),
        _ => error,
    })
}

/// A file that is to take the place of another one.
pub(super) struct Position {
    now: TempPath,
    then: PathBuf,
}

impl Position {
    /// Takes the place.
    pub(super) fn take(self) -> io::Result<()> {
        self.now.persist(self.then).map_err(|failed| failed.error)
    }
}

/// Makes a file beside one that is there. If it does not take its place, it goes.
fn beside(path: &Path) -> io::Result<(File, Position)> {
    // What a link leads to is replaced, and not the link.
    let then = path.canonicalize()?;
    let folder = then.parent().unwrap_or(Path::new("/"));
    let permissions = Permissions::from_mode(0o666);
    let made = Builder::new().prefix(".mpviz-").suffix(".part").permissions(permissions).tempfile_in(folder)?;
    let (file, now) = made.into_parts();
    Ok((file, Position { now, then }))
}
