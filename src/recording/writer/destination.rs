//! The file of a recording: new, replacing another one, or a device or pipe.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::OFlag;
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use tempfile::{Builder, TempPath};

use super::compressor::Compression;
use crate::system::new_file::is_device;
use crate::system::standard_streams::{is_standard_stream, stdout_file};

/// Where a recording is written.
pub struct RecordingFile {
    pub(super) file: File,
    pub(super) compression: Compression,
    /// The file that is kept once the recording has begun; none for devices and pipes.
    pub(super) unfinished: Option<UnfinishedFile>,
    /// Size at which the recording ends; none for no limit.
    pub(super) max_bytes: Option<u64>,
}

impl RecordingFile {
    /// Creates the file. Its extension chooses the compression: `.zst`, `.gz`, or none. An existing file is replaced
    /// only with `force`, and a new one is deleted unless the recording begins. Devices and pipes are written in place.
    /// Waits for the reader of a named pipe, after a call of `on_wait`. `-` is standard output, which must not be a
    /// terminal.
    pub fn create(path: &Path, force: bool, on_wait: impl FnOnce()) -> io::Result<Self> {
        let (file, unfinished) = if is_standard_stream(path) {
            (open_stdout()?, None)
        } else if is_device(path) {
            (open_device_or_pipe(path, on_wait)?, None)
        } else if path.is_dir() {
            return Err(ErrorKind::IsADirectory.into());
        } else {
            let (file, unfinished) =
                if force && path.exists() { create_temporary_beside(path)? } else { create_new(path)? };
            (file, Some(unfinished))
        };
        Ok(Self { file, compression: Compression::from_path(path), unfinished, max_bytes: None })
    }

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
    Ok(if is_device(path) { open_without_waiting(path).unwrap_or(stdout) } else { stdout })
}

fn open_without_waiting(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).custom_flags(OFlag::O_NONBLOCK.bits()).open(path)
}

/// Opens a device, or a pipe once it has a reader.
fn open_device_or_pipe(path: &Path, on_wait: impl FnOnce()) -> io::Result<File> {
    match open_without_waiting(path) {
        Err(error) if error.raw_os_error() == Some(Errno::ENXIO as i32) => {
            on_wait();
            let file = OpenOptions::new().write(true).open(path)?;
            fcntl_setfl(&file, fcntl_getfl(&file)? | OFlags::NONBLOCK)?;
            Ok(file)
        }
        opened => opened,
    }
}

/// A file that is deleted unless a recording begins, and then replaces another one or is the new one itself.
pub(super) struct UnfinishedFile {
    path: TempPath,
    target: PathBuf,
}

impl UnfinishedFile {
    /// Keeps the file under its final name.
    pub(super) fn keep(self) -> io::Result<()> {
        self.path.persist(self.target).map_err(|failed| failed.error)
    }
}

fn create_new(path: &Path) -> io::Result<(File, UnfinishedFile)> {
    let file = OpenOptions::new().write(true).create_new(true).open(path)?;
    Ok((file, UnfinishedFile { path: TempPath::try_from_path(path)?, target: path.into() }))
}

/// Creates a temporary file beside an existing one.
fn create_temporary_beside(path: &Path) -> io::Result<(File, UnfinishedFile)> {
    // Replace the target of a symbolic link, not the link.
    let target = path.canonicalize()?;
    let dir = target.parent().unwrap_or(Path::new("/"));
    let permissions = Permissions::from_mode(0o666);
    let destination = Builder::new().prefix(".mpviz-").suffix(".part").permissions(permissions).tempfile_in(dir)?;
    let (file, path) = destination.into_parts();
    Ok((file, UnfinishedFile { path, target }))
}
