//! A recording: every fact of a run, in the order in which it arrived, a line of JSON each; packed, if its name asks for it.
//!
//! Facts are encoded, packed and written by a thread of its own, which the run never waits for. A fault ends the recording
//! and is said; it never ends the run.

mod kept;
mod packer;
mod tape;

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use crossbeam_channel::{Receiver, Sender, unbounded};

use crate::codec::Header;
use crate::event::Stamped;
use crate::threads;
use kept::Kept;
use packer::{Packer, Packing};
use tape::{Order, Tape};

/// Where facts are recorded.
pub struct Recorder {
    /// Closed when all is said.
    orders: Option<Sender<Order>>,
    said: Receiver<String>,
    thread: Option<JoinHandle<io::Result<()>>>,
}

/// The file of a recording.
pub struct Destination {
    file: File,
    packing: Packing,
}

impl Destination {
    /// Makes the file; its ending says how it is packed: `.zst`, `.gz` or not. One that exists is only overwritten if `force`
    /// says so.
    ///
    /// # Errors
    /// When the file exists or cannot be made.
    pub fn create(path: &Path, force: bool) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.write(true).truncate(true).create(force).create_new(!force);
        Ok(Self { file: options.open(path)?, packing: Packing::of(path) })
    }
}

impl Recorder {
    /// Records to a file as it happens, or keeps the facts of the newest run in memory so that it can be saved when it has
    /// been seen, or both.
    ///
    /// # Errors
    /// When the header cannot be written, or there is no thread to be had.
    pub fn start(header: &Header, file: Option<Destination>, keep: bool) -> io::Result<Self> {
        let file = file.map(|Destination { file, packing }| Packer::new(packing, file)).transpose()?;
        let kept = if keep { Some(Kept::new(header)?) } else { None };
        let ((orders, obeyed), (say, said)) = (unbounded(), unbounded());
        let mut tape = Tape::new(file, kept, say);
        tape.begin(header);
        let thread = threads::start("recorder", move || tape.run(&obeyed))?;
        Ok(Self { orders: Some(orders), said, thread: Some(thread) })
    }

    /// Records facts.
    pub fn record(&self, facts: &Arc<Vec<Stamped>>) {
        self.order(Order::Facts(Arc::clone(facts)));
    }

    /// Saves the newest run, as far as it has come, to a new file in the current directory. How that went comes out of
    /// [`Recorder::said`].
    pub fn save(&self) {
        self.order(Order::Save);
    }

    fn order(&self, order: Order) {
        if let Some(orders) = &self.orders {
            let _ = orders.send(order);
        }
    }

    /// What the viewer should know: sentences.
    #[must_use]
    pub fn said(&self) -> &Receiver<String> {
        &self.said
    }

    /// Ends the recording, when all is written.
    ///
    /// # Errors
    /// Why not all of it could be written.
    pub fn finish(mut self) -> io::Result<()> {
        self.close()
    }

    fn close(&mut self) -> io::Result<()> {
        self.orders = None;
        let Some(thread) = self.thread.take() else { return Ok(()) };
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

impl Drop for Recorder {
    /// Whatever ends mpviz in order, what was recorded is written.
    fn drop(&mut self) {
        if !thread::panicking() {
            let _ = self.close();
        }
    }
}
