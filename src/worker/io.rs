//! I/O operations of a task.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::thread;
use std::time::Duration;

use super::WorkerConfig;
use super::net_client::NetClient;
use crate::event::WorkerId;
use crate::event::workload::IoKind;

/// The file or connection of one thread for its I/O operations, opened at the first of them.
pub(super) enum IoResource {
    Sleep(Duration),
    Disk(File),
    Net(NetClient, u64),
}

/// The block that a disk operation writes, syncs and reads back.
const DISK_BLOCK: [u8; 4096] = [0x5a; 4096];

impl IoResource {
    pub(super) fn open(config: &WorkerConfig, worker: WorkerId) -> io::Result<Self> {
        match config.io_kind {
            IoKind::Sleep => Ok(Self::Sleep(Duration::from_nanos(config.io_latency_ns))),
            IoKind::Disk => unlinked_file(config, worker).map(Self::Disk),
            IoKind::Net => {
                let port = config.io_port.ok_or_else(|| io::Error::other("I/O of kind net needs `io_port`"))?;
                Ok(Self::Net(NetClient::connect(port)?, config.io_latency_ns))
            }
        }
    }

    /// Performs one operation and waits for its end.
    pub(super) fn perform_operation(&mut self) -> io::Result<()> {
        match self {
            Self::Sleep(latency) => {
                thread::sleep(*latency);
                Ok(())
            }
            Self::Disk(file) => {
                file.write_all_at(&DISK_BLOCK, 0)?;
                file.sync_all()?;
                file.read_exact_at(&mut [0; DISK_BLOCK.len()], 0)
            }
            Self::Net(client, latency) => client.request(*latency),
        }
    }
}

/// Opens a file without a name, so that nothing is left behind however the worker ends.
fn unlinked_file(config: &WorkerConfig, worker: WorkerId) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).mode(0o600);
    let unnamed = options.clone().custom_flags(nix::fcntl::OFlag::O_TMPFILE.bits()).open(&config.io_dir);
    unnamed.or_else(|_| {
        // Not every file system supports O_TMPFILE: unlink a named file at once.
        let path = config.io_dir.join(format!(".mpviz-{}-{}-{}", std::process::id(), config.lane, worker));
        let file = options.create_new(true).open(&path)?;
        std::fs::remove_file(&path)?;
        Ok(file)
    })
}
