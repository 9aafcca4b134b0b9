//! A recording: every fact of a run, in the order in which it arrived, a line of JSON each; packed, if its name asks for it.
//!
//! Facts are encoded, packed and written by a thread of its own, which the run never waits for. A fault ends the recording
//! and is said; it never ends the run.

mod backlog;
mod destination;
mod kept;
mod outlet;
mod packer;
mod tape;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use crossbeam_channel::{Receiver, Sender, unbounded};

use crate::event::StampedEvent;
use crate::event::codec::Header;
use crate::system::threads;
use backlog::{Backlog, MOST};
use kept::Kept;
use outlet::Outlet;
use packer::Packer;
use tape::{Tape, WorkerOrder};

pub use destination::Destination;

/// Where facts are recorded.
pub struct Recorder {
    /// Closed when all is said.
    orders: Option<Sender<WorkerOrder>>,
    all_is_said: Arc<AtomicBool>,
    backlog: Arc<Backlog>,
    say: Sender<String>,
    said: Receiver<String>,
    thread: Option<JoinHandle<io::Result<()>>>,
}

impl Recorder {
    /// Records to a file as it happens, or keeps the facts of the newest run in memory so that it can be saved when it has
    /// been seen, or both.
    ///
    /// # Errors
    /// When there is no memory for packing, or no thread to be had.
    pub fn start(header: &Header, file: Option<Destination>, keep: bool) -> io::Result<Self> {
        Self::with_room_for(MOST, header, file, keep)
    }

    fn with_room_for(most: usize, header: &Header, file: Option<Destination>, keep: bool) -> io::Result<Self> {
        let all_is_said = Arc::new(AtomicBool::new(false));
        let (mut packed, mut place) = (None, None);
        if let Some(to) = file {
            packed = Some(Packer::new(to.packing, Outlet::new(to.file, Arc::clone(&all_is_said)))?);
            place = to.place;
        }
        let kept = if keep { Some(Kept::new(header)?) } else { None };
        let ((orders, obeyed), (say, said)) = (unbounded(), unbounded());
        let backlog = Arc::new(Backlog::new(most));
        let mut tape = Tape::new(packed, kept, Arc::clone(&backlog), say.clone());
        let header = header.clone();
        let thread = threads::start("recorder", move || {
            tape.begin(&header, place);
            tape.run(&obeyed)
        })?;
        Ok(Self { orders: Some(orders), all_is_said, backlog, say, said, thread: Some(thread) })
    }

    /// Records facts. If too many wait already, the recording ends.
    pub fn record(&self, facts: &Arc<Vec<StampedEvent>>) {
        match self.backlog.takes(facts) {
            Ok(true) => self.order(WorkerOrder::Facts(Arc::clone(facts))),
            Ok(false) => {}
            Err(why) => {
                // Said at once: whoever writes may not come to it.
                let _ = self.say.send(tape::ends_here(&why));
                self.order(WorkerOrder::End(why));
            }
        }
    }

    /// Saves the newest run, as far as it has come, to a new file in the current directory. How that went comes out of
    /// [`Recorder::said`].
    pub fn save(&self) {
        self.order(WorkerOrder::Save);
    }

    fn order(&self, order: WorkerOrder) {
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
        self.all_is_said.store(true, Ordering::Relaxed);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Event;
    use std::fs::File;

    #[test]
    fn facts_that_nobody_takes_wait_up_to_a_limit_and_then_it_is_said() {
        let (reader, writer) = nix::unistd::pipe2(nix::fcntl::OFlag::O_NONBLOCK).unwrap();
        let to = Destination { file: File::from(writer), packing: packer::Packing::Plain, place: None };
        let recorder = Recorder::with_room_for(1 << 20, &Header::default(), Some(to), true).unwrap();
        let fact = StampedEvent { at: 1, lane: None, event: Event::RunEnded {} };
        let facts = Arc::new(vec![fact; 1_000]);
        let said = loop {
            recorder.record(&facts);
            if let Ok(said) = recorder.said().try_recv() {
                break said;
            }
        };
        assert!(said.contains("the recording ends here, the run goes on: it is written too slowly"), "{said}");
        for _ in 0..1_000 {
            recorder.record(&facts);
        }
        let waiting = recorder.orders.as_ref().unwrap().len();
        assert!(waiting * size_of_val(&facts[..]) <= 2 << 20, "{waiting} batches wait");
        // The reader goes: what waits is let go, and nothing holds up the end.
        drop(reader);
        recorder.save();
        assert!(recorder.finish().is_err());
    }
}
