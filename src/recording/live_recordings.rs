//! Recordings of running programs, in a private directory of the user. A viewer finds the newest one there.

use std::fs::{self, DirBuilder};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use nix::unistd::geteuid;
use thiserror::Error;

use super::reader;
use super::writer::RecordingFile;
use super::writer_process;
use crate::event::text::display_path;
use crate::system::dirs::runtime_dir;
use crate::system::shortage::describe_error;

/// Size at which such a recording ends. The directory is usually in memory, and shared with other programs.
const MAX_BYTES: u64 = 512 << 20;

/// Why there is no recording of a running program.
#[derive(Debug, Error)]
pub enum LiveRecordingError {
    #[error("no program is being traced: start one with mpviz trace, or name a recording")]
    NoRecording,
    #[error("{} is not a private directory of this user: remove it, or set XDG_RUNTIME_DIR", display_path(.0))]
    NotPrivate(PathBuf),
    #[error("{}: {}", display_path(.0), describe_error(.1))]
    System(PathBuf, io::Error),
}

/// The newest recording of a running program.
pub fn newest() -> Result<PathBuf, LiveRecordingError> {
    newest_in(&runtime_dir())
}

fn newest_in(dir: &Path) -> Result<PathBuf, LiveRecordingError> {
    match check_private(dir) {
        Err(LiveRecordingError::System(_, error)) if error.kind() == ErrorKind::NotFound => {
            return Err(LiveRecordingError::NoRecording);
        }
        checked => checked?,
    }
    let entries = fs::read_dir(dir).map_err(|error| LiveRecordingError::System(dir.into(), error))?;
    let recordings = entries.flatten().filter_map(|entry| {
        let metadata = entry.metadata().ok().filter(fs::Metadata::is_file)?;
        let began = metadata.created().or(metadata.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
        Some((began, entry.path()))
    });
    let mut recordings: Vec<_> = recordings.collect();
    recordings.sort();
    let newest = recordings.into_iter().rev().map(|(_, path)| path).find(|path| !is_abandoned(path));
    newest.ok_or(LiveRecordingError::NoRecording)
}

/// Checks that only this user can have put a file there.
fn check_private(dir: &Path) -> Result<(), LiveRecordingError> {
    let metadata = fs::symlink_metadata(dir).map_err(|error| LiveRecordingError::System(dir.into(), error))?;
    let is_private = metadata.is_dir() && metadata.uid() == geteuid().as_raw() && metadata.mode() & 0o777 == 0o700;
    if is_private { Ok(()) } else { Err(LiveRecordingError::NotPrivate(dir.into())) }
}

/// A recording that exists while its program runs.
pub struct LiveRecording(PathBuf);

impl LiveRecording {
    /// Creates the recording of this process's program.
    pub fn create() -> Result<(Self, RecordingFile), LiveRecordingError> {
        Self::create_in(&runtime_dir())
    }

    fn create_in(dir: &Path) -> Result<(Self, RecordingFile), LiveRecordingError> {
        let failed = |error| LiveRecordingError::System(dir.into(), error);
        match DirBuilder::new().mode(0o700).create(dir) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(failed(error)),
            _ => check_private(dir)?,
        }
        remove_abandoned(dir);
        let path = dir.join(format!("{}.jsonl.zst", std::process::id()));
        // A file with this name is of a process that was killed.
        let file = RecordingFile::create(&path, true, || {}).map_err(failed)?;
        Ok((Self(path), file.with_max_bytes(MAX_BYTES)))
    }
}

/// Removes recordings whose writers were killed.
fn remove_abandoned(dir: &Path) {
    for path in fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path()) {
        if path.is_file() && is_abandoned(&path) {
            let _ = fs::remove_file(path);
        }
    }
}

/// Whether the writer of a recording is known to have ended. A recording without a header has just begun.
fn is_abandoned(path: &Path) -> bool {
    let writer = reader::header_of(path).ok().and_then(|header| header.writer);
    writer.is_some_and(|writer| !writer_process::is_alive(&writer))
}

impl Drop for LiveRecording {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::event::codec::{RecordingHeader, WriterProcess};

    #[test]
    fn newest_recording_is_found_while_it_exists() {
        let parent = tempfile::tempdir().unwrap();
        let dir = parent.path().join("mpviz");
        assert!(matches!(newest_in(&dir), Err(LiveRecordingError::NoRecording)));
        let (recording, _file) = LiveRecording::create_in(&dir).unwrap();
        assert_eq!(newest_in(&dir).unwrap(), recording.0);
        drop(recording);
        assert!(matches!(newest_in(&dir), Err(LiveRecordingError::NoRecording)));
    }

    #[test]
    fn recordings_of_killed_writers_are_removed_when_another_one_begins() {
        let dir = tempfile::tempdir().unwrap();
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o700)).unwrap();
        let mut process = std::process::Command::new("true").spawn().unwrap();
        process.wait().unwrap();
        let own = writer_process::this_process().unwrap();
        let killed = WriterProcess { pid: process.id(), ..own.clone() };
        for (name, writer) in [("running", Some(own)), ("killed", Some(killed)), ("unknown", None)] {
            let header = RecordingHeader { writer, ..RecordingHeader::default() };
            fs::write(dir.path().join(name), serde_json::to_string(&header).unwrap() + "\n").unwrap();
        }
        let (_recording, _) = LiveRecording::create_in(dir.path()).unwrap();
        let exists = ["running", "killed", "unknown"].map(|name| dir.path().join(name).exists());
        assert_eq!(exists, [true, false, true]);
    }

    #[test]
    fn directory_of_others_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
        assert!(matches!(newest_in(dir.path()), Err(LiveRecordingError::NotPrivate(_))));
        assert!(matches!(LiveRecording::create_in(dir.path()), Err(LiveRecordingError::NotPrivate(_))));
        let link = dir.path().join("link");
        std::os::unix::fs::symlink("/root", &link).unwrap();
        assert!(matches!(newest_in(&link), Err(LiveRecordingError::NotPrivate(_))));
    }
}
