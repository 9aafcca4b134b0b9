//! The file of a recording: new, replacing another one, or a device or pipe.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::OFlag;
use tempfile::{Builder, TempPath};

use super::compressor::Compression;
use crate::system::new_file::is_device;
use crate::system::standard_streams::{is_standard_stream, stdout_file};

/// Where a recording is written.
pub struct RecordingFile {
    pub(super) file: File,
    pub(super) compression: Compression,
    pub(super) replacement: Option<FileReplacement>,
    /// Size at which the recording ends; none for no limit.
    pub(super) max_bytes: Option<u64>,
}

impl RecordingFile {
    /// Creates the file. Its extension chooses the compression: `.zst`, `.gz`, or none. An existing file is replaced
    /// only with `force`, and only once the new recording has begun. Devices and pipes are written in place. Fails if
    /// no process reads the pipe. `-` is standard output, which must not be a terminal.
    pub fn create(path: &Path, force: bool) -> io::Result<Self> {
        let compression = Compression::from_path(path);
        let destination = |file| Self { file, compression, replacement: None, max_bytes: None };
        if is_standard_stream(path) {
            return open_stdout().map(destination);
        }
        if is_device(path) {
            return open_device_or_pipe(path).map(destination);
        }
        if path.is_dir() {
            return Err(ErrorKind::IsADirectory.into());
        }
        if force && path.exists() {
            let (file, replacement) = create_temporary_beside(path)?;
            return Ok(Self { file, compression, replacement: Some(replacement), max_bytes: None });
        }
        OpenOptions::new().write(true).create(force).create_new(!force).open(path).map(destination)
    }
}

impl RecordingFile {
    /// Ends the recording at this size.
    #[must_use]
    pub fn with_max_bytes(self, max_bytes: u64) -> Self {
        Self { max_bytes: Some(max_bytes), ..self }
    }
}

/// Standard output. A pipe is opened anew, because its non-blocking flag must not affect others that share it.
fn open_stdout() -> io::Result<File> {
    let stdout = stdout_file()?;
    let path = Path::new("/proc/self/fd/1");
    Ok(if is_device(path) { open_device_or_pipe(path).unwrap_or(stdout) } else { stdout })
}

/// Opens a device or a pipe without waiting for its reader.
fn open_device_or_pipe(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().write(true).custom_flags(OFlag::O_NONBLOCK.bits()).open(path);
    file.map_err(|error| match error.raw_os_error().map(Errno::from_raw) {
        Some(Errno::ENXIO) => {
            io::Error::new(ErrorKind::NotConnected, "no process reads this pipe; start its reader first")
        }
        _ => error,
    })
}

/// A temporary file that will replace another one.
pub(super) struct FileReplacement {
    temporary: TempPath,
    target: PathBuf,
}

impl FileReplacement {
    /// Replaces the other file.
    pub(super) fn replace_file(self) -> io::Result<()> {
        self.temporary.persist(self.target).map_err(|failed| failed.error)
    }
}

/// Creates a temporary file beside an existing one. It is deleted unless it replaces the other.
fn create_temporary_beside(path: &Path) -> io::Result<(File, FileReplacement)> {
    // Replace the target of a symbolic link, not the link.
    let target = path.canonicalize()?;
    let dir = target.parent().unwrap_or(Path::new("/"));
    let permissions = Permissions::from_mode(0o666);
    let destination = Builder::new().prefix(".mpviz-").suffix(".part").permissions(permissions).tempfile_in(dir)?;
    let (file, temporary) = destination.into_parts();
    Ok((file, FileReplacement { temporary, target }))
}
