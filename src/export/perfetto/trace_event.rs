//! Events of the Trace Event Format, and the writer of the file.

use std::borrow::Cow;
use std::io;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::event::Nanos;

/// A process of the trace, or one of its threads.
#[derive(Clone, Copy, Debug)]
pub(super) struct TraceTrack {
    pub(super) pid: u32,
    pub(super) tid: Option<u64>,
}

/// An event with the keys of the format ("Trace Event Format", Google).
#[derive(Debug, Serialize)]
pub(super) struct TraceEvent {
    /// Type: `B` and `E` delimit a slice, `b` and `e` an asynchronous slice, `s` and `f` a flow; `i` is an instant,
    /// `C` a counter, `M` metadata.
    ph: &'static str,
    pid: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    tid: Option<u64>,
    /// Time in µs; none for metadata.
    #[serde(skip_serializing_if = "Option::is_none")]
    ts: Option<f64>,
    #[serde(skip_serializing_if = "str::is_empty")]
    name: Cow<'static, str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    cat: &'static str,
    /// Connects the two ends of a flow.
    #[serde(skip_serializing_if = "str::is_empty")]
    id: String,
    /// Connects the two ends of an asynchronous slice.
    #[serde(skip_serializing_if = "Option::is_none")]
    id2: Option<LocalId>,
    /// Scope of an instant: `t` for a thread, `p` for a process.
    #[serde(skip_serializing_if = "str::is_empty")]
    s: &'static str,
    /// `e` binds the end of a flow to the enclosing slice.
    #[serde(skip_serializing_if = "str::is_empty")]
    bp: &'static str,
    #[serde(skip_serializing_if = "Map::is_empty")]
    args: Map<String, Value>,
}

/// An id that is unique within one process of the trace.
#[derive(Debug, Serialize)]
struct LocalId {
    local: String,
}

impl TraceEvent {
    pub(super) fn new(track: TraceTrack, ph: &'static str, at: Nanos) -> Self {
        Self { ph, ts: Some(at as f64 / 1e3), ..Self::metadata_event(track, "") }
    }

    /// Creates a metadata event: the name or the sort position of a track.
    pub(super) fn metadata_event(TraceTrack { pid, tid }: TraceTrack, name: &'static str) -> Self {
        let (name, id) = (name.into(), String::new());
        Self { ph: "M", pid, tid, ts: None, name, cat: "", id, id2: None, s: "", bp: "", args: Map::new() }
    }

    pub(super) fn name(self, name: impl Into<Cow<'static, str>>) -> Self {
        Self { name: name.into(), ..self }
    }

    pub(super) fn with_category(self, cat: &'static str) -> Self {
        Self { cat, ..self }
    }

    pub(super) fn flow_id(self, id: String) -> Self {
        Self { id, ..self }
    }

    pub(super) fn id_local_to_process(self, local: String) -> Self {
        Self { id2: Some(LocalId { local }), ..self }
    }

    pub(super) fn with_scope(self, s: &'static str) -> Self {
        Self { s, ..self }
    }

    pub(super) fn bind_to_enclosing_slice(self) -> Self {
        Self { bp: "e", ..self }
    }

    pub(super) fn with_arg(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.args.insert(key.into(), value.into());
        self
    }
}

/// Writes the events of a trace.
pub(super) struct TraceWriter<W> {
    out: W,
    empty: bool,
}

impl<W: io::Write> TraceWriter<W> {
    pub(super) fn start(mut out: W) -> io::Result<Self> {
        out.write_all(b"{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n")?;
        Ok(Self { out, empty: true })
    }

    pub(super) fn write(&mut self, event: &TraceEvent) -> io::Result<()> {
        if !std::mem::take(&mut self.empty) {
            self.out.write_all(b",\n")?;
        }
        serde_json::to_writer(&mut self.out, event).map_err(io::Error::from)
    }

    pub(super) fn finish_trace(mut self) -> io::Result<()> {
        self.out.write_all(b"\n]}\n")
    }
}
