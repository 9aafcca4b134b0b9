//! The newest run, packed and kept in memory until somebody wants it saved.

use std::io::{self, Write};
use std::path::PathBuf;

use super::packer::{Packer, Packing};
use crate::event::codec::Header;
use crate::event::units;
use crate::system::new_file;

/// More than this is not kept, packed: a run of several million tasks.
const MOST: usize = 64 << 20;

/// A recording in the making, of one run.
pub(super) struct Kept {
    header: Vec<u8>,
    /// None once there is too much of it.
    packed: Option<Packer<Vec<u8>>>,
    events: u64,
}

impl Kept {
    pub(super) fn new(header: &Header) -> io::Result<Self> {
        let mut header = serde_json::to_vec(header)?;
        header.push(b'\n');
        let mut kept = Self { header, packed: None, events: 0 };
        kept.begin()?;
        Ok(kept)
    }

    /// A run begins: the one before is forgotten.
    pub(super) fn begin(&mut self) -> io::Result<()> {
        let mut packed = Packer::new(Packing::Zstd, Vec::new())?;
        packed.write(&self.header)?;
        (self.packed, self.events) = (Some(packed), 0);
        Ok(())
    }

    pub(super) fn write(&mut self, lines: &[u8], events: u64) -> io::Result<()> {
        let Some(packed) = &mut self.packed else { return Ok(()) };
        packed.write(lines)?;
        self.events += events;
        if packed.get_ref().len() > MOST {
            self.packed = None;
        }
        Ok(())
    }

    /// Saves it to a new file in the current directory, and says so in a sentence.
    pub(super) fn save(&mut self) -> String {
        let Some(packed) = self.packed.take() else {
            let most = units::bytes(MOST as u64);
            return format!("no more than {most} of a run are kept to be saved: begin it with --record FILE");
        };
        // What was packed so far is ended, and what may still come goes on behind it: such files may be joined.
        let saved = packed.finish().and_then(|bytes| {
            let name = write_new(&bytes);
            let size = units::bytes(bytes.len() as u64);
            self.packed = Some(Packer::new(Packing::Zstd, bytes)?);
            Ok(format!("saved as {}: {} events, {size}", name?.display(), units::count(self.events)))
        });
        saved.unwrap_or_else(|error| format!("the run could not be saved: {error}"))
    }
}

/// Writes a file that was not there before, and names it.
fn write_new(bytes: &[u8]) -> io::Result<PathBuf> {
    let stem = jiff::Zoned::now().strftime("mpviz-%Y%m%d-%H%M%S").to_string();
    let name =
        |n| PathBuf::from(if n == 0 { format!("{stem}.jsonl.zst") } else { format!("{stem}-{}.jsonl.zst", n + 1) });
    let (path, mut file) = new_file::create_unique(name, 0o666)?;
    // Half a recording would pass for a whole one of a run that was given up.
    file.write_all(bytes).inspect_err(|_| drop(std::fs::remove_file(&path)))?;
    Ok(path)
}
