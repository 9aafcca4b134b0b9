//! The events of the trace format, and the file that they stand in.

use std::borrow::Cow;
use std::io;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::event::Nanos;

/// One event. Its keys are those of the format ("Trace Event Format", Google).
#[derive(Debug, Serialize)]
pub(super) struct TraceEvent<'a> {
    ph: &'static str,
    pid: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    tid: Option<u32>,
    /// In µs, as the format wants it; none for metadata.
    #[serde(skip_serializing_if = "Option::is_none")]
    ts: Option<f64>,
    #[serde(skip_serializing_if = "str::is_empty")]
    name: Cow<'a, str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    cat: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    id: &'a str,
    /// The same, of what belongs to its process alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    id2: Option<Local<'a>>,
    /// Of an instant: `t` a thread, `p` a process.
    #[serde(skip_serializing_if = "str::is_empty")]
    s: &'static str,
    /// Of an arrow's end: `e`, so that it ends at the slice around it.
    #[serde(skip_serializing_if = "str::is_empty")]
    bp: &'static str,
    #[serde(skip_serializing_if = "Map::is_empty")]
    args: Map<String, Value>,
}

/// A number within a process.
#[derive(Debug, Serialize)]
struct Local<'a> {
    local: &'a str,
}

impl<'a> TraceEvent<'a> {
    fn new(pid: u32, tid: Option<u32>, ph: &'static str, at: Option<Nanos>) -> Self {
        let ts = at.map(|at| at as f64 / 1e3);
        Self { ph, pid, tid, ts, name: "".into(), cat: "", id: "", id2: None, s: "", bp: "", args: Map::new() }
    }

    /// What a process or thread is called, and where it stands.
    pub(super) fn metadata(pid: u32, tid: Option<u32>, name: &'static str) -> Self {
        Self::new(pid, tid, "M", None).name(name)
    }

    /// An event of a thread.
    pub(super) fn of_thread(pid: u32, tid: u32, ph: &'static str, at: Nanos) -> Self {
        Self::new(pid, Some(tid), ph, Some(at))
    }

    /// An event of a process.
    pub(super) fn of_process(pid: u32, ph: &'static str, at: Nanos) -> Self {
        Self::new(pid, None, ph, Some(at))
    }

    pub(super) fn name(self, name: impl Into<Cow<'a, str>>) -> Self {
        Self { name: name.into(), ..self }
    }

    pub(super) fn category(self, cat: &'static str) -> Self {
        Self { cat, ..self }
    }

    pub(super) fn id(self, id: &'a str) -> Self {
        Self { id, ..self }
    }

    pub(super) fn local_id(self, local: &'a str) -> Self {
        Self { id2: Some(Local { local }), ..self }
    }

    pub(super) fn scope(self, s: &'static str) -> Self {
        Self { s, ..self }
    }

    pub(super) fn bind_to_enclosing_slice(self) -> Self {
        Self { bp: "e", ..self }
    }

    pub(super) fn arg(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.args.insert(key.into(), value.into());
        self
    }
}

/// The file.
pub(super) struct Trace<'a, W> {
    out: &'a mut W,
    empty: bool,
}

impl<'a, W: io::Write> Trace<'a, W> {
    pub(super) fn start(out: &'a mut W) -> io::Result<Self> {
        out.write_all(b"{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n")?;
        Ok(Self { out, empty: true })
    }

    pub(super) fn write(&mut self, entry: &TraceEvent) -> io::Result<()> {
        if !std::mem::take(&mut self.empty) {
            self.out.write_all(b",\n")?;
        }
        serde_json::to_writer(&mut *self.out, entry).map_err(io::Error::from)
    }

    pub(super) fn finish(self) -> io::Result<()> {
        self.out.write_all(b"\n]}\n")
    }
}
