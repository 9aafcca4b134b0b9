//! One ring file, opened for reading.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use nix::fcntl::OFlag;
use nix::unistd::geteuid;

use super::super::record::{
    HEADER_BYTES, Header, HeaderError, RECORD_BYTES, RUNNING_AT, RecordBytes, ReportingProcess, VERSION,
};
use crate::event::ObservationGap;
use crate::event::text::{SafeText, display_path};
use crate::system::shortage::{describe_error, open_within_hard_limit};

/// Why a process's reports cannot be read.
#[derive(Debug)]
pub struct RingError {
    path: PathBuf,
    problem: Problem,
}

#[derive(Debug)]
enum Problem {
    Open(io::Error),
    Read(io::Error),
    /// Not a file of this user.
    Foreign,
    /// A ring file of another format version.
    Version(u32),
    /// Not a ring file, or that of another process.
    Invalid,
    Size {
        found: u64,
        expected: u64,
    },
}

impl From<RingError> for ObservationGap {
    fn from(error: RingError) -> Self {
        let file = SafeText::from(display_path(&error.path));
        match error.problem {
            Problem::Open(error) | Problem::Read(error) => {
                Self::FileUnreadable { file, error: describe_error(&error).into() }
            }
            Problem::Foreign => Self::FileForeign { file },
            Problem::Version(found) => Self::FileVersionDiffers { file, found, expected: VERSION },
            Problem::Invalid => Self::FileInvalid { file },
            Problem::Size { found, expected } => Self::FileResized { file, found, expected },
        }
    }
}

#[derive(Debug)]
pub(super) struct RingFile {
    file: File,
    pub(super) path: PathBuf,
    pub(super) header: Header,
}

impl RingFile {
    /// Opens the file of this process.
    pub(super) fn open(path: PathBuf, process: ReportingProcess) -> Result<Self, RingError> {
        match open_and_check(&path, process) {
            Ok((file, header)) => Ok(Self { file, path, header }),
            Err(problem) => Err(RingError { path, problem }),
        }
    }

    /// Opens a file that may not exist yet.
    pub(super) fn open_if_exists(path: PathBuf, process: ReportingProcess) -> Result<Option<Self>, RingError> {
        match Self::open(path, process) {
            Err(RingError { problem: Problem::Open(error), .. }) if error.kind() == ErrorKind::NotFound => Ok(None),
            opened => opened.map(Some),
        }
    }

    /// Reads the slots of consecutive records, at most as many as lie in one piece. Returns their number.
    pub(super) fn read_slots(&self, first: u64, slots: &mut [[u8; RECORD_BYTES]]) -> Result<usize, RingError> {
        let offset = self.header.offset_of(first);
        let in_one_piece = (self.header.file_size() - offset) as usize / RECORD_BYTES;
        let count = slots.len().min(in_one_piece);
        self.read_exactly(slots[..count].as_flattened_mut(), offset)?;
        Ok(count)
    }

    /// Reads the running task once.
    pub(super) fn read_running(&self) -> Result<RecordBytes, RingError> {
        let mut bytes = [0; RECORD_BYTES];
        self.read_exactly(&mut bytes, RUNNING_AT)?;
        Ok(RecordBytes(bytes))
    }

    fn read_exactly(&self, bytes: &mut [u8], offset: u64) -> Result<(), RingError> {
        read_exactly(&self.file, bytes, offset, self.header.file_size())
            .map_err(|problem| RingError { path: self.path.clone(), problem })
    }
}

fn open_and_check(path: &Path, process: ReportingProcess) -> Result<(File, Header), Problem> {
    // Neither follows a link nor waits for the writer of a pipe.
    let flags = OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK;
    let open = || File::options().read(true).custom_flags(flags.bits()).open(path);
    // The limit is not raised before, because the watched program would inherit it.
    let file = open_within_hard_limit(open).map_err(Problem::Open)?;
    let metadata = file.metadata().map_err(Problem::Open)?;
    if !metadata.is_file() || metadata.uid() != geteuid().as_raw() {
        return Err(Problem::Foreign);
    }
    let mut bytes = [0; HEADER_BYTES];
    read_exactly(&file, &mut bytes, 0, HEADER_BYTES as u64)?;
    let header = Header::decode(&bytes).map_err(|error| match error {
        HeaderError::Version(found) => Problem::Version(found),
        HeaderError::Magic | HeaderError::Slots(_) => Problem::Invalid,
    })?;
    let (found, expected) = (metadata.len(), header.file_size());
    if found != expected {
        return Err(Problem::Size { found, expected });
    }
    let is_of_process = header.pid == process.pid && header.start == process.start;
    if is_of_process { Ok((file, header)) } else { Err(Problem::Invalid) }
}

/// Reads from a file that should have `expected` bytes.
fn read_exactly(file: &File, bytes: &mut [u8], offset: u64, expected: u64) -> Result<(), Problem> {
    file.read_exact_at(bytes, offset).map_err(|error| match error.kind() {
        ErrorKind::UnexpectedEof => Problem::Size { found: file.metadata().map_or(0, |file| file.len()), expected },
        _ => Problem::Read(error),
    })
}
