//! Atomic file writes, and files that must not be replaced.

use std::fs::{File, Permissions};
use std::io::{self, BufWriter, Seek, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, AtFlags, OFlag};
use nix::unistd::linkat;
use tempfile::Builder;

use crate::system::new_file::is_device;

/// Permissions of new files before the umask is applied.
const NEW_FILE_PERMISSIONS: u32 = 0o666;

/// Writes a file atomically: first without a name in the same directory, so that nothing is left behind if this
/// process ends; then it is linked to its name. An existing file is replaced only with `force`.
pub fn write_file(
    path: &Path,
    force: bool,
    write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> io::Result<()> {
    let exists = || io::Error::from(io::ErrorKind::AlreadyExists);
    if is_device(path) {
        let mut file = BufWriter::new(File::options().write(true).open(path)?);
        write(&mut file)?;
        return file.flush();
    }
    if path.is_dir() {
        return Err(Errno::EISDIR.into());
    }
    if path.symlink_metadata().is_ok() && !force {
        return Err(exists());
    }
    // Replace the target of a symbolic link, not the link.
    let path = &path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let spool = unnamed_file(folder).or_else(|_| tempfile::tempfile_in(folder))?;
    let mut file = BufWriter::new(spool);
    write(&mut file)?;
    let mut file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
    match link_unnamed_file(&file, path) {
        Ok(()) => return Ok(()),
        Err(Errno::EEXIST) if !force => return Err(exists()),
        Err(_) => {}
    }
    // If the name is taken, or the file system has no unnamed files: write a copy and rename it.
    let permissions = Permissions::from_mode(NEW_FILE_PERMISSIONS);
    let mut named = Builder::new().prefix(".mpviz-").suffix(".part").permissions(permissions).tempfile_in(folder)?;
    file.rewind()?;
    io::copy(&mut file, &mut named)?;
    let placed = if force { named.persist(path) } else { named.persist_noclobber(path) };
    placed.map(drop).map_err(|failed| failed.error)
}

/// Opens an unnamed file in this directory.
fn unnamed_file(folder: &Path) -> io::Result<File> {
    let flags = OFlag::O_TMPFILE.bits();
    File::options().read(true).write(true).mode(NEW_FILE_PERMISSIONS).custom_flags(flags).open(folder)
}

/// Links an unnamed file to a name that does not exist yet.
fn link_unnamed_file(file: &File, path: &Path) -> nix::Result<()> {
    let own = format!("/proc/self/fd/{}", file.as_raw_fd());
    linkat(AT_FDCWD, own.as_str(), AT_FDCWD, path, AtFlags::AT_SYMLINK_FOLLOW)
}
